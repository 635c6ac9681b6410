use super::flight::Flight;
use super::{CellMoments, Particle, PlaneWave, Spatial, SpatialError, SpatialParameters};
use crate::boltzmann::dsmc::{Dsmc, DsmcError, DsmcParameters};
use omd_flow::{Advance, AffineFlow, Description, Free, Matrix3, Monitor, Pace, StateReader, StateWriter, Vector3};
use omd_interaction::CollisionKernel;
use std::f64::consts::{PI, TAU};

const SHEAR: [f64; 9] = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const FULL: [f64; 9] = [0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15];
const REST: [f64; 9] = [0.0; 9];

fn vhs(rate: f64, exponent: f64) -> CollisionKernel {
    CollisionKernel::VariableHardSphere { rate, exponent }
}

fn parameters(a: [f64; 9], kernel: CollisionKernel, particles: usize, replica: u64) -> SpatialParameters {
    SpatialParameters {
        flow: AffineFlow::new(Matrix3::from_row_slice(&a)).unwrap(),
        kernel,
        knudsen: 1.0,
        number_density: 1.3,
        mass: 1.0,
        covariance: Matrix3::identity(),
        cell: Matrix3::new(1.0, 0.2, 0.0, 0.0, 0.8, 0.1, 0.3, 0.0, 1.1),
        divisions: [4, 3, 5],
        particles,
        time_step: 0.1,
        wave: None,
        seed: 11,
        replica,
    }
}

fn mean_and_error<const M: usize>(rows: &[[f64; M]]) -> ([f64; M], [f64; M]) {
    let count = rows.len() as f64;
    let mean: [f64; M] = std::array::from_fn(|k| rows.iter().map(|row| row[k]).sum::<f64>() / count);
    let error = std::array::from_fn(|k| {
        (rows.iter().map(|row| (row[k] - mean[k]).powi(2)).sum::<f64>() / (count * (count - 1.0))).sqrt()
    });
    (mean, error)
}

#[test]
fn flights_are_straight_lines_in_space() {
    let compression = [-0.5, 0.1, 0.0, 0.0, -0.2, 0.0, 0.0, 0.0, 0.0];
    let cell = Matrix3::new(1.0, 0.2, 0.0, 0.0, 0.8, 0.1, 0.3, 0.0, 1.1);
    let inverse_cell = cell.try_inverse().unwrap();
    for (a, times) in [(SHEAR, [0.0, 3.0, 1e3]), (FULL, [0.4, 7.0, 1e5]), (compression, [0.1, 1.9, 1.999_99])] {
        let flow = AffineFlow::new(Matrix3::from_row_slice(&a)).unwrap();
        let (place, p) = (Vector3::new(0.3, 0.6, 0.1), Vector3::new(0.4, -0.7, 0.2));
        let [first, second, third] = times;
        // In space: v = w + L x is constant.
        let x = flow.deformation(first) * cell * place;
        let v = flow.lab_from_peculiar(first, &x, &flow.peculiar_from_lagrangian(first, &p));
        let mut particle = Particle { place: place.into(), momentum: p.into() };
        for (from, to) in [(first, second), (second, third)] {
            Flight::new(&flow, &inverse_cell, from, to).fly(&mut particle);
            let wanted = inverse_cell * flow.inverse_deformation(to) * (x + v * (to - first));
            for r in 0..3 {
                let difference = particle.place[r] - wanted[r];
                let size = (x + v * (to - first)).norm() * flow.inverse_deformation(to).norm();
                assert!((difference - difference.round()).abs() < 1e-14 * (1.0 + size), "{a:?} {to}: {difference}");
                assert!((0.0..1.0).contains(&particle.place[r]));
            }
        }
        // The integral of d/dt (t F^-1) = F^-2.
        let flight =
            inverse_cell * flow.inverse_deformation(second) * flow.inverse_deformation(first) * (second - first);
        let integral =
            inverse_cell * (flow.inverse_deformation(second) * second - flow.inverse_deformation(first) * first);
        assert!((flight - integral).norm() < 1e-13 * (1.0 + flight.norm()), "{flight} {integral}");
    }
}

#[test]
fn a_density_wave_without_collisions_decays_as_the_maxwellian_says() {
    let dilatation = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    for a in [REST, SHEAR, FULL, dilatation] {
        let mut given = parameters(a, vhs(1e-9, 1.0), 100_000, 1);
        given.covariance = Matrix3::new(0.02, 0.005, 0.0, 0.005, 0.01, 0.0, 0.0, 0.0, 0.015);
        let periods = [1, -1, 2];
        given.wave = Some(PlaneWave { periods, density: 0.6, velocity: Vector3::zeros(), temperature: 0.0 });
        let k = given.cell.try_inverse().unwrap().transpose() * Vector3::new(1.0, -1.0, 2.0) * TAU;
        let (flow, covariance) = (given.flow.clone(), given.covariance);
        let mut gas = Spatial::new(given).unwrap();
        let mut seen = 0.0;
        for time in [0.0, 0.3, 0.7, 4.0] {
            gas.advance(time, &mut Free).unwrap();
            // The phase of a particle moves by t k(t).p with k(t) = F^-T k.
            let kappa = flow.inverse_deformation(time).transpose() * k * time;
            let wanted = 0.6 * (-0.5 * (kappa.transpose() * covariance * kappa)[(0, 0)]).exp();
            let [re, im] = gas.mode(periods).density;
            let error = (2.0 / gas.particles() as f64).sqrt();
            assert!((re - wanted).abs() < 4.0 * error && im.abs() < 4.0 * error, "{a:?} {time}: {re} {im} {wanted}");
            seen += wanted;
        }
        assert_eq!(gas.collisions(), 0);
        assert!(seen > 0.9, "{seen}");
    }
}

