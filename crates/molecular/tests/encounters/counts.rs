//! How often atoms meet.

use crate::gases::extra;
use crate::pause::PauseAfter;
use omd_flow::{Advance, AffineFlow, Description, Free, Matrix3, Philox, Vector3};
use omd_interaction::PairPotential;
use omd_molecular::{Atoms, DrawnPositions, Encounters, LatticeChoice, Model};

/// Pairs of an atom and an image of another that come within `reach` up to `until`, when all fly straight at rest.
fn met(atoms: &Atoms, reach: f64, until: f64) -> usize {
    let count = atoms.positions.len();
    let mut met = 0;
    for i in 0..count {
        for j in 0..i {
            let (x, v) = (atoms.positions[i] - atoms.positions[j], atoms.peculiar[i] - atoms.peculiar[j]);
            for image in 0..343 {
                let nu = Vector3::new(image % 7, image / 7 % 7, image / 49).map(|n| f64::from(n - 3));
                let r = x + atoms.cell * nu;
                let (a, b, c) = (v.norm_squared(), r.dot(&v), r.norm_squared() - reach * reach);
                let root = b * b - a * c;
                let enters = (-b - root.max(0.0).sqrt()) / a;
                met += usize::from(root > 0.0 && enters > 0.0 && enters < until);
            }
        }
    }
    met
}

/// Atoms without forces, at rest: every pair that comes within the cutoff counts once, in clusters and over windows too.
#[test]
fn every_pair_that_comes_within_the_cutoff_counts_for_both() {
    let potential = PairPotential::wca(0.0, 1.0);
    let reach = potential.cutoff().unwrap();
    let model = Model { flow: AffineFlow::at_rest(), potential, mass: 1.0 };
    for density in [0.05, 0.2] {
        let atoms = Atoms::drawn(
            &model,
            150,
            density,
            DrawnPositions::Random,
            &LatticeChoice::Cubic,
            &Matrix3::identity(),
            1.0,
            &mut Philox::new(3, 0),
        )
        .unwrap();
        let mut gas = Encounters::new(&model, 1e-10, &atoms).unwrap();
        assert_eq!(extra(&gas.observe(), "collisions_per_particle"), 0.0);
        gas.advance(2.0, &mut Free).unwrap();
        let wanted = met(&atoms, reach, 2.0);
        assert!(wanted > 50 && gas.windows() > 1, "{wanted}");
        assert_eq!(extra(&gas.observe(), "collisions_per_particle"), 2.0 * wanted as f64 / 150.0);
    }
}

/// Two atoms that hit each other hard, and a third that grazes the cutoff of one of them meanwhile, ever more exactly.
#[test]
fn an_atom_that_grazes_a_cluster_is_met_a_few_times_at_most() {
    let potential = PairPotential::wca(0.5, 1.0);
    let reach = potential.cutoff().unwrap();
    let model = Model { flow: AffineFlow::at_rest(), potential, mass: 1.0 };
    let random = &mut Philox::new(9, 0);
    let mut grazed = 0;
    for _ in 0..300 {
        let mut vector = || Vector3::from_fn(|_, _| random.normal());
        let (direction, side, v, w) = (vector().normalize(), vector(), vector(), vector());
        let across = (side - (w - v) * (side.dot(&(w - v)) / (w - v).norm_squared())).normalize();
        let speed = 1.0 + 3.0 * random.uniform();
        let time = 0.1 + 0.3 * random.uniform();
        let meetings = |distance: f64| {
            let x = [Vector3::zeros(), direction * (reach * 1.01), across * (distance * reach) - (w - v) * time];
            if (x[1] - x[2]).norm() < 0.9 || x[2].norm() < 0.9 {
                return None;
            }
            let atoms = Atoms {
                cell: Matrix3::identity() * 50.0,
                positions: x.iter().map(|x| x + Vector3::repeat(25.0)).collect(),
                shifts: vec![Vector3::zeros(); 3],
                peculiar: vec![v, v - direction * speed, w],
            };
            let mut gas = Encounters::new(&model, 1e-7, &atoms).unwrap();
            // Met again and again at one time, they would come to no end.
            assert_eq!(gas.advance(1.0, &mut PauseAfter(1)), Ok(Advance::Arrived));
            assert!(gas.encounters() <= 3, "{}", gas.encounters());
            Some(gas.encounters())
        };
        let [mut near, mut far] = [0.7, 1.6];
        let (Some(most), Some(least)) = (meetings(near), meetings(far)) else { continue };
        if most == least {
            continue;
        }
        grazed += 1;
        for _ in 0..40 {
            let middle = 0.5 * (near + far);
            let Some(found) = meetings(middle) else { break };
            if found == least { far = middle } else { near = middle }
        }
    }
    assert!(grazed > 50, "{grazed}");
}
