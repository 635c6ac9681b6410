//! The plan of `molecular`: atoms that a potential moves, or hard spheres.

use crate::experiment::{AtomStart, Engine, Experiment, Interaction, MolecularSettings};
use crate::{BuildError, Plan};
use omd_flow::{Description, Matrix3, Philox};
use omd_molecular::{Atoms, Encounters, HardSphereModel, HardSpheres, Model, Molecular, MolecularError};

/// What moves.
enum Matter {
    Atoms(Model, Engine),
    Spheres(HardSphereModel),
}

/// How all replicas start.
struct Start {
    matter: Matter,
    atoms: AtomStart,
    number_density: f64,
    /// `P/(n m)`.
    covariance: Matrix3<f64>,
    /// What `lattice = "auto"` plans for.
    duration: f64,
}

impl Start {
    fn atoms(&self, random: &mut Philox) -> Result<Atoms, MolecularError> {
        let (density, covariance, duration) = (self.number_density, &self.covariance, self.duration);
        match (&self.atoms, &self.matter) {
            (AtomStart::Drawn { atoms, positions, lattice }, Matter::Atoms(model, _)) => {
                Atoms::drawn(model, *atoms, density, *positions, lattice, covariance, duration, random)
            }
            (AtomStart::Drawn { atoms, positions, lattice }, Matter::Spheres(model)) => {
                Atoms::drawn_spheres(model, *atoms, density, *positions, lattice, covariance, duration, random)
            }
            (AtomStart::Given { cell, positions, shifts, peculiar, .. }, _) => {
                Atoms::given(*cell, positions.clone(), shifts.clone(), peculiar.clone(), covariance, random)
            }
        }
    }

    fn description(&self, random: &mut Philox) -> Result<Box<dyn Description>, MolecularError> {
        let atoms = self.atoms(random)?;
        Ok(match &self.matter {
            Matter::Atoms(model, Engine::TimeStepped(scheme)) => Box::new(Molecular::new(model, *scheme, &atoms)?),
            Matter::Atoms(model, Engine::Encounters { tolerance }) => {
                Box::new(Encounters::new(model, *tolerance, &atoms)?)
            }
            Matter::Spheres(model) => Box::new(HardSpheres::new(model, &atoms)?),
        })
    }
}

/// The plan of the experiment's atoms; `tensor` is `P/n` at t = 0.
///
/// # Errors
/// [`BuildError`] where the interaction moves no atoms, or they cannot start.
pub(crate) fn molecular(
    experiment: &Experiment,
    settings: &MolecularSettings,
    tensor: Matrix3<f64>,
) -> Result<Plan, BuildError> {
    let (flow, state) = (experiment.flow.clone(), &experiment.state);
    let matter = match (&experiment.interaction, settings.engine) {
        (Some(Interaction::Potential(potential)), Some(engine)) => {
            Matter::Atoms(Model { flow, potential: potential.clone(), mass: state.mass }, engine)
        }
        (Some(Interaction::HardSphere { diameter }), _) => {
            Matter::Spheres(HardSphereModel { flow, diameter: *diameter, mass: state.mass })
        }
        (Some(Interaction::Potential(_)), None) => {
            return Err(BuildError::new("molecular", "time-step", "is missing"));
        }
        _ => return Err(BuildError::new("interaction", "kind", "[molecular] needs a potential that moves atoms")),
    };
    let start = Start {
        matter,
        atoms: settings.start.clone(),
        number_density: state.number_density,
        covariance: tensor / state.mass,
        duration: experiment.schedule.end,
    };
    let seed = settings.seed;
    Plan::new("molecular", settings.replicas, move |replica| {
        // Replica r of the atoms draws from stream (seed, 2^63 + r), of DSMC from (seed, r): their noise is independent.
        let mut random = Philox::new(seed, (1 << 63) | replica as u64);
        let key = if matches!(start.atoms, AtomStart::Given { .. }) { "structure" } else { "atoms" };
        start.description(&mut random).map_err(|error| BuildError::new("molecular", key, error))
    })
}
