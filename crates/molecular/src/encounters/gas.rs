//! The atoms from event to event: pairs that reach the cutoff, pairs that leave it.

mod contacts;

use super::cluster::{Cluster, Stuck};
use super::motion::{Edge, Motion, Step};
use super::parts::{Part, components};
use crate::MolecularError;
use crate::flight::{Contact, Flight, Opened, PADDING, Shut, Window};
use crate::force::ForceField;
use crate::model::Model;
use omd_flow::{Matrix3, Vector3};

/// An atom in no cluster.
const FREE: u32 = u32::MAX;
/// Atoms of a cluster beyond which it is said to percolate.
pub(super) const MOST_MEMBERS: usize = 256;
/// Events over atoms after which a window ends early, so that a run can be interrupted.
const MOST_EVENTS: u64 = 16;

/// The atoms, and the clusters of the present window.
#[derive(Clone, Debug)]
pub(super) struct Gas {
    pub(super) flight: Flight,
    pub(super) model: Model,
    pub(super) field: ForceField,
    /// Allowed error of a step, in cutoffs and root mean square speeds.
    pub(super) tolerance: f64,
    /// Steps taken in clusters.
    pub(super) steps: u64,
    /// Atoms of the largest cluster so far.
    pub(super) largest: u64,
    /// By slot: cluster and place in it.
    owners: Vec<(u32, u32)>,
    /// How far from the line that is in its slot an atom gets on its curve.
    deviations: Vec<f64>,
    /// How far each slot's atom has got at its last event, when that was, and the bound of its momentum since.
    gone: Vec<[f64; 3]>,
    clusters: Vec<Cluster>,
    vacant: Vec<u32>,
    step: Step,
    found: Vec<(u32, [i16; 3])>,
}

/// Why a run cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// A cluster of so many atoms.
    Percolates(usize),
    /// A number is not finite.
    Lost,
}

/// Atoms to be sorted into clusters anew at one time.
#[derive(Default)]
struct Rebuild {
    slots: Vec<u32>,
    /// `[x, v]` of each.
    states: Vec<[Vector3<f64>; 2]>,
    /// Pairs of slots and the image of the second.
    edges: Vec<(u32, u32, [i16; 3])>,
    /// The step to begin with.
    size: f64,
}

impl Gas {
    pub(super) fn new(
        model: &Model,
        tolerance: f64,
        cell: Matrix3<f64>,
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
        wraps: Vec<Vector3<i64>>,
    ) -> Result<Self, MolecularError> {
        let field = ForceField::new(&model.potential)?;
        let cutoff = model.potential.cutoff().ok_or(MolecularError::NoCutoff)?;
        let flight = Flight::new(&model.flow, model.mass, cutoff, cell, positions, velocities, wraps);
        let count = flight.len();
        Ok(Self {
            flight,
            model: model.clone(),
            field,
            tolerance,
            steps: 0,
            largest: 1,
            owners: vec![(FREE, 0); count],
            deviations: vec![0.0; count + PADDING],
            gone: vec![[0.0; 3]; count],
            clusters: Vec::new(),
            vacant: Vec::new(),
            step: Step::default(),
            found: Vec::new(),
        })
    }

    /// One window, at most to `until`.
    pub(super) fn window(&mut self, until: f64) -> Result<(), Halt> {
        let opened = self.flight.open::<true>(until);
        let Opened { mut window, mut end, mut farthest } = opened.map_err(|shut| match shut {
            Shut::Closed | Shut::TooShort | Shut::Lost => Halt::Lost,
        })?;
        let whole = window.distance(window.length, 1.0);
        for (gone, way) in self.gone.iter_mut().zip(&self.flight.ways) {
            *gone = [0.0, 0.0, way / whole];
        }
        self.begin_clusters(&window, &mut farthest)?;
        let most = self.flight.ledger.collisions + MOST_EVENTS * self.flight.len() as u64;
        while let Some(contact) = self.flight.queue.pop() {
            let pair = [contact.first as usize, contact.second as usize];
            if pair.map(|slot| self.flight.stamps[slot]) != contact.stamps {
                continue;
            }
            self.meet_or_leave(&window, &contact, &mut farthest)?;
            if self.flight.ledger.collisions >= most {
                window.length = contact.time;
                end = window.start + contact.time;
                break;
            }
        }
        self.end_clusters(&window);
        self.flight.close(&window, end);
        if self.flight.speed.is_finite() { Ok(()) } else { Err(Halt::Lost) }
    }

    fn motion<'a>(field: &'a ForceField, flight: &Flight, window: &'a Window, tolerance: f64) -> Motion<'a> {
        let tolerances = [tolerance * flight.reach, tolerance * flight.speed.max(f64::MIN_POSITIVE)];
        Motion { field, window, mass: flight.mass, tolerances }
    }

