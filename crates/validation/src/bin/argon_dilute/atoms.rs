//! A run of atoms and what is made of it.

use crate::gas::{ATOMS, Case, Gas, Run, SAMPLES, TEMPERATURE};
use nalgebra::DVector;
use omd_flow::{AffineFlow, Matrix3, Observables, symmetric_components};
use omd_hierarchy::statistics::Sample;
use omd_validation::column;
use omd_validation::finite_density::{Exchange, Response, energy_taken, pair_energy};

/// The compared rows of a run.
pub(crate) const COMPARED: [usize; 3] = [20, 40, 60];
pub(crate) const COMPONENTS: [&str; 6] = ["pxx", "pyy", "pzz", "pxy", "pxz", "pyz"];

fn kinetic(row: &Observables) -> Matrix3<f64> {
    let [xx, yy, zz, xy, xz, yz] = COMPONENTS.map(|name| column(row, &format!("kinetic_{name}")));
    Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz)
}

/// `P_k/(n T0)` of every row; of atoms from the kinetic columns.
pub(crate) fn tensors(replica: &[Observables], atoms: bool) -> Vec<Matrix3<f64>> {
    replica.iter().map(|row| if atoms { kinetic(row) } else { row.pressure } / (row.density * TEMPERATURE)).collect()
}

/// The compared numbers: six components at three times.
pub(crate) fn vector(tensors: &[Matrix3<f64>]) -> Vec<f64> {
    COMPARED.iter().flat_map(|&k| symmetric_components(&tensors[k])).collect()
}

/// A run of atoms, evaluated.
pub(crate) struct Atoms {
    pub(crate) density: f64,
    /// `P_k/(n T0)` as measured.
    pub(crate) raw: Sample,
    /// With the energy that potential and virial took given back.
    pub(crate) corrected: Sample,
    /// `U(t) - U(0)` per atom over `T0` at the end: measured, its standard error, in the limit of low density.
    pub(crate) potential: [f64; 3],
    /// Work on the virial stress per atom over `T0` at the end.
    pub(crate) virial_work: f64,
    /// `P_v,xy/P_k,xy` averaged over the second half.
    pub(crate) virial_shear: f64,
    /// The largest mean residual of the work balance over the kinetic energy.
    pub(crate) residual: f64,
}

impl Atoms {
    pub(crate) fn of(gas: &Gas, case: &Case, run: &Run) -> Self {
        let density = run.density;
        let runs = gas.atoms(case, run);
        let flow = gas.flow(case, density);
        let times: Vec<f64> = runs[0].iter().map(|row| row.time).collect();
        let start = kinetic(&runs[0][0]) / density;
        let response = Response { flow: &flow, density, start, viscosity: &*gas.viscosity };
        let (mut raw, mut corrected) = (Vec::new(), Vec::new());
        let (mut taken_sum, mut potential, mut squares) = (0.0, 0.0, 0.0);
        for replica in &runs {
            let exchange: Vec<Exchange> = replica.iter().map(|row| exchange(row, &flow)).collect();
            let taken = energy_taken(&exchange);
            let change = response.change(&times, &taken);
            let measured = tensors(replica, true);
            let repaired: Vec<_> = measured.iter().zip(&change).map(|(m, c)| m - c / TEMPERATURE).collect();
            raw.push(vector(&measured));
            corrected.push(vector(&repaired));
            taken_sum += taken[SAMPLES];
            let change = exchange[SAMPLES].potential - exchange[0].potential;
            potential += change;
            squares += change * change;
        }
        let scale = run.replicas as f64 * TEMPERATURE;
        let spread = (squares - potential * potential / run.replicas as f64).sqrt();
        let last = &runs[0][SAMPLES];
        let raw = Sample::of(&raw);
        let end = temperature(&raw, 2) * TEMPERATURE;
        let equilibrium = pair_energy(&gas.potential, last.density, |_, u| (-u / end).exp());
        let drawn = pair_energy(&gas.potential, density, |_, u| if u > TEMPERATURE { 0.0 } else { 1.0 });
        Self {
            density,
            raw,
            corrected: Sample::of(&corrected),
            potential: [potential / scale, spread / scale, (equilibrium - drawn) / TEMPERATURE],
            virial_work: (taken_sum - potential) / scale,
            virial_shear: virial_shear(&runs),
            residual: residual(&runs),
        }
    }
}

fn exchange(row: &Observables, flow: &AffineFlow) -> Exchange {
    let virial = (row.pressure - kinetic(row)) / row.density;
    Exchange {
        time: row.time,
        potential: column(row, "potential_energy") / ATOMS as f64,
        virial_power: virial.component_mul(&flow.velocity_gradient(row.time)).sum(),
    }
}

fn virial_shear(runs: &[Vec<Observables>]) -> f64 {
    let (mut virial, mut shear) = (0.0, 0.0);
    for row in runs.iter().flat_map(|replica| &replica[SAMPLES / 2..]) {
        let moving = kinetic(row)[(0, 1)];
        virial += row.pressure[(0, 1)] - moving;
        shear += moving;
    }
    virial / shear
}

/// The largest, over time, of the mean over replicas.
fn residual(runs: &[Vec<Observables>]) -> f64 {
    let mean = |k: usize| {
        let each = |row: &Observables| column(row, "energy_balance") / (1.5 * row.temperature * ATOMS as f64);
        runs.iter().map(|replica| each(&replica[k])).sum::<f64>() / runs.len() as f64
    };
    (0..=SAMPLES).map(mean).fold(0.0, |worst, x| if x.abs() > f64::abs(worst) { x } else { worst })
}

/// `T/T0` of the `index`-th compared time.
pub(crate) fn temperature(sample: &Sample, index: usize) -> f64 {
    sample.mean.rows(6 * index, 3).sum() / 3.0
}

/// Its standard error.
pub(crate) fn temperature_error(sample: &Sample, index: usize) -> f64 {
    sample.covariance.view((6 * index, 6 * index), (3, 3)).sum().sqrt() / 3.0
}

/// The three temperatures alone.
pub(crate) fn temperatures(sample: &Sample) -> Sample {
    let map = nalgebra::DMatrix::from_fn(
        3,
        18,
        |row, column| {
            if column / 6 == row && column % 6 < 3 { 1.0 / 3.0 } else { 0.0 }
        },
    );
    let covariance = &map * &sample.covariance * map.transpose();
    Sample { mean: DVector::from(&map * &sample.mean), covariance, replicas: sample.replicas }
}
