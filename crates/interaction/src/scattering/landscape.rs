//! Where circular orbits are: the extrema of `W(r) = U + r U'/2`.
//!
//! At energy `E` the turning points solve `x^2(r) = b^2` with `x^2 = r^2 (1 - U/E)`, and
//! `d(x^2)/dr = 2 r (E - W)/E`: `x^2` is monotone between the roots of `W(r) = E`, which are the circular orbits.
//! `W` does not know `E`, so its monotone pieces are found once.

use super::{Scattering, ScatteringError};

/// Samples per octave of the search for extrema of `W`.
const PER_OCTAVE: i32 = 40;

/// The monotone pieces of `W`.
#[derive(Clone, Debug, Default)]
pub(super) struct Landscape {
    /// Distance and value of the local extrema of `W`, from outside inwards.
    extrema: Vec<(f64, f64)>,
    critical: Vec<f64>,
    /// Innermost and outermost distance looked at.
    inner: f64,
    outer: f64,
}

/// `W(r)`.
fn orbit_energy(scattering: &Scattering, r: f64) -> f64 {
    let (energy, derivative) = scattering.energy_and_derivative(r);
    energy + 0.5 * r * derivative
}

impl Landscape {
    pub(super) fn of(scattering: &Scattering) -> Result<Self, ScatteringError> {
        let length = scattering.form().length();
        let outer = scattering.potential.cutoff().unwrap_or(1e4 * length);
        let smallest = 1e-4 * length.min(outer);
        let w = |r: f64| orbit_energy(scattering, r);
        let mut extrema = Vec::new();
        let ratio = (-1.0 / f64::from(PER_OCTAVE)).exp2();
        let mut window = [(outer, w(outer)); 3];
        let mut r = outer;
        let mut inner = outer;
        for step in 1.. {
            r = if step == 1 { outer * (1.0 - 1e-3) } else { r * ratio };
            let value = w(r);
            if r < smallest || !value.is_finite() || value.abs() > 1e200 {
                break;
            }
            inner = r;
            window = [window[1], window[2], (r, value)];
            let (before, after) = (window[1].1 - window[0].1, window[2].1 - window[1].1);
            if step > 1 && before * after < 0.0 {
                extrema.push(refine(&w, window[2].0, window[0].0, before > 0.0));
            }
        }
        if inner == outer {
            return Err(ScatteringError::Potential(outer));
        }
        let mut critical: Vec<f64> = extrema.iter().map(|e| e.1).filter(|e| *e > 0.0).collect();
        if scattering.potential.cutoff().is_some() && window_end(&w, outer) > 0.0 {
            critical.push(w(outer));
        }
        critical.sort_by(|a, b| b.total_cmp(a));
        Ok(Self { extrema, critical, inner, outer })
    }
    pub(super) fn critical_energies(&self) -> &[f64] {
        &self.critical
    }
    /// Extrema of `W`, from outside inwards.
    pub(super) fn extrema(&self) -> &[(f64, f64)] {
        &self.extrema
    }
    /// The roots of `W(r) = energy` from outside inwards, and whether `x^2` has a local minimum there (an unstable
    /// orbit, on which atoms can spiral).
    pub(super) fn orbits(&self, scattering: &Scattering, energy: f64) -> Vec<(f64, bool)> {
        let w = |r: f64| orbit_energy(scattering, r) - energy;
        let mut orbits = Vec::new();
        let mut outside = self.outer;
        if scattering.potential.cutoff().is_none() {
            // A tail beyond the range looked at: W falls to zero there.
            for _ in 0..200 {
                if w(outside) < 0.0 {
                    break;
                }
                outside *= 2.0;
            }
        }
        let mut value = w(outside);
        let ends = self.extrema.iter().map(|e| (e.0, e.1 - energy)).chain([(self.inner, w(self.inner))]);
        for (r, next) in ends {
            if value * next < 0.0 {
                orbits.push((bisect(&w, r, outside), value < 0.0));
            }
            (outside, value) = (r, next);
        }
        orbits
    }
}

/// `W` just inside the cutoff, unless it is rounding noise.
fn window_end(w: &impl Fn(f64) -> f64, outer: f64) -> f64 {
    let (end, near) = (w(outer), w(outer * (1.0 - 1e-3)));
    if end.abs() > 1e-10 * near.abs() { end } else { 0.0 }
}

/// Golden-section search for the extremum of `w` in `[from, to]`.
fn refine(w: &impl Fn(f64) -> f64, from: f64, to: f64, maximum: bool) -> (f64, f64) {
    let sign = if maximum { 1.0 } else { -1.0 };
    let golden = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (from, to);
    let (mut c, mut d) = (b - golden * (b - a), a + golden * (b - a));
    let (mut fc, mut fd) = (sign * w(c), sign * w(d));
    while b - a > 1e-9 * b {
        if fc > fd {
            (b, d, fd) = (d, c, fc);
            c = b - golden * (b - a);
            fc = sign * w(c);
        } else {
            (a, c, fc) = (c, d, fd);
            d = a + golden * (b - a);
            fd = sign * w(d);
        }
    }
    let r = 0.5 * (a + b);
    (r, w(r))
}

/// The root of `f` in `[from, to]`, whose ends have opposite signs, by the Illinois rule kept within bisection.
pub(super) fn bisect(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (mut a, mut b) = (from, to);
    let (mut fa, mut fb) = (f(a), f(b));
    for step in 0..200 {
        if (b - a).abs() <= 4.0 * f64::EPSILON * b.abs() {
            break;
        }
        let mut c = if step % 3 == 2 { 0.5 * (a + b) } else { (a * fb - b * fa) / (fb - fa) };
        if !(c > a.min(b) && c < a.max(b)) {
            c = 0.5 * (a + b);
        }
        let fc = f(c);
        if fc == 0.0 {
            return c;
        }
        if fc * fb < 0.0 {
            (a, fa) = (b, fb);
        } else {
            fa *= 0.5;
        }
        (b, fb) = (c, fc);
    }
    b
}
