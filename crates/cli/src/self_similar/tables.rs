//! What `omd self-similar` leaves in its directory.

use super::densities::{Density, estimate};
use super::{Found, SelfSimilar};
use crate::failure::Failure;
use crate::output::VERSION;
use omd_flow::Dimension;
use omd_io::{ResolvedInput, write_atomically};
use omd_kinetic::self_similar::particles::ProfileSample;
use omd_report::{ProfilePicture, Series, write_profile_picture};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Writes every file; velocities are `c = w/theta^(1/2)`, rates in the input's units.
pub(super) fn write(
    directory: &Path,
    input: &ResolvedInput,
    arguments: &SelfSimilar,
    found: &Found,
    densities: [Density; 4],
) -> Result<(), Failure> {
    let put = |name: &str, text: &str| {
        write_atomically(&directory.join(name), |file| file.write_all(text.as_bytes())).map_err(Failure::other)
    };
    // What an earlier run had and this one has not.
    let names =
        densities.iter().flat_map(|density| ["", "-fourier"].map(|method| format!("{}{method}.csv", density.name)));
    for name in names.chain(["tail.csv".to_owned()]) {
        match std::fs::remove_file(directory.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Failure::other(error)),
            _ => {}
        }
    }
    put("summary.csv", &summary(input, found))?;
    put("moments.csv", &moments(found))?;
    let growth = growth(input, found)?;
    put("growth.csv", &columns("order,excess", &growth))?;
    let mut picture = ProfilePicture { growth, tail: found.tail.order, ..ProfilePicture::default() };
    let title = &input.experiment.title;
    picture.title = if title.is_empty() { "Self-similar profile".to_owned() } else { title.clone() };
    for density in &densities {
        let header = |error: &str| format!("{},density,{error}", density.variable);
        if !found.replicas.is_empty() {
            put(&format!("{}.csv", density.name), &columns(&header("density_se"), &density.particles))?;
        }
        if !density.fourier.x.is_empty() {
            put(&format!("{}-fourier.csv", density.name), &columns(&header("density_change"), &density.fourier))?;
        }
    }
    if !found.replicas.is_empty() {
        picture.slope = slopes(&found.replicas);
        put("tail.csv", &columns("speed,slope,slope_se", &picture.slope))?;
    }
    let [radial, x, y, z] = densities;
    (picture.radial, picture.exact_radial) = (radial.particles, radial.fourier);
    picture.exact_marginals = [x.fourier, y.fourier, z.fourier];
    picture.marginals = [x.particles, y.particles, z.particles];
    for name in ["profile.svg", "profile.png"] {
        write_profile_picture(&picture, &directory.join(name)).map_err(Failure::other)?;
    }
    put(omd_io::MANIFEST, &manifest(input, arguments, found)?)
}

/// The local slope of the tail over one doubling of the speed, where its error is below a fifth.
fn slopes(replicas: &[ProfileSample]) -> Series {
    let edges = &replicas[0].radial.edges;
    let mut series = Series::default();
    for k in (0..edges.len() - 9).step_by(2) {
        let values: Vec<f64> = replicas.iter().map(|sample| sample.tail_slope(k, k + 8)).collect();
        let (mean, error) = estimate(&values);
        if edges[k] >= 1.0 && error < 0.2 * mean {
            series.x.push((edges[k] * edges[k + 8]).sqrt());
            series.y.push(mean);
            series.error.push(error);
        }
    }
    series
}

fn columns(header: &str, series: &Series) -> String {
    let mut text = format!("{header}\n");
    for k in 0..series.x.len() {
        let _ = write!(text, "{:.16e},{:.16e}", series.x[k], series.y[k]);
        if let Some(error) = series.error.get(k) {
            let _ = write!(text, ",{error:.16e}");
        }
        text.push('\n');
    }
    text
}

fn summary(input: &ResolvedInput, found: &Found) -> String {
    let rate = |value: f64| input.units.to_style(Dimension::Rate, value);
    let mut text = String::from("quantity,value,uncertainty\n");
    let mut line = |name: &str, value: f64, error: f64| {
        let _ = writeln!(text, "{name},{value:.16e},{error:.3e}");
    };
    line("relaxation_rate", rate(found.problem.relaxation()), 0.0);
    line("beta", rate(found.second.growth), 0.0);
    line("gap", rate(found.second.gap), 0.0);
    let tensor = omd_flow::symmetric_components(&found.second.tensor);
    for (name, value) in ["pxx", "pyy", "pzz", "pxy", "pxz", "pyz"].into_iter().zip(tensor) {
        line(&format!("{name}_over_p"), value, 0.0);
    }
    if let Some(order) = found.tail.order {
        line("tail_order", order, found.tail.uncertainty);
    }
    line("slope_at_two", rate(found.tail.slope_at_two), 0.0);
    if !found.replicas.is_empty() {
        for (k, name) in ["pxx", "pyy", "pzz", "pxy", "pxz", "pyz"].into_iter().enumerate() {
            let values: Vec<f64> = found.replicas.iter().map(|sample| sample.tensor()[k]).collect();
            let (mean, error) = estimate(&values);
            line(&format!("particles_{name}_over_p"), mean, error);
        }
    }
    text
}

fn moments(found: &Found) -> String {
    let mut text = String::from("order,x,y,z,value\n");
    for order in (2..=found.moments.highest).step_by(2) {
        for ([x, y, z], value) in found.moments.monomials(order) {
            let _ = writeln!(text, "{order},{x},{y},{z},{value:.16e}");
        }
    }
    text
}

/// `mu(s) - s beta` on a grid around what is interesting.
fn growth(input: &ResolvedInput, found: &Found) -> Result<Series, Failure> {
    let last = found.tail.order.map_or(12.0, |order| 2.0 + 1.25 * (order - 2.0));
    let degree = found.tail.resolutions.first().map_or(32, |(degree, _)| *degree).max(32);
    let mut series = Series::default();
    for k in 0..=40 {
        let order = 2.0 + (last - 2.0) * f64::from(k) / 40.0;
        let rate = found.problem.growth_rate(order, degree).map_err(Failure::other)?;
        series.x.push(order);
        series.y.push(input.units.to_style(Dimension::Rate, rate - order * found.second.growth));
    }
    Ok(series)
}

fn manifest(input: &ResolvedInput, arguments: &SelfSimilar, found: &Found) -> Result<String, Failure> {
    let gradient: Vec<f64> =
        found.problem.gradient.transpose().iter().map(|x| input.units.to_style(Dimension::Rate, *x)).collect();
    let resolutions: Vec<(usize, f64)> = found.tail.resolutions.clone();
    let value = serde_json::json!({
        "version": VERSION,
        "command": "self-similar",
        "title": input.experiment.title,
        "input": { "path": input.path, "text": input.text },
        "velocity_gradient": gradient,
        "order": arguments.order,
        "particles": arguments.particles,
        "replicas": arguments.replicas,
        "seed": arguments.seed,
        "tail_resolutions": resolutions,
        "tail_positivity": found.tail.positivity,
    });
    serde_json::to_string_pretty(&value).map_err(Failure::other)
}
