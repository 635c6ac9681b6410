//! Four panels in one picture, for a README or a talk.

use crate::ReportError;
use crate::curves::{self, KINETIC_PART};
use crate::deviation::{self, Pair};
use crate::flow_view;
use crate::page::draw_legend;
use crate::plot::{self, Anchor, Drawing, Frame, Label, Paint, Panel, Scale, raster, svg};
use crate::results::{COMPONENTS, Results, mean_pressure, pressure};
use crate::units::Quantity;
use std::path::Path;

/// The file format of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Svg,
}

impl Format {
    /// The format of a file name.
    ///
    /// # Errors
    /// [`ReportError::PictureFormat`].
    pub(crate) fn of(path: &Path) -> Result<Self, ReportError> {
        match path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            _ => Err(ReportError::PictureFormat { path: path.to_owned() }),
        }
    }
}

const PANEL: (f64, f64) = (440.0, 280.0);
const PANELS: usize = 4;
const TOP: f64 = 66.0;
const MARGIN: f64 = 16.0;

/// The picture's bytes.
///
/// # Errors
/// [`ReportError::Render`].
pub(crate) fn render(results: &Results, format: Format) -> Result<Vec<u8>, ReportError> {
    let mut drawing = Drawing::new(2.0 * PANEL.0 + 2.0 * MARGIN, TOP + 2.0 * PANEL.1 + 8.0);
    drawing.text((MARGIN + 4.0, 26.0), Label::bold(&results.title), 17.0, Anchor::Start, Paint::Ink);
    let descriptions: Vec<usize> = results.tables.iter().map(|table| table.description).collect();
    draw_legend(&mut drawing, &descriptions, (MARGIN + 4.0, 51.0));
    let pairs = chain(&deviation::pairs(results));
    let panels = [Some(curves::temperature(results)), stress(results), normal_stress(results), last(results, &pairs)];
    let mut panels: Vec<Panel> = panels.into_iter().flatten().collect();
    let room = PANELS - panels.len();
    panels.extend(without_volume(results).into_iter().take(room));
    for (index, panel) in panels.into_iter().enumerate() {
        let (column, row) = ((index % 2) as f64, (index / 2) as f64);
        let (width, height) = PANEL;
        let frame = Frame { x: MARGIN + column * width, y: TOP + row * height, width, height };
        plot::draw(&mut drawing, &panel, frame);
    }
    match format {
        Format::Png => raster::render(&drawing).map_err(ReportError::Render),
        Format::Svg => Ok(svg::render(&drawing, &results.title, svg::Place::File).into_bytes()),
    }
}

/// The largest component off the diagonal, else `P_xx`.
fn stress(results: &Results) -> Option<Panel> {
    let off = COMPONENTS[3..].iter().copied().filter(|component| results.is_active(component));
    let largest = off.max_by(|a, b| departure(results, a).total_cmp(&departure(results, b)));
    with_key(curves::pressure(results, largest.unwrap_or("xx")))
}

/// With a word for the kinetic part, which is dashed; `None` without curves.
fn with_key(mut panel: Panel) -> Option<Panel> {
    let kinetic = panel.curves.iter().find(|curve| curve.title.ends_with(KINETIC_PART));
    panel.key.extend(kinetic.map(|curve| (curve.pen, Label::plain("kinetic part"))));
    Some(panel).filter(|panel| !panel.curves.is_empty())
}

/// The component of the diagonal farthest from the mean.
fn normal_stress(results: &Results) -> Option<Panel> {
    let diagonal = COMPONENTS[..3].iter().copied();
    let farthest = diagonal.max_by(|a, b| departure(results, a).total_cmp(&departure(results, b)))?;
    with_key(curves::pressure(results, farthest))
}

/// The distance of a component from its value in an isotropic state, over the mean pressure: the mean over all samples, in
/// which the fluctuations of a liquid cancel, for the description with the largest.
fn departure(results: &Results, component: &str) -> f64 {
    let isotropic = if COMPONENTS[..3].contains(&component) { 1.0 } else { 0.0 };
    let each = results.tables.iter().filter_map(|table| {
        let column = pressure(table, component)?;
        let mean = mean_pressure(table);
        let departures = column.values.iter().zip(&mean).map(|(p, m)| p / m - isotropic).filter(|x| x.is_finite());
        Some((departures.sum::<f64>() / mean.len().max(1) as f64).abs())
    });
    each.fold(0.0, f64::max)
}

/// What tubes, rods, layers and finite structures have in place of pressures.
fn without_volume(results: &Results) -> Vec<Panel> {
    let names = ["axial_force", "membrane_xx", "membrane_yy", "potential_energy"];
    names.into_iter().map(|name| curves::own_column(results, name)).filter(|panel| !panel.curves.is_empty()).collect()
}

/// The first pair of every description: one colour each.
fn chain(pairs: &[Pair]) -> Vec<Pair> {
    let mut chain: Vec<Pair> = Vec::new();
    for pair in pairs {
        if chain.len() < 3 && chain.iter().all(|other| other.finer != pair.finer) {
            chain.push(pair.clone());
        }
    }
    chain
}

/// Deviations in temperature; where there is nothing to compare, the viscosity of a flow that keeps the volume, or the volume
/// ratio of one that does not. Nothing of what has no volume.
fn last(results: &Results, pairs: &[Pair]) -> Option<Panel> {
    if pairs.is_empty() {
        let flow = results.flow.as_ref()?;
        if results.tables.iter().all(|table| pressure(table, "xx").is_none()) {
            return None;
        }
        if (flow.volume_ratio(results.end()) - 1.0).abs() < 1e-12
            && let Some(viscosity) = curves::rheology(results).into_iter().next()
        {
            return Some(viscosity);
        }
        return flow_view::panels(results, flow).into_iter().next();
    }
    let mut panel = curves::panel(results, "Deviation", "", Quantity::None, Scale::Zero);
    panel.heading = curves::heading("Deviation between levels", "Δ*T*/*T*", "%");
    for pair in pairs {
        let Some(deviation) = pair.of("temperature") else { continue };
        let curve = deviation::curve(pair, deviation);
        panel.key.push((curve.pen, Label::plain(&pair.name())));
        panel.curves.push(curve);
    }
    Some(panel)
}
