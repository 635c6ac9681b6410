//! Atoms of several elements: forces under every group, and laws that know their masses.

use crate::fixtures::{extra, fixed, flow};
use crate::groups::{gas, still, zoo};
use omd_flow::{Description, Free, Matrix3, Philox, StateReader, StateWriter, Vector3, draw_velocities_among_images};
use omd_interaction::{Compound, EmbeddedAtom, EmbeddedTables, SitePotential, StillingerWeber, Tersoff};
use omd_molecular::{
    Element, ForceField, GroupElement, GroupModel, GroupMolecular, ObjectiveGroup, Sites, Species, Thermostat,
    ThermostatKind, force_field,
};
use std::sync::Arc;

const CUTOFF: f64 = 1.9;

fn compound<P>(triple: impl Fn([f64; 3]) -> P) -> Compound<P> {
    Compound::new(2, |kinds| Ok::<P, std::convert::Infallible>(triple(kinds.map(f64::from)))).unwrap()
}

/// Tables so fine that differences see nothing of the jumps of second derivatives between them.
fn embedded() -> EmbeddedAtom {
    let (count, step) = (4001, CUTOFF / 4000.0);
    let fade = |r: f64| (1.0 - r * r / (CUTOFF * CUTOFF)).powi(4);
    let of = |a: f64, b: f64| EmbeddedTables {
        density_step: 20.0 / 4000.0,
        embedding: (0..count).map(|m| -(1.0 + a) * (f64::from(m) * 20.0 / 4000.0 + 0.3).sqrt()).collect(),
        distance_step: step,
        density: (0..count)
            .map(|m| f64::from(m) * step)
            .map(|r| (1.0 + 0.5 * a + b) * (-1.5 * r).exp() * fade(r))
            .collect(),
        pair: (0..count).map(|m| f64::from(m) * step).map(|r| (1.0 + a + b) * (-2.5 * r).exp() * r * fade(r)).collect(),
        cutoff: CUTOFF,
    };
    EmbeddedAtom::of_elements(&[[of(0.0, 0.0), of(0.0, 1.0)], [of(1.0, 0.0), of(1.0, 1.0)]]).unwrap()
}

/// Mild enough for atoms that are very near; of two neighbours none comes first.
fn bending() -> Compound<StillingerWeber> {
    compound(|[a, b, c]| {
        let sigma = 0.6 + 0.02 * (a + b);
        StillingerWeber {
            epsilon: 1.3 + 0.2 * (a + b + c),
            sigma,
            a: 2.9,
            lambda: 2.0 + b + c,
            gamma: 1.2 - 0.1 * (a + b),
            cosine: -0.3 - 0.1 * (b + c) + 0.2 * a,
            amplitude: 1.5 + 0.2 * a * b,
            repulsion: 0.7 - 0.05 * (a + b),
            p: 1.0,
            q: 0.0,
            cutoff: 2.9 * sigma,
        }
    })
}

fn bonds() -> Compound<Tersoff> {
    compound(|[a, b, c]| Tersoff {
        exponent: 1,
        gamma: 0.8 + 0.1 * c,
        lambda_3: 0.4 + 0.1 * b,
        c: 2.0 - 0.3 * a,
        d: 1.1 + 0.1 * c,
        cosine: -0.4 + 0.1 * b,
        n: 0.8 + 0.1 * a,
        beta: 0.9 + 0.2 * b,
        lambda_2: 1.1 + 0.05 * (a + b),
        attraction: 2.0 + 0.3 * (a + b),
        middle: 1.4 + 0.02 * (a + c),
        half_width: 0.4,
        lambda_1: 1.9 + 0.1 * (a + b),
        repulsion: 3.0 + 0.5 * (a + b),
    })
}