#[test]
fn the_steps_do_not_matter_without_collisions() {
    let end = |time_step| {
        let mut given = parameters(FULL, vhs(1e-9, 1.0), 500, 1);
        given.time_step = time_step;
        let mut gas = Spatial::new(given).unwrap();
        gas.advance(3.0, &mut Free).unwrap();
        let mut state = gas.state();
        // The order is that of the cells in the middle of the last step.
        state.sort_by(|a, b| a.1.x.total_cmp(&b.1.x));
        state
    };
    for (fine, coarse) in end(0.05).iter().zip(&end(3.0)) {
        assert!((fine.1 - coarse.1).norm() < 1e-14);
        for r in 0..3 {
            let difference = fine.0[r] - coarse.0[r];
            assert!((difference - difference.round()).abs() < 1e-12, "{difference}");
        }
    }
}

#[test]
fn momentum_energy_and_particles_are_kept() {
    let wave = PlaneWave { periods: [1, 0, 0], density: 0.3, velocity: Vector3::new(0.0, 0.5, 0.0), temperature: 0.2 };
    for (kernel, step) in [(vhs(2.0, 1.0), 0.1), (vhs(3.0, 0.0), 0.7), (vhs(2.0, 0.4), 0.3)] {
        let mut given = parameters(REST, kernel, 3000, 2);
        (given.wave, given.time_step) = (Some(wave), step);
        let mut gas = Spatial::new(given).unwrap();
        let sums = |gas: &Spatial| {
            gas.cell_moments().iter().fold(
                (0.0, Vector3::zeros(), 0.0),
                |(count, momentum, energy), cell: &CellMoments| {
                    (count + cell.count, momentum + cell.momentum, energy + cell.second.trace())
                },
            )
        };
        let before = sums(&gas);
        gas.advance(3.0, &mut Free).unwrap();
        let after = sums(&gas);
        assert!(gas.collisions() > 3000);
        assert_eq!((before.0, after.0), (3000.0, 3000.0));
        assert!((after.1 - before.1).norm() < 1e-11, "{} {}", before.1, after.1);
        assert!((after.2 / before.2 - 1.0).abs() < 1e-13);
    }
}

#[test]
fn collisions_at_rest_have_the_exact_rate_whatever_a_cell_holds() {
    // Equilibrium is kept exactly, and with it n C <|u|> collisions a particle and time, <|u|> = 4 (theta/pi)^(1/2); the
    // pairs of N particles are (N - 1)/N of those of N^2/2.
    for (divisions, step) in [([20, 20, 10], 0.1), ([2, 1, 1], 0.5)] {
        let rows: Vec<[f64; 1]> = (0..8)
            .map(|replica| {
                let mut given = parameters(REST, vhs(0.5, 1.0), 4000, replica);
                (given.divisions, given.time_step) = (divisions, step);
                let mut gas = Spatial::new(given).unwrap();
                gas.advance(1.0, &mut Free).unwrap();
                [2.0 * gas.collisions() as f64 / 4000.0]
            })
            .collect();
        let ([mean], [error]) = mean_and_error(&rows);
        let wanted = 1.3 * 0.5 * 4.0 / PI.sqrt() * (1.0 - 1.0 / 4000.0);
        assert!((mean - wanted).abs() < 4.0 * error && error < 0.01 * wanted, "{divisions:?}: {mean} {error} {wanted}");
    }
}

