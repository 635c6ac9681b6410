//! The question and its answer.

use crate::group::GroupElement;
use omd_flow::Vector3;

/// Atoms, as a file has them.
#[derive(Clone, Debug, Default)]
pub struct AtomSet {
    /// Any unit of length.
    pub positions: Vec<Vector3<f64>>,
    /// One number for each atom; equal for atoms of one species.
    pub species: Vec<usize>,
    /// Translations under which the atoms repeat: none to three.
    pub periods: Vec<Vector3<f64>>,
}

/// How closely to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecognitionSettings {
    /// Atoms this far from where the group puts them still belong there; a fiftieth of the distance between neighbours
    /// when absent.
    pub tolerance: Option<f64>,
    /// How far the surroundings of an atom reach in a piece of an infinite structure; beyond the second shell of
    /// neighbours when absent.
    pub cutoff: Option<f64>,
}

/// How far the structure goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The atoms are all there are.
    Finite,
    /// The atoms are a piece of an infinite structure; so many of them were judged, the others are near its ends.
    Piece {
        /// How many.
        judged: usize,
    },
    /// The cell repeats.
    Periodic,
}

/// Whether it is an objective molecular structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is, of more molecules than one.
    Objective,
    /// Every structure is one, of one molecule; there is no other way to see this one.
    Trivial,
    /// It would be one but for a few atoms.
    Damaged,
}

/// The axis of a group, and what screws and turns it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScrewAxis {
    /// A unit vector.
    pub direction: Vector3<f64>,
    /// A point on the axis.
    pub point: Vector3<f64>,
    /// Angle, in radian, and translation of the shortest screw; `None` where nothing moves along the axis.
    pub screw: Option<[f64; 2]>,
    /// The order of the rotations.
    pub order: usize,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Recognition {
    /// Whether it is an objective molecular structure.
    pub verdict: Verdict,
    /// How far it goes.
    pub extent: Extent,
    /// As used.
    pub tolerance: f64,
    /// As used, where it was.
    pub cutoff: Option<f64>,
    /// The directions in which it is infinite: 0 to 3.
    pub dimension: usize,
    /// The point group of all isometries, after Schoenflies; of an infinite group that of its rotations and reflections,
    /// except about an axis whose screws turn by any angle.
    pub point_group: String,
    /// How many isometries there are; `None` when infinitely many.
    pub order: Option<usize>,
    /// Where the isometries keep an axis.
    pub axis: Option<ScrewAxis>,
    /// A basis of the translations, where there are those in two or three dimensions.
    pub translations: Vec<Vector3<f64>>,
    /// One isometry of every coset of the screws and turns or of the translations; all of a finite group without an axis.
    pub cosets: Vec<GroupElement>,
    /// How many classes of equivalent atoms there are under all isometries.
    pub orbits: usize,
    /// Atoms in a molecule by the definition, which asks for an isometry for each atom and not for one group that makes all
    /// molecules of the first. It may be less than [`Self::molecule`] has: the vertices of a dodecahedron are equivalent,
    /// and no group makes each of them once.
    pub molecule_size: usize,
    /// Generators of a group that makes the structure of the molecule, each atom once.
    pub generators: Vec<GroupElement>,
    /// Place and species of the atoms of the molecule.
    pub molecule: Vec<(Vector3<f64>, usize)>,
    /// How far the farthest judged atom is from where the group puts it.
    pub misfit: f64,
    /// Which it is.
    pub farthest: usize,
    /// Atoms that are not where the group puts atoms.
    pub failing: Vec<usize>,
    /// Places where the group puts atoms and none are.
    pub vacant: Vec<Vector3<f64>>,
}

impl Recognition {
    /// Whether any two generators commute.
    #[must_use]
    pub fn commutes(&self) -> bool {
        let same = |g: &GroupElement, h: &GroupElement| {
            let (one, other) = (g.compose(h), h.compose(g));
            (one.rotation - other.rotation).norm() < 1e-8
                && (one.offset - other.offset).norm() < 1e-8 * (g.offset.norm() + h.offset.norm())
        };
        self.generators.iter().enumerate().all(|(k, g)| self.generators[..k].iter().all(|h| same(g, h)))
    }
}
