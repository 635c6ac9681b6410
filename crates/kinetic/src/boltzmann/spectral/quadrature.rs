//! How many relative velocities the collision operator is summed over: shells of speed and directions on each.

use super::SpectralError;
use super::collision::{Collision, Frame};
use super::conserve::Conserved;
use super::grid::Grid;
use super::sphere::HIGHEST_DEGREE;
use nalgebra::Matrix3;
use std::f64::consts::PI;

/// A rule so much too coarse says that the others are, too.
const HOPELESS: f64 = 1e4;

/// The quadrature over relative velocities and where products count.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadrature {
    /// Degree of the spherical rule of every shell of relative speed; the first, at zero, has none.
    pub degrees: Vec<usize>,
    /// The longest relative velocity in its direction, in half widths of the box. Pairs beyond are few; from 2 on the
    /// next image would be nearer than the partner.
    pub reach: f64,
    /// Products `g(v + x) g(v - x)` are kept for `|c|` below this of the middle `v = map c`. Beyond there are hardly any,
    /// but near `|c| = 1` stand those of each atom with the periodic image of the other. Above 1/2, all atoms in the
    /// box meet those at rest.
    pub kept: f64,
}

impl Quadrature {
    /// What `modes` resolve, as the study `validation/spectral` found it: where shells end, what is kept of the middles and
    /// the number of shells leave errors like those of the modes themselves, and so do the degrees on distributions
    /// close to isotropic; [`Self::for_grid`] has the degrees of others.
    ///
    /// With relative speeds in thermal speeds along the longest axis of the grid: products are close to isotropic on
    /// inner shells, and few pairs are on outer ones, the fewer the less error the modes leave.
    #[must_use]
    pub fn for_modes(modes: usize) -> Self {
        let n = modes as f64;
        let (shells, reach) = ((3 * modes).div_ceil(8), 1.1);
        let highest = 5.0 + 3.0 * n / 16.0;
        let outer = 2.2 + 1.2 * n / 32.0;
        let degree = |shell: usize| {
            let speed = shell as f64 / shells as f64 * reach * Self::half_width(modes);
            let share = (0.2 + 0.4 * speed).min((1.0 - 0.3 * (speed - outer)).max(0.5)).min(1.0);
            let least = if speed > outer { 7 } else { 5 };
            ((highest * share).round() as usize).max(least)
        };
        Self { degrees: (0..shells).map(degree).collect(), reach, kept: (0.85 - 0.1 * n / 32.0).min(0.75) }
    }

    /// The resolution on a grid whose longest principal axis is `stretch` times its shortest.
    ///
    /// Products of a distribution far from isotropic, stretched and collided atoms together, vary over a sphere more than the
    /// points follow. Degrees rise by up to 1 + N/28 times, all of it at a stretch of 1.5: then the stress of such mixtures,
    /// stretched 1.3 to 2.3 times and of 16 to 48 modes, has the error that the modes leave; with the degrees of
    /// [`Self::for_modes`] it has up to 600 times that.
    #[must_use]
    pub fn for_grid(modes: usize, stretch: f64) -> Self {
        let base = Self::for_modes(modes);
        let factor = 1.0 + modes as f64 / 28.0 * (2.0 * (stretch - 1.0)).clamp(0.0, 1.0);
        let degrees = base
            .degrees
            .iter()
            .map(|&degree| ((factor * degree as f64).round() as usize).min(HIGHEST_DEGREE))
            .collect();
        Self { degrees, ..base }
    }

    /// Rules with fewer directions on the same shells, the fewest first: degree 5, twelve directions, which isotropic
    /// distributions ask for, and parts of the degrees here.
    fn coarser(&self) -> impl Iterator<Item = Self> + '_ {
        [0.0, 0.5, 0.75].into_iter().map(|share| {
            let part = |degree: &usize| ((share * *degree as f64).round() as usize).max(5).min(*degree);
            Self { degrees: self.degrees.iter().map(part).collect(), ..self.clone() }
        })
    }

    /// Half the width of the grid that a Gaussian is given, in thermal speeds. At `sqrt(pi N/2)` the tails of a Gaussian in
    /// `w` and in `k` are alike; the pressure asks for a little more of `w`, since fast pairs carry most of it and modes
    /// near the last none.
    #[must_use]
    pub fn half_width(modes: usize) -> f64 {
        1.05 * (0.5 * PI * modes as f64).sqrt()
    }

    /// Shells of relative speed, the one at zero included.
    #[must_use]
    pub fn shells(&self) -> usize {
        self.degrees.len()
    }
}

impl Collision {
    /// Takes the fewest directions that are enough for `g` on the grid `w = map c`, up to those it has: `Q` differs from that with all
    /// of them, in the norm of L2, by no more than `bound` times `g` times the collision rate. [`Spectral`](super::Spectral) does so with its tolerance
    /// as bound.
    ///
    /// # Errors
    /// Those of the cross sections of a potential.
    pub fn economise_for(&mut self, g: &[f64], map: &Matrix3<f64>, bound: f64) -> Result<(), SpectralError> {
        let frame = self.frame(map)?;
        let most = self.quadrature().clone();
        let volume = map.determinant().abs();
        let h: Vec<f64> = g.iter().map(|value| value * volume).collect();
        self.economise(&h, &frame, &most, bound);
        Ok(())
    }

    /// Takes the fewest directions with which the collision operator of the density `h` in `c` differs from that with those of `most`, in
    /// the norm of L2, by no more than `bound` times `h` times the collision rate of a Gaussian of its mass and temperature.
    pub(super) fn economise(&mut self, h: &[f64], frame: &Frame, most: &Quadrature, bound: f64) {
        self.refine(most.clone());
        let present = Conserved::of(&Grid { n: self.modes(), map: frame.map }, h);
        let theta = present.second.trace() / (3.0 * present.mass);
        let allowed = bound * frame.shells.rate(theta) * present.mass * norm(h.iter().copied());
        let (mut exact, mut found) = (vec![0.0; h.len()], vec![0.0; h.len()]);
        self.apply(h, frame, &mut exact);
        for coarse in most.coarser() {
            self.refine(coarse);
            self.apply(h, frame, &mut found);
            let off = norm(found.iter().zip(&exact).map(|(a, b)| a - b));
            if off <= allowed {
                return;
            }
            if off > HOPELESS * allowed {
                break;
            }
        }
        self.refine(most.clone());
    }
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|x| x * x).sum::<f64>().sqrt()
}
