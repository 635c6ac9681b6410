use super::*;
use crate::boltzmann::moments::{AngularLaw, HierarchyParameters, MaxwellMomentHierarchy};
use crate::chapman_enskog::{Property, Transport};
use omd_flow::{Free, symmetric_components};
use omd_interaction::CollisionKernel;

fn parameters(gradient: Matrix3<f64>, exponent: f64, closure: Closure) -> GalerkinParameters {
    GalerkinParameters {
        flow: AffineFlow::new(gradient).unwrap(),
        number_density: 1.0,
        mass: 1.0,
        knudsen: 1.0,
        gas: Gas::Kernel(CollisionKernel::VariableHardSphere { rate: 1.0, exponent }),
        closure,
        basis_temperature: 1.0,
    }
}

fn full() -> Matrix3<f64> {
    Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15)
}

#[test]
fn maxwell_molecules_are_exact_at_every_order_and_basis_temperature() {
    // Two unrelated ways to the tensor: Talmi's transformation here, Bobylev's equation there.
    let start = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    for (order, ratio) in [(4, 1.0), (7, 1.0), (6, 1.3), (6, 0.8)] {
        let mut parameters = parameters(full(), 0.0, Closure::Order(order));
        parameters.basis_temperature = ratio;
        let mut expansion = Galerkin::new(&parameters, &start).unwrap();
        let mut exact = MaxwellMomentHierarchy::new(
            &HierarchyParameters {
                flow: parameters.flow.clone(),
                number_density: 1.0,
                mass: 1.0,
                knudsen: 1.0,
                law: AngularLaw::isotropic(1.0, order),
                order,
            },
            &start,
        );
        for time in [0.0, 1.0, 3.0] {
            expansion.advance(time, &mut Free).unwrap();
            exact.advance(time, &mut Free).unwrap();
            let (found, wanted) = (expansion.observe(), exact.observe());
            let pressures = |row: &Observables| symmetric_components(&row.pressure);
            for (a, b) in pressures(&found).iter().zip(pressures(&wanted)) {
                assert!((a - b).abs() < 1e-10 * wanted.temperature * wanted.density);
            }
            for (a, b) in found.extra.iter().zip(&wanted.extra) {
                assert_eq!(a.name, b.name);
                let scale = wanted.temperature.powi(2).max(b.value.abs()).max(1.0);
                assert!((a.value - b.value).abs() < 1e-9 * scale, "{order} {ratio} {}: {a:?} {b:?}", a.name);
            }
        }
    }
}

#[test]
fn a_weak_shear_has_the_chapman_enskog_viscosity() {
    // -P_xy/K of a slow shear after the transient, against the Sonine expansion of the linearised operator: order N
    // holds the stress with (N - 2)/2 + 1 Sonine polynomials. A shear of 1e-4 adds terms of 1e-8.
    for kernel in [
        CollisionKernel::VariableHardSphere { rate: 1.0, exponent: 1.0 },
        CollisionKernel::VariableSoftSphere { rate: 1.0, exponent: 0.4, alpha: 1.6 },
        CollisionKernel::VariableSoftSphere { rate: 1.0, exponent: 1.0, alpha: 0.7 },
    ] {
        let sonine = Transport::of_kernel(&kernel, 1.0).unwrap().orders(Property::Viscosity, 1.0).unwrap();
        let rate = 1e-4;
        let gradient = Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for order in [2, 4, 6, 10] {
            let mut parameters = parameters(gradient, 1.0, Closure::Order(order));
            parameters.gas = Gas::Kernel(kernel.clone());
            let mut gas = Galerkin::new(&parameters, &Matrix3::identity()).unwrap();
            // Steps to 1e-11 of the Maxwellian are 1e-7 of this stress: frequent samples keep them shorter.
            for k in 1..=120 {
                gas.advance(0.5 * f64::from(k), &mut Free).unwrap();
            }
            let row = gas.observe();
            // mu ~ T^(1 - gamma/2).
            let law = row.temperature.powf(1.0 - 0.5 * kernel.rate_exponent());
            let found = -row.pressure[(0, 1)] / (rate * law);
            let wanted = sonine[(order - 2) / 2];
            assert!((found / wanted - 1.0).abs() < 1e-7, "{kernel:?} order {order}: {found} {wanted}");
        }
    }
}

