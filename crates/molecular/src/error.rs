//! What can be wrong with a start.

use omd_flow::{Dimension, GaussianError};
use std::fmt::{Display, Formatter};

/// Why a molecular description cannot be built. Lengths, masses, times and densities are in internal units;
/// [`Self::in_units`] says them in others.
#[derive(Clone, Debug, PartialEq)]
pub enum MolecularError {
    /// Forces need an end.
    NoCutoff,
    /// A cutoff that is not a length.
    Cutoff(f64),
    /// A mass or time step that is not positive.
    NotPositive(&'static str, f64),
    /// The edges span no volume.
    FlatCell,
    /// No atoms, or arrays of different length.
    Atoms(String),
    /// A position or velocity that is not finite; the number counts from 1.
    NotFinite(usize),
    /// Atoms that overlap; numbers count from 1.
    Overlap {
        /// The atom that comes first.
        first: usize,
        /// The other one; the same where an atom meets its own image.
        second: usize,
        /// Their distance.
        distance: f64,
    },
    /// An atom that an element of the group leaves in its place; the number counts from 1.
    OnSymmetryElement(usize),
    /// Hard spheres that overlap; numbers count from 1.
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
    TooPacked {
        /// The share of the volume that the spheres fill.
        packing: f64,
        /// Pairs that are left.
        overlaps: usize,
    },
    /// Drawn positions that do not fit.
    TooDense {
        /// Number density.
        density: f64,
        /// Pairs above `k_B T` that are left.
        overlaps: usize,
    },
    /// More images than a machine holds.
    Crowded,
    /// A potential that refuses these atoms, in its own words.
    NoEnergy(String),
    /// Too many atoms within the cutoff for encounters.
    Percolates {
        /// Of an atom, on average.
        neighbours: f64,
    },
    /// Velocities that cannot be drawn.
    Velocities(GaussianError),
}

impl MolecularError {
    /// The message, with quantities as `show` writes them.
    #[must_use]
    pub fn in_units(&self, show: &dyn Fn(Dimension, f64) -> String) -> String {
        let length = |value: f64| show(Dimension::Length, value);
        match self {
            Self::NoCutoff => "the molecular description needs a potential with a cutoff".to_owned(),
            Self::Cutoff(cutoff) => format!("the cutoff has to be positive and finite, not {}", length(*cutoff)),
            Self::NotPositive(name, value) => format!("the {name} has to be positive and finite, not {value}"),
            Self::FlatCell => "the three edges of the cell span no volume".to_owned(),
            Self::Atoms(message) => message.clone(),
            Self::NotFinite(atom) => format!("the position or velocity of atom {atom} is not finite"),
            Self::Overlap { first, second, distance } if first == second => {
                format!("atom {first} overlaps its own image at distance {}: more than 1e6 k_B T", length(*distance))
            }
            Self::Overlap { first, second, distance } => {
                let distance = length(*distance);
                format!("atoms {first} and {second} overlap at distance {distance}: their energy is above 1e6 k_B T")
            }
            Self::OnSymmetryElement(atom) => format!(
                "atom {atom} lies on an axis, a mirror or a centre of the group: an image of it is in its own place; hint: \
                 move it off, or take a smaller group that makes it one of several atoms"
            ),
            Self::Spheres { first, second, distance, diameter } if first == second => format!(
                "sphere {first} overlaps its own image: the shortest lattice vector is {}, the diameter {}",
                length(*distance),
                length(*diameter)
            ),
            Self::Spheres { first, second, distance, diameter } => format!(
                "spheres {first} and {second} overlap: their distance is {}, the diameter {}",
                length(*distance),
                length(*diameter)
            ),
            Self::TooPacked { packing, overlaps } => format!(
                "no random positions without overlap were found at packing fraction {packing:.4}: {overlaps} pairs of \
                 spheres still overlap; hint: positions = \"fcc\""
            ),
            Self::TooDense { density, overlaps } => format!(
                "no random positions with pair energies below k_B T were found at number density {}: {overlaps} pairs \
                 still overlap; hint: positions = \"fcc\"",
                show(Dimension::NumberDensity, *density)
            ),
            Self::Crowded => {
                "the group puts too many images near the atoms: its translations are far shorter than the \
                              cutoff, or the atoms far from each other"
                    .to_owned()
            }
            Self::NoEnergy(failure) => format!("the potential has no energy for these atoms: {failure}"),
            Self::Percolates { neighbours } => format!(
                "encounters need a dilute gas: {neighbours:.2} neighbours are within the cutoff on average, and from 2.74 \
                 on clusters have no end; hint: engine = \"time-stepped\", or a shorter cutoff"
            ),
            Self::Velocities(error) => error.to_string(),
        }
    }
}

impl Display for MolecularError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.in_units(&|_, value| value.to_string()))
    }
}

impl std::error::Error for MolecularError {}

impl From<GaussianError> for MolecularError {
    fn from(error: GaussianError) -> Self {
        Self::Velocities(error)
    }
}
