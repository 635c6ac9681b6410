//! A recognised structure in words.

use omd_flow::Vector3;
use omd_molecular::{AtomSet, Extent, GroupElement, IsometryForm, Recognition, ScrewAxis, Verdict};
use std::fmt::Write as _;

/// Atoms out of place that are named.
const NAMED: usize = 12;

/// What was found, line by line.
pub(super) fn report(file: &str, atoms: &AtomSet, labels: &[String], found: &Recognition) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<18} {value}");
    };
    line("atoms", formula(labels, atoms.species.iter().copied()));
    line("extent", extent(found, atoms.positions.len()));
    line("verdict", verdict(found, atoms.positions.len()));
    let size = found.molecule.len();
    if found.verdict != Verdict::Damaged || !found.generators.is_empty() {
        let molecule = formula(labels, found.molecule.iter().map(|(_, k)| *k));
        let more = if size > found.molecule_size { "; a group that makes each atom once needs so many" } else { "" };
        line("molecule", format!("{} ({molecule}){more}", plural(size, "atom")));
    }
    line("all isometries", isometries(found));
    if let Some(axis) = &found.axis {
        axis_lines(axis, &mut line);
    }
    for (k, edge) in found.translations.iter().enumerate() {
        line(if k == 0 { "translations" } else { "" }, format!("{}, length {}", vector(edge), number(edge.norm())));
    }
    for (k, element) in found.generators.iter().enumerate() {
        line(
            if k == 0 { "generators" } else { "" },
            format!("{}  {}", k + 1, described(&IsometryForm::of(element), found.tolerance)),
        );
    }
    if found.generators.len() > 1 && found.commutes() {
        line("", "they commute".to_owned());
    }
    let worst = format!("{:.1e} (atom {}); ", found.misfit, found.farthest + 1);
    let worst = if found.verdict == Verdict::Trivial { String::new() } else { worst };
    line("largest misfit", format!("{worst}tolerance {}", number(found.tolerance)));
    if let Some(cutoff) = found.cutoff {
        line("surroundings", format!("within {}", number(cutoff)));
    }
    if !found.failing.is_empty() {
        let names: Vec<String> = found.failing.iter().take(NAMED).map(|atom| (atom + 1).to_string()).collect();
        let more = found.failing.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        line("out of place", format!("atoms {}{more}", names.join(", ")));
    }
    for place in found.vacant.iter().take(NAMED) {
        line("no atom at", vector(place));
    }
    format!("{file}\n{}", text.trim_end())
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// `2 Na, 2 Cl`.
fn formula(labels: &[String], species: impl Iterator<Item = usize>) -> String {
    let mut counts = vec![0usize; labels.len()];
    species.for_each(|k| counts[k] += 1);
    let parts: Vec<String> = labels
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| format!("{count} {label}"))
        .collect();
    parts.join(", ")
}

fn extent(found: &Recognition, count: usize) -> String {
    match found.extent {
        Extent::Finite => "these atoms and no others".to_owned(),
        Extent::Periodic => "the cell repeats".to_owned(),
        Extent::Piece { judged } => {
            let infinite = ["", "chain or tube", "layer", "crystal"][found.dimension.min(3)];
            format!("a piece of an infinite {infinite}; {judged} of {count} atoms judged, the others are near its ends")
        }
    }
}

fn verdict(found: &Recognition, count: usize) -> String {
    match (found.verdict, found.extent) {
        (Verdict::Objective, Extent::Finite) => {
            let size = found.molecule.len();
            format!(
                "an objective molecular structure: {}, each of {}",
                plural(count / size, "molecule"),
                plural(size, "atom")
            )
        }
        (Verdict::Objective, _) => {
            let size = found.molecule.len();
            format!("an objective molecular structure: infinitely many molecules, each of {}", plural(size, "atom"))
        }
        (Verdict::Trivial, _) => format!("objective only trivially: one molecule of {}", plural(count, "atom")),
        (Verdict::Damaged, _) => {
            let (failing, vacant) = (found.failing.len(), found.vacant.len());
            format!(
                "not an objective molecular structure: {} out of place, {} empty; without them it has the group below",
                plural(failing, "atom"),
                plural(vacant, "place")
            )
        }
    }
}

/// The group of all isometries in a line.
fn isometries(found: &Recognition) -> String {
    let symbol = &found.point_group;
    let orbits = match found.orbits {
        1 => "all atoms are equivalent".to_owned(),
        orbits => format!("{orbits} kinds of equivalent atoms"),
    };
    let group = match (found.order, found.dimension) {
        (Some(_), _) if symbol.contains("inf") || symbol == "K_h" => format!("point group {symbol}"),
        (Some(order), _) => format!("point group {symbol}, order {order}"),
        (None, 1) => {
            let has = |sign: bool, proper: bool| {
                found.axis.is_some_and(|axis| {
                    let along = |g: &GroupElement| (g.rotation * axis.direction).dot(&axis.direction) > 0.0;
                    let kind = |g: &&GroupElement| along(g) == sign && (g.rotation.determinant() > 0.0) == proper;
                    found.cosets[1..].iter().any(|g| kind(&g))
                })
            };
            let mut parts = vec!["screws and turns about an axis"];
            let more = [
                (has(false, true), "half turns across it"),
                (has(true, false), "mirror or glide planes through it"),
                (has(false, false), "reflections of it"),
            ];
            parts.extend(more.iter().filter(|(there, _)| *there).map(|(_, text)| *text));
            parts.join(", ")
        }
        (None, 2) => format!("layer group of point group {symbol}"),
        (None, _) => format!("space group of point group {symbol}"),
    };
    format!("{group}; {orbits}")
}

fn axis_lines(axis: &ScrewAxis, line: &mut impl FnMut(&str, String)) {
    line("axis", format!("along {} through {}", vector(&axis.direction), vector(&axis.point)));
    if let Some([angle, pitch]) = axis.screw {
        line("screw", format!("{} degrees, pitch {}", number(angle.to_degrees()), number(pitch)));
    }
    line("turns", format!("order {}", axis.order));
}

/// One isometry in words.
fn described(form: &IsometryForm, tolerance: f64) -> String {
    let IsometryForm { axis, angle, reflects, point, translation } = form;
    let degrees = number(angle.to_degrees());
    let along = number(axis.dot(translation));
    let (axis, through) = (vector(axis), vector(point));
    let half = (angle.abs().to_degrees() - 180.0).abs() < 1e-6;
    match (*reflects, *angle == 0.0, form.advances(1e-6 * tolerance)) {
        (false, true, _) => format!("translation {}", vector(translation)),
        (false, false, false) => format!("rotation {degrees} degrees about {axis} through {through}"),
        (false, false, true) => format!("screw {degrees} degrees about {axis} through {through}, {along} along it"),
        (true, true, false) => format!("reflection along {axis} at {through}"),
        (true, true, true) => format!("glide: reflection along {axis} at {through}, then {}", vector(translation)),
        (true, false, _) if half => format!("inversion at {through}"),
        (true, false, _) => format!("rotoreflection {degrees} degrees about {axis} at {through}"),
    }
}

fn vector(x: &Vector3<f64>) -> String {
    format!("({}, {}, {})", number(x.x), number(x.y), number(x.z))
}

/// Six decimals without the zeros at their end.
fn number(x: f64) -> String {
    let text = format!("{:.6}", x + 0.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
