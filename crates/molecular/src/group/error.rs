//! Why generators make no objective group.

use omd_flow::Matrix3;

/// What is wrong with generators; they count from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GroupError {
    /// Not an isometry.
    #[error("generator {0} is no isometry: its rotation is not orthogonal, or a number is not finite")]
    NoIsometry(usize),
    /// Generators of a product have to commute.
    #[error(
        "generators {first} and {second} do not commute: one after the other leads {distance:.3e} from the other way \
         round, as a fraction of their translations"
    )]
    Commute {
        /// The one.
        first: usize,
        /// The other.
        second: usize,
        /// By how much.
        distance: f64,
    },
    /// Two words that are one element at t = 0 and two later.
    #[error(
        "{} no group that lasts: a product is the identity at t = 0 and moves later; rotations have to commute with the \
         velocity gradient", make(*first, *second)
    )]
    Apart {
        /// The one.
        first: usize,
        /// The other.
        second: usize,
    },
    /// Elements pile up.
    #[error(
        "{} no discrete group: products come as close to the identity as one likes, and images would fill lines or \
         space; angles need all their digits", make(*first, *second)
    )]
    NotDiscrete {
        /// The one.
        first: usize,
        /// The other.
        second: usize,
    },
    /// The flow moves what the group does not.
    #[error(
        "the images follow the flow along the translations of the group only: the velocity gradient would have to be \
         {}", rows(.0)
    )]
    Flow(Matrix3<f64>),
}

/// `generators 1 and 2 make`.
fn make(first: usize, second: usize) -> String {
    if first == second { format!("generator {first} makes") } else { format!("generators {first} and {second} make") }
}

/// A matrix as an input file has it, rounded.
fn rows(matrix: &Matrix3<f64>) -> String {
    let entry = |i: usize, j: usize| {
        let rounded = (matrix[(i, j)] * 1e9).round() / 1e9;
        // No minus in front of a zero.
        format!("{}", rounded + 0.0)
    };
    let row = |i: usize| format!("[{}, {}, {}]", entry(i, 0), entry(i, 1), entry(i, 2));
    format!("[{}, {}, {}]", row(0), row(1), row(2))
}
