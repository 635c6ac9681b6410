//! A potential in two parts: one that a mesh resolves, whatever the potential does at short distances, and the rest, which
//! vanishes beyond a radius.
//!
//! Within the radius the smooth part is the Taylor polynomial of the potential in the squared distance about the radius
//! \[Hardy2009\], so that as many of its derivatives are continuous as the polynomial has terms, and it is even about the origin.

use crate::arithmetic::multiply_add;
use crate::mean_field::law::{PairLaw, Series};

/// Where the parts meet and what the smooth one is within.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split<L, const N: usize> {
    law: L,
    squared: f64,
    inverse: f64,
    /// Of `(r^2 - squared) / squared`, the highest power first.
    energy: [f64; N],
    /// Of the derivative by the same.
    slope: [f64; N],
}

impl<L: PairLaw, const N: usize> Split<L, N> {
    /// `N` derivatives of the smooth part, that of order 0 included, are continuous at `radius`.
    pub(super) fn new(law: L, radius: f64) -> Self {
        let squared = radius * radius;
        let series = law.series(squared);
        let (mut energy, mut slope) = ([0.0; N], [0.0; N]);
        for (k, term) in series.iter().enumerate().take(N) {
            let scaled = term * squared.powi(k as i32);
            energy[N - 1 - k] = scaled;
            if k > 0 {
                slope[N - k] = k as f64 * scaled;
            }
        }
        Self { law, squared, inverse: 1.0 / squared, energy, slope }
    }

    pub(super) fn smooth(self) -> Smooth<L, N> {
        Smooth(self)
    }

    pub(super) fn near(self) -> Near<L, N> {
        Near(self)
    }

    #[inline(always)]
    fn polynomial<const FUSED: bool>(&self, squared: f64) -> (f64, f64) {
        let x = (squared - self.squared) * self.inverse;
        let sum = |coefficients: &[f64; N]| coefficients.iter().fold(0.0, |sum, c| multiply_add::<FUSED>(sum, x, *c));
        (sum(&self.energy), -2.0 * self.inverse * sum(&self.slope))
    }
}

/// What the mesh does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Smooth<L, const N: usize>(Split<L, N>);

impl<L: PairLaw, const N: usize> PairLaw for Smooth<L, N> {
    #[inline(always)]
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64) {
        let (inner, outer) =
            (self.0.polynomial::<FUSED>(squared), self.0.law.energy_and_pull::<FUSED>(squared.max(self.0.squared)));
        if squared < self.0.squared { inner } else { outer }
    }

    fn series(&self, squared: f64) -> Series {
        self.0.law.series(squared)
    }
}

/// What it leaves: nothing beyond the radius.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near<L, const N: usize>(Split<L, N>);

impl<L: PairLaw, const N: usize> PairLaw for Near<L, N> {
    #[inline(always)]
    fn energy_and_pull<const FUSED: bool>(&self, squared: f64) -> (f64, f64) {
        let (whole, smooth) = (self.0.law.energy_and_pull::<FUSED>(squared), self.0.polynomial::<FUSED>(squared));
        let is_near = squared < self.0.squared;
        (if is_near { whole.0 - smooth.0 } else { 0.0 }, if is_near { whole.1 - smooth.1 } else { 0.0 })
    }

    fn series(&self, squared: f64) -> Series {
        self.0.law.series(squared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mean_field::law::with_law;
    use omd_interaction::{Coulomb, SmoothForm};

    #[test]
    fn the_parts_are_the_whole_and_meet_smoothly() {
        let form = SmoothForm::Coulomb(Coulomb { strength: 1.3, softening: 0.2 });
        with_law!(
            &form,
            law => {
                let split = Split::<_, 6>::new(law, 0.7);
                for k in 0..150 {
                    let squared = 0.01 * f64::from(k);
                    let at = |law: (f64, f64)| [law.0, law.1];
                    let whole = at(law.energy_and_pull::<true>(squared));
                    let (smooth, near) = (
                        at(split.smooth().energy_and_pull::<true>(squared)),
                        at(split.near().energy_and_pull::<true>(squared)),
                    );
                    for i in 0..2 {
                        assert!((smooth[i] + near[i] - whole[i]).abs() < 1e-13 * whole[i].abs(), "{squared}");
                    }
                    assert_eq!(squared >= 0.49, near == [0.0; 2], "{squared}");
                }
                // The first derivative that jumps is the sixth by the squared distance: of the force, the fifth.
                let below = split.near().energy_and_pull::<true>(0.49 - 1e-2).1.abs();
                let half = split.near().energy_and_pull::<true>(0.49 - 5e-3).1.abs();
                assert!((below / half).log2() > 4.9 && (below / half).log2() < 5.3, "{below:e} {half:e}");
            },
            harmonic => unreachable!()
        );
    }
}
