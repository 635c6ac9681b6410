use super::*;
use nalgebra::Rotation3;
use proptest::prelude::*;

fn matrix() -> impl Strategy<Value = Matrix3<f64>> {
    prop::array::uniform9(-1.0..1.0f64).prop_map(|rows| Matrix3::from_row_slice(&rows))
}

proptest! {
    #[test]
    fn inverse_and_gradient_satisfy_their_equations(a in matrix(), s in 0.0..0.9f64) {
        let flow = AffineFlow::new(a).unwrap();
        let t = s * flow.singular_time().unwrap_or(10.0).min(10.0);
        let f = flow.deformation(t);
        let scale = f.norm() * flow.inverse_deformation(t).norm();
        prop_assert!((f * flow.inverse_deformation(t) - Matrix3::identity()).norm() < 1e-13 * scale * scale);
        prop_assert!((flow.volume_ratio(t) - f.determinant()).abs() < 1e-12 * f.norm().powi(3));
        // dL/dt + L^2 = 0 by central differences.
        let h = 1e-4 / (1.0 + flow.velocity_gradient(t).norm());
        let rate = (flow.velocity_gradient(t + h) - flow.velocity_gradient(t - h)) / (2.0 * h);
        let l = flow.velocity_gradient(t);
        prop_assert!((rate + l * l).norm() < 1e-5 * (1.0 + l.norm().powi(2)));
        prop_assert!((flow.volume_ratio_rate(t) - flow.volume_ratio(t) * l.trace()).abs() < 1e-10 * scale.powi(3));
    }

    #[test]
    fn singular_time_is_the_inverse_of_the_most_negative_real_eigenvalue(a in matrix()) {
        let flow = AffineFlow::new(a).unwrap();
        let lowest = a.complex_eigenvalues().iter().filter(|z| z.im.abs() < 1e-9).map(|z| z.re).fold(0.0, f64::min);
        match flow.singular_time() {
            Some(time) => prop_assert!((time + 1.0 / lowest).abs() < 1e-6 * time, "{time} {lowest}"),
            None => prop_assert!(lowest > -1e-4),
        }
    }

    #[test]
    fn a_rotated_nilpotent_matrix_keeps_its_volume(k in prop::array::uniform3(-3.0..3.0f64), axis in prop::array::uniform3(-3.0..3.0f64)) {
        let r = nalgebra::Rotation3::new(Vector3::from(axis));
        let a = r * Matrix3::new(0.0, k[0], k[1], 0.0, 0.0, k[2], 0.0, 0.0, 0.0) * r.transpose();
        let flow = AffineFlow::new(a).unwrap();
        prop_assert_eq!(flow.singular_time(), None);
        prop_assert_eq!(flow.volume_ratio(1e3), 1.0);
    }

    #[test]
    fn momentum_is_constant_in_free_flight(a in matrix(), w in prop::array::uniform3(-1.0..1.0f64)) {
        let flow = AffineFlow::new(a).unwrap();
        let end = 0.5 * flow.singular_time().unwrap_or(4.0).min(4.0);
        let w = Vector3::from(w);
        let later = flow.free_flight(0.3 * end, end) * w;
        let p = flow.lagrangian_from_peculiar(0.3 * end, &w);
        prop_assert!((flow.lagrangian_from_peculiar(end, &later) - p).norm() < 1e-11 * (1.0 + p.norm()));
    }
}

#[test]
fn touching_and_triple_roots_are_found() {
    let diagonal = |x: f64, y: f64, z: f64| AffineFlow::new(Matrix3::from_diagonal(&Vector3::new(x, y, z))).unwrap();
    assert_eq!(diagonal(-0.5, -0.5, 0.0).singular_time(), Some(2.0));
    assert_eq!(diagonal(-0.5, 0.0, 0.0).singular_time(), Some(2.0));
    let triple = diagonal(-0.25, -0.25, -0.25).singular_time().unwrap();
    assert!((triple - 4.0).abs() < 1e-14, "{triple}");
    let turn = Rotation3::from_euler_angles(0.3, -1.1, 2.0).into_inner();
    for rates in [[-0.5, -0.5, 0.3], [-0.5, -0.5, -0.5], [-0.5, 0.0, 0.0]] {
        let rotated = turn * Matrix3::from_diagonal(&Vector3::from(rates)) * turn.transpose();
        let end = AffineFlow::new(rotated).unwrap().singular_time().unwrap();
        assert!((end - 2.0).abs() < 1e-14, "{rates:?}: {end}");
    }
    assert_eq!(diagonal(1.0, 1.0, 1.0).singular_time(), None);
    let rotation = Matrix3::new(0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    assert_eq!(AffineFlow::new(rotation).unwrap().singular_time(), None);
}

#[test]
fn a_restarted_flow_continues_the_motion() {
    let a = Matrix3::new(0.2, 0.4, -0.1, -0.3, 0.1, 0.25, 0.15, -0.2, 0.05);
    let flow = AffineFlow::new(a).unwrap();
    let later = flow.restarted_at(0.7).unwrap();
    assert!((later.velocity_gradient(0.5) - flow.velocity_gradient(1.2)).norm() < 1e-14);
}

#[test]
fn digits_survive_up_to_a_triple_root() {
    let flow = AffineFlow::new(-Matrix3::identity()).unwrap();
    for left in [1e-2, 1e-3, 1e-4] {
        let time = 1.0 - left;
        let exact = (1.0f64 - time).powi(3);
        assert!((flow.volume_ratio(time) / exact - 1.0).abs() < 1e-14);
        assert!((flow.velocity_gradient(time) * (time - 1.0) - Matrix3::identity()).norm() < 1e-14);
    }
}

#[test]
fn late_gradients_keep_their_digits() {
    // L = R diag(a / (1 + t a)) R^T.
    let rotation = *nalgebra::Rotation3::from_euler_angles(0.3, -0.7, 1.1).matrix();
    for eigenvalues in [[1.0, 0.5, 0.25], [1.0, 0.5, 0.0], [1.0, 0.0, 0.0]] {
        let a = rotation * Matrix3::from_diagonal(&eigenvalues.into()) * rotation.transpose();
        let flow = AffineFlow::new(a).unwrap();
        for time in [1e-3, 0.9, 1.1, 1e3, 1e6, 1e9, 1e12] {
            let values = eigenvalues.map(|a: f64| a / (1.0 + time * a));
            let exact = rotation * Matrix3::from_diagonal(&values.into()) * rotation.transpose();
            let error = (flow.velocity_gradient(time) - exact).norm() / exact.norm();
            // A zero eigenvalue is one of a few rounding errors, which the flow itself amplifies by t.
            assert!(error < 1e-14 + 4.0 * f64::EPSILON * time, "{eigenvalues:?} t = {time}: {error}");
        }
    }
}
