//! Ten thousand trajectories against an independent program.

use crate::full_flow;
use omd_flow::{Description, Free, Vector3};
use omd_interaction::{Gaussian, SmoothForm};
use omd_kinetic::mean_field::{Cloud, ForceMethod, MeanField, MeanFieldParameters, Order};
use std::time::Instant;

/// Lines of six numbers.
fn read(path: &str) -> Vec<[f64; 6]> {
    let text = std::fs::read_to_string(path).expect("a file");
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let numbers: Vec<f64> = line.split(',').map(|word| word.trim().parse().expect("a number")).collect();
            numbers.try_into().expect("six numbers")
        })
        .collect()
}

pub(crate) fn table(start: &str, end: &str) {
    let (start, end) = (read(start), read(end));
    println!("## {} trajectories under U = 4 exp(-2 r^2), full A, t = 1\n", start.len());
    println!("| forces | order | steps | largest difference in x | in w | energy balance | s |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let cases = [
        (ForceMethod::Direct, Order::Six, 10),
        (ForceMethod::Direct, Order::Six, 20),
        (ForceMethod::Direct, Order::Four, 40),
        (ForceMethod::Tree { tolerance: 1e-9 }, Order::Six, 20),
        (ForceMethod::Tree { tolerance: 1e-7 }, Order::Six, 20),
        (ForceMethod::Tree { tolerance: 1e-5 }, Order::Four, 20),
    ];
    for (method, order, steps) in cases {
        let cloud = Cloud {
            positions: start.iter().map(|z| Vector3::new(z[0], z[1], z[2])).collect(),
            velocities: start.iter().map(|z| Vector3::new(z[3], z[4], z[5])).collect(),
        };
        let parameters = MeanFieldParameters {
            flow: full_flow(),
            form: SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 }),
            mass: 1.0,
            number_density: 1.0,
            time_step: 1.0 / f64::from(steps),
            order,
            method,
        };
        let begun = Instant::now();
        let mut run = MeanField::new(parameters, cloud).expect("a cloud");
        run.advance(1.0, &mut Free).expect("no stop");
        let seconds = begun.elapsed().as_secs_f64();
        let mut worst = [0.0f64; 2];
        for ((x, w), z) in run.positions().iter().zip(run.peculiar_velocities()).zip(&end) {
            worst[0] = worst[0].max((x - Vector3::new(z[0], z[1], z[2])).abs().max());
            worst[1] = worst[1].max((w - Vector3::new(z[3], z[4], z[5])).abs().max());
        }
        let row = run.observe();
        let balance = row.column("energy_balance").unwrap_or(f64::NAN);
        println!(
            "| {method:?} | {} | {steps} | {:.1e} | {:.1e} | {balance:.1e} | {seconds:.1} |",
            order.number(),
            worst[0],
            worst[1]
        );
    }
    println!();
}
