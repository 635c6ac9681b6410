//! Models of the KIM API, those of Debian's openkim-models, under every group.
//!
//! Lengths are scaled for each model so that neighbours are `NEAREST` apart, as the groups of the zoo want it; energies are
//! in electronvolt.

use crate::explicit::all_elements;
use crate::fixtures::{extra, fixed};
use crate::groups::{still, zoo};
use crate::many_bodies::{FACE_CENTRED, agrees, crystal};
use omd_flow::{Description, Free, Matrix3, Philox, Vector3};
use omd_interaction::{ClusterPotential, KimModel, KimUnits, SitePotential, StillingerWeber, Tersoff};
use omd_molecular::{
    Clusters, ForceField, GroupElement, GroupModel, GroupMolecular, Label, MolecularError, ObjectiveGroup, Sites,
    Species,
};
use std::sync::Arc;

const ELECTRONVOLT: KimUnits = KimUnits { angstrom: 1.0, electronvolt: 1.0 };
/// The distance of neighbours where lengths are scaled.
const NEAREST: f64 = 0.62;

const SILICON: &str = "SW_StillingerWeber_1985_Si__MO_405512056662_005";
const CARBON: &str = "Tersoff_LAMMPS_Tersoff_1988_C__MO_579868029681_003";
const NICKEL: &str = "EAM_Dynamo_MishinFarkasMehl_1999_Ni__MO_400591584784_005";
const ARGON: &str = "LJ_Shifted_Bernardes_1958LowCutoff_Ar__MO_720819638419_004";
/// Energies of an atom with its neighbours' neighbours in them.
const SPRINGS: &str = "ex_model_Ar_SLJ_MultiCutoff";
const LISTS: &str = "ex_model_Ar_P_Morse_MultiCutoff";

/// Models and how far apart their atoms like to be, angstrom.
const MODELS: [(&str, f64); 6] =
    [(SILICON, 2.35), (CARBON, 1.45), (NICKEL, 2.5), (ARGON, 3.8), (SPRINGS, 3.0), (LISTS, 3.8)];

fn scaled((name, nearest): (&str, f64)) -> Arc<dyn ForceField> {
    field(name, KimUnits { angstrom: NEAREST / nearest, electronvolt: 1.0 })
}

fn field(name: &str, units: KimUnits) -> Arc<dyn ForceField> {
    Arc::new(Clusters(Arc::new(KimModel::new(name, &[], units).unwrap())))
}

fn model(group: ObjectiveGroup, field: Arc<dyn ForceField>) -> GroupModel {
    GroupModel { group, field, species: Species::one(1.0), cell: None }
}

/// Atoms that are not nearer to each other and to images than 0.9 of `NEAREST`, as near a place as they find room.
fn packed(group: &ObjectiveGroup, count: usize, seed: u64) -> Vec<Vector3<f64>> {
    let mut random = Philox::new(seed, 0);
    let place = Vector3::new(0.9, 0.4, 0.3);
    let mut positions: Vec<Vector3<f64>> = Vec::new();
    let mut width = 0.5;
    while positions.len() < count {
        width += 0.02;
        let x = place + Vector3::from_fn(|_, _| width * (random.uniform() - 0.5));
        let elements: Vec<GroupElement> =
            group.within(0.0, &x, 8.0).iter().filter(|l| **l != Label::IDENTITY).map(|l| group.element(l)).collect();
        let far = |y: &Vector3<f64>| (x - y).norm() > 0.9 * NEAREST;
        let away = positions.iter().all(|y| far(y) && elements.iter().all(|g| far(&g.position(0.0, y))));
        if away && elements.iter().all(|g| far(&g.position(0.0, &x))) {
            positions.push(x);
        }
        assert!(width < 40.0, "no room");
    }
    positions
}

