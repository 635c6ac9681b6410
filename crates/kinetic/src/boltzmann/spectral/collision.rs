//! The collision operator in Fourier space.

use super::SpectralError;
use super::fourier::{Ball, C64, Cube, Workspace};
use super::gain::Sines;
use super::grid::Grid;
use super::kernel::{Shells, SpectralKernel};
use super::quadrature::Quadrature;
use super::sphere::{Direction, half_sphere};
use fearless_simd::Level;
use nalgebra::{Matrix3, Vector3};
use rayon::prelude::*;
use std::f64::consts::PI;
use std::sync::{Mutex, PoisonError};

/// Points of one task: fixed, so that the order of all sums is.
const CHUNK: usize = 12;

/// Whether the distributions are known to be even, `g(-w) = g(w)`; collisions and affine flows keep them so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// Any distribution: one complex transform a point carries `g(v + x)` and `g(v - x)`.
    Any,
    /// Even ones: `g(v - x)` is `g(-v + x)` mirrored, and one complex transform carries two points.
    Even,
}

/// `Q(g, g)` of one kernel on cubes of `modes^3` points, by the fast spectral method.
///
/// With `x = rho sigma / 2` half the relative velocity before a collision, the gain is
///
/// ```text
/// Q+(w) = int rho^2 drho int dsigma int domega B(rho, sigma.omega) g(v + x) g(v - x),    v = w - rho omega / 2:
/// ```
///
/// products of shifted copies, each averaged over spheres. Shifts and averages are factors in Fourier space. For
/// isotropic scattering the average has the factor `sin(rho xi/2)/(rho xi/2)`, whatever `sigma`, so the products of a shell are
/// added before the one transform back; Legendre order `l` has `(-1)^(l/2) j_l(rho xi/2) P_l(sigma.xi/xi)`, and every
/// point is transformed. Loss has the same shells and, where a shell is cut by the end of the box, the same points, with
/// `cos(xi.u)` as their factor.
///
/// The grid may be skewed: `w = map c`, `c` in `[-1, 1)^3`. Nothing above asks for a cubic one, only `xi = pi map^-T k`.
///
/// | symbol | code |
/// |---|---|
/// | `rho` | shell times `Shells::spacing` |
/// | `sigma`, its weight | `Direction` |
/// | `xi` | `wave` |
///
/// # Cost
/// `n_points` complex transforms of `modes^3` (half as many for even distributions), `n_shells/2` back.
/// # References
/// \[GambaHaackHauckHu2017\]; radial and spherical rules, the packing and the maps are our own.
pub struct Collision {
    pub(super) cube: Cube,
    /// The middles of products that are kept.
    pub(super) kept: Ball,
    kernel: SpectralKernel,
    pub(super) parity: Parity,
    pub(super) quadrature: Quadrature,
    /// Directions of each shell; none for the one at zero.
    directions: Vec<Vec<Direction>>,
    /// The shells of the last evaluation by themselves, with their radius.
    last: Option<(f64, Shells)>,
    pool: Mutex<Vec<Workspace>>,
    /// Memory for fields and spectra: asking the system for it anew costs more than some transforms.
    fields: Mutex<Vec<Vec<f64>>>,
}

/// Where the grid is: `w = map c`, `c` in `[-1, 1)^3`; pairs faster than the radius do not collide.
pub(super) struct Frame {
    pub(super) map: Matrix3<f64>,
    pub(super) shells: Shells,
}

/// A distribution as the shifts need it.
pub(super) struct Source {
    /// Its spectrum.
    pub(super) modes: Vec<C64>,
    /// The same of an even distribution, which is real.
    pub(super) even: Vec<f64>,
}

/// Points of one shell that are worked on together.
pub(super) struct Task {
    pub(super) shell: usize,
    pub(super) points: Vec<Direction>,
    /// No point was left out: the loss of the shell is a spherical average, known exactly.
    pub(super) whole: bool,
}

