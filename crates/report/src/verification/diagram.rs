//! Figure 1, its arrows coloured and marked by their verdicts.

use super::arrows::Entry;
use super::verdict::Verdict;
use crate::plot::{Anchor, Drawing, Frame, Label, Paint, Pen, Point, Shape};

const WIDTH: f64 = 1060.0;
const HEIGHT: f64 = 470.0;
const BOX: (f64, f64) = (222.0, 84.0);
/// The left edges of the three columns and the upper edges of the two rows.
const COLUMNS: [f64; 3] = [8.0, 419.0, 830.0];
const ROWS: [f64; 2] = [34.0, 252.0];
/// The two roads of arrow (4) lie so far from the middle.
const APART: f64 = 24.0;
const BOXES: [[(&str, &str); 3]; 2] = [
    [
        ("Molecular dynamics", "Newton’s equations"),
        ("Kinetic theory", "Boltzmann, Vlasov"),
        ("Hydrodynamics", "Euler, Navier–Stokes"),
    ],
    [
        ("Objective MD", "atoms and their images"),
        ("Reduced kinetic theory", "homo-energetic equation"),
        ("Reduced hydrodynamics", "ordinary differential equations"),
    ],
];
const SCALES: [&str; 3] = ["micro", "meso", "macro"];

/// The picture.
pub(crate) fn draw(entries: &[Entry<'_>]) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    for (column, scale) in SCALES.iter().enumerate() {
        let at = (COLUMNS[column] + 0.5 * BOX.0, 18.0);
        drawing.text(at, Label::plain(scale), 13.0, Anchor::Middle, Paint::Muted);
    }
    for (row, boxes) in BOXES.iter().enumerate() {
        for (column, (name, words)) in boxes.iter().enumerate() {
            draw_box(&mut drawing, (COLUMNS[column], ROWS[row]), name, words);
        }
    }
    for entry in entries {
        if let Some((from, to, side)) = course(&entry.name) {
            draw_arrow(&mut drawing, entry, from, to, side);
        }
    }
    for (name, left) in [("diagram", COLUMNS[0]), ("breakdown", 538.0)] {
        if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
            draw_line(&mut drawing, entry, left);
        }
    }
    drawing
}

/// On which side of an arrow its words stand.
#[derive(Clone, Copy)]
enum Side {
    Above,
    Below,
    Left,
    Right,
}

/// Where an arrow of the record runs.
fn course(name: &str) -> Option<(Point, Point, Side)> {
    const GAP: f64 = 7.0;
    let level = |column: usize, row: usize, shift: f64, side: Side| {
        let y = ROWS[row] + 0.5 * BOX.1 + shift;
        Some(((COLUMNS[column] + BOX.0 + GAP, y), (COLUMNS[column + 1] - GAP, y), side))
    };
    let down = |column: usize, side: Side| {
        let x = COLUMNS[column] + 0.5 * BOX.0;
        Some(((x, ROWS[0] + BOX.1 + GAP), (x, ROWS[1] - GAP), side))
    };
    match name {
        "1" => down(0, Side::Right),
        "2" => level(0, 0, 0.0, Side::Above),
        "3" => down(1, Side::Right),
        "4-mean-field" => level(0, 1, -APART, Side::Above),
        "4-boltzmann" => level(0, 1, APART, Side::Below),
        "5" => level(1, 0, 0.0, Side::Above),
        "6" => down(2, Side::Left),
        "7" => level(1, 1, 0.0, Side::Above),
        _ => None,
    }
}

fn draw_box(drawing: &mut Drawing, at: Point, name: &str, words: &str) {
    let frame = Frame { x: at.0, y: at.1, width: BOX.0, height: BOX.1 };
    let outline = Drawing::rounded(frame, 8.0);
    drawing.area(outline.clone(), Paint::Card, 1.0);
    drawing.line(outline, Pen::solid(Paint::Muted, 1.2));
    let middle = at.0 + 0.5 * BOX.0;
    drawing.text((middle, at.1 + 37.0), Label::bold(name), 14.5, Anchor::Middle, Paint::Ink);
    drawing.text((middle, at.1 + 58.0), Label::plain(words), 12.0, Anchor::Middle, Paint::Muted);
}

