use super::*;
use crate::{Gaussian, InversePower, LennardJones, Morse};
use std::f64::consts::PI;
use std::sync::Arc;

fn lj(cutoff: Option<f64>, truncation: Truncation) -> Scattering {
    let form = LennardJones { epsilon: 1.0, sigma: 1.0 };
    Scattering::new(&PairPotential::new(Arc::new(form), cutoff, truncation)).unwrap()
}

fn power(exponent: f64) -> Scattering {
    let form = InversePower { epsilon: 1.4, sigma: 0.8, exponent };
    Scattering::new(&PairPotential::new(Arc::new(form), None, Truncation::Shifted)).unwrap()
}

#[test]
fn coulomb_is_rutherford() {
    let scattering = power(1.0);
    for energy in [1e-3, 0.3, 2.0, 1e4] {
        let shell = scattering.at_energy(energy).unwrap();
        for b in [1e-4, 0.01, 0.3, 1.0, 7.0, 1e3] {
            let exact = 2.0 * (1.4 * 0.8 / (2.0 * energy * b)).atan();
            let chi = shell.deflection(b).unwrap();
            assert!((chi - exact).abs() < 1e-11 * exact + 1e-13, "{energy} {b}: {chi} {exact}");
        }
    }
}

#[test]
fn inverse_square_has_its_closed_form() {
    let scattering = power(2.0);
    for energy in [1e-3, 0.3, 2.0, 1e4] {
        let shell = scattering.at_energy(energy).unwrap();
        let a = 1.4 * 0.8 * 0.8 / energy;
        for b in [1e-4, 0.01, 0.3, 1.0, 7.0, 1e3] {
            let root = f64::sqrt(b * b + a);
            let exact = PI * a / (root * (root + b));
            let chi = shell.deflection(b).unwrap();
            assert!((chi - exact).abs() < 1e-11 * exact + 1e-13, "{energy} {b}: {chi} {exact}");
        }
    }
}

#[test]
fn steep_powers_tend_to_hard_spheres() {
    let form = InversePower { epsilon: 1.0, sigma: 1.0, exponent: 4000.0 };
    let scattering = Scattering::new(&PairPotential::new(Arc::new(form), None, Truncation::Shifted)).unwrap();
    let shell = scattering.at_energy(1.0).unwrap();
    for b in [0.0, 0.2, 0.5, 0.9] {
        let exact = 2.0 * f64::acos(b);
        assert!((shell.deflection(b).unwrap() - exact).abs() < 5e-3, "{b}");
    }
    let q = shell.cross_sections().unwrap();
    assert!((q.momentum() / PI - 1.0).abs() < 5e-3 && (q.viscosity() / PI - 2.0 / 3.0).abs() < 5e-3);
}

/// The deflection by Newton's equations in the plane, Taylor-free: an 8th-order composition of the leapfrog is not
/// accurate enough near walls, so Gragg-Bulirsch-Stoer extrapolation with step control.
fn by_trajectory(scattering: &Scattering, energy: f64, b: f64) -> f64 {
    let rc = scattering.potential().cutoff().unwrap();
    // Reduced mass 1, speed sqrt(2E); enters at the cutoff, leaves at the cutoff.
    let speed = (2.0 * energy).sqrt();
    let rhs = |y: &[f64; 4]| {
        let r = y[0].hypot(y[1]);
        let pull = -scattering.energy_and_derivative(r).1 / r;
        [y[2], y[3], pull * y[0], pull * y[1]]
    };
    let mut y = [-((rc - b) * (rc + b)).sqrt(), b, speed, 0.0];
    let mut h = 0.05 * rc / speed;
    let mut turned = false;
    for _ in 0..100_000 {
        let (mut next, error) = extrapolated(&rhs, &y, h);
        if error > 1e-14 {
            h *= 0.7;
            continue;
        }
        let outward = y[0] * y[2] + y[1] * y[3] > 0.0;
        turned |= outward;
        if turned && next[0].hypot(next[1]) >= rc {
            // Secant search for the step that ends on the cutoff.
            let (mut lo, mut hi) = (0.0, h);
            for _ in 0..60 {
                let middle = 0.5 * (lo + hi);
                next = extrapolated(&rhs, &y, middle).0;
                if next[0].hypot(next[1]) < rc { lo = middle } else { hi = middle }
            }
            return next[3].atan2(next[2]);
        }
        y = next;
        if error < 1e-16 {
            h *= 1.3;
        }
    }
    panic!("the trajectory did not end");
}

