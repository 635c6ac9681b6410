//! Atoms at rest: the energy of the simulated atoms, in the presence of their images, as low as it gets nearby.
//!
//! What is varied are the positions of the simulated atoms, all images following, and for tubes and layers the group
//! itself: its translations by a strain `S`, and about an axis its screws by a twist, so many radian a length. The atoms go
//! along, `x -> S x`, turned about the axis by the twist times their place on it.

mod deferred;
mod descent;
mod landscape;

pub use deferred::{Begin, Deferred, Relax};

use crate::bonds::Bonds;
use crate::{Atoms, GroupBonds, GroupModel, Model, MolecularError};
use descent::{Descent, Landscape, Search};
use landscape::{AmongImages, InCell};
use omd_flow::{Free, Matrix3, Monitor, Pace, StateError, StateReader, StateWriter, Vector3};

/// When to be content.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relaxation {
    /// No atom feels a larger force, and no strain or twist gains more over the size of the atoms' cell.
    pub force_tolerance: f64,
    /// Whether the group is varied too: tubes, rods and layers.
    pub group: bool,
}

/// Where atoms and group came to rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Relaxed {
    /// In the order given, continuous from there.
    pub positions: Vec<Vector3<f64>>,
    /// What became of the translations, `S`; the identity where the group is as it was.
    pub stretch: Matrix3<f64>,
    /// By how much a tube is twisted, radian over length.
    pub twist: f64,
    /// The energy of the simulated atoms.
    pub energy: f64,
    /// The largest force that is left.
    pub largest_force: f64,
    /// How often forces were computed.
    pub evaluations: u64,
    /// Whether the tolerance was met.
    pub converged: bool,
}

impl Relaxed {
    fn new(descent: &Descent, positions: Vec<Vector3<f64>>, stretch: Matrix3<f64>, twist: f64) -> Self {
        Self {
            positions,
            stretch,
            twist,
            energy: descent.energy,
            largest_force: descent.largest_force,
            evaluations: descent.evaluations,
            converged: descent.converged,
        }
    }

    /// What the manifest says.
    fn fact(&self) -> (&'static str, String) {
        let met = if self.converged { "" } else { "; the tolerance was not met" };
        ("relaxed before t = 0", format!("after {} evaluations of the forces{met}", self.evaluations))
    }

    fn save(&self, state: &mut StateWriter) {
        state.vector_slice(&self.positions);
        state.matrix(&self.stretch);
        [self.twist, self.energy, self.largest_force].into_iter().for_each(|x| state.f64(x));
        state.u64(self.evaluations);
        state.u64(u64::from(self.converged));
    }

    fn restore(state: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok(Self {
            positions: state.vector_vec()?,
            stretch: state.matrix()?,
            twist: state.f64()?,
            energy: state.f64()?,
            largest_force: state.f64()?,
            evaluations: state.u64()?,
            converged: state.u64()? != 0,
        })
    }
}

/// Atoms on their way to rest.
pub trait Resting: Send {
    /// Goes on until they are there, or `monitor` asks for a pause: then `None`, and to be asked again.
    fn advance(&mut self, monitor: &mut dyn Monitor) -> Option<Relaxed>;

    /// Writes how far they are.
    fn save(&self, state: &mut StateWriter);

    /// Puts atoms that set out from the same start where [`Self::save`] left them; they go on to the same bits.
    ///
    /// # Errors
    /// [`StateError`] when the bytes are not of these atoms.
    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError>;
}

/// A landscape that can say what a place means.
trait Ground: Landscape + Send {
    fn relaxed(&self, place: &[f64], descent: &Descent) -> Relaxed;
}

struct Rest<L> {
    landscape: L,
    search: Search,
    tolerance: f64,
}

impl<L: Ground> Rest<L> {
    fn new(mut landscape: L, start: Vec<f64>, relaxation: Relaxation) -> Self {
        let search = Search::new(&mut landscape, start);
        Self { landscape, search, tolerance: relaxation.force_tolerance }
    }
}

impl<L: Ground> Resting for Rest<L> {
    fn advance(&mut self, monitor: &mut dyn Monitor) -> Option<Relaxed> {
        loop {
            if let Some(descent) = self.search.iterate(&mut self.landscape, self.tolerance) {
                return Some(self.landscape.relaxed(&self.search.place, &descent));
            }
            if monitor.at(0.0) == Pace::Pause {
                return None;
            }
        }
    }

    fn save(&self, state: &mut StateWriter) {
        self.search.save(state);
        self.landscape.save(state);
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.search.restore(state)?;
        self.landscape.restore(state)
    }
}

impl Ground for InCell {
    fn relaxed(&self, place: &[f64], descent: &Descent) -> Relaxed {
        Relaxed::new(descent, vectors(place), Matrix3::identity(), 0.0)
    }
}

impl Ground for AmongImages {
    fn relaxed(&self, place: &[f64], descent: &Descent) -> Relaxed {
        let (stretch, twist) = self.deformation(place);
        Relaxed::new(descent, self.positions(place), stretch, twist)
    }
}

/// Atoms that act by pairs, and bonds, on their way to rest in their cell.
///
/// # Errors
/// [`MolecularError`] of a potential without cutoff, or of what are no atoms.
pub fn resting(
    model: &Model,
    atoms: &Atoms,
    bonds: Option<&Bonds>,
    relaxation: Relaxation,
) -> Result<Box<dyn Resting>, MolecularError> {
    atoms.check()?;
    let landscape = InCell::new(model, atoms, bonds)?;
    let start = landscape.start();
    Ok(Box::new(Rest::new(landscape, start, relaxation)))
}

/// Atoms, and their bonds, on their way to rest among the images of a group, at t = 0.
///
/// # Errors
/// [`MolecularError`] of too many images.
pub fn resting_among_images(
    model: &GroupModel,
    positions: &[Vector3<f64>],
    bonds: Option<&GroupBonds>,
    relaxation: Relaxation,
) -> Result<Box<dyn Resting>, MolecularError> {
    let landscape = AmongImages::new(model, positions, bonds, relaxation.group)?;
    let start = landscape.start(positions);
    Ok(Box::new(Rest::new(landscape, start, relaxation)))
}

/// Relaxes atoms that act by pairs, and bonds, in their cell.
///
/// # Errors
/// As [`resting`].
pub fn relax(
    model: &Model,
    atoms: &Atoms,
    bonds: Option<&Bonds>,
    relaxation: Relaxation,
) -> Result<Relaxed, MolecularError> {
    at_once(resting(model, atoms, bonds, relaxation)?)
}

/// Relaxes atoms among the images of a group, at t = 0.
///
/// # Errors
/// As [`resting_among_images`].
pub fn relax_among_images(
    model: &GroupModel,
    positions: &[Vector3<f64>],
    bonds: Option<&GroupBonds>,
    relaxation: Relaxation,
) -> Result<Relaxed, MolecularError> {
    at_once(resting_among_images(model, positions, bonds, relaxation)?)
}

fn at_once(mut resting: Box<dyn Resting>) -> Result<Relaxed, MolecularError> {
    // A monitor that never pauses lets it come to its end.
    resting.advance(&mut Free).ok_or_else(|| MolecularError::Atoms("the atoms did not come to rest".to_owned()))
}

fn vectors(place: &[f64]) -> Vec<Vector3<f64>> {
    place.chunks_exact(3).map(Vector3::from_column_slice).collect()
}
