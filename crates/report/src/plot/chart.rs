//! A chart: points with error bars, lines of theory and a map below them, on axes that are told whether they are
//! logarithmic.

use super::axes::{Axes, across, up};
use super::drawing::{Anchor, Drawing, Frame, Paint, Pen, Point, Shape};
use super::heat::{self, Heat};
use super::label::Label;
use super::mark::Mark;
use super::scale::Axis;

/// What a chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chart {
    /// For readers who do not see the picture.
    pub(crate) words: String,
    pub(crate) x_label: String,
    pub(crate) y_label: String,
    /// Of the horizontal and the vertical axis.
    pub(crate) logarithmic: [bool; 2],
    pub(crate) series: Vec<Series>,
    pub(crate) heat: Option<Heat>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    pub(crate) pen: Pen,
    /// A line only where there is none.
    pub(crate) mark: Option<Mark>,
    /// Whether a line joins the marks.
    pub(crate) joined: bool,
}

/// Points, or a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    /// Shown on hover.
    pub(crate) title: String,
    pub(crate) look: Look,
    /// `(x, y, standard error of y)`; what is no number leaves a gap.
    pub(crate) points: Vec<[f64; 3]>,
}

const LABEL_SIZE: f64 = 11.0;
const LINE: f64 = 14.0;
/// The lines of theory may widen the axes by this share on either side; what lies farther out is cut off.
const THEORY: f64 = 0.25;
/// More points than these are drawn as a line with a band.
const MOST_MARKS: usize = 60;

impl Chart {
    /// The chart as a picture.
    pub(crate) fn draw(&self, width: f64, height: f64) -> Drawing {
        let mut drawing = Drawing::new(width, height);
        let right = if self.heat.is_some() { heat::BAR_WIDTH } else { 14.0 };
        let wrap = |text: &str| wrapped(text, LABEL_SIZE, width - 16.0);
        let (below, above) = (wrap(&self.x_label), wrap(&self.y_label));
        let extra = LINE * below.len().saturating_sub(1) as f64;
        let top = 16.0 + LINE * above.len() as f64;
        let inner = Frame { x: 56.0, y: top, width: width - 56.0 - right, height: height - top - 36.0 - extra };
        for (index, line) in above.iter().enumerate() {
            let at = (4.0, 12.0 + LINE * index as f64);
            drawing.text(at, Label::plain(line), LABEL_SIZE, Anchor::Start, Paint::Ink);
        }
        let axes = Axes { x: self.axis(0, across(inner)), y: self.axis(1, up(inner)), inner };
        let first = below.first().map_or("", String::as_str);
        axes.draw(&mut drawing, &Label::plain(first));
        for (index, line) in below.iter().enumerate().skip(1) {
            let at = (inner.x + 0.5 * inner.width, inner.y + inner.height + 29.5 + LINE * index as f64);
            drawing.text(at, Label::plain(line), LABEL_SIZE, Anchor::Middle, Paint::Ink);
        }
        // Marks at the edge are not cut in half.
        let reach = 4.0;
        let clip = Frame {
            x: inner.x - reach,
            y: inner.y - reach,
            width: inner.width + 2.0 * reach,
            height: inner.height + 2.0 * reach,
        };
        drawing.shapes.push(Shape::Clip(clip));
        if let Some(heat) = &self.heat {
            heat.draw(&mut drawing, &axes, self.logarithmic);
        }
        // Theory over bands and under marks.
        let layer = |series: &Series| match (series.look.mark, series.is_long()) {
            (Some(_), true) => 0,
            (None, _) => 1,
            (Some(_), false) => 2,
        };
        for current in 0..3 {
            for series in self.series.iter().filter(|series| layer(series) == current) {
                series.draw(&mut drawing, &axes, self.heat.is_some());
            }
        }
        drawing.shapes.push(Shape::Unclip);
        if let Some(heat) = &self.heat {
            heat.draw_bar(&mut drawing, Frame { x: inner.x + inner.width + 16.0, width: 12.0, ..inner });
        }
        drawing
    }

