//! Objective groups: which atoms besides the simulated ones exist, and how they move.

mod axial;
mod crystal;
mod deform;
mod element;
mod error;
mod generate;
mod names;
#[cfg(test)]
mod tests;
mod translation;
mod twofold;

pub(crate) use element::axis_of;
pub use element::{GroupElement, rotation_about};
pub use error::GroupError;
pub(crate) use names::unimodular_inverse;
pub use translation::TranslationGroup;

use axial::Axial;
use crystal::Crystal;
use omd_flow::{AffineFlow, Matrix3, Vector3};

/// The name of an element: powers of the translations or of the screw and the rotation, and one of finitely many cosets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Counts of lattice vectors; about an axis the power of the screw, then that of the rotation.
    pub powers: [i64; 3],
    /// Which coset; 0 is that of the identity.
    pub coset: usize,
}

impl Label {
    /// The name of the identity.
    pub const IDENTITY: Self = Self { powers: [0; 3], coset: 0 };
}

/// A discrete group of isometries `(Q | a t + b)` that is one and the same group at every time.
///
/// Any list of generators, in one of two normal forms. Groups that keep a line (helices, rings, nanotubes, rods):
/// `screw^p turn^q h`. All others (translations, layers, space groups): `t h`, `t` in a lattice of up to three
/// dimensions. `h` runs over finitely many cosets, so that images near a place are found from bounds on the powers,
/// without looking at far ones.
///
/// The group law holds at every time because `a` and `b` obey it each: products of generators are formed for both,
/// and where a product is the identity in `(Q, b)` it has to be so in `a`. Up to a common constant velocity every
/// group that lasts follows an affine flow, `c_g(t) = F(t) b_g` with an `A` that commutes with the rotations, so
/// [`Self::new`] takes the flow and the generators at t = 0. (10) of \[JamesQiWang\] is the case `Q = I`.
#[derive(Clone, Debug)]
pub struct ObjectiveGroup {
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Axial(Axial),
    Crystal(Box<Crystal>),
}

/// The velocity field `u(x, t) = L x + u_0` under which images move: `u(g x) = Q u(x) + a`, so that `w = v - u` is the
/// same, turned by `Q`, for an atom and its images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// `L`, 1/time; zero where there are no translations.
    pub gradient: Matrix3<f64>,
    /// `u_0`.
    pub at_origin: Vector3<f64>,
    /// `du/dt + u.grad u = K x + k`: zero but for layers and rods that tilt. `K`, 1/time^2.
    pub curvature: Matrix3<f64>,
    /// `k`.
    pub acceleration_at_origin: Vector3<f64>,
}

impl Motion {
    /// `u(x)`.
    #[must_use]
    pub fn velocity(&self, position: &Vector3<f64>) -> Vector3<f64> {
        self.gradient * position + self.at_origin
    }

    /// `du/dt + u.grad u` at `x`.
    #[must_use]
    pub fn acceleration(&self, position: &Vector3<f64>) -> Vector3<f64> {
        self.curvature * position + self.acceleration_at_origin
    }
}

impl ObjectiveGroup {
    /// The group that `generators` (at t = 0; their rates are not looked at) make when `flow` moves it.
    ///
    /// # Errors
    /// [`GroupError`]: no isometry, not discrete, rotations that do not commute with `A`, or an `A` that moves
    /// directions in which the group has no translations.
    pub fn new(flow: &AffineFlow, generators: &[GroupElement]) -> Result<Self, GroupError> {
        let moved: Vec<_> = generators.iter().map(|generator| generator.moved_by(flow)).collect();
        let group = Self::generated(&moved)?;
        let (followed, gradient) = (group.motion(0.0).gradient, flow.velocity_gradient_at_zero());
        if (followed - gradient).amax() > generate::SAME_ROTATION * gradient.amax() {
            return Err(GroupError::Flow(followed));
        }
        Ok(group)
    }

    /// As [`Self::new`] for generators that commute with each other.
    ///
    /// # Errors
    /// [`GroupError::Commute`] besides.
    pub fn product(flow: &AffineFlow, generators: &[GroupElement]) -> Result<Self, GroupError> {
        let moved: Vec<_> = generators.iter().map(|generator| generator.moved_by(flow)).collect();
        generate::check_isometries(&moved)?;
        generate::check_commutation(&moved)?;
        Self::new(flow, generators)
    }

