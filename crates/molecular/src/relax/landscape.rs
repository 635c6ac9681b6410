//! The energy of atoms and images as a landscape.

use super::descent::Landscape;
use super::vectors;
use crate::bonds::Bonds;
use crate::engine::Engine;
use crate::objective::Probe;
use crate::{Atoms, GroupBonds, GroupModel, Model, MolecularError, ObjectiveGroup};
use omd_flow::{AffineFlow, Matrix3, StateError, StateReader, StateWriter, Vector3};

/// A step moves an atom by this part of the range of the forces at most.
const LONGEST: f64 = 0.05;

/// Pairs and bonds in a cell that does not move.
pub(super) struct InCell {
    engine: Engine,
    reach: f64,
}

impl InCell {
    pub(super) fn new(model: &Model, atoms: &Atoms, bonds: Option<&Bonds>) -> Result<Self, MolecularError> {
        if let Some(bonds) = bonds {
            bonds.check(atoms.positions.len())?;
        }
        let model = Model { flow: AffineFlow::at_rest(), ..model.clone() };
        let reach = model.potential.cutoff().ok_or(MolecularError::NoCutoff)?;
        let rest = vec![Vector3::zeros(); atoms.positions.len()];
        let bonds = bonds.map(|bonds| bonds.shifted(&atoms.shifts));
        let mut engine = Engine::new(&model, 1.0, atoms.cell, &atoms.positions, &rest, atoms.shifts.clone(), bonds)?;
        // Lists for displacements as a descent makes them.
        engine.expect_speed(2e-3 * reach);
        Ok(Self { engine, reach })
    }

    pub(super) fn start(&self) -> Vec<f64> {
        self.engine.unwrapped_positions().iter().flat_map(|x| [x.x, x.y, x.z]).collect()
    }
}

impl Landscape for InCell {
    fn energy(&mut self, place: &[f64], gradient: &mut [f64]) -> f64 {
        self.engine.place(&vectors(place));
        for (g, force) in gradient.chunks_exact_mut(3).zip(self.engine.forces()) {
            g.copy_from_slice((-force).as_slice());
        }
        let [_, energy] = self.engine.potential_energies();
        energy
    }

    fn longest_step(&self) -> f64 {
        LONGEST * self.reach
    }

    /// The lists: energies are summed in their order.
    fn save(&self, state: &mut StateWriter) {
        self.engine.save(state);
    }

    fn restore(&mut self, state: &mut StateReader<'_>) -> Result<(), StateError> {
        self.engine.restore(state)
    }
}

/// Any field, and bonds, among the images of a group; where the group is varied its strain and twist are the last coordinates.
pub(super) struct AmongImages {
    probe: Probe,
    group: ObjectiveGroup,
    count: usize,
    /// Lengths that strain and twist are multiplied by, so that they are displacements; none where the group is kept.
    size: Option<f64>,
    reach: f64,
}

/// Coordinates of the strain xx yy zz xy xz yz, and the twist.
const DEFORMATIONS: usize = 7;

impl AmongImages {
    pub(super) fn new(
        model: &GroupModel,
        positions: &[Vector3<f64>],
        bonds: Option<&GroupBonds>,
        varied: bool,
    ) -> Result<Self, MolecularError> {
        let group = model.group.at_rest();
        let reach = model.field.reach();
        let probe = Probe::new(group.clone(), model.field.clone(), &model.species, positions, bonds)?;
        let varied = varied && (1..=2).contains(&group.dimension());
        // What a strain moves apart is as long as what the group repeats, and the forces reach as far.
        let size = varied.then(|| reach * (positions.len() as f64).cbrt());
        Ok(Self { probe, group, count: positions.len(), size, reach })
    }

    pub(super) fn start(&self, positions: &[Vector3<f64>]) -> Vec<f64> {
        let mut place: Vec<f64> = positions.iter().flat_map(|x| [x.x, x.y, x.z]).collect();
        place.extend(self.size.map(|_| [0.0; DEFORMATIONS]).into_iter().flatten());
        place
    }

    /// `S` and the twist at a place.
    pub(super) fn deformation(&self, place: &[f64]) -> (Matrix3<f64>, f64) {
        let Some(size) = self.size else { return (Matrix3::identity(), 0.0) };
        let [xx, yy, zz, xy, xz, yz, twist]: [f64; DEFORMATIONS] =
            std::array::from_fn(|k| place[3 * self.count + k] / size);
        (Matrix3::identity() + Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz), twist / self.reach)
    }

    /// The atoms, deformed with their group.
    pub(super) fn positions(&self, place: &[f64]) -> Vec<Vector3<f64>> {
        let undeformed = vectors(&place[..3 * self.count]);
        let (stretch, twist) = self.deformation(place);
        undeformed.iter().map(|x| self.group.deform(&stretch, twist, x)).collect()
    }
}

