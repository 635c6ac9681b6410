//! Objective groups: which atoms besides the simulated ones exist, and how they move.

mod translation;
mod twofold;

pub use translation::TranslationGroup;

use omd_flow::{Matrix3, Vector3};

/// One element `g = (Q | a t + b)` of an objective group: it maps a solution of Newton's equations to another one.
///
/// Eq. (1) of \[JamesQiWang\]. `Q` is constant, so an image feels the rotated force and accelerates by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupElement {
    /// `Q`, orthogonal.
    pub rotation: Matrix3<f64>,
    /// `a`, the velocity the image has on top of `Q v`.
    pub rate: Vector3<f64>,
    /// `b`, length.
    pub offset: Vector3<f64>,
}

impl GroupElement {
    /// `Q x + a t + b`.
    #[must_use]
    pub fn position(&self, time: f64, position: &Vector3<f64>) -> Vector3<f64> {
        self.rotation * position + self.rate * time + self.offset
    }

    /// `Q v + a`.
    #[must_use]
    pub fn velocity(&self, velocity: &Vector3<f64>) -> Vector3<f64> {
        self.rotation * velocity + self.rate
    }

    /// A force on an image as it acts on the simulated atom: `Q^T f`.
    #[must_use]
    pub fn force_on_source(&self, force_on_image: &Vector3<f64>) -> Vector3<f64> {
        self.rotation.transpose() * force_on_image
    }

    /// `(Q1 | c1)(Q2 | c2) = (Q1 Q2 | c1 + Q1 c2)`.
    #[must_use]
    pub fn compose(&self, other: &Self) -> Self {
        Self {
            rotation: self.rotation * other.rotation,
            rate: self.rate + self.rotation * other.rate,
            offset: self.offset + self.rotation * other.offset,
        }
    }
}

/// A group of elements `(Q | a t + b)`, each named by a label.
pub trait ObjectiveGroup {
    /// What names an element: three integers for translations.
    type Label: Copy;

    /// The element of this name.
    fn element(&self, label: Self::Label) -> GroupElement;

    /// The names of all elements that map some point within `radius` of the origin of the simulated region to within
    /// `radius` of another, at `time`; the identity included.
    fn elements_within(&self, time: f64, radius: f64) -> Vec<Self::Label>;
}
