//! Copies under groups with rotations: helices, rings, tubes, layers, crystals.
//!
//! The copies within a ball move as ordinary molecular dynamics; those near its centre, or all of a finite group, are
//! compared with the images of the simulated atoms.

use super::block::Block;
use super::{CUTOFF, EVERY, ROUNDING, STEP, greater, potential};
use crate::arrows::experiments::{flow, full_flow, reduced_flow};
use crate::verify::{Arrow, Claim, Finding, Interrupt, Settings, Study, Table, Task, TaskError};
use omd_flow::{AffineFlow, Description, Matrix3, Philox, Vector3};
use omd_molecular::{
    GroupElement, GroupModel, GroupMolecular, Label, ObjectiveGroup, Scheme, Sites, Species, StepControl,
    rotation_about,
};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Simulated atoms.
const ATOMS: usize = 4;
/// No two atoms, images included, start nearer than this.
const APART: f64 = 0.95;
/// How far from the first copies are kept, by the dimensions of the group: farther than a signal comes in the quick
/// study and in the full one.
const REACH: [[f64; 4]; 2] = [[1e3, 60.0, 16.0, 14.0], [1e3, 120.0, 30.0, 22.0]];
/// Copies this far from the first are compared.
const INNER: f64 = 1.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::arrows) enum Kind {
    Helix,
    Ring,
    Dihedral,
    Nanotube,
    TiltingLayer,
    Tetragonal,
    Inversion,
}

pub(in crate::arrows) const KINDS: [Kind; 7] =
    [Kind::Helix, Kind::Ring, Kind::Dihedral, Kind::Nanotube, Kind::TiltingLayer, Kind::Tetragonal, Kind::Inversion];

impl Kind {
    pub(in crate::arrows) fn name(self) -> &'static str {
        match self {
            Self::Helix => "helix of one radian, pulled",
            Self::Ring => "ring of 7",
            Self::Dihedral => "dihedral ring of 5 x 2",
            Self::Nanotube => "tube of two screws, pushed",
            Self::TiltingLayer => "layer that stretches and tilts",
            Self::Tetragonal => "space group P4_2, stretched along its axis",
            Self::Inversion => "space group P-1, A without symmetry",
        }
    }

    fn gradient(self) -> Matrix3<f64> {
        let along = |rate: f64| Matrix3::from_diagonal(&Vector3::new(0.0, 0.0, rate));
        match self {
            Self::Helix => along(0.5),
            Self::Ring | Self::Dihedral => Matrix3::zeros(),
            Self::Nanotube => along(-0.3),
            Self::TiltingLayer => Matrix3::new(0.2, 0.4, 0.0, -0.3, 0.1, 0.0, 0.3, -0.2, 0.0),
            Self::Tetragonal => Matrix3::from_diagonal(&Vector3::new(-0.1, -0.1, 0.4)),
            Self::Inversion => full_flow(),
        }
    }

    fn generators(self) -> Vec<GroupElement> {
        let (origin, z) = (Vector3::zeros(), Vector3::z());
        let screw = |angle: f64, pitch: f64| GroupElement::screw(&origin, &z, angle, pitch);
        let translation = |x: f64, y: f64, z: f64| GroupElement::translation(Vector3::new(x, y, z));
        match self {
            Self::Helix => vec![screw(1.0, 1.1)],
            Self::Ring => vec![screw(TAU / 7.0, 0.0)],
            Self::Dihedral => {
                vec![screw(TAU / 5.0, 0.0), GroupElement::about(&origin, rotation_about(&Vector3::x(), PI), &origin)]
            }
            // What the two have in common is a third of a turn.
            Self::Nanotube => vec![screw(0.4 * 3.0 + TAU / 3.0, 3.0), screw(0.4 * 2.0, 2.0)],
            Self::TiltingLayer => vec![translation(2.6, 0.2, 0.0), translation(0.4, 2.4, 0.0)],
            Self::Tetragonal => vec![screw(TAU / 4.0, 2.2), translation(3.4, 0.0, 0.0)],
            Self::Inversion => vec![
                translation(3.2, 0.0, 0.1),
                translation(0.2, 2.9, 0.0),
                translation(0.0, -0.3, 2.8),
                GroupElement::about(&Vector3::new(0.3, 0.2, 0.1), -Matrix3::identity(), &origin),
            ],
        }
    }

    fn group(self, flow: &AffineFlow) -> Result<ObjectiveGroup, TaskError> {
        ObjectiveGroup::new(flow, &self.generators()).map_err(TaskError::failed)
    }

    /// Whether its images fill space.
    pub(in crate::arrows) fn has_volume(self) -> bool {
        matches!(self, Self::Tetragonal | Self::Inversion)
    }

    pub(in crate::arrows) fn start(self, settings: &Settings) -> Result<Start, TaskError> {
        let flow = flow(self.gradient())?;
        let group = self.group(&flow)?;
        let mut random = Philox::new(settings.seed, (1 << 41) | self as u64);
        let [positions, peculiar] = atoms(&group, &mut random)?;
        Ok(Start { kind: self, flow, group, positions, peculiar })
    }
}

