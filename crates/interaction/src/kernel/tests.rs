use super::*;
use crate::potential::{Gaussian, LennardJones, PairForm, Truncation};
use omd_flow::Philox;
use std::f64::consts::PI;

fn lennard_jones(cutoff: Option<f64>, truncation: Truncation) -> PairPotential {
    PairPotential::new(Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 }), cutoff, truncation)
}

/// Speeds of colliding pairs at temperature `t` (density of `x = E/t`: `x exp(-x)`) and uniform numbers.
fn collisions(count: usize, temperature: f64, mass: f64) -> Vec<(f64, f64)> {
    let mut random = Philox::new(7, 0);
    (0..count)
        .map(|_| {
            let x = -((1.0 - random.uniform()) * (1.0 - random.uniform())).ln();
            ((4.0 * temperature * x / mass).sqrt(), random.uniform())
        })
        .collect()
}

#[test]
fn the_table_is_as_close_as_it_says() {
    let gaussian: Arc<dyn PairForm> = Arc::new(Gaussian { epsilon: 2.0, sigma: 0.5 });
    let cases = [
        (lennard_jones(Some(2.5), Truncation::ShiftedForce), 1.0),
        (lennard_jones(Some(2.5), Truncation::Truncated), 0.5),
        (PairPotential::wca(1.0, 1.0), 2.0),
        (PairPotential::new(gaussian, Some(2.5), Truncation::Shifted), 1.0),
    ];
    for (potential, temperature) in cases {
        let mass = 1.7;
        let kernel = PotentialKernel::new(&potential, mass, temperature).unwrap();
        let stated = kernel.accuracy();
        assert!(stated.momentum < 2e-4 && stated.viscosity < 2e-4, "{potential:?}: {stated:?}");
        assert!(stated.mean_momentum < 5e-5 && stated.mean_viscosity < 5e-5, "{potential:?}: {stated:?}");
        let (mut square, mut loss, mut error) = (0.0, 0.0, 0.0);
        let sample = collisions(4000, temperature, mass);
        for (speed, uniform) in &sample {
            let exact = kernel.exact_cosine(*speed, *uniform).unwrap();
            let difference = kernel.deflection_cosine(*speed, *uniform) - exact;
            square += difference * difference;
            loss += 1.0 - exact * exact;
            error += 2.0 * difference * exact;
        }
        let rms = f64::sqrt(square / sample.len() as f64);
        assert!(rms < 1.5e-4, "{potential:?}: {rms:e}");
        assert!((error / loss).abs() < 5e-5, "{potential:?}: {:e}", error / loss);
    }
}

#[test]
fn the_mean_over_impact_parameters_is_the_cross_section() {
    let kernel = PotentialKernel::new(&lennard_jones(Some(2.5), Truncation::ShiftedForce), 1.0, 1.0).unwrap();
    for energy in [0.02f64, 0.3, 0.79, 2.0, 50.0] {
        let count = 40_000;
        let mean = |f: &dyn Fn(f64) -> f64| {
            let at = |k: usize| kernel.deflection_cosine(2.0 * energy.sqrt(), (k as f64 + 0.5) / count as f64);
            (0..count).map(|k| f(at(k))).sum::<f64>() / count as f64 * kernel.cross_section()
        };
        let exact = kernel.scattering().at_energy(energy).unwrap().cross_sections().unwrap();
        assert!((mean(&|c| 1.0 - c) / exact.momentum() - 1.0).abs() < 3e-4, "{energy}");
        assert!((mean(&|c| 1.0 - c * c) / exact.viscosity() - 1.0).abs() < 3e-4, "{energy}");
    }
}

#[test]
fn outside_the_table_the_scattering_is_exact() {
    let kernel = PotentialKernel::new(&PairPotential::wca(1.0, 1.0), 1.0, 1.0).unwrap();
    let (low, high) = kernel.tabulated_energies();
    for energy in [0.3 * low, low * (1.0 - 1e-9), high, 3.0 * high, 1e300] {
        let speed = 2.0 * energy.sqrt();
        for uniform in [0.0, 0.3, 0.999] {
            assert_eq!(kernel.deflection_cosine(speed, uniform), kernel.exact_cosine(speed, uniform).unwrap_or(1.0));
        }
    }
    // At the very ends of the table the look-up still works.
    for energy in [low, low * (1.0 + 1e-15), high * (1.0 - 1e-15)] {
        let speed = 2.0 * energy.sqrt();
        for uniform in [0.0, 0.3, 1.0 - 1e-16] {
            let difference = kernel.deflection_cosine(speed, uniform) - kernel.exact_cosine(speed, uniform).unwrap();
            assert!(difference.abs() < 3e-4, "{energy} {uniform}: {difference:e}");
        }
    }
    assert_eq!(kernel.deflection_cosine(0.0, 0.5), 1.0);
    assert!((kernel.deflection_cosine(1.0, 0.0) + 1.0).abs() < 2e-4);
}

