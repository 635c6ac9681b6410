//! What a picture is made of, before it becomes SVG or pixels.

use super::label::Label;

/// A point, y downwards.
pub(crate) type Point = (f64, f64);

/// A colour by its role, resolved by the back end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Text and axes.
    Ink,
    /// Secondary text.
    Muted,
    /// Grid lines.
    Grid,
    /// The paper.
    Page,
    /// Of boxes that stand out of it.
    Card,
    /// The curve of a description, by its index in [`crate::descriptions::DESCRIPTIONS`].
    Curve(usize),
    /// What agrees with a claim.
    Holds,
    /// What is too coarse to tell.
    Undecided,
    /// What contradicts it.
    Fails,
    /// A place on the ramp of colours of maps, the same in light and dark.
    Shade(u8),
    /// Text on such a place.
    OnShade(u8),
}

/// A stroke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pen {
    pub(crate) paint: Paint,
    pub(crate) width: f64,
    /// Lengths of dashes and gaps in turn; empty is solid.
    pub(crate) dash: &'static [f64],
}

impl Pen {
    /// A solid pen.
    pub(crate) fn solid(paint: Paint, width: f64) -> Self {
        Self { paint, width, dash: &[] }
    }
}

/// Which end of a text its point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// An axis-parallel rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A polyline.
    Line { points: Vec<Point>, pen: Pen },
    /// A filled polygon.
    Area { points: Vec<Point>, paint: Paint, opacity: f64 },
    /// A label.
    Text { at: Point, label: Label, size: f64, anchor: Anchor, paint: Paint },
    /// Opens a group: a class that the page can hide, and a title that a browser shows on hover.
    Open { class: Option<&'static str>, title: Option<String> },
    /// Closes the last group.
    Close,
    /// Opens a link to a place of the page.
    Link(String),
    /// Closes the last link.
    Unlink,
    /// Clips what follows to a frame.
    Clip(Frame),
    /// Ends the last clip.
    Unclip,
}

/// A picture of a size, in drawing order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) shapes: Vec<Shape>,
}

impl Drawing {
    /// An empty picture.
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, shapes: Vec::new() }
    }

    /// A polyline.
    pub(crate) fn line(&mut self, points: Vec<Point>, pen: Pen) {
        self.shapes.push(Shape::Line { points, pen });
    }

    /// A filled polygon.
    pub(crate) fn area(&mut self, points: Vec<Point>, paint: Paint, opacity: f64) {
        self.shapes.push(Shape::Area { points, paint, opacity });
    }

    /// An arrow from `from` to `to`; its head is solid whatever the shaft.
    pub(crate) fn arrow(&mut self, from: Point, to: Point, pen: Pen) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let (ux, uy) = (dx / length, dy / length);
        let (reach, half) = (5.0 * pen.width, 2.1 * pen.width);
        let neck = (to.0 - reach * ux, to.1 - reach * uy);
        self.line(vec![from, neck], pen);
        self.area(
            vec![to, (neck.0 - half * uy, neck.1 + half * ux), (neck.0 + half * uy, neck.1 - half * ux)],
            pen.paint,
            1.0,
        );
    }

    /// The closed outline of a frame with round corners.
    pub(crate) fn rounded(frame: Frame, radius: f64) -> Vec<Point> {
        const STEPS: usize = 6;
        let Frame { x, y, width, height } = frame;
        let (right, bottom) = (x + width - radius, y + height - radius);
        let corners = [(right, bottom), (x + radius, bottom), (x + radius, y + radius), (right, y + radius)];
        let mut points = Vec::new();
        for (quarter, center) in corners.into_iter().enumerate() {
            for step in 0..=STEPS {
                let angle = (quarter as f64 + step as f64 / STEPS as f64) * core::f64::consts::FRAC_PI_2;
                points.push((center.0 + radius * angle.cos(), center.1 + radius * angle.sin()));
            }
        }
        points.push(points[0]);
        points
    }

    /// A label.
    pub(crate) fn text(&mut self, at: Point, label: Label, size: f64, anchor: Anchor, paint: Paint) {
        self.shapes.push(Shape::Text { at, label, size, anchor, paint });
    }
}
