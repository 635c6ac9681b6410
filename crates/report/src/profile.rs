//! The picture of a self-similar profile.

use crate::ReportError;
use crate::picture::Format;
use crate::plot::{self, Anchor, Curve, Drawing, Frame, Label, Paint, Panel, Pen, Scale, raster, svg};
use std::path::Path;

/// One curve of numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Horizontal.
    pub x: Vec<f64>,
    /// Vertical.
    pub y: Vec<f64>,
    /// Standard errors; empty where there are none.
    pub error: Vec<f64>,
}

/// What the picture of a profile shows; velocities in units of `theta^(1/2)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfilePicture {
    /// Above the panels.
    pub title: String,
    /// Marginal densities of the three components.
    pub marginals: [Series; 3],
    /// The density of `|c|`.
    pub radial: Series,
    /// The same without noise, where there is such a solution.
    pub exact_marginals: [Series; 3],
    /// The same of `|c|`.
    pub exact_radial: Series,
    /// `mu(s) - s beta` over `s`, 1/time.
    pub growth: Series,
    /// `s_c`, where there is one.
    pub tail: Option<f64>,
    /// `-d ln P(|c| > x)/d ln x` over `x`.
    pub slope: Series,
}

const PANEL: (f64, f64) = (440.0, 280.0);
const TOP: f64 = 44.0;
const MARGIN: f64 = 16.0;
/// Colours, by their places in the table of descriptions: particles and what is exact.
const PARTICLES: Paint = Paint::Curve(1);
const AXES: [Paint; 3] = [Paint::Curve(1), Paint::Curve(0), Paint::Curve(7)];
const DASH: &[f64] = &[5.0, 3.0];

/// Writes the picture as PNG or SVG by the ending of `path`.
///
/// # Errors
/// [`ReportError`].
pub fn write_profile_picture(picture: &ProfilePicture, path: &Path) -> Result<(), ReportError> {
    let format = Format::of(path)?;
    let mut drawing = Drawing::new(2.0 * PANEL.0 + 2.0 * MARGIN, TOP + 2.0 * PANEL.1 + 8.0);
    drawing.text((MARGIN + 4.0, 26.0), Label::bold(&picture.title), 17.0, Anchor::Start, Paint::Ink);
    for (index, panel) in panels(picture).iter().enumerate() {
        let (width, height) = PANEL;
        let (column, row) = ((index % 2) as f64, (index / 2) as f64);
        plot::draw(&mut drawing, panel, Frame { x: MARGIN + column * width, y: TOP + row * height, width, height });
    }
    let bytes = match format {
        Format::Png => raster::render(&drawing).map_err(ReportError::Render)?,
        Format::Svg => svg::render(&drawing, &picture.title, svg::Place::File).into_bytes(),
    };
    crate::write_whole(path, &bytes)
}

fn curve(series: &Series, pen: Pen) -> Curve {
    let (x, y, error) = (series.x.clone(), series.y.clone(), series.error.clone());
    Curve { description: None, title: String::new(), pen, x, y, error }
}

fn panel(heading: &str, x_label: &str, scale: Scale) -> Panel {
    Panel {
        heading: Label::parse(heading),
        words: heading.to_owned(),
        x_label: Label::parse(x_label),
        curves: Vec::new(),
        scale,
        marks: Vec::new(),
        key: Vec::new(),
    }
}

/// Horizontally logarithmic axes are drawn over the logarithm.
fn logarithmic(series: &Series) -> Series {
    Series { x: series.x.iter().map(|x| x.log10()).collect(), ..series.clone() }
}

/// The points whose standard error is below half of their value.
fn resolved(series: &Series) -> Series {
    let mut clear = Series::default();
    for k in 0..series.x.len() {
        let error = series.error.get(k).copied().unwrap_or(0.0);
        if error < 0.5 * series.y[k] {
            clear.x.push(series.x[k]);
            clear.y.push(series.y[k]);
            clear.error.push(error);
        }
    }
    clear
}

fn panels(picture: &ProfilePicture) -> Vec<Panel> {
    let exact = Pen { paint: Paint::Ink, width: 1.2, dash: DASH };
    let mut marginal = panel("Marginal densities, *c* = *w*/θ^{1/2}", "*c*", Scale::Automatic);
    for ((series, paint), name) in picture.marginals.iter().zip(AXES).zip(["*c*_x", "*c*_y", "*c*_z"]) {
        let pen = Pen::solid(paint, 1.6);
        marginal.curves.push(curve(series, pen));
        marginal.key.push((pen, Label::parse(name)));
    }
    // Thin dashes on top: they cover nothing of what is below.
    for series in picture.exact_marginals.iter().filter(|series| !series.x.is_empty()) {
        marginal.curves.push(curve(&Series { error: Vec::new(), ..series.clone() }, exact));
    }
    // A logarithmic axis has no place for what is mostly noise.
    let clear = resolved(&picture.radial);
    let mut radial = panel("Density of |*c*|", "log_{10} |*c*|", Scale::Automatic);
    let particles = Pen::solid(PARTICLES, 1.8);
    radial.curves.push(curve(&logarithmic(&clear), particles));
    radial.key.push((particles, Label::plain("particles")));
    if !picture.exact_radial.x.is_empty() {
        let bare = Series { error: Vec::new(), ..resolved(&picture.exact_radial) };
        radial.curves.push(curve(&logarithmic(&bare), exact));
        radial.key.push((exact, Label::plain("characteristic function")));
        marginal.key.push((exact, Label::plain("characteristic function")));
    }
    let low = clear.y.iter().copied().filter(|y| *y > 0.0).fold(f64::INFINITY, f64::min);
    let gaussian = |x: f64| (2.0 / std::f64::consts::PI).sqrt() * x * x * (-0.5 * x * x).exp();
    let seen = clear.x.iter().map(|&x| (x, gaussian(x))).filter(|(_, y)| *y > low);
    let maxwell: Series = seen.fold(Series::default(), |mut series, (x, y)| {
        series.x.push(x);
        series.y.push(y);
        series
    });
    let dotted = Pen { paint: Paint::Muted, width: 1.2, dash: &[2.0, 2.5] };
    radial.curves.push(curve(&logarithmic(&maxwell), dotted));
    radial.key.push((dotted, Label::plain("Maxwellian")));
    let mut growth = panel("Growth of moments, μ(*s*) − *s*β", "order *s*", Scale::Zero);
    growth.curves.push(curve(&picture.growth, Pen { paint: Paint::Curve(3), width: 1.5, dash: &[] }));
    let mut slope = panel("Slope of the tail, −d ln P(|*c*| > x)/d ln x", "log_{10} x", Scale::Linear);
    slope.curves.push(curve(&logarithmic(&picture.slope), particles));
    slope.key.push((particles, Label::plain("particles")));
    if let Some(order) = picture.tail {
        growth.marks.push((order, Label::parse(&format!("*s*_c = {order:.4}"))));
        let ends = [picture.slope.x.first(), picture.slope.x.last()];
        let x: Vec<f64> = ends.into_iter().flatten().copied().collect();
        let line = Series { y: vec![order; x.len()], x, error: Vec::new() };
        slope.curves.push(curve(&logarithmic(&line), exact));
        slope.key.push((exact, Label::parse("*s*_c")));
    }
    vec![marginal, radial, growth, slope]
}