fn potentials() -> [(&'static str, Arc<dyn SitePotential>); 3] {
    [
        ("embedded atoms", Arc::new(embedded())),
        ("Stillinger-Weber", Arc::new(bending())),
        ("Tersoff", Arc::new(bonds())),
    ]
}

/// Two elements, the second of them four times as heavy.
fn species(kinds: &[u8]) -> Species {
    let element = |name: &str, mass| Element { name: name.to_owned(), mass };
    Species::new(vec![element("A", 0.7), element("B", 2.8)], kinds.to_vec()).unwrap()
}

#[test]
fn forces_are_minus_the_gradient_of_the_energy_for_every_group_and_element() {
    let kinds = [0, 1, 1, 0, 1];
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        for (what, potential) in potentials() {
            let (positions, velocities) = gas(5, 4);
            let at = |positions: &[Vector3<f64>], field: Arc<dyn ForceField>| {
                let model = GroupModel { group: group.clone(), field, species: species(&kinds), cell: None };
                GroupMolecular::new(&model, fixed(1e-3), positions, &velocities).unwrap()
            };
            let whole = at(&positions, force_field(potential.clone()));
            let forces = whole.forces();
            let size = forces.iter().map(Vector3::norm).fold(1.0, f64::max);
            for k in 0..positions.len() {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut positions = positions.clone();
                        positions[k][axis] += by;
                        at(&positions, force_field(potential.clone())).potential_energy()
                    };
                    let h = 4e-4;
                    let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                    let off = (forces[k][axis] + slope).abs() / size;
                    // The slope of Tersoff's cutoff has kinks, and some distance is always near one of so many.
                    let bound = if what == "Tersoff" { 1e-6 } else { 1e-8 };
                    assert!(off < bound, "{name}, {what}, atom {k}: {slope} is off by {off:e}");
                }
            }
            // Site by site, where the fast path is another one.
            let sites = at(&positions, Arc::new(Sites(potential)));
            assert!((sites.potential_energy() - whole.potential_energy()).abs() < 1e-12 * size, "{name}, {what}");
            for (one, other) in forces.iter().zip(sites.forces()) {
                assert!((one - other).norm() < 1e-12 * size, "{name}, {what}: {one} {other}");
            }
        }
    }
}

/// A crystal of two elements in a cell, shaken and at a temperature.
fn crystal(rows: [f64; 9], time_step: f64) -> GroupMolecular {
    let (flow, edge) = (flow(rows), 3.0);
    let axes = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, edge)));
    let group = ObjectiveGroup::new(&flow, &axes).unwrap();
    let mut random = Philox::new(4, 0);
    let (mut positions, mut kinds) = (Vec::new(), Vec::new());
    for place in 0..27 {
        let corner = [place / 9, place / 3 % 3, place % 3].map(f64::from);
        positions.push(Vector3::from(corner) + Vector3::from_fn(|_, _| 0.05 * random.normal()));
        kinds.push(u8::from(place % 2 == 0));
    }
    let species = species(&kinds);
    let weights = species.weights(27).unwrap();
    let covariance = Matrix3::identity() * (0.05 / species.reference_mass());
    let peculiar = draw_velocities_among_images(&weights, &covariance, &Matrix3::identity(), &mut random).unwrap();
    let model = GroupModel { group, field: force_field(Arc::new(embedded())), species, cell: None };
    GroupMolecular::new(&model, fixed(time_step), &positions, &peculiar).unwrap()
}

const SHEAR: [f64; 9] = [0.0, 0.4, 0.1, 0.0, 0.05, 0.2, 0.0, 0.0, -0.05];

#[test]
fn drawn_velocities_have_the_temperature_and_no_momentum() {
    let row = crystal(SHEAR, 1e-3).observe();
    assert!((row.temperature - 0.05).abs() < 1e-15, "{}", row.temperature);
    let kinetic = ["xx", "yy", "zz"].map(|axes| extra(&row, &format!("kinetic_p{axes}")) * 27.0);
    assert!(kinetic.iter().all(|p| (p / 27.0 - 0.05).abs() < 1e-15), "{kinetic:?}");
    for name in ["drift_x", "drift_y", "drift_z"] {
        assert!(extra(&row, name).abs() < 1e-15, "{name}");
    }
}

