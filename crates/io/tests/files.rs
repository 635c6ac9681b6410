//! Tables and structures come back as they were written.

use omd_flow::{AffineFlow, Dimension, Matrix3, Observables, Vector3};
use omd_hierarchy::experiment::AtomStart;
use omd_io::{
    Frame, Table, TableError, UnitStyle, Units, Velocities, parse_structure, write_atomically, write_final_structure,
};
use std::fs;
use std::io::{self, Write};

fn row(time: f64, temperature: f64, energy: f64) -> Observables {
    let pressure = Matrix3::new(1.0, 0.1, 0.2, 0.1, 2.0, 0.3, 0.2, 0.3, 3.0) * temperature;
    let heat_flux = Some(Vector3::new(0.1, 0.2, 0.3));
    let mut row = Observables { time, density: 0.05, temperature, pressure, heat_flux, extra: Vec::new() };
    row.push("potential_energy", energy, Dimension::Energy);
    row
}

#[test]
fn a_table_holds_means_and_standard_errors() {
    let units = Units::new(UnitStyle::Lj);
    let replicas: Vec<_> =
        [1.0, 2.0, 6.0].map(|t| vec![row(0.0, t, -t), row(0.1, 2.0 * t, 1.0), row(0.2, t, t)]).into();
    // One replica behind: its missing sample is in no row.
    let mut replicas = replicas;
    replicas[2].pop();
    let table = Table::from_replicas(&replicas, &units).unwrap();
    let names = "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz,qx,qy,qz,potential_energy,density_se,temperature_se,\
                 pxx_se,pyy_se,pzz_se,pxy_se,pxz_se,pyz_se,qx_se,qy_se,qz_se,potential_energy_se";
    assert_eq!(table.columns.join(","), names);
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.column("temperature").unwrap(), [3.0, 6.0]);
    // Sample variance of (1, 2, 6) is 7, of its mean 7/3.
    assert!((table.column("temperature_se").unwrap()[0] - (7.0f64 / 3.0).sqrt()).abs() < 1e-15);
    assert!((table.column("pyz_se").unwrap()[1] - 0.6 * (7.0f64 / 3.0).sqrt()).abs() < 1e-15);
    assert_eq!(table.column("pxz").unwrap(), [0.6000000000000001, 1.2000000000000002]);
    assert_eq!((table.column("potential_energy").unwrap()[0], table.column("qx_se").unwrap()[0]), (-3.0, 0.0));
    assert_eq!(table.column("time").unwrap(), [0.0, 0.1]);
}

#[test]
fn one_replica_has_no_errors_and_levels_without_heat_flux_no_columns_for_it() {
    let mut only = row(0.0, 1.0, 1.0);
    only.heat_flux = None;
    let table = Table::from_replicas(&[vec![only]], &Units::new(UnitStyle::Lj)).unwrap();
    assert_eq!(table.columns.join(","), "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz,potential_energy");
    assert_eq!(Table::from_replicas(&[], &Units::new(UnitStyle::Lj)).unwrap(), Table::default());
    let mut other = row(0.0, 1.0, 1.0);
    other.push("entropy", 1.0, Dimension::None);
    let mixed = [vec![row(0.0, 1.0, 1.0)], vec![other]];
    let error = Table::from_replicas(&mixed, &Units::new(UnitStyle::Lj)).unwrap_err();
    assert!(matches!(error, TableError::Columns { replica: 1, sample: 0 }), "{error}");
}

#[test]
fn a_csv_comes_back_bit_for_bit_in_the_units_of_the_input() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("molecular.csv");
    let units = Units::new(UnitStyle::Real);
    let temperature = units.to_internal(omd_io::Quantity::Of(Dimension::Temperature), 300.0);
    let table = Table::from_replicas(&[vec![row(1.0, temperature, 418.4)]], &units).unwrap();
    table.write(&path).unwrap();
    assert_eq!(Table::read(&path).unwrap(), table);
    let text = fs::read_to_string(&path).unwrap();
    let first: Vec<_> = text.lines().nth(1).unwrap().split(',').collect();
    assert_eq!((first[0], first[1]), ("1.0000000000000000e3", "5.0000000000000003e-2"));
    assert!((table.column("temperature").unwrap()[0] / 300.0 - 1.0).abs() < 1e-15);
    assert!((table.column("potential_energy").unwrap()[0] - 1.0).abs() < 1e-8);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "a temporary file is left");
}

