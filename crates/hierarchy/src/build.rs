//! Builds the descriptions of an experiment.
//!
//! One interaction feeds all of them: its potential moves the atoms, the scattering of that potential is the collision
//! kernel, the Chapman-Enskog viscosity of that kernel is the transport law.

use crate::atoms::molecular;
use crate::experiment::{
    DsmcSettings, Experiment, GalerkinSettings, Interaction, MeanFieldSettings, MomentsSettings, Preparation,
    SpectralSettings,
};
use crate::transport::{collision_kernel, spectral_kernel, viscosity_law};
use crate::{BuildError, Plan};
use omd_flow::{Description, Matrix3, Philox};
use omd_hydro::{Euler, NavierStokes, prepared_temperature_tensor};
use omd_kinetic::boltzmann::dsmc::{Dsmc, DsmcError, DsmcParameters};
use omd_kinetic::boltzmann::galerkin::{Closure, Galerkin, GalerkinError, GalerkinParameters, Gas};
use omd_kinetic::boltzmann::moments::{AngularLaw, HierarchyParameters, MaxwellMomentHierarchy, MaxwellMoments};
use omd_kinetic::boltzmann::spectral::{Spectral, SpectralError, SpectralParameters};
use omd_kinetic::mean_field::{Cloud, CloudError, CloudParameters, FreeFlight, MeanField, MeanFieldParameters};

/// The plans of every description the experiment asks for, cheap ones first; replica 0 of each is started.
///
/// # Errors
/// [`BuildError`]: whatever keeps a description from starting, before anything has run.
pub fn plans(experiment: &Experiment) -> Result<Vec<Plan>, BuildError> {
    let tensor = prepared(experiment)?;
    let mut plans = Vec::new();
    if experiment.euler {
        plans.push(euler(experiment)?);
    }
    if experiment.navier_stokes.is_some() {
        plans.push(navier_stokes(experiment)?);
    }
    if experiment.free_flight {
        plans.push(free_flight(experiment, tensor)?);
    }
    match experiment.moments {
        Some(MomentsSettings::Exact { order }) => plans.push(moments(experiment, order, tensor)?),
        Some(MomentsSettings::Closed(closure)) => plans.push(closed(experiment, closure, 1.0, tensor)?),
        None => {}
    }
    if let Some(GalerkinSettings { order, basis_temperature }) = experiment.galerkin {
        plans.push(closed(experiment, Closure::Order(order), basis_temperature, tensor)?);
    }
    if let Some(settings) = &experiment.molecular {
        plans.push(molecular(experiment, settings, tensor)?);
    }
    if let Some(settings) = experiment.spectral {
        plans.push(spectral(experiment, settings, tensor)?);
    }
    if let Some(settings) = experiment.dsmc {
        plans.push(dsmc(experiment, settings, tensor)?);
    }
    if let Some(settings) = experiment.mean_field {
        plans.push(mean_field(experiment, settings, tensor)?);
    }
    Ok(plans)
}

/// `P/n` at t = 0 with the preparation applied, an energy.
fn prepared(experiment: &Experiment) -> Result<Matrix3<f64>, BuildError> {
    let state = &experiment.state;
    if state.preparation == Preparation::Equilibrium {
        return Ok(state.temperature_tensor);
    }
    let temperature = state.temperature();
    let viscosity = viscosity_law(experiment)?(temperature);
    let (density, knudsen) = (state.number_density, experiment.knudsen);
    prepared_temperature_tensor(&experiment.flow, density, temperature, viscosity, knudsen).map_err(|limit| {
        let message = format!(
            "the Chapman-Enskog stress of this flow leaves no positive definite covariance at Kn = {knudsen}; it does \
             for Kn below {limit:.6}"
        );
        BuildError::new("state", "preparation", message)
    })
}

fn euler(experiment: &Experiment) -> Result<Plan, BuildError> {
    let (flow, state) = (experiment.flow.clone(), &experiment.state);
    let (density, temperature) = (state.number_density, state.temperature());
    Plan::new("euler", 1, move |_| Ok(Box::new(Euler::new(flow.clone(), density, temperature))))
}

fn navier_stokes(experiment: &Experiment) -> Result<Plan, BuildError> {
    let (flow, state, knudsen) = (experiment.flow.clone(), &experiment.state, experiment.knudsen);
    let (density, temperature) = (state.number_density, state.temperature());
    let law = viscosity_law(experiment)?;
    Plan::new("navier-stokes", 1, move |_| {
        Ok(Box::new(NavierStokes::new(flow.clone(), density, temperature, knudsen, law.clone())))
    })
}

/// The exact moments of Maxwell molecules: six numbers, or all to an order.
fn moments(experiment: &Experiment, order: usize, tensor: Matrix3<f64>) -> Result<Plan, BuildError> {
    let state = &experiment.state;
    let refused = |message| Err(BuildError::new("interaction", "kind", message));
    let law = match &experiment.interaction {
        Some(Interaction::KernelOnly { exponent: 0.0, .. } | Interaction::SoftKernel { exponent: 0.0, .. }) => {
            AngularLaw::of_kernel(&collision_kernel(experiment)?, order)
        }
        Some(Interaction::Potential(potential)) => AngularLaw::of_potential(potential, state.mass)
            .map_err(|error| BuildError::new("interaction", "kind", error))?,
        _ => None,
    };
    let Some(law) = law else { return refused("[moments] is exact for Maxwell molecules only".to_owned()) };
    if law.order() < order {
        let message = format!("the scattering of this potential is known to order {}, not {order}", law.order());
        return Err(BuildError::new("moments", "order", message));
    }
    let (flow, number_density, knudsen) = (experiment.flow.clone(), state.number_density, experiment.knudsen);
    if order == 2 {
        let relaxation = law.relaxation_rate();
        return Plan::new("moments", 1, move |_| {
            Ok(Box::new(MaxwellMoments::new(flow.clone(), number_density, &tensor, relaxation, knudsen)))
        });
    }
    let parameters = HierarchyParameters { flow, number_density, mass: state.mass, knudsen, law, order };
    Plan::new("moments", 1, move |_| Ok(Box::new(MaxwellMomentHierarchy::new(&parameters, &tensor))))
}

