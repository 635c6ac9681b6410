//! `[time]`, `[scaling]`, `[run]` and the tables that run descriptions.

use super::builders::{Built, build};
use super::consistency::Tables;
use super::group::{GroupKeys, group};
use super::keys::{self, Absent, Sign};
use super::reader::{Reader, Section};
use super::thermostat::{Motion, PrepareKeys, ThermostatKeys, prepare, thermostat};
use super::trajectory::{TrajectoryKeys, trajectory};
use super::wording::{called, float, found, show};
use crate::units::Quantity;
use omd_flow::{Dimension, Matrix3};
use omd_hierarchy::experiment::{
    AtomStart, Closure, DrawnPositions, DsmcSettings, Engine, ForceMethod, GalerkinSettings, HistogramSettings,
    LatticeChoice, MeanFieldSettings, MomentsSettings, Observation, Order, Profile, Schedule, Scheme, SpectralSettings,
    StepControl, Viscosity,
};
use toml::Spanned;
use toml::de::DeValue;

/// `[time]`.
pub(super) fn time(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Schedule> {
    reader.unknown_keys(section, &["end", "samples"]);
    let end = reader.number(section, "end");
    let samples = reader.count(section, "samples");
    Some(Schedule { end: end?, samples: samples? })
}

/// A table of one number; its default when the table is absent.
pub(super) fn one_number(
    reader: &mut Reader<'_>,
    tables: &Tables<'_>,
    table: &'static str,
    key: &'static str,
) -> Option<f64> {
    if let Some(section) = tables.get(table) {
        reader.unknown_keys(section, &[key]);
        return reader.number(section, key);
    }
    let Absent::Default(text) = keys::find(table, key)?.absent else { return None };
    reader.record(table, key, text.to_owned(), false);
    text.parse().ok()
}

/// `[molecular]` before the structure file is read.
#[derive(Clone, Debug)]
pub(super) struct MolecularKeys {
    pub(super) start: Start,
    /// `None` for hard spheres, or where something is wrong.
    pub(super) engine: Option<Engine>,
    pub(super) replicas: Option<usize>,
    pub(super) seed: Option<u64>,
    pub(super) group: Option<GroupKeys>,
    pub(super) trajectory: Option<TrajectoryKeys>,
    pub(super) prepare: Option<PrepareKeys>,
    pub(super) thermostat: Option<ThermostatKeys>,
}

/// What `[molecular]` says of its start.
#[derive(Clone, Debug)]
pub(super) enum Start {
    Drawn {
        atoms: Option<usize>,
        positions: DrawnPositions,
        lattice: Option<LatticeChoice>,
    },
    Structure(String),
    /// `[molecular.build]`.
    Built(AtomStart),
    /// Reported already.
    Wrong,
}

/// `[molecular]`.
pub(super) fn molecular(reader: &mut Reader<'_>, section: &Section<'_>, tables: &Tables<'_>) -> MolecularKeys {
    let mut known: Vec<_> = keys::names("molecular").collect();
    known.extend(["build", "group", "prepare", "thermostat", "trajectory"]);
    reader.unknown_keys(section, &known);
    let built = build(reader, section);
    let group = group(reader, section);
    let lacks_atoms = group.is_some() && !section.has("build") && !section.has("structure");
    if lacks_atoms {
        let message = "missing key `structure` in [molecular]: [molecular.group] needs it".to_owned();
        reader.error(&section.header(), message, Some("add `structure = ...`: a file".to_owned()));
    }
    let of_group = group.is_some();
    let (start, group) = match built {
        Some(Built { start, group }) => (start.map_or(Start::Wrong, Start::Built), group),
        None if lacks_atoms || section.has("build") => (Start::Wrong, group),
        None => (start(reader, section), group),
    };
    let engine = engine(reader, section, tables);
    let motion = match engine {
        Some(engine) => Motion::Engine(engine),
        None if of_hard_spheres(tables) => Motion::HardSpheres,
        None => Motion::Unknown,
    };
    MolecularKeys {
        start,
        group,
        engine,
        prepare: prepare(reader, section, motion),
        thermostat: thermostat(reader, section, motion),
        replicas: reader.count(section, "replicas"),
        seed: reader.integer(section, "seed"),
        trajectory: trajectory(reader, section, of_group),
    }
}

fn of_hard_spheres(tables: &Tables<'_>) -> bool {
    let kind = tables.get("interaction").and_then(|interaction| interaction.value("kind"));
    kind.and_then(|kind| kind.get_ref().as_str()) == Some("hard-sphere")
}

/// What moves the atoms; hard spheres have no choice.
fn engine(reader: &mut Reader<'_>, section: &Section<'_>, tables: &Tables<'_>) -> Option<Engine> {
    if of_hard_spheres(tables) {
        for name in
            ["engine", "time-step", "time-step-control", "tolerance"].into_iter().filter(|name| section.has(name))
        {
            let message = format!("{} does not belong to kind = \"hard-sphere\"", called("molecular", name));
            let help = "remove it: hard spheres collide at exact times, without steps".to_owned();
            reader.error(&section.key_span(name), message, Some(help));
        }
        return None;
    }
    let engine = reader.choice(section, "engine")?;
    if engine == "encounters" {
        foreign(reader, section, &["time-step", "time-step-control"], "encounters");
        let tolerance = reader.number(section, "tolerance")?;
        if !(1e-13..=1e-3).contains(&tolerance) {
            let message =
                format!("{} must be from 1e-13 to 1e-3, found {}", called("molecular", "tolerance"), show(tolerance));
            reader.error(&section.span("tolerance"), message, None);
            return None;
        }
        return Some(Engine::Encounters { tolerance });
    }
    foreign(reader, section, &["tolerance"], "time-stepped");
    if !section.has("time-step") {
        reader.missing(section, "time-step");
    }
    let time_step = reader.number(section, "time-step");
    let control = match reader.choice(section, "time-step-control") {
        Some("thermal") => StepControl::Thermal,
        _ => StepControl::Fixed,
    };
    Some(Engine::TimeStepped(Scheme { time_step: time_step?, control }))
}

/// Refuses keys of the other engine.
fn foreign(reader: &mut Reader<'_>, section: &Section<'_>, names: &[&str], engine: &str) {
    for name in names.iter().filter(|name| section.has(name)) {
        let message = format!("{} does not belong to engine = \"{engine}\"", called("molecular", name));
        let help = if engine == "encounters" {
            "remove it: free flight is exact, and encounters are followed to `tolerance`"
        } else {
            "remove it, or set engine = \"encounters\""
        };
        reader.error(&section.key_span(name), message, Some(help.to_owned()));
    }
}

fn start(reader: &mut Reader<'_>, section: &Section<'_>) -> Start {
    if !section.has("structure") {
        let atoms = reader.count(section, "atoms");
        if !section.has("atoms") {
            reader.missing(section, "atoms");
        }
        let positions = match reader.choice(section, "positions") {
            Some("fcc") => DrawnPositions::Fcc,
            _ => DrawnPositions::Random,
        };
        return Start::Drawn { atoms, positions, lattice: lattice(reader, section) };
    }
    for name in ["atoms", "lattice", "positions"].into_iter().filter(|name| section.has(name)) {
        let message = format!("{} and `structure` exclude each other", called("molecular", name));
        let help = "the structure file gives atoms, positions and cell".to_owned();
        reader.error(&section.key_span(name), message, Some(help));
    }
    match reader.text(section, "structure") {
        Some(path) if path.is_empty() => {
            let message = format!("{} must name a file, found \"\"", called("molecular", "structure"));
            reader.error(&section.span("structure"), message, None);
            Start::Wrong
        }
        Some(path) => Start::Structure(path),
        None => Start::Wrong,
    }
}

/// Rows of the file are edges; edges are the columns inside.
fn lattice(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<LatticeChoice> {
    let Some(value) = reader.several(section, "lattice") else { return Some(LatticeChoice::Cubic) };
    match value.get_ref() {
        DeValue::String(word) if word == "cubic" => Some(LatticeChoice::Cubic),
        DeValue::String(word) if word == "auto" => Some(LatticeChoice::Auto),
        DeValue::Array(_) => {
            let edges = reader.rows(section, keys::find("molecular", "lattice")?, value)?.transpose();
            if is_singular(&edges) {
                let message = format!("{}: the three edges lie in one plane", called("molecular", "lattice"));
                reader.error(&value.span(), message, Some("the rows are the edge vectors of the cell".to_owned()));
                return None;
            }
            Some(LatticeChoice::Edges(edges))
        }
        _ => {
            reader.wrong_form(section, "lattice", value);
            None
        }
    }
}

/// Whether the columns span no volume to speak of.
pub(crate) fn is_singular(edges: &Matrix3<f64>) -> bool {
    let box_volume: f64 = edges.column_iter().map(|edge| edge.norm()).product();
    let volume = edges.determinant().abs();
    !volume.is_normal() || !box_volume.is_finite() || volume <= 1e-12 * box_volume
}

/// `[dsmc]`.
pub(super) fn dsmc(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<DsmcSettings> {
    let mut known: Vec<_> = keys::names("dsmc").collect();
    known.push("histogram");
    reader.unknown_keys(section, &known);
    let particles = reader.count(section, "particles");
    let replicas = reader.count(section, "replicas");
    let seed = reader.integer(section, "seed");
    let observation = Observation {
        all_moments: reader.choice(section, "moments") == Some("all"),
        entropy: reader.choice(section, "entropy") == Some("nearest-neighbour"),
        histogram: histogram(reader, section),
    };
    Some(DsmcSettings { particles: particles?, replicas: replicas?, seed: seed?, observation })
}

fn histogram(reader: &mut Reader<'_>, dsmc: &Section<'_>) -> Option<HistogramSettings> {
    let (header, table) = reader.subtable(dsmc, "histogram", "dsmc.histogram")?;
    let section = Section::new("dsmc.histogram", &header, table);
    reader.unknown_keys(&section, &keys::names("dsmc.histogram").collect::<Vec<_>>());
    let every = reader.count(&section, "every");
    let bins = reader.count(&section, "bins");
    let range = reader.number(&section, "range");
    Some(HistogramSettings { every: every?, bins: bins?, range: range? })
}

/// `[mean-field]`.
pub(super) fn mean_field(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<MeanFieldSettings> {
    reader.unknown_keys(section, &keys::names("mean-field").collect::<Vec<_>>());
    let particles = reader.count(section, "particles");
    let width = reader.number(section, "width");
    let positions = profile(reader, section, "positions");
    let velocities = profile(reader, section, "velocities");
    let time_step = reader.number(section, "time-step");
    let order = reader.choice(section, "integrator").map(|word| match word {
        "verlet" => Order::Two,
        "blanes-moan-6" => Order::Six,
        _ => Order::Four,
    });
    let forces = reader.choice(section, "forces");
    let tolerance = reader.number(section, "tolerance");
    if let Some(value) = tolerance.filter(|value| !(1e-12..=1e-2).contains(value)) {
        let message =
            format!("{} must be from 1e-12 to 1e-2, found {}", called("mean-field", "tolerance"), show(value));
        reader.error(&section.span("tolerance"), message, None);
    }
    if forces == Some("direct") && section.has("tolerance") {
        let message =
            "`tolerance` in [mean-field] belongs to \"mesh\" and \"tree\"; direct sums have no error".to_owned();
        reader.error(&section.key_span("tolerance"), message, Some("remove one of the two".to_owned()));
    }
    let method = match forces? {
        "direct" => ForceMethod::Direct,
        "tree" => ForceMethod::Tree { tolerance: tolerance? },
        _ => ForceMethod::Mesh { tolerance: tolerance? },
    };
    let (replicas, seed) = (reader.count(section, "replicas"), reader.integer(section, "seed"));
    Some(MeanFieldSettings {
        particles: particles?,
        positions: positions?,
        width: width?,
        velocities: velocities?,
        time_step: time_step?,
        order: order?,
        method,
        replicas: replicas?,
        seed: seed?,
    })
}

fn profile(reader: &mut Reader<'_>, section: &Section<'_>, key: &'static str) -> Option<Profile> {
    reader.choice(section, key).map(|word| match word {
        "ball" => Profile::Ball,
        "cube" => Profile::Cube,
        _ => Profile::Gaussian,
    })
}

/// `[spectral]`.
pub(super) fn spectral(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<SpectralSettings> {
    reader.unknown_keys(section, &["modes"]);
    let modes = reader.count(section, "modes")?;
    if modes % 2 == 1 {
        let message = format!("{} must be even, found {modes}", called("spectral", "modes"));
        let help = format!("{} or {}; powers of two are fastest", modes - 1, modes + 1);
        reader.error(&section.span("modes"), message, Some(help));
        return None;
    }
    Some(SpectralSettings { modes })
}

/// `[moments]`.
pub(super) fn moments(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<MomentsSettings> {
    reader.unknown_keys(section, &["order", "closure"]);
    if !section.has("closure") {
        return reader.count(section, "order").map(|order| MomentsSettings::Exact { order });
    }
    if section.has("order") {
        let message = format!("{} and `closure` exclude each other", called("moments", "order"));
        let help = "a closure names its moments; for more of them use [galerkin], which has an `order`".to_owned();
        reader.error(&section.key_span("order"), message, Some(help));
    }
    reader.choice(section, "closure").and_then(Closure::named).map(MomentsSettings::Closed)
}

/// `[galerkin]`.
pub(super) fn galerkin(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<GalerkinSettings> {
    reader.unknown_keys(section, &["order", "basis-temperature"]);
    let order = reader.count(section, "order");
    let basis_temperature = reader.number(section, "basis-temperature");
    Some(GalerkinSettings { order: order?, basis_temperature: basis_temperature? })
}

/// `[navier-stokes]`.
pub(super) fn navier_stokes(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Viscosity> {
    reader.unknown_keys(section, &["viscosity"]);
    let Some(value) = reader.several(section, "viscosity") else { return Some(Viscosity::ChapmanEnskog) };
    let quantity = Quantity::Of(Dimension::Viscosity);
    let what = called("navier-stokes", "viscosity");
    match value.get_ref() {
        DeValue::String(word) if word == "chapman-enskog" => Some(Viscosity::ChapmanEnskog),
        DeValue::Array(rows) => viscosity_table(reader, value, rows),
        number => match float(number) {
            Some(number) => {
                let viscosity = reader.converted(&what, &value.span(), number, Sign::Positive, quantity);
                viscosity.map(Viscosity::Constant)
            }
            None => {
                reader.wrong_form(section, "viscosity", value);
                None
            }
        },
    }
}

/// Rows [temperature, viscosity], temperatures rising.
fn viscosity_table(
    reader: &mut Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    rows: &[Spanned<DeValue<'_>>],
) -> Option<Viscosity> {
    let what = called("navier-stokes", "viscosity");
    if rows.len() < 2 {
        let message = format!("{what} must have two rows or more, found {}", rows.len());
        reader.error(&value.span(), message, Some("rows are [temperature, viscosity]".to_owned()));
        return None;
    }
    let mut table: Vec<(f64, f64)> = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let place = format!("row {} of {what}", index + 1);
        let pair = row.get_ref().as_array().filter(|pair| pair.len() == 2);
        let numbers = pair.and_then(|pair| Some((float(pair[0].get_ref())?, float(pair[1].get_ref())?)));
        let Some((temperature, viscosity)) = numbers else {
            let message = format!("{place} must be [temperature, viscosity], found {}", found(row));
            reader.error(&row.span(), message, None);
            return None;
        };
        let of = |dimension| Quantity::Of(dimension);
        let first = format!("the temperature in {place}");
        let temperature =
            reader.converted(&first, &row.span(), temperature, Sign::Positive, of(Dimension::Temperature))?;
        let second = format!("the viscosity in {place}");
        let viscosity = reader.converted(&second, &row.span(), viscosity, Sign::Positive, of(Dimension::Viscosity))?;
        if table.last().is_some_and(|(last, _)| *last >= temperature) {
            reader.error(&row.span(), format!("{place}: temperatures must rise from row to row"), None);
            return None;
        }
        table.push((temperature, viscosity));
    }
    Some(Viscosity::Table(table))
}