    /// The group that `generators` make with the rates they have.
    ///
    /// # Errors
    /// [`GroupError`].
    pub fn generated(generators: &[GroupElement]) -> Result<Self, GroupError> {
        generate::check_isometries(generators)?;
        let form = match Axial::new(generators) {
            Some(axial) => Form::Axial(axial?),
            None => Form::Crystal(Box::new(Crystal::new(generators)?)),
        };
        Ok(Self { form })
    }

    /// The same group at t = 0, without its motion.
    #[must_use]
    pub fn at_rest(&self) -> Self {
        let form = match &self.form {
            Form::Axial(axial) => Form::Axial(axial.at_rest()),
            Form::Crystal(crystal) => Form::Crystal(Box::new(crystal.at_rest())),
        };
        Self { form }
    }

    /// The directions in which there are infinitely many images: 0 for rings, 1 for tubes, 2 for layers, 3 for crystals.
    #[must_use]
    pub fn dimension(&self) -> usize {
        match &self.form {
            Form::Axial(axial) => usize::from(axial.is_infinite()),
            Form::Crystal(crystal) => crystal.rank,
        }
    }

    /// Elements of a finite group; of an infinite one the copies of the simulated atoms in a cell of its lattice or a
    /// pitch of its screw.
    #[must_use]
    pub fn index(&self) -> usize {
        match &self.form {
            Form::Axial(axial) => axial.index(),
            Form::Crystal(crystal) => crystal.cosets.len(),
        }
    }

    /// The element of this name.
    #[must_use]
    pub fn element(&self, label: &Label) -> GroupElement {
        match &self.form {
            Form::Axial(axial) => axial.element(label),
            Form::Crystal(crystal) => crystal.element(label),
        }
    }

    /// The names of all elements that map `centre` to within `reach` of itself at `time`, the identity included; bounds
    /// keep far ones from being looked at, so a few more may be named.
    #[must_use]
    pub fn within(&self, time: f64, centre: &Vector3<f64>, reach: f64) -> Vec<Label> {
        match &self.form {
            Form::Axial(axial) => axial.within(time, centre, reach),
            Form::Crystal(crystal) => crystal.within(time, centre, reach),
        }
    }

    /// About how many elements [`Self::within`] names: what fills a ball, over what a copy fills.
    #[must_use]
    pub fn count_within(&self, time: f64, reach: f64) -> f64 {
        let Some(content) = self.content(time) else { return self.index() as f64 };
        let ball = match self.dimension() {
            1 => 2.0 * reach,
            2 => std::f64::consts::PI * reach * reach,
            _ => 4.0 / 3.0 * std::f64::consts::PI * reach.powi(3),
        };
        ball / content + self.index() as f64
    }

    /// Takes a reduced basis of the lattice at `time`: names change, the group does not. True when it changed.
    pub fn reduce(&mut self, time: f64) -> bool {
        match &mut self.form {
            Form::Axial(_) => false,
            Form::Crystal(crystal) => crystal.reduce(time),
        }
    }

    /// The basis in use in terms of that of the start; the identity about an axis.
    pub(crate) fn unimodular(&self) -> Matrix3<i64> {
        match &self.form {
            Form::Axial(_) => Matrix3::identity(),
            Form::Crystal(crystal) => crystal.lattice().unimodular(),
        }
    }

    pub(crate) fn set_unimodular(&mut self, unimodular: Matrix3<i64>) {
        if let Form::Crystal(crystal) = &mut self.form {
            crystal.lattice_mut().set_unimodular(unimodular);
        }
    }

    /// The powers of the translations or of the screw that bring a position into the region they repeat.
    pub(crate) fn fold(&self, time: f64, position: &Vector3<f64>) -> [i64; 3] {
        match &self.form {
            Form::Axial(axial) => [axial.fold(time, position), 0, 0],
            Form::Crystal(crystal) => crystal.fold(time, position),
        }
    }

    /// Powers of the basis in use as powers of that of the start.
    pub(crate) fn reference_powers(&self, powers: [i64; 3]) -> [i64; 3] {
        (self.unimodular() * Vector3::from(powers)).into()
    }

