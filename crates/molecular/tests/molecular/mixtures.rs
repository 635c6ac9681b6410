//! Pair potentials of several elements under every kind of group: against the slope of the energy, against sites one by one, and
//! against one element.

use crate::fixtures::{extra, fixed};
use crate::groups::{gas, zoo};
use omd_flow::{Description, Free, StateReader, StateWriter, Vector3};
use omd_interaction::{LennardJones, Morse, PairMixture, PairPotential, SitePotential, Truncation};
use omd_molecular::{Element, ForceField, GroupModel, GroupMolecular, ObjectiveGroup, Sites, Species, force_field};
use std::convert::Infallible;
use std::sync::Arc;

/// As soft as atoms at random places need it; every pair ends elsewhere.
fn lennard_jones([a, b]: [u8; 2]) -> LennardJones {
    let (sum, product) = (f64::from(a + b), f64::from(a * b));
    LennardJones { epsilon: 0.3 + 0.1 * sum - 0.15 * product, sigma: 0.25 - 0.03 * sum + 0.02 * product }
}

fn mixture(pair: impl Fn([u8; 2]) -> PairPotential) -> Arc<dyn SitePotential> {
    Arc::new(PairMixture::new(2, |kinds| Ok::<_, Infallible>(pair(kinds))).unwrap())
}

fn mixtures() -> [(&'static str, Arc<dyn SitePotential>); 4] {
    let cut = |truncation| {
        mixture(move |kinds| {
            let form = lennard_jones(kinds);
            PairPotential::new(Arc::new(form), Some(6.0 * form.sigma), truncation)
        })
    };
    let morse = |[a, b]: [u8; 2]| {
        let form =
            Morse { epsilon: 0.5, alpha: 2.0 - 0.5 * f64::from(a * b), equilibrium: 0.8 - 0.1 * f64::from(a + b) };
        PairPotential::new(Arc::new(form), Some(1.9 - 0.1 * f64::from(a)), Truncation::ShiftedForce)
    };
    [
        ("truncated", cut(Truncation::Truncated)),
        ("shifted", cut(Truncation::Shifted)),
        ("shifted force", cut(Truncation::ShiftedForce)),
        ("Morse", mixture(morse)),
    ]
}

/// Two elements, the second of them four times as heavy.
fn species(kinds: &[u8]) -> Species {
    let element = |name: &str, mass| Element { name: name.to_owned(), mass };
    Species::new(vec![element("A", 0.7), element("B", 2.8)], kinds.to_vec()).unwrap()
}

const KINDS: [u8; 5] = [0, 1, 1, 0, 1];

fn placed(
    group: &ObjectiveGroup,
    field: Arc<dyn ForceField>,
    species: Species,
    [positions, velocities]: &[Vec<Vector3<f64>>; 2],
) -> GroupMolecular {
    let model = GroupModel { group: group.clone(), field, species, cell: None };
    GroupMolecular::new(&model, fixed(2e-4), positions, velocities).unwrap()
}

#[test]
fn forces_are_minus_the_gradient_of_the_energy_for_every_group() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let (positions, velocities) = gas(5, 4);
        for (what, potential) in mixtures().into_iter().filter(|(what, _)| ["shifted force", "Morse"].contains(what)) {
            let at = |positions: Vec<Vector3<f64>>| {
                placed(&group, force_field(potential.clone()), species(&KINDS), &[positions, velocities.clone()])
            };
            let forces = at(positions.clone()).forces();
            let size = forces.iter().map(Vector3::norm).fold(1.0, f64::max);
            for (k, axis) in (0..positions.len()).flat_map(|k| (0..3).map(move |axis| (k, axis))) {
                let moved = |by: f64| {
                    let mut positions = positions.clone();
                    positions[k][axis] += by;
                    at(positions).potential_energy()
                };
                let h = 1e-4;
                let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                let off = (forces[k][axis] + slope).abs() / size;
                assert!(off < 1e-7, "{name}, {what}, atom {k}: {slope} is off by {off:e}");
            }
        }
    }
}

/// On their way too, where lists are made anew; the balance has virial and jumps in it.
#[test]
fn lanes_are_sums_over_sites_under_every_group() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let (positions, velocities) = gas(5, 4);
        let start = [positions, velocities];
        for (what, potential) in mixtures() {
            let fields = [force_field(potential.clone()), Arc::new(Sites(potential))];
            let mut runs = fields.map(|field| placed(&group, field, species(&KINDS), &start));
            for time in [0.0, 0.02] {
                for run in &mut runs {
                    run.advance(time, &mut Free).unwrap();
                }
                let [lanes, sites] = &runs;
                let size = sites.forces().iter().map(Vector3::norm).fold(1.0, f64::max);
                for (lane, site) in lanes.forces().iter().zip(sites.forces()) {
                    assert!((lane - site).norm() < 1e-11 * size, "{name}, {what} at {time}: {lane} {site}");
                }
                let balances = runs.each_mut().map(|run| extra(&run.observe(), "energy_balance"));
                let size = size.max(balances[1].abs());
                assert!((balances[0] - balances[1]).abs() < 1e-11 * size, "{name}, {what} at {time}: {balances:?}");
            }
        }
    }
}

#[test]
fn a_mixture_of_one_law_is_one_element_to_rounding() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        let (positions, velocities) = gas(5, 4);
        let start = [positions, velocities];
        for truncation in [Truncation::Truncated, Truncation::Shifted, Truncation::ShiftedForce] {
            let one = PairPotential::new(Arc::new(lennard_jones([0, 0])), Some(1.5), truncation);
            let both = mixture(|_| one.clone());
            let element = |name: &str| Element { name: name.to_owned(), mass: 0.7 };
            let of_two = Species::new(vec![element("A"), element("B")], KINDS.to_vec()).unwrap();
            let mut runs = [
                placed(&group, force_field(Arc::new(one)), Species::one(0.7), &start),
                placed(&group, force_field(both), of_two, &start),
            ];
            for run in &mut runs {
                run.advance(0.02, &mut Free).unwrap();
            }
            let energies = runs.each_ref().map(GroupMolecular::potential_energy);
            let [one, two] = runs.each_ref().map(GroupMolecular::atoms);
            let size = energies[0].abs().max(1.0);
            assert!((energies[0] - energies[1]).abs() < 1e-12 * size, "{name}, {truncation:?}: {energies:?}");
            for (x, y) in one.positions.iter().zip(&two.positions) {
                assert!((x - y).norm() < 1e-12, "{name}, {truncation:?}: {x} {y}");
            }
        }
    }
}

#[test]
fn saved_and_gone_on_with_on_three_threads_is_the_same_to_the_bit() {
    let bytes = |run: &GroupMolecular| {
        let mut state = StateWriter::new();
        run.save(&mut state);
        state.into_bytes()
    };
    let (_, flow, generators) = zoo().into_iter().last().unwrap();
    let group = ObjectiveGroup::new(&flow, &generators).unwrap();
    let (positions, velocities) = gas(5, 4);
    let start = [positions, velocities];
    for (what, potential) in mixtures() {
        let begin = || placed(&group, force_field(potential.clone()), species(&KINDS), &start);
        let mut whole = begin();
        whole.advance(0.01, &mut Free).unwrap();
        let saved = bytes(&whole);
        whole.advance(0.03, &mut Free).unwrap();
        let mut later = begin();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        pool.install(|| {
            later.restore(&mut StateReader::new(&saved)).unwrap();
            later.advance(0.03, &mut Free).unwrap();
        });
        assert_eq!(bytes(&later), bytes(&whole), "{what}");
    }
}
