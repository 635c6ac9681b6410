//! One panel: a heading, axes, error bands and curves.

use super::axes::{Axes, TICK_SIZE, across, up};
use super::drawing::{Anchor, Drawing, Frame, Paint, Pen, Point, Shape};
use super::label::Label;
use super::scale::Axis;

/// A curve with its standard errors.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curve {
    /// The description it belongs to, by whose class the legend hides it.
    pub(crate) description: Option<usize>,
    /// Shown on hover.
    pub(crate) title: String,
    pub(crate) pen: Pen,
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    /// One standard error per point; empty where there is none.
    pub(crate) error: Vec<f64>,
}

/// How the vertical axis is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Logarithmic where positive values span more than a factor of [`DECADES`]; what is zero is then not drawn.
    Automatic,
    /// Linear.
    Linear,
    /// Linear, with zero in the range and a line at it.
    Zero,
}

/// The ratio of the largest to the smallest value from which on an automatic axis is logarithmic.
const DECADES: f64 = 50.0;

/// What a panel shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Panel {
    /// Stands above the axes.
    pub(crate) heading: Label,
    /// For readers who do not see the picture.
    pub(crate) words: String,
    /// Stands below the horizontal axis.
    pub(crate) x_label: Label,
    pub(crate) curves: Vec<Curve>,
    pub(crate) scale: Scale,
    /// Vertical lines with a label.
    pub(crate) marks: Vec<(f64, Label)>,
    /// What the curves are, where the page's legend does not say.
    pub(crate) key: Vec<(Pen, Label)>,
}

impl Panel {
    /// The right end of the horizontal axis.
    fn last_time(&self) -> f64 {
        let curves = self.curves.iter().flat_map(|curve| curve.x.iter().copied());
        curves.chain(self.marks.iter().map(|mark| mark.0)).fold(0.0, f64::max)
    }

    fn first_time(&self) -> f64 {
        self.curves.iter().flat_map(|curve| curve.x.iter().copied()).fold(f64::INFINITY, f64::min)
    }

    fn vertical_axis(&self, intervals: usize) -> Axis {
        let (mut low, mut high, mut smallest) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY);
        let mut negative = false;
        for curve in &self.curves {
            for (index, &y) in curve.y.iter().enumerate().filter(|(_, y)| y.is_finite()) {
                let error = curve.error.get(index).copied().filter(|e| e.is_finite()).unwrap_or(0.0);
                (low, high) = (low.min(y - error), high.max(y + error));
                // Noise around zero has no logarithm; a curve may start from there, though.
                negative |= y < 0.0 || (index > 0 && error > 0.5 * y);
                if y > 0.0 {
                    smallest = smallest.min(y);
                }
            }
        }
        if low > high {
            return Axis::linear(0.0, 1.0, intervals);
        }
        if self.scale == Scale::Automatic && !negative && high / smallest > DECADES {
            let margin = (high / smallest).powf(0.05);
            return Axis::logarithmic(smallest / margin, high * margin);
        }
        if self.scale == Scale::Zero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        let margin = 0.06 * (high - low);
        Axis::linear(low - margin, high + margin, intervals)
    }
}

const HEADING_SIZE: f64 = 12.5;
/// Room for the heading, the tick labels on the left, those below with the axis label, and the last label's half.
const MARGINS: [f64; 4] = [36.0, 48.0, 34.0, 12.0];

/// Draws the panel into a frame.
pub(crate) fn draw(drawing: &mut Drawing, panel: &Panel, frame: Frame) {
    let [top, left, bottom, right] = MARGINS;
    let inner = Frame {
        x: frame.x + left,
        y: frame.y + top,
        width: frame.width - left - right,
        height: frame.height - top - bottom,
    };
    let first = panel.first_time();
    let x = Axis::linear(if first.is_finite() { first } else { 0.0 }, panel.last_time(), across(inner));
    let y = panel.vertical_axis(up(inner));
    let axes = Axes { x, y, inner };
    drawing.text((frame.x + 4.0, frame.y + 14.0), panel.heading.clone(), HEADING_SIZE, Anchor::Start, Paint::Ink);
    axes.draw(drawing, &panel.x_label);
    drawing.shapes.push(Shape::Clip(Frame { y: inner.y - 1.0, height: inner.height + 2.0, ..inner }));
    if panel.scale == Scale::Zero
        && let Some(zero) = axes.height_of(0.0)
    {
        drawing.line(vec![(inner.x, zero), (inner.x + inner.width, zero)], Pen::solid(Paint::Muted, 0.8));
    }
    for (time, label) in &panel.marks {
        draw_mark(drawing, &axes, *time, label);
    }
    for curve in &panel.curves {
        draw_curve(drawing, &axes, curve);
    }
    drawing.shapes.push(Shape::Unclip);
    draw_key(drawing, &axes, panel);
}

