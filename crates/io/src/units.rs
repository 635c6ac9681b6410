//! The unit styles of the input file and the one consistent set inside.
//!
//! A unit style is what LAMMPS means by its name. Inside, `k_B = 1` (a temperature is an energy) and every style but
//! `lj` is dalton, angstrom, picosecond; `lj` is the identity.

use omd_flow::Dimension;

/// A unit style, as LAMMPS defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitStyle {
    /// Reduced units, `k_B = 1`.
    Lj,
    /// g/mol, angstrom, fs, kcal/mol, K, atm; velocity angstrom/fs.
    Real,
    /// g/mol, angstrom, ps, eV, K, bar; velocity angstrom/ps.
    Metal,
    /// kg, m, s, J, K, Pa.
    Si,
}

/// What LAMMPS's `src/update.cpp`, `Update::set_units`, says of a style (its source: NIST's CODATA table of 2006, and
/// the thermochemical calorie of 4.184 J), with the size of the style's mass, length and time in dalton, angstrom and
/// picosecond.
///
/// Three constants determine a style's mechanics, so nothing in a style can contradict itself; between styles the
/// constants differ from each other in the seventh digit, as they do in LAMMPS.
struct Constants {
    mass: f64,
    length: f64,
    time: f64,
    /// `boltz`: energy per temperature.
    boltzmann: f64,
    /// `mvv2e`: energy of the style per mass x velocity^2 of the style.
    kinetic_to_energy: f64,
    /// `nktv2p`: pressure of the style per energy/volume of the style.
    energy_density_to_pressure: f64,
}

/// Avogadro's number over 1e24, from `mv2d` of LAMMPS's `real` and `metal`. In `si` it only sets the scale of the
/// internal mass and cancels.
const AVOGADRO: f64 = 0.602_214_129;

impl UnitStyle {
    /// All styles.
    pub const ALL: [Self; 4] = [Self::Lj, Self::Real, Self::Metal, Self::Si];

    /// The word in the input file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lj => "lj",
            Self::Real => "real",
            Self::Metal => "metal",
            Self::Si => "si",
        }
    }

    /// The style of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.name() == name)
    }

    fn constants(self) -> Constants {
        match self {
            Self::Lj => Constants {
                mass: 1.0,
                length: 1.0,
                time: 1.0,
                boltzmann: 1.0,
                kinetic_to_energy: 1.0,
                energy_density_to_pressure: 1.0,
            },
            Self::Real => Constants {
                mass: 1.0,
                length: 1.0,
                time: 1e-3,
                boltzmann: 0.001_987_206_7,
                kinetic_to_energy: 48.888_212_91 * 48.888_212_91,
                energy_density_to_pressure: 68_568.415,
            },
            Self::Metal => Constants {
                mass: 1.0,
                length: 1.0,
                time: 1.0,
                boltzmann: 8.617_343e-5,
                kinetic_to_energy: 1.036_426_9e-4,
                energy_density_to_pressure: 1.602_176_5e6,
            },
            Self::Si => Constants {
                mass: AVOGADRO * 1e27,
                length: 1e10,
                time: 1e12,
                boltzmann: 1.380_650_4e-23,
                kinetic_to_energy: 1.0,
                energy_density_to_pressure: 1.0,
            },
        }
    }
}

/// What a number of the input file measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// One of the dimensions the tables know.
    Of(Dimension),
    /// Mass of an atom.
    Mass,
    /// 1/length.
    InverseLength,
    /// Energy times length: the strength of a Coulomb potential.
    EnergyTimesLength,
    /// Energy/length^2: the stiffness of a spring.
    Stiffness,
    /// `rate` of a kernel: volume/time x velocity^-exponent.
    KernelRate {
        /// `gamma`.
        exponent: f64,
    },
}

/// Conversion between a unit style and the units inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Units {
    style: UnitStyle,
    mass: f64,
    length: f64,
    time: f64,
    energy: f64,
    temperature: f64,
    pressure: f64,
}

impl Units {
    /// The conversion of `style`.
    #[must_use]
    pub fn new(style: UnitStyle) -> Self {
        let Constants { mass, length, time, boltzmann, kinetic_to_energy, energy_density_to_pressure } =
            style.constants();
        let velocity = length / time;
        let energy = mass * velocity * velocity / kinetic_to_energy;
        let pressure = energy / (length * length * length) / energy_density_to_pressure;
        Self { style, mass, length, time, energy, temperature: boltzmann * energy, pressure }
    }

    /// The style.
    #[must_use]
    pub fn style(&self) -> UnitStyle {
        self.style
    }

