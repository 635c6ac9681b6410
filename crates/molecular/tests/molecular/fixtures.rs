//! What the tests share: potentials, cells, and image sums by brute force.

use omd_flow::{AffineFlow, Description, Matrix3, Observables, Philox, Vector3, lattice};
use omd_interaction::{LennardJones, PairPotential, Truncation};
use omd_molecular::{Atoms, Model, Molecular, Scheme, StepControl};
use std::sync::Arc;

pub(crate) fn lennard_jones(cutoff: f64, truncation: Truncation) -> PairPotential {
    PairPotential::new(Arc::new(LennardJones { epsilon: 1.0, sigma: 1.0 }), Some(cutoff), truncation)
}

pub(crate) fn cube(edge: f64) -> Matrix3<f64> {
    Matrix3::identity() * edge
}

pub(crate) fn zero_shifts(count: usize) -> Vec<Vector3<i64>> {
    vec![Vector3::zeros(); count]
}

pub(crate) fn flow(rows: [f64; 9]) -> AffineFlow {
    AffineFlow::new(Matrix3::from_row_slice(&rows)).unwrap()
}

pub(crate) fn fixed(time_step: f64) -> Scheme {
    Scheme { time_step, control: StepControl::Fixed }
}

/// Atoms on a lattice, shaken, with Gaussian velocities; `cell` of any shape.
pub(crate) fn shaken(cell: Matrix3<f64>, per_edge: [usize; 3], shake: f64, temperature: f64, seed: u64) -> Atoms {
    let mut random = Philox::new(seed, 0);
    let mut positions = Vec::new();
    for i in 0..per_edge[0] {
        for j in 0..per_edge[1] {
            for k in 0..per_edge[2] {
                let site = Vector3::new(i as f64, j as f64, k as f64);
                let fraction = site.component_div(&Vector3::from(per_edge).map(|n| n as f64));
                let jitter = Vector3::new(random.uniform(), random.uniform(), random.uniform()) * shake;
                positions.push(cell * fraction + jitter);
            }
        }
    }
    let covariance = Matrix3::identity() * temperature;
    let shifts = zero_shifts(positions.len());
    Atoms::given(cell, positions, shifts, None, &covariance, &mut random).unwrap()
}

pub(crate) fn extra(row: &Observables, name: &str) -> f64 {
    row.column(name).unwrap_or_else(|| panic!("no column {name}"))
}

/// Forces, potential energy and `(1/2) sum sum r f` by sums over all images, straight from the definition.
pub(crate) struct Direct {
    pub(crate) forces: Vec<Vector3<f64>>,
    pub(crate) energy: f64,
    pub(crate) virial: Matrix3<f64>,
}

/// `cell` may be skewed; it is reduced first so that the box of images is complete.
pub(crate) fn direct(potential: &PairPotential, cell: &Matrix3<f64>, positions: &[Vector3<f64>]) -> Direct {
    let edges = lattice::reduce(cell).basis;
    let inverse = edges.try_inverse().unwrap();
    let cutoff = potential.cutoff().unwrap();
    // After removing the nearest integers a fraction is at most one half.
    let reach = [0, 1, 2].map(|k| (cutoff * inverse.row(k).norm() + 0.5).ceil() as i64);
    let mut result = Direct { forces: vec![Vector3::zeros(); positions.len()], energy: 0.0, virial: Matrix3::zeros() };
    for (a, x) in positions.iter().enumerate() {
        for (b, y) in positions.iter().enumerate() {
            let fraction = inverse * (x - y);
            let nearest = x - y - edges * fraction.map(f64::round);
            for i in -reach[0]..=reach[0] {
                for j in -reach[1]..=reach[1] {
                    for k in -reach[2]..=reach[2] {
                        let r = nearest - edges * Vector3::new(i as f64, j as f64, k as f64);
                        let distance = r.norm();
                        if distance >= cutoff || (a == b && (i, j, k) == (0, 0, 0)) {
                            continue;
                        }
                        let force = -potential.derivative(distance) * r / distance;
                        result.forces[a] += force;
                        result.energy += 0.5 * potential.energy(distance);
                        result.virial += r * force.transpose() * 0.5;
                    }
                }
            }
        }
    }
    result
}

/// Largest relative deviation of the forces of `molecular` from the sums by brute force.
pub(crate) fn force_deviation(molecular: &Molecular, potential: &PairPotential) -> f64 {
    let omd_flow::Structure { positions, cell, .. } = molecular.atoms();
    let expected = direct(potential, &cell.expect("a cell"), &positions);
    let size = expected.forces.iter().map(Vector3::norm).fold(1.0, f64::max);
    molecular.forces().iter().zip(&expected.forces).map(|(a, b)| (a - b).norm() / size).fold(0.0, f64::max)
}

pub(crate) fn model(flow: AffineFlow, potential: PairPotential) -> Model {
    Model { flow, potential, mass: 1.0 }
}

/// The residual of the work balance at the present time.
pub(crate) fn residual(molecular: &mut Molecular) -> f64 {
    extra(&molecular.observe(), "energy_balance")
}
