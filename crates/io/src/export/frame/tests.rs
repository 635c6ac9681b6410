use super::*;
use proptest::prelude::*;

const CUBE: Matrix3<f64> = Matrix3::new(8.0, 0.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0, 8.0);

fn rotation(seed: [f64; 3]) -> Matrix3<f64> {
    omd_hierarchy::experiment::rotation_about(&Vector3::new(seed[0], seed[1], 1.0).normalize(), seed[2])
}

/// The frame is one: `Q` a rotation, the lattice and the flow those given, nothing below the diagonals.
fn check(frame: &TriangularFrame, gradient: &Matrix3<f64>, cell: Option<&Matrix3<f64>>) {
    let q = frame.rotation;
    assert!((q.tr_mul(&q) - Matrix3::identity()).norm() < 1e-14 && q.determinant() > 0.0);
    assert!((q * frame.gradient * q.transpose() - gradient).norm() <= 1e-8 * gradient.norm());
    assert!(frame.cell.diagonal().min() > 0.0);
    for place in [(1, 0), (2, 0), (2, 1)] {
        assert_eq!((frame.gradient[place], frame.cell[place]), (0.0, 0.0));
    }
    if let Some(cell) = cell {
        let unimodular = cell.try_inverse().unwrap() * q * frame.cell;
        assert!((unimodular - unimodular.map(f64::round)).norm() < 1e-8, "another lattice: {unimodular}");
        assert!((unimodular.determinant().abs() - 1.0).abs() < 1e-8);
    }
}

#[test]
fn what_is_triangular_already_is_not_turned() {
    let gradient = Matrix3::new(0.1, 0.5, -0.2, 0.0, 0.3, 0.7, 0.0, 0.0, -0.4);
    let cell = Matrix3::new(5.0, 7.0, 1.0, 0.0, 6.0, -2.0, 0.0, 0.0, 9.0);
    let frame = TriangularFrame::of_lattice(&gradient, &cell).unwrap();
    assert_eq!((frame.rotation, frame.gradient, frame.cell), (Matrix3::identity(), gradient, cell));
}

#[test]
fn a_shear_along_any_axes_of_a_cube_permutes_them() {
    for (i, j) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
        let mut gradient = Matrix3::zeros();
        gradient[(i, j)] = 0.5;
        let frame = TriangularFrame::of_lattice(&gradient, &CUBE).unwrap();
        check(&frame, &gradient, Some(&CUBE));
        assert!((frame.cell - CUBE).norm() < 1e-14);
        assert!(frame.rotation.iter().all(|x| [-1.0, 0.0, 1.0].contains(x)), "{}", frame.rotation);
    }
}

#[test]
fn a_left_handed_skewed_cell_is_that_of_its_lattice() {
    let gradient = Matrix3::new(0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0);
    let cell = CUBE * Matrix3::new(0.0, 1.0, 0.0, 1.0, 2.0, 0.0, -1.0, 0.0, 1.0);
    assert!(cell.determinant() < 0.0);
    let frame = TriangularFrame::of_lattice(&gradient, &cell).unwrap();
    check(&frame, &gradient, Some(&cell));
    assert!((frame.cell - CUBE).norm() < 1e-13);
}

#[test]
fn a_lattice_without_an_eigenvector_has_no_frame() {
    let gradient = Matrix3::new(0.1, 0.37, -0.2, 0.0, 0.3, 0.7, 0.0, 0.0, -0.4);
    let turned = rotation([0.3, 0.2, 0.7]);
    assert_eq!(TriangularFrame::of_lattice(&(turned * gradient * turned.transpose()), &CUBE), None);
}

#[test]
fn complex_eigenvalues_have_no_frame() {
    for gradient in [
        Matrix3::new(0.0f64, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        Matrix3::new(0.3, 1e-3, 0.0, -1e-3, 0.3, 0.0, 0.0, 0.0, 0.3),
        Matrix3::new(0.13, 0.3, 0.1, 0.2, 0.05, -0.1, 0.1, 0.12, -0.2),
    ] {
        assert!(gradient.complex_eigenvalues().iter().any(|value| value.im.abs() > 1e-4));
        assert_eq!(TriangularFrame::of_cube(&gradient, 8.0), None);
        assert_eq!(TriangularFrame::of_lattice(&gradient, &CUBE), None);
    }
}

#[test]
fn shears_that_are_not_diagonalisable_have_a_frame_in_any_orientation() {
    let turned = rotation([0.31, -0.27, 1.1]);
    for upper in [
        Matrix3::new(0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        Matrix3::new(0.0, 0.5, 0.3, 0.0, 0.0, 0.7, 0.0, 0.0, 0.0),
        Matrix3::new(0.2, 0.5, 0.3, 0.0, 0.2, 0.7, 0.0, 0.0, 0.2),
        Matrix3::new(-0.1, 0.5, 0.3, 0.0, 0.2, 0.7, 0.0, 0.0, 0.2),
        Matrix3::identity() * 0.3,
        Matrix3::zeros(),
    ] {
        let gradient = turned * upper * turned.transpose();
        let frame = TriangularFrame::of_cube(&gradient, 8.0).unwrap();
        check(&frame, &gradient, None);
        // What is dropped below the diagonal is rounding, though eigenvalues of these come with errors of 1e-5.
        let back = frame.rotation * frame.gradient * frame.rotation.transpose();
        assert!((back - gradient).norm() <= 1e-14 * gradient.norm(), "{}", (back - gradient).norm());
        // A cube along the axes of the triangle.
        let cell = turned * CUBE;
        check(&TriangularFrame::of_lattice(&gradient, &cell).unwrap(), &gradient, Some(&cell));
    }
}

proptest! {
    #[test]
    fn real_eigenvalues_have_a_cube_that_stays_triangular(
        entries in prop::array::uniform6(-1.0..1.0f64), seed in prop::array::uniform3(-1.0..1.0f64),
    ) {
        let [a, b, c, d, e, f] = entries;
        let turned = rotation(seed);
        let gradient = turned * Matrix3::new(a, d, e, 0.0, b, f, 0.0, 0.0, c) * turned.transpose();
        let frame = TriangularFrame::of_cube(&gradient, 8.0).unwrap();
        check(&frame, &gradient, None);
        prop_assert!((frame.cell - CUBE).norm() < 1e-12);
    }
}