    /// The size of the style's unit in internal units.
    #[must_use]
    pub fn factor(&self, quantity: Quantity) -> f64 {
        let dimension = match quantity {
            Quantity::Mass => return self.mass,
            Quantity::InverseLength => return 1.0 / self.length,
            Quantity::EnergyTimesLength => return self.energy * self.length,
            Quantity::Stiffness => return self.energy / (self.length * self.length),
            Quantity::KernelRate { exponent } => {
                return self.length.powi(3) / self.time * (self.length / self.time).powf(-exponent);
            }
            Quantity::Of(dimension) => dimension,
        };
        match dimension {
            Dimension::None => 1.0,
            Dimension::Time => self.time,
            Dimension::Length => self.length,
            Dimension::Area => self.length * self.length,
            Dimension::Velocity => self.length / self.time,
            Dimension::Diffusivity => self.length * self.length / self.time,
            Dimension::Temperature => self.temperature,
            Dimension::Energy => self.energy,
            Dimension::Pressure => self.pressure,
            Dimension::HeatFlux => self.energy / (self.length * self.length * self.time),
            Dimension::Viscosity => self.pressure * self.time,
            Dimension::NumberDensity => self.length.powi(-3),
            Dimension::AreaDensity => self.length.powi(-2),
            Dimension::LinearDensity => 1.0 / self.length,
            Dimension::Force => self.energy / self.length,
            Dimension::SurfaceTension => self.energy / (self.length * self.length),
            Dimension::Rate => 1.0 / self.time,
            Dimension::VelocityToTheFourth => (self.length / self.time).powi(4),
            Dimension::VelocityToTheSixth => (self.length / self.time).powi(6),
        }
    }

    /// A number of the input file as an internal one.
    #[must_use]
    pub fn to_internal(&self, quantity: Quantity, value: f64) -> f64 {
        value * self.factor(quantity)
    }

    /// An internal number as one of the output.
    #[must_use]
    pub fn to_style(&self, dimension: Dimension, value: f64) -> f64 {
        value / self.factor(Quantity::Of(dimension))
    }

    /// An internal number for a message: in the style's unit, with its name, to six digits.
    #[must_use]
    pub fn show(&self, dimension: Dimension, value: f64) -> String {
        let rounded: f64 = format!("{:.5e}", self.to_style(dimension, value)).parse().unwrap_or(f64::NAN);
        let (size, symbol) = (rounded.abs(), self.symbol(dimension));
        let number =
            if size != 0.0 && !(1e-4..1e7).contains(&size) { format!("{rounded:e}") } else { rounded.to_string() };
        if symbol.is_empty() { number } else { format!("{number} {symbol}") }
    }