    /// `g x` and `g v` for powers of the basis of the start, which may be large and nearly cancel.
    pub(crate) fn unfolded(
        &self,
        time: f64,
        powers: [i64; 3],
        position: &Vector3<f64>,
        velocity: &Vector3<f64>,
    ) -> [Vector3<f64>; 2] {
        match &self.form {
            Form::Axial(axial) => {
                let element = axial.element(&Label { powers, coset: 0 });
                [element.position(time, position), element.velocity(velocity)]
            }
            Form::Crystal(crystal) => {
                let counts = Vector3::from(powers);
                let lattice = crystal.lattice();
                [
                    position + lattice.reference_translation(time, &counts),
                    velocity + lattice.reference_velocity(&counts),
                ]
            }
        }
    }

    /// The velocity field of the images at `time`.
    #[must_use]
    pub fn motion(&self, time: f64) -> Motion {
        let (gradient, drift, curvature, cosets) = match &self.form {
            Form::Axial(axial) => {
                let (gradient, drift) = axial.motion(time);
                (gradient, drift, Matrix3::zeros(), &axial.cosets)
            }
            Form::Crystal(crystal) => {
                let (gradient, curvature) = crystal.motion(time);
                (gradient, Vector3::zeros(), curvature, &crystal.cosets)
            }
        };
        // L commutes with every rotation, so the mean of Q^T (u(h x) - a) over the cosets has the gradient L as well,
        // and is kept by the cosets too.
        let mean = |part: &dyn Fn(&GroupElement) -> Vector3<f64>| {
            let sum: Vector3<f64> = cosets.iter().map(|h| h.rotation.tr_mul(&part(h))).sum();
            sum / cosets.len() as f64
        };
        let place = |h: &GroupElement| h.position(time, &Vector3::zeros());
        Motion {
            gradient,
            at_origin: mean(&|h| gradient * place(h) + drift - h.rate),
            curvature,
            acceleration_at_origin: mean(&|h| curvature * place(h)),
        }
    }

    /// What a copy of the simulated atoms fills at `time`: length along an axis, area of a layer, volume; `None` for
    /// finite groups.
    #[must_use]
    pub fn content(&self, time: f64) -> Option<f64> {
        let copies = self.index() as f64;
        let whole = match &self.form {
            Form::Axial(axial) => axial.pitch(time)?.abs(),
            Form::Crystal(crystal) => {
                let frame = crystal.frame(time);
                match crystal.rank {
                    3 => frame.determinant().abs(),
                    2 => frame.column(0).cross(&frame.column(1)).norm(),
                    1 => frame.column(0).norm(),
                    _ => return None,
                }
            }
        };
        Some(whole / copies)
    }

    /// The edges of the cell at t = 0, as columns, where there are translations in three dimensions.
    #[must_use]
    pub fn cell(&self) -> Option<Matrix3<f64>> {
        match &self.form {
            Form::Crystal(crystal) if crystal.rank == 3 => Some(crystal.frame(0.0)),
            _ => None,
        }
    }

    /// The unit vector along the translations of a group that has them in one direction only.
    #[must_use]
    pub fn direction(&self, time: f64) -> Option<Vector3<f64>> {
        match &self.form {
            Form::Axial(axial) => axial.is_infinite().then(|| axial.direction()),
            Form::Crystal(crystal) => (crystal.rank == 1).then(|| crystal.frame(time).column(0).normalize()),
        }
    }

    /// The mean of `Q` over the group: the projector onto vectors that no rotation changes.
    #[must_use]
    pub fn mean_rotation(&self) -> Matrix3<f64> {
        let (before, cosets) = match &self.form {
            Form::Axial(axial) if axial.turns() => (axial.direction() * axial.direction().transpose(), &axial.cosets),
            Form::Axial(axial) => (Matrix3::identity(), &axial.cosets),
            Form::Crystal(crystal) => (Matrix3::identity(), &crystal.cosets),
        };
        cosets.iter().map(|h| before * h.rotation).sum::<Matrix3<f64>>() / cosets.len() as f64
    }

    /// The mean of `Q S Q^T` over the cosets of the lattice: what a tensor is over all copies.
    #[must_use]
    pub fn mean_tensor(&self, tensor: &Matrix3<f64>) -> Matrix3<f64> {
        let cosets = match &self.form {
            Form::Axial(axial) => &axial.cosets,
            Form::Crystal(crystal) => &crystal.cosets,
        };
        let turned = |h: &GroupElement| h.rotation * tensor * h.rotation.transpose();
        cosets.iter().map(turned).sum::<Matrix3<f64>>() / cosets.len() as f64
    }
}