#[test]
fn truncated_scatters_as_shifted() {
    let at = |t| PotentialKernel::new(&lennard_jones(Some(2.5), t), 1.0, 1.0).unwrap();
    let (truncated, shifted) = (at(Truncation::Truncated), at(Truncation::Shifted));
    for (speed, uniform) in collisions(300, 1.0, 1.0) {
        assert_eq!(truncated.deflection_cosine(speed, uniform), shifted.deflection_cosine(speed, uniform));
    }
}

#[test]
fn rates_and_errors() {
    let kernel = CollisionKernel::from_potential(&PairPotential::wca(1.0, 1.0), 1.0, 1.0).unwrap();
    assert!((kernel.total_rate(2.0) - 2.0 * PI * 2f64.powf(1.0 / 3.0)).abs() < 1e-13);
    assert_eq!(kernel.rate_exponent(), 1.0);
    assert_eq!(CollisionKernel::VariableHardSphere { rate: 2.0, exponent: 0.0 }.rate_exponent(), 0.0);
    let no_cutoff = lennard_jones(None, Truncation::Shifted);
    assert_eq!(PotentialKernel::new(&no_cutoff, 1.0, 1.0).unwrap_err(), KernelError::NeedsCutoff);
    let bad = PotentialKernel::new(&PairPotential::wca(1.0, 1.0), 1.0, -1.0).unwrap_err();
    assert_eq!(bad.to_string(), "the reference temperature of a collision kernel must be positive and finite, not -1");
}

#[test]
fn soft_spheres_scatter_by_their_law() {
    for alpha in [0.6, 1.0, 1.4, 2.3] {
        let kernel = CollisionKernel::VariableSoftSphere { rate: 2.0, exponent: 0.0, alpha };
        // Midpoints in y = U^(1/alpha), dU = alpha y^(alpha - 1) dy, from y = s^(2/alpha): dU = 2 s ds.
        let count = 20_000;
        let mean = |f: &dyn Fn(f64) -> f64| -> f64 {
            let at = |k: usize| (k as f64 + 0.5) / count as f64;
            (0..count).map(|k| 2.0 * at(k) / count as f64 * f(kernel.deflection_cosine(1.0, at(k).powi(2)))).sum()
        };
        let polynomials: [&dyn Fn(f64) -> f64; 3] = [&|x| x, &|x| 1.5 * x * x - 0.5, &|x| x * (2.5 * x * x - 1.5)];
        for (l, polynomial) in polynomials.into_iter().enumerate() {
            let (found, wanted) = (mean(polynomial), kernel.mean_legendre(l + 1).unwrap());
            assert!((found - wanted).abs() < 1e-6, "{alpha} {l}: {found} {wanted}");
        }
        // \[Bird1994\] (recalled): of the total, 2/(alpha + 1) for momentum, 4 alpha/((alpha + 1)(alpha + 2)) for stress.
        let momentum = 1.0 - kernel.mean_legendre(1).unwrap();
        assert!((momentum - 2.0 / (alpha + 1.0)).abs() < 1e-14);
        let lambda = 3.0 * alpha * 2.0 / ((alpha + 1.0) * (alpha + 2.0));
        assert!((kernel.maxwell_relaxation().unwrap() - lambda).abs() < 1e-14);
        assert!((kernel.deflection_cosine(1.0, 0.0) + 1.0).abs() < 1e-14, "head-on atoms turn back");
    }
    let maxwell = CollisionKernel::VariableHardSphere { rate: 2.0, exponent: 0.0 };
    assert_eq!(maxwell.maxwell_relaxation(), Some(1.0));
    assert_eq!(CollisionKernel::hard_sphere(1.0).maxwell_relaxation(), None);
}
