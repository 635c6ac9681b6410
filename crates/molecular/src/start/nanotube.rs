//! Rolled-up honeycombs.

use crate::GroupElement;
use omd_flow::Vector3;
use std::f64::consts::TAU;

/// A nanotube as two atoms and two screws.
#[derive(Clone, Debug, PartialEq)]
pub struct Nanotube {
    /// The screws that the two lattice vectors of the honeycomb become: they commute, and make all of the tube.
    pub generators: [GroupElement; 2],
    /// The two atoms of the honeycomb's cell.
    pub positions: [Vector3<f64>; 2],
    /// Length.
    pub radius: f64,
}

impl Nanotube {
    /// The tube `(n, m)` about the z axis: the honeycomb of this bond length rolled up along `n a_1 + m a_2`, as it is,
    /// without relaxation; `None` for (0, 0) or a bond that is not positive.
    ///
    /// A lattice vector `v` becomes the screw by the angle `2 pi v.C/|C|^2`, `C = n a_1 + m a_2`, with the pitch the part of
    /// `v` normal to `C`. So `n` times the first and `m` times the second screw is the identity, which is what closes the
    /// tube.
    #[must_use]
    pub fn new(n: u32, m: u32, bond: f64) -> Option<Self> {
        if (n == 0 && m == 0) || bond <= 0.0 || !bond.is_finite() {
            return None;
        }
        let (n, m, edge) = (f64::from(n), f64::from(m), bond * 3f64.sqrt());
        // In units of the lattice constant: a_1.a_1 = 1, a_1.a_2 = 1/2; a_1 x a_2 = -sqrt(3)/2.
        let length = (n * n + n * m + m * m).sqrt();
        let around = [(n + 0.5 * m) / length, (0.5 * n + m) / length];
        let along = [m, -n].map(|count| count * 0.75f64.sqrt() / length);
        let radius = edge * length / TAU;
        let screw = |angle: f64, pitch: f64| GroupElement::screw(&Vector3::zeros(), &Vector3::z(), angle, pitch);
        let generators = [0, 1].map(|k| screw(TAU * around[k] / length, edge * along[k]));
        let first = Vector3::new(radius, 0.0, 0.0);
        // The second atom is at a third of a_1 + a_2.
        let third = [around, along].map(|parts| (parts[0] + parts[1]) / 3.0);
        let second = screw(TAU * third[0] / length, edge * third[1]).position(0.0, &first);
        Some(Self { generators, positions: [first, second], radius })
    }
}