/// The expansion in Burnett functions: `galerkin`, or a closure of `moments`.
fn closed(
    experiment: &Experiment,
    closure: Closure,
    basis_temperature: f64,
    tensor: Matrix3<f64>,
) -> Result<Plan, BuildError> {
    let state = &experiment.state;
    let gas = match &experiment.interaction {
        Some(Interaction::Potential(potential)) => Gas::Potential(potential.clone()),
        _ => Gas::Kernel(collision_kernel(experiment)?),
    };
    let parameters = GalerkinParameters {
        flow: experiment.flow.clone(),
        number_density: state.number_density,
        mass: state.mass,
        knudsen: experiment.knudsen,
        gas,
        closure,
        basis_temperature,
    };
    let name = if matches!(closure, Closure::Order(_)) { "galerkin" } else { "moments" };
    Plan::new(name, 1, move |_| {
        let galerkin = Galerkin::new(&parameters, &tensor).map_err(|error| match error {
            GalerkinError::Order(_) => BuildError::new("galerkin", "order", error),
            GalerkinError::Anisotropic { .. } => BuildError::new("galerkin", "basis-temperature", error),
            GalerkinError::Transport(_) => BuildError::new("interaction", "kind", error),
        })?;
        Ok(Box::new(galerkin) as Box<dyn Description>)
    })
}

fn dsmc(experiment: &Experiment, settings: DsmcSettings, tensor: Matrix3<f64>) -> Result<Plan, BuildError> {
    let state = &experiment.state;
    let parameters = DsmcParameters {
        flow: experiment.flow.clone(),
        kernel: collision_kernel(experiment)?,
        knudsen: experiment.knudsen,
        number_density: state.number_density,
        mass: state.mass,
        covariance: tensor / state.mass,
        particles: settings.particles,
        seed: settings.seed,
        replica: 0,
    };
    Plan::new("dsmc", settings.replicas, move |replica| {
        let parameters = DsmcParameters { replica: replica as u64, ..parameters.clone() };
        let gas = Dsmc::new(parameters).map_err(|error| match error {
            DsmcError::Exponent(_) => BuildError::new("interaction", "exponent", error),
            _ => BuildError::new("dsmc", "particles", error),
        })?;
        Ok(Box::new(gas.observing(settings.observation)) as Box<dyn Description>)
    })
}

fn free_flight(experiment: &Experiment, tensor: Matrix3<f64>) -> Result<Plan, BuildError> {
    let (flow, state) = (experiment.flow.clone(), &experiment.state);
    let (density, mass, covariance) = (state.number_density, state.mass, tensor / state.mass);
    Plan::new("free-flight", 1, move |_| Ok(Box::new(FreeFlight::new(flow.clone(), density, mass, covariance))))
}

fn mean_field(experiment: &Experiment, settings: MeanFieldSettings, tensor: Matrix3<f64>) -> Result<Plan, BuildError> {
    let Some(Interaction::Potential(potential)) = &experiment.interaction else {
        return Err(BuildError::new("interaction", "kind", "[mean-field] needs a potential"));
    };
    let form = potential.form().as_smooth().filter(|_| potential.cutoff().is_none());
    let form = form.ok_or_else(|| {
        BuildError::new("interaction", "kind", "[mean-field] needs a potential that is smooth at all distances")
    })?;
    let state = &experiment.state;
    let parameters = MeanFieldParameters {
        flow: experiment.flow.clone(),
        form,
        mass: state.mass,
        number_density: state.number_density,
        time_step: settings.time_step,
        order: settings.order,
        method: settings.method,
    };
    let cloud = CloudParameters {
        particles: settings.particles,
        positions: settings.positions,
        width: settings.width,
        velocities: settings.velocities,
        covariance: tensor / state.mass,
        exact: true,
    };
    Plan::new("mean-field", settings.replicas, move |replica| {
        // Streams of its own, as atoms have: the noise of no two descriptions is the same.
        let mut random = Philox::new(settings.seed, (1 << 62) | replica as u64);
        let cloud = Cloud::drawn(&cloud, &mut random).map_err(|error| {
            let key = if error == CloudError::NotPositiveDefinite { "velocities" } else { "particles" };
            BuildError::new("mean-field", key, error)
        })?;
        let started = MeanField::new(parameters.clone(), cloud);
        let started = started.map_err(|error| BuildError::new("mean-field", "width", error))?;
        Ok(Box::new(started) as Box<dyn Description>)
    })
}

fn spectral(experiment: &Experiment, settings: SpectralSettings, tensor: Matrix3<f64>) -> Result<Plan, BuildError> {
    let state = &experiment.state;
    let parameters = SpectralParameters {
        flow: experiment.flow.clone(),
        kernel: spectral_kernel(experiment)?,
        knudsen: experiment.knudsen,
        number_density: state.number_density,
        mass: state.mass,
        covariance: tensor / state.mass,
        modes: settings.modes,
        tolerance: SpectralParameters::tolerance_of(settings.modes),
    };
    Plan::new("spectral", 1, move |_| {
        let gas = Spectral::new(parameters.clone()).map_err(|error| match error {
            SpectralError::Scattering(_) => BuildError::new("interaction", "kind", error),
            _ => BuildError::new("spectral", "modes", error),
        })?;
        Ok(Box::new(gas) as Box<dyn Description>)
    })
}
