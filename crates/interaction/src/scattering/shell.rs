//! All impact parameters of one energy of relative motion: turning points and deflection angles.

use super::landscape::bisect;
use super::{Scattering, ScatteringError};
use crate::quadrature::{Tolerance, integrate};
use std::f64::consts::PI;

/// Relative tolerance of a deflection angle.
const FINE: f64 = 1e-12;
/// Most panels of one angle.
const PANELS: usize = 120;
/// A circular orbit of this energy.
#[derive(Clone, Copy, Debug)]
struct Orbit {
    distance: f64,
    /// `r^2 (1 - U/E)` there: the impact parameter that reaches it, squared.
    impact_squared: f64,
    /// Atoms can spiral on it.
    unstable: bool,
}

/// The scattering at one energy of relative motion.
#[derive(Clone, Debug)]
pub struct EnergyShell<'a> {
    pub(super) scattering: &'a Scattering,
    energy: f64,
    /// From outside inwards.
    orbits: Vec<Orbit>,
    /// Impact parameters at which the angle diverges, falling.
    orbiting: Vec<f64>,
    /// Distances where the integrand may peak without an orbit, rising.
    peaks: Vec<f64>,
}

impl EnergyShell<'_> {
    /// Energies up to this multiple of a critical one still see its barrier as a peak.
    pub(crate) const NEAR_CRITICAL: f64 = 2.5;
}

