//! The collision operator in Fourier space.

use super::SpectralError;
use super::fourier::{C64, Cube, Workspace};
use super::grid::Grid;
use super::kernel::{Shells, SpectralKernel};
use super::sphere::{Direction, half_sphere};
use nalgebra::{Matrix3, Vector3};
use std::f64::consts::PI;
use std::sync::{Mutex, PoisonError};

/// Points of one task: fixed, so that the order of all sums is.
const CHUNK: usize = 8;
/// The longest relative velocity in its direction, in half widths of the box. Pairs beyond are few; from 2 on the next
/// image would be nearer than the partner.
pub(super) const REACH: f64 = 1.15;

/// Whether the distributions are known to be even, `g(-w) = g(w)`; collisions and affine flows keep them so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// Any distribution: one complex transform a point carries `g(v + x)` and `g(v - x)`.
    Any,
    /// Even ones: `g(v - x)` is `g(-v + x)` mirrored, and one complex transform carries two points.
    Even,
}

/// The resolution of the quadrature over relative velocities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quadrature {
    /// Shells of relative speed, the one at zero included.
    pub shells: usize,
    /// Degree of the spherical rule on the outer half of the shells; it falls with the radius inside, to 5 at least.
    pub degree: usize,
}

impl Quadrature {
    /// What `modes` resolve: see the study `validation/spectral`.
    #[must_use]
    pub fn for_modes(modes: usize) -> Self {
        Self {
            shells: (3 * modes / 8).max(4),
            degree: if modes < 24 {
                9
            } else if modes < 48 {
                15
            } else {
                19
            },
        }
    }
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
    kernel: SpectralKernel,
    pub(super) parity: Parity,
    quadrature: Quadrature,
    /// Directions of each shell; none for the one at zero.
    directions: Vec<Vec<Direction>>,
    pool: Mutex<Vec<Workspace>>,
}

/// Where the grid is: `w = map c`, `c` in `[-1, 1)^3`; pairs faster than the radius do not collide.
pub(super) struct Frame {
    pub(super) map: Matrix3<f64>,
    pub(super) shells: Shells,
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
        let outermost = (quadrature.shells - 1).max(1);
        let directions = (0..quadrature.shells)
            .map(|j| {
                let degree = (2 * quadrature.degree * j).div_ceil(outermost).clamp(5, quadrature.degree.max(5));
                if j == 0 { Vec::new() } else { half_sphere(degree) }
            })
            .collect();
        Ok(Self { cube: Cube::new(modes), kernel, parity, quadrature, directions, pool: Mutex::default() })
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

    /// The shells up to relative speed `radius`.
    pub(super) fn shells(&mut self, radius: f64) -> Result<Shells, SpectralError> {
        Ok(self.kernel.shells(radius, self.quadrature.shells)?)
    }

    /// `Q(g, g)` on the grid `w = half_width c`; `g` is given and returned as `[w3][w2][w1]`, each axis in the order 0,
    /// 1, ..., -2, -1. Not corrected for conservation.
    ///
    /// # Errors
    /// Those of the cross sections of a potential.
    pub fn evaluate(&mut self, g: &[f64], half_width: f64, radius: f64) -> Result<Vec<f64>, SpectralError> {
        let frame = Frame { map: Matrix3::identity() * half_width, shells: self.shells(radius)? };
        let mut out = vec![0.0; g.len()];
        self.apply(g, &frame, &mut out);
        let volume = half_width.powi(3);
        // `apply` works with densities in c, whose Q is `1/det` times that sum.
        out.iter_mut().for_each(|q| *q *= volume);
        Ok(out)
    }

