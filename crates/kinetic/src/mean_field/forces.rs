//! The mean force on every particle: `-(1/N) sum_j grad U(x_i - x_j)`.

use super::law::{PairLaw, with_law};
use super::mesh::{MOST_POINTS, Mesh};
use super::sum::{CHUNK, Field, Points, add_fields};
use super::tree::Tree;
use fearless_simd::Level;
use nalgebra::Vector3;
use omd_interaction::SmoothForm;
use rayon::prelude::*;

/// How forces are found. A harmonic potential needs neither: its sum is `-k (x_i - <x>)`, exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ForceMethod {
    /// The sum over all pairs; its error is rounding, its cost grows as N^2.
    Direct,
    /// Through the nodes of an octree's cubes, for clusters far smaller than the cloud, at a cost that grows more slowly than N^2
    /// (`validation/mean-field`). The forces at the start are wrong by at most `tolerance` times the root mean square force. A direct
    /// sum is taken instead where it is less work.
    Tree {
        /// From 1e-12 to 1e-2.
        tolerance: f64,
    },
    /// Spread over a mesh and convolved by fast Fourier transforms; what the mesh does not resolve of the potential is summed over pairs within a few
    /// cells \[HockneyEastwood1988\]. Of the meshes whose forces at the start are wrong by at most `tolerance` times the root mean square
    /// force, the one with the least work, which grows about as N (`validation/mean-field`); an octree or a direct sum where that is less.
    Mesh {
        /// From 1e-12 to 1e-2.
        tolerance: f64,
    },
}

impl ForceMethod {
    fn tolerance(self) -> Option<f64> {
        match self {
            Self::Direct => None,
            Self::Tree { tolerance } | Self::Mesh { tolerance } => Some(tolerance),
        }
    }
}

/// Energy and force of every particle.
#[derive(Clone, Debug)]
pub struct Forces {
    /// `-(1/N) sum_j grad U(x_i - x_j)`, force, for each particle.
    pub forces: Vec<Vector3<f64>>,
    /// `(1/(2 N^2)) sum_i sum_(j != i) U`: potential energy of a particle, on average.
    pub energy: f64,
}

/// Forces of one potential by one method.
#[derive(Clone, Debug)]
pub struct ForceField {
    form: SmoothForm,
    method: ForceMethod,
    mesh: Option<Mesh>,
    /// Those of the padded mesh when it was found.
    mesh_points: usize,
    tree: Option<Tree>,
    simd: Level,
}

/// Particles whose forces are compared with direct sums when a scheme is set up.
const COMPARED: usize = 512;

/// Exact forces on particles spread evenly over the list.
pub(super) struct Sample {
    step: usize,
    exact: Vec<Field>,
    square: f64,
}

impl Sample {
    pub(super) fn of(simd: Level, law: &impl PairLaw, points: &Points) -> Self {
        let count = points.coordinates[0].len();
        let step = count.div_ceil(COMPARED);
        let targets = points.thinned(COMPARED);
        let mut exact = vec![[0.0; 4]; targets.coordinates[0].len()];
        let ones = vec![1.0; count];
        exact.par_chunks_mut(8).enumerate().for_each(|(chunk, exact)| {
            let targets = targets.slice(8 * chunk..8 * chunk + exact.len());
            add_fields(simd, law, targets, points.slice(0..count), &ones, exact);
        });
        let square = exact.iter().map(|f| f[1] * f[1] + f[2] * f[2] + f[3] * f[3]).sum::<f64>() / exact.len() as f64;
        Self { step, exact, square }
    }

    /// The largest error of the sample's forces over their root mean square.
    pub(super) fn error(&self, fields: &[Field]) -> f64 {
        let errors = fields.iter().step_by(self.step).zip(&self.exact);
        let squares = errors.map(|(a, b)| (1..4).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>());
        // A force that is no number is an error of no number, which no tolerance allows.
        let worst = squares.fold(0.0, |a: f64, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) });
        (worst / self.square).sqrt()
    }
}

