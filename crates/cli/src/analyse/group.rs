//! Generators as the `[molecular.group]` of an input, with all their digits.

use omd_flow::Vector3;
use omd_molecular::{GroupElement, IsometryForm, Recognition};
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
                one.angle.to_degrees(),
                sign * one.translation.norm()
            )
        }
        [one] if !one.reflects && order(one.angle).is_some() => ring("cyclic", one),
        [turn, across] if dihedral(turn, across, &advances) => {
            // The twofold axis meets the other one: its direction says all but where.
            let shared = GroupElement::about(&turn.point, across.element().rotation, &Vector3::zeros());
            let same = (shared.offset - across.element().offset).norm() < 1e-9 * (1.0 + shared.offset.norm());
            if same {
                format!("{}twofold-axis = {}\n", ring("dihedral", turn), vector(&across.axis))
            } else {
                listed("generators", &forms)
            }
        }
        _ => listed(if found.commutes() { "product" } else { "generators" }, &forms),
    };
    Some(format!("[molecular.group]\n{body}"))
}

/// Of which order a rotation is that generates a ring by steps next to each other.
fn order(angle: f64) -> Option<i64> {
    let order = (TAU / angle).round();
    (order >= 2.0 && (order * angle - TAU).abs() < SAME).then_some(order as i64)
}

fn dihedral(turn: &IsometryForm, across: &IsometryForm, advances: &impl Fn(&IsometryForm) -> bool) -> bool {
    let rotation = |form: &IsometryForm| !form.reflects && !advances(form) && form.angle != 0.0;
    rotation(turn)
        && rotation(across)
        && order(turn.angle).is_some()
        && (across.angle - PI).abs() < SAME
        && turn.axis.dot(&across.axis).abs() < SAME
}

fn ring(kind: &str, form: &IsometryForm) -> String {
    let order = order(form.angle).unwrap_or(1);
    format!("kind = \"{kind}\"\naxis = {}\npoint = {}\norder = {order}\n", vector(&form.axis), vector(&form.point))
}

fn listed(kind: &str, forms: &[IsometryForm]) -> String {
    let mut text = format!("kind = \"{kind}\"\ngenerators = [\n");
    for form in forms {
        let mut keys = Vec::new();
        if form.angle != 0.0 {
            keys.push(format!("axis = {}", vector(&form.axis)));
            keys.push(format!("angle = {:?}", form.angle.to_degrees()));
        }
        if form.reflects {
            keys.push(format!("mirror = {}", vector(&form.axis)));
        }
        if form.angle != 0.0 || form.reflects {
            keys.push(format!("point = {}", vector(&form.point)));
        }
        if form.translation != Vector3::zeros() {
            keys.push(format!("translation = {}", vector(&form.translation)));
        }
        // Writing into a string does not fail.
        let _ = writeln!(text, "    {{ {} }},", keys.join(", "));
    }
    text + "]\n"
}

fn vector(x: &Vector3<f64>) -> String {
    format!("[{:?}, {:?}, {:?}]", x.x + 0.0, x.y + 0.0, x.z + 0.0)
}