/// The key, in the corner where the fewest points of curves lie.
fn draw_key(drawing: &mut Drawing, axes: &Axes, panel: &Panel) {
    const LINE: f64 = 15.0;
    const SAMPLE: f64 = 24.0;
    let inner = axes.inner;
    let width = panel.key.iter().map(|(_, label)| label.width(TICK_SIZE)).fold(0.0, f64::max) + SAMPLE + 14.0;
    let height = panel.key.len() as f64 * LINE + 8.0;
    let points = || {
        let data = panel.curves.iter().flat_map(|curve| curve.x.iter().zip(&curve.y));
        data.filter_map(|(&x, &y)| axes.point(x, y))
    };
    let (right, bottom) = (inner.x + inner.width - width, inner.y + inner.height - height);
    let corners = [(right, inner.y), (inner.x + 4.0, inner.y), (right, bottom), (inner.x + 4.0, bottom)];
    let crowd = |corner: &Point| {
        let inside =
            |p: &Point| (corner.0..corner.0 + width).contains(&p.0) && (corner.1..corner.1 + height).contains(&p.1);
        points().filter(inside).count()
    };
    let Some(corner) = corners.into_iter().min_by_key(crowd) else { return };
    for (index, (pen, label)) in panel.key.iter().enumerate() {
        let y = corner.1 + (index as f64 + 0.5) * LINE + 4.0;
        drawing.line(vec![(corner.0 + 4.0, y), (corner.0 + 4.0 + SAMPLE, y)], *pen);
        drawing.text((corner.0 + SAMPLE + 10.0, y + 3.7), label.clone(), TICK_SIZE, Anchor::Start, Paint::Ink);
    }
}

fn draw_mark(drawing: &mut Drawing, axes: &Axes, time: f64, label: &Label) {
    let Some(x) = axes.across(time) else { return };
    let Frame { y: top, height, .. } = axes.inner;
    drawing.line(vec![(x, top), (x, top + height)], Pen { paint: Paint::Ink, width: 1.0, dash: &[3.0, 3.0] });
    drawing.text((x - 5.0, top + 12.0), label.clone(), TICK_SIZE, Anchor::End, Paint::Ink);
}

fn draw_curve(drawing: &mut Drawing, axes: &Axes, curve: &Curve) {
    let class = curve.description.map(|index| crate::descriptions::DESCRIPTIONS[index].name);
    drawing.shapes.push(Shape::Open { class, title: Some(curve.title.clone()).filter(|title| !title.is_empty()) });
    let kept = thinned(&curve.y);
    let error = |index: usize| curve.error.get(index).copied().filter(|e| e.is_finite()).unwrap_or(0.0);
    // A gap, where a value is missing or has no logarithm, parts the curve.
    let mut runs: Vec<Vec<usize>> = vec![Vec::new()];
    for index in kept {
        if axes.point(curve.x[index], curve.y[index]).is_some() {
            if let Some(run) = runs.last_mut() {
                run.push(index);
            }
        } else {
            runs.push(Vec::new());
        }
    }
    for run in runs.iter().filter(|run| !run.is_empty()) {
        if run.iter().any(|&index| error(index) > 0.0) {
            let edge = |index: usize, sign: f64| {
                let value = curve.y[index] + sign * error(index);
                // On a logarithmic axis the band may reach below the panel, not below zero.
                axes.point(curve.x[index], value).or_else(|| axes.point(curve.x[index], 0.1 * axes.y.low()))
            };
            let upper = run.iter().filter_map(|&index| edge(index, 1.0));
            let lower = run.iter().rev().filter_map(|&index| edge(index, -1.0));
            drawing.area(upper.chain(lower).collect(), curve.pen.paint, 0.22);
        }
        let points: Vec<Point> = run.iter().filter_map(|&index| axes.point(curve.x[index], curve.y[index])).collect();
        drawing.line(points, curve.pen);
    }
    drawing.shapes.push(Shape::Close);
}

/// At most this many points of a curve are drawn.
const MOST_POINTS: usize = 240;

/// The points to draw: all of a short curve, else the first, the last and the extremes of even pieces, so that no peak
/// is lost.
fn thinned(y: &[f64]) -> Vec<usize> {
    if y.len() <= MOST_POINTS {
        return (0..y.len()).collect();
    }
    let pieces = MOST_POINTS / 2 - 1;
    let mut kept = vec![0];
    for piece in 0..pieces {
        let (from, to) = (piece * y.len() / pieces, (piece + 1) * y.len() / pieces);
        let low = (from..to).min_by(|&i, &j| y[i].total_cmp(&y[j])).unwrap_or(from);
        let high = (from..to).max_by(|&i, &j| y[i].total_cmp(&y[j])).unwrap_or(from);
        kept.extend([low.min(high), low.max(high)]);
    }
    kept.push(y.len() - 1);
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_ends_and_the_peak() {
        let mut y = vec![0.0; 100_000];
        y[54_321] = 1.0;
        let kept = thinned(&y);
        assert!(kept.len() <= MOST_POINTS);
        assert!(kept.contains(&0) && kept.contains(&54_321) && kept.contains(&99_999));
        assert!(kept.is_sorted());
    }

    #[test]
    fn decades_make_an_automatic_axis_logarithmic() {
        let curve = |y: Vec<f64>| Curve {
            description: None,
            title: String::new(),
            pen: Pen::solid(Paint::Ink, 1.0),
            x: (0..y.len()).map(|i| i as f64).collect(),
            y,
            error: Vec::new(),
        };
        let mut panel = Panel {
            heading: Label::default(),
            words: String::new(),
            x_label: Label::default(),
            curves: vec![curve(vec![0.0, 1.0, 10.0, 100.0])],
            scale: Scale::Automatic,
            marks: Vec::new(),
            key: Vec::new(),
        };
        assert_eq!(panel.vertical_axis(4).fraction(-1.0), None);
        panel.curves = vec![curve(vec![1.0, -1.0, 100.0])];
        assert!(panel.vertical_axis(4).fraction(-1.0).is_some());
    }
}
