//! `omd self-similar`.

mod densities;
mod tables;

use crate::args::SelfSimilar;
use crate::failure::Failure;
use omd_flow::{Dimension, Matrix3};
use omd_hierarchy::experiment::Interaction;
use omd_io::{Quantity, ResolvedInput, prepare_output};
use omd_kinetic::self_similar::existence::smallness;
use omd_kinetic::self_similar::fourier::FourierProfile;
use omd_kinetic::self_similar::moments::ProfileMoments;
use omd_kinetic::self_similar::particles::{ProfileSample, ProfileSettings, profile};
use omd_kinetic::self_similar::{
    DeflectionLaw, Problem, SecondMoments, SelfSimilarError, TailExponent, is_exact_for, second_moments,
};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// How far impact parameters of the inverse fourth power reach, in the unit of [`DeflectionLaw::inverse_fourth_power`]:
/// the rate of the stress is then exact to 1e-9 for moments; particles leave more out.
const REACH: f64 = 30.0;
/// For particles, whose rate of collisions rises with its square; the stress relaxes slower by 1e-5.
const REACH_OF_PARTICLES: f64 = 4.0;
/// The highest order the tail is searched to.
const HIGHEST: f64 = 60.0;

/// Everything that was found, internal units.
struct Found {
    problem: Problem,
    second: SecondMoments,
    tail: TailExponent,
    moments: ProfileMoments,
    replicas: Vec<ProfileSample>,
    /// The profile without noise and a coarser one; or why there is none.
    fourier: Option<Result<[FourierProfile; 2], SelfSimilarError>>,
}

/// Prints the summary and writes the directory.
pub(crate) fn self_similar(arguments: &SelfSimilar, quiet: bool) -> Result<(), Failure> {
    let input = omd_io::read_input(&arguments.input).map_err(Failure::input)?;
    let gradient = gradient(arguments, &input)?;
    let density = input.experiment.state.number_density / input.experiment.knudsen;
    let problem = Problem { gradient, law: law(&input, REACH)?, density };
    let stem = arguments.input.file_stem().map_or_else(|| "input".into(), |stem| stem.to_string_lossy().into_owned());
    let directory =
        arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(format!("{stem}-self-similar")));
    let second = second_moments(&gradient, problem.relaxation()).map_err(Failure::input)?;
    let _lock = prepare_output(&directory, arguments.force).map_err(Failure::input)?;
    let tail = problem.tail_exponent(HIGHEST, 1e-6).map_err(Failure::other)?;
    let moments = ProfileMoments::new(&problem, arguments.order as usize).map_err(Failure::other)?;
    let fourier = (arguments.degree > 0).then(|| {
        let coarse = arguments.degree * 2 / 3 / 2 * 2;
        Ok([FourierProfile::solve(&problem, arguments.degree)?, FourierProfile::solve(&problem, coarse)?])
    });
    let replicas = simulate(arguments, &input, &problem, quiet)?;
    let found = Found { problem, second, tail, moments, replicas, fourier };
    print(&input, &found)?;
    let densities = densities::densities(&found);
    densities::print(&found, &densities);
    tables::write(&directory, &input, arguments, &found, densities)?;
    if !quiet {
        println!("\ntables and picture in {}", directory.display());
    }
    Ok(())
}

/// `L`, internal units.
fn gradient(arguments: &SelfSimilar, input: &ResolvedInput) -> Result<Matrix3<f64>, Failure> {
    let Some(rows) = &arguments.velocity_gradient else {
        return Ok(input.experiment.flow.velocity_gradient_at_zero());
    };
    if rows.len() != 9 || rows.iter().any(|x| !x.is_finite()) {
        let (count, plural) = (rows.len(), if rows.len() == 1 { "" } else { "s" });
        return Err(Failure::Input(format!(
            "--velocity-gradient has {count} number{plural}; it needs nine finite ones, the rows of L after each other, as in 0,1,0,0,0,0,0,0,0"
        )));
    }
    Ok(Matrix3::from_row_slice(rows) * input.units.factor(Quantity::Of(Dimension::Rate)))
}

/// The angular law of the input's interaction.
fn law(input: &ResolvedInput, reach: f64) -> Result<DeflectionLaw, Failure> {
    let experiment = &input.experiment;
    let refuse = |what: &str| {
        let message = format!(
            "{what} is not of Maxwell type: a self-similar profile needs a collision rate that does not depend on the speed, kind = \"maxwell\" or \"inverse-power\" with exponent = 4"
        );
        Failure::input(input.diagnostic("interaction", "kind", &message))
    };
    match &experiment.interaction {
        None => Err(Failure::input(input.diagnostic("interaction", "kind", "is missing"))),
        Some(Interaction::KernelOnly { rate, exponent }) if *exponent == 0.0 => {
            DeflectionLaw::isotropic(*rate).map_err(Failure::input)
        }
        Some(Interaction::SoftKernel { rate, exponent, alpha }) if *exponent == 0.0 => {
            DeflectionLaw::soft_sphere(*rate, *alpha).map_err(Failure::input)
        }
        Some(Interaction::KernelOnly { exponent, .. } | Interaction::SoftKernel { exponent, .. }) => {
            Err(refuse(&format!("a kernel with the exponent {exponent}")))
        }
        Some(Interaction::HardSphere { .. }) => Err(refuse("a hard sphere")),
        Some(Interaction::Mixture(_)) => Err(refuse("a potential of several elements")),
        Some(Interaction::ManyBody(_) | Interaction::Cluster(_)) => Err(refuse("a potential of many bodies")),
        Some(Interaction::Potential(potential)) => match potential.form().as_inverse_power() {
            Some(form) if form.exponent == 4.0 => {
                DeflectionLaw::inverse_fourth_power(form.epsilon, form.sigma, experiment.state.mass, reach)
                    .map_err(Failure::input)
            }
            _ => Err(refuse("this potential")),
        },
    }
}

