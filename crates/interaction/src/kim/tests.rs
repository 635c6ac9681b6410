use super::*;
use crate::NeighbourRows;

const UNITS: KimUnits = KimUnits { angstrom: 1.0, electronvolt: 1.0 };
const SILICON: &str = "SW_StillingerWeber_1985_Si__MO_405512056662_005";

#[test]
fn a_model_says_what_it_is() {
    let model = KimModel::new(SILICON, &[], UNITS).unwrap();
    assert_eq!((model.name(), &model.elements()[0][..], model.units().as_str()), (SILICON, "Si", "A, eV"));
    assert!((model.reach() - 3.77118).abs() < 1e-12, "{}", model.reach());
    assert_eq!(model.ranges(), [NeighbourRange { cutoff: model.reach(), of_all: false }]);
    // Twice as long an angstrom, seven times as large an electronvolt.
    let other = KimModel::new(SILICON, &["Si".to_owned()], KimUnits { angstrom: 2.0, electronvolt: 7.0 }).unwrap();
    assert_eq!(other.reach(), 2.0 * model.reach());
    let (one, two) = (model.pair([0, 0], 2.3).unwrap(), other.pair([0, 0], 4.6).unwrap());
    assert!((7.0 * one - two).abs() < 1e-13 && one < -2.0, "{one} {two}");
}

#[test]
fn what_is_no_model_is_refused_with_what_is_like_it() {
    let refused = |name: &str, element: Option<&str>| {
        let elements: Vec<String> = element.map(str::to_owned).into_iter().collect();
        KimModel::new(name, &elements, UNITS).unwrap_err()
    };
    // Another version of the same.
    let KimError::NotFound { similar, installed } = refused("SW_StillingerWeber_1985_Si__MO_405512056662_006", None)
    else {
        panic!()
    };
    assert!(similar[0] == SILICON && installed > 100, "{similar:?} {installed}");
    let KimError::NotFound { similar, .. } = refused("Tersoff carbon", None) else { panic!() };
    assert!(similar.iter().all(|name| name.starts_with("Tersoff")), "{similar:?}");
    assert!(matches!(refused("\0", None), KimError::NotFound { .. }));
    let simulator = "Sim_LAMMPS_ADP_ApostolMishin_2011_AlCu__SM_667696763561_000";
    assert_eq!(refused(simulator, None), KimError::Simulator);
    // A driver is no model.
    assert!(matches!(refused("SW__MD_335816936951_004", None), KimError::NotFound { .. }));
    let carbide = "Tersoff_LAMMPS_Tersoff_1989_SiC__MO_171585019474_003";
    assert_eq!(refused(carbide, None).to_string(), "the model has several elements: C, Si");
    assert_eq!(refused(carbide, Some("Ge")).to_string(), "the model has no \"Ge\"; it has C, Si");
}

#[test]
fn a_model_that_fails_says_why() {
    let model = KimModel::new("EAM_Dynamo_MishinFarkasMehl_1999_Ni__MO_400591584784_005", &[], UNITS).unwrap();
    let evaluate = |positions: &[Vector3<f64>]| {
        let mut rows = NeighbourRows::default();
        let count = positions.len() as u32;
        (0..count).for_each(|atom| rows.push((0..count).filter(|other| *other != atom)));
        let cluster =
            Cluster { positions, kinds: &vec![0; positions.len()], contributing: 0..positions.len(), rows: &[&rows] };
        model.evaluate(&cluster, &mut vec![Vector3::zeros(); positions.len()])
    };
    // Thirteen atoms in a place for one: denser than the table of the embedding energy goes.
    let dense: Vec<_> = (0..13).map(|k| Vector3::new(0.3 * f64::from(k), 0.0, 0.0)).collect();
    let failure = evaluate(&dense).unwrap_err().to_string();
    assert!(failure.starts_with("the KIM model EAM_Dynamo") && failure.contains("density"), "{failure}");
    // And goes on.
    assert!(evaluate(&[Vector3::zeros(), Vector3::new(0.0, 0.0, 2.5)]).is_ok());
}

#[test]
fn atoms_without_lists_are_no_atoms_without_neighbours() {
    let model = KimModel::new(SILICON, &[], UNITS).unwrap();
    let positions = [Vector3::zeros(), Vector3::new(0.0, 0.0, 2.0)];
    let cluster =
        Cluster { positions: &positions, kinds: &[0, 0], contributing: 0..2, rows: &[&NeighbourRows::default()] };
    let failure = model.evaluate(&cluster, &mut [Vector3::zeros(); 2]).unwrap_err().to_string();
    assert!(failure.ends_with("it asks for neighbours of an atom that has no list"), "{failure}");
}

#[test]
fn a_model_that_counts_images_is_refused() {
    let name = "Morse_EIP_GuthikondaElliott_2011_AuCd__MO_703849496106_002";
    let KimError::Unusable(said) = KimModel::new(name, &["Cd".to_owned()], UNITS).unwrap_err() else { panic!() };
    assert!(said.starts_with("the energy of a pair is not that of the atoms that contribute"), "{said}");
}

#[test]
fn all_installed_models_are_listed() {
    let names = KimModel::installed();
    assert!(names.iter().any(|name| name == SILICON) && names.len() > 100);
    assert!(names.is_sorted());
}

#[test]
fn elements_have_their_own_codes() {
    let carbide = "Tersoff_LAMMPS_Tersoff_1989_SiC__MO_171585019474_003";
    let model = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        KimModel::new(carbide, &names, UNITS).unwrap()
    };
    let (both, turned, carbon) = (model(&["C", "Si"]), model(&["Si", "C"]), model(&["C"]));
    let [cc, css, ss] = [[0, 0], [0, 1], [1, 1]].map(|kinds| both.pair(kinds, 1.8).unwrap());
    assert_eq!((turned.pair([1, 1], 1.8).unwrap(), carbon.pair([0, 0], 1.8).unwrap()), (cc, cc));
    assert_eq!(turned.pair([0, 0], 1.8).unwrap(), ss);
    assert!((turned.pair([0, 1], 1.8).unwrap() - css).abs() < 1e-12 && css != cc && css != ss, "{cc} {css} {ss}");
    assert!(both.pair([0, 2], 1.8).is_err());
}