/// One Gragg-Bulirsch-Stoer step (Hairer, Norsett, Wanner, Solving ODEs I, section II.9) and its error.
fn extrapolated(rhs: &impl Fn(&[f64; 4]) -> [f64; 4], y: &[f64; 4], h: f64) -> ([f64; 4], f64) {
    const COUNTS: [usize; 8] = [2, 4, 6, 8, 10, 12, 14, 16];
    let mut rows: Vec<[f64; 4]> = Vec::new();
    let mut error = f64::INFINITY;
    for (j, &n) in COUNTS.iter().enumerate() {
        let step = h / n as f64;
        let advance = |a: &[f64; 4], f: [f64; 4], s: f64| -> [f64; 4] { std::array::from_fn(|i| a[i] + s * f[i]) };
        let (mut before, mut now) = (*y, advance(y, rhs(y), step));
        for _ in 1..n {
            (before, now) = (now, advance(&before, rhs(&now), 2.0 * step));
        }
        let slope = rhs(&now);
        let mut row = vec![std::array::from_fn(|i| 0.5 * (before[i] + now[i] + step * slope[i]))];
        for k in 1..=j {
            let ratio = (n as f64 / COUNTS[j - k] as f64).powi(2);
            let (rough, old): ([f64; 4], [f64; 4]) = (row[k - 1], rows[k - 1]);
            let better: [f64; 4] = std::array::from_fn(|i| rough[i] + (rough[i] - old[i]) / (ratio - 1.0));
            error = (0..4).map(|i| f64::abs(better[i] - rough[i])).fold(0.0, f64::max);
            row.push(better);
        }
        rows = row;
    }
    (rows[COUNTS.len() - 1], error)
}

fn same_direction(chi: f64, other: f64) -> f64 {
    (chi - other).sin().hypot(1.0 - (chi - other).cos())
}

#[test]
fn newton_s_equations_give_the_same_angles() {
    let morse = Morse { epsilon: 1.0, alpha: 3.0, equilibrium: 1.1 };
    let soft = Gaussian { epsilon: 2.0, sigma: 0.5 };
    let cut = |form: Arc<dyn PairForm>, t| Scattering::new(&PairPotential::new(form, Some(2.5), t)).unwrap();
    let cases = [
        lj(Some(2.5), Truncation::Truncated),
        lj(Some(2.5), Truncation::ShiftedForce),
        Scattering::new(&PairPotential::wca(1.0, 1.0)).unwrap(),
        cut(Arc::new(morse), Truncation::Shifted),
        cut(Arc::new(soft), Truncation::Shifted),
    ];
    for scattering in &cases {
        let rc = scattering.potential().cutoff().unwrap();
        for energy in [0.03, 0.3, 0.9, 2.5, 40.0] {
            let shell = scattering.at_energy(energy).unwrap();
            for fraction in [0.05, 0.3, 0.5, 0.8, 0.97] {
                let b = fraction * rc;
                if shell.orbiting_impacts().iter().any(|o| (b / o - 1.0).abs() < 0.02) {
                    continue;
                }
                let error = same_direction(shell.deflection(b).unwrap(), by_trajectory(scattering, energy, b));
                assert!(error < 3e-11, "{:?} {energy} {b}: {error:e}", scattering.potential());
            }
        }
    }
}

#[test]
fn orbits_exist_below_the_critical_energy_and_diverge_logarithmically() {
    let scattering = lj(None, Truncation::Shifted);
    // W = -20 s12 + 8 s6 has its maximum 4/5 at s6 = 1/5.
    assert!((scattering.critical_energies()[0] - 0.8).abs() < 1e-14);
    assert!(scattering.at_energy(0.81).unwrap().orbiting_impacts().is_empty());
    for energy in [1e-4, 0.1, 0.79] {
        let shell = scattering.at_energy(energy).unwrap();
        let orbit = shell.orbiting_impacts()[0];
        // The root of W = E outside: s6 = (8 - sqrt(64 - 80 E))/40; b^2 = r^2 (1 - U/E).
        let s6 = 2.0 * energy / (8.0 + f64::sqrt(64.0 - 80.0 * energy));
        let r2 = s6.powf(-1.0 / 3.0);
        let exact = f64::sqrt(r2 * (1.0 - 4.0 * s6 * (s6 - 1.0) / energy));
        assert!((orbit / exact - 1.0).abs() < 1e-13, "{energy}");
        assert!(matches!(shell.deflection(orbit), Err(ScatteringError::Orbiting { .. })));
        // d chi/d ln|b - b_o| outside and inside: the spiral winds once outside, in and out inside.
        let slope = |sign: f64, d: f64| {
            let chi = |d: f64| shell.deflection(orbit * (1.0 + sign * d)).unwrap();
            (chi(d) - chi(d / 10.0)) / f64::ln(10.0)
        };
        let (outside, inside) = (slope(1.0, 1e-8), slope(-1.0, 1e-8));
        assert!(outside > 0.0 && (inside / outside - 2.0).abs() < 2e-3, "{energy}: {outside} {inside}");
        let farther = slope(1.0, 1e-6);
        assert!((farther / outside - 1.0).abs() < 1e-2);
    }
}