impl Collision {
    /// For grids of `modes^3`, `modes` even.
    ///
    /// # Errors
    /// [`SpectralError::Modes`].
    pub fn new(
        modes: usize,
        kernel: SpectralKernel,
        parity: Parity,
        quadrature: Quadrature,
    ) -> Result<Self, SpectralError> {
        if !(8..=512).contains(&modes) || modes % 2 == 1 {
            return Err(SpectralError::Modes(modes));
        }
        let cube = Cube::new(modes);
        Ok(Self {
            kept: cube.ball(quadrature.kept.powi(2)).unwrap_or(cube.whole),
            cube,
            kernel,
            parity,
            directions: directions(&quadrature),
            quadrature,
            last: None,
            pool: Mutex::default(),
            fields: Mutex::default(),
        })
    }
    /// Other degrees on the same shells.
    pub(super) fn refine(&mut self, quadrature: Quadrature) {
        if quadrature != self.quadrature {
            debug_assert_eq!(quadrature.shells(), self.quadrature.shells());
            self.directions = directions(&quadrature);
            self.quadrature = quadrature;
        }
    }
    /// Points along an axis.
    #[must_use]
    pub fn modes(&self) -> usize {
        self.cube.n
    }
    /// The resolution over relative velocities.
    #[must_use]
    pub fn quadrature(&self) -> &Quadrature {
        &self.quadrature
    }
    /// Points of the quadrature on the half sphere, all shells together.
    #[must_use]
    pub fn points(&self) -> usize {
        self.directions.iter().map(Vec::len).sum()
    }

    /// Complex transforms of `modes^3` of one evaluation for isotropic scattering, none of the points out of reach: two
    /// points or shells of an even distribution share one.
    #[must_use]
    pub fn transforms(&self) -> usize {
        let points = |points: &Vec<Direction>| match self.parity {
            Parity::Any => points.len(),
            Parity::Even => points.len().div_ceil(2),
        };
        self.directions.iter().map(points).sum::<usize>() + self.directions.len().div_ceil(2) + 2
    }

    /// The shells up to relative speed `radius`.
    pub(super) fn shells(&mut self, radius: f64) -> Result<Shells, SpectralError> {
        Ok(self.kernel.shells(radius, self.quadrature.shells())?)
    }

    /// `Q(g, g)` on the grid `w = map c`; `g` is given and returned as `[c3][c2][c1]`, each axis in the order 0, 1, ..., -2,
    /// -1. Not corrected for conservation.
    ///
    /// # Errors
    /// Those of the cross sections of a potential.
    pub fn evaluate(&mut self, g: &[f64], map: &Matrix3<f64>) -> Result<Vec<f64>, SpectralError> {
        let frame = self.frame(map)?;
        let mut out = vec![0.0; g.len()];
        self.apply(g, &frame, &mut out);
        let volume = map.determinant().abs();
        // `apply` works with densities in c, whose Q is `1/det` times that sum.
        out.iter_mut().for_each(|q| *q *= volume);
        Ok(out)
    }

    /// A grid and its shells, those of the last one if they fit.
    pub(super) fn frame(&mut self, map: &Matrix3<f64>) -> Result<Frame, SpectralError> {
        let radius = self.radius(&(map * map.transpose()));
        let shells = match self.last.take().filter(|(known, _)| *known == radius) {
            Some((_, shells)) => shells,
            None => self.shells(radius)?,
        };
        self.last = Some((radius, shells.clone()));
        Ok(Frame { map: *map, shells })
    }

    /// The speed of the outermost shell plus one on a grid of this metric, `map map^T`.
    pub(super) fn radius(&self, metric: &Matrix3<f64>) -> f64 {
        metric.symmetric_eigenvalues().max().sqrt() * self.quadrature.reach
    }

