//! The process against exact answers; statistical bounds in standard errors, fixed seeds.

use super::particles::WIDTH;
use super::{Dsmc, DsmcError, DsmcParameters, HistogramSettings, Observation, Scattering};
use crate::boltzmann::MaxwellMoments;
use omd_flow::{
    Advance, AffineFlow, Description, Free, Matrix3, Monitor, Observables, Pace, Philox, StateReader, StateWriter,
    Vector3, symmetric_components,
};
use omd_interaction::CollisionKernel;
use std::f64::consts::PI;

const FULL: [f64; 9] = [0.2, 0.5, -0.1, 0.0, -0.1, 0.3, 0.1, 0.0, 0.15];
const SHEAR: [f64; 9] = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const REST: [f64; 9] = [0.0; 9];

fn parameters(a: [f64; 9], kernel: CollisionKernel, particles: usize, replica: u64) -> DsmcParameters {
    DsmcParameters {
        flow: AffineFlow::new(Matrix3::from_row_slice(&a)).unwrap(),
        kernel,
        knudsen: 1.0,
        number_density: 1.0,
        mass: 1.0,
        covariance: Matrix3::identity(),
        particles,
        seed: 11,
        replica,
    }
}

fn vhs(rate: f64, exponent: f64) -> CollisionKernel {
    CollisionKernel::VariableHardSphere { rate, exponent }
}

fn vss(rate: f64, exponent: f64, alpha: f64) -> CollisionKernel {
    CollisionKernel::VariableSoftSphere { rate, exponent, alpha }
}

fn observed(dsmc: &mut Dsmc, time: f64) -> Observables {
    assert_eq!(dsmc.advance(time, &mut Free).unwrap(), Advance::Arrived);
    assert_eq!(dsmc.time(), time);
    dsmc.observe()
}

fn extra(row: &Observables, name: &str) -> f64 {
    row.column(name).unwrap()
}

