//! The page, put together.

use crate::ReportError;
use crate::curves;
use crate::descriptions::DESCRIPTIONS;
use crate::deviation::{self, Pair};
use crate::flow_view;
use crate::format::{compact, duration, number, percent, with_error};
use crate::manifest;
use crate::plot::{self, Anchor, Drawing, Frame, Label, Paint, Panel, svg, theme};
use crate::results::Results;
use crate::units::Quantity;
use crate::verdict::{Agreement, verdicts};
use askama::Template;
use omd_flow::AffineFlow;

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    title: String,
    subtitle: String,
    colors: String,
    toggles: String,
    fonts: &'static str,
    legend: Vec<LegendEntry>,
    verdicts: Vec<Verdict>,
    glance: Glance,
    flow: Option<FlowSection>,
    sections: Vec<Section>,
    deviations: Vec<PairSection>,
    deviation_table: DeviationTable,
    runs: Vec<RunEntry>,
    provenance: Vec<(String, String)>,
    has_manifest: bool,
    input: Option<String>,
    defaults: Option<String>,
}

struct LegendEntry {
    name: &'static str,
    words: &'static str,
    swatch: String,
}

struct Verdict {
    class: &'static str,
    text: String,
}

/// The last sample of every description.
struct Glance {
    time_unit: String,
    temperature_unit: String,
    pressure_unit: String,
    rows: Vec<GlanceRow>,
}

struct GlanceRow {
    swatch: String,
    name: &'static str,
    words: &'static str,
    level: &'static str,
    end: String,
    temperature: String,
    growth: String,
    pressure: String,
    replicas: String,
    wall: String,
}

struct FlowSection {
    matrix: String,
    unit: String,
    class: &'static str,
    singular: String,
    volume: String,
    long_time: String,
    cells: String,
    panels: Vec<String>,
}

struct Section {
    id: &'static str,
    title: &'static str,
    note: String,
    panels: Vec<String>,
}

struct PairSection {
    name: String,
    note: String,
    panels: Vec<String>,
}

struct DeviationTable {
    head: Vec<String>,
    rows: Vec<DeviationRow>,
}

struct DeviationRow {
    name: String,
    cells: Vec<DeviationCell>,
}

struct DeviationCell {
    largest: String,
    at: String,
    noise: String,
    class: &'static str,
}

struct RunEntry {
    name: &'static str,
    file: String,
    samples: usize,
    facts: Vec<(String, String)>,
}

/// The whole page.
///
/// # Errors
/// [`ReportError::Render`], a fault of this program.
pub(crate) fn render(results: &Results) -> Result<String, ReportError> {
    let pairs = deviation::pairs(results);
    let page = Page {
        title: results.title.clone(),
        subtitle: subtitle(results),
        colors: theme::css(),
        toggles: theme::toggles(),
        fonts: svg::FONTS,
        legend: legend(results),
        verdicts: verdicts(results, &pairs)
            .into_iter()
            .map(|(agreement, text)| Verdict { class: agreement.class(), text })
            .collect(),
        glance: glance(results),
        flow: results.flow.as_ref().map(|flow| flow_section(results, flow)),
        sections: sections(results),
        deviations: pairs.iter().map(|pair| pair_section(results, pair)).collect(),
        deviation_table: deviation_table(results, &pairs),
        runs: runs(results),
        provenance: readable(results.manifest.remaining()),
        has_manifest: !results.manifest.is_empty(),
        input: results.manifest.input().map(str::to_owned),
        defaults: results.manifest.defaults(),
    };
    page.render().map_err(|error| ReportError::Render(error.to_string()))
}

/// Four in a row of the page at their size.
const PANEL: Frame = Frame { x: 0.0, y: 0.0, width: 300.0, height: 216.0 };

/// Five in a row.
const SMALL_PANEL: Frame = Frame { x: 0.0, y: 0.0, width: 240.0, height: 178.0 };

fn panels_svg(panels: &[Panel], frame: Frame) -> Vec<String> {
    let svg = |panel: &Panel| {
        let mut drawing = Drawing::new(frame.width, frame.height);
        plot::draw(&mut drawing, panel, frame);
        svg::render(&drawing, &panel.words, svg::Place::Page)
    };
    panels.iter().map(svg).collect()
}

fn subtitle(results: &Results) -> String {
    let names: Vec<&str> = results.tables.iter().map(|table| DESCRIPTIONS[table.description].name).collect();
    let class = results.flow.as_ref().map_or_else(String::new, |flow| format!("{} · ", flow.classify().class.name()));
    let units = results.manifest.text("units").map_or_else(String::new, |units| format!(" · units {units}"));
    format!("{class}{}{units}", names.join(", "))
}

fn legend(results: &Results) -> Vec<LegendEntry> {
    let entry = |index: usize| {
        let style = &DESCRIPTIONS[index];
        LegendEntry { name: style.name, words: style.words, swatch: swatch(index) }
    };
    results.tables.iter().map(|table| entry(table.description)).collect()
}