    pub(super) fn workspace(&self) -> Workspace {
        let kept = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| self.cube.workspace())
    }
    pub(super) fn put_back(&self, work: Workspace) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }

    /// Zeros.
    pub(super) fn field(&self, size: usize) -> Vec<f64> {
        let kept = self.fields.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut field = kept.unwrap_or_default();
        field.clear();
        field.resize(size, 0.0);
        field
    }
    pub(super) fn give_back(&self, fields: impl IntoIterator<Item = Vec<f64>>) {
        self.fields.lock().unwrap_or_else(PoisonError::into_inner).extend(fields);
    }

    /// The collision operator for a density `h` in `c`, `h = det(map) g`.
    pub(super) fn apply(&self, h: &[f64], frame: &Frame, out: &mut [f64]) {
        let mut source = Source { modes: vec![C64::new(0.0, 0.0); h.len()], even: Vec::new() };
        let mut work = self.workspace();
        self.cube.analyze(&mut work, self.cube.whole, h, None, &mut source.modes);
        self.put_back(work);
        if self.parity == Parity::Even {
            // Rounding must not break what the equations keep.
            source.modes.iter_mut().for_each(|z| z.im = 0.0);
            source.even = source.modes.iter().map(|z| z.re).collect();
        }
        let tasks = self.tasks(frame);
        let gain = match &frame.shells.orders {
            None => self.isotropic_gain(h, &source, frame, &tasks),
            Some(orders) => self.general_gain(h, &source, frame, orders, &tasks),
        };
        let rate = self.loss_factors(frame, &tasks);
        self.finish(h, &source, &gain, &rate, frame, out);
        self.give_back(gain.into_iter().chain([rate]));
    }

    /// The points of every shell, without relative velocities out of reach.
    fn tasks(&self, frame: &Frame) -> Vec<Task> {
        let inverse = frame.map.try_inverse().unwrap_or_else(Matrix3::identity);
        let metric = frame.map * frame.map.transpose();
        let theta = metric.trace() / 3.0 / Quadrature::half_width(self.cube.n).powi(2);
        let mut tasks = Vec::new();
        for (shell, directions) in self.directions.iter().enumerate().skip(1) {
            let speed = shell as f64 * frame.shells.spacing;
            // Products of Gaussians, exp(-rho^2 sigma.C^-1 sigma/4), vary over the sphere as the density of the rule's
            // points then does, (sigma.C^-power sigma)^(-3/2); at the most that of the grid itself.
            let stretch = stretch(&metric, (speed * speed / (6.0 * theta)).min(1.0));
            let images = directions.iter().map(|d| stretch * d.unit);
            let mut points: Vec<Direction> = images
                .zip(directions)
                .map(|(image, d)| Direction { unit: image.normalize(), weight: d.weight / image.norm().powi(3) })
                .collect();
            let sum: f64 = points.iter().map(|point| point.weight).sum();
            points.iter_mut().for_each(|point| point.weight /= sum);
            points.retain(|point| (inverse * point.unit * speed).norm() <= self.quadrature.reach);
            let whole = points.len() == directions.len();
            tasks.extend(points.chunks(CHUNK).map(|points| Task { shell, points: points.to_vec(), whole }));
        }
        tasks
    }

    /// The factors of the spectrum in that of the loss rate, on the half `k1 >= 0`: of whole shells the spherical
    /// average, known exactly, of the others the sum over their points, `cos(xi.u)`.
    fn loss_factors(&self, frame: &Frame, tasks: &[Task]) -> Vec<f64> {
        let n = self.cube.n;
        let waves = Waves::new(&self.cube, &frame.map);
        let level = Level::new();
        let mut whole = vec![0.0; self.directions.len()];
        whole[0] = frame.shells.total[0];
        tasks.iter().filter(|task| task.whole).for_each(|task| whole[task.shell] = frame.shells.total[task.shell]);
        let cut: Vec<(Vector3<f64>, f64)> = tasks
            .iter()
            .filter(|task| !task.whole)
            .flat_map(|task| {
                let (speed, total) = (task.shell as f64 * frame.shells.spacing, frame.shells.total[task.shell]);
                task.points.iter().map(move |point| (point.unit * speed, point.weight * total))
            })
            .collect();
        let ones = vec![1.0; n];
        let mut factors = self.field(n / 2 * n * n);
        factors.par_chunks_mut(n * n).enumerate().for_each(|(k1, plane)| {
            let mut sines = Sines::new(n);
            for k2 in 0..n {
                let Some(reach) = self.cube.row_reach(k1, k2) else { continue };
                let row = &mut plane[k2 * n..(k2 + 1) * n];
                sines.start(&waves, frame.shells.spacing, k1, k2);
                for (shell, weight) in whole.iter().enumerate() {
                    sines.add(level, *weight, &ones, row);
                    sines.next(level, shell);
                }
                for (u, weight) in &cut {
                    // From one mode of the row to the next the phase turns by the same angle.
                    let start = C64::cis(waves.at(k1, k2, 0).dot(u));
                    let turn = C64::cis(waves.at(0, 0, 1).dot(u));
                    let (mut up, mut down) = (start, start);
                    row[0] += weight * start.re;
                    for k3 in 1..=reach {
                        (up, down) = (up * turn, down * turn.conj());
                        row[k3] += weight * up.re;
                        row[n - k3] += weight * down.re;
                    }
                }
            }
        });
        factors
    }

    /// `(gain - h nu) / det`: gain and the loss rate `nu` are two real fields, one transform. `rate` has the factors of
    /// the spectrum in that of `nu`.
    fn finish(&self, h: &[f64], source: &Source, gain: &[Vec<f64>], rate: &[f64], frame: &Frame, out: &mut [f64]) {
        let n = self.cube.n;
        let scale = 1.0 / frame.map.determinant().abs();
        let mut work = self.workspace();
        self.cube.synthesize(
            &mut work,
            self.cube.whole,
            |k1, k2, range, part| {
                let modes = &source.modes[(k1 * n + k2) * n..][range.clone()];
                for ((k3, h), z) in range.zip(modes).zip(part) {
                    // The other half has the complex conjugate.
                    let (index, sign) =
                        if 2 * k1 < n { ((k1 * n + k2) * n + k3, 1.0) } else { (self.indices(k1, k2, k3).1, -1.0) };
                    let gain = C64::new(gain[0][index], sign * gain.get(1).map_or(0.0, |odd| odd[index]));
                    let rate = h * rate[index];
                    *z = C64::new(gain.re - rate.im, gain.im + rate.re);
                }
            },
            |x3, slab, mirrored| {
                for (x3, slab) in [(x3, slab), (self.cube.opposite(x3), mirrored)] {
                    let range = x3 * n * n..(x3 + 1) * n * n;
                    for ((out, h), z) in out[range.clone()].iter_mut().zip(&h[range]).zip(slab) {
                        // In the corners, where nobody is, the rate is noise about zero; below it noise would grow.
                        *out = scale * (z.re - h * z.im.max(0.0));
                    }
                    Grid::clear_edge(n, x3, &mut out[x3 * n * n..(x3 + 1) * n * n]);
                }
            },
        );
        Grid::clear_edge(n, n / 2, &mut out[n / 2 * n * n..(n / 2 + 1) * n * n]);
        self.put_back(work);
    }
}

