//! Groups that map a line to itself: helices, rings, tubes, rods.

use super::element::{axis_of, rotation_about};
use super::generate::{ROUNDING, SHORTEST, Sizes, Word, apart, not_discrete, quotient, same_rotation};
use super::{GroupElement, GroupError, Label};
use nalgebra::{DMatrix, DVector};
use omd_flow::{Matrix3, Vector3};
use std::f64::consts::TAU;

/// Rotations about the axis are of this order at most.
const MOST_TURNS: f64 = 1e4;
/// An angle this close to zero, in radian, is zero.
const ANGLE: f64 = 1e-8;

/// The line `point + drift t + s direction`; `point` and `drift` are normal to `direction`.
#[derive(Clone, Copy, Debug)]
struct Axis {
    direction: Vector3<f64>,
    point: Vector3<f64>,
    drift: Vector3<f64>,
    /// With `direction` a right-handed frame.
    across: [Vector3<f64>; 2],
}

/// Rotation about the axis by `angle` and translation along it by `pitch + rate t`.
#[derive(Clone, Copy, Debug)]
struct Screw {
    angle: f64,
    pitch: f64,
    rate: f64,
    from: [usize; 2],
}

/// `screw^p turn^q h`: `turn` the rotation by `2 pi / order`, `h` one of at most four cosets.
///
/// The group is the product of these whatever its generators were. Helix: a screw, order 1. Ring: no screw. Nanotube:
/// both. Cosets beyond the identity: mirrors, and what turns the axis round.
#[derive(Clone, Debug)]
pub(super) struct Axial {
    axis: Axis,
    screw: Option<Screw>,
    order: i64,
    pub(super) cosets: Vec<GroupElement>,
}

impl Axial {
    /// The group of `generators` where they share a line; `None` where they do not.
    pub(super) fn new(generators: &[GroupElement]) -> Option<Result<Self, GroupError>> {
        let sizes = Sizes::of(generators);
        let axis = candidates(generators, &sizes).find_map(|direction| Axis::of(direction, generators, &sizes))?;
        Some(Self::about(axis, generators, &sizes))
    }

    fn about(axis: Axis, generators: &[GroupElement], sizes: &Sizes) -> Result<Self, GroupError> {
        // Whether the axis is turned round, and whether left and right are exchanged.
        let value = |q: &Matrix3<f64>| (axis.direction.dot(&(q * axis.direction)) > 0.0, q.determinant() > 0.0);
        let quotient = quotient(generators, |a, b| value(a) == value(b), 4)?;
        let (screw, order) = reduce(quotient.kernel.iter().map(|word| axis.screw_of(word)), sizes)?;
        Ok(Self { axis, screw, order, cosets: quotient.cosets })
    }

    /// The group at t = 0, its rates zero.
    pub(super) fn at_rest(&self) -> Self {
        Self {
            axis: Axis { drift: Vector3::zeros(), ..self.axis },
            screw: self.screw.map(|screw| Screw { rate: 0.0, ..screw }),
            order: self.order,
            cosets: self.cosets.iter().map(|h| GroupElement { rate: Vector3::zeros(), ..*h }).collect(),
        }
    }

    /// Rotations about the axis are turns by `2 pi` over this.
    pub(super) fn order(&self) -> i64 {
        self.order
    }

    /// Turns that the screw is more than its mirror image: twice its angle.
    pub(super) fn handed_turns(&self) -> i64 {
        let angle = self.screw.map_or(0.0, |screw| screw.angle);
        (2.0 * angle * self.order as f64 / TAU).round() as i64
    }

    /// A point on the axis at t = 0.
    pub(super) fn point(&self) -> Vector3<f64> {
        self.axis.point
    }

    /// The group with its pitch times `stretch` and its screw turned by `twist` a length besides; `cosets` are those of it.
    pub(super) fn deformed(&self, stretch: f64, twist: f64, cosets: Vec<GroupElement>) -> Self {
        let screw = self.screw.map(|screw| {
            let pitch = stretch * screw.pitch;
            Screw { angle: screw.angle + twist * pitch, pitch, rate: stretch * screw.rate, ..screw }
        });
        Self { axis: self.axis, screw, order: self.order, cosets }
    }

    /// Whether there are infinitely many elements.
    pub(super) fn is_infinite(&self) -> bool {
        self.screw.is_some()
    }

    /// Elements, or cosets of the powers of the screw.
    pub(super) fn index(&self) -> usize {
        self.order as usize * self.cosets.len()
    }

    pub(super) fn direction(&self) -> Vector3<f64> {
        self.axis.direction
    }

    /// The translation of the screw at `time`, length; none for a ring.
    pub(super) fn pitch(&self, time: f64) -> Option<f64> {
        self.screw.map(|screw| screw.pitch + screw.rate * time)
    }

    /// Whether anything turns about the axis.
    pub(super) fn turns(&self) -> bool {
        self.order > 1 || self.screw.is_some_and(|screw| screw.angle.abs() > ANGLE)
    }