    /// The name of the style's unit, for people; `lj` has none.
    #[must_use]
    pub fn symbol(&self, dimension: Dimension) -> &'static str {
        let of = |real, metal, si| match self.style {
            UnitStyle::Lj => "",
            UnitStyle::Real => real,
            UnitStyle::Metal => metal,
            UnitStyle::Si => si,
        };
        match dimension {
            Dimension::None => "",
            Dimension::Time => of("fs", "ps", "s"),
            Dimension::Length => of("Å", "Å", "m"),
            Dimension::Area => of("Å²", "Å²", "m²"),
            Dimension::Diffusivity => of("Å²/fs", "Å²/ps", "m²/s"),
            Dimension::Velocity => of("Å/fs", "Å/ps", "m/s"),
            Dimension::Temperature => of("K", "K", "K"),
            Dimension::Energy => of("kcal/mol", "eV", "J"),
            Dimension::Pressure => of("atm", "bar", "Pa"),
            Dimension::HeatFlux => of("kcal/mol/(Å² fs)", "eV/(Å² ps)", "W/m²"),
            Dimension::Viscosity => of("atm fs", "bar ps", "Pa s"),
            Dimension::NumberDensity => of("1/Å³", "1/Å³", "1/m³"),
            Dimension::AreaDensity => of("1/Å²", "1/Å²", "1/m²"),
            Dimension::LinearDensity => of("1/Å", "1/Å", "1/m"),
            Dimension::Force => of("kcal/(mol Å)", "eV/Å", "N"),
            Dimension::SurfaceTension => of("kcal/(mol Å²)", "eV/Å²", "N/m"),
            Dimension::Rate => of("1/fs", "1/ps", "1/s"),
            Dimension::VelocityToTheFourth => of("(Å/fs)⁴", "(Å/ps)⁴", "(m/s)⁴"),
            Dimension::VelocityToTheSixth => of("(Å/fs)⁶", "(Å/ps)⁶", "(m/s)⁶"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIMENSIONS: [Dimension; 19] = [
        Dimension::AreaDensity,
        Dimension::LinearDensity,
        Dimension::Force,
        Dimension::SurfaceTension,
        Dimension::Area,
        Dimension::Diffusivity,
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
    ];

    fn close(a: f64, b: f64, tolerance: f64) -> bool {
        (a / b - 1.0).abs() < tolerance
    }

    #[test]
    fn what_is_read_is_what_is_written() {
        for style in UnitStyle::ALL {
            let units = Units::new(style);
            for dimension in DIMENSIONS {
                for value in [300.0, 0.1, 1.234_567_890_123_456_7e-9, 7e12] {
                    let back = units.to_style(dimension, units.to_internal(Quantity::Of(dimension), value));
                    assert!(close(back, value, 1e-15), "{style:?} {dimension:?}: {value} became {back}");
                    if style == UnitStyle::Lj {
                        assert_eq!(units.to_internal(Quantity::Of(dimension), value), value);
                    }
                }
            }
        }
    }

    #[test]
    fn messages_name_the_unit() {
        let of = |style, value| Units::new(style).show(Dimension::Length, value);
        assert_eq!(of(UnitStyle::Si, 3.405_000_04), "3.405e-10 m");
        assert_eq!((of(UnitStyle::Metal, 3.405), of(UnitStyle::Lj, 0.1)), ("3.405 Å".to_owned(), "0.1".to_owned()));
    }

    #[test]
    fn the_internal_units_are_consistent() {
        for style in UnitStyle::ALL {
            let units = Units::new(style);
            let constants = style.constants();
            // One atom: m v^2 in the style's energy, through LAMMPS's constant and through the inside.
            let (mass, speed) = (39.948, 0.004);
            let inside = units.to_internal(Quantity::Mass, mass)
                * units.to_internal(Quantity::Of(Dimension::Velocity), speed).powi(2);
            let energy = units.to_style(Dimension::Energy, inside);
            assert!(close(energy, constants.kinetic_to_energy * mass * speed * speed, 1e-14));
            // The ideal gas: n k_B T in the style's pressure.
            let (density, temperature) = (2.5e-5, 300.0);
            let inside = units.to_internal(Quantity::Of(Dimension::NumberDensity), density)
                * units.to_internal(Quantity::Of(Dimension::Temperature), temperature);
            let pressure = units.to_style(Dimension::Pressure, inside);
            let expected = density * constants.boltzmann * temperature * constants.energy_density_to_pressure;
            assert!(close(pressure, expected, 1e-14));
        }
    }

    #[test]
    fn argon_at_room_temperature_is_the_same_gas_in_every_style() {
        // 300 K and one atmosphere: n = p/(k_B T) = 2.4463e25 per cubic metre.
        let real = Units::new(UnitStyle::Real);
        let metal = Units::new(UnitStyle::Metal);
        let si = Units::new(UnitStyle::Si);
        let of = |units: &Units, dimension, value| units.to_internal(Quantity::Of(dimension), value);
        for (dimension, r, m, s) in [
            (Dimension::Temperature, 300.0, 300.0, 300.0),
            (Dimension::Pressure, 1.0, 1.01325, 101_325.0),
            (Dimension::Energy, 1.0, 0.043_364_1, 6.947_70e-21),
            (Dimension::Time, 1.0, 1e-3, 1e-15),
            (Dimension::Velocity, 1e-5, 1e-2, 1.0),
            (Dimension::NumberDensity, 2.4463e-5, 2.4463e-5, 2.4463e25),
            (Dimension::HeatFlux, 1.0, 43.3641, 6.947_70e-21 / 1e-20 / 1e-15),
            (Dimension::Viscosity, 1.0, 1.01325e-3, 101_325.0 * 1e-15),
        ] {
            let inside = [of(&real, dimension, r), of(&metal, dimension, m), of(&si, dimension, s)];
            assert!(
                close(inside[0], inside[1], 3e-6) && close(inside[0], inside[2], 3e-6),
                "{dimension:?}: {inside:?}"
            );
        }
        // k_B T at 300 K is 2.49434 kJ/mol, and a kJ/mol is 100 dalton (angstrom/ps)^2.
        assert!(close(of(&real, Dimension::Temperature, 300.0), 249.434, 1e-5));
        assert!(close(si.to_internal(Quantity::Mass, 6.633_52e-26), 39.948, 1e-5));
        // A hard-sphere rate is a cross-section, whatever the time unit.
        let rate = Quantity::KernelRate { exponent: 1.0 };
        assert!(close(real.to_internal(rate, 36.0), 36.0, 1e-15) && close(si.to_internal(rate, 36e-20), 36.0, 1e-14));
        assert!(close(real.to_internal(Quantity::KernelRate { exponent: 0.0 }, 0.5), 500.0, 1e-14));
    }
}
