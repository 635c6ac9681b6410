//! The page, put together.

use super::arrows::{self, ARROWS};
use super::charts::{self, Figure};
use super::diagram;
use super::record::{self, Claim, Record, Table};
use super::verdict::{Verdict, most_telling};
use crate::ReportError;
use crate::format::{number, typeset, with_error};
use crate::plot::{svg, theme};
use askama::Template;

#[derive(Template)]
#[template(path = "verify.html")]
struct Page {
    title: &'static str,
    subtitle: String,
    colors: String,
    fonts: &'static str,
    fault: Option<Fault>,
    totals: Vec<Total>,
    figure: String,
    entries: Vec<EntryView>,
}

struct Fault {
    name: String,
    words: &'static str,
}

struct Total {
    class: &'static str,
    text: String,
}

struct EntryView {
    anchor: String,
    heading: String,
    verdict: &'static str,
    class: &'static str,
    studies: Vec<StudyView>,
}

struct StudyView {
    anchor: String,
    name: String,
    title: String,
    input: String,
    verdict: &'static str,
    class: &'static str,
    /// `3 of 4`.
    count: String,
    telling: Option<ClaimView>,
    has_probabilities: bool,
    claims: Vec<ClaimView>,
    figures: Vec<Figure>,
    tables: Vec<TableView>,
}

struct ClaimView {
    text: String,
    measured: String,
    expected: String,
    probability: String,
    verdict: &'static str,
    class: &'static str,
}

struct TableView {
    caption: String,
    header: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

struct Cell {
    text: String,
    is_left: bool,
}

/// The whole page.
///
/// # Errors
/// [`ReportError::Render`], a fault of this program.
pub(crate) fn render(record: &Record) -> Result<String, ReportError> {
    let entries = arrows::entries(record);
    let figure = svg::render(&diagram::draw(&entries), "Figure 1 with the verdict on every arrow", svg::Place::Page);
    let page = Page {
        title: "Figure 1, measured",
        subtitle: subtitle(record),
        colors: theme::css(),
        fonts: svg::FONTS,
        fault: record.fault.as_ref().map(|name| Fault { name: name.clone(), words: fault_words(name) }),
        totals: totals(record, &entries),
        figure,
        entries: entries.iter().map(entry_view).collect(),
    };
    page.render().map_err(|error| ReportError::Render(error.to_string()))
}

fn subtitle(record: &Record) -> String {
    let labelled = |label: &str, value: &str| (!value.is_empty()).then(|| format!("{label}{value}"));
    let parts = [
        labelled("omd ", &record.version),
        labelled("effort: ", &record.effort),
        labelled("seed ", &record.seed),
        labelled("finished ", &record.finished.replace('T', " ").replace('Z', " UTC")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What the planted mistakes are.
fn fault_words(name: &str) -> &'static str {
    match name {
        "printed-dissipation" => "The dissipation of (20) lacks its factor 4/(3ρ).",
        "collision-rate" => "Collisions of the kinetic descriptions are 5 % too frequent.",
        "flow-sign" => "The reduced description of an arrow runs under −A.",
        _ => "",
    }
}

/// How many claims hold, are undecided and fail, and how many arrows were not run.
fn totals(record: &Record, entries: &[arrows::Entry<'_>]) -> Vec<Total> {
    let claims = || record.studies.iter().flat_map(|study| &study.claims);
    let plural = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut totals = Vec::new();
    for (verdict, one, many) in [
        (Verdict::Holds, "claim holds", "claims hold"),
        (Verdict::Undecided, "undecided", "undecided"),
        (Verdict::Fails, "fails", "fail"),
    ] {
        let n = claims().filter(|claim| claim.verdict == verdict).count();
        if n > 0 {
            totals.push(Total { class: verdict.class(), text: plural(n, one, many) });
        }
    }
    let missing = entries.iter().take(ARROWS.len()).filter(|entry| entry.studies.is_empty()).count();
    if missing > 0 {
        let text = format!("{missing} of {} not run", ARROWS.len());
        totals.push(Total { class: Verdict::Missing.class(), text });
    }
    totals
}

fn entry_view(entry: &arrows::Entry<'_>) -> EntryView {
    let anchor = entry.anchor();
    let study = |(index, study): (usize, &&record::Study)| {
        let holding = study.claims.iter().filter(|claim| claim.verdict == Verdict::Holds).count();
        let figures = study.plots.iter().filter_map(charts::plot).chain(study.maps.iter().filter_map(charts::map));
        StudyView {
            anchor: format!("{anchor}-study-{}", index + 1),
            name: study.name.clone(),
            title: typeset(if study.title.is_empty() { &study.name } else { &study.title }),
            input: study.input.clone(),
            verdict: spoken(study.verdict),
            class: study.verdict.class(),
            count: format!("{holding} of {}", study.claims.len()),
            telling: most_telling(&study.claims).map(claim_view),
            has_probabilities: study.claims.iter().any(|claim| claim.probability.is_some()),
            claims: study.claims.iter().map(claim_view).collect(),
            figures: figures.collect(),
            tables: study.tables.iter().filter(|table| !table.rows.is_empty()).map(table_view).collect(),
        }
    };
    EntryView {
        heading: entry.heading(),
        verdict: spoken(entry.verdict),
        class: entry.verdict.class(),
        studies: entry.studies.iter().enumerate().map(study).collect(),
        anchor,
    }
}

/// Of what was run.
fn spoken(verdict: Verdict) -> &'static str {
    if verdict == Verdict::Missing { "no verdict" } else { verdict.word() }
}

fn claim_view(claim: &Claim) -> ClaimView {
    let has_error = claim.error.is_some_and(|error| error.is_finite() && error > 0.0);
    ClaimView {
        text: typeset(&claim.text),
        measured: if has_error { with_error(claim.value, claim.error) } else { number(claim.value, 4) },
        expected: typeset(&claim.expected),
        probability: claim.probability.map_or_else(String::new, |p| number(p, 2)),
        verdict: spoken(claim.verdict),
        class: claim.verdict.class(),
    }
}

fn table_view(table: &Table) -> TableView {
    let columns = table.rows.iter().map(Vec::len).chain([table.header.len()]).max().unwrap_or(0);
    let is_number =
        |text: &String| text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit() || "-+.".contains(c));
    let is_left: Vec<bool> =
        (0..columns).map(|column| !table.rows.iter().filter_map(|row| row.get(column)).all(is_number)).collect();
    let cells = |row: &Vec<String>| {
        let cell = |column: usize| Cell {
            text: row.get(column).map(|text| typeset(text)).unwrap_or_default(),
            is_left: is_left[column],
        };
        (0..columns).map(cell).collect()
    };
    TableView {
        caption: typeset(&table.caption),
        header: cells(&table.header),
        rows: table.rows.iter().map(cells).collect(),
    }
}

/// The name of the record, for the page's link to it.
pub(crate) fn record_name() -> &'static str {
    record::FILE_NAME
}
