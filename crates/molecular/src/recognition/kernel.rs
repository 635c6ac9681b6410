//! The large, easy part of a group: a lattice of translations, or screws and turns about one axis.

use crate::group::{GroupElement, rotation_about};
use omd_flow::{Matrix3, Vector3, lattice};
use std::f64::consts::TAU;

/// Powers of the generators of a kernel.
pub(super) type Counts = [i64; 3];

/// A normal subgroup whose elements are told by integers.
#[derive(Clone, Debug)]
pub(super) enum Kernel {
    /// The identity alone.
    Point,
    /// `screw^p turn^q` about an axis.
    Axis(Cylinder),
    /// Translations.
    Lattice(Lattice),
}

/// Up to three independent translations.
#[derive(Clone, Debug)]
pub(super) struct Lattice {
    /// The translations as columns, then unit vectors normal to them.
    pub(super) basis: Matrix3<f64>,
    inverse: Matrix3<f64>,
    pub(super) rank: usize,
}

/// Screws and turns about an axis; either may be missing.
#[derive(Clone, Debug)]
pub(super) struct Cylinder {
    pub(super) origin: Vector3<f64>,
    pub(super) direction: Vector3<f64>,
    pub(super) across: [Vector3<f64>; 2],
    /// Angle and pitch of the screw.
    pub(super) screw: Option<[f64; 2]>,
    /// The turn is by `2 pi / order`.
    pub(super) order: i64,
}

/// A place about an axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Polar {
    pub(super) radius: f64,
    pub(super) angle: f64,
    pub(super) height: f64,
}

impl Lattice {
    /// The lattice of `vectors`, which are independent; the basis is a reduced one.
    pub(super) fn new(vectors: &[Vector3<f64>]) -> Self {
        let mut edges = vectors.to_vec();
        if edges.len() == 2 {
            gauss(&mut edges);
        }
        let mut basis = completed(&edges);
        if edges.len() == 3 {
            basis = lattice::reduce(&basis).basis;
        }
        Self::of_basis(basis, edges.len())
    }

    pub(super) fn of_basis(basis: Matrix3<f64>, rank: usize) -> Self {
        let edges: Vec<Vector3<f64>> = (0..rank).map(|k| basis.column(k).into()).collect();
        let basis = completed(&edges);
        Self { basis, inverse: basis.try_inverse().unwrap_or_else(Matrix3::identity), rank }
    }

    /// The translations.
    pub(super) fn vectors(&self) -> Vec<Vector3<f64>> {
        (0..self.rank).map(|k| self.basis.column(k).into()).collect()
    }

    /// `x` in units of the basis.
    pub(super) fn fractions(&self, x: &Vector3<f64>) -> Vector3<f64> {
        self.inverse * x
    }

    /// `x` in the cell at the origin.
    pub(super) fn fold(&self, x: &Vector3<f64>) -> Vector3<f64> {
        let fractions = self.inverse * x;
        let whole = Vector3::from_fn(|k, _| if k < self.rank { fractions[k].floor() } else { 0.0 });
        x - self.basis * whole
    }

    /// The copies of `x` within `radius` of the cell.
    pub(super) fn copies(&self, x: &Vector3<f64>, radius: f64) -> Vec<Vector3<f64>> {
        let folded = self.fold(x);
        let fractions = self.inverse * folded;
        let mut copies = vec![folded];
        for k in 0..self.rank {
            let reach = radius * self.inverse.row(k).norm();
            let edge = self.basis.column(k);
            let more: Vec<Vector3<f64>> = (copies.iter())
                .flat_map(|copy| {
                    let up = (fractions[k] <= reach).then(|| copy + edge);
                    let down = (fractions[k] >= 1.0 - reach).then(|| copy - edge);
                    up.into_iter().chain(down)
                })
                .collect();
            copies.extend(more);
        }
        copies
    }

    /// Which translation brings `from` nearest to `to`, where one brings it near at all.
    pub(super) fn nearest(&self, from: &Vector3<f64>, to: &Vector3<f64>) -> Counts {
        let fractions = self.inverse * (to - from);
        [0, 1, 2].map(|k| if k < self.rank { fractions[k].round() as i64 } else { 0 })
    }

    pub(super) fn translation(&self, counts: Counts) -> Vector3<f64> {
        self.basis * Vector3::from(counts).map(|n| n as f64)
    }

    /// Whether `x` is a translation of it.
    pub(super) fn contains(&self, x: &Vector3<f64>, tolerance: f64) -> bool {
        (x - self.translation(self.nearest(&Vector3::zeros(), x))).norm() <= tolerance
    }
}

