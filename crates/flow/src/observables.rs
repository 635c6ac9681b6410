//! One row of the table in which all descriptions meet.

use nalgebra::{Matrix3, Vector3};
use std::borrow::Cow;

/// The physical dimension of an extra column; the edge of the program converts units by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// A pure number or a count.
    None,
    /// Time.
    Time,
    /// Length.
    Length,
    /// Length squared.
    Area,
    /// Length per time.
    Velocity,
    /// Length squared per time.
    Diffusivity,
    /// Temperature (an energy inside, `k_B = 1`).
    Temperature,
    /// Energy.
    Energy,
    /// Pressure: energy per volume.
    Pressure,
    /// Energy per area and time.
    HeatFlux,
    /// Pressure times time.
    Viscosity,
    /// Number per volume.
    NumberDensity,
    /// Number per area.
    AreaDensity,
    /// Number per length.
    LinearDensity,
    /// Energy per length.
    Force,
    /// Energy per area: force per length.
    SurfaceTension,
    /// One over time.
    Rate,
    /// The fourth power of a velocity.
    VelocityToTheFourth,
    /// The sixth power of a velocity.
    VelocityToTheSixth,
}

/// A column that belongs to one description only.
#[derive(Clone, Debug, PartialEq)]
pub struct Extra {
    /// The column's name in the table, `snake_case`; owned where it was read from a checkpoint.
    pub name: Cow<'static, str>,
    /// The value, internal units.
    pub value: f64,
    /// The dimension, for conversion at the edge.
    pub dimension: Dimension,
}

/// The observables of one description at one time, in internal units (`k_B = 1`).
#[derive(Clone, Debug, PartialEq)]
pub struct Observables {
    /// Time.
    pub time: f64,
    /// Number density `n`; not a number, as the pressure, where there is no volume: tubes, rings.
    pub density: f64,
    /// `tr P_kinetic / (3 n)`, an energy.
    pub temperature: f64,
    /// The full pressure tensor, symmetric: kinetic and, where there is one, virial part.
    pub pressure: Matrix3<f64>,
    /// Heat flux `1/2 sum m |w|^2 w / V`; `None` where the level has none.
    pub heat_flux: Option<Vector3<f64>>,
    /// Columns of its own, always the same names in the same order for one description.
    pub extra: Vec<Extra>,
}

impl Observables {
    /// The value of the extra column `name`; none where the description has no such column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<f64> {
        self.extra.iter().find(|extra| extra.name == name).map(|extra| extra.value)
    }

    /// Whether there is a volume, and with it a density and a pressure.
    #[must_use]
    pub fn has_volume(&self) -> bool {
        !self.density.is_nan()
    }

    /// Adds a column of this description's own.
    pub fn push(&mut self, name: &'static str, value: f64, dimension: Dimension) {
        self.extra.push(Extra { name: Cow::Borrowed(name), value, dimension });
    }
}

/// The six components of a symmetric tensor in the order of the table: xx yy zz xy xz yz.
#[must_use]
pub fn symmetric_components(tensor: &Matrix3<f64>) -> [f64; 6] {
    [
        tensor[(0, 0)],
        tensor[(1, 1)],
        tensor[(2, 2)],
        0.5 * (tensor[(0, 1)] + tensor[(1, 0)]),
        0.5 * (tensor[(0, 2)] + tensor[(2, 0)]),
        0.5 * (tensor[(1, 2)] + tensor[(2, 1)]),
    ]
}
