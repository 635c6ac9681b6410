//! The plan of `molecular`: atoms that a potential moves, or hard spheres.

use crate::experiment::{
    AtomStart, BondSettings, Engine, Experiment, GroupElement, Interaction, MolecularSettings, ObjectiveGroup,
    PrepareSettings, Species, Thermostat, ThermostatKind,
};
use crate::{BuildError, Plan};
use omd_flow::{
    AffineFlow, Description, Matrix3, Philox, Structure, Vector3, draw_velocities_among_images, with_covariance,
    with_trace,
};
use omd_molecular::{
    Atoms, Begin, Bond, Bonds, Clusters, Deferred, Encounters, ForceField, GroupBonds, GroupModel, GroupMolecular,
    HandOver, HardSphereModel, HardSpheres, Model, Molecular, MolecularError, Prepared, Relax, Scheme, force_field,
    resting, resting_among_images,
};
use std::sync::Arc;

/// What moves.
#[derive(Clone)]
enum Matter {
    Atoms(Model, Engine),
    Spheres(HardSphereModel),
    Group(Box<GroupModel>, Scheme),
}

/// How all replicas start.
#[derive(Clone)]
struct Start {
    matter: Matter,
    atoms: AtomStart,
    number_density: f64,
    /// `P/(n m)`, `m` that which masses are counted in.
    covariance: Matrix3<f64>,
    /// What `lattice = "auto"` plans for.
    duration: f64,
    prepare: Option<PrepareSettings>,
    thermostat: Option<Thermostat>,
    bonds: Option<BondSettings>,
}

