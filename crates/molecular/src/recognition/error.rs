//! Why a structure cannot be looked at.

/// What is wrong with atoms or settings; atoms count from 1.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum RecognitionError {
    /// Nothing there.
    #[error("there are no atoms")]
    NoAtoms,
    /// A place that is no number.
    #[error("the position of atom {0} is not finite")]
    NotFinite(usize),
    /// Not a length.
    #[error("the tolerance must be a positive number, found {0}")]
    Tolerance(f64),
    /// Not a length.
    #[error("the cutoff must be a positive number, found {0}")]
    Cutoff(f64),
    /// Atoms that the tolerance cannot tell from each other.
    #[error(
        "the tolerance {tolerance} does not tell atoms apart: atoms {first} and {second} are {distance} from each other; it has to \
         be below a quarter of that"
    )]
    Close {
        /// The one.
        first: usize,
        /// The other.
        second: usize,
        /// Between them.
        distance: f64,
        /// As given.
        tolerance: f64,
    },
    /// Two atoms at one place.
    #[error("atoms {first} and {second} are at one place")]
    Coincident {
        /// The one.
        first: usize,
        /// The other.
        second: usize,
    },
    /// Periods in one line or plane.
    #[error("the translations of the cell are not independent")]
    Flat,
}