    /// `screw^p turn^q`, from the angle and the pitch themselves: nothing is accumulated.
    fn turned(&self, power: i64, turn: i64) -> GroupElement {
        let screw = self.screw.unwrap_or(Screw { angle: 0.0, pitch: 0.0, rate: 0.0, from: [0, 0] });
        let power = power as f64;
        let angle = power * screw.angle + TAU * turn as f64 / self.order as f64;
        let rotation = if angle == 0.0 { Matrix3::identity() } else { rotation_about(&self.axis.direction, angle) };
        let Axis { direction, point, drift, .. } = self.axis;
        GroupElement {
            rotation,
            offset: point - rotation * point + direction * (power * screw.pitch),
            rate: drift - rotation * drift + direction * (power * screw.rate),
        }
    }

    pub(super) fn element(&self, label: &Label) -> GroupElement {
        self.turned(label.powers[0], label.powers[1]).compose(&self.cosets[label.coset])
    }

    /// All elements that map `centre` to within `reach` of it, by the bounds that the axis gives: a range of powers of
    /// the screw from the distance along it, a wedge of turns from the distance across it.
    pub(super) fn within(&self, time: f64, centre: &Vector3<f64>, reach: f64) -> Vec<Label> {
        let mut labels = Vec::new();
        let (place, steps) = (self.polar(time, centre), self.order as f64 / TAU);
        for (coset, element) in self.cosets.iter().enumerate() {
            let image = self.polar(time, &element.position(time, centre));
            let apart = image.along - place.along;
            let (low, high) = match self.pitch(time) {
                Some(pitch) => range(-apart / pitch, reach / pitch.abs()),
                None => (0, 0),
            };
            for power in low..=high {
                let along = apart + power as f64 * self.pitch(time).unwrap_or(0.0);
                let angle = image.angle + power as f64 * self.screw.map_or(0.0, |s| s.angle) - place.angle;
                let across = reach * reach - along * along;
                // |r e^(i phi) - r'|^2 <= across is cos(phi) >= this.
                let product = 2.0 * image.radius * place.radius;
                let least = image.radius.powi(2) + place.radius.powi(2) - across;
                let turns = if least <= -product {
                    (0, self.order - 1)
                } else if least <= product * (1.0 + 1e-12) {
                    let half = (least / product).min(1.0).acos() + 1e-7;
                    let (low, high) = range(-angle * steps, half * steps);
                    if high - low >= self.order { (0, self.order - 1) } else { (low, high) }
                } else {
                    continue;
                };
                for turn in turns.0..=turns.1 {
                    labels.push(Label { powers: [power, turn.rem_euclid(self.order), 0], coset });
                }
            }
        }
        labels
    }

    fn polar(&self, time: f64, position: &Vector3<f64>) -> Polar {
        let from = position - self.axis.point - self.axis.drift * time;
        let [x, y] = self.axis.across.map(|across| across.dot(&from));
        Polar { along: self.axis.direction.dot(&from), radius: x.hypot(y), angle: y.atan2(x) }
    }

    /// The power of the screw that brings a position into the first pitch of the axis.
    pub(super) fn fold(&self, time: f64, position: &Vector3<f64>) -> i64 {
        match self.pitch(time) {
            Some(pitch) => -(self.axis.direction.dot(position) / pitch).floor() as i64,
            None => 0,
        }
    }

    /// `L` and the velocity of the origin of the field `u = drift + (rate/pitch) n n.x`.
    pub(super) fn motion(&self, time: f64) -> (Matrix3<f64>, Vector3<f64>) {
        let stretch = self.screw.map_or(0.0, |screw| screw.rate / (screw.pitch + screw.rate * time));
        (self.axis.direction * self.axis.direction.transpose() * stretch, self.axis.drift)
    }
}

/// A place about the axis.
struct Polar {
    along: f64,
    radius: f64,
    angle: f64,
}

/// The integers within `half` of `middle`, and some more where rounding could decide.
fn range(middle: f64, half: f64) -> (i64, i64) {
    let margin = 1e-9 * (1.0 + half.abs());
    ((middle - half - margin).ceil() as i64, (middle + half + margin).floor() as i64)
}

/// Directions that may be kept: axes and translations of generators and their products, and what is normal to two.
fn candidates(generators: &[GroupElement], sizes: &Sizes) -> impl Iterator<Item = Vector3<f64>> + use<> {
    let mut seen: Vec<Vector3<f64>> = Vec::new();
    let mut add = |direction: Vector3<f64>| {
        if !seen.iter().any(|other| other.cross(&direction).norm() < 1e-6) {
            seen.push(direction);
        }
    };
    let products = generators.iter().flat_map(|g| generators.iter().map(|h| g.compose(h)));
    for element in generators.iter().copied().chain(products).take(64) {
        if let Some(axis) = axis_of(&element.rotation) {
            add(axis);
        }
        if same_rotation(&element.rotation, &Matrix3::identity()) && element.offset.norm() > ROUNDING * sizes.length {
            add(element.offset.normalize());
        }
    }
    let found = seen.clone();
    let normals = (0..found.len()).flat_map(move |i| {
        let found = found.clone();
        (0..i).map(move |j| found[i].cross(&found[j]).normalize())
    });
    seen.into_iter().chain(normals).chain([Vector3::z(), Vector3::x()])
}

