//! The plan of `molecular`: atoms that a potential moves, or hard spheres.

use crate::experiment::{AtomStart, Experiment, Interaction, MolecularSettings};
use crate::{BuildError, Plan};
use omd_flow::{Description, Matrix3, Philox};
use omd_flow::{Vector3, draw_velocities};
use omd_molecular::{
    Atoms, GroupModel, GroupMolecular, HardSphereModel, HardSpheres, Model, Molecular, MolecularError, Scheme, Sites,
};
use std::sync::Arc;

/// What moves.
enum Matter {
    Atoms(Model, Scheme),
    Spheres(HardSphereModel),
    Group(Box<GroupModel>, Scheme),
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
    /// Positions and peculiar velocities of atoms without a cell.
    fn free(&self, random: &mut Philox) -> Result<[Vec<Vector3<f64>>; 2], MolecularError> {
        let AtomStart::Free { positions, peculiar, .. } = &self.atoms else {
            return Err(MolecularError::Atoms("a group needs atoms that a structure file gives".to_owned()));
        };
        let peculiar = match peculiar {
            Some(peculiar) => peculiar.clone(),
            None => draw_velocities(positions.len(), &self.covariance, random)?,
        };
        Ok([positions.clone(), peculiar])
    }

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
            (AtomStart::Free { .. }, _) | (AtomStart::Drawn { .. }, Matter::Group(..)) => {
                Err(MolecularError::Atoms("atoms and images do not fit each other".to_owned()))
            }
        }
    }

    fn description(&self, random: &mut Philox) -> Result<Box<dyn Description>, MolecularError> {
        Ok(match &self.matter {
            Matter::Atoms(model, scheme) => Box::new(Molecular::new(model, *scheme, &self.atoms(random)?)?),
            Matter::Spheres(model) => Box::new(HardSpheres::new(model, &self.atoms(random)?)?),
            Matter::Group(model, scheme) => {
                let [positions, peculiar] = self.free(random)?;
                Box::new(GroupMolecular::new(model, *scheme, &positions, &peculiar)?)
            }
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
    let matter = match (&experiment.interaction, settings.scheme) {
        (Some(Interaction::Potential(potential)), Some(scheme)) => match &settings.group {
            Some(group) => {
                let cell = group.cell().map(|cell| (flow, cell));
                let field = Arc::new(Sites(Arc::new(potential.clone())));
                let model = GroupModel { group: group.clone(), field, mass: state.mass, cell };
                Matter::Group(Box::new(model), scheme)
            }
            None => Matter::Atoms(Model { flow, potential: potential.clone(), mass: state.mass }, scheme),
        },
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
        let key = if matches!(start.atoms, AtomStart::Drawn { .. }) { "atoms" } else { "structure" };
        start.description(&mut random).map_err(|error| BuildError::new("molecular", key, error))
    })
}
