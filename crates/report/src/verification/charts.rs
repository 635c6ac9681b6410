//! Plots and maps of the record as charts, with the keys of their curves.

use super::record::{Curve, Map, Plot};
use crate::format::typeset;
use crate::plot::{Chart, Heat, Look, Mark, Paint, Pen, Series, svg};

/// A chart in the page.
pub(crate) struct Figure {
    pub(crate) title: String,
    pub(crate) svg: String,
    /// Maps are larger.
    pub(crate) class: &'static str,
    pub(crate) key: Vec<KeyEntry>,
    /// What the picture does not show.
    pub(crate) note: String,
}

/// A curve's sample and name.
pub(crate) struct KeyEntry {
    pub(crate) sample: String,
    pub(crate) label: String,
}

const SIZE: (f64, f64) = (400.0, 286.0);
const MAP_SIZE: (f64, f64) = (560.0, 390.0);
/// Places in the table of descriptions whose colours stand well apart.
const PALETTE: [usize; 7] = [0, 1, 7, 2, 8, 4, 6];
const DASHES: [&[f64]; 4] = [&[5.0, 3.0], &[1.5, 2.5], &[9.0, 3.0, 1.5, 3.0], &[12.0, 4.0]];

/// A plot; `None` where nothing of it can be drawn.
pub(crate) fn plot(plot: &Plot) -> Option<Figure> {
    let looks = looks(&plot.curves, false);
    let chart = chart(plot, &looks);
    chart.series.iter().any(|series| series.points.iter().any(is_number)).then(|| figure(plot, &chart, &looks))
}

/// A map; `None` where nothing of it can be drawn.
pub(crate) fn map(map: &Map) -> Option<Figure> {
    let fits = |middles: &[f64], logarithmic: bool| {
        let usable = |x: &f64| x.is_finite() && !(logarithmic && *x <= 0.0);
        !middles.is_empty() && middles.iter().all(usable) && middles.windows(2).all(|pair| pair[0] < pair[1])
    };
    let [x, y] = map.plot.logarithmic;
    if !fits(&map.columns, x) || !fits(&map.rows, y) || !map.values.iter().flatten().any(|value| value.is_finite()) {
        return None;
    }
    let looks = looks(&map.plot.curves, true);
    let mut chart = chart(&map.plot, &looks);
    chart.heat = Some(Heat {
        label: typeset(&map.value),
        logarithmic: map.logarithmic,
        columns: map.columns.clone(),
        rows: map.rows.clone(),
        values: map.values.clone(),
    });
    Some(figure(&map.plot, &chart, &looks))
}

fn is_number(point: &[f64; 3]) -> bool {
    point[0].is_finite() && point[1].is_finite()
}

fn chart(plot: &Plot, looks: &[Look]) -> Chart {
    let series = plot.curves.iter().zip(looks).map(|(curve, &look)| Series {
        title: typeset(&curve.label),
        look,
        points: curve.points.clone(),
    });
    Chart {
        words: plot.title.clone(),
        x_label: typeset(&plot.x),
        y_label: typeset(&plot.y),
        logarithmic: plot.logarithmic,
        series: series.collect(),
        heat: None,
    }
}

fn figure(plot: &Plot, chart: &Chart, looks: &[Look]) -> Figure {
    let mut key: Vec<KeyEntry> = Vec::new();
    let both = || plot.curves.iter().zip(looks);
    // What was measured, then theory.
    for (curve, look) in both().filter(|(c, _)| !c.is_theory).chain(both().filter(|(c, _)| c.is_theory)) {
        let entry = KeyEntry {
            sample: svg::render(&look.sample(), &curve.label, svg::Place::Page),
            label: typeset(&curve.label),
        };
        // Lines of theory of one name look the same and are named once.
        if key.iter().all(|other| other.label != entry.label || other.sample != entry.sample) {
            key.push(entry);
        }
    }
    let note = match chart.hidden() {
        0 => String::new(),
        1 => "One point is not positive and has no place on a logarithmic axis.".to_owned(),
        n => format!("{n} points are not positive and have no place on a logarithmic axis."),
    };
    let (class, (width, height)) = if chart.heat.is_some() { ("map", MAP_SIZE) } else { ("plot", SIZE) };
    let svg = svg::render(&chart.draw(width, height), &chart.words, svg::Place::Page);
    Figure { title: typeset(&plot.title), svg, class, key, note }
}

/// Points differ in colour and mark, lines of theory in their dashes.
fn looks(curves: &[Curve], over_map: bool) -> Vec<Look> {
    // Where there is theory, it joins the points.
    let joined = curves.iter().all(|curve| !curve.is_theory);
    let mut theories: Vec<&str> = Vec::new();
    let mut measured = 0;
    let mut looks = Vec::new();
    for curve in curves {
        if curve.is_theory {
            let known = theories.iter().position(|name| *name == curve.label);
            let place = known.unwrap_or(theories.len());
            if known.is_none() {
                theories.push(&curve.label);
            }
            let paint = if over_map { Paint::Ink } else { Paint::Muted };
            looks.push(Look { pen: Pen { paint, width: 1.3, dash: DASHES[place % DASHES.len()] }, mark: None, joined });
        } else {
            let paint = Paint::Curve(PALETTE[measured % PALETTE.len()]);
            let mark = Mark::ALL[measured % Mark::ALL.len()];
            looks.push(Look { pen: Pen::solid(paint, 1.2), mark: Some(mark), joined });
            measured += 1;
        }
    }
    looks
}
