//! How far two solutions part, and how far the theorem lets them.

use crate::full_flow;
use omd_flow::{AffineFlow, Description, Free, Matrix3, Philox};
use omd_interaction::{Coulomb, Gaussian, Harmonic, SmoothForm};
use omd_kinetic::mean_field::{
    Cloud, CloudParameters, ForceMethod, MeanField, MeanFieldParameters, Order, Profile, Stability,
};
use omd_kinetic::wasserstein::exact;

const PARTICLES: usize = 1000;
const TIMES: [f64; 6] = [0.0, 0.25, 0.5, 1.0, 1.5, 2.0];

/// A pair of runs of one system.
fn start(flow: &AffineFlow, form: SmoothForm, particles: usize, stream: u64) -> MeanField {
    let cloud = CloudParameters {
        particles,
        positions: Profile::Ball,
        width: 0.8,
        velocities: Profile::Ball,
        covariance: Matrix3::identity() * 0.25,
        exact: false,
    };
    let cloud = Cloud::drawn(&cloud, &mut Philox::new(3, stream)).expect("positive definite");
    let parameters = MeanFieldParameters {
        flow: flow.clone(),
        form,
        mass: 1.0,
        number_density: 1.0,
        time_step: 0.05,
        order: Order::Four,
        method: ForceMethod::Direct,
    };
    MeanField::new(parameters, cloud).expect("a cloud")
}

/// Points of phase space and the largest norm among them.
fn points(run: &MeanField) -> (Vec<[f64; 6]>, f64) {
    let all: Vec<[f64; 6]> =
        run.positions().iter().zip(run.peculiar_velocities()).map(|(x, w)| [x.x, x.y, x.z, w.x, w.y, w.z]).collect();
    let radius = all.iter().map(|z| z.iter().map(|c| c * c).sum::<f64>().sqrt()).fold(0.0, f64::max);
    (all, radius)
}

pub(crate) fn tables() {
    let shear = AffineFlow::new(Matrix3::new(0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).expect("finite");
    let cases = [
        (
            "gaussian, epsilon 4, sigma 0.5; shear 0.5",
            shear.clone(),
            SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 }),
        ),
        (
            "gaussian, epsilon 1, sigma 1; full A",
            full_flow(),
            SmoothForm::Gaussian(Gaussian { epsilon: 1.0, sigma: 1.0 }),
        ),
        ("harmonic, k = 1; full A", full_flow(), SmoothForm::Harmonic(Harmonic { stiffness: 1.0 })),
        (
            "coulomb, strength 1, softening 0.5; shear 0.5",
            shear,
            SmoothForm::Coulomb(Coulomb { strength: 1.0, softening: 0.5 }),
        ),
    ];
    println!("## Two solutions from independent samples of {PARTICLES}, ball starts: W1(t) beside Theorem 2.5\n");
    for (name, flow, form) in &cases {
        let mut runs = [start(flow, *form, PARTICLES, 0), start(flow, *form, PARTICLES, 1)];
        let (mut rows, mut radius) = (Vec::new(), 0.0f64);
        for time in TIMES {
            let [a, b] = runs.each_mut().map(|run| {
                run.advance(time, &mut Free).expect("no stop");
                points(run)
            });
            radius = radius.max(a.1).max(b.1);
            rows.push((time, exact(&a.0, &b.0).expect("equal numbers").distance));
        }
        let until = TIMES[TIMES.len() - 1];
        let constants = Stability::new(flow, form, 1.0, radius, until);
        println!(
            "{name}: supports within R = {radius:.2} of phase space up to t = {until}; C_xi = {:.3}, L_xi = {:.3}, C_H = \
             {:.3}, L_H = {:.3}, L_P = {:.3}, L = {:.3}.\n",
            constants.transport_growth(),
            constants.transport_lipschitz(),
            constants.force_bound(),
            constants.force_lipschitz(),
            constants.characteristic_lipschitz(),
            constants.lipschitz()
        );
        println!("| t | W1(t) | W1(t)/W1(0) | one-sided bound | integrated bound | exp(2tL) |");
        println!("| --- | --- | --- | --- | --- | --- |");
        for (time, distance) in &rows {
            println!(
                "| {time} | {distance:.4} | {:.3} | {:.2e} | {:.2e} | {:.2e} |",
                distance / rows[0].1,
                constants.one_sided_bound(*time),
                constants.integrated_bound(*time),
                constants.theorem_bound(*time)
            );
        }
        println!();
    }
    convergence(&cases[0].1, cases[0].2);
}

/// Theorem 2.7: the distance between two solutions from samples of N falls with N at any time.
fn convergence(flow: &AffineFlow, form: SmoothForm) {
    println!("## The same Gaussian repulsion: W1 between solutions from two samples of N (means of four pairs)\n");
    println!("| N | W1 at t = 0 | at t = 1 | ratio |");
    println!("| --- | --- | --- | --- |");
    let mut logs = Vec::new();
    for count in [64, 128, 256, 512, 1024, 2048] {
        let mut sums = [0.0; 2];
        for pair in 0..4 {
            let stream = 10 * count as u64 + 2 * pair;
            let mut runs = [start(flow, form, count, stream), start(flow, form, count, stream + 1)];
            for (sum, time) in sums.iter_mut().zip([0.0, 1.0]) {
                runs.iter_mut().for_each(|run| {
                    run.advance(time, &mut Free).expect("no stop");
                });
                let [a, b] = runs.each_ref().map(|run| points(run).0);
                *sum += exact(&a, &b).expect("equal numbers").distance / 4.0;
            }
        }
        println!("| {count} | {:.4} | {:.4} | {:.3} |", sums[0], sums[1], sums[1] / sums[0]);
        logs.push(((count as f64).ln(), sums.map(f64::ln)));
    }
    let centre = logs.iter().map(|row| row.0).sum::<f64>() / logs.len() as f64;
    let spread: f64 = logs.iter().map(|row| (row.0 - centre).powi(2)).sum();
    let slope = |k: usize| logs.iter().map(|row| (row.0 - centre) * row.1[k]).sum::<f64>() / spread;
    println!("\nSlopes of ln W1 over ln N: {:.3} at t = 0, {:.3} at t = 1.\n", slope(0), slope(1));
}
