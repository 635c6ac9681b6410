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
    /// The curve of a description, by its index in [`crate::descriptions::DESCRIPTIONS`].
    Curve(usize),
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

    /// A label.
    pub(crate) fn text(&mut self, at: Point, label: Label, size: f64, anchor: Anchor, paint: Paint) {
        self.shapes.push(Shape::Text { at, label, size, anchor, paint });
    }
}