#[test]
fn forces_are_minus_the_gradient_of_the_energy_for_every_group() {
    for (name, flow, generators) in zoo() {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        for (what, nearest) in MODELS {
            let field = scaled((what, nearest));
            let positions = packed(&group, 4, 3);
            let rest = vec![Vector3::zeros(); positions.len()];
            let energy = |positions: &[Vector3<f64>]| {
                GroupMolecular::new(&model(group.clone(), field.clone()), fixed(1e-3), positions, &rest).unwrap()
            };
            let forces = energy(&positions).forces();
            let size = forces.iter().map(Vector3::norm).fold(0.0, f64::max);
            assert!(size > 1e-3, "{name}, {what}: forces worth comparing, {size}");
            for k in 0..positions.len() {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut positions = positions.clone();
                        positions[k][axis] += by;
                        energy(&positions).potential_energy()
                    };
                    // Five points: the error is of fourth order, but for tables, whose cubics have kinks in between.
                    let h = 2e-5;
                    let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                    let off = (forces[k][axis] + slope).abs() / size;
                    assert!(off < 2e-9, "{name}, {what}, atom {k}: {slope} is off by {off:e}");
                }
            }
        }
    }
}

#[test]
fn one_of_the_models_asks_for_neighbours_of_images() {
    let springs = KimModel::new(SPRINGS, &[], ELECTRONVOLT).unwrap();
    assert!(springs.ranges().iter().any(|range| range.of_all), "{:?}", springs.ranges());
    // Images of images matter to it.
    assert!(springs.reach() > 1.5 * springs.ranges().iter().map(|range| range.cutoff).fold(f64::MAX, f64::min));
    let lists = KimModel::new(LISTS, &[], ELECTRONVOLT).unwrap();
    assert!(lists.ranges().len() > 1, "{:?}", lists.ranges());
}

#[test]
fn work_is_balanced_to_second_order_under_a_flow() {
    // The work of the images has the virial in it.
    for (name, flow, generators) in zoo().into_iter().filter(|(name, ..)| ["translations", "nanotube"].contains(name)) {
        let group = ObjectiveGroup::new(&flow, &generators).unwrap();
        // The others end with a step, or a kink, at their cutoffs.
        for (what, nearest) in MODELS.into_iter().filter(|(what, _)| [SILICON, NICKEL].contains(what)) {
            let field = scaled((what, nearest));
            let positions = packed(&group, 4, 3);
            let mut random = Philox::new(2, 0);
            // A time in which the strongest force moves an atom by less than the distance of neighbours.
            let rest = vec![Vector3::zeros(); positions.len()];
            let forces =
                GroupMolecular::new(&model(group.clone(), field.clone()), fixed(1e-3), &positions, &rest).unwrap();
            let strongest = forces.forces().iter().map(Vector3::norm).fold(0.0, f64::max);
            let duration = 0.5 * (NEAREST / strongest).sqrt();
            let speed = 0.3 * NEAREST / duration;
            let peculiar: Vec<_> = positions.iter().map(|_| Vector3::from_fn(|_, _| speed * random.normal())).collect();
            let residual = |steps: f64| {
                let model = model(group.clone(), field.clone());
                let mut molecular =
                    GroupMolecular::new(&model, fixed(duration / steps), &positions, &peculiar).unwrap();
                molecular.advance(duration, &mut Free).unwrap();
                extra(&molecular.observe(), "energy_balance")
            };
            let [coarse, fine] = [400.0, 800.0].map(residual);
            let order = (coarse / fine).abs().log2();
            assert!((1.9..2.1).contains(&order), "{name}, {what}: {coarse:e} {fine:e}, order {order}");
            assert!(coarse.abs() > 1e-10, "{name}, {what}: {coarse:e} is rounding");
        }
    }
}