impl Start {
    /// Positions and peculiar velocities of atoms without a cell.
    fn free(&self, model: &GroupModel, random: &mut Philox) -> Result<[Vec<Vector3<f64>>; 2], MolecularError> {
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
            None => {
                let (weights, turned) = (model.species.weights(positions.len())?, model.group.mean_rotation());
                draw_velocities_among_images(&weights, &self.covariance, &turned, random)?
            }
        };
        Ok([positions, peculiar])
    }

    fn atoms(&self, random: &mut Philox) -> Result<Atoms, MolecularError> {
        let (density, covariance, duration) = (self.number_density, &self.covariance, self.duration);
        match (&self.atoms, &self.matter) {
            (AtomStart::Drawn { atoms, positions, lattice }, Matter::Atoms(model, _)) => {
                if let Some(BondSettings { length, .. }) = self.bonds {
                    let place = (*positions, lattice);
                    return Atoms::drawn_molecules(
                        model, *atoms, length, density, place.0, place.1, covariance, duration, random,
                    );
                }
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
            Matter::Atoms(model, Engine::TimeStepped(scheme)) => self.stepped(model, *scheme, random)?,
            Matter::Atoms(model, Engine::Encounters { tolerance }) => {
                Box::new(Encounters::new(model, *tolerance, &self.atoms(random)?)?)
            }
            Matter::Spheres(model) => Box::new(HardSpheres::new(model, &self.atoms(random)?)?),
            Matter::Group(model, scheme) => self.of_group(model, *scheme, random)?,
        })
    }

    /// The bonds of these atoms.
    fn bonds(&self, atoms: &Atoms) -> Result<Option<Bonds>, MolecularError> {
        let Some(BondSettings { form, within, excluded, pairs, .. }) = &self.bonds else { return Ok(None) };
        let (form, excluded) = (form.clone(), *excluded);
        if let AtomStart::Drawn { .. } = self.atoms {
            let pair = |k: usize| Bond { first: 2 * k, second: 2 * k + 1, image: Vector3::zeros() };
            return Ok(Some(Bonds { form, excluded, list: (0..atoms.positions.len() / 2).map(pair).collect() }));
        }
        if let Some(pairs) = pairs {
            return Bonds::of_pairs(form, excluded, &atoms.cell, &atoms.positions, pairs).map(Some);
        }
        some(Bonds::of_near(form, excluded, &atoms.cell, &atoms.positions, *within))
    }

    /// The bonds of these atoms among the images of a group.
    fn group_bonds(
        &self,
        group: &ObjectiveGroup,
        positions: &[Vector3<f64>],
    ) -> Result<Option<GroupBonds>, MolecularError> {
        let Some(BondSettings { form, within, excluded, pairs, .. }) = &self.bonds else { return Ok(None) };
        let (form, excluded) = (form.clone(), *excluded);
        if let Some(pairs) = pairs {
            return GroupBonds::of_pairs_among_images(form, excluded, group, positions, pairs).map(Some);
        }
        some(GroupBonds::of_near_images(form, excluded, group, positions, *within)?)
    }

    /// Pairs among the translations of a cell, from step to step: relaxed first where that is asked for.
    fn stepped(
        &self,
        model: &Model,
        scheme: Scheme,
        random: &mut Philox,
    ) -> Result<Box<dyn Description>, MolecularError> {
        let atoms = self.atoms(random)?;
        let bonds = self.bonds(&atoms)?;
        let Some(relaxation) = self.prepare.and_then(|prepare| prepare.relax) else {
            return self.equilibrated(model, scheme, &atoms, bonds, random);
        };
        let before = Structure {
            time: 0.0,
            cell: Some(atoms.cell),
            positions: atoms.positions.clone(),
            lab_velocities: atoms.peculiar.clone(),
        };
        let (start, model, given, joined) = (self.clone(), model.clone(), atoms.clone(), bonds.clone());
        let at_rest = model.clone();
        let relax: Relax = Box::new(move || resting(&at_rest, &given, joined.as_ref(), relaxation));
        let random = random.clone();
        let begin: Begin = Box::new(move |relaxed| {
            let shifts = vec![Vector3::zeros(); atoms.positions.len()];
            let rest = Atoms { positions: relaxed.positions.clone(), shifts, ..atoms.clone() };
            let bonds = bonds.as_ref().map(|bonds| bonds.shifted(&atoms.shifts));
            start.equilibrated(&model, scheme, &rest, bonds, &random)
        });
        Ok(Box::new(Deferred::new(before, relax, begin)))
    }

    /// The same, moved without a flow first where that is asked for.
    fn equilibrated(
        &self,
        model: &Model,
        scheme: Scheme,
        atoms: &Atoms,
        bonds: Option<Bonds>,
        random: &Philox,
    ) -> Result<Box<dyn Description>, MolecularError> {
        let thermostat = self.thermostat;
        let begin = move |model: &Model, atoms: &Atoms, bonds: Option<&Bonds>| -> Result<_, MolecularError> {
            let molecular = Molecular::with_bonds(model, scheme, atoms, bonds)?;
            let molecular: Box<dyn Description> = Box::new(match thermostat {
                // Friction without noise: the stream is not drawn from.
                Some(thermostat) => molecular.thermostatted(thermostat, Philox::new(0, 0)),
                None => molecular,
            });
            Ok(molecular)
        };
        let Some((duration, kind)) = self.prepare.and_then(|prepare| prepare.equilibrate) else {
            return begin(model, atoms, bonds.as_ref());
        };
        let rest = Model { flow: AffineFlow::at_rest(), ..model.clone() };
        let before = Molecular::with_bonds(&rest, scheme, atoms, bonds.as_ref())?;
        let before = before.thermostatted(self.warming(kind, model.mass), random.clone());
        let (model, cell, covariance) = (model.clone(), atoms.cell, self.covariance);
        // Positions are handed over as they are reported.
        let bonds = bonds.map(|bonds| bonds.shifted(&atoms.shifts));
        let hand_over: HandOver = Box::new(move |positions, velocities| {
            let weights = vec![1.0; velocities.len()];
            let peculiar = if velocities.len() < 4 {
                with_trace(velocities.to_vec(), &weights, covariance.trace(), &Matrix3::identity())?
            } else {
                with_covariance(velocities.to_vec(), &weights, &covariance)?
            };
            let shifts = vec![Vector3::zeros(); positions.len()];
            begin(&model, &Atoms { cell, positions: positions.to_vec(), shifts, peculiar }, bonds.as_ref())
        });
        Ok(Box::new(Prepared::new(Box::new(before), duration, hand_over)))
    }

    /// Any field among the images of a group: relaxed first where that is asked for, the group with them.
    fn of_group(
        &self,
        model: &GroupModel,
        scheme: Scheme,
        random: &mut Philox,
    ) -> Result<Box<dyn Description>, MolecularError> {
        let [positions, peculiar] = self.free(model, random)?;
        let bonds = self.group_bonds(&model.group, &positions)?;
        let Some(relaxation) = self.prepare.and_then(|prepare| prepare.relax) else {
            return self.equilibrated_in_group(model, scheme, &positions, &peculiar, bonds.as_ref(), random);
        };
        let before = Structure {
            time: 0.0,
            cell: model.cell.as_ref().map(|(_, cell)| *cell),
            positions: positions.clone(),
            lab_velocities: peculiar.clone(),
        };
        let (start, model, at_rest, joined) = (self.clone(), model.clone(), model.clone(), bonds.clone());
        let relax: Relax = Box::new(move || resting_among_images(&at_rest, &positions, joined.as_ref(), relaxation));
        let random = random.clone();
        let begin: Begin = Box::new(move |relaxed| {
            let message = || MolecularError::Atoms("the relaxed group is none under this flow".to_owned());
            let group = model.group.deformed(&relaxed.stretch, relaxed.twist).ok_or_else(message)?;
            let model = GroupModel { group, ..model.clone() };
            start.equilibrated_in_group(&model, scheme, &relaxed.positions, &peculiar, bonds.as_ref(), &random)
        });
        Ok(Box::new(Deferred::new(before, relax, begin)))
    }

    /// The same, moved without a flow first where that is asked for.
    fn equilibrated_in_group(
        &self,
        model: &GroupModel,
        scheme: Scheme,
        positions: &[Vector3<f64>],
        peculiar: &[Vector3<f64>],
        bonds: Option<&GroupBonds>,
        random: &Philox,
    ) -> Result<Box<dyn Description>, MolecularError> {
        let thermostat = self.thermostat;
        let joined = bonds.cloned();
        let begin = move |model: &GroupModel, positions: &[Vector3<f64>], peculiar: &[Vector3<f64>]| {
            // Names count from the places reported, which are continuous from the start.
            let molecular = GroupMolecular::with_bonds(model, scheme, positions, peculiar, joined.as_ref())?;
            Ok(Box::new(match thermostat {
                Some(thermostat) => molecular.thermostatted(thermostat, Philox::new(0, 0)),
                None => molecular,
            }) as Box<dyn Description>)
        };
        let Some((duration, kind)) = self.prepare.and_then(|prepare| prepare.equilibrate) else {
            return begin(model, positions, peculiar);
        };
        let cell = model.cell.as_ref().map(|(_, cell)| (AffineFlow::at_rest(), *cell));
        let rest = GroupModel { group: model.group.at_rest(), cell, ..model.clone() };
        let before = GroupMolecular::with_bonds(&rest, scheme, positions, peculiar, bonds)?;
        let before = before.thermostatted(self.warming(kind, model.species.reference_mass()), random.clone());
        let (model, covariance, turned) = (model.clone(), self.covariance, model.group.mean_rotation());
        let hand_over: HandOver = Box::new(move |positions, velocities| {
            let weights = model.species.weights(velocities.len())?;
            // Where rotations turn velocities no covariance is theirs.
            let peculiar = if velocities.len() < 4 || turned != Matrix3::identity() {
                with_trace(velocities.to_vec(), &weights, covariance.trace(), &turned)?
            } else {
                with_covariance(velocities.to_vec(), &weights, &covariance)?
            };
            begin(&model, positions, &peculiar)
        });
        Ok(Box::new(Prepared::new(Box::new(before), duration, hand_over)))
    }

    /// The thermostat before t = 0.
    fn warming(&self, kind: ThermostatKind, mass: f64) -> Thermostat {
        Thermostat { kind, temperature: mass * self.covariance.trace() / 3.0 }
    }
}

