//! The plan of `molecular`: atoms that a potential moves, or hard spheres.

use crate::experiment::{AtomStart, Engine, Experiment, GroupElement, Interaction, MolecularSettings, ObjectiveGroup};
use crate::{BuildError, Plan};
use omd_flow::{Description, Matrix3, Philox};
use omd_flow::{Vector3, draw_velocities};
use omd_interaction::SitePotential;
use omd_molecular::{
    Atoms, Encounters, GroupModel, GroupMolecular, HardSphereModel, HardSpheres, Model, Molecular, MolecularError,
    Scheme, force_field,
};
use std::sync::Arc;

/// What moves.
enum Matter {
    Atoms(Model, Engine),
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
        let (positions, peculiar) = match &self.atoms {
            AtomStart::Free { positions, peculiar, .. } => (positions.clone(), peculiar),
            AtomStart::Given { cell, positions, shifts, peculiar, .. } => {
                let read = |(x, nu): (&Vector3<f64>, &Vector3<i64>)| x + cell * nu.map(|n| n as f64);
                (positions.iter().zip(shifts).map(read).collect(), peculiar)
            }
            AtomStart::Drawn { .. } => {
                let message = "a structure file has to give the atoms of a group or of many bodies";
                return Err(MolecularError::Atoms(message.to_owned()));
            }
        };
        let peculiar = match peculiar {
            Some(peculiar) => peculiar.clone(),
            None => draw_velocities(positions.len(), &self.covariance, random)?,
        };
        Ok([positions, peculiar])
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
            Matter::Atoms(model, Engine::TimeStepped(scheme)) => {
                Box::new(Molecular::new(model, *scheme, &self.atoms(random)?)?)
            }
            Matter::Atoms(model, Engine::Encounters { tolerance }) => {
                Box::new(Encounters::new(model, *tolerance, &self.atoms(random)?)?)
            }
            Matter::Spheres(model) => Box::new(HardSpheres::new(model, &self.atoms(random)?)?),
            Matter::Group(model, scheme) => {
                let [positions, peculiar] = self.free(random)?;
                Box::new(GroupMolecular::new(model, *scheme, &positions, &peculiar)?)
            }
        })
    }
}

/// Atoms among the images of a group, or of the translations of their cell.
fn of_group(
    experiment: &Experiment,
    settings: &MolecularSettings,
    potential: Arc<dyn SitePotential>,
    scheme: Scheme,
) -> Result<Matter, BuildError> {
    let flow = &experiment.flow;
    let group = match (&settings.group, &settings.start) {
        (Some(group), _) => group.clone(),
        (None, AtomStart::Given { cell, .. }) => {
            let edges: Vec<_> = cell.column_iter().map(|edge| GroupElement::translation(edge.into())).collect();
            ObjectiveGroup::new(flow, &edges).map_err(|error| BuildError::new("molecular", "structure", error))?
        }
        _ => return Err(BuildError::new("molecular", "structure", "is missing: nothing else gives these atoms")),
    };
    let cell = match &settings.start {
        AtomStart::Given { cell, .. } => Some(*cell),
        _ => group.cell(),
    };
    let cell = cell.map(|cell| (flow.clone(), cell));
    let model = GroupModel { group, field: force_field(potential), mass: experiment.state.mass, cell };
    Ok(Matter::Group(Box::new(model), scheme))
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
        (Some(Interaction::Potential(potential)), Some(engine)) if settings.group.is_none() => {
            Matter::Atoms(Model { flow, potential: potential.clone(), mass: state.mass }, engine)
        }
        (Some(Interaction::Potential(potential)), Some(Engine::TimeStepped(scheme))) => {
            of_group(experiment, settings, Arc::new(potential.clone()), scheme)?
        }
        (Some(Interaction::ManyBody(potential)), Some(Engine::TimeStepped(scheme))) => {
            of_group(experiment, settings, potential.clone(), scheme)?
        }
        (Some(Interaction::HardSphere { diameter }), _) => {
            Matter::Spheres(HardSphereModel { flow, diameter: *diameter, mass: state.mass })
        }
        (Some(Interaction::Potential(_) | Interaction::ManyBody(_)), Some(Engine::Encounters { .. })) => {
            let message = "\"encounters\" know pairs and the translations of a cell only";
            return Err(BuildError::new("molecular", "engine", message));
        }
        (Some(Interaction::Potential(_) | Interaction::ManyBody(_)), None) => {
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