    /// How many points have no place on their axes: not positive on a logarithmic one.
    pub(crate) fn hidden(&self) -> usize {
        let points = self.series.iter().filter(|series| series.look.mark.is_some()).flat_map(|series| &series.points);
        let lost = |value: f64, logarithmic: bool| logarithmic && value <= 0.0;
        points.filter(|p| lost(p[0], self.logarithmic[0]) || lost(p[1], self.logarithmic[1])).count()
    }

    fn axis(&self, dimension: usize, count: usize) -> Axis {
        let logarithmic = self.logarithmic[dimension];
        let to = |value: f64| if logarithmic { value.ln() } else { value };
        let mut data = Range::EMPTY;
        let mut theory = Range::EMPTY;
        for series in &self.series {
            let range = if series.look.mark.is_some() { &mut data } else { &mut theory };
            for point in &series.points {
                let value = point[dimension];
                let error = if dimension == 1 && point[2].is_finite() { point[2] } else { 0.0 };
                for value in [value, value - error, value + error] {
                    range.add(to(value));
                }
            }
        }
        if let Some(heat) = &self.heat {
            heat.edges(dimension, logarithmic).into_iter().for_each(|edge| data.add(edge));
        }
        let mut range = if data.is_empty() { theory } else { data };
        if range.is_empty() {
            return if logarithmic { Axis::logarithmic(0.1, 10.0) } else { Axis::linear(0.0, 1.0, count) };
        }
        if !data.is_empty() && !theory.is_empty() && self.heat.is_none() {
            let room = THEORY * (data.high - data.low);
            range.low = range.low.min(theory.low.max(data.low - room));
            range.high = range.high.max(theory.high.min(data.high + room));
        }
        // A map fills its axes.
        let share = if self.heat.is_some() { 0.0 } else { 0.06 };
        let margin = share * (range.high - range.low);
        let (low, high) = (range.low - margin, range.high + margin);
        if logarithmic {
            let least = if high - low < 1e-6 { 0.4 } else { 0.0 };
            Axis::logarithmic((low - least).exp(), (high + least).exp())
        } else {
            Axis::linear(low, high, count)
        }
    }
}

/// The least and the largest of numbers.
#[derive(Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    const EMPTY: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };

    fn add(&mut self, value: f64) {
        if value.is_finite() {
            (self.low, self.high) = (self.low.min(value), self.high.max(value));
        }
    }

    fn is_empty(&self) -> bool {
        self.low > self.high
    }
}

impl Look {
    /// A sample for the key.
    pub(crate) fn sample(&self) -> Drawing {
        let mut drawing = Drawing::new(34.0, 12.0);
        let has_line = self.joined || self.mark.is_none();
        if has_line {
            drawing.line(vec![(0.0, 6.0), (34.0, 6.0)], self.pen);
        }
        if let Some(mark) = self.mark {
            // A mark alone stands by its name.
            let x = if has_line { 17.0 } else { 27.0 };
            drawing.area(mark.outline((x, 6.0), MARK), self.pen.paint, 1.0);
        }
        drawing
    }
}

/// Half the size of marks.
const MARK: f64 = 3.6;

impl Series {
    fn is_long(&self) -> bool {
        self.points.len() > MOST_MARKS
    }

    fn draw(&self, drawing: &mut Drawing, axes: &Axes, halo: bool) {
        drawing.shapes.push(Shape::Open { class: None, title: Some(self.title.clone()).filter(|t| !t.is_empty()) });
        let many = self.is_long();
        let has_line = many || self.look.joined || self.look.mark.is_none();
        for run in self.runs(axes) {
            let line: Vec<Point> = run.iter().filter_map(|p| axes.point(p[0], p[1])).collect();
            if many && run.iter().any(|p| p[2] > 0.0) {
                let edge = |p: &[f64; 3], sign: f64| Some((axes.across(p[0])?, end(axes, p, sign)));
                let upper = run.iter().filter_map(|p| edge(p, 1.0));
                let lower = run.iter().rev().filter_map(|p| edge(p, -1.0));
                drawing.area(upper.chain(lower).collect(), self.look.pen.paint, 0.22);
            }
            if halo && has_line && line.len() > 1 {
                drawing.line(line.clone(), Pen::solid(Paint::Page, self.look.pen.width + 2.4));
            }
            if has_line && line.len() > 1 {
                drawing.line(line.clone(), self.look.pen);
            }
            let Some(mark) = self.look.mark.filter(|_| !many) else { continue };
            for (p, &at) in run.iter().zip(&line) {
                if p[2] > 0.0 {
                    error_bar(drawing, axes, p, at.0, self.look.pen.paint);
                }
                if halo {
                    drawing.area(mark.outline(at, MARK + 1.2), Paint::Page, 1.0);
                }
                drawing.area(mark.outline(at, MARK), self.look.pen.paint, 1.0);
            }
        }
        drawing.shapes.push(Shape::Close);
    }