impl<'a> EnergyShell<'a> {
    pub(super) fn new(scattering: &'a Scattering, energy: f64) -> Result<Self, ScatteringError> {
        if !(energy > 0.0 && energy.is_finite()) {
            return Err(ScatteringError::Energy(energy));
        }
        let mut shell = Self { scattering, energy, orbits: Vec::new(), orbiting: Vec::new(), peaks: Vec::new() };
        let rc = scattering.potential.cutoff();
        let mut lowest = rc.map_or(f64::INFINITY, |rc| rc * rc);
        for (distance, unstable) in scattering.landscape.orbits(scattering, energy) {
            let impact_squared = shell.reach(distance).0;
            shell.orbits.push(Orbit { distance, impact_squared, unstable });
            if unstable && impact_squared > 0.0 && impact_squared < lowest {
                lowest = impact_squared;
                shell.orbiting.push(impact_squared.sqrt());
            }
            if impact_squared <= 0.0 {
                break;
            }
        }
        let near = |w: f64| w > 0.0 && energy > w && energy < EnergyShell::NEAR_CRITICAL * w;
        shell.peaks = scattering.landscape.extrema().iter().filter(|e| near(e.1)).map(|e| e.0).collect();
        shell.peaks.reverse();
        Ok(shell)
    }
    /// Of relative motion.
    #[must_use]
    pub fn energy(&self) -> f64 {
        self.energy
    }
    /// Impact parameters at which the pair orbits forever (`chi = -infinity`), falling.
    #[must_use]
    pub fn orbiting_impacts(&self) -> &[f64] {
        &self.orbiting
    }
    /// Impact parameters where the angle is a sharp function without diverging: the remains of an orbit just above
    /// its critical energy, and the cutoff's own threshold.
    pub(crate) fn sharp_impacts(&self) -> Vec<f64> {
        let squared = self.peaks.iter().map(|r| self.reach(*r).0);
        squared.filter(|x| *x > 0.0).map(f64::sqrt).collect()
    }
    /// The force just inside the cutoff attracts more than the centrifugal force repels at any impact parameter.
    pub(crate) fn drawn_in_at_cutoff(&self) -> bool {
        self.scattering.potential.cutoff().is_some_and(|rc| self.reach(rc).1 < 0.0)
    }
    /// Head-on atoms pass through each other.
    pub(crate) fn passes_centre(&self) -> bool {
        self.closest_approach(0.0) == Ok(0.0)
    }
    /// `x^2 = r^2 (1 - U/E)` and its derivative `2 r (1 - U/E) - r^2 U'/E`.
    fn reach(&self, r: f64) -> (f64, f64) {
        let (u, du) = self.scattering.energy_and_derivative(r);
        let kinetic = 1.0 - u / self.energy;
        (r * r * kinetic, r * (2.0 * kinetic - r * du / self.energy))
    }
    /// The distance of closest approach: the outermost root of `r^2 (1 - U/E) = b^2`; zero for a head-on passage
    /// through a finite core.
    ///
    /// # Errors
    /// [`ScatteringError::Orbiting`], [`ScatteringError::FallsToCentre`], [`ScatteringError::Impact`].
    pub fn closest_approach(&self, impact: f64) -> Result<f64, ScatteringError> {
        if !(impact >= 0.0 && impact.is_finite()) {
            return Err(ScatteringError::Impact(impact));
        }
        let rc = self.scattering.potential.cutoff();
        if rc.is_some_and(|rc| impact >= rc) {
            return Ok(impact);
        }
        let target = impact * impact;
        let (mut from, mut outside) = (None, rc);
        for orbit in &self.orbits {
            if orbit.unstable && (orbit.impact_squared - target).abs() <= 4.0 * f64::EPSILON * target {
                return Err(ScatteringError::Orbiting { energy: self.energy, impact });
            }
            if orbit.impact_squared < target {
                from = Some(orbit.distance);
                break;
            }
            outside = Some(orbit.distance);
        }
        let outside = match outside {
            Some(r) => r,
            None => self.outside_of(impact),
        };
        let inside = match from {
            Some(r) => r,
            None => match self.inside_of(target, outside, impact)? {
                Some(r) => r,
                None => return Ok(0.0),
            },
        };
        Ok(self.root(target, inside, outside))
    }
    /// A distance with `x^2 > b^2` and no orbit outside it.
    fn outside_of(&self, impact: f64) -> f64 {
        let target = impact * impact;
        let mut r = impact.max(self.scattering.form().length());
        while self.reach(r).0 <= target && r < 1e300 {
            r *= 2.0;
        }
        r
    }
    /// A distance with `x^2 < b^2`, inwards of `outside` and of every orbit; `None` when there is none because the
    /// core is finite and `b = 0`.
    fn inside_of(&self, target: f64, outside: f64, impact: f64) -> Result<Option<f64>, ScatteringError> {
        let energy = self.energy;
        let smallest = 1e-9 * self.scattering.form().length().min(outside) * if impact > 0.0 { 1e-9 } else { 1.0 };
        let mut r = 0.9 * outside;
        let mut last = f64::INFINITY;
        loop {
            let x2 = self.reach(r).0;
            if x2.is_nan() {
                return Err(ScatteringError::Potential(r));
            }
            if x2 < target {
                return Ok(Some(r));
            }
            if r < smallest {
                let falls = x2 >= last || target > 0.0;
                return if falls { Err(ScatteringError::FallsToCentre { energy, impact }) } else { Ok(None) };
            }
            last = x2;
            r *= 0.7;
        }
    }
    /// Newton's method on `x^2 - b^2`, kept within the bracket.
    fn root(&self, target: f64, inside: f64, outside: f64) -> f64 {
        let (mut lo, mut hi) = (inside, outside);
        let mut r = target.sqrt();
        if !(r > lo && r < hi) {
            r = 0.5 * (lo + hi);
        }
        let mut width = f64::INFINITY;
        for _ in 0..60 {
            let (x2, slope) = self.reach(r);
            let excess = x2 - target;
            if excess < 0.0 {
                lo = r;
            } else {
                hi = r;
            }
            let mut next = r - excess / slope;
            let step = (next - r).abs();
            // Once steps are this small only rounding keeps them from shrinking.
            if step <= 2.0 * f64::EPSILON * r || (width <= 1e-13 * r && step >= 0.9 * width) {
                return r;
            }
            if !(next > lo && next < hi) || step > 0.7 * width {
                next = 0.5 * (lo + hi);
            }
            width = (next - r).abs();
            r = next;
            if hi - lo <= 4.0 * f64::EPSILON * hi {
                return r;
            }
        }
        bisect(&|r| self.reach(r).0 - target, lo, hi)
    }
    /// The deflection angle `chi(b)`, in `(-infinity, pi]`.
    ///
    /// Two forms of one integral, over `s` with `r = r_m/(1 - s^2)`, `beta = b/r_m`,
    /// `F = beta^2 s^2 (2 - s^2) + (U(r_m) - U(r))/E`:
    ///
    /// $$\chi = \int \frac{-rU'}{E-U}\,\frac{2\beta s}{\sqrt F}\,ds = \pi - 2\arcsin\frac{b}{r_c} -
    /// 2\int\frac{2\beta s}{\sqrt F}\,ds .$$
    ///
    /// The first follows from the second and from `pi/2 = int d arcsin(b/x)` along the path; it keeps its relative
    /// accuracy for weak deflections. The second is the better one near head-on collisions.
    ///
    /// # Accuracy
    /// 1e-10 of `|chi|` or 1e-12; within a relative distance `d` of an orbiting impact parameter the rounding of `b`
    /// itself, `1e-15/d`; at energies far below the shift of a truncated potential its rounding, `1e-15 shift/E`. Tests `scattering::tests`.
    /// # Errors
    /// [`ScatteringError::Orbiting`] exactly at an orbiting impact parameter, [`ScatteringError::NotConverged`],
    /// those of [`Self::closest_approach`].
    pub fn deflection(&self, impact: f64) -> Result<f64, ScatteringError> {
        self.deflection_within(impact, FINE, 16.0 * f64::EPSILON)
    }
    /// As [`Self::deflection`], to this relative tolerance; at a relative distance `d` from an orbiting impact
    /// parameter `orbiting/d` is enough.
    pub(crate) fn deflection_within(&self, impact: f64, relative: f64, orbiting: f64) -> Result<f64, ScatteringError> {
        let rc = self.scattering.potential.cutoff();
        let nearest = self.closest_approach(impact)?;
        if rc.is_some_and(|rc| impact >= rc) {
            return Ok(0.0);
        }
        if impact == 0.0 {
            return Ok(if nearest > 0.0 { PI } else { 0.0 });
        }
        let path = Path::new(self, impact, nearest);
        let mut buffer = [0.0; 64];
        let breaks = self.breaks(nearest, &mut buffer);
        let closest = self.orbiting.iter().map(|b| (1.0 - impact / b).abs()).fold(1.0, f64::min);
        let rounding = f64::EPSILON * self.scattering.shift.abs() / self.energy;
        let absolute = 0.01 * relative + 16.0 * rounding + orbiting / closest.max(f64::MIN_POSITIVE);
        let tolerance = Tolerance { relative: [relative], absolute, panels: PANELS };
        // Deep inside a finite core the second form would lose a small angle in the subtraction.
        let head_on = path.torque_at_turn > 4.0 && nearest > 0.1 * self.scattering.form().length();
        let integral = if head_on {
            integrate(|s| Ok([path.angle(s)]), breaks, tolerance)?
        } else {
            integrate(|s| Ok([path.deflection(s)]), breaks, tolerance)?
        };
        let error = integral.error[0];
        let tolerable = 1e3 * (absolute + relative * integral.magnitude[0]);
        if error.is_nan() || error > tolerable {
            return Err(ScatteringError::NotConverged { energy: self.energy, impact, error });
        }
        Ok(if head_on {
            PI - 2.0 * rc.map_or(0.0, |rc| (impact / rc).asin()) - 2.0 * integral.value[0]
        } else {
            integral.value[0]
        })
    }
    /// Where to split the integral over `s`: at orbits, at remains of orbits, and from a turning point deep inside a
    /// finite core outwards.
    fn breaks<'b>(&self, nearest: f64, buffer: &'b mut [f64; 64]) -> &'b [f64] {
        let rc = self.scattering.potential.cutoff();
        let end = rc.map_or(1.0, |rc| ((rc - nearest).max(0.0) / rc).sqrt());
        let length = self.scattering.form().length();
        let mut count = 0;
        let mut push = |s: f64| {
            if s.is_finite() && s >= 0.0 && s <= end && count < 63 {
                buffer[count] = s;
                count += 1;
            }
        };
        push(0.0);
        let at = |r: f64| (1.0 - nearest / r).sqrt();
        let mut r = 4.0 * nearest;
        if r < length {
            while r < 8.0 * length {
                push(at(r));
                r *= 4.0;
            }
        }
        // Where the well accelerates the pair from a slow start, F falls by orders of magnitude on the way out.
        let outermost = self.orbits.first().map_or(0.0, |o| o.distance);
        let mut r = 1.5 * nearest;
        while 1.3 * r < outermost {
            push(at(r));
            r *= 1.5;
        }
        self.orbits.iter().filter(|o| o.distance > nearest).for_each(|o| push(at(o.distance)));
        self.peaks.iter().filter(|r| **r > nearest).for_each(|r| push(at(*r)));
        push(end);
        let breaks = &mut buffer[..count];
        breaks.sort_by(f64::total_cmp);
        breaks
    }
}