/// An octree for fewer particles is not looked for.
const WORTHWHILE: usize = 2000;
/// Nor where a mesh takes less than this part of the work of a direct sum: then the particles are not in a few small clusters.
const CLUSTERED: f64 = 0.1;
/// Another mesh is looked for where the present one has grown by this factor.
const GROWN: usize = 4;

/// Pairs from which the mean force of a pair is taken.
const SAMPLED_PAIRS: usize = 4096;

impl ForceField {
    /// `positions` set the scale of forces that the tree's tolerance is relative to.
    #[must_use]
    pub fn new(form: SmoothForm, method: ForceMethod, positions: &[Vector3<f64>]) -> Self {
        let simd = Level::new();
        let (mut mesh, mut mesh_points, mut tree) = (None, 0, None);
        if let (Some(tolerance), false) = (method.tolerance(), positions.is_empty()) {
            let points = points(positions);
            let pairs = Pairs::new(&form, positions);
            with_law!(
                &form,
                law => {
                    if matches!(method, ForceMethod::Mesh { .. }) {
                        mesh = Mesh::new(&law, tolerance, form.feature(), &pairs, &points, simd);
                        mesh_points = mesh.as_ref().and_then(|mesh| mesh.points(&points)).unwrap_or(0);
                    }
                    let all = (positions.len() as f64).powi(2);
                    let work = mesh.as_ref().and_then(|mesh| mesh.work(&points, &pairs)).unwrap_or(all).min(all);
                    if work > CLUSTERED * all && positions.len() >= WORTHWHILE {
                        tree = Tree::new(&law, tolerance, &pairs, form.feature(), &points, simd)
                            .filter(|tree| tree.work() < work);
                    }
                    if tree.is_some() {
                        mesh = None;
                    }
                },
                harmonic => {}
            );
        }
        Self { form, method, mesh, mesh_points, tree, simd }
    }

    /// The potential.
    #[must_use]
    pub fn form(&self) -> &SmoothForm {
        &self.form
    }

    /// Direct or tree.
    #[must_use]
    pub fn method(&self) -> ForceMethod {
        self.method
    }

    /// What the forces may be wrong by, over their root mean square at the start; direct sums are exact.
    #[must_use]
    pub fn tolerance(&self) -> Option<f64> {
        self.method.tolerance()
    }

    /// In words, for reports.
    #[must_use]
    pub fn description(&self) -> String {
        match (&self.form, self.method, &self.mesh) {
            (SmoothForm::Harmonic(_), _, _) => "the sum in closed form".to_owned(),
            (_, ForceMethod::Direct, _) => "direct sum".to_owned(),
            (_, ForceMethod::Mesh { tolerance }, Some(mesh)) => {
                format!("{}, tolerance {tolerance:e}", mesh.description())
            }
            (_, ForceMethod::Tree { tolerance } | ForceMethod::Mesh { tolerance }, _) => match &self.tree {
                Some(tree) => format!("octree with {} nodes a cube, tolerance {tolerance:e}", tree.nodes()),
                None => "direct sum, less work than anything else here".to_owned(),
            },
        }
    }

    /// Looks for another mesh where the cloud has grown so far that the present one has become costly or too large; sums directly where
    /// none is less work. What it finds depends on the positions alone.
    pub(super) fn follow(&mut self, positions: &[Vector3<f64>]) {
        let Some((mesh, tolerance)) = self.mesh.as_ref().zip(self.tolerance()) else { return };
        let points = points(positions);
        let fits = |now: usize| now <= MOST_POINTS.min(GROWN * self.mesh_points);
        if mesh.points(&points).is_some_and(fits) || points.bounds().is_none() {
            return;
        }
        let pairs = Pairs::new(&self.form, positions);
        self.mesh = with_law!(
            &self.form,
            law => Mesh::new(&law, tolerance, self.form.feature(), &pairs, &points, self.simd),
            harmonic => None
        );
        self.mesh_points = self.mesh.as_ref().and_then(|mesh| mesh.points(&points)).unwrap_or(0);
    }

