//! `f(t, x, v) = g(t, v - L x)` for a homogeneous start.

use super::{RELAXATION, failed, unit_gas};
use crate::arrows::experiments::{Gas, bare, flow, full_flow, kinetic_knudsen, reduced_flow, rows};
use crate::statistics::Sample;
use crate::transport::collision_kernel;
use crate::verify::{Arrow, Claim, Finding, Interrupt, Settings, Study, Table, Task, TaskError};
use nalgebra::DVector;
use omd_flow::{AffineFlow, Matrix3, Vector3, symmetric_components};
use omd_kinetic::boltzmann::{Dsmc, DsmcParameters, MaxwellMoments, Spatial};

const END: f64 = 2.0;
const KNUDSEN: f64 = 1.0;
const STEP: f64 = 0.1;
/// Cells along each edge, and blocks of cells for the distribution.
const CELLS: usize = 4;
const BLOCKS: usize = 2;
/// `|w|^2/T` of a Maxwellian is below these with the probabilities 1/3 and 2/3.
const SHELLS: [f64; 2] = [1.5680, 3.4051];
/// Shells and octants of `w`.
const BINS: usize = 24;
/// What is looked at in the cells, with the number of its components.
const QUANTITIES: [(&str, usize); 4] =
    [("density", 1), ("mean peculiar velocity", 3), ("temperature", 1), ("stress", 5)];
const COMPONENTS: usize = 10;
/// Components of the vector that is compared with the reduced equation.
const REDUCED: usize = 6;