#[test]
fn the_axial_force_is_the_slope_of_the_energy_with_the_length() {
    let (_, _, generators) = zoo().into_iter().find(|(name, ..)| *name == "nanotube").unwrap();
    for (what, nearest) in MODELS {
        let field = scaled((what, nearest));
        let group = ObjectiveGroup::new(&still(), &generators).unwrap();
        let axis = group.direction(0.0).unwrap();
        let positions = packed(&group, 4, 3);
        let rest = vec![Vector3::zeros(); positions.len()];
        let stretched = |by: f64| {
            let stretch = Matrix3::identity() + axis * axis.transpose() * by;
            let generators: Vec<_> =
                generators.iter().map(|g| GroupElement { offset: stretch * g.offset, ..*g }).collect();
            let group = ObjectiveGroup::new(&still(), &generators).unwrap();
            let positions: Vec<_> = positions.iter().map(|x| stretch * x).collect();
            GroupMolecular::new(&model(group, field.clone()), fixed(1e-3), &positions, &rest).unwrap()
        };
        let energy = |by: f64| stretched(by).potential_energy();
        let h = 2e-5;
        let slope = (8.0 * (energy(h) - energy(-h)) - (energy(2.0 * h) - energy(-2.0 * h))) / (12.0 * h);
        let force = extra(&stretched(0.0).observe(), "axial_force");
        let length = group.content(0.0).unwrap();
        let off = (force * length / slope - 1.0).abs();
        assert!(off < 1e-8 && force.abs() > 1e-3, "{what}: {force}, off by {off:e}");
    }
}

/// Forces and energy of shaken diamond of these, under the translations of a cell of eight atoms; angstrom, electronvolt.
fn diamond(edge: f64, field: Arc<dyn ForceField>) -> GroupMolecular {
    let axes = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, edge * (1.0 - 0.01 * k as f64))));
    let group = ObjectiveGroup::new(&still(), &axes).unwrap();
    let mut random = Philox::new(4, 0);
    let mut positions = Vec::new();
    for site in [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
        for shift in [0.0, 0.25] {
            positions.push(Vector3::from_fn(|k, _| edge * (site[k] + shift + 0.02 * random.normal())));
        }
    }
    let rest = vec![Vector3::zeros(); positions.len()];
    GroupMolecular::new(&model(group, field), fixed(1e-3), &positions, &rest).unwrap()
}

#[test]
fn models_are_the_potentials_they_are_named_after() {
    // The parameters that the models report.
    let epsilon = 15.284_847_919_791_4 / 7.049_556_277;
    let silicon = StillingerWeber {
        epsilon,
        sigma: 2.0951,
        a: 1.8,
        lambda: 45.5322 / epsilon,
        gamma: 1.2,
        cosine: -1.0 / 3.0,
        amplitude: 7.049_556_277,
        repulsion: 0.602_224_558_4,
        p: 4.0,
        q: 0.0,
        cutoff: 3.77118,
    };
    let carbon = Tersoff { attraction: 346.74, ..Tersoff::carbon() };
    let second = Tersoff {
        exponent: 3,
        gamma: 1.0,
        lambda_3: 1.7322,
        c: 100_390.0,
        d: 16.218,
        cosine: -0.59826,
        n: 0.78734,
        beta: 1.0999e-6,
        lambda_2: 1.7322,
        attraction: 471.18,
        middle: 2.85,
        half_width: 0.15,
        lambda_1: 2.4799,
        repulsion: 1830.8,
    };
    let ours: [(&str, f64, Arc<dyn SitePotential>); 3] = [
        (SILICON, 5.43, Arc::new(silicon)),
        (CARBON, 3.57, Arc::new(carbon)),
        ("Tersoff_LAMMPS_Tersoff_1988T3_Si__MO_186459956893_003", 5.43, Arc::new(second)),
    ];
    for (name, edge, potential) in ours {
        let (mut ours, mut theirs) =
            (diamond(edge, Arc::new(Sites(potential))), diamond(edge, field(name, ELECTRONVOLT)));
        let energy = (ours.potential_energy() / theirs.potential_energy() - 1.0).abs();
        let size = ours.forces().iter().map(Vector3::norm).fold(0.0, f64::max);
        let off = ours.forces().iter().zip(theirs.forces()).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
        let pressures = [&mut ours, &mut theirs].map(|molecular| molecular.observe().pressure);
        let pressure = (pressures[0] - pressures[1]).norm() / pressures[0].norm();
        assert!(energy < 1e-13 && pressure < 1e-12, "{name}: {energy:e} {pressure:e}");
        assert!(off < 1e-12 * size && size > 1.0, "{name}: {off:e} of {size}");
    }
}