/// The integrands of one trajectory.
struct Path<'a> {
    scattering: &'a Scattering,
    nearest: f64,
    beta: f64,
    inverse_energy: f64,
    /// `U(r_m)/E = 1 - beta^2`: so written it does not feel the rounding of `r_m` on a steep wall.
    potential_at_turn: f64,
    /// `-r U'/(E - U)` there.
    torque_at_turn: f64,
    /// Below this `s^2` the difference `U(r_m) - U(r)` is integrated from `U'`: subtraction would cancel.
    near: f64,
}

impl<'a> Path<'a> {
    fn new(shell: &EnergyShell<'a>, impact: f64, nearest: f64) -> Self {
        let inverse_energy = 1.0 / shell.energy;
        let du = shell.scattering.energy_and_derivative(nearest).1;
        let beta = impact / nearest;
        // How fast U' varies, as the exponent of a power of r.
        let step = 1e-4;
        let du_next = shell.scattering.energy_and_derivative(nearest * (1.0 + step)).1;
        let exponent = ((du_next - du) / (step * du)).abs().clamp(4.0, 1e6);
        Self {
            scattering: shell.scattering,
            nearest,
            beta,
            inverse_energy,
            potential_at_turn: 1.0 - beta * beta,
            torque_at_turn: -nearest * du * inverse_energy / (beta * beta),
            near: 4e-3 / if exponent.is_nan() { 1e6 } else { exponent },
        }
    }
    /// `2 beta s/sqrt(F)`, `U/E`, `-r U'/E`.
    #[inline]
    fn terms(&self, s: f64) -> (f64, f64, f64) {
        let s2 = s * s;
        let r = self.nearest / (1.0 - s2);
        let (u, du) = self.scattering.energy_and_derivative(r);
        let u = u * self.inverse_energy;
        let drop = if s2 < self.near { self.drop_near_turn(s2) } else { self.potential_at_turn - u };
        // Positive but for rounding next to an orbit.
        let f = (self.beta * self.beta * s2 * (2.0 - s2) + drop).max(f64::EPSILON * s2);
        (2.0 * self.beta * s / f.sqrt(), u, -r * du * self.inverse_energy)
    }
    /// `(U(r_m) - U(r))/E` by the two-point Gauss rule on `U'`; relative error `(exponent s^2)^4/4320 < 1e-13`.
    fn drop_near_turn(&self, s2: f64) -> f64 {
        const NODE: f64 = 0.211_324_865_405_187_1;
        let width = self.nearest * s2 / (1.0 - s2);
        let du = |x: f64| self.scattering.energy_and_derivative(self.nearest + x * width).1;
        -0.5 * width * self.inverse_energy * (du(NODE) + du(1.0 - NODE))
    }
    fn angle(&self, s: f64) -> f64 {
        self.terms(s).0
    }
    fn deflection(&self, s: f64) -> f64 {
        let (angle, u, torque) = self.terms(s);
        torque / (1.0 - u) * angle
    }
}
