//! A quantity over a plane, in colours.

use super::axes::Axes;
use super::drawing::{Anchor, Drawing, Frame, Paint, Pen, Shape};
use super::label::Label;
use super::scale::Axis;
use crate::format::compact;

/// Numbers at the crossings of columns and rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heat {
    /// What the colours show.
    pub(crate) label: String,
    pub(crate) logarithmic: bool,
    /// Of the columns' middles, increasing.
    pub(crate) columns: Vec<f64>,
    /// Of the rows' middles, increasing.
    pub(crate) rows: Vec<f64>,
    /// `[row][column]`; what is no number is not coloured.
    pub(crate) values: Vec<Vec<f64>>,
}

/// The room that the bar of colours takes.
pub(super) const BAR_WIDTH: f64 = 84.0;
const SIZE: f64 = 9.0;

impl Heat {
    fn middles(&self, dimension: usize) -> &[f64] {
        if dimension == 0 { &self.columns } else { &self.rows }
    }

    /// The edges of the cells along a dimension, of the logarithm on a logarithmic axis; none where a middle has no
    /// place there.
    pub(super) fn edges(&self, dimension: usize, logarithmic: bool) -> Vec<f64> {
        let to = |&value: &f64| if logarithmic { value.ln() } else { value };
        let middles: Vec<f64> = self.middles(dimension).iter().map(to).collect();
        if middles.is_empty() || middles.iter().any(|value| !value.is_finite()) {
            return Vec::new();
        }
        let last = middles.len() - 1;
        let half = |a: usize, b: usize| if last == 0 { 0.5 } else { 0.5 * (middles[b] - middles[a]) };
        let mut edges = vec![middles[0] - half(0, last.min(1))];
        edges.extend((0..last).map(|k| 0.5 * (middles[k] + middles[k + 1])));
        edges.push(middles[last] + half(last.saturating_sub(1), last));
        edges
    }

    /// The axis of the colours.
    fn scale(&self) -> Axis {
        let usable = |value: &&f64| value.is_finite() && !(self.logarithmic && **value <= 0.0);
        let values = || self.values.iter().flatten().filter(usable).copied();
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        match (low < high, self.logarithmic) {
            (true, true) => Axis::logarithmic(low, high),
            (true, false) => Axis::linear(low, high, 5),
            (false, true) => Axis::logarithmic(0.1, 10.0),
            (false, false) => Axis::linear(0.0, 1.0, 5),
        }
    }

    /// The place of a value on the ramp; what is zero is at the low end of a logarithmic one.
    fn shade(&self, scale: &Axis, value: f64) -> Option<u8> {
        let fraction = if self.logarithmic && value <= 0.0 { 0.0 } else { scale.fraction(value)? };
        value.is_finite().then_some((255.0 * fraction.clamp(0.0, 1.0)).round() as u8)
    }

    /// The cells, with their values where these fit.
    pub(super) fn draw(&self, drawing: &mut Drawing, axes: &Axes, logarithmic: [bool; 2]) {
        let scale = self.scale();
        let from = |edge: f64, logarithmic: bool| if logarithmic { edge.exp() } else { edge };
        let place = |dimension: usize| -> Vec<f64> {
            let edges = self.edges(dimension, logarithmic[dimension]).into_iter();
            let values = edges.map(|edge| from(edge, logarithmic[dimension]));
            values.filter_map(|v| if dimension == 0 { axes.across(v) } else { axes.height_of(v) }).collect()
        };
        let (across, up) = (place(0), place(1));
        // All values are written or none.
        let narrowest = |edges: &[f64]| edges.windows(2).map(|p| (p[1] - p[0]).abs()).fold(f64::INFINITY, f64::min);
        let room = (narrowest(&across) - 4.0, narrowest(&up) - 3.0);
        let fits = |value: &f64| !value.is_finite() || Label::plain(&short(*value)).width(SIZE) < room.0;
        let written = room.1 > SIZE && self.values.iter().flatten().all(fits);
        let empty = Vec::new();
        for (row, pair) in up.windows(2).enumerate() {
            for (column, sides) in across.windows(2).enumerate() {
                let value = self.values.get(row).unwrap_or(&empty).get(column).copied().unwrap_or(f64::NAN);
                let Some(shade) = self.shade(&scale, value) else { continue };
                let title = format!(
                    "{}, {}: {}",
                    compact(self.columns[column], 3),
                    compact(self.rows[row], 3),
                    compact(value, 3)
                );
                drawing.shapes.push(Shape::Open { class: None, title: Some(title) });
                let corners = vec![(sides[0], pair[0]), (sides[1], pair[0]), (sides[1], pair[1]), (sides[0], pair[1])];
                drawing.area(corners, Paint::Shade(shade), 1.0);
                if written {
                    let at = (0.5 * (sides[0] + sides[1]), 0.5 * (pair[0] + pair[1]) + 0.36 * SIZE);
                    drawing.text(at, Label::plain(&short(value)), SIZE, Anchor::Middle, Paint::OnShade(shade));
                }
                drawing.shapes.push(Shape::Close);
            }
        }
    }