/// Gauss's reduction of two vectors.
fn gauss(edges: &mut [Vector3<f64>]) {
    for _ in 0..64 {
        if edges[1].norm_squared() < edges[0].norm_squared() {
            edges.swap(0, 1);
        }
        let count = (edges[0].dot(&edges[1]) / edges[0].norm_squared()).round();
        if count == 0.0 {
            return;
        }
        let shorter = edges[1] - edges[0] * count;
        edges[1] = shorter;
    }
}

/// The vectors as columns, completed by unit vectors normal to them.
fn completed(edges: &[Vector3<f64>]) -> Matrix3<f64> {
    match edges {
        [] => Matrix3::identity(),
        [a] => {
            let [b, c] = frame(&a.normalize());
            Matrix3::from_columns(&[*a, b, c])
        }
        [a, b] => Matrix3::from_columns(&[*a, *b, a.cross(b).normalize()]),
        [a, b, c, ..] => Matrix3::from_columns(&[*a, *b, *c]),
    }
}

/// Two unit vectors that make a right-handed frame with `direction`.
fn frame(direction: &Vector3<f64>) -> [Vector3<f64>; 2] {
    let first = direction.cross(&Matrix3::identity().column(direction.iamin())).normalize();
    [first, direction.cross(&first)]
}

impl Cylinder {
    pub(super) fn new(origin: Vector3<f64>, direction: Vector3<f64>, screw: Option<[f64; 2]>, order: i64) -> Self {
        let direction = direction.normalize();
        Self { origin, direction, across: frame(&direction), screw, order }
    }

    pub(super) fn polar(&self, x: &Vector3<f64>) -> Polar {
        let from = x - self.origin;
        let [a, b] = self.across.map(|across| across.dot(&from));
        Polar { radius: a.hypot(b), angle: b.atan2(a), height: self.direction.dot(&from) }
    }

    /// The isometry `height -> sign height + rise`, `angle -> sense angle + turn`.
    pub(super) fn isometry(&self, sign: f64, sense: f64, rise: f64, turn: f64) -> GroupElement {
        let (sine, cosine) = turn.sin_cos();
        let local = Matrix3::new(cosine, -sense * sine, 0.0, sine, sense * cosine, 0.0, 0.0, 0.0, sign);
        let frame = Matrix3::from_columns(&[self.across[0], self.across[1], self.direction]);
        GroupElement::about(&self.origin, frame * local * frame.transpose(), &(self.direction * rise))
    }

    pub(super) fn screws(&self, counts: Counts) -> GroupElement {
        let [angle, pitch] = self.screw.unwrap_or([0.0, 0.0]);
        let power = counts[0] as f64;
        let angle = power * angle + TAU * counts[1] as f64 / self.order as f64;
        let rotation = if angle == 0.0 { Matrix3::identity() } else { rotation_about(&self.direction, angle) };
        GroupElement::about(&self.origin, rotation, &(self.direction * (power * pitch)))
    }

    fn at(&self, Polar { radius, angle, height }: Polar) -> Vector3<f64> {
        let (sine, cosine) = angle.sin_cos();
        self.origin + (self.across[0] * cosine + self.across[1] * sine) * radius + self.direction * height
    }

    /// As [`Kernel::copies`]: the region is a wedge of the turn's angle and of the screw's height.
    fn copies(&self, x: &Vector3<f64>, radius: f64) -> Vec<Vector3<f64>> {
        let place = self.polar(x);
        let step = TAU / self.order as f64;
        let mut levels = vec![place];
        if let Some([angle, pitch]) = self.screw {
            let moved = |power: f64| Polar {
                angle: place.angle - power * angle,
                height: place.height - power * pitch,
                ..place
            };
            let power = (place.height / pitch).floor();
            levels = vec![moved(power)];
            let above = (place.height - power * pitch) * pitch.signum();
            levels.extend((above <= radius).then(|| moved(power - 1.0)));
            levels.extend((pitch.abs() - above <= radius).then(|| moved(power + 1.0)));
        }
        let mut copies = Vec::new();
        for level in levels {
            let angle = level.angle.rem_euclid(step);
            copies.push(self.at(Polar { angle, ..level }));
            if self.order > 1 {
                let near = |edge: f64| (level.radius * edge.min(0.5).sin()) <= radius;
                copies.extend(near(angle).then(|| self.at(Polar { angle: angle + step, ..level })));
                copies.extend(near(step - angle).then(|| self.at(Polar { angle: angle - step, ..level })));
            }
        }
        copies
    }

