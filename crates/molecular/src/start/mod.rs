//! The atoms at t = 0.

mod auto;
mod crystal;
mod honeycomb;
mod molecules;
mod nanotube;
mod positions;
mod proximity;

pub use auto::{auto_cell, image_times};
pub use crystal::{Crystal, CubicLattice};
pub use honeycomb::{Honeycomb, NanotubePeriod};
pub use nanotube::Nanotube;
pub(crate) use proximity::{ClosePair, close_pairs, refuse_contacts, refuse_overlaps};

use crate::{HardSphereModel, Model, MolecularError};
use omd_flow::{AffineFlow, Matrix3, Philox, Vector3, draw_velocities};

/// Drawn positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawnPositions {
    /// Uniform, no pair energy above `k_B T`, no overlap of hard spheres.
    Random,
    /// A face-centred cubic arrangement filled as evenly as the count allows.
    Fcc,
}

/// The cell of drawn atoms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LatticeChoice {
    /// A cube.
    Cubic,
    /// The cell of this volume whose shortest image distance over the run is largest.
    Auto,
    /// These edges (columns), at t = 0.
    Edges(Matrix3<f64>),
}

/// The simulated atoms at t = 0, plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct Atoms {
    /// `E`, edges as columns.
    pub cell: Matrix3<f64>,
    /// One image of each atom, in the cell or anywhere.
    pub positions: Vec<Vector3<f64>>,
    /// For each atom the counts of lattice vectors from `positions` to the place reported as its own.
    pub shifts: Vec<Vector3<i64>>,
    /// Peculiar velocities.
    pub peculiar: Vec<Vector3<f64>>,
}

impl Atoms {
    /// Given atoms; peculiar velocities of the given `covariance` `P/(n m)` are drawn where there are none.
    ///
    /// # Errors
    /// [`MolecularError::Velocities`] when they cannot be drawn.
    pub fn given(
        cell: Matrix3<f64>,
        positions: Vec<Vector3<f64>>,
        shifts: Vec<Vector3<i64>>,
        peculiar: Option<Vec<Vector3<f64>>>,
        covariance: &Matrix3<f64>,
        random: &mut Philox,
    ) -> Result<Self, MolecularError> {
        let peculiar = match peculiar {
            Some(peculiar) => peculiar,
            None => draw_velocities(positions.len(), covariance, random)?,
        };
        Ok(Self { cell, positions, shifts, peculiar })
    }

    /// `count` drawn atoms: positions, then peculiar velocities with zero mean and exactly `covariance` `P/(n m)`.
    ///
    /// `duration` is what `lattice = "auto"` plans for.
    ///
    /// # Errors
    /// [`MolecularError::TooDense`] when random positions do not fit, [`MolecularError::Velocities`].
    pub fn drawn(
        model: &Model,
        count: usize,
        number_density: f64,
        positions: DrawnPositions,
        lattice: &LatticeChoice,
        covariance: &Matrix3<f64>,
        duration: f64,
        random: &mut Philox,
    ) -> Result<Self, MolecularError> {
        let radius = model.potential.core(model.mass * covariance.trace() / 3.0);
        let draw = Draw { flow: &model.flow, count, number_density, lattice, duration };
        let drawn = draw.positions(positions, radius, random)?;
        let (cell, positions) =
            drawn.map_err(|overlaps| MolecularError::TooDense { density: number_density, overlaps })?;
        Self::at(cell, positions, covariance, random)
    }

    /// `count` drawn atoms in molecules of two, `length` apart, as [`Self::drawn`]: atoms 2k and 2k + 1 are one.
    ///
    /// # Errors
    /// As [`Self::drawn`].
    pub fn drawn_molecules(
        model: &Model,
        count: usize,
        length: f64,
        number_density: f64,
        positions: DrawnPositions,
        lattice: &LatticeChoice,
        covariance: &Matrix3<f64>,
        duration: f64,
        random: &mut Philox,
    ) -> Result<Self, MolecularError> {
        let radius = model.potential.core(model.mass * covariance.trace() / 3.0);
        let draw = Draw { flow: &model.flow, count, number_density, lattice, duration };
        let cell = draw.cell()?;
        let drawn = molecules::diatomic(&cell, count / 2, length, positions, radius, random);
        let atoms = drawn.map_err(|overlaps| MolecularError::TooDense { density: number_density, overlaps })?;
        Self::at(cell, atoms, covariance, random)
    }