    /// The pairs that are within the cutoff at the window's start.
    fn begin_clusters(&mut self, window: &Window, farthest: &mut f64) -> Result<(), Halt> {
        let mut rebuild = Rebuild::default();
        while let Some(contact) = self.flight.queue.pop() {
            if contact.time > 0.0 {
                self.flight.queue.push(contact);
                break;
            }
            let Contact { first, second, image, .. } = contact;
            // Fast atoms find their pairs twice.
            let edge = if first < second { (first, second, image) } else { (second, first, image.map(|n| -n)) };
            rebuild.edges.push(edge);
            rebuild.slots.extend([first, second]);
        }
        rebuild.edges.sort_unstable();
        rebuild.edges.dedup();
        rebuild.slots.sort_unstable();
        rebuild.slots.dedup();
        let spheres = &self.flight.spheres;
        let state = |&slot: &u32| [spheres.position(slot as usize), spheres.velocity(slot as usize)];
        rebuild.states = rebuild.slots.iter().map(state).collect();
        self.rebuild(window, 0.0, &rebuild, farthest)
    }

    /// An event: the pair reaches the cutoff from outside, or, where it is the pair a cluster ends with, leaves it.
    fn meet_or_leave(&mut self, window: &Window, contact: &Contact, farthest: &mut f64) -> Result<(), Halt> {
        let owners = [contact.first, contact.second].map(|slot| self.owners[slot as usize].0);
        let mut rebuild = Rebuild::default();
        let mut leaves = false;
        for (k, slot) in [contact.first, contact.second].into_iter().enumerate() {
            if owners[k] == FREE {
                let (x, v) = (self.flight.spheres.position(slot as usize), self.flight.spheres.velocity(slot as usize));
                rebuild.slots.push(slot);
                rebuild.states.push([x + v * contact.time, v]);
            } else if k == 0 || owners[0] != owners[1] {
                let cluster = &self.clusters[owners[k] as usize];
                leaves |= cluster.leaving.is_some_and(|index| {
                    let edge = &cluster.edges[index];
                    let slots = [edge.first, edge.second].map(|atom| cluster.slots[atom]);
                    slots == [contact.first, contact.second] && edge.image == contact.image
                });
                self.dissolve(window, owners[k], contact.time, &mut rebuild);
            }
        }
        let pair = (contact.first, contact.second, contact.image);
        if leaves {
            rebuild.edges.retain(|edge| *edge != pair);
        } else {
            rebuild.edges.push(pair);
            // From outside: pairs that start within the cutoff, or are found again at a window's start, have not met.
            self.flight.ledger.collisions += 1;
        }
        self.rebuild(window, contact.time, &rebuild, farthest)
    }

    /// Takes a cluster's atoms and pairs at `time` out of it, and enters what they did into the books.
    fn dissolve(&mut self, window: &Window, index: u32, time: f64, rebuild: &mut Rebuild) {
        let motion = Self::motion(&self.field, &self.flight, window, self.tolerance);
        let cluster = &self.clusters[index as usize];
        let work = cluster.state_at(&motion, time, &mut self.step);
        let (begin, start) = (cluster.start(), cluster.ends()[0]);
        let gradients = [begin, time].map(|time| window.gradient * window.inverse_deformation(time).0);
        let vector = |state: &[f64], place: usize| Vector3::from_column_slice(&state[place..place + 3]);
        let half = start.len() / 2;
        let mut gained = 0.0;
        for atom in 0..cluster.slots.len() {
            let old = [vector(start, 3 * atom), vector(start, half + 3 * atom)];
            let new = [vector(&self.step.end, 3 * atom), vector(&self.step.end, half + 3 * atom)];
            let before = window.momentum(begin, &old[0], &old[1]);
            let after = window.momentum(time, &new[0], &new[1]);
            let ledger = &mut self.flight.ledger;
            ledger.moment += (after * after.transpose() - before * before.transpose()) * motion.mass;
            let peculiar = [old[1] - gradients[0] * old[0], new[1] - gradients[1] * new[0]];
            gained += 0.5 * motion.mass * (peculiar[1].norm_squared() - peculiar[0].norm_squared());
            rebuild.states.push(new);
        }
        self.flight.ledger.gained += gained;
        self.flight.ledger.work += work;
        rebuild.slots.extend_from_slice(&cluster.slots);
        let slots = |edge: &Edge| (cluster.slots[edge.first], cluster.slots[edge.second], edge.image);
        rebuild.edges.extend(cluster.edges.iter().map(slots));
        let size = if cluster.size.is_finite() { cluster.size } else { 0.0 };
        rebuild.size = if rebuild.size > 0.0 { rebuild.size.min(size) } else { size };
        self.clusters[index as usize].slots.clear();
        self.vacant.push(index);
    }