impl Axis {
    /// The line along `direction` that all generators map to itself at all times.
    fn of(direction: Vector3<f64>, generators: &[GroupElement], sizes: &Sizes) -> Option<Self> {
        let kept = |g: &GroupElement| (g.rotation * direction).cross(&direction).norm() < 1e-8;
        if !generators.iter().all(kept) {
            return None;
        }
        let widest = direction.iamin();
        let first = direction.cross(&Matrix3::identity().column(widest)).normalize();
        let across = [first, direction.cross(&first)];
        let offset = |g: &GroupElement| g.offset;
        let rate = |g: &GroupElement| g.rate;
        let point = fixed_point(&across, generators, offset, ROUNDING * sizes.length)?;
        let drift = fixed_point(&across, generators, rate, ROUNDING * sizes.speed)?;
        Some(Self { direction, point, drift, across })
    }

    /// A proper element that keeps the direction, as a screw.
    fn screw_of(&self, word: &Word) -> Screw {
        let GroupElement { rotation, rate, offset } = &word.element;
        let [first, second] = self.across;
        let turned = rotation * first;
        Screw {
            angle: second.dot(&turned).atan2(first.dot(&turned)),
            pitch: self.direction.dot(offset),
            rate: self.direction.dot(rate),
            from: word.from,
        }
    }
}

/// The point across the axis that `x -> Q x + c` keeps for all generators, by least squares; `None` where there is none.
fn fixed_point(
    across: &[Vector3<f64>; 2],
    generators: &[GroupElement],
    part: impl Fn(&GroupElement) -> Vector3<f64>,
    rounding: f64,
) -> Option<Vector3<f64>> {
    let rows = 2 * generators.len().max(1);
    let (mut matrix, mut right) = (DMatrix::zeros(rows, 2), DVector::zeros(rows));
    for (k, generator) in generators.iter().enumerate() {
        for i in 0..2 {
            for j in 0..2 {
                let unity = if i == j { 1.0 } else { 0.0 };
                matrix[(2 * k + i, j)] = unity - across[i].dot(&(generator.rotation * across[j]));
            }
            right[2 * k + i] = across[i].dot(&part(generator));
        }
    }
    let solution = matrix.clone().svd(true, true).solve(&right, 1e-9).ok()?;
    ((&matrix * &solution - right).amax() <= 10.0 * rounding).then(|| across[0] * solution[0] + across[1] * solution[1])
}

/// One screw and one rotation that generate what all `screws` generate: Euclid's algorithm along the axis, then on
/// what is left of the angles.
fn reduce(screws: impl Iterator<Item = Screw>, sizes: &Sizes) -> Result<(Option<Screw>, i64), GroupError> {
    let mut smallest: Option<Screw> = None;
    let (mut angles, mut longest) = (Vec::new(), 0.0f64);
    for mut left in screws {
        longest = longest.max(left.pitch.abs());
        loop {
            if left.pitch.abs() <= ROUNDING * sizes.length {
                if left.rate.abs() > ROUNDING * sizes.speed {
                    return Err(apart(left.from));
                }
                angles.push((left.angle, left.from));
                break;
            }
            if left.pitch.abs() < SHORTEST * longest {
                return Err(not_discrete(left.from));
            }
            let Some(screw) = smallest else {
                smallest = Some(left);
                break;
            };
            let count = (left.pitch / screw.pitch).round();
            let from = [left.from[0].min(screw.from[0]), left.from[1].max(screw.from[1])];
            left = Screw {
                angle: left.angle - count * screw.angle,
                pitch: left.pitch - count * screw.pitch,
                rate: left.rate - count * screw.rate,
                from,
            };
            if left.pitch.abs() > ROUNDING * sizes.length {
                smallest = Some(left);
                left = screw;
            }
        }
    }
    let mut divisor = TAU;
    for (angle, from) in angles {
        let (mut a, mut b) = (divisor, angle.rem_euclid(divisor));
        while b > ANGLE && a - b > ANGLE {
            (a, b) = (b, a.rem_euclid(b));
            if b > ANGLE && b < TAU / MOST_TURNS {
                return Err(not_discrete(from));
            }
        }
        divisor = if b <= ANGLE { a } else { b };
        if divisor < TAU / MOST_TURNS {
            return Err(not_discrete(from));
        }
    }
    let order = (TAU / divisor).round();
    let smallest = smallest.map(|screw| {
        // The smallest of the angles that differ by a turn, and a pitch upwards.
        let sign = screw.pitch.signum();
        let angle = sign * screw.angle;
        let angle = angle - (angle * order / TAU).round() * TAU / order;
        Screw { angle, pitch: sign * screw.pitch, rate: sign * screw.rate, ..screw }
    });
    Ok((smallest, order as i64))
}
