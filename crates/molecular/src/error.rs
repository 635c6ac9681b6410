//! What can be wrong with a start.

use omd_flow::GaussianError;

/// Why a molecular description cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MolecularError {
    /// Forces need an end.
    #[error("the molecular description needs a potential with a cutoff")]
    NoCutoff,
    /// A cutoff that is not a length.
    #[error("the cutoff has to be positive and finite, not {0}")]
    Cutoff(f64),
    /// A mass or time step that is not positive.
    #[error("the {0} has to be positive and finite, not {1}")]
    NotPositive(&'static str, f64),
    /// The edges span no volume.
    #[error("the three edges of the cell span no volume")]
    FlatCell,
    /// No atoms, or arrays of different length.
    #[error("{0}")]
    Atoms(String),
    /// A position or velocity that is not finite; the number counts from 1.
    #[error("the position or velocity of atom {0} is not finite")]
    NotFinite(usize),
    /// Atoms that overlap; numbers count from 1.
    #[error("{}", overlap_message(*first, *second, *distance))]
    Overlap {
        /// The atom that comes first.
        first: usize,
        /// The other one; the same where an atom meets its own image.
        second: usize,
        /// Their distance.
        distance: f64,
    },
    /// Hard spheres that overlap; numbers count from 1.
    #[error("{}", contact_message(*first, *second, *distance, *diameter))]
    Spheres {
        /// The sphere that comes first.
        first: usize,
        /// The other one; the same where a sphere overlaps its own image.
        second: usize,
        /// Their distance.
        distance: f64,
        /// What it should be at least.
        diameter: f64,
    },
    /// Drawn spheres that do not fit.
    #[error(
        "no random positions without overlap were found at packing fraction {packing:.4}: {overlaps} pairs of spheres \
         still overlap; hint: positions = \"fcc\""
    )]
    TooPacked {
        /// The share of the volume that the spheres fill.
        packing: f64,
        /// Pairs that are left.
        overlaps: usize,
    },
    /// Drawn positions that do not fit.
    #[error(
        "no random positions with pair energies below k_B T were found at number density {density}: {overlaps} pairs \
         still overlap; hint: positions = \"fcc\""
    )]
    TooDense {
        /// Number density.
        density: f64,
        /// Pairs above `k_B T` that are left.
        overlaps: usize,
    },
    /// More images than a machine holds.
    #[error(
        "the group puts too many images near the atoms: its translations are far shorter than the cutoff, or the atoms far \
         from each other"
    )]
    Crowded,
    /// Too many atoms within the cutoff for encounters.
    #[error(
        "encounters need a dilute gas: {neighbours:.2} neighbours are within the cutoff on average, and from 2.74 on clusters \
         have no end; hint: engine = \"time-stepped\", or a shorter cutoff"
    )]
    Percolates {
        /// Of an atom, on average.
        neighbours: f64,
    },
    /// Velocities that cannot be drawn.
    #[error(transparent)]
    Velocities(#[from] GaussianError),
}

fn overlap_message(first: usize, second: usize, distance: f64) -> String {
    if first == second {
        format!("atom {first} overlaps its own image at distance {distance}: more than 1e6 k_B T")
    } else {
        format!("atoms {first} and {second} overlap at distance {distance}: their energy is above 1e6 k_B T")
    }
}

fn contact_message(first: usize, second: usize, distance: f64, diameter: f64) -> String {
    if first == second {
        format!(
            "sphere {first} overlaps its own image: the shortest lattice vector is {distance}, the diameter {diameter}"
        )
    } else {
        format!("spheres {first} and {second} overlap: their distance is {distance}, the diameter {diameter}")
    }
}