/// Mean and standard error of each column over rows.
fn mean_and_error<const M: usize>(rows: &[[f64; M]]) -> ([f64; M], [f64; M]) {
    let n = rows.len() as f64;
    let mean: [f64; M] = std::array::from_fn(|k| rows.iter().map(|row| row[k]).sum::<f64>() / n);
    let error = std::array::from_fn(|k| {
        (rows.iter().map(|row| (row[k] - mean[k]).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt()
    });
    (mean, error)
}

#[test]
fn second_moments_of_maxwell_molecules_are_exact_at_every_n() {
    // 16 particles only: with N - 1 instead of N in the pair rate this fails by tens of standard errors. Soft spheres of
    // the same lambda = 0.75 have these moments too: lambda = 3 alpha C/((alpha + 1)(alpha + 2)).
    let soft = |alpha: f64| vss(0.25 * (alpha + 1.0) * (alpha + 2.0) / alpha, 0.0, alpha);
    for (kernel, particles, replicas) in
        [(vhs(1.5, 0.0), 16, 6000), (vhs(1.5, 0.0), 4000, 40), (soft(2.1), 16, 4000), (soft(0.6), 4000, 40)]
    {
        let rows: Vec<[f64; 6]> = (0..replicas)
            .map(|r| {
                let mut dsmc = Dsmc::new(parameters(FULL, kernel.clone(), particles, r)).unwrap();
                symmetric_components(&observed(&mut dsmc, 2.0).pressure)
            })
            .collect();
        let flow = parameters(FULL, vhs(1.0, 0.0), 4, 0).flow;
        let mut moments = MaxwellMoments::new(flow, 1.0, &Matrix3::identity(), 0.75, 1.0);
        moments.advance(2.0, &mut Free).unwrap();
        let exact = symmetric_components(&moments.observe().pressure);
        let (mean, error) = mean_and_error(&rows);
        for k in 0..6 {
            assert!((mean[k] - exact[k]).abs() < 4.0 * error[k], "{particles}: {mean:?} {exact:?} {error:?}");
            assert!(error[k] < 0.01 * exact[0], "{error:?}");
        }
    }
}

#[test]
fn collisions_conserve_momentum_and_energy_to_rounding() {
    for exponent in [0.0, 0.5, 1.0] {
        let mut dsmc = Dsmc::new(parameters(REST, vhs(1.0, exponent), 30, 0)).unwrap();
        let sums = |dsmc: &Dsmc| {
            let w = dsmc.peculiar_velocities();
            (w.iter().sum::<Vector3<f64>>(), w.iter().map(Vector3::norm_squared).sum::<f64>())
        };
        let mut before = sums(&dsmc);
        for step in 1..2000 {
            let collisions = dsmc.collisions();
            dsmc.advance(0.01 * f64::from(step), &mut Free).unwrap();
            let after = sums(&dsmc);
            let tolerance = 4e-15 * (1 + dsmc.collisions() - collisions) as f64;
            assert!((after.0 - before.0).norm() < tolerance);
            assert!((after.1 / before.1 - 1.0).abs() < tolerance);
            before = after;
        }
        assert!(dsmc.collisions() > 100);
    }
}

#[test]
fn gases_of_many_batches_conserve_over_a_hundred_collisions_a_particle() {
    for (exponent, general, particles) in
        [(1.0, false, 6000), (0.4, false, 6000), (1.0, true, 6000), (1.0, false, 20_000)]
    {
        let mut dsmc = Dsmc::new(parameters(REST, vhs(20.0, exponent), particles, 0)).unwrap();
        if let (true, Scattering::HardSphere(law)) = (general, dsmc.scattering) {
            dsmc.scattering = Scattering::Potential(law);
        }
        for step in 1..=20 {
            let row = observed(&mut dsmc, 0.25 * f64::from(step));
            let drift =
                ["drift_x", "drift_y", "drift_z"].map(|name| extra(&row, name).abs()).into_iter().fold(0.0, f64::max);
            assert!((row.temperature - 1.0).abs() < 1e-12 && drift < 1e-12, "{exponent} {particles} {step}: {row:?}");
        }
        assert!(dsmc.collisions() > 50 * particles as u64);
    }
}

#[test]
fn hard_spheres_at_equilibrium_collide_at_the_exact_rate() {
    // n pi d^2 <|u|>, <|u|> = 4 sqrt(theta/pi); Knudsen number and density enter once each.
    let (diameter, theta, density, knudsen) = (0.7, 2.0, 3.0, 0.5);
    let rows: Vec<[f64; 2]> = (0..40)
        .map(|replica| {
            let mut given = parameters(REST, CollisionKernel::hard_sphere(diameter), 4000, replica);
            given.covariance *= theta;
            given.number_density = density;
            given.knudsen = knudsen;
            let mut dsmc = Dsmc::new(given).unwrap();
            let found = extra(&observed(&mut dsmc, 1.0), "collisions_per_particle");
            [found, dsmc.collisions() as f64 / dsmc.candidates() as f64]
        })
        .collect();
    let ([found, accepted], [error, _]) = mean_and_error(&rows);
    let wanted = density / knudsen * PI * diameter * diameter * 4.0 * (theta / PI).sqrt();
    assert!((found - wanted).abs() < 4.0 * error && error < 2e-3 * wanted, "{found} {wanted} {error}");
    // Pairs meet eight at a time, so that the number of collisions varies more than a Poisson number, which would be
    let poisson = 2.0 * (wanted / 2.0 / 160_000.0f64).sqrt();
    assert!(error > poisson && error < 3.0 * poisson, "{error} {poisson}");
    assert!(accepted > 0.4, "{accepted}");
}

#[test]
fn bkw_relaxation_of_the_fourth_and_sixth_moment() {
    // [BobylevKrookWu]: K = 1 - 0.4 exp(-t/6), <w^4>/15 = K (2 - K) for C = n = theta = 1, K(0) = 0.6; at K = 0.6
    // the density is proportional to w^2 exp(-w^2/1.2): |w|^2/0.6 is chi-square with five degrees of freedom.
    let rows: Vec<[f64; 4]> = (0..40)
        .map(|replica| {
            let mut random = Philox::new(5, replica);
            let mut velocities: Vec<_> = (0..10_000)
                .map(|_| {
                    let chi: f64 = (0..5).map(|_| random.normal().powi(2)).sum();
                    let direction = Vector3::new(random.normal(), random.normal(), random.normal());
                    direction.normalize() * (0.6 * chi).sqrt()
                })
                .collect();
            let mean = velocities.iter().sum::<Vector3<f64>>() / 10_000.0;
            velocities.iter_mut().for_each(|w| *w -= mean);
            let mut dsmc = Dsmc::with_velocities(parameters(REST, vhs(1.0, 0.0), 4, replica), &velocities).unwrap();
            let mut row = [0.0; 4];
            for (k, t) in [2.0, 6.0].into_iter().enumerate() {
                let seen = observed(&mut dsmc, t);
                row[2 * k] = extra(&seen, "fourth_moment") / 15.0 / seen.temperature.powi(2);
                row[2 * k + 1] = extra(&seen, "sixth_moment") / 105.0 / seen.temperature.powi(3);
            }
            row
        })
        .collect();
    let (mean, error) = mean_and_error(&rows);
    for (k, t) in [2.0f64, 6.0].into_iter().enumerate() {
        let width = 1.0 - 0.4 * (-t / 6.0).exp();
        for (k, exact) in [(2 * k, width * (2.0 - width)), (2 * k + 1, width.powi(2) * (3.0 - 2.0 * width))] {
            assert!((mean[k] - exact).abs() < 4.0 * error[k], "{t} {k} {mean:?} {error:?}");
            assert!(error[k] < 4e-3);
        }
    }
}

/// The same process by the plainest means: uniform pairs under one constant bound.
fn plain(a: [f64; 9], rate: f64, exponent: f64, particles: usize, until: f64, random: &mut Philox) -> [f64; 3] {
    let flow = AffineFlow::new(Matrix3::from_row_slice(&a)).unwrap();
    let mut p = omd_flow::draw_velocities(particles, &Matrix3::identity(), random).unwrap();
    let bound = rate * 40.0f64.powf(exponent);
    let n = particles as f64;
    let (mut t, mut collisions) = (0.0, 0.0);
    loop {
        // Pairs i < j at the rate bound/N each.
        t -= (1.0 - random.uniform()).ln() / (0.5 * (n - 1.0) * bound);
        if t > until {
            break;
        }
        let i = random.below(particles as u64) as usize;
        let j = (i + 1 + random.below(particles as u64 - 1) as usize) % particles;
        let u = flow.inverse_deformation(t) * (p[i] - p[j]);
        let value = rate * u.norm().powf(exponent);
        assert!(value < bound);
        if random.uniform() * bound < value {
            let direction = Vector3::new(random.normal(), random.normal(), random.normal()).normalize();
            let half = flow.deformation(t) * direction * (0.5 * u.norm());
            let centre = (p[i] + p[j]) * 0.5;
            (p[i], p[j]) = (centre + half, centre - half);
            collisions += 2.0;
        }
    }
    let inverse = flow.inverse_deformation(until);
    let covariance = p.iter().map(|p| (inverse * p) * (inverse * p).transpose()).sum::<Matrix3<f64>>() / n;
    [covariance.trace() / 3.0, covariance[(0, 1)], collisions / n]
}

#[test]
fn few_particles_in_any_batch_are_the_plain_process() {
    for exponent in [1.0, 0.4] {
        let replicas = 2500;
        let mut random = Philox::new(3, 0);
        let rows: Vec<_> = (0..replicas).map(|_| plain(SHEAR, 0.6, exponent, 20, 2.0, &mut random)).collect();
        let (wanted, wanted_error) = mean_and_error(&rows);
        // Batches far longer than there are particles: every candidate meets particles changed before it.
        for (batch_size, general) in [(4, false), (200, false), (40, true)] {
            let rows: Vec<_> = (0..replicas)
                .map(|replica| {
                    let given = parameters(SHEAR, vhs(0.6, exponent), 20, replica);
                    let velocities = Dsmc::new(given.clone()).unwrap().peculiar_velocities();
                    let mut dsmc = Dsmc::build(given, &velocities, 1 << 20, Some(batch_size)).unwrap();
                    if let (true, Scattering::HardSphere(law)) = (general, dsmc.scattering) {
                        dsmc.scattering = Scattering::Potential(law);
                    }
                    let row = observed(&mut dsmc, 2.0);
                    [row.temperature, row.pressure[(0, 1)], extra(&row, "collisions_per_particle")]
                })
                .collect();
            let (mean, error) = mean_and_error(&rows);
            for k in 0..3 {
                let z = (mean[k] - wanted[k]) / error[k].hypot(wanted_error[k]);
                assert!(z.abs() < 4.0, "{exponent} {batch_size} {k}: {z} {mean:?} {wanted:?}");
            }
        }
    }
}

#[test]
fn no_particle_is_ever_above_its_bound() {
    let compression = [-0.5, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    for (a, exponent, particles) in [(SHEAR, 1.0, 3000), (FULL, 0.4, 50), (compression, 1.0, 500)] {
        let mut dsmc = Dsmc::new(parameters(a, vhs(2.0, exponent), particles, 1)).unwrap();
        for step in 1..400 {
            dsmc.advance(1.95 * f64::from(step) / 400.0, &mut Free).unwrap();
            let bounds = &dsmc.gas.bounds;
            let sum: u64 = bounds.class.iter().map(|&c| bounds.weight[usize::from(c)]).sum();
            assert_eq!(sum, bounds.total);
            for (index, &class) in bounds.class.iter().enumerate() {
                let times = bounds.fast.blocks.iter().filter(|&&block| block as usize == index).count();
                assert!(times == 1 || (times == 0 && u32::from(class) <= bounds.cap) || bounds.epoch.end < 0.0);
            }
            let growth = bounds.epoch.remaining_growth(dsmc.time());
            for (index, w) in dsmc.peculiar_velocities().iter().enumerate() {
                let class = bounds.class[index / WIDTH];
                assert!(
                    bounds.epoch.end == f64::NEG_INFINITY
                        || w.norm() * growth <= f64::from(class) * bounds.unit * (1.0 + 1e-9)
                );
            }
        }
        assert!(dsmc.gas.counters.sweeps > 1 && dsmc.collisions() > 50, "{:?}", dsmc.gas.counters);
    }
}

#[test]
fn first_blocks_are_drawn_with_the_weights_of_their_bounds() {
    const BLOCKS: usize = 1000;
    let mut dsmc = Dsmc::new(parameters(SHEAR, vhs(2.0, 1.0), BLOCKS * WIDTH, 1)).unwrap();
    dsmc.advance(0.02, &mut Free).unwrap();
    let gas = &mut dsmc.gas;
    assert!(!gas.bounds.fast.blocks.is_empty());
    let mut found = vec![0.0; BLOCKS];
    let mut batch = Box::new(super::batch::Batch::new());
    for _ in 0..10_000 {
        batch.fill::<super::law::HardSphere>(&mut gas.stream, 100, 1.0, &gas.particles.blocks, &gas.bounds);
        batch.first[..100].iter().for_each(|&first| found[first as usize] += 1.0);
    }
    let (mut chi_square, mut fast, mut wanted_fast) = (0.0, 0.0, 0.0);
    for (found, &class) in found.iter().zip(&gas.bounds.class) {
        let wanted = 1e6 * gas.bounds.weight[usize::from(class)] as f64 / gas.bounds.total as f64;
        chi_square += (found - wanted).powi(2) / wanted;
        if u32::from(class) > gas.bounds.cap {
            (fast, wanted_fast) = (fast + found, wanted_fast + wanted);
        }
    }
    assert!((chi_square - 999.0).abs() < 4.0 * (2.0f64 * 999.0).sqrt(), "{chi_square}");
    assert!(wanted_fast > 1000.0 && (fast - wanted_fast).abs() < 4.0 * wanted_fast.sqrt(), "{fast} {wanted_fast}");
}

/// Pauses every time it is asked.
struct Pausing;

impl Monitor for Pausing {
    fn at(&mut self, _time: f64) -> Pace {
        Pace::Pause
    }
}

#[test]
fn a_paused_saved_and_restored_run_has_the_same_bits() {
    for exponent in [0.0, 0.5, 1.0] {
        let given = parameters(FULL, vhs(90.0, exponent), 5000, 2);
        let mut whole = Dsmc::new(given.clone()).unwrap();
        observed(&mut whole, 0.7);
        let wanted = observed(&mut whole, 1.3);
        let mut dsmc = Dsmc::new(given.clone()).unwrap();
        let mut pauses = 0;
        for until in [0.7, 1.3] {
            while dsmc.advance(until, &mut Pausing).unwrap() == Advance::Paused {
                pauses += 1;
                let mut writer = StateWriter::new();
                dsmc.save(&mut writer);
                let bytes = writer.into_bytes();
                dsmc = Dsmc::new(given.clone()).unwrap();
                let mut reader = StateReader::new(&bytes);
                dsmc.restore(&mut reader).unwrap();
                reader.finish().unwrap();
            }
        }
        assert!(pauses > 1, "{pauses}");
        assert_eq!(dsmc.observe(), wanted);
        assert_eq!(dsmc.facts(), whole.facts());
    }
}

#[test]
fn states_of_other_gases_are_refused() {
    let mut writer = StateWriter::new();
    Dsmc::new(parameters(REST, vhs(1.0, 1.0), 10, 0)).unwrap().save(&mut writer);
    let bytes = writer.into_bytes();
    let mut other = Dsmc::new(parameters(REST, vhs(1.0, 1.0), 11, 0)).unwrap();
    assert_eq!(
        other.restore(&mut StateReader::new(&bytes)).unwrap_err().to_string(),
        "the saved state does not fit this input: 10 particles instead of 11"
    );
    assert!(other.restore(&mut StateReader::new(&bytes[..bytes.len() - 3])).is_err());
}

#[test]
fn impossible_parameters_are_refused() {
    let with = |change: fn(&mut DsmcParameters)| {
        let mut given = parameters(REST, vhs(1.0, 1.0), 10, 0);
        change(&mut given);
        Dsmc::new(given).unwrap_err()
    };
    assert_eq!(with(|p| p.knudsen = 0.0), DsmcError::NotPositive("Knudsen number", 0.0));
    assert_eq!(with(|p| p.mass = f64::INFINITY), DsmcError::NotPositive("mass", f64::INFINITY));
    assert_eq!(with(|p| p.kernel = vhs(1.0, 1.5)), DsmcError::Exponent(1.5));
    assert_eq!(with(|p| p.kernel = vhs(-1.0, 1.0)), DsmcError::NotPositive("rate of the kernel", -1.0));
    assert_eq!(
        with(|p| p.kernel = vss(1.0, 1.0, 0.0)),
        DsmcError::NotPositive("scattering exponent of the kernel", 0.0)
    );
    assert_eq!(with(|p| p.particles = 3), DsmcError::Particles(3));
    assert!(matches!(with(|p| p.covariance[(0, 0)] = -1.0), DsmcError::Start(_)));
    let given = parameters(REST, vhs(1.0, 1.0), 4, 0);
    let nan = [Vector3::x(), Vector3::y(), Vector3::z(), Vector3::new(0.0, f64::NAN, 0.0)];
    assert_eq!(Dsmc::with_velocities(given, &nan).unwrap_err(), DsmcError::Velocity(3));
}

#[test]
fn the_singular_time_stops_and_long_expansions_do_not_stall() {
    let compression = [-0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let mut dsmc = Dsmc::new(parameters(compression, vhs(1.0, 1.0), 1000, 0)).unwrap();
    assert!(observed(&mut dsmc, 1.999).temperature > 10.0);
    let stop = dsmc.advance(2.0, &mut Free).unwrap_err();
    assert_eq!(stop.to_string(), "stopped at t = 1.999: the flow exists before t* = 2 only; 2 was asked for");
    for exponent in [0.0, 1.0] {
        let expansion = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        let mut dsmc = Dsmc::new(parameters(expansion, vhs(1.0, exponent), 1000, 0)).unwrap();
        let row = observed(&mut dsmc, 1e6);
        assert!((row.temperature * 1e12 - 1.0).abs() < 1e-5, "{}", row.temperature);
        assert!(dsmc.gas.counters.batches < 5000, "{:?}", dsmc.gas.counters);
    }
}

#[test]
fn soft_spheres_relax_by_their_cross_sections() {
    // The second moments of Q(g, g) need `int B (1 - P_2) dsigma` alone: soft spheres with the same integral as hard ones
    // relax alike to first order in t.
    let alpha = 2.5;
    let factor = 6.0 * alpha / ((alpha + 1.0) * (alpha + 2.0));
    let decay = |kernel: CollisionKernel| {
        let rows: Vec<[f64; 1]> = (0..60)
            .map(|replica| {
                let mut given = parameters(REST, kernel.clone(), 20_000, replica);
                given.covariance = Matrix3::from_diagonal(&Vector3::new(1.6, 0.7, 0.7));
                let row = observed(&mut Dsmc::new(given).unwrap(), 0.1);
                [1.0 - (row.pressure[(0, 0)] / row.temperature - 1.0) / 0.6]
            })
            .collect();
        let ([mean], [error]) = mean_and_error(&rows);
        (mean, error)
    };
    for exponent in [0.5, 1.0] {
        let (hard, hard_error) = decay(vhs(0.5, exponent));
        let (soft, soft_error) = decay(vss(0.5 / factor, exponent, alpha));
        let z = (soft - hard) / hard_error.hypot(soft_error);
        assert!(z.abs() < 4.0 && hard > 40.0 * hard_error, "{exponent}: {hard} {soft} {hard_error} {soft_error}");
    }
}

#[test]
fn everything_is_observed_when_asked() {
    let settings = HistogramSettings { every: 3, bins: 20, range: 4.0 };
    let observation = Observation { all_moments: true, entropy: true, histogram: Some(settings) };
    let mut dsmc = Dsmc::new(parameters(SHEAR, vhs(1.0, 1.0), 20_000, 0)).unwrap().observing(observation);
    let start = dsmc.observe();
    assert!(extra(&start, "entropy").abs() < 0.02);
    let row = observed(&mut dsmc, 3.0);
    assert_eq!(row.extra.len(), start.extra.len());
    let theta = row.temperature;
    let sum = |names: [(&str, f64); 6]| names.into_iter().map(|(name, weight)| weight * extra(&row, name)).sum::<f64>();
    let fourth = sum([
        ("standardised_moment_xxxx", 1.0),
        ("standardised_moment_yyyy", 1.0),
        ("standardised_moment_zzzz", 1.0),
        ("standardised_moment_xxyy", 2.0),
        ("standardised_moment_xxzz", 2.0),
        ("standardised_moment_yyzz", 2.0),
    ]);
    assert!((fourth * theta * theta / extra(&row, "fourth_moment") - 1.0).abs() < 1e-12);
    // Above its Gaussian's: -ln det(P/p)/2.
    let gaussian = -0.5 * (row.pressure / (row.pressure.trace() / 3.0)).determinant().ln();
    let entropy = -extra(&row, "entropy");
    assert!(gaussian > 0.05 && entropy > gaussian - 0.02 && entropy < 2.0 * gaussian, "{entropy} {gaussian}");
    assert!(dsmc.histogram(1).is_none());
    let histogram = dsmc.histogram(3).unwrap();
    let width = 2.0 * settings.range / settings.bins as f64;
    for plane in &histogram.planes {
        let share = plane.iter().sum::<f64>() * width * width;
        assert!(share > 0.98 && share <= 1.0 + 1e-12, "{share}");
    }
    // The correlation of x and y, from the histogram and from the moments; cells blur it by little.
    let mut correlation = 0.0;
    for (cell, density) in histogram.planes[0].iter().enumerate() {
        let (x, y) = (histogram.component(cell / settings.bins), histogram.component(cell % settings.bins));
        correlation += x * y * density * width * width;
    }
    let wanted = row.pressure[(0, 1)] / (row.pressure.trace() / 3.0);
    assert!((correlation - wanted).abs() < 0.05 && wanted < -0.3, "{correlation} {wanted}");
}
