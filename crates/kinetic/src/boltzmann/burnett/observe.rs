//! Observables from moments in scaled velocities.

use super::ladder::Ladder;
use super::modes::Modes;
use nalgebra::{Matrix3, Vector3};
use omd_flow::{Dimension, Observables};

/// The fourth moments `<w_i w_j w_k w_l>` in the order of the table, with the powers of x, y, z.
const FOURTH: [(&str, [usize; 3]); 15] = [
    ("moment_xxxx", [4, 0, 0]),
    ("moment_yyyy", [0, 4, 0]),
    ("moment_zzzz", [0, 0, 4]),
    ("moment_xxxy", [3, 1, 0]),
    ("moment_xxxz", [3, 0, 1]),
    ("moment_xyyy", [1, 3, 0]),
    ("moment_yyyz", [0, 3, 1]),
    ("moment_xzzz", [1, 0, 3]),
    ("moment_yzzz", [0, 1, 3]),
    ("moment_xxyy", [2, 2, 0]),
    ("moment_xxzz", [2, 0, 2]),
    ("moment_yyzz", [0, 2, 2]),
    ("moment_xxyz", [2, 1, 1]),
    ("moment_xyyz", [1, 2, 1]),
    ("moment_xyzz", [1, 1, 2]),
];
/// `<|w|^2k>/((2k+1)!! theta^k)`, 1 in equilibrium.
const RADIAL: [(&str, usize); 11] = [
    ("reduced_moment_4", 2),
    ("reduced_moment_6", 3),
    ("reduced_moment_8", 4),
    ("reduced_moment_10", 5),
    ("reduced_moment_12", 6),
    ("reduced_moment_14", 7),
    ("reduced_moment_16", 8),
    ("reduced_moment_18", 9),
    ("reduced_moment_20", 10),
    ("reduced_moment_22", 11),
    ("reduced_moment_24", 12),
];

/// A gas to be observed: its moments `<e_k(xi)>` in `xi = w/sqrt(scale)`.
pub(crate) struct Observer<'a> {
    pub(crate) modes: &'a Modes,
    pub(crate) moments: &'a [f64],
    /// `<xi xi>`.
    pub(crate) second: Matrix3<f64>,
    /// Velocity squared.
    pub(crate) scale: f64,
    /// `T/m`.
    pub(crate) temperature: f64,
    pub(crate) density: f64,
    pub(crate) mass: f64,
    pub(crate) time: f64,
}

impl Observer<'_> {
    /// `<xi_x^a xi_y^b xi_z^c>` of degree four or less; `None` where its moments are not all kept.
    fn monomial(&self, ladder: &Ladder, powers: [usize; 3]) -> Option<f64> {
        let mut sum = 0.0;
        let coefficients = ladder.monomial(powers);
        let order: usize = powers.iter().sum();
        for shell in ladder.modes().shells().iter().filter(|shell| shell.order() == order) {
            let kept = self.modes.shell(shell.n, shell.l)?;
            sum += shell.range().zip(kept.range()).map(|(a, b)| coefficients[a] * self.moments[b]).sum::<f64>();
        }
        Some(sum)
    }
    /// `<|xi|^2n>`, where kept: `e_n00 = |xi|^2n/sqrt((2n+1)!)`.
    fn radial(&self, n: usize) -> Option<f64> {
        let factorial: f64 = (1..=2 * n + 1).map(|k| k as f64).product();
        self.modes.place(n, 0, 0).map(|place| self.moments[place] * factorial.sqrt())
    }
    /// The row of the table.
    pub(crate) fn row(&self) -> Observables {
        let weight = self.density * self.mass * self.scale;
        let flux = self.modes.shell(1, 1).map(|shell| {
            // e_11m = |xi|^2 (y, z, x)/sqrt(10).
            let [y, z, x] = std::array::from_fn(|m| self.moments[shell.offset + m]);
            Vector3::new(x, y, z) * (0.5 * weight * (10.0 * self.scale).sqrt())
        });
        let mut row = Observables {
            time: self.time,
            density: self.density,
            temperature: self.mass * self.temperature,
            pressure: self.second * weight,
            heat_flux: flux,
            extra: Vec::new(),
        };
        if let Some(fourth) = self.radial(2) {
            row.push("fourth_moment", fourth * self.scale * self.scale, Dimension::VelocityToTheFourth);
        }
        if self.modes.order() >= 4 {
            let ladder = Ladder::new(4);
            for (name, powers) in FOURTH {
                if let Some(moment) = self.monomial(&ladder, powers) {
                    row.push(name, moment * self.scale * self.scale, Dimension::VelocityToTheFourth);
                }
            }
        }
        for (name, n) in RADIAL {
            if let Some(moment) = self.radial(n) {
                let double_factorial: f64 = (1..=n).map(|k| (2 * k + 1) as f64).product();
                let power = (self.scale / self.temperature).powi(n as i32);
                row.push(name, moment * power / double_factorial, Dimension::None);
            }
        }
        row
    }
}
