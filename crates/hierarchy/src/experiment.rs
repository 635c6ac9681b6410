//! One experiment, fully resolved, in internal units (`k_B = 1`): what `omd-io` makes of an input file.

use omd_flow::{AffineFlow, Matrix3, Vector3};
use omd_interaction::{ClusterPotential, PairForm, PairMixture, PairPotential, SitePotential};
pub use omd_interaction::{HarmonicBond, Morse};
pub use omd_kinetic::boltzmann::galerkin::Closure;
pub use omd_kinetic::boltzmann::{HistogramSettings, Observation};
pub use omd_kinetic::mean_field::{ForceMethod, Order, Profile};
pub use omd_molecular::{
    Crystal, CubicLattice, DrawnPositions, Element, GroupElement, GroupError, Honeycomb, LatticeChoice, Nanotube,
    NanotubePeriod, ObjectiveGroup, Relaxation, Scheme, Species, StepControl, Thermostat, ThermostatKind,
    rotation_about,
};
use std::sync::Arc;

/// The initial state shared by all levels.
#[derive(Clone, Debug)]
pub struct State {
    /// Number density at t = 0; not a number where the only description is of atoms that fill no volume.
    pub number_density: f64,
    /// `P / n` at t = 0 before preparation, an energy tensor; isotropic unless the input gives `temperature-tensor`.
    pub temperature_tensor: Matrix3<f64>,
    /// Mass of an atom; of several elements the mean over the atoms.
    pub mass: f64,
    /// How the kinetic start is prepared.
    pub preparation: Preparation,
}

impl State {
    /// `tr(P/n)/3`, an energy.
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.temperature_tensor.trace() / 3.0
    }
}

/// Whether the kinetic start carries the stress of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preparation {
    /// No stress.
    Equilibrium,
    /// The Chapman-Enskog stress `-2 Kn mu D(0)`.
    NavierStokes,
}

/// The interaction as the input names it; the levels take from it what they need.
#[derive(Clone, Debug)]
pub enum Interaction {
    /// Lennard-Jones, WCA, inverse power, ...
    Potential(PairPotential),
    /// The same of several elements: atoms only.
    Mixture(Arc<PairMixture>),
    /// A potential of many bodies: atoms only.
    ManyBody(Arc<dyn SitePotential>),
    /// A model that sees many atoms at once: atoms only.
    Cluster(Arc<dyn ClusterPotential>),
    /// Hard spheres of this diameter.
    HardSphere {
        /// Length.
        diameter: f64,
    },
    /// `B = rate |u|^exponent / (4 pi)`; Maxwell is exponent 0. No atoms.
    KernelOnly {
        /// `C`.
        rate: f64,
        /// `gamma`.
        exponent: f64,
    },
    /// The same total rate with the scattering law `cos chi = 2 U^(1/alpha) - 1`. No atoms.
    SoftKernel {
        /// `C`.
        rate: f64,
        /// `gamma`.
        exponent: f64,
        /// `alpha`.
        alpha: f64,
    },
}

impl Interaction {
    /// `gamma`, where the interaction is a kernel `|u|^gamma` without atoms.
    #[must_use]
    pub fn kernel_exponent(&self) -> Option<f64> {
        match self {
            Self::KernelOnly { exponent, .. } | Self::SoftKernel { exponent, .. } => Some(*exponent),
            Self::Potential(_) | Self::Mixture(_) | Self::ManyBody(_) | Self::Cluster(_) | Self::HardSphere { .. } => {
                None
            }
        }
    }
}

/// `[time]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// End time, below `t*`.
    pub end: f64,
    /// Equal intervals after t = 0.
    pub samples: usize,
}

impl Schedule {
    /// The time of sample `index`, `0..=samples`; the last one is `end` to the bit.
    #[must_use]
    pub fn time(&self, index: usize) -> f64 {
        if index == self.samples { self.end } else { self.end * index as f64 / self.samples as f64 }
    }
}

/// How atoms start.
#[derive(Clone, Debug)]
pub enum AtomStart {
    /// Drawn positions, velocities from `[state]`.
    Drawn {
        /// How many atoms.
        atoms: usize,
        /// Where.
        positions: DrawnPositions,
        /// The cell at t = 0.
        lattice: LatticeChoice,
    },
    /// Given atoms, wrapped into the cell.
    Given {
        /// Edges as columns.
        cell: Matrix3<f64>,
        /// As read, wrapped into the cell.
        positions: Vec<Vector3<f64>>,
        /// For each atom the lattice vector (integers over the columns of `cell`) from the wrapped position to the one read.
        shifts: Vec<Vector3<i64>>,
        /// Peculiar velocities, `None`: drawn from `[state]`.
        peculiar: Option<Vec<Vector3<f64>>>,
        /// Species labels in the file's order, for output.
        species: Vec<String>,
    },
    /// Given atoms without a cell: their images are those of a group.
    Free {
        /// As read.
        positions: Vec<Vector3<f64>>,
        /// Peculiar velocities, `None`: drawn from `[state]`.
        peculiar: Option<Vec<Vector3<f64>>>,
        /// Species labels in the file's order, for output.
        species: Vec<String>,
    },
}

/// `engine` of `[molecular]`, and what it needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Engine {
    /// `time-step` and `time-step-control`: all atoms, step by step.
    TimeStepped(Scheme),
    /// Exact free flight; atoms within the cutoff of each other are integrated.
    Encounters {
        /// Error that one step of an encounter may make, in cutoffs and root mean square speeds.
        tolerance: f64,
    },
}