/// A piece of a description's curve with its band.
fn swatch(index: usize) -> String {
    let mut drawing = Drawing::new(34.0, 12.0);
    drawing.area(vec![(0.0, 1.0), (34.0, 1.0), (34.0, 11.0), (0.0, 11.0)], Paint::Curve(index), 0.18);
    drawing.line(vec![(0.0, 6.0), (34.0, 6.0)], curves::pen(index));
    svg::render(&drawing, DESCRIPTIONS[index].name, svg::Place::Page)
}

fn unit_html(results: &Results, quantity: Quantity) -> String {
    let unit = results.unit(quantity);
    if unit.is_empty() { String::new() } else { format!(" ({})", Label::parse(unit).html()) }
}

fn glance(results: &Results) -> Glance {
    let rows = results.tables.iter().map(|table| {
        let style = &DESCRIPTIONS[table.description];
        let run = results.manifest.run(style.name);
        let last = table.time().len() - 1;
        let column = table.column("temperature");
        let (temperature, start) = column.map_or((f64::NAN, f64::NAN), |c| (c.values[last], c.values[0]));
        GlanceRow {
            swatch: swatch(table.description),
            name: style.name,
            words: style.words,
            level: style.level.name(),
            end: compact(table.end(), 5),
            temperature: with_error(temperature, column.and_then(|c| c.errors).map(|errors| errors[last])),
            growth: number(temperature / start, 4),
            pressure: number(curves::final_pressure(table), 5),
            replicas: run.replicas.map_or_else(|| "–".to_owned(), |r| r.to_string()),
            wall: run.wall_seconds.map_or_else(|| "–".to_owned(), duration),
        }
    });
    Glance {
        time_unit: unit_html(results, Quantity::Time),
        temperature_unit: unit_html(results, Quantity::Temperature),
        pressure_unit: unit_html(results, Quantity::Pressure),
        rows: rows.collect(),
    }
}

fn flow_section(results: &Results, flow: &AffineFlow) -> FlowSection {
    let time_unit = Label::parse(results.unit(Quantity::Time)).html();
    let singular = flow.singular_time().map_or_else(
        || "none: the flow exists for ever".to_owned(),
        |t| format!("{} {time_unit}: the volume vanishes there", compact(t, 6)),
    );
    let [c1, c2, c3] = flow.volume_coefficients();
    let mut volume = "1".to_owned();
    for (coefficient, power) in [(c1, "<i>t</i>"), (c2, "<i>t</i><sup>2</sup>"), (c3, "<i>t</i><sup>3</sup>")] {
        if coefficient != 0.0 {
            let sign = if coefficient < 0.0 { "−" } else { "+" };
            volume += &format!(" {sign} {} {power}", compact(coefficient.abs(), 4));
        }
    }
    FlowSection {
        matrix: flow_view::matrix_html(&flow.velocity_gradient_at_zero()),
        unit: Label::parse(results.unit(Quantity::Rate)).html(),
        class: flow.classify().class.name(),
        singular,
        volume,
        long_time: flow_view::long_time_html(flow),
        cells: svg::render(&flow_view::cells(results, flow), "The deforming cell", svg::Place::Page),
        panels: panels_svg(&flow_view::panels(results, flow), PANEL),
    }
}

fn sections(results: &Results) -> Vec<Section> {
    let (pressures, quiet) = curves::pressures(results);
    let mut pressure_note = String::from("The full pressure tensor.");
    if results.tables.iter().any(|table| table.values("kinetic_pxx").is_some()) {
        pressure_note += " Short dashes: its kinetic part, which is all that the kinetic levels have.";
    }
    if !quiet.is_empty() {
        let names: Vec<String> = quiet.iter().map(|c| Label::parse(&format!("*P_{{{c}}}*")).html()).collect();
        pressure_note += &format!(" Zero within noise or 0.1 % of <i>p</i>, not drawn: {}.", names.join(", "));
    }
    let rheology_note = "<i>D</i> is the traceless symmetric part of <i>L</i>(<i>t</i>), <i>p</i> = tr <i>P</i>/3. \
                         Errors of the components are added in squares.";
    let own = "Columns that not all levels have.";
    let all = [
        ("state", "State", String::new(), curves::state(results)),
        ("pressure", "Pressure tensor", pressure_note, pressures),
        ("rheology", "Material functions", rheology_note.to_owned(), curves::rheology(results)),
        ("heat-flux", "Heat flux", String::new(), curves::heat_flux(results)),
        ("own", "Further columns", own.to_owned(), curves::own_columns(results)),
    ];
    let mut sections: Vec<Section> = all
        .into_iter()
        .filter(|(.., panels)| !panels.is_empty())
        .map(|(id, title, note, panels)| Section { id, title, note, panels: panels_svg(&panels, PANEL) })
        .collect();
    sections.extend(distribution(results));
    sections
}