/// Refuses bonds of nobody.
fn some<Image>(bonds: Bonds<Image>) -> Result<Option<Bonds<Image>>, MolecularError> {
    if bonds.list.is_empty() {
        let message = "no two atoms are near enough for `within` of [interaction.bonds]";
        return Err(MolecularError::Atoms(message.to_owned()));
    }
    Ok(Some(bonds))
}

/// Atoms among the images of a group, or of the translations of their cell.
fn of_group(
    experiment: &Experiment,
    settings: &MolecularSettings,
    field: Arc<dyn ForceField>,
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
    let species = settings.species.clone().unwrap_or_else(|| Species::one(experiment.state.mass));
    let model = GroupModel { group, field, species, cell };
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
            of_group(experiment, settings, force_field(Arc::new(potential.clone())), scheme)?
        }
        (Some(Interaction::Mixture(potential)), Some(Engine::TimeStepped(scheme))) => {
            of_group(experiment, settings, force_field(potential.clone()), scheme)?
        }
        (Some(Interaction::ManyBody(potential)), Some(Engine::TimeStepped(scheme))) => {
            of_group(experiment, settings, force_field(potential.clone()), scheme)?
        }
        (Some(Interaction::Cluster(potential)), Some(Engine::TimeStepped(scheme))) => {
            of_group(experiment, settings, Arc::new(Clusters(potential.clone())), scheme)?
        }
        (Some(Interaction::HardSphere { diameter }), _) => {
            Matter::Spheres(HardSphereModel { flow, diameter: *diameter, mass: state.mass })
        }
        (
            Some(
                Interaction::Potential(_)
                | Interaction::Mixture(_)
                | Interaction::ManyBody(_)
                | Interaction::Cluster(_),
            ),
            Some(Engine::Encounters { .. }),
        ) => {
            let message = "\"encounters\" know pairs and the translations of a cell only";
            return Err(BuildError::new("molecular", "engine", message));
        }
        (
            Some(
                Interaction::Potential(_)
                | Interaction::Mixture(_)
                | Interaction::ManyBody(_)
                | Interaction::Cluster(_),
            ),
            None,
        ) => {
            return Err(BuildError::new("molecular", "time-step", "is missing"));
        }
        _ => return Err(BuildError::new("interaction", "kind", "[molecular] needs a potential that moves atoms")),
    };
    let start = Start {
        matter,
        atoms: settings.start.clone(),
        number_density: state.number_density,
        covariance: tensor / settings.species.as_ref().map_or(state.mass, Species::reference_mass),
        duration: experiment.schedule.end,
        prepare: settings.prepare,
        thermostat: settings.thermostat,
        bonds: settings.bonds.clone(),
    };
    let seed = settings.seed;
    Plan::new("molecular", settings.replicas, move |replica| {
        // Replica r of the atoms draws from stream (seed, 2^63 + r), of DSMC from (seed, r): their noise is independent.
        let mut random = Philox::new(seed, (1 << 63) | replica as u64);
        let key = if matches!(start.atoms, AtomStart::Drawn { .. }) { "atoms" } else { "structure" };
        start.description(&mut random).map_err(|error| BuildError::of_atoms(key, error))
    })
}