/// What is drawn in here leads to the arrow's section, where there is one.
fn linked(drawing: &mut Drawing, entry: &Entry<'_>, draw: impl FnOnce(&mut Drawing)) {
    let title = format!("{}: {}, {}", entry.heading(), entry.verdict.word(), entry.count());
    let has_section = !entry.studies.is_empty();
    if has_section {
        drawing.shapes.push(Shape::Link(entry.anchor()));
    }
    drawing.shapes.push(Shape::Open { class: None, title: Some(title) });
    draw(drawing);
    drawing.shapes.push(Shape::Close);
    if has_section {
        drawing.shapes.push(Shape::Unlink);
    }
}

fn draw_arrow(drawing: &mut Drawing, entry: &Entry<'_>, from: Point, to: Point, side: Side) {
    linked(drawing, entry, |drawing| {
        drawing.arrow(from, to, entry.verdict.pen());
        // The mark sits on the arrow, the words beside it.
        let middle = (0.5 * (from.0 + to.0), 0.5 * (from.1 + to.1));
        let label = Label::bold(entry.number).then(Label::plain(&format!(" {}", entry.short)));
        let words = [(label, 13.0, Paint::Ink), (count(entry), 11.5, entry.verdict.paint())];
        let places: [(Point, Anchor); 2] = match side {
            Side::Above => {
                [((middle.0, middle.1 - 34.0), Anchor::Middle), ((middle.0, middle.1 - 18.0), Anchor::Middle)]
            }
            Side::Below => {
                [((middle.0, middle.1 + 27.0), Anchor::Middle), ((middle.0, middle.1 + 43.0), Anchor::Middle)]
            }
            Side::Left => {
                [((middle.0 - 20.0, middle.1 - 3.0), Anchor::End), ((middle.0 - 20.0, middle.1 + 13.0), Anchor::End)]
            }
            Side::Right => [
                ((middle.0 + 20.0, middle.1 - 3.0), Anchor::Start),
                ((middle.0 + 20.0, middle.1 + 13.0), Anchor::Start),
            ],
        };
        for ((label, size, paint), (at, anchor)) in words.into_iter().zip(places) {
            drawing.text(at, label, size, anchor, paint);
        }
        halo(drawing, middle);
        entry.verdict.draw_mark(drawing, middle, 10.0);
    });
}

/// The paper shows around a mark, which parts it from its arrow.
fn halo(drawing: &mut Drawing, at: Point) {
    let frame = Frame { x: at.0 - 13.0, y: at.1 - 13.0, width: 26.0, height: 26.0 };
    drawing.area(Drawing::rounded(frame, 13.0), Paint::Page, 1.0);
}

/// The verdict and the number of studies.
fn count(entry: &Entry<'_>) -> Label {
    match entry.verdict {
        Verdict::Missing if entry.studies.is_empty() => Label::plain("not run"),
        verdict => Label::plain(&format!("{}, {}", verdict.word(), entry.count())),
    }
}

/// What is made of several arrows, in a line below them.
fn draw_line(drawing: &mut Drawing, entry: &Entry<'_>, left: f64) {
    linked(drawing, entry, |drawing| {
        let frame = Frame { x: left, y: 404.0, width: 514.0, height: 50.0 };
        let outline = Drawing::rounded(frame, 8.0);
        drawing.area(outline.clone(), Paint::Page, 1.0);
        drawing.line(outline, Pen { width: 1.6, ..entry.verdict.pen() });
        entry.verdict.draw_mark(drawing, (left + 27.0, 429.0), 10.0);
        let heading =
            if entry.name == "diagram" { "The diagram commutes" } else { "Where the descriptions cease to hold" };
        drawing.text((left + 48.0, 434.0), Label::bold(heading), 13.5, Anchor::Start, Paint::Ink);
        drawing.text((left + 498.0, 434.0), count(entry), 11.5, Anchor::End, entry.verdict.paint());
    });
}
