use super::*;
use omd_interaction::{InversePower, LennardJones, PairForm, Truncation};
use serde_json::Value;
use std::f64::consts::PI;
use std::sync::Arc;

fn reference() -> Value {
    serde_json::from_str(include_str!("../../tests/data/viscosity.json")).unwrap()
}

fn orders(value: &Value) -> Vec<f64> {
    value["orders"].as_array().unwrap_or_else(|| value.as_array().unwrap()).iter().map(|v| v.as_f64().unwrap()).collect()
}

fn uncut(form: impl PairForm + 'static) -> PairPotential {
    PairPotential::new(Arc::new(form), None, Truncation::Shifted)
}

fn lennard_jones() -> PairPotential {
    uncut(LennardJones { epsilon: 1.0, sigma: 1.0 })
}

fn close(name: &str, value: f64, reference: f64, tolerance: f64) {
    let error = value / reference - 1.0;
    eprintln!("{name} {error:e}");
    assert!(error.abs() < tolerance, "{name}: {value} {reference} {error:e}");
}

#[test]
fn maxwell_molecules_are_exact() {
    let (rate, mass, temperature) = (0.37, 2.3, 1.9);
    let kernel = CollisionKernel::VariableHardSphere { rate, exponent: 0.0 };
    let transport = Transport::of_kernel(&kernel, mass).unwrap();
    let lambda = rate / 2.0;
    let mu = transport.viscosity(temperature).unwrap();
    close("maxwell mu", mu.value, temperature / lambda, 1e-12);
    // Prandtl number 2/3: kappa = (15/4) mu/m at every order.
    close("maxwell kappa", transport.thermal_conductivity(temperature).unwrap().value, 3.75 * mu.value / mass, 1e-12);
    // The momentum of a tagged atom decays at C/2 per unit density.
    close("maxwell D", transport.self_diffusion(temperature).unwrap().value, temperature / mass / (rate / 2.0), 1e-12);
    assert_eq!(mu.order, 3);
}

#[test]
fn hard_spheres_have_their_factors() {
    let (d, mass, temperature) = (1.3, 0.7, 2.1);
    let transport = Transport::of_kernel(&CollisionKernel::hard_sphere(d), mass).unwrap();
    let first = 5.0 / (16.0 * d * d) * (mass * temperature / PI).sqrt();
    let mu = transport.viscosity(temperature).unwrap();
    // 1.016034: PHYSICS.md 5.
    assert!((mu.value / first - 1.016034).abs() < 5e-7, "{mu:?} {}", mu.value / first);
    let all = transport.orders(Property::Viscosity, temperature).unwrap();
    for (n, r) in orders(&reference()["hard_sphere"]).iter().enumerate() {
        close("hard spheres", all[n] / first, r / (5.0 / (16.0 * PI.sqrt())), 1e-10);
    }
    let kappa = transport.thermal_conductivity(temperature).unwrap();
    let diffusion = transport.self_diffusion(temperature).unwrap();
    let unit = (temperature / (PI * mass)).sqrt() / (d * d);
    eprintln!("{mu:?} {} {kappa:?} {} {diffusion:?} {}", mu.value / first, kappa.value / (75.0 / 64.0 * unit), diffusion.value / (0.375 * unit));
}

#[test]
fn variable_hard_spheres_match_the_reference() {
    for (exponent, entry) in reference()["vhs"].as_object().unwrap() {
        let rate = 4.0 * PI * entry["c"].as_f64().unwrap();
        let exponent: f64 = exponent.parse().unwrap();
        let kernel = CollisionKernel::VariableHardSphere { rate, exponent };
        let transport = Transport::of_kernel(&kernel, 1.0).unwrap();
        let all = transport.orders(Property::Viscosity, 1.0).unwrap();
        for (n, r) in orders(entry).iter().enumerate() {
            close("vhs", all[n], *r, 1e-10);
        }
        let hot = transport.viscosity(7.0).unwrap().value;
        close("vhs power", hot / transport.viscosity(1.0).unwrap().value, 7f64.powf(1.0 - exponent / 2.0), 1e-12);
    }
}

#[test]
fn inverse_powers_match_the_reference() {
    for (exponent, entry) in reference()["inverse_power"].as_object().unwrap() {
        let form = InversePower { epsilon: 1.0, sigma: 1.0, exponent: exponent.parse().unwrap() };
        let transport = Transport::of_potential(&uncut(form), 1.0).unwrap();
        let all = transport.orders(Property::Viscosity, 1.0).unwrap();
        for (n, r) in orders(entry).iter().enumerate() {
            close(&format!("r^-{exponent} order {}", n + 1), all[n], *r, 1e-8);
        }
    }
}

#[test]
fn lennard_jones_and_wca_match_the_reference() {
    for (name, potential) in [("lj", lennard_jones()), ("wca", PairPotential::wca(1.0, 1.0))] {
        let t = std::time::Instant::now();
        let transport = Transport::of_potential(&potential, 1.0).unwrap();
        for (temperature, entry) in reference()[name].as_object().unwrap() {
            let t: f64 = temperature.parse().unwrap();
            for (l, key) in [(1, "omega11"), (2, "omega22")] {
                let omega = transport.reduced_omega(l, l as u32, t, 1.0).unwrap();
                close(&format!("{name} {key} {t}"), omega, entry[key].as_f64().unwrap(), 1e-8);
            }
            let all = transport.orders(Property::Viscosity, t).unwrap();
            for (n, r) in orders(entry).iter().enumerate() {
                close(&format!("{name} mu {t} order {}", n + 1), all[n], *r, 1e-8);
            }
            eprintln!("{:?} {:?} {:?}", transport.viscosity(t), transport.thermal_conductivity(t), transport.self_diffusion(t));
        }
        eprintln!("{name} took {:?}", t.elapsed());
    }
}
