//! Which objective group a structure has: from the places of atoms to the generators that make them of a few.
//!
//! Eq. before (1) of \[JamesQiWang\], after \[James2006\]: a structure is an objective molecular one if each atom sees the
//! same as the corresponding atom of every other molecule, up to an isometry. The isometries make a group, so the
//! question is which isometries carry the structure onto itself. A structure that ends is taken both as it is, where all
//! of them keep its centroid ([`cluster`]), and as a piece of an infinite one ([`sample`]), which is judged only where
//! nothing is missing; of the two the one with the smaller molecule holds. A periodic structure has no ends.
//!
//! Each form of group is an easy kernel (translations; screws and turns about an axis) and finitely many cosets
//! ([`quotient`]). The atoms are folded by the kernel ([`sites`]), which averages their noise; the cosets are found among
//! the folded atoms ([`axial`], [`crystal`]); what a group law leaves no freedom to is rounded, so that the generators
//! close to all digits. What omd can run is a subgroup that moves every atom ([`selection`]).

mod answer;
mod axial;
mod cluster;
mod crystal;
mod description;
mod error;
mod judge;
mod kernel;
mod motion;
mod places;
mod quotient;
mod recognise;
mod sample;
mod schoenflies;
mod selection;
mod sites;
mod subgroup;
mod surroundings;
#[cfg(test)]
mod tests;

pub use answer::{AtomSet, Extent, Recognition, RecognitionSettings, ScrewAxis, Verdict};
pub use description::IsometryForm;
pub use error::RecognitionError;
pub use recognise::recognise;
