//! Frames of trajectories: their bytes, the images they show, and that a resumed file is the uninterrupted one.

use flate2::read::GzDecoder;
use omd_flow::{AffineFlow, Matrix3, Structure, Vector3};
use omd_hierarchy::experiment::{
    AtomStart, GroupElement, MolecularSettings, ObjectiveGroup, ShownImages, TrajectoryFormat, TrajectorySettings,
};
use omd_io::{
    Frame, TrajectoryWriter, UnitStyle, Units, Velocities, View, discard_appended, encode_frame, finish_trajectory,
    parse_structure, trajectory_name,
};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

const EXTXYZ: TrajectorySettings = TrajectorySettings {
    every: 1,
    format: TrajectoryFormat::ExtendedXyz,
    compressed: false,
    shown: ShownImages::Simulated,
};
const DUMP: TrajectorySettings = TrajectorySettings { format: TrajectoryFormat::LammpsDump, ..EXTXYZ };

fn settings(trajectory: TrajectorySettings, group: Option<ObjectiveGroup>) -> MolecularSettings {
    let start = AtomStart::Free { positions: Vec::new(), peculiar: None, species: Vec::new() };
    MolecularSettings {
        start,
        species: None,
        group,
        engine: None,
        replicas: 1,
        seed: 1,
        trajectory: Some(trajectory),
        prepare: None,
        bonds: None,
        thermostat: None,
    }
}

/// A shear with a stretch; upper triangular.
fn flow() -> AffineFlow {
    AffineFlow::new(Matrix3::new(0.1, 0.5, 0.25, 0.0, -0.25, 0.125, 0.0, 0.0, 0.5)).unwrap()
}

/// Two atoms that move with the flow `w = (1, 2, 3)`, one of them out of the cell.
fn atoms(flow: &AffineFlow, cell: Option<Matrix3<f64>>, time: f64) -> Structure {
    let positions = vec![Vector3::new(0.5, 1.0, 1.5) + Vector3::repeat(time), Vector3::new(9.0, -1.0, 2.0)];
    let w = Vector3::new(1.0, 2.0, 3.0);
    let lab_velocities = positions.iter().map(|x| flow.lab_from_peculiar(time, x, &w)).collect();
    Structure { time, cell: cell.map(|cell| flow.deformation(time) * cell), positions, lab_velocities }
}

fn encoded(
    trajectory: TrajectorySettings,
    group: Option<ObjectiveGroup>,
    flow: &AffineFlow,
    cell: Option<Matrix3<f64>>,
    time: f64,
) -> String {
    let view = View::new(&settings(trajectory, group), flow, &atoms(flow, cell, 0.0));
    let now = atoms(flow, cell, time);
    let species = ["C", "H"].map(str::to_owned);
    let frame = Frame {
        sample: 4,
        time,
        cell: now.cell.as_ref(),
        species: &species,
        positions: &now.positions,
        lab_velocities: &now.lab_velocities,
    };
    String::from_utf8(encode_frame(&trajectory, &view, &frame, &Units::new(UnitStyle::Lj)).unwrap()).unwrap()
}

const CELL: Matrix3<f64> = Matrix3::new(4.0, 1.0, -0.5, 0.0, 5.0, 0.25, 0.0, 0.0, 6.0);

/// Each image of a block differs from its atom by `F E nu` and `A E nu`, so it has the same `w`, and the cell is the block.
#[test]
fn a_block_of_cells_is_a_larger_cell_of_the_same_flow() {
    let (flow, time) = (flow(), 1.5);
    let block = TrajectorySettings { shown: ShownImages::Block([2, 1, 3]), ..EXTXYZ };
    let text = encoded(block, None, &flow, Some(CELL), time);
    let read = parse_structure("frame", &text).unwrap();
    assert_eq!(read.positions.len(), 12);
    let cell = flow.deformation(time) * CELL;
    let expected = cell * Matrix3::from_diagonal(&Vector3::new(2.0, 1.0, 3.0));
    assert!((read.cell.unwrap() - expected).norm() < 1e-14);
    let Some(Velocities::Lab(velocities)) = read.velocities else { panic!() };
    let alone = atoms(&flow, Some(CELL), time);
    for (index, (x, v)) in read.positions.iter().zip(&velocities).enumerate() {
        let (atom, image) = (index % 2, index / 2);
        let nu = Vector3::new((image % 2) as f64, 0.0, (image / 2) as f64);
        assert!((x - alone.positions[atom] - cell * nu).norm() < 1e-13);
        assert!((flow.peculiar_from_lab(time, x, v) - Vector3::new(1.0, 2.0, 3.0)).norm() < 1e-13);
        assert_eq!(read.species[index], ["C", "H"][atom]);
    }
}

