//! Fills a [`Table`]: where to cut is decided by comparison with the exact scattering.

use super::table::{Cell, DISTANCE_BITS, OCTAVES, Patch, Span, Table};
use crate::scattering::{EnergyShell, Scattering, ScatteringError};
use std::f64::consts::{FRAC_PI_2, PI};

/// Wanted error of `cos chi`.
const TOLERANCE: f64 = 1e-4;
/// Regions with less than this share of the impact parameters (in `u = (b/rc)^2`) may have a larger error.
const SHARE: f64 = 0.03;
/// No region may have more.
const LARGEST: f64 = 0.02;
/// No region may contribute more than this to the relative error of the momentum-transfer cross section.
const CONTRIBUTION: f64 = 3e-5;
/// Cells end when their relative width is below this.
const NARROWEST: f64 = 1e-4;
/// Precision of an angle in the table, and of one near an orbit.
const ANGLE: (f64, f64) = (1e-7, 1e-9);

/// Chebyshev nodes of the cubics.
fn nodes() -> [f64; 4] {
    std::array::from_fn(|k| -((2 * k + 1) as f64 * PI / 8.0).cos())
}

/// The cubic through `values` at [`nodes`], coefficients of rising powers.
fn cubic(values: [f64; 4]) -> [f64; 4] {
    // Chebyshev coefficients by discrete orthogonality, then T_2 = 2x^2 - 1, T_3 = 4x^3 - 3x.
    let x = nodes();
    let sum = |f: &dyn Fn(f64) -> f64| (0..4).map(|k| values[k] * f(x[k])).sum::<f64>();
    let a0 = sum(&|_| 1.0) / 4.0;
    let a1 = sum(&|x| x) / 2.0;
    let a2 = sum(&|x| 2.0 * x * x - 1.0) / 2.0;
    let a3 = sum(&|x| (4.0 * x * x - 3.0) * x) / 2.0;
    [a0 - a2, a1 - 3.0 * a3, 2.0 * a2, 4.0 * a3]
}

fn evaluate(c: &[f64; 4], x: f64) -> f64 {
    c[0] + x * (c[1] + x * (c[2] + x * c[3]))
}

/// What the anchor of an energy is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Anchor {
    /// The outermost orbiting impact parameter.
    Orbit,
    /// The remains of an orbit above its critical energy.
    Remains,
    /// The cutoff: the attraction there is stronger than the centrifugal force, every atom inside is drawn in.
    Cutoff,
    /// The impact parameter of a right angle.
    RightAngle,
    /// Head-on atoms pass through a finite core.
    Centre,
}

impl Anchor {
    fn kind(shell: &EnergyShell<'_>) -> Self {
        if !shell.orbiting_impacts().is_empty() {
            Self::Orbit
        } else if shell.drawn_in_at_cutoff() {
            Self::Cutoff
        } else if !shell.sharp_impacts().is_empty() {
            Self::Remains
        } else if shell.passes_centre() {
            Self::Centre
        } else {
            Self::RightAngle
        }
    }
    /// `(b/rc)^2` of the anchor.
    fn place(self, shell: &EnergyShell<'_>, cutoff: f64) -> Result<f64, ScatteringError> {
        let b = match self {
            Self::Orbit => shell.orbiting_impacts().first().copied(),
            Self::Remains => shell.sharp_impacts().first().copied(),
            Self::Cutoff => Some(cutoff),
            Self::RightAngle => Some(right_angle(shell, cutoff)?),
            Self::Centre => Some(0.0),
        };
        Ok(b.map_or(1.0, |b| (b / cutoff).powi(2).min(1.0)))
    }
}

/// The impact parameter with `chi = pi/2` on the way from `pi` at the centre to 0 at the cutoff.
fn right_angle(shell: &EnergyShell<'_>, cutoff: f64) -> Result<f64, ScatteringError> {
    let angle = |b: f64| shell.deflection_within(b, ANGLE.0, ANGLE.1);
    let (mut low, mut high) = (0.0, cutoff);
    for _ in 0..45 {
        let middle = 0.5 * (low + high);
        if angle(middle)? > FRAC_PI_2 { low = middle } else { high = middle }
    }
    Ok(low)
}

