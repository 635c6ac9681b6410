//! LAMMPS data files: as LAMMPS writes them, and as they are written here.

use omd_flow::{AffineFlow, Matrix3, Vector3};
use omd_hierarchy::experiment::{AtomStart, Species};
use omd_io::{Frame, Structure, TriangularFrame, UnitStyle, Units, Velocities, parse_structure, write_data};
use std::fs;

const STYLES: [(&str, &str); 6] =
    [("atomic", ""), ("charge", "q"), ("bond", "mol"), ("angle", "mol"), ("molecular", "mol"), ("full", "mol q")];

fn read(name: &str) -> Structure {
    parse_structure(name, &fs::read_to_string(format!("tests/good/{name}")).unwrap()).unwrap()
}

/// Unwrapped positions, peculiar velocities and the cell of a start.
fn start(
    structure: &Structure,
    flow: &AffineFlow,
    units: &Units,
) -> (Vec<Vector3<f64>>, Vec<Vector3<f64>>, Matrix3<f64>) {
    let AtomStart::Given { cell, positions, shifts, peculiar: Some(peculiar), .. } = structure.start(flow, units)
    else {
        panic!()
    };
    let inverse = cell.try_inverse().unwrap();
    assert!(positions.iter().all(|x| (inverse * x).iter().all(|s| (-1e-12..1.0 + 1e-12).contains(s))));
    let unwrapped = positions.iter().zip(&shifts).map(|(x, nu)| x + cell * nu.map(|n| n as f64)).collect();
    (unwrapped, peculiar, cell)
}

#[test]
fn what_lammps_wrote_is_read_with_its_image_flags() {
    let units = Units::new(UnitStyle::Lj);
    let structure = read("restricted.data");
    assert_eq!(structure.species, ["B", "A", "A", "A"]);
    assert!(structure.masses.values().all(|mass| mass.value == 1.5) && structure.masses.len() == 2);
    let expected = Matrix3::new(
        1.1592987936995935,
        -0.03285462168379241,
        0.5960767076916945,
        0.0,
        1.2729473311913837,
        -0.1555945655035108,
        0.0,
        0.0,
        2.7105297134775466,
    );
    assert_eq!(structure.cell, Some(expected));
    let still = AffineFlow::new(Matrix3::zeros()).unwrap();
    let (unwrapped, velocities, _) = start(&structure, &still, &units);
    // LAMMPS's own unwrapped positions and velocities, by id; the file has its order.
    let dump = fs::read_to_string("tests/good/unwrapped.dump").unwrap();
    for (atom, id) in [2, 3, 1, 4].into_iter().enumerate() {
        let row = dump.lines().skip(9).find(|line| line.starts_with(&format!("{id} "))).unwrap();
        let row: Vec<f64> = row.split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect();
        assert!((unwrapped[atom] - Vector3::from_row_slice(&row[..3])).norm() < 1e-14);
        assert_eq!(velocities[atom], Vector3::from_row_slice(&row[3..]));
    }
}

/// The velocity of a data file is that of the atom in the cell: the flow is taken off there, not where the atom is unwrapped.
#[test]
fn image_flags_move_an_atom_and_not_its_peculiar_velocity() {
    let flow = AffineFlow::new(Matrix3::new(0.1, 0.5, 0.0, 0.0, -0.2, 0.3, 0.1, 0.0, 0.0)).unwrap();
    let units = Units::new(UnitStyle::Metal);
    let structure = read("restricted.data");
    let Some(Velocities::Lab(lab)) = &structure.velocities else { panic!() };
    let (_, peculiar, _) = start(&structure, &flow, &units);
    for (k, w) in peculiar.iter().enumerate() {
        assert!((flow.peculiar_from_lab(0.0, &structure.positions[k], &lab[k]) - w).norm() < 1e-14);
    }
}

/// LAMMPS writes the same atoms in a general cell, rotated: all lengths and products are those of the other file.
#[test]
fn a_general_cell_is_the_same_cell_rotated() {
    let (restricted, general) = (read("restricted.data"), read("general.data"));
    let units = Units::new(UnitStyle::Lj);
    let still = AffineFlow::new(Matrix3::zeros()).unwrap();
    let (x, v, cell) = start(&restricted, &still, &units);
    let (y, u, turned) = start(&general, &still, &units);
    let rotation = turned * cell.try_inverse().unwrap();
    assert!((rotation.tr_mul(&rotation) - Matrix3::identity()).norm() < 1e-12);
    assert!((rotation - Matrix3::identity()).norm() > 0.1);
    for k in 0..4 {
        assert!((rotation * x[k] - y[k]).norm() < 1e-12 && (rotation * v[k] - u[k]).norm() < 1e-12);
    }
}

