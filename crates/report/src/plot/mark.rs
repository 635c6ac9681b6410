//! Marks of points, told apart by shape as well as by colour.

use super::drawing::Point;
use core::f64::consts::TAU;

/// The shape of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Circle,
    Square,
    Triangle,
    Diamond,
    Flag,
}

impl Mark {
    /// All of them, in the order of use.
    pub(crate) const ALL: [Self; 5] = [Self::Circle, Self::Square, Self::Triangle, Self::Diamond, Self::Flag];

    /// The outline about a point; `half` is about half its width.
    pub(crate) fn outline(self, at: Point, half: f64) -> Vec<Point> {
        let (corners, turn, radius) = match self {
            Self::Circle => (16, 0.0, half),
            Self::Square => (4, 0.125, 1.28 * half),
            Self::Triangle => (3, 0.75, 1.35 * half),
            Self::Diamond => (4, 0.0, 1.35 * half),
            Self::Flag => (3, 0.25, 1.35 * half),
        };
        let corner = |k: i32| {
            let angle = TAU * (turn + f64::from(k) / f64::from(corners));
            (at.0 + radius * angle.cos(), at.1 + radius * angle.sin())
        };
        (0..corners).map(corner).collect()
    }
}
