//! The two axes of a picture and what lies between them.

use super::drawing::{Anchor, Drawing, Frame, Paint, Pen, Point};
use super::label::Label;
use super::scale::Axis;

/// The size of tick labels.
pub(super) const TICK_SIZE: f64 = 10.5;

/// About how many intervals of ticks fit across a frame.
pub(super) fn across(frame: Frame) -> usize {
    intervals(frame.width, 55.0)
}

/// About how many intervals of ticks fit up a frame.
pub(super) fn up(frame: Frame) -> usize {
    intervals(frame.height, 38.0)
}

fn intervals(length: f64, each: f64) -> usize {
    ((length / each).round() as usize).max(2)
}

/// From data to the frame.
pub(super) struct Axes {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) inner: Frame,
}

impl Axes {
    /// Where a horizontal value lies.
    pub(super) fn across(&self, value: f64) -> Option<f64> {
        self.x.fraction(value).map(|fraction| self.inner.x + fraction * self.inner.width)
    }

    /// Where a vertical value lies.
    pub(super) fn height_of(&self, value: f64) -> Option<f64> {
        self.y.fraction(value).map(|fraction| self.inner.y + (1.0 - fraction) * self.inner.height)
    }

    /// Where a point lies.
    pub(super) fn point(&self, x: f64, y: f64) -> Option<Point> {
        Some((self.across(x)?, self.height_of(y)?))
    }

    /// The axes with ticks, grid lines and the label of the horizontal one.
    pub(super) fn draw(&self, drawing: &mut Drawing, x_label: &Label) {
        let Frame { x: left, y: top, width, height } = self.inner;
        let (right, bottom) = (left + width, top + height);
        for tick in &self.y.ticks {
            let Some(y) = self.height_of(tick.value) else { continue };
            drawing.line(vec![(left, y), (right, y)], Pen::solid(Paint::Grid, 0.8));
            drawing.text((left - 6.0, y + 3.7), tick.label.clone(), TICK_SIZE, Anchor::End, Paint::Muted);
        }
        for tick in &self.x.ticks {
            let Some(x) = self.across(tick.value) else { continue };
            drawing.line(vec![(x, bottom), (x, bottom + 4.0)], Pen::solid(Paint::Muted, 0.8));
            drawing.text((x, bottom + 15.5), tick.label.clone(), TICK_SIZE, Anchor::Middle, Paint::Muted);
        }
        drawing.line(vec![(left, top), (left, bottom), (right, bottom)], Pen::solid(Paint::Muted, 0.8));
        let mut x_label = x_label.clone();
        if let Some(exponent) = self.x.exponent {
            x_label = x_label.then(Label::parse(&format!("  ×10^{{{exponent}}}")));
        }
        drawing.text((left + 0.5 * width, bottom + 29.5), x_label, TICK_SIZE + 0.5, Anchor::Middle, Paint::Ink);
        if let Some(exponent) = self.y.exponent {
            let label = Label::parse(&format!("×10^{{{exponent}}}"));
            drawing.text((left - 4.0, top - 6.0), label, TICK_SIZE, Anchor::Middle, Paint::Muted);
        }
    }
}