/// Tabulates the energies `range`.
pub(super) fn build(scattering: &Scattering, cutoff: f64, range: (f64, f64)) -> Result<Table, ScatteringError> {
    let mut table = Table::new(range.0);
    let mut ends: Vec<f64> =
        scattering.critical_energies().iter().flat_map(|e| [*e, e * EnergyShell::NEAR_CRITICAL]).collect();
    ends.extend(scattering.core_energy());
    ends.retain(|e| *e > range.0 * 1.001 && *e < range.1 * 0.999);
    ends.push(range.1);
    ends.sort_by(f64::total_cmp);
    let mut from = range.0;
    for end in ends {
        let octaves = (end / from).log2().ceil().max(1.0);
        let (start, ratio) = (from, (end / from).powf(1.0 / octaves));
        for k in 0..octaves as usize {
            let upper = if k + 1 == octaves as usize { end } else { start * ratio.powi(k as i32 + 1) };
            fill(&mut table, scattering, cutoff, from, upper)?;
            from = upper;
        }
    }
    table.finish();
    Ok(table)
}

/// Adds cells for `[lower, upper]`, halved until the energy interpolation holds.
fn fill(
    table: &mut Table,
    scattering: &Scattering,
    cutoff: f64,
    lower: f64,
    upper: f64,
) -> Result<(), ScatteringError> {
    let column = Column::new(scattering, cutoff, lower, upper)?;
    if upper - lower > NARROWEST * upper && !column.energy_holds(scattering)? {
        let middle = 0.5 * (lower + upper);
        fill(table, scattering, cutoff, lower, middle)?;
        return fill(table, scattering, cutoff, middle, upper);
    }
    let mut sides = [Vec::new(), Vec::new()];
    for (below, side) in [true, false].into_iter().zip(&mut sides) {
        for octave in 0..OCTAVES as usize {
            let bins = octave << DISTANCE_BITS..(octave + 1) << DISTANCE_BITS;
            column.patches(below, bins, side)?;
        }
    }
    table.push(column.cell, sides);
    Ok(())
}

/// The lower end of a distance bin.
fn bin_start(bin: usize) -> f64 {
    let per_octave = 1 << DISTANCE_BITS;
    let octave = (bin / per_octave) as i32 - OCTAVES as i32;
    (1.0 + (bin % per_octave) as f64 / f64::from(per_octave as u32)) * f64::from(octave).exp2()
}

/// `1 - cos chi` at `u = (b/rc)^2`.
fn loss(shell: &EnergyShell<'_>, cutoff: f64, u: f64) -> Result<f64, ScatteringError> {
    match shell.deflection_within(cutoff * u.sqrt(), ANGLE.0, ANGLE.1) {
        Ok(chi) => Ok(2.0 * (0.5 * chi).sin().powi(2)),
        Err(ScatteringError::Orbiting { .. }) => Ok(1.0),
        Err(error) => Err(error),
    }
}

/// One cell with the exact scattering at its energy nodes.
struct Column<'a> {
    cell: Cell,
    cutoff: f64,
    shells: Vec<EnergyShell<'a>>,
    /// The mean of `1 - cos chi` over `u`.
    mean_loss: f64,
}

