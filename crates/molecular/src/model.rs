//! What does not change during a run: the equations, and how they are solved.

use omd_flow::AffineFlow;
use omd_interaction::PairPotential;

/// The equations: one flow, one pair potential, one mass.
#[derive(Clone, Debug)]
pub struct Model {
    /// The flow `A`; the images follow it.
    pub flow: AffineFlow,
    /// The potential; it needs a cutoff.
    pub potential: PairPotential,
    /// Mass of an atom.
    pub mass: f64,
}

/// How the time step follows the gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepControl {
    /// Constant.
    Fixed,
    /// `dt sqrt(T/T0)` constant to within 3 %, `T` the kinetic temperature averaged over 200 steps.
    Thermal,
}

/// The numerics: velocity Verlet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheme {
    /// Upper bound of the step (at the starting temperature, and to within 3 %, when `control` is thermal); shortened evenly so that steps
    /// end on the times asked for.
    pub time_step: f64,
    /// Fixed or thermal.
    pub control: StepControl,
}