#[test]
fn a_broken_csv_is_named_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.csv");
    for (text, expected) in [
        ("time,density\n0,1\n1\n", ":3: the row has another number of fields than the header"),
        ("time,density\n0,1\n1,x\n", ":3: \"x\" is not a number"),
    ] {
        fs::write(&path, text).unwrap();
        let error = Table::read(&path).unwrap_err().to_string();
        assert_eq!(error, format!("{}{expected}", path.display()));
    }
    let error = Table::read(&directory.path().join("none.csv")).unwrap_err().to_string();
    assert!(error.ends_with("none.csv: no such file or directory"), "{error}");
}

#[test]
fn a_failed_write_leaves_the_file_that_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("table.csv");
    fs::write(&path, "whole").unwrap();
    let error = write_atomically(&path, |out| {
        out.write_all(&[0; 1 << 20])?;
        Err(io::ErrorKind::StorageFull.into())
    })
    .unwrap_err();
    assert!(error.is_full());
    assert!(error.to_string().ends_with("table.csv: the disk is full; what was written before is whole"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// A frame at time t, read as the start of a new run of the flow restarted there, has the same peculiar velocities.
#[test]
fn a_final_structure_is_the_start_of_the_next_run() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("molecular.final.extxyz");
    let flow = AffineFlow::new(Matrix3::new(0.1, 0.5, 0.0, 0.0, -0.2, 0.3, 0.1, 0.0, 0.0)).unwrap();
    let (time, edges) = (1.5, Matrix3::new(10.0, 1.0, 2.0, 0.0, 11.0, 3.0, 0.0, 0.0, 12.0));
    let cell = flow.deformation(time) * edges;
    let positions: Vec<_> = (0..5).map(|i| Vector3::new(7.1 * f64::from(i), -3.3, 1e3 / 7.0)).collect();
    let peculiar: Vec<_> = (0..5).map(|i| Vector3::new(0.3, f64::from(i), -1.0 / 3.0)).collect();
    let lab: Vec<_> = positions.iter().zip(&peculiar).map(|(x, w)| flow.lab_from_peculiar(time, x, w)).collect();
    let species = ["Ar", "Ar", "Kr", "Ar", "Xe"].map(str::to_owned);
    let frame =
        Frame { sample: 3, time, cell: Some(&cell), species: &species, positions: &positions, lab_velocities: &lab };
    for style in UnitStyle::ALL {
        let units = Units::new(style);
        write_final_structure(&path, &frame, &units).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let structure = parse_structure("final", &text).unwrap();
        assert_eq!(structure.species, species);
        if style == UnitStyle::Lj {
            assert_eq!((structure.cell, &structure.positions), (Some(cell), &positions), "17 digits keep every bit");
            assert_eq!(structure.velocities, Some(Velocities::Lab(lab.clone())));
            assert!(text.contains("Time=1.5000000000000000e0 pbc"));
        }
        let next = flow.restarted_at(time).unwrap();
        let AtomStart::Given { cell: again, positions: wrapped, shifts, peculiar: Some(found), .. } =
            structure.start(&next, &units)
        else {
            panic!()
        };
        assert!((again - cell).norm() < 1e-12 * cell.norm());
        for k in 0..5 {
            let inside = cell.try_inverse().unwrap() * wrapped[k];
            assert!(inside.iter().all(|s| (-1e-12..1.0 + 1e-12).contains(s)));
            let unwrapped = wrapped[k] + cell * shifts[k].map(|n| n as f64);
            assert!((unwrapped - positions[k]).norm() < 1e-11);
            assert!((found[k] - peculiar[k]).norm() < 1e-11, "{style:?}");
        }
    }
}