/// The rule of every shell; the first is at rest.
fn directions(quadrature: &Quadrature) -> Vec<Vec<Direction>> {
    let shell = |(j, &degree): (usize, &usize)| if j == 0 { Vec::new() } else { half_sphere(degree) };
    quadrature.degrees.iter().enumerate().map(shell).collect()
}

/// `metric^(power/2)`.
fn stretch(metric: &Matrix3<f64>, power: f64) -> Matrix3<f64> {
    let eigen = metric.symmetric_eigen();
    let roots = eigen.eigenvalues.map(|value| value.powf(0.5 * power));
    eigen.eigenvectors * Matrix3::from_diagonal(&roots) * eigen.eigenvectors.transpose()
}

/// The physical wave vectors `xi = pi map^-T k` of the modes of a skewed grid.
pub(super) struct Waves<'a> {
    cube: &'a Cube,
    matrix: Matrix3<f64>,
}

impl<'a> Waves<'a> {
    pub(super) fn new(cube: &'a Cube, map: &Matrix3<f64>) -> Self {
        let inverse = map.try_inverse().unwrap_or_else(Matrix3::identity);
        Self { cube, matrix: inverse.transpose() * PI }
    }
    /// Of the mode with these indices.
    pub(super) fn at(&self, k1: usize, k2: usize, k3: usize) -> Vector3<f64> {
        let k = [k1, k2, k3].map(|index| f64::from(self.cube.wave_number(index)));
        self.matrix * Vector3::from(k)
    }
}