fn simulate(
    arguments: &SelfSimilar,
    input: &ResolvedInput,
    problem: &Problem,
    quiet: bool,
) -> Result<Vec<ProfileSample>, Failure> {
    if arguments.particles == 0 {
        return Ok(Vec::new());
    }
    let settings = ProfileSettings {
        particles: arguments.particles as usize,
        replicas: arguments.replicas as usize,
        seed: arguments.seed,
        ..ProfileSettings::default()
    };
    let mut shorter = problem.clone();
    if !problem.law.is_isotropic() {
        shorter.law = law(input, REACH_OF_PARTICLES)?;
    }
    let finished = AtomicU32::new(0);
    let progress = || {
        let count = finished.fetch_add(1, Ordering::Relaxed) + 1;
        if !quiet && (count.is_multiple_of(4) || count == arguments.replicas) {
            eprintln!("{count} of {} replicas", arguments.replicas);
        }
    };
    profile(&shorter, &settings, &progress).map_err(Failure::input)
}

/// The summary on the terminal, in the input's units.
fn print(input: &ResolvedInput, found: &Found) -> Result<(), Failure> {
    let rate = |value: f64| input.units.to_style(Dimension::Rate, value);
    let (problem, second, tail) = (&found.problem, &found.second, &found.tail);
    println!("self-similar profile of Maxwell molecules under a constant L, eq. (46)");
    if is_exact_for(&problem.gradient) {
        let trace = problem.gradient.trace();
        if trace.abs() > 1e-12 * problem.gradient.norm() {
            println!("  exact for the flow A = L in the time ln(1 + t tr A)/tr A, tr A = {:.6e}", rate(trace));
        } else {
            println!("  exact for the flow A = L, whose velocity gradient is constant");
        }
    } else {
        println!("  L is held constant: the motion F = exp(Lt), which is not the affine flow I + tL");
    }
    println!("  relaxation rate lambda n/Kn   {:.10e}", rate(problem.relaxation()));
    println!("  growth rate beta              {:.14e}", rate(second.growth));
    println!("  approach to the stress        {:.6e}", rate(second.gap));
    println!("  P/p");
    for row in second.tensor.row_iter() {
        println!("    [{:>14.10}, {:>14.10}, {:>14.10}]", row[0], row[1], row[2]);
    }
    match tail.order {
        Some(order) => {
            println!("  tail G ~ |w|^(-3-s_c), s_c    {order:.8} +- {:.1e} (resolution)", tail.uncertainty);
        }
        None if tail.slope_at_two < 0.0 || problem.gradient.norm() == 0.0 => {
            println!("  tail: all moments up to order {:.0} are finite", tail.searched);
        }
        None => println!("  tail: not resolved; the flow is too strong for the harmonics used"),
    }
    for order in (4..=found.moments.highest).step_by(2) {
        if let Some(value) = found.moments.radial(order) {
            let maxwellian: f64 = (3..=order + 1).step_by(2).map(|k| k as f64).product();
            println!(
                "  <|c|^{order}>                      {value:.10e}  ({:.6} of the Maxwellian's)",
                value / maxwellian
            );
        }
    }
    if let Some((order, excess)) = found.moments.excess.last().filter(|(_, excess)| *excess >= 0.0) {
        println!("  <|c|^{order}>                      infinite (mu - {order} beta = {:.4e})", rate(*excess));
    }
    let small = smallness(problem).map_err(Failure::other)?;
    println!("  Theorem 3.1 asks for a small L and gives no constant; computed here:");
    println!(
        "    |sym L| = {:.4e}, sufficient below {:.4e}: {}",
        rate(small.strain),
        rate(small.constant),
        holds(small.explicit())
    );
    println!(
        "    with the growth rate: margin {:.4e} at order {:.2}: {}",
        rate(small.margin),
        small.best_order,
        holds(small.computed())
    );
    println!(
        "    sharp: d(mu - s beta)/ds at s = 2 is {:.4e}: moments above 2 are {}",
        rate(tail.slope_at_two),
        if tail.slope_at_two < 0.0 { "finite, a profile exists" } else { "not shown to be finite" }
    );
    Ok(())
}

fn holds(yes: bool) -> &'static str {
    if yes { "holds" } else { "does not hold" }
}