/// `[molecular]`.
#[derive(Clone, Debug)]
pub struct MolecularSettings {
    /// The start.
    pub start: AtomStart,
    /// `[molecular.group]`; `None` for the translations of the cell.
    pub group: Option<ObjectiveGroup>,
    /// What the atoms are and weigh, where the interaction says which elements there are; else all have the mass of the
    /// state.
    pub species: Option<Species>,
    /// How a potential moves the atoms; `None` for hard spheres, whose collisions are at exact times.
    pub engine: Option<Engine>,
    /// Independent runs.
    pub replicas: usize,
    /// Seed; replica r draws from stream r.
    pub seed: u64,
    /// Where frames go, if asked for.
    pub trajectory: Option<TrajectorySettings>,
    /// What happens before t = 0.
    pub prepare: Option<PrepareSettings>,
    /// What keeps the temperature during the flow, if asked for.
    pub thermostat: Option<Thermostat>,
    /// What joins atoms to molecules.
    pub bonds: Option<BondSettings>,
}

/// `[interaction.bonds]`.
#[derive(Clone, Debug)]
pub struct BondSettings {
    /// The energy of a bond.
    pub form: Arc<dyn PairForm>,
    /// Where it rests: drawn molecules have it.
    pub length: f64,
    /// Atoms of a structure nearer than this are bonded, where `pairs` does not say which.
    pub within: f64,
    /// Which atoms of a structure are bonded, where the file says it: each with the nearest image of the other.
    pub pairs: Option<Vec<[usize; 2]>>,
    /// Whether the potential leaves bonded pairs alone.
    pub excluded: bool,
}

/// `[molecular.prepare]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrepareSettings {
    /// First the atoms come to rest.
    pub relax: Option<Relaxation>,
    /// Then they move for so long without a flow, kept at the temperature of `[state]` by this thermostat.
    pub equilibrate: Option<(f64, ThermostatKind)>,
}

/// `[molecular.trajectory]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrajectorySettings {
    /// Every how many samples a frame of replica 0 is written.
    pub every: usize,
    /// The file format.
    pub format: TrajectoryFormat,
    /// Whether frames are compressed by gzip.
    pub compressed: bool,
    /// Which atoms a frame shows.
    pub shown: ShownImages,
}

/// `format` of `[molecular.trajectory]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrajectoryFormat {
    /// Extended XYZ.
    ExtendedXyz,
    /// LAMMPS's text dump.
    LammpsDump,
    /// H5MD.
    H5md,
}

/// Which atoms a frame of a trajectory shows besides the simulated ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ShownImages {
    /// None.
    Simulated,
    /// All of a block of so many cells along each edge; translations of a cell only.
    Block([u32; 3]),
    /// Images under every element that takes the mean position of the atoms at t = 0 less far than this, length.
    Within(f64),
}

/// `[dsmc]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DsmcSettings {
    /// Particles of one replica.
    pub particles: usize,
    /// Independent runs.
    pub replicas: usize,
    /// Seed; replica r draws from stream r.
    pub seed: u64,
    /// What is observed beside the moments of every row.
    pub observation: Observation,
}

/// `[mean-field]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanFieldSettings {
    /// Particles of one replica.
    pub particles: usize,
    /// The law of positions.
    pub positions: Profile,
    /// Standard deviation of each coordinate of the position.
    pub width: f64,
    /// The law of velocities; their covariance is that of `[state]`.
    pub velocities: Profile,
    /// Upper bound of the step; shortened evenly to end on samples.
    pub time_step: f64,
    /// Order of the step.
    pub order: Order,
    /// How forces are found.
    pub method: ForceMethod,
    /// Independent runs.
    pub replicas: usize,
    /// Seed; replica r draws from stream r.
    pub seed: u64,
}

/// `[spectral]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpectralSettings {
    /// Points along each axis of velocity.
    pub modes: usize,
}

/// `[moments]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentsSettings {
    /// Exact moments of Maxwell molecules up to this order.
    Exact {
        /// 2 or more.
        order: usize,
    },
    /// One of Grad's closures, any kernel.
    Closed(Closure),
}

/// `[galerkin]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GalerkinSettings {
    /// The highest degree of the polynomials.
    pub order: usize,
    /// The temperature of the basis over that of the gas.
    pub basis_temperature: f64,
}

/// `viscosity` of `[navier-stokes]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Viscosity {
    /// From the interaction, for Kn = 1.
    ChapmanEnskog,
    /// A number.
    Constant(f64),
    /// (temperature, viscosity) pairs, rising temperature.
    Table(Vec<(f64, f64)>),
}

/// Everything `omd run` needs.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// `title`.
    pub title: String,
    /// The flow.
    pub flow: AffineFlow,
    /// The initial state.
    pub state: State,
    /// `None` where no table that is present needs one.
    pub interaction: Option<Interaction>,
    /// `Kn`, 1 by default.
    pub knudsen: f64,
    /// Sample times.
    pub schedule: Schedule,
    /// `[molecular]`.
    pub molecular: Option<MolecularSettings>,
    /// `[dsmc]`.
    pub dsmc: Option<DsmcSettings>,
    /// `[spectral]`.
    pub spectral: Option<SpectralSettings>,
    /// `[mean-field]`.
    pub mean_field: Option<MeanFieldSettings>,
    /// `[free-flight]`.
    pub free_flight: bool,
    /// `[moments]`.
    pub moments: Option<MomentsSettings>,
    /// `[galerkin]`.
    pub galerkin: Option<GalerkinSettings>,
    /// `[euler]`.
    pub euler: bool,
    /// `[navier-stokes]`.
    pub navier_stokes: Option<Viscosity>,
}
