//! The flow: its matrix, its long-time form, J(t), |L|(t) and the cell it deforms.

use crate::curves::{heading, time_label};
use crate::format::compact;
use crate::plot::{Anchor, Curve, Drawing, Frame, Label, Paint, Panel, Pen, Point, Scale};
use crate::results::Results;
use crate::units::Quantity;
use omd_flow::{AffineFlow, FlowClass, Matrix3, Vector3, lattice};

/// A matrix as an HTML table between brackets.
pub(crate) fn matrix_html(matrix: &Matrix3<f64>) -> String {
    let norm = matrix.norm();
    let mut out = String::from("<span class=\"matrix\"><table>");
    for i in 0..3 {
        out += "<tr>";
        for j in 0..3 {
            let entry = matrix[(i, j)];
            // Rounding of a rotated frame reads as zero.
            let entry = if entry.abs() < 1e-13 * norm { 0.0 } else { entry };
            out += &format!("<td>{}</td>", compact(entry, 4));
        }
        out += "</tr>";
    }
    out + "</table></span>"
}

/// The long-time form of `L(t)` in the frame of the input, as HTML.
pub(crate) fn long_time_html(flow: &AffineFlow) -> String {
    let form = flow.classify();
    match form.class {
        FlowClass::Rest => return "<i>L</i> = 0".to_owned(),
        FlowClass::Singular => return "none: the flow ends at <i>t</i>*".to_owned(),
        _ => {}
    }
    let mut terms = Vec::new();
    for (matrix, factor) in [
        (&form.growing, "<i>t</i>&#8202;"),
        (&form.constant, ""),
        (&form.decaying, "<span class=\"over\"><span>1</span><span><i>t</i></span></span>&#8202;"),
    ] {
        if matrix.norm() > 0.0 {
            terms.push(format!("{factor}{}", matrix_html(matrix)));
        }
    }
    let parameters: Vec<String> = (form.parameters.iter())
        .map(|(name, value)| format!("<i>{}</i>{} = {}", &name[..1], subscript(&name[1..]), compact(*value, 4)))
        .collect();
    let tail = if parameters.is_empty() { String::new() } else { format!(" &emsp;{}", parameters.join(", ")) };
    format!("<span class=\"sum\"><i>L</i>(<i>t</i>) ≃ {}</span>{tail}", terms.join(" + "))
}

fn subscript(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<sub>{text}</sub>") }
}

/// `J(t)` and `|L|(t)` over the run, `t*` marked where it is near.
pub(crate) fn panels(results: &Results, flow: &AffineFlow) -> Vec<Panel> {
    let end = results.end();
    if end <= 0.0 {
        return Vec::new();
    }
    let near = flow.singular_time().filter(|&t| t < 2.0 * end);
    // J is drawn up to t*, where it vanishes; L stops at the end of the run.
    let sampled = |last: f64, value: &dyn Fn(f64) -> f64| {
        let x: Vec<f64> = (0..=200).map(|k| last * f64::from(k) / 200.0).collect();
        Curve {
            description: None,
            title: String::new(),
            pen: Pen::solid(Paint::Ink, 1.6),
            y: x.iter().map(|&t| value(t)).collect(),
            x,
            error: Vec::new(),
        }
    };
    let mark = |time: f64| (time, Label::plain("t*"));
    let panel = |name: &str, symbol: &str, unit: &str, curve: Curve| Panel {
        heading: heading(name, symbol, unit),
        words: name.to_owned(),
        x_label: time_label(results),
        curves: vec![curve],
        scale: Scale::Automatic,
        marks: Vec::new(),
        key: Vec::new(),
    };
    let mut volume =
        panel("Volume ratio", "*J*(*t*)", "", sampled(near.unwrap_or(end), &|t| flow.volume_ratio(t).max(0.0)));
    volume.marks.extend(near.map(mark));
    let rate = results.unit(Quantity::Rate);
    let gradient = panel("Velocity gradient", "‖*L*(*t*)‖", rate, sampled(end, &|t| flow.velocity_gradient(t).norm()));
    vec![volume, gradient]
}

const CELL: f64 = 190.0;
const CAPTION: f64 = 24.0;

