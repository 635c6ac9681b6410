//! Generators as the `[molecular.group]` of an input, with all their digits.

use omd_flow::Vector3;
use omd_molecular::{IsometryForm, Recognition};
use std::f64::consts::{PI, TAU};
use std::fmt::Write as _;

/// Angles that differ by less, in radian, are one.
const SAME: f64 = 1e-10;

/// The table; `None` where there are no generators.
pub(super) fn group_table(found: &Recognition) -> Option<String> {
    let forms: Vec<IsometryForm> = found.generators.iter().map(IsometryForm::of).collect();
    let advances = |form: &IsometryForm| form.advances(1e-9 * found.tolerance);
    let body = match forms.as_slice() {
        [] => return None,
        all if all.iter().all(|form| !form.reflects && form.angle == 0.0) => {
            let rows: Vec<String> = all.iter().map(|form| format!("    {},\n", vector(&form.translation))).collect();
            format!("kind = \"translation\"\ntranslations = [\n{}]\n", rows.concat())
        }
        [one] if !one.reflects && advances(one) => {
            let sign = one.axis.dot(&one.translation).signum();
            format!(
                "kind = \"helical\"\naxis = {}\npoint = {}\nangle = {:?}\npitch = {:?}\n",
                vector(&one.axis),
                vector(&one.point),
                degrees(one.angle),
                sign * one.translation.norm()
            )
        }
        [one] if !one.reflects && order(one.angle).is_some() => ring("cyclic", one),
        [turn, across] if let Some(centre) = centre(turn, across, &advances) => {
            let turn = IsometryForm { point: centre, ..*turn };
            format!("{}twofold-axis = {}\n", ring("dihedral", &turn), vector(&across.axis))
        }
        _ => listed(if found.commutes() { "product" } else { "generators" }, &forms, &advances),
    };
    Some(format!("[molecular.group]\n{body}"))
}

/// Of which order a rotation is that generates a ring by steps next to each other.
fn order(angle: f64) -> Option<i64> {
    let order = (TAU / angle.abs()).round();
    (order >= 2.0 && (order * angle.abs() - TAU).abs() < SAME).then_some(order as i64)
}

/// Where the axis of a ring meets a twofold axis normal to it.
fn centre(
    turn: &IsometryForm,
    across: &IsometryForm,
    advances: &impl Fn(&IsometryForm) -> bool,
) -> Option<Vector3<f64>> {
    let rotation = |form: &IsometryForm| !form.reflects && !advances(form) && form.angle != 0.0;
    let centre = turn.point + turn.axis * turn.axis.dot(&(across.point - turn.point));
    let off = (centre - across.point).cross(&across.axis).norm();
    let meets = rotation(turn)
        && rotation(across)
        && order(turn.angle).is_some()
        && (across.angle.abs() - PI).abs() < SAME
        && turn.axis.dot(&across.axis).abs() < SAME
        && off < 1e-9 * (1.0 + centre.norm());
    meets.then_some(centre)
}

fn ring(kind: &str, form: &IsometryForm) -> String {
    let order = order(form.angle).unwrap_or(1);
    format!("kind = \"{kind}\"\naxis = {}\npoint = {}\norder = {order}\n", vector(&form.axis), vector(&form.point))
}

fn listed(kind: &str, forms: &[IsometryForm], advances: &impl Fn(&IsometryForm) -> bool) -> String {
    let mut text = format!("kind = \"{kind}\"\ngenerators = [\n");
    for form in forms {
        let mut keys = Vec::new();
        if form.angle != 0.0 {
            keys.push(format!("axis = {}", vector(&form.axis)));
            keys.push(format!("angle = {:?}", degrees(form.angle)));
        }
        if form.reflects {
            keys.push(format!("mirror = {}", vector(&form.axis)));
        }
        if form.angle != 0.0 || form.reflects {
            keys.push(format!("point = {}", vector(&form.point)));
        }
        if advances(form) {
            keys.push(format!("translation = {}", vector(&form.translation)));
        }
        // Writing into a string does not fail.
        let _ = writeln!(text, "    {{ {} }},", keys.join(", "));
    }
    text + "]\n"
}

/// Degrees; whole ones are not off by rounding.
fn degrees(angle: f64) -> f64 {
    let degrees = angle.to_degrees();
    let short = (degrees * 1e9).round() / 1e9;
    if (degrees - short).abs() < 1e-11 { short } else { degrees }
}

/// Three numbers; what is rounding beside the others is zero.
fn vector(x: &Vector3<f64>) -> String {
    let number = |x: f64, size: f64| if x.abs() <= 1e-15 * size { 0.0 } else { x };
    let size = x.norm().max(1e-3);
    format!("[{:?}, {:?}, {:?}]", number(x.x, size), number(x.y, size), number(x.z, size))
}
