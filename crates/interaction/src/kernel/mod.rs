//! Collision kernels `B(|u|, cos chi)`.

/// The collision kernel of the Boltzmann equation.
#[derive(Clone, Debug)]
pub enum CollisionKernel {
    /// `B = C |u|^gamma / (4 pi)`: Maxwell (`gamma = 0`), hard spheres (`gamma = 1`, `C = pi d^2`), VHS between.
    VariableHardSphere {
        /// `C`, volume/time x velocity^-gamma.
        rate: f64,
        /// `gamma`.
        exponent: f64,
    },
}

impl CollisionKernel {
    /// Hard spheres of diameter `d`.
    #[must_use]
    pub fn hard_sphere(diameter: f64) -> Self {
        Self::VariableHardSphere { rate: std::f64::consts::PI * diameter * diameter, exponent: 1.0 }
    }
    /// `int B dsigma` at relative speed `|u|`, volume/time: `C |u|^gamma`, or `pi rc^2 |u|` for a potential.
    #[must_use]
    pub fn total_rate(&self, speed: f64) -> f64 {
        match self {
            Self::VariableHardSphere { rate, exponent } => rate * speed.powf(*exponent),
        }
    }
    /// The cosine of the deflection angle for relative speed `|u|` and a uniform number in `[0, 1)`, distributed as
    /// `B(|u|, cos chi)`.
    #[must_use]
    pub fn deflection_cosine(&self, _speed: f64, uniform: f64) -> f64 {
        match self {
            Self::VariableHardSphere { .. } => 1.0 - 2.0 * uniform,
        }
    }
}