#[test]
fn a_homogeneous_start_is_the_homogeneous_gas() {
    let soft = CollisionKernel::VariableSoftSphere { rate: 0.9, exponent: 0.7, alpha: 2.0 };
    for (a, kernel) in [(SHEAR, vhs(0.7, 1.0)), (FULL, vhs(0.7, 0.4)), (FULL, soft)] {
        let spatial: Vec<[f64; 4]> = (0..24)
            .map(|replica| {
                let mut given = parameters(a, kernel.clone(), 4000, replica);
                given.time_step = 0.25;
                let mut gas = Spatial::new(given).unwrap();
                gas.advance(2.0, &mut Free).unwrap();
                let row = gas.observe();
                [row.temperature, row.pressure[(0, 1)], row.pressure[(0, 0)], row.extra[0].value]
            })
            .collect();
        let homogeneous: Vec<[f64; 4]> = (0..24)
            .map(|replica| {
                let given = parameters(a, kernel.clone(), 4000, replica);
                let mut gas = Dsmc::new(DsmcParameters {
                    flow: given.flow,
                    kernel: given.kernel,
                    knudsen: given.knudsen,
                    number_density: given.number_density,
                    mass: given.mass,
                    covariance: given.covariance,
                    particles: given.particles,
                    seed: given.seed + 1,
                    replica,
                })
                .unwrap();
                gas.advance(2.0, &mut Free).unwrap();
                let row = gas.observe();
                let collided = row.column("collisions_per_particle").unwrap();
                [row.temperature, row.pressure[(0, 1)], row.pressure[(0, 0)], collided]
            })
            .collect();
        let ((found, error), (wanted, wanted_error)) = (mean_and_error(&spatial), mean_and_error(&homogeneous));
        for k in 0..4 {
            let z = (found[k] - wanted[k]) / error[k].hypot(wanted_error[k]);
            assert!(z.abs() < 4.0 && error[k] < 0.01 * wanted[3], "{a:?} {k}: {z} {found:?} {wanted:?}");
        }
    }
}

/// Pauses every time it is asked.
struct Pausing;

impl Monitor for Pausing {
    fn at(&mut self, _time: f64) -> Pace {
        Pace::Pause
    }
}

/// So many particles and cells that there are several chunks and blocks.
fn large() -> SpatialParameters {
    let mut given = parameters(FULL, vhs(3.0, 1.0), 40_000, 5);
    given.divisions = [12, 10, 8];
    given
}

#[test]
fn a_paused_saved_and_restored_run_has_the_same_bits() {
    let mut whole = Spatial::new(large()).unwrap();
    whole.advance(0.3, &mut Free).unwrap();
    whole.advance(0.75, &mut Free).unwrap();
    let mut gas = Spatial::new(large()).unwrap();
    let mut pauses = 0;
    for until in [0.3, 0.75] {
        while gas.advance(until, &mut Pausing).unwrap() == Advance::Paused {
            pauses += 1;
            let mut writer = StateWriter::new();
            gas.save(&mut writer);
            let bytes = writer.into_bytes();
            gas = Spatial::new(large()).unwrap();
            let mut reader = StateReader::new(&bytes);
            gas.restore(&mut reader).unwrap();
            reader.finish().unwrap();
        }
    }
    assert!(pauses > 4, "{pauses}");
    assert_eq!(gas.state(), whole.state());
    assert_eq!(gas.facts(), whole.facts());
    assert_eq!(gas.observe(), whole.observe());
}

#[test]
fn threads_do_not_change_the_bits() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut gas = Spatial::new(large()).unwrap();
            gas.advance(0.4, &mut Free).unwrap();
            (gas.state(), gas.observe(), gas.mode([1, 0, 0]))
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn the_singular_time_stops_and_states_of_other_gases_are_refused() {
    let compression = [-0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let mut gas = Spatial::new(parameters(compression, vhs(1.0, 1.0), 500, 0)).unwrap();
    gas.advance(1.999, &mut Free).unwrap();
    assert!(gas.observe().temperature > 5.0);
    let stop = gas.advance(2.0, &mut Free).unwrap_err();
    assert_eq!(stop.to_string(), "stopped at t = 1.999: the flow exists before t* = 2 only; 2 was asked for");
    let mut writer = StateWriter::new();
    gas.save(&mut writer);
    let bytes = writer.into_bytes();
    let mut other = Spatial::new(parameters(compression, vhs(1.0, 1.0), 501, 0)).unwrap();
    assert_eq!(
        other.restore(&mut StateReader::new(&bytes)).unwrap_err().to_string(),
        "the saved state does not fit this input: 500 particles instead of 501"
    );
    assert!(other.restore(&mut StateReader::new(&bytes[..bytes.len() - 3])).is_err());
}

#[test]
fn impossible_parameters_are_refused() {
    let with = |change: fn(&mut SpatialParameters)| {
        let mut given = parameters(REST, vhs(1.0, 1.0), 10, 0);
        change(&mut given);
        Spatial::new(given).unwrap_err()
    };
    assert_eq!(with(|p| p.time_step = 0.0), DsmcError::NotPositive("time step", 0.0).into());
    assert_eq!(with(|p| p.kernel = vhs(1.0, 1.5)), DsmcError::Exponent(1.5).into());
    assert_eq!(with(|p| p.particles = 3), DsmcError::Particles(3).into());
    assert_eq!(with(|p| p.cell = Matrix3::zeros()), SpatialError::Cell);
    assert_eq!(with(|p| p.divisions = [1, 0, 1]), SpatialError::Divisions([1, 0, 1]));
    assert_eq!(with(|p| p.replica = 1 << 32), SpatialError::Replica(1 << 32));
    let wave = |p: &mut SpatialParameters| {
        p.wave = Some(PlaneWave { periods: [1, 0, 0], density: -1.0, velocity: Vector3::zeros(), temperature: 0.0 });
    };
    assert_eq!(with(wave), SpatialError::Amplitude(-1.0));
}
