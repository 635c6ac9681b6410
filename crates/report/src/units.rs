//! The names of the units on axes, for each unit style.

/// A unit style, as LAMMPS defines them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Units {
    Lj,
    Real,
    Metal,
    Si,
    /// The manifest does not say: axes carry no units.
    Unknown,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    None,
    Time,
    Velocity,
    Temperature,
    Energy,
    Pressure,
    HeatFlux,
    Viscosity,
    NumberDensity,
    AreaDensity,
    LinearDensity,
    Force,
    SurfaceTension,
    Rate,
    VelocityToTheFourth,
    VelocityToTheSixth,
}

impl Units {
    /// The style of a name.
    pub(crate) fn named(name: Option<&str>) -> Self {
        match name {
            Some("lj") => Self::Lj,
            Some("real") => Self::Real,
            Some("metal") => Self::Metal,
            Some("si") => Self::Si,
            _ => Self::Unknown,
        }
    }

    /// The unit in label markup; empty for a pure number.
    pub(crate) fn of(self, quantity: Quantity) -> &'static str {
        use Quantity as Q;
        let row = match quantity {
            Q::None => return "",
            Q::Time => ["*τ*", "fs", "ps", "s"],
            Q::Velocity => ["*σ*/*τ*", "Å/fs", "Å/ps", "m/s"],
            Q::Temperature => ["*ε*/*k*_B", "K", "K", "K"],
            Q::Energy => ["*ε*", "kcal/mol", "eV", "J"],
            Q::Pressure => ["*ε*/*σ*^3", "atm", "bar", "Pa"],
            Q::HeatFlux => ["*ε*/(*σ*^2*τ*)", "kcal/(mol Å^2 fs)", "eV/(Å^2 ps)", "W/m^2"],
            Q::Viscosity => ["*ετ*/*σ*^3", "atm fs", "bar ps", "Pa s"],
            Q::NumberDensity => ["*σ*^{-3}", "Å^{-3}", "Å^{-3}", "m^{-3}"],
            Q::AreaDensity => ["*σ*^{-2}", "Å^{-2}", "Å^{-2}", "m^{-2}"],
            Q::LinearDensity => ["*σ*^{-1}", "Å^{-1}", "Å^{-1}", "m^{-1}"],
            Q::Force => ["*ε*/*σ*", "kcal/(mol Å)", "eV/Å", "N"],
            Q::SurfaceTension => ["*ε*/*σ*^2", "kcal/(mol Å^2)", "eV/Å^2", "N/m"],
            Q::Rate => ["*τ*^{-1}", "fs^{-1}", "ps^{-1}", "s^{-1}"],
            Q::VelocityToTheFourth => ["*σ*^4/*τ*^4", "Å^4/fs^4", "Å^4/ps^4", "m^4/s^4"],
            Q::VelocityToTheSixth => ["*σ*^6/*τ*^6", "Å^6/fs^6", "Å^6/ps^6", "m^6/s^6"],
        };
        match self {
            Self::Lj => row[0],
            Self::Real => row[1],
            Self::Metal => row[2],
            Self::Si => row[3],
            Self::Unknown => "",
        }
    }
}