/// The simulated atoms of a group at t = 0.
pub(in crate::arrows) struct Start {
    kind: Kind,
    pub(in crate::arrows) flow: AffineFlow,
    group: ObjectiveGroup,
    positions: Vec<Vector3<f64>>,
    peculiar: Vec<Vector3<f64>>,
}

impl Start {
    /// They and their images.
    pub(in crate::arrows) fn objective(
        &self,
        settings: &Settings,
        time_step: f64,
    ) -> Result<GroupMolecular, TaskError> {
        let group = self.kind.group(&reduced_flow(settings, &self.flow)?)?;
        let model =
            GroupModel { group, field: Arc::new(Sites(Arc::new(potential()))), species: Species::one(1.0), cell: None };
        let scheme = Scheme { time_step, control: StepControl::Fixed };
        GroupMolecular::new(&model, scheme, &self.positions, &self.peculiar).map_err(TaskError::failed)
    }
}

/// Places no two of which are near each other, images included, and velocities.
fn atoms(group: &ObjectiveGroup, random: &mut Philox) -> Result<[Vec<Vector3<f64>>; 2], TaskError> {
    let mut places: Vec<Vector3<f64>> = Vec::new();
    for _ in 0..100_000 {
        if places.len() == ATOMS {
            let velocities = places.iter().map(|_| Vector3::from_fn(|_, _| random.normal())).collect();
            return Ok([places, velocities]);
        }
        // A shell around the axis that a ring or a tube has.
        let [angle, radius, height] = [TAU, 1.4, 1.6].map(|range| range * random.uniform());
        let trial = Vector3::new((1.0 + radius) * angle.cos(), (1.0 + radius) * angle.sin(), height);
        let near = |place: &Vector3<f64>, own: bool| {
            let reach = (place - trial).norm() + 2.0 * place.norm() + 2.0 * APART + 6.0;
            let labels = group.within(0.0, &Vector3::zeros(), reach);
            labels.into_iter().any(|label| {
                let other = !own || label != Label::IDENTITY;
                other && (group.element(&label).position(0.0, place) - trial).norm() < APART
            })
        };
        if !near(&trial, true) && !places.iter().any(|place| near(place, false)) {
            places.push(trial);
        }
    }
    Err(TaskError::Failed("no places apart from each other were found".to_owned()))
}

pub(super) fn study(settings: Settings) -> Study {
    let steps = settings.choose(200, 500);
    let [_, tubes, layers, crystals] = settings.choose(REACH[0], REACH[1]);
    let tasks = KINDS.into_iter().map(|kind| {
        let seconds = settings.choose(1e-2, 4e-2) * steps as f64;
        Task::new(kind.name().to_owned(), seconds, move |interrupt| deviations(&settings, kind, steps, interrupt))
    });
    let tasks = tasks.collect();
    Study {
        arrow: Arrow::MolecularSymmetry,
        name: "groups",
        title: "Copies turned and moved by a group move as the images do",
        input: format!(
            "{ATOMS} Lennard-Jones atoms drawn at least {APART} apart, cutoff {CUTOFF}, shifted force, T = 1; copies of \
             tubes within {tubes}, of layers within {layers}, of crystals within {crystals} of the first, all of rings; \
             {steps} velocity Verlet steps of {STEP}; the copies within {INNER} compared, all of rings"
        ),
        tasks,
        judge: Box::new(judge),
    }
}

