//! Drawn starts.

use crate::fixtures::{cube, direct, flow, lennard_jones, model};
use omd_flow::{AffineFlow, Matrix3, Philox, lattice};
use omd_interaction::Truncation;
use omd_molecular::{Atoms, DrawnPositions, LatticeChoice, MolecularError, auto_cell};

fn drawn(density: f64, count: usize, positions: DrawnPositions) -> Result<Atoms, MolecularError> {
    let model = model(flow([0.0; 9]), lennard_jones(2.5, Truncation::ShiftedForce));
    let covariance = Matrix3::identity() * 1.5;
    let random = &mut Philox::new(3, 0);
    Atoms::drawn(&model, count, density, positions, &LatticeChoice::Cubic, &covariance, 1.0, random)
}

#[test]
fn random_positions_keep_pair_energies_below_the_temperature() {
    for density in [0.01, 0.2, 0.8442] {
        let atoms = drawn(density, 300, DrawnPositions::Random).unwrap();
        // Of every pair: energies of the core only, so that the largest one is bounded by the sum.
        let potential = lennard_jones(2.5, Truncation::ShiftedForce);
        let core = (1..4000).map(|k| 2.5 - f64::from(k) * 5e-4).find(|&r| potential.energy(r) > 1.5).unwrap();
        let hard = omd_interaction::PairPotential::new(
            std::sync::Arc::new(omd_interaction::InversePower { epsilon: 1.0, sigma: 1.0, exponent: 1.0 }),
            Some(core),
            Truncation::Truncated,
        );
        assert_eq!(direct(&hard, &atoms.cell, &atoms.positions).energy, 0.0, "density {density}");
        assert!((300.0 / atoms.cell.determinant() - density).abs() < 1e-12);
    }
    let refused = drawn(3.0, 300, DrawnPositions::Random).unwrap_err();
    assert!(refused.to_string().ends_with("hint: positions = \"fcc\""), "{refused}");
}

#[test]
fn a_face_centred_start_has_its_neighbour_distance() {
    let atoms = drawn(0.8442, 500, DrawnPositions::Fcc).unwrap();
    let distance = (4.0 / 0.8442f64).cbrt() / 2f64.sqrt();
    let count = |radius: f64| {
        let form = std::sync::Arc::new(omd_interaction::InversePower { epsilon: 1.0, sigma: 1.0, exponent: 1e-300 });
        let ones = omd_interaction::PairPotential::new(form, Some(radius), Truncation::Truncated);
        direct(&ones, &atoms.cell, &atoms.positions).energy / 250.0
    };
    assert_eq!(count(0.99 * distance), 0.0);
    assert!((count(1.01 * distance) - 12.0).abs() < 1e-9);
    assert_eq!(drawn(0.3, 333, DrawnPositions::Fcc).unwrap().positions.len(), 333);
}

#[test]
fn the_automatic_cell_keeps_images_farther_apart_than_the_cube() {
    for (rows, duration) in [
        ([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 10.0),
        ([-0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 1.8),
        ([0.2, -0.15, 0.1, 0.4, -0.3, 0.25, 0.15, 0.2, 0.1], 3.0),
    ] {
        let flow = flow(rows);
        let shortest = |cell: &Matrix3<f64>| {
            let at = |k: u32| lattice::shortest_vector(&(flow.deformation(duration * f64::from(k) / 500.0) * cell));
            (0..=500).map(at).fold(f64::INFINITY, f64::min)
        };
        let cell = auto_cell(&flow, duration, 1000.0);
        assert!((cell.determinant().abs() - 1000.0).abs() < 1e-9);
        assert!(shortest(&cell) > 1.01 * shortest(&cube(10.0)), "{} {}", shortest(&cell), shortest(&cube(10.0)));
        assert_eq!(cell, auto_cell(&flow, duration, 1000.0));
    }
}

#[test]
fn the_automatic_cell_of_any_flow_is_better_than_the_cells_one_would_try() {
    let mut random = Philox::new(9, 0);
    let shortest = |flow: &AffineFlow, duration: f64, cell: &Matrix3<f64>| {
        let at = |k: u32| lattice::shortest_vector(&(flow.deformation(duration * f64::from(k) / 3001.0) * cell));
        (0..=3001).map(at).fold(f64::INFINITY, f64::min)
    };
    for case in 0..6 {
        let gradient = match case {
            // At rest the answer is known: close packing.
            0 => Matrix3::zeros(),
            // Long in shear: no cell stays as it is, and dips are to be found among 200 periods.
            1 => Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            2 => Matrix3::new(0.0, 1.0, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
            _ => Matrix3::from_fn(|_, _| 0.5 * random.normal()),
        };
        let flow = AffineFlow::new(gradient).unwrap();
        let longest: f64 = [1.0, 200.0, 30.0, 3.0, 3.0, 3.0][case];
        let duration = flow.singular_time().map_or(longest, |end| longest.min(0.9 * end));
        let cell = auto_cell(&flow, duration, 1000.0);
        assert!((cell.determinant().abs() - 1000.0).abs() < 1e-9);
        let found = shortest(&flow, duration, &cell);
        let tried = |cell: &Matrix3<f64>| shortest(&flow, duration, cell);
        let mut best = tried(&cube(10.0));
        for _ in 0..40 {
            let packed = Matrix3::new(0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0) * 500f64.cbrt();
            let turned = Matrix3::from_fn(|_, _| random.normal()).qr().q();
            best = best.max(tried(&(turned * packed)));
        }
        assert!(found > 0.99 * best, "case {case}: {found}, by trying {best}");
        assert!(case > 0 || found > 0.995 * 10.0 * 2f64.powf(1.0 / 6.0), "close packing: {found}");
    }
}