    pub(super) fn workspace(&self) -> Workspace {
        let kept = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| self.cube.workspace())
    }
    pub(super) fn put_back(&self, work: Workspace) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }

    /// The collision operator for a density `h` in `c`, `h = det(map) g`.
    pub(super) fn apply(&self, h: &[f64], frame: &Frame, out: &mut [f64]) {
        let mut spectrum = vec![C64::new(0.0, 0.0); h.len()];
        let mut work = self.workspace();
        self.cube.analyze(&mut work, h, None, &mut spectrum);
        self.put_back(work);
        if self.parity == Parity::Even {
            // Rounding must not break what the equations keep.
            spectrum.iter_mut().for_each(|z| z.im = 0.0);
        }
        let tasks = self.tasks(frame);
        let (gain, rate) = match &frame.shells.orders {
            None => self.isotropic_gain(h, &spectrum, frame, &tasks),
            Some(orders) => self.general_gain(h, &spectrum, frame, orders, &tasks),
        };
        let mut whole = vec![0.0; self.directions.len()];
        tasks.iter().filter(|task| task.whole).for_each(|task| whole[task.shell] = frame.shells.total[task.shell]);
        self.finish(h, &spectrum, &gain, &rate, &whole, frame, out);
    }

    /// The points of every shell, without relative velocities beyond [`REACH`].
    fn tasks(&self, frame: &Frame) -> Vec<Task> {
        let inverse = frame.map.try_inverse().unwrap_or_else(Matrix3::identity);
        let mut tasks = Vec::new();
        for (shell, directions) in self.directions.iter().enumerate().skip(1) {
            let speed = shell as f64 * frame.shells.spacing;
            // The rule in c, seen from w: dense where the box is long, as g is.
            let images = directions.iter().map(|d| frame.map * d.unit);
            let mut points: Vec<Direction> = images
                .zip(directions)
                .map(|(image, d)| Direction { unit: image.normalize(), weight: d.weight / image.norm().powi(3) })
                .collect();
            let sum: f64 = points.iter().map(|point| point.weight).sum();
            points.iter_mut().for_each(|point| point.weight /= sum);
            points.retain(|point| (inverse * point.unit * speed).norm() <= REACH);
            let whole = points.len() == directions.len();
            tasks.extend(points.chunks(CHUNK).map(|points| Task { shell, points: points.to_vec(), whole }));
        }
        tasks
    }

    /// `(gain - h nu) / det`: gain and the loss rate `nu` are two real fields, one transform. `rate` is the factor of
    /// the spectrum in that of `nu`.
    fn finish(
        &self,
        h: &[f64],
        spectrum: &[C64],
        gain: &[C64],
        rate: &[f64],
        whole: &[f64],
        frame: &Frame,
        out: &mut [f64],
    ) {
        let waves = Waves::new(&self.cube, &frame.map);
        let mut sines = vec![0.0; whole.len()];
        let n = self.cube.n;
        let scale = 1.0 / frame.map.determinant().abs();
        let mut work = self.workspace();
        self.cube.synthesize(
            &mut work,
            |k1, k2, reach, row| {
                for k3 in (0..=reach).chain(n - reach..n) {
                    let index = (k1 * n + k2) * n + k3;
                    sinc_multiples(frame.shells.spacing * waves.at(k1, k2, k3).norm(), &mut sines);
                    let spheres: f64 = whole.iter().zip(&sines).map(|(w, s)| w * s).sum();
                    let (gain, rate) = (gain[index], spectrum[index] * (rate[index] + spheres));
                    row[k3] = C64::new(gain.re - rate.im, gain.im + rate.re);
                }
            },
            |x3, slab, mirrored| {
                for (x3, slab) in [(x3, slab), (self.cube.opposite(x3), mirrored)] {
                    let range = x3 * n * n..(x3 + 1) * n * n;
                    for ((out, h), z) in out[range.clone()].iter_mut().zip(&h[range]).zip(slab) {
                        *out = scale * (z.re - h * z.im);
                    }
                    Grid::clear_edge(n, x3, &mut out[x3 * n * n..(x3 + 1) * n * n]);
                }
            },
        );
        self.put_back(work);
    }
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

/// `sin(j a)/(j a)` for `j = 0, 1, ...`, by the recurrence of the sines.
pub(super) fn sinc_multiples(a: f64, out: &mut [f64]) {
    if a < 1e-3 {
        for (j, x) in out.iter_mut().enumerate() {
            let square = (j as f64 * a).powi(2);
            *x = 1.0 - square / 6.0 * (1.0 - square / 20.0);
        }
        return;
    }
    let (sine, cosine) = a.sin_cos();
    let (mut before, mut now) = (0.0, sine);
    let inverse = 1.0 / a;
    for (j, x) in out.iter_mut().enumerate() {
        if j == 0 {
            *x = 1.0;
            continue;
        }
        *x = now * inverse / j as f64;
        (before, now) = (now, 2.0 * cosine * now - before);
    }
}