    /// What [`follow`](Self::follow) has left, for a checkpoint: spacing and reach, cells of pairs and points; none without a mesh.
    pub(super) fn followed(&self) -> (Vec<f64>, [u64; 2]) {
        let choice = self.mesh.as_ref().map(Mesh::choice);
        let (lengths, near) = choice.map_or((Vec::new(), 0), |(spacing, reach, near)| (vec![spacing, reach], near));
        (lengths, [near as u64, self.mesh_points as u64])
    }

    /// Goes on from there; whether that can be.
    pub(super) fn resume(&mut self, lengths: &[f64], [near, points]: [u64; 2]) -> bool {
        self.mesh = match (lengths, self.mesh.take()) {
            ([], _) => None,
            (&[spacing, reach], Some(mesh)) => Some(mesh.with(spacing, reach, near as usize)),
            _ => return false,
        };
        self.mesh_points = points as usize;
        true
    }

    /// All forces; `None` where a position is not finite, or the cloud has outgrown the mesh, which [`MeanField`](super::MeanField) replaces in time.
    ///
    /// # Cost
    /// As the method says; threads of the current rayon pool, the same bits on any number of them.
    #[must_use]
    pub fn evaluate(&self, positions: &[Vector3<f64>]) -> Option<Forces> {
        if let SmoothForm::Harmonic(form) = &self.form {
            return harmonic(form.stiffness, positions);
        }
        let points = points(positions);
        // Not left to the sums: arithmetic that cuts off large arguments cuts off what is no number, too.
        points.bounds()?;
        let fields = with_law!(
            &self.form,
            law => match (&self.mesh, &self.tree) {
                (Some(mesh), _) => mesh.fields(&law, &points)?,
                (None, Some(tree)) => tree.fields(&law, &points)?,
                (None, None) => direct(self.simd, &law, &points, positions.len()),
            },
            harmonic => Vec::new()
        );
        let count = positions.len() as f64;
        // The diagonal of the double sum.
        let own = self.form.as_pair_form().energy(0.0);
        let energy = ordered_sum(&fields, |field| field[0] - own) / (2.0 * count * count);
        let forces = fields.par_iter().map(|[_, x, y, z]| Vector3::new(*x, *y, *z) / count).collect();
        energy.is_finite().then_some(Forces { forces, energy })
    }

    /// The largest difference between these forces and the direct sum over `sample` particles spread evenly, over the
    /// root mean square force of those particles.
    #[must_use]
    pub fn measured_error(&self, positions: &[Vector3<f64>], sample: usize) -> Option<f64> {
        let found = self.evaluate(positions)?.forces;
        let step = (positions.len() / sample.max(1)).max(1);
        let chosen: Vec<usize> = (0..positions.len()).step_by(step).collect();
        let some: Vec<Vector3<f64>> = chosen.iter().map(|&k| positions[k]).collect();
        let exact = self.direct_at(&some, positions)?;
        let (mut worst, mut square): (f64, f64) = (0.0, 0.0);
        for (&k, exact) in chosen.iter().zip(&exact) {
            worst = worst.max((found[k] - exact).norm());
            square += exact.norm_squared();
        }
        Some(worst / (square / chosen.len() as f64).sqrt())
    }

    /// The force that particles at `sources` exert on a test particle at each of `targets`, summed directly.
    #[must_use]
    pub fn direct_at(&self, targets: &[Vector3<f64>], sources: &[Vector3<f64>]) -> Option<Vec<Vector3<f64>>> {
        let count = sources.len() as f64;
        if let SmoothForm::Harmonic(form) = &self.form {
            let mean = sources.iter().sum::<Vector3<f64>>() / count;
            return Some(targets.iter().map(|x| (mean - x) * form.stiffness).collect());
        }
        let (targets, sources, ones) = (points(targets), points(sources), vec![1.0; sources.len()]);
        let mut fields = vec![[0.0; 4]; targets.coordinates[0].len()];
        with_law!(
            &self.form,
            law => {
                let all = sources.slice(0..ones.len());
                add_fields(self.simd, &law, targets.slice(0..fields.len()), all, &ones, &mut fields);
            },
            harmonic => {}
        );
        let forces: Vec<_> = fields.iter().map(|[_, x, y, z]| Vector3::new(*x, *y, *z) / count).collect();
        forces.iter().all(|force| force.iter().all(|x| x.is_finite())).then_some(forces)
    }
}