impl<'a> Column<'a> {
    fn new(scattering: &'a Scattering, cutoff: f64, lower: f64, upper: f64) -> Result<Self, ScatteringError> {
        let mut cell = Cell::new(lower, upper);
        let at = |s: f64| scattering.at_energy(cell.middle + s / cell.inverse_half);
        let kind = Anchor::kind(&at(0.0)?);
        let shells: Vec<_> = nodes().into_iter().map(at).collect::<Result<_, _>>()?;
        let mut anchors = [0.0; 4];
        for (anchor, shell) in anchors.iter_mut().zip(&shells) {
            *anchor = kind.place(shell, cutoff)?;
        }
        cell.anchor = cubic(anchors);
        let mut column = Self { cell, cutoff, shells, mean_loss: 0.0 };
        // Even in b: what deflects at all may be a small part of u.
        for k in 0..40 {
            let b = (f64::from(k) + 0.5) / 40.0;
            column.mean_loss += 2.0 * b * loss(&column.shells[1], cutoff, b * b)? / 40.0;
        }
        Ok(column)
    }
    /// `u` at a distance from the anchor, and the share of `u` an interval of distances has.
    fn position(&self, s: f64, below: bool, distance: f64) -> (f64, f64) {
        let anchor = self.cell.anchor_at(s);
        let scale = if below { anchor } else { 1.0 - anchor };
        let u = if below { anchor - distance * scale } else { anchor + distance * scale };
        (u.clamp(0.0, 1.0), scale.max(0.0))
    }
    fn loss(&self, shell: &EnergyShell<'_>, s: f64, below: bool, distance: f64) -> Result<f64, ScatteringError> {
        loss(shell, self.cutoff, self.position(s, below, distance).0)
    }
    fn allowed(&self, share: f64) -> f64 {
        let even = TOLERANCE * (SHARE / share.max(1e-12)).sqrt().max(1.0);
        even.min(LARGEST).min(CONTRIBUTION * self.mean_loss / share.max(1e-12))
    }
    /// Whether the cubic in energy holds at energies between the nodes, for a comb of distances.
    fn energy_holds(&self, scattering: &Scattering) -> Result<bool, ScatteringError> {
        for s in [-1.0 + 1e-9, 0.0] {
            let shell = scattering.at_energy(self.cell.middle + s / self.cell.inverse_half)?;
            for below in [true, false] {
                for (distance, width) in comb() {
                    let share = width * self.position(s, below, distance).1;
                    if share < 1e-9 {
                        continue;
                    }
                    let mut values = [0.0; 4];
                    for k in 0..4 {
                        values[k] = self.loss(&self.shells[k], nodes()[k], below, distance)?;
                    }
                    let exact = self.loss(&shell, s, below, distance)?;
                    if (evaluate(&cubic(values), s) - exact).abs() > self.allowed(share) {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }
    /// The patches of some bins of one side, halved until the distance interpolation holds.
    fn patches(
        &self,
        below: bool,
        bins: std::ops::Range<usize>,
        out: &mut Vec<(Patch, Span, std::ops::Range<usize>)>,
    ) -> Result<(), ScatteringError> {
        let (from, to) = (bin_start(bins.start), bin_start(bins.end));
        let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
        let x = nodes();
        let mut in_distance = [[0.0; 4]; 4];
        for (k, shell) in self.shells.iter().enumerate() {
            let mut values = [0.0; 4];
            for (value, t) in values.iter_mut().zip(x) {
                *value = self.loss(shell, x[k], below, centre + half * t)?;
            }
            in_distance[k] = cubic(values);
        }
        if bins.len() > 1 {
            let allowed = self.allowed(2.0 * half * self.position(0.0, below, centre).1);
            for k in [0, 2] {
                for t in [-1.0, 0.0, 1.0] {
                    let exact = self.loss(&self.shells[k], x[k], below, centre + half * t)?;
                    if (evaluate(&in_distance[k], t) - exact).abs() > allowed {
                        let middle = bins.start + bins.len() / 2;
                        self.patches(below, bins.start..middle, out)?;
                        return self.patches(below, middle..bins.end, out);
                    }
                }
            }
        }
        let mut patch = [[0.0; 4]; 4];
        for (j, row) in patch.iter_mut().enumerate() {
            *row = cubic(std::array::from_fn(|k| in_distance[k][j])).map(|c| c as f32);
        }
        out.push((Patch(patch), Span { centre: centre as f32, inverse_half: (1.0 / half) as f32 }, bins));
        Ok(())
    }
}

/// Distances that stand for all: eight in the nearest octave, then fewer; with the width each stands for.
fn comb() -> Vec<(f64, f64)> {
    let mut comb = Vec::new();
    for octave in (0..14).rev() {
        let count = [8, 4, 2].get(octave as usize).copied().unwrap_or(1);
        let top = f64::from(-octave).exp2();
        for k in 0..count {
            comb.push((top * (1.0 - 0.5 * (k as f64 + 0.5) / f64::from(count)), 0.5 * top / f64::from(count)));
        }
    }
    comb
}