#[test]
fn every_style_of_atoms_has_its_columns() {
    let plain = fs::read_to_string("tests/good/four.data").unwrap();
    let expected = parse_structure("four.data", &plain).unwrap();
    let (head, tail) = plain.split_once("Atoms # atomic\n\n").unwrap();
    let (atoms, tail) = tail.split_once("\n\n").unwrap();
    for (style, columns) in STYLES {
        for (flags, shift) in [("", 0), (" 1 0 -2", 1)] {
            let line = |line: &str| {
                let words: Vec<_> = line.split(' ').collect();
                let (molecule, charge) = (["", "7 "][usize::from(columns.contains("mol"))], columns.contains('q'));
                let charge = if charge { "0.0 " } else { "" };
                format!("{} {molecule}{} {charge}{}{flags}  # atom", words[0], words[1], words[2..].join(" "))
            };
            let atoms: Vec<_> = atoms.lines().map(line).collect();
            let text = format!("{head}Atoms  # {style}\n\n{}\n\n{tail}", atoms.join("\n"));
            let mut found = parse_structure("x.data", &text).unwrap();
            assert_eq!(found.images.len(), 4 * shift, "{style}");
            assert!(found.images.iter().all(|nu| *nu == Vector3::new(1, 0, -2)));
            found.images.clear();
            assert_eq!(found, expected, "{style}");
        }
    }
    // Without the style, where the number of columns says it; and without an ending that says what the file is.
    assert_eq!(parse_structure("x", &plain.replace(" # atomic", "")).unwrap(), expected);
    let full: Vec<_> = atoms.lines().map(|line| line.replacen(" 1 ", " 3 1 0 ", 1)).collect();
    assert_eq!(parse_structure("x", &format!("{head}Atoms\n\n{}\n\n{tail}", full.join("\n"))).unwrap(), expected);
}

/// Written in the frame of the flow and read there: the same lattice, places and peculiar velocities, rotated.
#[test]
fn what_is_written_is_what_is_read() {
    let turned = omd_hierarchy::experiment::rotation_about(&Vector3::new(1.0, -2.0, 0.5).normalize(), 1.2);
    let flow =
        AffineFlow::new(turned * Matrix3::new(0.1, 0.5, 0.2, 0.0, -0.2, 0.3, 0.0, 0.0, 0.3) * turned.transpose());
    let flow = flow.unwrap();
    // Left-handed and skewed.
    let cell = turned * Matrix3::new(5.0, 9.0, 1.0, 6.0, 0.0, 0.5, 0.0, 0.0, 7.0);
    let gradient = flow.velocity_gradient_at_zero();
    let frame = TriangularFrame::of_lattice(&gradient, &cell).unwrap();
    let positions: Vec<_> = (0..5).map(|i| Vector3::new(7.1 * f64::from(i), -3.3, 1e3 / 7.0)).collect();
    let peculiar: Vec<_> = (0..5).map(|i| Vector3::new(0.3, f64::from(i), -1.0 / 3.0)).collect();
    let lab: Vec<_> = positions.iter().zip(&peculiar).map(|(x, w)| flow.lab_from_peculiar(0.0, x, w)).collect();
    let species = ["Ar".to_owned()];
    let shown = Frame {
        sample: 0,
        time: 0.0,
        cell: Some(&cell),
        species: &species,
        positions: &positions,
        lab_velocities: &lab,
    };
    for style in UnitStyle::ALL {
        let units = Units::new(style);
        let mut bytes = Vec::new();
        write_data(&mut bytes, &shown, &frame, &Species::named("Ar", 39.948), &[], &units).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.lines().next().unwrap().starts_with(&format!("omd: {} units, rotated by x' = Q^T x", style.name()))
        );
        let structure = parse_structure("start.data", &text).unwrap();
        assert_eq!(structure.species, ["Ar"; 5]);
        let there = AffineFlow::new(frame.gradient).unwrap();
        let (unwrapped, found, read) = start(&structure, &there, &units);
        assert!((read - frame.cell).norm() < 1e-13);
        for k in 0..5 {
            assert!((frame.rotation * unwrapped[k] - positions[k]).norm() < 1e-11);
            assert!((frame.rotation * found[k] - peculiar[k]).norm() < 1e-11, "{style:?}");
        }
    }
}

/// Ids in no order: what a bond names becomes a place in the file.
#[test]
fn bonds_name_ids() {
    let structure = read("molecules.data");
    let bonds = structure.bonds.unwrap();
    assert_eq!(bonds.pairs, [[1, 0], [2, 3]]);
    let law = bonds.law.unwrap();
    assert_eq!((law.style.as_str(), &law.coefficients[..], law.line), ("harmonic", &[50.0, 1.0][..], 25));
    // The types of bonds may have names, and a header that counts none is none.
    let text = fs::read_to_string("tests/good/molecules.data").unwrap();
    let named = text
        .replace("\nBond Coeffs", "\nBond Type Labels\n\n1 N-N\n\nBond Coeffs")
        .replace("\n2 1 20 4", "\n2 N-N 20 4");
    assert_eq!(parse_structure("x.data", &named).unwrap().bonds.unwrap().pairs, [[1, 0], [2, 3]]);
    let (before, _) = text.split_once("\nBond Coeffs").unwrap();
    let none = before.replace("2 bonds", "0 bonds");
    assert_eq!(parse_structure("x.data", &none).unwrap().bonds, None);
    assert_eq!(read("four.data").bonds, None);
}
