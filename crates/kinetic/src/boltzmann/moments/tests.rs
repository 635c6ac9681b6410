use super::*;
use nalgebra::Matrix3;
use omd_flow::{AffineFlow, Description, Free, symmetric_components};

fn parameters(gradient: Matrix3<f64>, knudsen: f64, order: usize) -> HierarchyParameters {
    HierarchyParameters {
        flow: AffineFlow::new(gradient).unwrap(),
        number_density: 1.0,
        mass: 1.0,
        knudsen,
        law: AngularLaw::isotropic(1.0, order),
        order,
    }
}

fn shear(rate: f64) -> Matrix3<f64> {
    Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
}

#[test]
fn relaxation_rates_are_those_of_wang_chang_and_uhlenbeck() {
    // In units of the rate of the stress; `maxwell_critical_shear.json`, isotropic and "omega-rep const b".
    let isotropic = [((1, 0), 0.0), ((0, 1), 0.0), ((0, 2), 1.0), ((1, 1), 2.0 / 3.0), ((0, 3), 1.5), ((0, 4), 1.75)];
    let hierarchy = MaxwellHierarchy::new(6, &AngularLaw::isotropic(2.0, 6));
    for ((n, l), wanted) in isotropic.into_iter().chain([((1, 2), 7.0 / 6.0), ((3, 0), 1.0), ((0, 6), 1.9375)]) {
        assert!((hierarchy.relaxation_rate(n, l).unwrap() - wanted).abs() < 1e-14, "{n} {l}");
    }
    let law = AngularLaw::from_density(6, |s| 1.0 / s);
    let hierarchy = MaxwellHierarchy::new(6, &law);
    for ((n, l), wanted) in [((0, 4), 16.0 / 9.0), ((2, 2), 1.3095238095238095), ((0, 6), 2.051282051282051)] {
        let found = hierarchy.relaxation_rate(n, l).unwrap() / law.relaxation_rate();
        assert!((found - wanted).abs() < 1e-13, "{n} {l}: {found}");
    }
}

#[test]
fn a_maxwellian_is_at_rest_in_every_order() {
    let hierarchy = MaxwellHierarchy::new(10, &AngularLaw::from_density(10, |s| 1.0 + s));
    let moments = hierarchy.gaussian(&(Matrix3::identity() * 1.7));
    let mut rate = vec![0.0; moments.len()];
    hierarchy.rate(&Matrix3::zeros(), 1.0, &moments, &mut rate);
    for (rate, moment) in rate.iter().zip(&moments) {
        assert!(rate.abs() < 1e-11 * (1.0 + moment.abs()), "{rate} {moment}");
    }
}

#[test]
fn momentum_is_conserved_and_a_shifted_gas_relaxes_as_one_at_rest() {
    // G(z) exp(z.u) solves Bobylev's equation with G(z): z_+ + z_- = z.
    let order = 6;
    let hierarchy = MaxwellHierarchy::new(order, &AngularLaw::from_density(order, |s| 1.0 + 2.0 * s * s));
    let covariance = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    let velocity = [0.3, -0.2, 0.5];
    let shifted = |centred: &[f64]| {
        // exp(z.u) term by term.
        let (mut sum, mut term) = (centred.to_vec(), centred.to_vec());
        for k in 1..=order {
            term = hierarchy.ladder.multiply(&term, velocity.map(|u| u / k as f64));
            sum.iter_mut().zip(&term).for_each(|(s, t)| *s += t);
        }
        sum
    };
    let centred = hierarchy.gaussian(&covariance);
    let (mut rest, mut moving) = (vec![0.0; centred.len()], vec![0.0; centred.len()]);
    hierarchy.rate(&Matrix3::zeros(), 1.0, &centred, &mut rest);
    hierarchy.rate(&Matrix3::zeros(), 1.0, &shifted(&centred), &mut moving);
    for (found, wanted) in moving.iter().zip(shifted(&rest)) {
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }
    assert!(moving[1..4].iter().all(|rate| rate.abs() < 1e-14));
}

#[test]
fn second_moments_are_those_of_the_small_system() {
    let full = Matrix3::new(0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15);
    let start = Matrix3::new(1.3, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 0.9);
    for (gradient, knudsen) in [(full, 0.1), (full, 10.0), (shear(5.0), 1.0), (Matrix3::identity() * -0.2, 1.0)] {
        let mut small = MaxwellMoments::new(AffineFlow::new(gradient).unwrap(), 1.0, &start, 0.5, knudsen);
        let mut large = MaxwellMomentHierarchy::new(&parameters(gradient, knudsen, 4), &start);
        for time in [0.5, 2.0, 4.0] {
            small.advance(time, &mut Free).unwrap();
            large.advance(time, &mut Free).unwrap();
            let (small, large) = (small.observe(), large.observe());
            assert_eq!(small.density, large.density);
            let scale = small.temperature * small.density;
            for (a, b) in symmetric_components(&small.pressure).iter().zip(symmetric_components(&large.pressure)) {
                assert!((a - b).abs() < 1e-11 * scale, "Kn {knudsen} t {time}: {a} {b}");
            }
        }
    }
}

#[test]
fn a_saved_hierarchy_continues_to_the_same_bits() {
    let mut one = MaxwellMomentHierarchy::new(&parameters(shear(2.0), 1.0, 6), &Matrix3::identity());
    one.advance(0.7, &mut Free).unwrap();
    let mut writer = omd_flow::StateWriter::new();
    one.save(&mut writer);
    let bytes = writer.into_bytes();
    let mut two = MaxwellMomentHierarchy::new(&parameters(shear(2.0), 1.0, 6), &Matrix3::identity());
    let mut reader = omd_flow::StateReader::new(&bytes);
    two.restore(&mut reader).unwrap();
    reader.finish().unwrap();
    one.advance(2.0, &mut Free).unwrap();
    two.advance(2.0, &mut Free).unwrap();
    assert_eq!(one.observe(), two.observe());
    let mut wrong = MaxwellMomentHierarchy::new(&parameters(shear(2.0), 1.0, 4), &Matrix3::identity());
    assert!(wrong.restore(&mut omd_flow::StateReader::new(&bytes)).is_err());
}