/// The histograms of velocities.
fn distribution(results: &Results) -> Option<Section> {
    let first = results.histograms.first()?;
    let mut panels = Vec::new();
    for histograms in &results.histograms {
        panels.extend(panels_svg(&histograms.panels(), PANEL));
        let planes = histograms.planes(0.6 * PANEL.width);
        panels.extend(planes.iter().map(|(drawing, words)| svg::render(drawing, words, svg::Place::Page)));
    }
    let names: Vec<&str> = results.histograms.iter().map(|one| DESCRIPTIONS[one.description].name).collect();
    let note = format!(
        "Of {} at t = {}, in velocities over (<i>T</i>/<i>m</i>)<sup>1/2</sup>; bands are one standard error over the \
         replicas. In the planes orange is more than the Gaussian of the same temperature has and blue is less, by the \
         root of the difference; what does not stand out of its noise is blank.",
        names.join(", "),
        number(first.time, 4)
    );
    Some(Section { id: "distribution", title: "Distribution of velocities", note, panels })
}

fn pair_section(results: &Results, pair: &Pair) -> PairSection {
    let name = |index: usize| DESCRIPTIONS[index].name;
    let kinetic = |index: usize| {
        let table = results.tables.iter().find(|table| table.description == index);
        table.is_some_and(|table| table.values("kinetic_pxx").is_some())
    };
    let note = if kinetic(pair.finer) {
        format!("The kinetic part of the pressure of {} is compared.", name(pair.finer))
    } else {
        String::new()
    };
    PairSection { name: pair.name(), note, panels: panels_svg(&deviation::panels(results, pair), SMALL_PANEL) }
}

fn deviation_table(results: &Results, pairs: &[Pair]) -> DeviationTable {
    let mut quantities: Vec<&'static str> = Vec::new();
    for deviation in pairs.iter().flat_map(|pair| &pair.deviations) {
        if !quantities.contains(&deviation.quantity) {
            quantities.push(deviation.quantity);
        }
    }
    let unit = Label::parse(results.unit(Quantity::Time)).html();
    let cell = |pair: &Pair, quantity: &str| {
        let Some(deviation) = pair.of(quantity) else {
            return DeviationCell {
                largest: "–".to_owned(), at: String::new(), noise: String::new(), class: "exact"
            };
        };
        let (largest, time) = deviation.largest();
        let noise = deviation.root_mean_square();
        DeviationCell {
            largest: percent(largest),
            at: if largest > 0.0 { format!("at {} {unit}", compact(time, 3)) } else { String::new() },
            noise: noise.map_or_else(String::new, |z| format!("{} se", number(z, 2))),
            class: Agreement::of(noise, pair.expected).class(),
        }
    };
    let rows = pairs.iter().map(|pair| DeviationRow {
        name: pair.name(),
        cells: quantities.iter().map(|quantity| cell(pair, quantity)).collect(),
    });
    DeviationTable {
        rows: rows.collect(),
        head: quantities.iter().map(|quantity| Label::parse(&deviation::symbol(quantity)).html()).collect(),
    }
}

fn runs(results: &Results) -> Vec<RunEntry> {
    let entry = |index: usize, samples: usize| {
        let name = DESCRIPTIONS[index].name;
        let run = results.manifest.run(name);
        let mut facts = Vec::new();
        let known = [
            ("seed", run.seed),
            ("replicas", run.replicas.map(|r| r.to_string())),
            ("wall time", run.wall_seconds.map(duration)),
            ("stopped", run.stopped),
        ];
        facts.extend(known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        facts.extend(run.facts);
        RunEntry { name, file: format!("{name}.csv"), samples, facts: readable(facts) }
    };
    results.tables.iter().map(|table| entry(table.description, table.time().len())).collect()
}

/// Keys as words, wall times as times.
fn readable(facts: Vec<(String, String)>) -> Vec<(String, String)> {
    let each = |(key, value): (String, String)| match value.parse() {
        Ok(seconds) if key == "wall_seconds" => ("wall time".to_owned(), duration(seconds)),
        _ => (key.replace('_', " "), value),
    };
    facts.into_iter().map(each).collect()
}

/// The name of the manifest, for the page's link to it.
pub(crate) fn manifest_name() -> &'static str {
    manifest::FILE_NAME
}

/// A legend in one row, for pictures; returns its width.
pub(crate) fn draw_legend(drawing: &mut Drawing, descriptions: &[usize], at: (f64, f64)) -> f64 {
    let mut x = at.0;
    for &index in descriptions {
        let label = Label::plain(DESCRIPTIONS[index].name);
        drawing.line(vec![(x, at.1 - 4.0), (x + 30.0, at.1 - 4.0)], curves::pen(index));
        let width = label.width(12.0);
        drawing.text((x + 36.0, at.1), label, 12.0, Anchor::Start, Paint::Ink);
        x += 36.0 + width + 22.0;
    }
    x - at.0
}