fn points(positions: &[Vector3<f64>]) -> Points {
    Points { coordinates: [0, 1, 2].map(|axis| positions.iter().map(|x| x[axis]).collect()) }
}

/// A sum in chunks of fixed size, added in order.
pub(super) fn ordered_sum<T: Sync>(values: &[T], term: impl Fn(&T) -> f64 + Sync) -> f64 {
    let parts: Vec<f64> = values.par_chunks(8 * CHUNK).map(|chunk| chunk.iter().map(&term).sum::<f64>()).collect();
    parts.into_iter().sum()
}

fn direct(simd: Level, law: &impl PairLaw, points: &Points, count: usize) -> Vec<Field> {
    let ones = vec![1.0; count];
    let mut fields = vec![[0.0; 4]; count];
    fields.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, fields)| {
        let first = chunk * CHUNK;
        // Sources in parts that stay in the cache while all targets of the chunk pass over them.
        for part in (0..count).step_by(8 * CHUNK) {
            let sources = part..(part + 8 * CHUNK).min(count);
            let (targets, weights) = (points.slice(first..first + fields.len()), &ones[sources.clone()]);
            add_fields(simd, law, targets, points.slice(sources), weights, fields);
        }
    });
    fields
}

/// `-k (x_i - <x>)`, and `k/2 (<x^2> - <x>^2)` a particle.
fn harmonic(stiffness: f64, positions: &[Vector3<f64>]) -> Option<Forces> {
    let count = positions.len() as f64;
    let mean = Vector3::from([0, 1, 2].map(|axis| ordered_sum(positions, |x| x[axis]) / count));
    let spread = ordered_sum(positions, |x| (x - mean).norm_squared()) / count;
    let forces = positions.par_iter().map(|x| (mean - x) * stiffness).collect();
    spread.is_finite().then_some(Forces { forces, energy: 0.5 * stiffness * spread })
}

/// Pairs of particles far apart in the list.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    /// Their mean force.
    pub(super) force: f64,
    /// Sorted.
    distances: Vec<f64>,
}

/// The share of the pairs within a distance is known from this many; nearer it falls as the volume.
const NEAREST: usize = 16;

impl Pairs {
    fn new(form: &SmoothForm, positions: &[Vector3<f64>]) -> Self {
        let count = positions.len();
        let pairs = count.min(SAMPLED_PAIRS);
        let step = count / pairs;
        let mut distances: Vec<f64> = (0..pairs)
            .map(|k| {
                let (i, j) = (k * step, (k * step + count / 2 + k) % count);
                (positions[i] - positions[j]).norm()
            })
            .collect();
        let sum: f64 = distances.iter().map(|&distance| form.as_pair_form().derivative(distance).abs()).sum();
        // All at one place: any force is large then.
        let force = if sum > 0.0 { sum / pairs as f64 } else { form.largest_force(form.feature()) };
        distances.sort_by(f64::total_cmp);
        Self { force, distances }
    }

    /// The share of all pairs that is no farther apart than `distance`.
    pub(super) fn within(&self, distance: f64) -> f64 {
        let count = self.distances.len();
        let nearest = NEAREST.min(count) - 1;
        if distance >= self.distances[nearest] {
            return self.distances.partition_point(|&d| d <= distance) as f64 / count as f64;
        }
        (nearest + 1) as f64 / count as f64 * (distance / self.distances[nearest]).powi(3)
    }
}

#[cfg(test)]
mod tests;