/// LAMMPS (29 Sep 2021, Debian's, `pair_style kim`) for the crystals of `many_bodies`: cells smaller than the cutoffs.
#[test]
fn models_do_for_lammps_what_they_do_here() {
    agrees(
        crystal(field(NICKEL, ELECTRONVOLT), [3.6, 3.5, 3.45], &FACE_CENTRED, 0.12),
        -4.316_591_369_304_511,
        [
            2.439_155_017_046_454,
            2.838_531_214_474_633_7,
            0.696_766_952_925_924_5,
            0.545_365_970_497_644_8,
            -0.102_740_304_147_657_18,
            -0.222_127_931_314_305_1,
        ],
        &[
            [-1.756_720_013_383_636_3, -1.957_902_342_595_665_6, -1.179_262_288_009_158_6],
            [1.414_375_244_909_998_7, -0.941_545_620_990_509_3, 0.350_732_087_620_660_94],
            [-1.106_904_476_702_295_3, 0.798_530_888_444_777_7, 0.733_519_421_379_589_3],
            [1.449_249_245_175_932_7, 2.100_917_075_141_398, 0.095_010_779_008_908_64],
        ],
    );
    agrees(
        crystal(field(ARGON, ELECTRONVOLT), [5.4, 5.3, 5.2], &FACE_CENTRED, 0.2),
        -0.071_382_636_139_411_62,
        [
            0.202_314_632_032_989_66,
            0.192_091_160_661_491_54,
            -0.005_128_315_610_096_429,
            0.056_837_339_088_832_116,
            -0.011_412_911_593_395_926,
            -0.024_818_495_972_519_03,
        ],
        &[
            [-0.080_992_268_161_459_49, -0.088_372_533_499_001_95, -0.046_067_253_527_939_375],
            [0.057_366_412_849_985_414, -0.037_625_177_966_808_12, 0.014_883_591_114_067_903],
            [-0.045_477_058_724_324_844, 0.031_372_953_840_384_95, 0.030_883_472_668_735_916],
            [0.069_102_914_035_798_9, 0.094_624_757_625_425_15, 0.000_300_189_745_135_556_3],
        ],
    );
    agrees(
        crystal(field(SPRINGS, ELECTRONVOLT), [4.4, 4.3, 4.2], &FACE_CENTRED, 0.2),
        0.000_136_523_767_166_149_37,
        [
            0.220_084_188_782_744_5,
            0.210_351_666_654_103_15,
            0.122_914_165_295_722_73,
            0.025_353_360_730_497_546,
            -0.006_772_430_721_051_109,
            -0.013_055_101_151_933_31,
        ],
        &[
            [-0.042_663_884_379_222_95, -0.044_769_774_732_162_364, -0.018_769_422_830_243_104],
            [0.027_419_777_684_479_646, -0.018_378_102_000_342_688, 0.007_491_713_337_072_001],
            [-0.022_138_794_036_417_22, 0.015_582_159_949_427_713, 0.013_366_008_080_679_522],
            [0.037_382_900_731_160_49, 0.047_565_716_783_077_3, -0.002_088_298_587_508_422_3],
        ],
    );
}