#[test]
fn a_saved_run_goes_on_to_the_same_bits() {
    let start = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    let build = |closure| {
        let mut parameters = parameters(full(), 0.4, closure);
        parameters.gas = Gas::Kernel(CollisionKernel::VariableSoftSphere { rate: 1.0, exponent: 0.4, alpha: 1.6 });
        parameters.basis_temperature = 1.2;
        Galerkin::new(&parameters, &start).unwrap()
    };
    let bits = |gas: &Galerkin| -> Vec<u64> { gas.coefficients().iter().map(|x| x.to_bits()).collect() };
    for closure in [Closure::Order(6), Closure::Grad26] {
        let mut whole = build(closure);
        whole.advance(0.7, &mut Free).unwrap();
        let mut writer = StateWriter::new();
        whole.save(&mut writer);
        let bytes = writer.into_bytes();
        // One that has never run, and one that has gone elsewhere before.
        let mut elsewhere = build(closure);
        elsewhere.advance(0.2, &mut Free).unwrap();
        whole.advance(1.9, &mut Free).unwrap();
        for mut resumed in [build(closure), elsewhere] {
            resumed.restore(&mut StateReader::new(&bytes)).unwrap();
            assert_eq!(resumed.time(), 0.7);
            resumed.advance(1.9, &mut Free).unwrap();
            assert_eq!(bits(&resumed), bits(&whole));
            assert_eq!(resumed.observe().temperature.to_bits(), whole.observe().temperature.to_bits());
        }
        let other = if closure == Closure::Grad26 { Closure::Grad13 } else { Closure::Order(5) };
        let refused = build(other).restore(&mut StateReader::new(&bytes));
        assert!(matches!(refused, Err(StateError::Mismatch(_))));
    }
}

#[test]
fn a_potential_has_its_viscosity_at_the_temperature_it_has_reached() {
    let potential = PairPotential::wca(1.0, 1.0);
    let transport = Transport::of_potential(&potential, 1.3).unwrap();
    // A slow isotropic expansion cools the gas to 0.63 of its temperature; a slow shear measures its viscosity there.
    let (rate, dilation, end) = (1e-5, 4e-3, 65.0);
    let gradient = Matrix3::new(dilation, rate, 0.0, 0.0, dilation, 0.0, 0.0, 0.0, dilation);
    let mut parameters = parameters(gradient, 1.0, Closure::Order(4));
    parameters.gas = Gas::Potential(potential);
    parameters.mass = 1.3;
    parameters.knudsen = 0.05;
    let mut gas = Galerkin::new(&parameters, &(Matrix3::identity() * 2.0)).unwrap();
    gas.advance(end, &mut Free).unwrap();
    let row = gas.observe();
    assert!((row.temperature / (2.0 * (1.0 + dilation * end).powi(-2)) - 1.0).abs() < 1e-6);
    let slope = parameters.flow.velocity_gradient(end)[(0, 1)];
    let found = -row.pressure[(0, 1)] / (slope * parameters.knudsen);
    let wanted = transport.orders(Property::Viscosity, row.temperature).unwrap()[1];
    // The gas follows its changing temperature with a lag of Kn mu/p times the rate of the flow, a few 1e-4.
    assert!((found / wanted - 1.0).abs() < 5e-4, "{found} {wanted}");
}

#[test]
fn grad13_is_exact_for_maxwell_molecules_and_without_flow_conserves() {
    let start = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    let mut closed = Galerkin::new(&parameters(full(), 0.0, Closure::Grad13), &start).unwrap();
    assert_eq!(closed.name(), "moments");
    let mut exact = crate::boltzmann::MaxwellMoments::new(AffineFlow::new(full()).unwrap(), 1.0, &start, 0.5, 1.0);
    for time in [1.0, 4.0] {
        closed.advance(time, &mut Free).unwrap();
        exact.advance(time, &mut Free).unwrap();
        let (closed, exact) = (closed.observe(), exact.observe());
        assert!((closed.pressure - exact.pressure).norm() < 1e-10 * exact.pressure.norm());
        assert!(closed.heat_flux.is_some_and(|q| q.norm() == 0.0));
    }
    let mut rest = Galerkin::new(&parameters(Matrix3::zeros(), 1.0, Closure::Grad26), &start).unwrap();
    rest.advance(200.0, &mut Free).unwrap();
    let row = rest.observe();
    assert!((row.pressure - Matrix3::identity()).norm() < 1e-10);
    assert!((row.extra[0].value - 15.0).abs() < 1e-9);
}

#[test]
fn a_frame_is_as_good_as_another() {
    let turn = nalgebra::Rotation3::new(nalgebra::Vector3::new(0.3, -0.8, 0.5)).into_inner();
    let start = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    let run = |gradient, start| {
        let mut gas = Galerkin::new(&parameters(gradient, 1.0, Closure::Order(6)), &start).unwrap();
        gas.advance(1.5, &mut Free).unwrap();
        gas.observe()
    };
    let (here, there) = (run(full(), start), run(turn * full() * turn.transpose(), turn * start * turn.transpose()));
    assert!((turn * here.pressure * turn.transpose() - there.pressure).norm() < 1e-10);
    assert!((here.extra[0].value - there.extra[0].value).abs() < 1e-9);
}

#[test]
fn what_cannot_converge_or_is_out_of_range_is_refused() {
    let hot = Matrix3::from_diagonal(&nalgebra::Vector3::new(2.5, 0.3, 0.2));
    let mut parameters = parameters(full(), 1.0, Closure::Order(6));
    assert!(matches!(Galerkin::new(&parameters, &hot), Err(GalerkinError::Anisotropic { .. })));
    parameters.basis_temperature = 1.5;
    assert!(Galerkin::new(&parameters, &hot).is_ok());
    parameters.closure = Closure::Order(17);
    assert_eq!(Galerkin::new(&parameters, &hot).err(), Some(GalerkinError::Order(17)));
}