    /// Sorts the atoms at `time` into clusters and free ones, and finds what they meet next.
    fn rebuild(&mut self, window: &Window, time: f64, rebuild: &Rebuild, farthest: &mut f64) -> Result<(), Halt> {
        let Rebuild { slots, states, edges, size } = rebuild;
        let parts = components(slots, edges);
        for part in &parts {
            if let [atom] = part.atoms[..] {
                self.set_free(window, time, slots[atom], &states[atom]);
            } else {
                self.set_cluster(window, time, part, rebuild, *size)?;
            }
        }
        for &slot in slots {
            *farthest = farthest.max(self.flight.ways[slot as usize]);
        }
        for part in &parts {
            let owner = self.owners[slots[part.atoms[0]] as usize].0;
            if part.atoms.len() > 1 {
                let cluster = &self.clusters[owner as usize];
                if let Some(leaving) = cluster.leaving {
                    let edge = &cluster.edges[leaving];
                    let [first, second] = [edge.first, edge.second].map(|atom| cluster.slots[atom]);
                    let stamps = [first, second].map(|slot| self.flight.stamps[slot as usize]);
                    let contact = Contact { time: cluster.end(), first, second, stamps, image: edge.image };
                    self.flight.queue.push(contact);
                }
            }
            for &atom in &part.atoms {
                self.look_around(window, time, slots[atom], &states[atom][0], *farthest);
            }
        }
        Ok(())
    }

    /// How far an atom has got, and will at most get from here.
    fn go(&mut self, window: &Window, time: f64, slot: usize, bound: f64, ahead: f64) {
        let [gone, since, momentum] = self.gone[slot];
        let gone = gone + window.distance(time - since, momentum);
        self.gone[slot] = [gone, time, bound];
        self.flight.ways[slot] = gone + ahead;
        self.flight.stamps[slot] = self.flight.stamps[slot].wrapping_add(1);
    }

    fn set_free(&mut self, window: &Window, time: f64, slot: u32, [x, v]: &[Vector3<f64>; 2]) {
        let slot = slot as usize;
        self.flight.spheres.set_position(slot, &(x - v * time));
        self.flight.spheres.set_velocity(slot, v);
        (self.owners[slot], self.deviations[slot]) = ((FREE, 0), 0.0);
        let momentum = window.momentum(time, x, v).norm();
        self.go(window, time, slot, momentum, window.distance(window.length - time, momentum));
    }

    fn set_cluster(
        &mut self,
        window: &Window,
        time: f64,
        part: &Part,
        rebuild: &Rebuild,
        size: f64,
    ) -> Result<(), Halt> {
        let atoms = &part.atoms;
        if atoms.len() > MOST_MEMBERS {
            return Err(Halt::Percolates(atoms.len()));
        }
        let slots: Vec<u32> = atoms.iter().map(|&atom| rebuild.slots[atom]).collect();
        let edge = |&(first, second, image): &(usize, usize, [i16; 3])| Edge::new(window, first, second, image);
        let edges: Vec<Edge> = part.pairs.iter().map(edge).collect();
        let state: Vec<f64> = [0, 1]
            .into_iter()
            .flat_map(|which| atoms.iter().flat_map(move |&atom| rebuild.states[atom][which].iter().copied()))
            .collect();
        let index = self.vacant.pop().unwrap_or_else(|| {
            self.clusters.push(Cluster::default());
            (self.clusters.len() - 1) as u32
        });
        let motion = Self::motion(&self.field, &self.flight, window, self.tolerance);
        let cluster = &mut self.clusters[index as usize];
        cluster.begin(&slots, &edges, time, &state, size);
        self.steps += cluster.follow(&motion, window.length, &mut self.step).map_err(|Stuck| Halt::Lost)?;
        self.largest = self.largest.max(slots.len() as u64);
        let (end, momenta) = (cluster.end(), std::mem::take(&mut cluster.momenta));
        for (atom, &slot) in slots.iter().enumerate() {
            let (line, deviation) = self.clusters[index as usize].chord(atom, time);
            self.flight.spheres.set_position(slot as usize, &line.x.into());
            self.flight.spheres.set_velocity(slot as usize, &line.v.into());
            self.owners[slot as usize] = (index, atom as u32);
            // A margin for rounding.
            self.deviations[slot as usize] = deviation + 1e-9 * self.flight.reach;
            // On its curve to the end, and no faster than it ever was on it afterwards.
            let ahead =
                window.distance(end - time, momenta[atom]) + window.distance(window.length - end, momenta[atom]);
            self.go(window, time, slot as usize, momenta[atom], ahead);
        }
        self.clusters[index as usize].momenta = momenta;
        Ok(())
    }

    /// Leaves every atom on the line that it is on at the window's end.
    fn end_clusters(&mut self, window: &Window) {
        let mut rebuild = Rebuild::default();
        for index in 0..self.clusters.len() as u32 {
            if !self.clusters[index as usize].slots.is_empty() {
                self.dissolve(window, index, window.length, &mut rebuild);
            }
        }
        for (&slot, [x, v]) in rebuild.slots.iter().zip(&rebuild.states) {
            let slot = slot as usize;
            self.flight.spheres.set_position(slot, &(x - v * window.length));
            self.flight.spheres.set_velocity(slot, v);
            (self.owners[slot], self.deviations[slot]) = ((FREE, 0), 0.0);
        }
        // The order of the numbers given is that of a run restored here, which begins with no clusters at all.
        self.vacant.clear();
        self.vacant.extend((0..self.clusters.len() as u32).rev());
    }
}