/// A flow, and whether the gas consists of hard spheres.
fn cases() -> [(&'static str, Matrix3<f64>, bool); 6] {
    let shear = Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    [
        ("simple shear", shear, false),
        ("combined shear", Matrix3::new(0.0, 0.6, -0.4, 0.0, 0.0, 0.7, 0.0, 0.0, 0.0), false),
        ("dilatation", Matrix3::new(0.45, 0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.0, 0.3), false),
        ("full", full_flow(), false),
        ("simple shear, hard spheres", shear, true),
        ("full, hard spheres", full_flow(), true),
    ]
}

/// Edges without symmetry that span the unit volume.
fn cell() -> Matrix3<f64> {
    let edges = Matrix3::<f64>::new(1.0, 0.3, 0.0, -0.1, 0.9, 0.2, 0.3, 0.0, 1.2);
    edges / edges.determinant().cbrt()
}

pub(super) fn study(settings: Settings) -> Study {
    let (particles, replicas) = settings.choose((8_000, 32), (100_000, 64));
    let mut tasks = Vec::new();
    for (case, (name, gradient, spheres)) in cases().into_iter().enumerate() {
        for replica in 0..replicas {
            let seconds = 3e-6 * particles as f64;
            let stream = (case * replicas + replica) as u64;
            tasks.push(Task::new(format!("{name}, replica {replica}"), seconds, move |interrupt| {
                in_space(&settings, gradient, spheres, particles, stream, interrupt)
            }));
        }
        for replica in (0..replicas).filter(|_| spheres) {
            let seconds = 1e-6 * particles as f64;
            let stream = (case * replicas + replica) as u64;
            tasks.push(Task::new(format!("{name}, reduced, replica {replica}"), seconds, move |interrupt| {
                reduced_spheres(&settings, gradient, particles, stream, interrupt)
            }));
        }
    }
    Study {
        arrow: Arrow::KineticSymmetry,
        name: "homogeneous-in-space",
        title: "A homogeneous start stays homogeneous but for L(t) x and follows the reduced equation",
        input: format!(
            "m = n = T = 1, viscosity 2 T at Kn = 1 and T = 1, Kn = {KNUDSEN}, t = {END}, steps of {STEP}; {replicas} replicas of {particles} particles in the periodic cell {} (columns are edges) of {CELLS}^3 collision cells; A = {}; Maxwell molecules against their exact moments, hard spheres against as many homogeneous simulations",
            rows(&cell()),
            cases().map(|(name, gradient, _)| format!("{name} {}", rows(&gradient))).join(", ")
        ),
        tasks,
        judge: Box::new(move |results| judge(&settings, replicas, results)),
    }
}

/// The numbers for the comparison with the reduced equation, then `chi^2` of every component over the cells, then
/// that of the distribution.
fn in_space(
    settings: &Settings,
    gradient: Matrix3<f64>,
    spheres: bool,
    particles: usize,
    stream: u64,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = flow(gradient)?;
    let knudsen = kinetic_knudsen(settings, KNUDSEN);
    let mut given = unit_gas(settings, &flow, knudsen, particles, stream);
    (given.cell, given.divisions, given.time_step) = (cell(), [CELLS; 3], STEP);
    if spheres {
        given.kernel = sphere_kernel(&flow)?;
    }
    let mut gas = Spatial::new(given).map_err(failed)?;
    interrupt.advance(&mut gas, END)?;
    let state = gas.state();
    let velocities: Vec<Vector3<f64>> = state.iter().map(|(_, w)| *w).collect();
    let places: Vec<Vector3<f64>> = state.iter().map(|(s, _)| *s).collect();
    let mut numbers = if spheres { shape(&velocities) } else { moments(&velocities) };
    numbers.extend(cell_tests(&places, &velocities));
    numbers.push(distribution_test(&places, &velocities));
    Ok(numbers)
}

fn sphere_kernel(flow: &AffineFlow) -> Result<omd_interaction::CollisionKernel, TaskError> {
    Ok(collision_kernel(&bare(flow.clone(), Gas::HardSpheres.interaction()?, 1.0, END))?)
}

fn reduced_spheres(
    settings: &Settings,
    gradient: Matrix3<f64>,
    particles: usize,
    stream: u64,
    interrupt: Interrupt<'_>,
) -> Result<Vec<f64>, TaskError> {
    let flow = flow(gradient)?;
    let kernel = sphere_kernel(&flow)?;
    let mut gas = Dsmc::new(DsmcParameters {
        flow: reduced_flow(settings, &flow)?,
        kernel,
        // The planted fault is in the simulation with positions alone.
        knudsen: KNUDSEN,
        number_density: 1.0,
        mass: 1.0,
        covariance: Matrix3::identity(),
        particles,
        seed: settings.seed,
        replica: (3 << 24) | stream,
    })
    .map_err(failed)?;
    interrupt.advance(&mut gas, END)?;
    Ok(shape(&gas.peculiar_velocities()))
}

fn second(velocities: &[Vector3<f64>]) -> Matrix3<f64> {
    velocities.iter().map(|w| w * w.transpose()).sum::<Matrix3<f64>>() / velocities.len() as f64
}

/// `P/n`.
fn moments(velocities: &[Vector3<f64>]) -> Vec<f64> {
    symmetric_components(&second(velocities)).to_vec()
}

/// The temperature, and the shares of the three shells of `|w|^2/T` with a positive, two with a negative `w_x w_y`.
fn shape(velocities: &[Vector3<f64>]) -> Vec<f64> {
    let temperature = second(velocities).trace() / 3.0;
    let mut shares = [0.0; REDUCED];
    for w in velocities {
        let shell = SHELLS.iter().filter(|&&edge| w.norm_squared() > edge * temperature).count();
        shares[shell + if w.x * w.y > 0.0 { 0 } else { 3 }] += 1.0 / velocities.len() as f64;
    }
    // The last share follows from the others.
    shares[REDUCED - 1] = temperature;
    shares.to_vec()
}

/// `chi^2` of every component over the cells.
///
/// Given all velocities, a homogeneous gas has its particles anywhere, independently: the sum `S_c` of centred numbers
/// `psi_i` over a cell has the variance `sum psi^2 (1/M) (1 - 1/M)` and the covariance `-sum psi^2/M^2` with another
/// cell's, so that `sum_c S_c^2/(sum psi^2/M)` is `chi^2` with `M - 1` degrees of freedom.
fn cell_tests(places: &[Vector3<f64>], velocities: &[Vector3<f64>]) -> Vec<f64> {
    let cells: Vec<usize> = places.iter().map(|s| index(s, CELLS)).collect();
    let count = velocities.len() as f64;
    let mut means = [0.0; COMPONENTS];
    for w in velocities {
        for (mean, value) in means.iter_mut().zip(components(w)) {
            *mean += value / count;
        }
    }
    // Every particle counts as one: its own mean is not taken off.
    means[0] = 0.0;
    let mut sums = vec![[0.0; COMPONENTS]; CELLS.pow(3)];
    let mut squares = [0.0; COMPONENTS];
    for (w, &cell) in velocities.iter().zip(&cells) {
        for (k, value) in components(w).into_iter().enumerate() {
            sums[cell][k] += value - means[k];
            squares[k] += (value - means[k]).powi(2);
        }
    }
    let expected = count / sums.len() as f64;
    sums.iter_mut().for_each(|sum| sum[0] -= expected);
    let share = sums.len() as f64;
    (0..COMPONENTS).map(|k| sums.iter().map(|sum| sum[k] * sum[k]).sum::<f64>() / (squares[k] / share)).collect()
}

/// In the order of [`QUANTITIES`].
fn components(w: &Vector3<f64>) -> [f64; COMPONENTS] {
    let [xx, yy, zz] = [w.x * w.x, w.y * w.y, w.z * w.z];
    [1.0, w.x, w.y, w.z, xx + yy + zz, w.x * w.y, w.x * w.z, w.y * w.z, xx - yy, xx + yy - 2.0 * zz]
}

/// The cell of a place, `along` along each edge.
fn index(place: &Vector3<f64>, along: usize) -> usize {
    place.iter().fold(0, |sum, &s| sum * along + ((s * along as f64) as usize).min(along - 1))
}

/// `chi^2` of the table of counts by blocks of cells and bins of the velocity: whether they are independent.
fn distribution_test(places: &[Vector3<f64>], velocities: &[Vector3<f64>]) -> f64 {
    let temperature = second(velocities).trace() / 3.0;
    let mut table = vec![[0.0; BINS]; BLOCKS.pow(3)];
    for (s, w) in places.iter().zip(velocities) {
        let shell = SHELLS.iter().filter(|&&edge| w.norm_squared() > edge * temperature).count();
        let octant = w.iter().fold(0, |sum, &x| 2 * sum + usize::from(x > 0.0));
        table[index(s, BLOCKS)][8 * shell + octant] += 1.0;
    }
    let count = velocities.len() as f64;
    let bins: Vec<f64> = (0..BINS).map(|bin| table.iter().map(|row| row[bin]).sum()).collect();
    let mut sum = 0.0;
    for row in &table {
        let block: f64 = row.iter().sum();
        for (found, bin) in row.iter().zip(&bins) {
            let expected = block * bin / count;
            sum += (found - expected).powi(2) / expected;
        }
    }
    sum
}

/// The exact `P/n` of Maxwell molecules at the end.
fn exact(settings: &Settings, gradient: Matrix3<f64>) -> Option<[f64; 6]> {
    let flow = reduced_flow(settings, &flow(gradient).ok()?).ok()?;
    let mut moments = MaxwellMoments::new(flow, 1.0, &Matrix3::identity(), RELAXATION, KNUDSEN);
    Interrupt(&|| false).advance(&mut moments, END).ok()?;
    let row = omd_flow::Description::observe(&mut moments);
    Some(symmetric_components(&(row.pressure / row.density)))
}

fn judge(settings: &Settings, replicas: usize, results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let mut table = Table {
        caption: format!("T at t = {END} in space and reduced, and chi^2 over its degrees of freedom in the cells"),
        header: ["flow", "T in space", "T reduced", "probability"].map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    table.header.extend(QUANTITIES.iter().map(|(name, _)| (*name).to_owned()));
    table.header.push("distribution".to_owned());
    let (mut sums, mut runs) = ([0.0; QUANTITIES.len() + 1], 0);
    let freedom = |k: usize| match QUANTITIES.get(k) {
        Some((_, components)) => components * (CELLS.pow(3) - 1),
        None => (BLOCKS.pow(3) - 1) * (BINS - 1),
    };
    let mut next = results.iter();
    for (name, gradient, spheres) in cases() {
        let found: Vec<&Vec<f64>> = next.by_ref().take(replicas).collect();
        let sample = Sample::of(&found.iter().map(|row| row[..REDUCED].to_vec()).collect::<Vec<_>>());
        let (verdict, temperatures) = if spheres {
            let reduced = Sample::of(&next.by_ref().take(replicas).cloned().collect::<Vec<_>>());
            (sample.against_sample(&reduced).probability, [sample.mean[REDUCED - 1], reduced.mean[REDUCED - 1]])
        } else {
            // What cannot be solved is no number, and refutes the claim.
            let exact = exact(settings, gradient).unwrap_or([f64::NAN; 6]);
            let third = |x: &[f64]| (x[0] + x[1] + x[2]) / 3.0;
            let verdict = sample.against(&DVector::from_column_slice(&exact), 0.0);
            (verdict.probability, [third(sample.mean.as_slice()), third(&exact)])
        };
        let against = if spheres { "the homogeneous simulation" } else { "the exact moments" };
        finding.claims.push(Claim::probable(
            format!("{name}: moments and distribution in space are those of {against}"),
            temperatures[0],
            format!("T = {:.5}", temperatures[1]),
            verdict,
        ));
        let mut row = vec![name.to_owned()];
        row.extend(temperatures.map(|t| format!("{t:.5}")));
        row.push(format!("{verdict:.3}"));
        let mut from = REDUCED;
        for (k, sum) in sums.iter_mut().enumerate() {
            let width = QUANTITIES.get(k).map_or(1, |(_, components)| *components);
            let square: f64 = found.iter().flat_map(|row| &row[from..from + width]).sum();
            from += width;
            *sum += square;
            row.push(format!("{:.3}", square / (replicas * freedom(k)) as f64));
        }
        runs += replicas;
        table.rows.push(row);
    }
    for (k, sum) in sums.into_iter().enumerate() {
        let name = QUANTITIES.get(k).map_or("distribution of velocities", |(name, _)| name);
        finding.claims.push(Claim::noise(format!("{name}: the same in all cells, all flows"), sum, runs * freedom(k)));
    }
    finding.tables.push(table);
    finding
}