#[test]
fn weak_deflections_keep_their_relative_accuracy() {
    // Impulse approximation for (sigma/r)^6 attraction: chi = -(15 pi/4) eps/E b^-6 (with 4 eps), to first order.
    let scattering = lj(None, Truncation::Shifted);
    let shell = scattering.at_energy(1.0).unwrap();
    for b in [50.0f64, 200.0] {
        let first = -15.0 * PI / 4.0 * b.powi(-6);
        let repulsive = 4.0 * 231.0 * PI / 512.0 * b.powi(-12);
        let chi = shell.deflection(b).unwrap();
        assert!(((chi - first) / first).abs() < 40.0 * b.powi(-6) + 1e-12, "{b}: {chi:e} {first:e} {repulsive:e}");
    }
}

#[test]
fn finite_cores_let_atoms_through() {
    let form = Gaussian { epsilon: 1.0, sigma: 1.0 };
    let scattering = Scattering::new(&PairPotential::new(Arc::new(form), None, Truncation::Shifted)).unwrap();
    assert_eq!(scattering.at_energy(0.9).unwrap().deflection(0.0).unwrap(), PI);
    let above = scattering.at_energy(1.5).unwrap();
    assert_eq!(above.deflection(0.0).unwrap(), 0.0);
    let (a, b) = (above.deflection(1e-6).unwrap(), above.deflection(1e-7).unwrap());
    assert!((a / b - 10.0).abs() < 1e-6, "chi is linear in b at the origin: {a:e} {b:e}");
    assert!(scattering.critical_energies().len() <= 1);
    above.cross_sections().unwrap();
}

#[test]
fn bad_questions_get_typed_answers() {
    let scattering = lj(None, Truncation::Shifted);
    assert_eq!(scattering.at_energy(-1.0).unwrap_err(), ScatteringError::Energy(-1.0));
    assert!(matches!(scattering.at_energy(f64::NAN), Err(ScatteringError::Energy(_))));
    let shell = scattering.at_energy(1.0).unwrap();
    assert_eq!(shell.deflection(-1.0), Err(ScatteringError::Impact(-1.0)));
    assert!(matches!(power(1.0).at_energy(1.0).unwrap().cross_sections(), Err(ScatteringError::CrossSection { .. })));
    let form = InversePower { epsilon: -1.0, sigma: 1.0, exponent: 4.0 };
    let fall = Scattering::new(&PairPotential::new(Arc::new(form), None, Truncation::Shifted)).unwrap();
    assert!(matches!(fall.at_energy(1.0).unwrap().deflection(0.1), Err(ScatteringError::FallsToCentre { .. })));
}

/// `Qtilde_n(E = 1) = 2 pi int (1 - P_n(cos chi)) b db` of `U = r^-a`, from the project's independent reference programs
/// (Python, two methods each; 1e-8).
#[test]
fn inverse_power_cross_sections_match_the_reference() {
    let table: [(f64, [(usize, f64); 4]); 4] = [
        (2.0, [(1, 4.996403253014815), (2, 9.949611806481432), (4, 19.832695571355103), (16, 79.06316007559312)]),
        (4.0, [(1, 3.7492614940196196), (2, 5.813891223921376), (4, 8.677385181419522), (16, 18.14973145578851)]),
        (6.0, [(1, 3.4928023546460896), (2, 4.8492599321542915), (4, 6.469992996997894), (16, 10.773870262995922)]),
        (12.0, [(1, 3.2865839844018923), (2, 3.9742488453981997), (4, 4.6757859097786865), (16, 6.13755447168194)]),
    ];
    for (exponent, rows) in table {
        let form = InversePower { epsilon: 1.0, sigma: 1.0, exponent };
        let scattering = Scattering::new(&PairPotential::new(Arc::new(form), None, Truncation::Shifted)).unwrap();
        let q = scattering.at_energy(1.0).unwrap().cross_sections().unwrap();
        for (n, reference) in rows {
            assert!((q.legendre[n - 1] / reference - 1.0).abs() < 1e-9, "r^-{exponent}, n = {n}");
        }
    }
}