#[test]
fn all_copies_of_a_ring_move_as_images() {
    let (_, flow, generators) = zoo().into_iter().find(|(name, ..)| *name == "ring").unwrap();
    let group = ObjectiveGroup::new(&flow, &generators).unwrap();
    let elements = all_elements(&group);
    for (what, nearest) in MODELS {
        let field = scaled((what, nearest));
        let positions = packed(&group, 3, 3);
        let rest = vec![Vector3::zeros(); positions.len()];
        let one = model(group.clone(), field.clone());
        let strongest = GroupMolecular::new(&one, fixed(1e-3), &positions, &rest).unwrap();
        let strongest = strongest.forces().iter().map(Vector3::norm).fold(0.0, f64::max);
        let step = 0.005 * (NEAREST / strongest).sqrt();
        let mut one = GroupMolecular::new(&one, fixed(step), &positions, &rest).unwrap();
        let copies: Vec<_> = elements.iter().flat_map(|g| positions.iter().map(|x| g.position(0.0, x))).collect();
        // Translations that nothing is near: no images at all.
        let far = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, 1e3)));
        let explicit = model(ObjectiveGroup::new(&flow, &far).unwrap(), field.clone());
        let rest = vec![Vector3::zeros(); copies.len()];
        let mut explicit = GroupMolecular::new(&explicit, fixed(step), &copies, &rest).unwrap();
        for molecular in [&mut one, &mut explicit] {
            molecular.advance(500.0 * step, &mut Free).unwrap();
            assert_eq!(molecular.steps(), 500);
        }
        let (found, all) = (one.atoms().positions, explicit.atoms().positions);
        let moved = found.iter().zip(&positions).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
        assert!(moved > 0.1, "{what}: {moved}");
        for (copy, element) in elements.iter().enumerate() {
            for (k, x) in found.iter().enumerate() {
                let off = (element.position(0.0, x) - all[copy * found.len() + k]).norm();
                assert!(off < 1e-10, "{what}, copy {copy}, atom {k}: {off:e}");
            }
        }
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let edge = 5.43 * 6.0;
    let run = |threads: usize| {
        let axes = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, edge)));
        let group = ObjectiveGroup::new(&still(), &axes).unwrap();
        let mut random = Philox::new(4, 0);
        let corners = (0..216).map(|k| Vector3::new(f64::from(k % 6), f64::from(k / 6 % 6), f64::from(k / 36)));
        let sites = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]].map(Vector3::from);
        let places = corners.flat_map(|corner| sites.map(|site| (corner + site) * 5.43));
        let pairs = places.flat_map(|x| [x, x.map(|x| x + 0.25 * 5.43)]);
        let positions: Vec<_> = pairs.map(|x| x + Vector3::from_fn(|_, _| 0.1 * random.normal())).collect();
        let peculiar: Vec<_> = positions.iter().map(|_| Vector3::from_fn(|_, _| 0.1 * random.normal())).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = GroupModel { species: Species::one(28.085), ..model(group, field(SILICON, ELECTRONVOLT)) };
            let mut molecular = GroupMolecular::new(&model, fixed(0.1), &positions, &peculiar).unwrap();
            molecular.advance(3.0, &mut Free).unwrap();
            (molecular.atoms().positions, molecular.potential_energy().to_bits())
        })
    };
    let one = run(1);
    assert!(one.0.len() > 3 * 512 && one == run(3));
}

#[test]
fn a_model_without_energy_stops_the_run_in_its_own_words() {
    let (_, flow, generators) = zoo().into_iter().find(|(name, ..)| *name == "ring").unwrap();
    let group = ObjectiveGroup::new(&flow, &generators).unwrap();
    let positions = packed(&group, 3, 3);
    // Nickel in a place for a tenth of it.
    let field = field(NICKEL, KimUnits { angstrom: 4.0 * NEAREST / 2.5, electronvolt: 1.0 });
    let mut random = Philox::new(2, 0);
    let fast: Vec<_> = positions.iter().map(|_| Vector3::from_fn(|_, _| 1e4 * random.normal())).collect();
    let error = GroupMolecular::new(&model(group.clone(), field), fixed(1e-3), &positions, &fast).unwrap_err();
    let MolecularError::NoEnergy(said) = &error else { panic!("{error}") };
    assert!(said.starts_with(&format!("the KIM model {NICKEL}: ")) && said.contains("density"), "{said}");
}