/// The unit cube carried by the flow at four times, in cabinet projection: x to the right, y up, z towards the reader;
/// last the reduced cell of the same lattice at the end of the run.
///
/// Every cell is scaled to its square; the cube of the start stands beside it at the same scale, dashed.
pub(crate) fn cells(results: &Results, flow: &AffineFlow) -> Drawing {
    let end = results.end();
    let strain = end * flow.velocity_gradient_at_zero().norm();
    // A large strain shows needles: two of the times are then early.
    let times = if strain > 6.0 { [0.0, 0.7 / strain, 2.0 / strain, 1.0] } else { [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0] };
    let mut drawing = Drawing::new(5.0 * CELL, CELL + CAPTION);
    let mut add = |index: usize, time: f64, edges: &Matrix3<f64>, tail: &str| {
        let frame = Frame { x: index as f64 * CELL + 16.0, y: 8.0, width: CELL - 32.0, height: CELL - 16.0 };
        cell(&mut drawing, edges, frame);
        let time = Label::parse("*t* = ").then(Label::plain(&compact(time, 3)));
        let caption = time.then(Label::parse(&format!(" {}{tail}", results.unit(Quantity::Time))));
        drawing.text(((index as f64 + 0.5) * CELL, CELL + 12.0), caption, 12.0, Anchor::Middle, Paint::Ink);
    };
    for (index, share) in times.into_iter().enumerate() {
        add(index, share * end, &flow.deformation(share * end), "");
    }
    add(4, end, &reduced(&flow.deformation(end)), ", reduced");
    drawing
}

/// The reduced cell, its edges ordered and signed to stand as the axes do.
fn reduced(deformation: &Matrix3<f64>) -> Matrix3<f64> {
    let basis = lattice::reduce(deformation).basis;
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let upright = |order: &[usize; 3]| -> f64 {
        (0..3).map(|i| basis[(i, order[i])].abs() / basis.column(order[i]).norm()).sum()
    };
    let best = orders.into_iter().max_by(|a, b| upright(a).total_cmp(&upright(b))).unwrap_or([0, 1, 2]);
    let edge = |i: usize| {
        let edge: Vector3<f64> = basis.column(best[i]).into();
        if edge[i] < 0.0 { -edge } else { edge }
    };
    Matrix3::from_columns(&[edge(0), edge(1), edge(2)])
}

/// Cabinet projection, y downwards as on a page.
fn project(point: &Vector3<f64>) -> Point {
    let depth = 0.5 * core::f64::consts::FRAC_1_SQRT_2 * point.z;
    (point.x - depth, -(point.y - depth))
}

fn cell(drawing: &mut Drawing, deformation: &Matrix3<f64>, frame: Frame) {
    let corner = |matrix: &Matrix3<f64>, bits: usize| {
        let unit = |bit: usize| if bits >> bit & 1 == 1 { 1.0 } else { 0.0 };
        project(&(matrix * Vector3::new(unit(0), unit(1), unit(2))))
    };
    let cube = Matrix3::identity();
    let all: Vec<Point> = (0..8).flat_map(|bits| [corner(deformation, bits), corner(&cube, bits)]).collect();
    let extent = |pick: fn(&Point) -> f64| {
        all.iter().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
    };
    let ((left, right), (top, bottom)) = (extent(|p| p.0), extent(|p| p.1));
    let scale = (frame.width / (right - left)).min(frame.height / (bottom - top));
    let center = (frame.x + 0.5 * frame.width, frame.y + 0.5 * frame.height);
    let place =
        |(x, y): Point| (center.0 + scale * (x - 0.5 * (left + right)), center.1 + scale * (y - 0.5 * (top + bottom)));
    let edges = [(0, 1), (0, 2), (0, 4), (1, 3), (1, 5), (2, 3), (2, 6), (3, 7), (4, 5), (4, 6), (5, 7), (6, 7)];
    if (deformation - cube).norm() > 1e-12 {
        for (a, b) in edges {
            let pen = Pen { paint: Paint::Muted, width: 0.7, dash: &[2.0, 2.0] };
            drawing.line(vec![place(corner(&cube, a)), place(corner(&cube, b))], pen);
        }
    }
    // The faces through the corner opposite to the origin, then all edges, the three base vectors on top.
    for face in [[1, 3, 7, 5], [2, 3, 7, 6], [4, 5, 7, 6]] {
        drawing.area(face.map(|bits| place(corner(deformation, bits))).to_vec(), Paint::Curve(0), 0.10);
    }
    for (a, b) in edges {
        let pen = Pen::solid(Paint::Ink, 1.0);
        drawing.line(vec![place(corner(deformation, a)), place(corner(deformation, b))], pen);
    }
    for (bit, description) in [(1, 0), (2, 1), (4, 7)] {
        let pen = Pen::solid(Paint::Curve(description), 2.6);
        drawing.line(vec![place(corner(deformation, 0)), place(corner(deformation, bit))], pen);
    }
}
