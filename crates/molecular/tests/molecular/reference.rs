//! Objective molecular dynamics of 256 atoms against an independent program; see `data/README.md`.

use crate::fixtures::{cube, lennard_jones, zero_shifts};
use omd_flow::{AffineFlow, Description, Free, Matrix3, Vector3};
use omd_interaction::Truncation;
use omd_molecular::{Atoms, Model, Molecular, Scheme, StepControl};

fn rows(text: &str) -> Vec<(Vector3<f64>, Vector3<f64>)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let values: Vec<f64> = line.split(',').map(|word| word.parse().unwrap()).collect();
            (Vector3::from_row_slice(&values[..3]), Vector3::from_row_slice(&values[3..]))
        })
        .collect()
}

#[test]
fn five_hundred_steps_under_shear_agree() {
    let (positions, peculiar): (Vec<_>, Vec<_>) = rows(include_str!("data/omd_lj256_init.csv")).into_iter().unzip();
    let flow = AffineFlow::new(Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
    let model = Model { flow, potential: lennard_jones(2.5, Truncation::Shifted), mass: 1.0 };
    let scheme = Scheme { time_step: 1e-3, control: StepControl::Fixed };
    let edge = (256.0f64 / 0.8).cbrt();
    let atoms = Atoms { cell: cube(edge), shifts: zero_shifts(256), positions, peculiar };
    let mut molecular = Molecular::new(&model, scheme, &atoms).unwrap();
    let start = molecular.observe();
    molecular.advance(0.5, &mut Free).unwrap();
    let found = molecular.atoms();
    let mut worst = 0.0f64;
    for (index, (x, v)) in rows(include_str!("data/omd_lj256_shear_final.csv")).into_iter().enumerate() {
        worst = worst.max((found.positions[index] - x).norm()).max((found.lab_velocities[index] - v).norm());
    }
    assert!(worst < 1e-9, "largest deviation {worst}");
    let end = molecular.observe();
    let column = |name: &str| end.column(name).unwrap();
    assert!((column("potential_energy") + 1_136.298_571_617_226_6).abs() < 1e-7);
    let about_zero = 428.427_323_243_881_9;
    let drift = Vector3::new(column("drift_x"), column("drift_y"), column("drift_z"));
    let energy = 1.5 * 256.0 * end.temperature + 128.0 * drift.norm_squared();
    assert!((energy - about_zero).abs() < 1e-7, "{energy}");
    // The virial of the reference at t = 0.5, xx xy xz yy yz zz.
    let virial = [697.963_454_877_315_3, -826.712_690_998_883_6, 20.561_207_794_173_608];
    let volume = edge.powi(3);
    for (column_index, wanted) in virial.into_iter().enumerate() {
        let kinetic = column(["kinetic_pxx", "kinetic_pxy", "kinetic_pxz"][column_index]);
        let found = (end.pressure[(0, column_index)] - kinetic) * volume;
        assert!((found - wanted).abs() < 1e-3, "{found} {wanted}");
    }
    assert!(start.time == 0.0 && end.time == 0.5 && (end.density - 0.8).abs() < 1e-14);
}