    /// The pieces between gaps.
    fn runs(&self, axes: &Axes) -> Vec<Vec<[f64; 3]>> {
        let mut runs = vec![Vec::new()];
        for &p in &self.points {
            if axes.point(p[0], p[1]).is_some() {
                if let Some(run) = runs.last_mut() {
                    run.push(p);
                }
            } else {
                runs.push(Vec::new());
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }
}

/// The height of an end of an error bar; the foot of the frame where it has no logarithm.
fn end(axes: &Axes, point: &[f64; 3], sign: f64) -> f64 {
    let foot = axes.inner.y + axes.inner.height;
    axes.height_of(point[1] + sign * point[2].max(0.0)).unwrap_or(foot)
}

fn error_bar(drawing: &mut Drawing, axes: &Axes, point: &[f64; 3], x: f64, paint: Paint) {
    let (top, foot) = (end(axes, point, 1.0), end(axes, point, -1.0));
    let pen = Pen::solid(paint, 1.1);
    drawing.line(vec![(x, top), (x, foot)], pen);
    for y in [top, foot] {
        drawing.line(vec![(x - 3.0, y), (x + 3.0, y)], pen);
    }
}

/// Text in lines of at most `width`, broken at spaces.
fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if Label::plain(&format!("{line} {word}")).width(size) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[[f64; 3]], mark: Option<Mark>) -> Series {
        let look = Look { pen: Pen::solid(Paint::Ink, 1.0), mark, joined: true };
        Series { title: String::new(), look, points: points.to_vec() }
    }

    #[test]
    fn the_axes_are_as_told_and_theory_does_not_stretch_them() {
        let data = series(&[[1.0, 1.0, 0.0], [10.0, 100.0, 0.0]], Some(Mark::Circle));
        let theory = series(&[[1.0, 1e-30, 0.0], [10.0, 1e30, 0.0]], None);
        let mut chart = Chart { logarithmic: [false, true], series: vec![data, theory], ..Chart::default() };
        let y = chart.axis(1, 4);
        assert_eq!(y.fraction(-1.0), None);
        let middle = y.fraction(10.0).unwrap();
        assert!((middle - 0.5).abs() < 1e-9, "{middle}");
        assert!(y.fraction(100.0).unwrap() > 0.7, "{:?}", y.fraction(100.0));
        assert!(chart.axis(0, 4).fraction(-1.0).is_some());
        chart.logarithmic = [true, false];
        assert!(chart.axis(0, 4).fraction(-1.0).is_none() && chart.axis(1, 4).fraction(-1.0).is_some());
    }

    #[test]
    fn what_has_no_place_is_counted_and_parts_the_line() {
        let points = [[1.0, 1.0, 0.5], [2.0, 0.0, 0.5], [3.0, f64::NAN, 0.5], [4.0, 2.0, 9.0]];
        let chart =
            Chart { logarithmic: [false, true], series: vec![series(&points, Some(Mark::Square))], ..Chart::default() };
        assert_eq!(chart.hidden(), 1, "what is no number is not there at all");
        let drawing = chart.draw(400.0, 300.0);
        let marks = drawing.shapes.iter().filter(|shape| matches!(shape, Shape::Area { .. })).count();
        assert_eq!(marks, 2);
        for shape in &drawing.shapes {
            if let Shape::Line { points, .. } = shape {
                assert!(points.iter().all(|p| p.0.is_finite() && p.1.is_finite()), "{points:?}");
            }
        }
    }

    #[test]
    fn long_labels_are_broken() {
        let text = "the root mean square of what is left after the fit";
        let lines = wrapped(text, 11.0, 150.0);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| Label::plain(line).width(11.0) <= 150.0));
        assert_eq!(lines.join(" "), text);
    }
}