    /// The colours and what they mean; the label stands above.
    pub(super) fn draw_bar(&self, drawing: &mut Drawing, frame: Frame) {
        const STEPS: u8 = 51;
        let step = frame.height / f64::from(STEPS);
        for k in 0..STEPS {
            let foot = frame.y + frame.height - f64::from(k) * step;
            // A little over the next, so that no line shows between.
            let top = (foot - step - 0.3).max(frame.y);
            let (left, right) = (frame.x, frame.x + frame.width);
            let corners = vec![(left, foot), (right, foot), (right, top), (left, top)];
            drawing.area(corners, Paint::Shade(k * (255 / (STEPS - 1))), 1.0);
        }
        let scale = self.scale();
        let right = frame.x + frame.width;
        for tick in &scale.ticks {
            let Some(fraction) = scale.fraction(tick.value) else { continue };
            let y = frame.y + (1.0 - fraction) * frame.height;
            drawing.line(vec![(right, y), (right + 4.0, y)], Pen::solid(Paint::Muted, 0.8));
            drawing.text((right + 7.0, y + 3.7), tick.label.clone(), 10.0, Anchor::Start, Paint::Muted);
        }
        let mut label = Label::plain(&self.label);
        if let Some(exponent) = scale.exponent {
            label = label.then(Label::parse(&format!("  ×10^{{{exponent}}}")));
        }
        drawing.text((drawing.width - 4.0, frame.y - 6.0), label, 10.5, Anchor::End, Paint::Ink);
    }
}

/// A value in few characters.
fn short(value: f64) -> String {
    let text = match value.abs() {
        0.0 => "0".to_owned(),
        0.01..10.0 => format!("{value:.2}"),
        10.0..1000.0 => format!("{value:.0}"),
        _ => format!("{value:.0e}"),
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heat() -> Heat {
        Heat {
            label: "deviation".to_owned(),
            logarithmic: true,
            columns: vec![0.01, 0.1, 1.0],
            rows: vec![1.0, 2.0],
            values: vec![vec![1e-3, 1e-2, 1e-1], vec![1e-2, f64::NAN, 1.0]],
        }
    }

    #[test]
    fn edges_lie_between_the_middles_of_either_axis() {
        let heat = heat();
        let edges: Vec<f64> = heat.edges(0, true).iter().map(|edge| edge / 10f64.ln()).collect();
        let expected = [-2.5, -1.5, -0.5, 0.5];
        assert!(edges.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{edges:?}");
        assert_eq!(heat.edges(1, false), [0.5, 1.5, 2.5]);
        let flat = Heat { rows: vec![3.0], columns: vec![-1.0], ..heat };
        assert_eq!(flat.edges(1, false), [2.5, 3.5]);
        assert!(flat.edges(0, true).is_empty());
    }

    #[test]
    fn colours_run_from_the_least_to_the_largest() {
        let heat = heat();
        let scale = heat.scale();
        let place = |value| heat.shade(&scale, value);
        assert_eq!([place(1e-3), place(1.0), place(f64::NAN), place(0.0)], [Some(0), Some(255), None, Some(0)]);
        assert!((126..=129).contains(&place(10f64.powf(-1.5)).unwrap()));
    }
}