    fn nearest(&self, from: &Vector3<f64>, to: &Vector3<f64>) -> Counts {
        let (from, to) = (self.polar(from), self.polar(to));
        let power = self.screw.map_or(0.0, |[_, pitch]| ((to.height - from.height) / pitch).round());
        let left = to.angle - from.angle - power * self.screw.map_or(0.0, |[angle, _]| angle);
        let turn = (left * self.order as f64 / TAU).round() as i64;
        [power as i64, turn.rem_euclid(self.order), 0]
    }
}

impl Kernel {
    pub(super) fn element(&self, counts: Counts) -> GroupElement {
        match self {
            Self::Point => GroupElement::identity(),
            Self::Axis(cylinder) => cylinder.screws(counts),
            Self::Lattice(lattice) => GroupElement::translation(lattice.translation(counts)),
        }
    }

    /// The element that brings `from` nearest to `to`, where one brings it near at all.
    pub(super) fn nearest(&self, from: &Vector3<f64>, to: &Vector3<f64>) -> Counts {
        match self {
            Self::Point => [0; 3],
            Self::Axis(cylinder) => cylinder.nearest(from, to),
            Self::Lattice(lattice) => lattice.nearest(from, to),
        }
    }

    /// The images of `x` in the region that the elements repeat, the first in it, the others within `radius` of it.
    pub(super) fn copies(&self, x: &Vector3<f64>, radius: f64) -> Vec<Vector3<f64>> {
        match self {
            Self::Point => vec![*x],
            Self::Axis(cylinder) => cylinder.copies(x, radius),
            Self::Lattice(lattice) => lattice.copies(x, radius),
        }
    }

    /// Generators; none for the identity.
    pub(super) fn generators(&self) -> Vec<GroupElement> {
        match self {
            Self::Point => Vec::new(),
            Self::Axis(cylinder) => {
                let screw = cylinder.screw.map(|_| cylinder.screws([1, 0, 0]));
                let turn = (cylinder.order > 1).then(|| cylinder.screws([0, 1, 0]));
                screw.into_iter().chain(turn).collect()
            }
            Self::Lattice(lattice) => lattice.vectors().into_iter().map(GroupElement::translation).collect(),
        }
    }

    /// The product of two elements.
    pub(super) fn sum(&self, first: Counts, second: Counts) -> Counts {
        let mut sum = [0, 1, 2].map(|k| first[k] + second[k]);
        if let Self::Axis(cylinder) = self {
            sum[1] = sum[1].rem_euclid(cylinder.order);
        }
        sum
    }

    /// All elements that bring `of` within `radius` of `near`.
    pub(super) fn within(&self, of: &Vector3<f64>, near: &Vector3<f64>, radius: f64) -> Vec<Counts> {
        let ranges = match self {
            Self::Point => [[0, 0]; 3],
            Self::Axis(cylinder) => {
                let apart = cylinder.polar(near).height - cylinder.polar(of).height;
                let powers = cylinder.screw.map_or([0, 0], |[_, pitch]| range(apart / pitch, radius / pitch.abs()));
                [powers, [0, cylinder.order - 1], [0, 0]]
            }
            Self::Lattice(lattice) => {
                let apart = lattice.fractions(&(near - of));
                let bounds = |k: usize| range(apart[k], radius * lattice.inverse.row(k).norm());
                [0, 1, 2].map(|k| if k < lattice.rank { bounds(k) } else { [0, 0] })
            }
        };
        let mut found = Vec::new();
        for i in ranges[0][0]..=ranges[0][1] {
            for j in ranges[1][0]..=ranges[1][1] {
                for k in ranges[2][0]..=ranges[2][1] {
                    if (self.element([i, j, k]).position(0.0, of) - near).norm() <= radius {
                        found.push([i, j, k]);
                    }
                }
            }
        }
        found
    }

    /// Whether two rotations are those of one coset.
    pub(super) fn same_coset(&self, first: &Matrix3<f64>, second: &Matrix3<f64>) -> bool {
        match self {
            Self::Axis(cylinder) => {
                let class =
                    |q: &Matrix3<f64>| (cylinder.direction.dot(&(q * cylinder.direction)) > 0.0, q.determinant() > 0.0);
                class(first) == class(second)
            }
            _ => (first - second).norm() < 0.1,
        }
    }
}

/// The integers within `half` of `middle`.
fn range(middle: f64, half: f64) -> [i64; 2] {
    [(middle - half).ceil() as i64, (middle + half).floor() as i64]
}