/// The balance that has the work of the images in it, at steps that are halved.
#[test]
fn the_work_balance_of_two_masses_is_of_second_order() {
    let residual = |time_step: f64| {
        let mut crystal = crystal(SHEAR, time_step);
        crystal.advance(0.8, &mut Free).unwrap();
        extra(&crystal.observe(), "energy_balance").abs()
    };
    let errors = [0.02, 0.01, 0.005, 0.0025].map(residual);
    let orders: Vec<f64> = errors.windows(2).map(|two| (two[0] / two[1]).log2()).collect();
    assert!(orders.iter().all(|order| (order - 2.0).abs() < 0.15), "{errors:?} {orders:?}");
}

#[test]
fn a_momentum_of_zero_stays_so() {
    let mut crystal = crystal(SHEAR, 2e-3);
    crystal.advance(1.0, &mut Free).unwrap();
    let row = crystal.observe();
    for name in ["drift_x", "drift_y", "drift_z"] {
        assert!(extra(&row, name).abs() < 1e-14, "{name}: {}", extra(&row, name));
    }
}

#[test]
fn thermostats_know_the_masses() {
    let at = |kind| Thermostat { kind, temperature: 0.08 };
    let mut crystal_at = crystal(SHEAR, 2e-3).thermostatted(at(ThermostatKind::Gaussian), Philox::new(0, 0));
    crystal_at.advance(0.5, &mut Free).unwrap();
    let row = crystal_at.observe();
    // The constraint keeps 3N/2 T, drift included, which is none.
    assert!((row.temperature - 0.08).abs() < 1e-13, "{}", row.temperature);
    let mut stirred =
        crystal([0.0; 9], 2e-3).thermostatted(at(ThermostatKind::Langevin { relaxation_time: 0.2 }), Philox::new(1, 0));
    stirred.advance(4.0, &mut Free).unwrap();
    // Equipartition: m <w^2> of light and heavy atoms alone.
    let (mut sums, samples) = ([0.0; 2], 400);
    for sample in 0..samples {
        stirred.advance(4.0 + 0.25 * f64::from(sample + 1), &mut Free).unwrap();
        for (k, v) in stirred.atoms().lab_velocities.iter().enumerate() {
            let heavy = usize::from(k % 2 == 0);
            sums[heavy] += [0.7, 2.8][heavy] * v.norm_squared() / 3.0;
        }
    }
    for (sum, count) in sums.into_iter().zip([13.0, 14.0]) {
        let found = sum / (count * f64::from(samples));
        // Within five standard errors if one sample in two is independent.
        let error = 0.08 * (2.0 / (3.0 * count * 0.5 * f64::from(samples))).sqrt();
        assert!((found - 0.08).abs() < 5.0 * error, "{found} +- {error}");
    }
}

#[test]
fn saved_on_one_thread_and_gone_on_with_on_three_is_the_same_to_the_bit() {
    let bytes = |crystal: &GroupMolecular| {
        let mut state = StateWriter::new();
        crystal.save(&mut state);
        state.into_bytes()
    };
    let mut whole = crystal(SHEAR, 2e-3);
    whole.advance(0.3, &mut Free).unwrap();
    let saved = bytes(&whole);
    whole.advance(0.6, &mut Free).unwrap();
    let mut later = crystal(SHEAR, 2e-3);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.install(|| {
        later.restore(&mut StateReader::new(&saved)).unwrap();
        later.advance(0.6, &mut Free).unwrap();
    });
    assert_eq!(bytes(&later), bytes(&whole));
}

#[test]
fn other_numbers_of_atoms_are_refused() {
    let group = ObjectiveGroup::new(&still(), &[GroupElement::translation(Vector3::x() * 9.0)]).unwrap();
    let field = force_field(Arc::new(embedded()));
    let model = GroupModel { group, field, species: species(&[0, 1]), cell: None };
    let (positions, velocities) = gas(3, 4);
    let refused = GroupMolecular::new(&model, fixed(1e-3), &positions, &velocities).unwrap_err().to_string();
    assert!(refused.ends_with("3 atoms, the elements of 2"), "{refused}");
}
