//! All copies of the atoms of a finite group, moved one by one.

use omd_flow::Vector3;
use omd_interaction::PairPotential;
use omd_molecular::{GroupBonds, GroupElement, GroupMolecular, Label, ObjectiveGroup};
use std::collections::HashSet;

/// All copies of the atoms as ordinary molecular dynamics by sums over all pairs: no group, no lists.
pub(crate) struct Explicit {
    positions: Vec<Vector3<f64>>,
    velocities: Vec<Vector3<f64>>,
    forces: Vec<Vector3<f64>>,
    potential: PairPotential,
    bonds: Option<GroupBonds>,
    /// Which copies are bonded, the larger number first.
    bonded: HashSet<(usize, usize)>,
}

impl Explicit {
    pub(crate) fn new(
        elements: &[GroupElement],
        positions: &[Vector3<f64>],
        velocities: &[Vector3<f64>],
        potential: PairPotential,
        bonds: Option<(&ObjectiveGroup, &GroupBonds)>,
    ) -> Self {
        let mut bonded = HashSet::new();
        for (group, bond) in bonds.iter().flat_map(|(group, bonds)| bonds.list.iter().map(move |bond| (group, bond))) {
            for (copy, element) in elements.iter().enumerate() {
                let other = element.compose(&group.element(&bond.image));
                let same = |g: &GroupElement| (g.rotation - other.rotation).norm() < 1e-9;
                let there = elements.iter().position(same).unwrap();
                let [a, b] = [copy * positions.len() + bond.first, there * positions.len() + bond.second];
                bonded.insert((a.max(b), a.min(b)));
            }
        }
        let copies = |part: &dyn Fn(&GroupElement) -> Vec<Vector3<f64>>| elements.iter().flat_map(part).collect();
        let mut explicit = Self {
            positions: copies(&|g| positions.iter().map(|x| g.position(0.0, x)).collect()),
            velocities: copies(&|g| velocities.iter().map(|v| g.velocity(v)).collect()),
            forces: Vec::new(),
            potential,
            bonds: bonds.map(|(_, bonds)| bonds.clone()),
            bonded,
        };
        explicit.evaluate();
        explicit
    }

    fn evaluate(&mut self) {
        self.forces = vec![Vector3::zeros(); self.positions.len()];
        for i in 0..self.positions.len() {
            for j in 0..i {
                let r = self.positions[i] - self.positions[j];
                let mut slope = self.potential.derivative(r.norm());
                if let Some(bonds) = self.bonds.as_ref().filter(|_| self.bonded.contains(&(i, j))) {
                    let of_pair = if bonds.excluded { 0.0 } else { slope };
                    slope = of_pair + bonds.form.derivative(r.norm());
                }
                let force = r * (-slope / r.norm());
                self.forces[i] += force;
                self.forces[j] -= force;
            }
        }
    }

    pub(crate) fn step(&mut self, dt: f64) {
        self.velocities.iter_mut().zip(&self.forces).for_each(|(v, f)| *v += f * (0.5 * dt));
        self.positions.iter_mut().zip(&self.velocities).for_each(|(x, v)| *x += v * dt);
        self.evaluate();
        self.velocities.iter_mut().zip(&self.forces).for_each(|(v, f)| *v += f * (0.5 * dt));
    }
}

impl Explicit {
    /// Every copy, not only the first, is where the group has it.
    pub(crate) fn check(&self, elements: &[GroupElement], molecular: &GroupMolecular, name: &str) {
        let (found, forces) = (molecular.atoms(), molecular.forces());
        for (copy, element) in elements.iter().enumerate() {
            for (k, (x, v)) in found.positions.iter().zip(&found.lab_velocities).enumerate() {
                let index = copy * found.positions.len() + k;
                let (place, velocity) = (element.position(found.time, x), element.velocity(v));
                assert!((self.positions[index] - place).norm() < 1e-10, "{name} {copy} {k}");
                assert!((self.velocities[index] - velocity).norm() < 1e-10, "{name} {copy} {k}");
                assert!((self.forces[index] - element.rotation * forces[k]).norm() < 1e-9, "{name} {copy} {k}");
            }
        }
    }
}

/// The identity first, then the other elements of a finite group.
pub(crate) fn all_elements(group: &ObjectiveGroup) -> Vec<GroupElement> {
    let mut labels = group.within(0.0, &Vector3::zeros(), 1e9);
    labels.sort_by_key(|label| *label != Label::IDENTITY);
    assert_eq!(labels.len(), group.index());
    labels.iter().map(|label| group.element(label)).collect()
}
