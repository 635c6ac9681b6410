//! When two atoms on curves come as near as the cutoff.

use omd_flow::Vector3;

/// Control points of a polynomial of degree 5 on `[0, 1]`, in Bernstein's form: it stays within their hull.
pub(super) type Curve = [Vector3<f64>; 6];

/// Halvings after which a root is good enough to start Newton's iteration from.
const MOST_HALVINGS: u32 = 26;

/// The straight line from `begin` to `end`.
pub(super) fn straight(begin: &Vector3<f64>, end: &Vector3<f64>) -> Curve {
    std::array::from_fn(|k| begin + (end - begin) * (k as f64 / 5.0))
}

/// The curve with these positions, velocities and accelerations at its ends, `duration` apart.
pub(super) fn hermite(duration: f64, begin: [Vector3<f64>; 3], end: [Vector3<f64>; 3]) -> Curve {
    let [x0, v0, a0] = begin;
    let [x1, v1, a1] = end;
    let (first, second) = (duration / 5.0, duration * duration / 20.0);
    [
        x0,
        x0 + v0 * first,
        x0 + v0 * (2.0 * first) + a0 * second,
        x1 - v1 * (2.0 * first) + a1 * second,
        x1 - v1 * first,
        x1,
    ]
}

/// The parts of a curve before and after `place`.
fn split(curve: &Curve, place: f64) -> (Curve, Curve) {
    let (mut row, mut before, mut after) = (*curve, *curve, *curve);
    for level in 0..6 {
        before[level] = row[0];
        after[5 - level] = row[5 - level];
        for k in 0..5 - level {
            row[k] = row[k] * (1.0 - place) + row[k + 1] * place;
        }
    }
    (before, after)
}

/// The part of a curve between two places.
pub(super) fn restrict(curve: &Curve, begin: f64, end: f64) -> Curve {
    if begin <= 0.0 && end >= 1.0 {
        return *curve;
    }
    let (_, after) = split(curve, begin.clamp(0.0, 1.0));
    split(&after, ((end - begin) / (1.0 - begin).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)).0
}

/// The first place at which `separation` is at most as long as `distance` and gets shorter.
pub(super) fn first_contact(separation: &Curve, distance: f64) -> Option<f64> {
    search(separation, distance, 0.0, 1.0, 0)
}

fn search(curve: &Curve, distance: f64, begin: f64, end: f64, halvings: u32) -> Option<f64> {
    let middle = (curve[0] + curve[5]) * 0.5;
    let radius = curve.iter().map(|point| (point - middle).norm()).fold(0.0, f64::max);
    if middle.norm() - radius > distance || recedes(curve) {
        return None;
    }
    let inside = curve[0].norm_squared() <= distance * distance && curve[0].dot(&(curve[1] - curve[0])) < 0.0;
    if inside || halvings == MOST_HALVINGS {
        return Some(begin);
    }
    let (before, after) = split(curve, 0.5);
    let half = 0.5 * (begin + end);
    search(&before, distance, begin, half, halvings + 1).or_else(|| search(&after, distance, half, end, halvings + 1))
}

/// Whether the length grows all along the curve: `r . dr` is within the hull of the products of control points.
fn recedes(curve: &Curve) -> bool {
    let rates: [Vector3<f64>; 5] = std::array::from_fn(|k| curve[k + 1] - curve[k]);
    curve.iter().all(|point| rates.iter().all(|rate| point.dot(rate) >= 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_meets_a_sphere_where_the_quadratic_says() {
        let curve = straight(&Vector3::new(-5.0, 0.6, 0.0), &Vector3::new(5.0, 0.6, 0.0));
        let exact = (5.0 - (1.0f64 - 0.36).sqrt()) / 10.0;
        let found = first_contact(&curve, 1.0).unwrap();
        assert!((found - exact).abs() < 1e-7, "{found} {exact}");
        assert_eq!(first_contact(&restrict(&curve, 0.5, 1.0), 1.0), None, "it recedes there");
        assert!(first_contact(&restrict(&curve, 0.45, 1.0), 1.0) == Some(0.0), "it is inside and approaches");
        assert_eq!(first_contact(&curve, 0.59), None);
    }

    #[test]
    fn a_curve_keeps_its_ends_and_its_parts() {
        let end = |k: f64| [0.0, 1.0, 2.0].map(|j| Vector3::new(k + j, 0.3 * k - j, j * k));
        let curve = hermite(0.7, end(1.0), end(-2.0));
        let part = restrict(&curve, 0.25, 0.75);
        let (_, after) = split(&curve, 0.25);
        assert!((part[0] - after[0]).norm() < 1e-14);
        let whole = split(&curve, 0.5).0[5];
        assert!((split(&part, 0.5).0[5] - whole).norm() < 1e-14);
        // The velocity of the curve at its start.
        assert!(((curve[1] - curve[0]) * 5.0 / 0.7 - end(1.0)[1]).norm() < 1e-13);
    }
}