/// A ring of five: all copies, and those of a screw within a radius; the order is that of time 0 in every frame.
#[test]
fn images_of_a_group_are_turned_and_move_with_it() {
    let still = AffineFlow::new(Matrix3::zeros()).unwrap();
    let turn = std::f64::consts::TAU / 5.0;
    let ring = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), turn, 0.0);
    let group = ObjectiveGroup::new(&still, &[ring]).unwrap();
    let within = |radius| TrajectorySettings { shown: ShownImages::Within(radius), ..EXTXYZ };
    let text = encoded(within(100.0), Some(group), &still, None, 0.5);
    assert!(text.starts_with("10\nProperties=species:S:1:pos:R:3:velo:R:3 Time=5.0000000000000000e-1 pbc=\"F F F\"\n"));
    let stretch = AffineFlow::new(Matrix3::from_diagonal(&Vector3::new(0.0, 0.0, 0.25))).unwrap();
    let screw = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), 0.5, 1.0);
    let group = ObjectiveGroup::new(&stretch, &[screw]).unwrap();
    // The mean of the atoms is 4.7 from the axis: a turn by k moves it by sqrt(k^2 + (2 x 4.7 sin(k/4))^2).
    let mean = Vector3::new(4.75, 0.0, 1.75);
    let radius = 5.5;
    let expected: Vec<i32> = (-20..=20)
        .filter(|&k| {
            let k = f64::from(k);
            (k * k + (2.0 * mean.x * (0.25 * k).sin()).powi(2)).sqrt() <= radius
        })
        .collect();
    assert!(expected.len() == 5 && expected[0] == -2, "{expected:?}");
    for time in [0.0, 2.0] {
        let text = encoded(within(radius), Some(group.clone()), &stretch, None, time);
        let frame: Vec<Vec<f64>> = text
            .lines()
            .skip(2)
            .map(|line| line.split(' ').skip(1).map(|word| word.parse().unwrap()).collect())
            .collect();
        let alone = atoms(&stretch, None, time);
        let mut found = Vec::new();
        for (index, row) in frame.iter().enumerate() {
            let (x, v) = (Vector3::from_row_slice(&row[..3]), Vector3::from_row_slice(&row[3..]));
            let rise = (x.z - alone.positions[index % 2].z) / (1.0 + 0.25 * time);
            found.push(rise.round() as i32);
            let element = GroupElement::screw(&Vector3::zeros(), &Vector3::z(), 0.5 * rise, rise).moved_by(&stretch);
            assert!((element.position(time, &alone.positions[index % 2]) - x).norm() < 1e-12);
            assert!((element.velocity(&alone.lab_velocities[index % 2]) - v).norm() < 1e-12);
        }
        assert_eq!(found[0], 0, "the simulated atoms come first");
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_dump_has_the_box_as_lammps_means_it() {
    let flow = flow();
    let text = encoded(DUMP, None, &flow, Some(CELL), 0.0);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[..4], ["ITEM: TIMESTEP", "4", "ITEM: NUMBER OF ATOMS", "2"]);
    assert_eq!(lines[4], "ITEM: BOX BOUNDS xy xz yz pp pp pp");
    let numbers = |line: &str| line.split(' ').filter_map(|word| word.parse().ok()).collect::<Vec<f64>>();
    // The bounds hold all corners: x from min(0, xy, xz, xy + xz).
    assert_eq!(numbers(lines[5]), [-0.5, 5.0, 1.0]);
    assert_eq!(numbers(lines[6]), [0.0, 5.25, -0.5]);
    assert_eq!(numbers(lines[7]), [0.0, 6.0, 0.25]);
    assert_eq!(lines[8], "ITEM: ATOMS id type element xu yu zu vx vy vz");
    assert!(lines[9].starts_with("1 1 C 5.0000000000000000e-1 1.0000000000000000e0 "));
    assert!(lines[10].starts_with("2 2 H 9.0000000000000000e0 -1.0000000000000000e0 "));
    // A flow that would turn the first edge away from x: the edges themselves.
    let turning = AffineFlow::new(Matrix3::new(0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
    for time in [0.0, 1.0] {
        let text = encoded(DUMP, None, &turning, Some(CELL), time);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[4], "ITEM: BOX BOUNDS abc origin pp pp pp");
        assert_eq!(numbers(lines[5]), [4.0, 2.0 * time, 0.0, 0.0]);
        assert_eq!(numbers(lines[6]), [1.0, 5.0 + 0.5 * time, 0.0, 0.0]);
        assert_eq!(numbers(lines[7]), [-0.5, 0.25 - 0.25 * time, 6.0, 0.0]);
    }
    let free = encoded(DUMP, None, &flow, None, 0.0);
    assert!(
        free.contains(
            "ITEM: BOX BOUNDS ss ss ss\n5.0000000000000000e-1 9.0000000000000000e0\n-1.0000000000000000e0 1."
        )
    );
}

#[test]
fn a_resumed_trajectory_is_the_uninterrupted_one() {
    let units = Units::new(UnitStyle::Lj);
    let flow = AffineFlow::new(Matrix3::zeros()).unwrap();
    let cell = Matrix3::identity();
    let start = Structure { time: 0.0, cell: Some(cell), positions: Vec::new(), lab_velocities: Vec::new() };
    let text = [TrajectoryFormat::ExtendedXyz, TrajectoryFormat::LammpsDump].into_iter();
    let mut cases: Vec<_> = text.flat_map(|format| [(format, false), (format, true)]).collect();
    if cfg!(feature = "hdf5") {
        cases.push((TrajectoryFormat::H5md, false));
    }
    for (format, compressed) in cases {
        let binary = format == TrajectoryFormat::H5md;
        let trajectory = TrajectorySettings { format, compressed, ..EXTXYZ };
        let view = View::new(&settings(trajectory, None), &flow, &start);
        let frame = |index: u32| {
            let at = [Vector3::repeat(f64::from(index)); 3];
            let (time, sample) = (f64::from(index), index as usize);
            let frame = Frame { sample, time, cell: Some(&cell), species: &[], positions: &at, lab_velocities: &at };
            encode_frame(&trajectory, &view, &frame, &units).unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let [whole, cut, new] = ["whole", "cut", "new"].map(|name| folder.path().join(name));
        [&whole, &cut, &new].into_iter().for_each(|path| fs::create_dir(path).unwrap());
        let write = |path: &Path, frames: std::ops::Range<u32>| {
            let mut writer = TrajectoryWriter::open(path, &trajectory, frames.start as usize).unwrap();
            frames.for_each(|index| writer.append(&frame(index)).unwrap());
        };
        write(&whole, 0..5);
        // Killed after four frames and a piece of a fifth, with a checkpoint that knows of three.
        write(&cut, 0..4);
        let name = trajectory_name(&trajectory);
        let appended = if compressed || binary { format!("{name}.frames") } else { name.clone() };
        let file = cut.join(&appended);
        let piece = frame(4);
        let mut broken = fs::OpenOptions::new().append(true).open(&file).unwrap();
        broken.write_all(&piece[..piece.len() / 2]).unwrap();
        let error = TrajectoryWriter::open(&cut, &trajectory, 5).unwrap_err().to_string();
        assert!(error.starts_with("cannot continue ") && error.contains(&appended), "{error}");
        write(&cut, 3..5);
        // Twice, as after a kill before the end was known.
        for path in [&whole, &cut, &cut] {
            finish_trajectory(path, &trajectory, &view, &[], &units).unwrap();
        }
        let bytes = fs::read(cut.join(&name)).unwrap();
        assert_eq!(fs::read(whole.join(&name)).unwrap(), bytes);
        discard_appended(&whole, &trajectory).unwrap();
        assert_eq!(fs::read_dir(&whole).unwrap().count(), 1);
        write(&cut, 0..1);
        write(&new, 0..1);
        assert_eq!(fs::read(&file).unwrap(), fs::read(new.join(&appended)).unwrap(), "a new run begins anew");
        if binary {
            assert!(bytes.starts_with(b"\x89HDF\r\n\x1a\n"));
            continue;
        }
        let mut text = String::new();
        match compressed {
            // One member: some readers know no more.
            true => GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap(),
            false => (&bytes[..]).read_to_string(&mut text).unwrap(),
        };
        let frames = if format == TrajectoryFormat::ExtendedXyz { "Lattice" } else { "TIMESTEP" };
        assert_eq!(text.matches(frames).count(), 5);
    }
}