impl Landscape for AmongImages {
    fn energy(&mut self, place: &[f64], gradient: &mut [f64]) -> f64 {
        let (stretch, twist) = self.deformation(place);
        let positions = self.positions(place);
        let group = if self.size.is_some() { self.group.deformed(&stretch, twist) } else { Some(self.group.clone()) };
        let Some(group) = group else { return f64::INFINITY };
        let Some(energy) = self.probe.place(group, positions) else { return f64::INFINITY };
        for (atom, g) in gradient[..3 * self.count].chunks_exact_mut(3).enumerate() {
            // x = R(twist z) S X: the gradient by X is what these turn back.
            let back = self.group.turn_back(&stretch, twist, &self.probe.positions()[atom], &self.probe.forces()[atom]);
            g.copy_from_slice((-back).as_slice());
        }
        if let Some(size) = self.size {
            let (by_stretch, by_twist) = self.probe.by_deformation(&stretch, twist);
            // Only what commutes with the rotations is a deformation of the group.
            let allowed = self.group.allowed_strain(&by_stretch) / size;
            let parts = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
                .map(|(i, j)| if i == j { allowed[(i, j)] } else { allowed[(i, j)] + allowed[(j, i)] });
            gradient[3 * self.count..3 * self.count + 6].copy_from_slice(&parts);
            gradient[3 * self.count + 6] = by_twist / (size * self.reach);
        }
        energy
    }

    fn longest_step(&self) -> f64 {
        LONGEST * self.reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GroupElement, Honeycomb, Nanotube, Sites, Species, force_field};
    use omd_flow::Philox;
    use omd_interaction::{Gaussian, HarmonicBond, PairPotential, StillingerWeber, Truncation};
    use std::sync::Arc;

    fn checked(
        generators: &[GroupElement],
        positions: &[Vector3<f64>],
        field: Arc<dyn crate::ForceField>,
        bonded: bool,
    ) {
        let group = ObjectiveGroup::new(&AffineFlow::at_rest(), generators).unwrap();
        let form = Arc::new(HarmonicBond { stiffness: 3.0, length: 0.8 });
        let bonds = bonded.then(|| GroupBonds::of_near_images(form, true, &group, positions, 1.1).unwrap());
        assert!(bonds.iter().all(|bonds| bonds.list.len() == 3 * positions.len() / 2));
        let model = GroupModel { group, field, species: Species::one(1.0), cell: None };
        let mut landscape = AmongImages::new(&model, positions, bonds.as_ref(), true).unwrap();
        let mut random = Philox::new(2, 0);
        let mut place = landscape.start(positions);
        let (twists, strain) = (landscape.group.may_twist(), place.len() - DEFORMATIONS);
        // Off the symmetric place, deformed, and within what the group allows.
        place.iter_mut().for_each(|x| *x += 0.05 * random.normal());
        let (stretch, _) = landscape.deformation(&place);
        let allowed = landscape.group.allowed_strain(&(stretch - Matrix3::identity())) * landscape.size.unwrap();
        let parts = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];
        parts.into_iter().enumerate().for_each(|(k, ij)| place[strain + k] = allowed[ij]);
        if !twists {
            place[strain + 6] = 0.0;
        }
        let mut gradient = vec![0.0; place.len()];
        landscape.energy(&place, &mut gradient);
        let mut unused = gradient.clone();
        // Along directions that the group allows: every coordinate of the atoms, the strain it has, the twist.
        let mut directions: Vec<Vec<f64>> =
            (0..strain).map(|k| (0..place.len()).map(|j| f64::from(u8::from(j == k))).collect()).collect();
        let of_strain = |j: usize| if (strain..strain + 6).contains(&j) { place[j] / allowed.norm() } else { 0.0 };
        directions.push((0..place.len()).map(of_strain).collect());
        if twists {
            directions.push((0..place.len()).map(|j| f64::from(u8::from(j == strain + 6))).collect());
        }
        let size = gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        for direction in directions {
            let h = 2e-5;
            let mut at = |by: f64| {
                let moved: Vec<f64> = place.iter().zip(&direction).map(|(x, d)| x + by * d).collect();
                landscape.energy(&moved, &mut unused)
            };
            let slope = (8.0 * (at(h) - at(-h)) - at(2.0 * h) + at(-2.0 * h)) / (12.0 * h);
            let found: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
            assert!((found - slope).abs() < 1e-7 * size, "{found} {slope} of {size}: {direction:?}");
        }
    }

    #[test]
    fn the_gradient_holds_for_atoms_strain_and_twist() {
        let form = Arc::new(Gaussian { epsilon: 2.3, sigma: 0.5 });
        let pairs = force_field(Arc::new(PairPotential::new(form, Some(3.0), Truncation::ShiftedForce)));
        let silicon = StillingerWeber {
            epsilon: 2.1,
            sigma: 0.9,
            a: 1.8,
            lambda: 21.0,
            gamma: 1.2,
            cosine: -1.0 / 3.0,
            amplitude: 7.05,
            repulsion: 0.602,
            p: 4.0,
            q: 0.0,
            cutoff: 1.62,
        };
        let bodies: Arc<dyn crate::ForceField> = Arc::new(Sites(Arc::new(silicon)));
        for (field, bonded) in [(pairs.clone(), false), (pairs, true), (bodies, false)] {
            let tube = Nanotube::new(4, 1, 1.0).unwrap();
            checked(&tube.generators, &tube.positions, field.clone(), bonded);
            let layer = Honeycomb::new(1.0, [[1, 0], [-1, 2]], [1, 1]).unwrap();
            checked(&layer.edges.map(GroupElement::translation), &layer.positions, field, bonded);
        }
    }
}
