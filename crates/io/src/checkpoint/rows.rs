//! Rows of observables as a checkpoint holds them.

use omd_flow::{Dimension, Extra, Matrix3, Observables, Vector3, VelocityHistogram};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Every column name once.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Names(Vec<String>);

impl Names {
    fn index(&mut self, name: &str) -> u32 {
        let known = self.0.iter().position(|known| known == name);
        let index = known.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        });
        index as u32
    }
}

/// One row; every bit of its numbers is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Row {
    time: f64,
    density: f64,
    temperature: f64,
    /// Columns first.
    pressure: [f64; 9],
    heat_flux: Option<[f64; 3]>,
    /// Name, dimension, value.
    extra: Vec<(u32, u8, f64)>,
}

impl Row {
    pub(super) fn new(row: &Observables, names: &mut Names) -> Self {
        let mut pressure = [0.0; 9];
        pressure.copy_from_slice(row.pressure.as_slice());
        let extra = row.extra.iter().map(|extra| (names.index(&extra.name), code(extra.dimension), extra.value));
        Self {
            time: row.time,
            density: row.density,
            temperature: row.temperature,
            pressure,
            heat_flux: row.heat_flux.map(Into::into),
            extra: extra.collect(),
        }
    }

    pub(super) fn observables(&self, names: &Names) -> Option<Observables> {
        let extra = self.extra.iter().map(|&(name, code, value)| {
            let name = names.0.get(name as usize)?;
            Some(Extra { name: Cow::Owned(name.clone()), value, dimension: dimension(code)? })
        });
        Some(Observables {
            time: self.time,
            density: self.density,
            temperature: self.temperature,
            pressure: Matrix3::from_column_slice(&self.pressure),
            heat_flux: self.heat_flux.map(Vector3::from),
            extra: extra.collect::<Option<_>>()?,
        })
    }
}

/// One histogram.
#[derive(Serialize, Deserialize)]
pub(super) struct Histogram {
    time: f64,
    range: f64,
    radial: Vec<f64>,
    planes: [Vec<f64>; 3],
}

impl Histogram {
    pub(super) fn new(histogram: &VelocityHistogram) -> Self {
        let VelocityHistogram { time, range, radial, planes } = histogram.clone();
        Self { time, range, radial, planes }
    }

    pub(super) fn into_histogram(self) -> VelocityHistogram {
        let Self { time, range, radial, planes } = self;
        VelocityHistogram { time, range, radial, planes }
    }
}

/// Dimensions by their place here; a new one goes to the end.
const DIMENSIONS: [Dimension; 19] = [
    Dimension::None,
    Dimension::Time,
    Dimension::Length,
    Dimension::Velocity,
    Dimension::Temperature,
    Dimension::Energy,
    Dimension::Pressure,
    Dimension::HeatFlux,
    Dimension::Viscosity,
    Dimension::NumberDensity,
    Dimension::Rate,
    Dimension::VelocityToTheFourth,
    Dimension::VelocityToTheSixth,
    Dimension::Area,
    Dimension::Diffusivity,
    Dimension::AreaDensity,
    Dimension::LinearDensity,
    Dimension::Force,
    Dimension::SurfaceTension,
];

fn code(dimension: Dimension) -> u8 {
    // An exhaustive match: a dimension that is missing above does not compile here.
    match dimension {
        Dimension::None => 0,
        Dimension::Time => 1,
        Dimension::Length => 2,
        Dimension::Velocity => 3,
        Dimension::Temperature => 4,
        Dimension::Energy => 5,
        Dimension::Pressure => 6,
        Dimension::HeatFlux => 7,
        Dimension::Viscosity => 8,
        Dimension::NumberDensity => 9,
        Dimension::Rate => 10,
        Dimension::VelocityToTheFourth => 11,
        Dimension::VelocityToTheSixth => 12,
        Dimension::Area => 13,
        Dimension::Diffusivity => 14,
        Dimension::AreaDensity => 15,
        Dimension::LinearDensity => 16,
        Dimension::Force => 17,
        Dimension::SurfaceTension => 18,
    }
}

fn dimension(code: u8) -> Option<Dimension> {
    DIMENSIONS.get(usize::from(code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_dimensions_are_inverse() {
        for (index, of_code) in DIMENSIONS.into_iter().enumerate() {
            assert_eq!(usize::from(code(of_code)), index);
            assert_eq!(dimension(index as u8), Some(of_code));
        }
        assert_eq!(dimension(DIMENSIONS.len() as u8), None);
    }
}