    /// `count` drawn hard spheres, as [`Self::drawn`].
    ///
    /// # Errors
    /// [`MolecularError::TooPacked`] when random positions do not fit, [`MolecularError::Velocities`].
    pub fn drawn_spheres(
        model: &HardSphereModel,
        count: usize,
        number_density: f64,
        positions: DrawnPositions,
        lattice: &LatticeChoice,
        covariance: &Matrix3<f64>,
        duration: f64,
        random: &mut Philox,
    ) -> Result<Self, MolecularError> {
        let draw = Draw { flow: &model.flow, count, number_density, lattice, duration };
        let packing = std::f64::consts::PI / 6.0 * number_density * model.diameter.powi(3);
        let drawn = draw.positions(positions, model.diameter, random)?;
        let (cell, positions) = drawn.map_err(|overlaps| MolecularError::TooPacked { packing, overlaps })?;
        Self::at(cell, positions, covariance, random)
    }

    /// Atoms at drawn positions, with drawn velocities.
    fn at(
        cell: Matrix3<f64>,
        positions: Vec<Vector3<f64>>,
        covariance: &Matrix3<f64>,
        random: &mut Philox,
    ) -> Result<Self, MolecularError> {
        let count = positions.len();
        let peculiar = draw_velocities(count, covariance, random)?;
        Ok(Self { cell, shifts: vec![Vector3::zeros(); count], positions, peculiar })
    }

    /// Refuses what is not a set of atoms.
    pub(crate) fn check(&self) -> Result<(), MolecularError> {
        check_cell(&self.cell)?;
        let count = self.positions.len();
        if count == 0 || count > u32::MAX as usize / 16 {
            return Err(MolecularError::Atoms(format!("{count} atoms cannot be simulated")));
        }
        if self.shifts.len() != count || self.peculiar.len() != count {
            let (shifts, velocities) = (self.shifts.len(), self.peculiar.len());
            return Err(MolecularError::Atoms(format!("{count} positions, {shifts} shifts, {velocities} velocities")));
        }
        // A place so many edges away is not one that a double can name.
        let farthest = crate::engine::MOST_EDGES * self.cell.norm();
        let finite = |v: &Vector3<f64>| v.iter().all(|x| x.is_finite());
        let near = |v: &Vector3<f64>| v.iter().all(|x| x.abs() <= farthest);
        match self.positions.iter().zip(&self.peculiar).position(|(x, w)| !near(x) || !finite(w)) {
            Some(index) => Err(MolecularError::NotFinite(index + 1)),
            None => Ok(()),
        }
    }
}

/// What decides the cell and the places of drawn atoms.
struct Draw<'a> {
    flow: &'a AffineFlow,
    count: usize,
    number_density: f64,
    lattice: &'a LatticeChoice,
    duration: f64,
}

impl Draw<'_> {
    /// The cell and the positions, none closer than `radius` where they are random; the number of closer pairs where
    /// that fails.
    #[allow(clippy::type_complexity, reason = "two ways to fail, and the callers name the second")]
    fn positions(
        &self,
        positions: DrawnPositions,
        radius: f64,
        random: &mut Philox,
    ) -> Result<Result<(Matrix3<f64>, Vec<Vector3<f64>>), usize>, MolecularError> {
        let cell = self.cell()?;
        Ok(match positions {
            DrawnPositions::Fcc => Ok((cell, positions::fcc(&cell, self.count))),
            DrawnPositions::Random => {
                positions::random(&cell, self.count, radius, random).map(|positions| (cell, positions))
            }
        })
    }

    /// The cell as the lattice is chosen.
    fn cell(&self) -> Result<Matrix3<f64>, MolecularError> {
        if !(self.number_density > 0.0 && self.number_density.is_finite()) {
            return Err(MolecularError::NotPositive("number density", self.number_density));
        }
        let volume = self.count as f64 / self.number_density;
        let cell = match self.lattice {
            LatticeChoice::Cubic => Matrix3::identity() * volume.cbrt(),
            LatticeChoice::Auto => auto_cell(self.flow, self.duration, volume),
            LatticeChoice::Edges(edges) => *edges,
        };
        check_cell(&cell)?;
        Ok(cell)
    }
}

fn check_cell(cell: &Matrix3<f64>) -> Result<(), MolecularError> {
    let product: f64 = (0..3).map(|k| cell.column(k).norm()).product();
    let volume = cell.determinant().abs();
    if volume.is_finite() && volume > 1e-12 * product { Ok(()) } else { Err(MolecularError::FlatCell) }
}
