//! Pairs in lanes under every kind of group, images of an atom itself among them: against sites one by one, and against the slope of
//! the energy.

use crate::fixtures::{extra, fixed};
use crate::groups::{gas, zoo};
use omd_flow::{Description, Free, Vector3};
use omd_interaction::{Gaussian, LennardJones, Morse, PairForm, PairPotential, Truncation};
use omd_molecular::{ForceField, GroupModel, GroupMolecular, ObjectiveGroup, Sites, Species, force_field};
use std::sync::Arc;

/// Forms with loops of their own and forms in a table, every truncation; and how far a table's forces are off.
fn laws() -> [(&'static str, PairPotential, f64); 6] {
    let law = |name, form: Arc<dyn PairForm>, cutoff, truncation, accuracy| {
        (name, PairPotential::new(form, Some(cutoff), truncation), accuracy)
    };
    // As soft as atoms at random places need it.
    let lennard_jones = || Arc::new(LennardJones { epsilon: 0.3, sigma: 0.25 });
    let morse = Arc::new(Morse { epsilon: 0.5, alpha: 2.0, equilibrium: 0.8 });
    let gaussian = Arc::new(Gaussian { epsilon: 2.3, sigma: 0.32 });
    let (exact, table) = (1e-12, 1e-10);
    [
        law("Lennard-Jones", lennard_jones(), 1.5, Truncation::Truncated, exact),
        law("shifted", lennard_jones(), 1.5, Truncation::Shifted, exact),
        law("shifted force", lennard_jones(), 1.5, Truncation::ShiftedForce, exact),
        law("WCA", lennard_jones(), 0.25 * 2f64.powf(1.0 / 6.0), Truncation::Shifted, exact),
        law("Morse", morse, 1.9, Truncation::ShiftedForce, table),
        law("Gaussian", gaussian, 2.0, Truncation::Truncated, table),
    ]
}

fn placed(
    group: &ObjectiveGroup,
    field: Arc<dyn ForceField>,
    positions: &[Vector3<f64>],
    velocities: &[Vector3<f64>],
) -> GroupMolecular {
    let model = GroupModel { group: group.clone(), field, species: Species::one(1.0), cell: None };
    GroupMolecular::new(&model, fixed(2e-4), positions, velocities).unwrap()
}

#[test]
fn pairs_in_lanes_are_sums_over_sites_under_every_group() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let (positions, velocities) = gas(7, 9);
        for (law, potential, accuracy) in laws() {
            let fields = [force_field(Arc::new(potential.clone())), Arc::new(Sites(Arc::new(potential)))];
            let mut runs = fields.map(|field| placed(&group, field, &positions, &velocities));
            for time in [0.0, 0.02] {
                for run in &mut runs {
                    run.advance(time, &mut Free).unwrap();
                }
                let [lanes, sites] = &runs;
                let size = sites.forces().iter().map(Vector3::norm).fold(1.0, f64::max);
                let off = (lanes.potential_energy() - sites.potential_energy()).abs();
                assert!(off < accuracy * size, "{name}, {law} at {time}: energies differ by {off:e}");
                for (lane, site) in lanes.forces().iter().zip(sites.forces()) {
                    assert!((lane - site).norm() < accuracy * size, "{name}, {law} at {time}: {lane} {site}");
                }
                // The work of the images has the virial in it, and the energy of a plain truncation its jumps.
                let balances = runs.each_mut().map(|run| extra(&run.observe(), "energy_balance"));
                let size = size.max(balances[1].abs());
                assert!((balances[0] - balances[1]).abs() < accuracy * size, "{name}, {law} at {time}: {balances:?}");
            }
        }
    }
}

#[test]
fn forces_of_pairs_in_lanes_are_minus_the_gradient_of_the_energy() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let (positions, velocities) = gas(5, 4);
        for (law, potential, _) in laws().into_iter().filter(|(law, ..)| ["shifted force", "Morse"].contains(law)) {
            let at = |positions: &[Vector3<f64>]| {
                placed(&group, force_field(Arc::new(potential.clone())), positions, &velocities)
            };
            let forces = at(&positions).forces();
            let size = forces.iter().map(Vector3::norm).fold(1.0, f64::max);
            for (k, axis) in (0..positions.len()).flat_map(|k| (0..3).map(move |axis| (k, axis))) {
                let moved = |by: f64| {
                    let mut positions = positions.clone();
                    positions[k][axis] += by;
                    at(&positions).potential_energy()
                };
                let h = 1e-4;
                let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                let off = (forces[k][axis] + slope).abs() / size;
                assert!(off < 1e-7, "{name}, {law}, atom {k}: {slope} is off by {off:e}");
            }
        }
    }
}