/// The copies, how many are compared and until when; the largest distance of an atom from its image and of its
/// acceleration from the image's; how far the atoms moved.
fn deviations(settings: &Settings, kind: Kind, steps: usize, interrupt: Interrupt<'_>) -> Result<Vec<f64>, TaskError> {
    let begin = kind.start(settings)?;
    let Start { flow, group, positions, peculiar, .. } = &begin;
    let velocities: Vec<_> = positions.iter().zip(peculiar).map(|(x, w)| flow.lab_from_peculiar(0.0, x, w)).collect();
    let centre = positions.iter().sum::<Vector3<f64>>() / ATOMS as f64;
    let reach = settings.choose(REACH[0], REACH[1])[group.dimension()];
    let labels = group.within(0.0, &centre, reach);
    let elements: Vec<_> = labels.iter().map(|label| group.element(label)).collect();
    let mut block = Block::of_copies(&elements, positions, &velocities, &potential());
    let mut molecular = begin.objective(settings, STEP)?;
    let inner = if group.dimension() == 0 { reach } else { INNER };
    let compared: Vec<_> =
        (0..elements.len()).filter(|&copy| (elements[copy].position(0.0, &centre) - centre).norm() <= inner).collect();
    let (mut distance, mut acceleration) = (0.0f64, 0.0f64);
    for comparison in 1..=steps / EVERY {
        for _ in 0..EVERY {
            interrupt.check()?;
            block.step(STEP);
        }
        interrupt.advance(&mut molecular, (comparison * EVERY) as f64 * STEP)?;
        let (images, forces, time) = (molecular.atoms(), molecular.forces(), molecular.time());
        let size = forces.iter().map(Vector3::norm).fold(0.0, greater);
        for &copy in &compared {
            let (places, accelerations) = block.copy(copy);
            for k in 0..ATOMS {
                let image = elements[copy].position(time, &images.positions[k]);
                distance = greater(distance, (places[k] - image).norm());
                let turned = elements[copy].rotation * forces[k];
                acceleration = greater(acceleration, (accelerations[k] - turned).norm() / size);
            }
        }
    }
    let moved = molecular.atoms().positions.iter().zip(positions).map(|(a, b)| (a - b).norm()).fold(0.0, greater);
    Ok(vec![elements.len() as f64, compared.len() as f64, distance, acceleration, moved])
}

fn judge(results: &[Vec<f64>]) -> Finding {
    let mut finding = Finding::default();
    let mut table = Table {
        caption: "Copies from their images".to_owned(),
        header: ["group", "copies", "compared", "largest distance", "acceleration, relative", "atoms moved"]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
    };
    for (kind, result) in KINDS.iter().zip(results) {
        let [copies, compared, distance, acceleration, moved] = [0, 1, 2, 3, 4].map(|k| result[k]);
        let name = kind.name();
        finding.claims.push(Claim::below(
            format!("{name}: largest distance of a copy from its image"),
            distance,
            ROUNDING,
        ));
        // The stiffest pairs turn a distance into a thousand times as much force.
        let what = format!("{name}: acceleration of images off Newton's, relative");
        finding.claims.push(Claim::below(what, acceleration, 1e3 * ROUNDING));
        finding.claims.push(Claim::above(format!("{name}: how far an atom moved"), moved, 0.1));
        table.rows.push(vec![
            name.to_owned(),
            copies.to_string(),
            compared.to_string(),
            format!("{distance:.1e}"),
            format!("{acceleration:.1e}"),
            format!("{moved:.2}"),
        ]);
    }
    finding.tables.push(table);
    finding
}
