//! Results with the shapes of real ones: the exact Maxwell moments by Runge-Kutta, noise of a known size on top.

use omd_flow::{AffineFlow, Matrix3, Philox};
use std::fmt::Write;
use std::path::Path;

/// Which experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MadeUp {
    /// Simple shear in Lennard-Jones units, five descriptions.
    Shear,
    /// A compression that ends; DSMC stops early.
    Compression,
    /// Shear so strong that Navier-Stokes leaves the page.
    Strong,
    /// A full matrix in SI units: large exponents.
    Si,
}

impl MadeUp {
    pub(super) const ALL: [Self; 4] = [Self::Shear, Self::Compression, Self::Strong, Self::Si];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shear => "shear",
            Self::Compression => "compression",
            Self::Strong => "strong",
            Self::Si => "si",
        }
    }

    fn gradient(self) -> Matrix3<f64> {
        match self {
            Self::Shear | Self::Strong => Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            Self::Compression => Matrix3::from_diagonal(&[-0.5, 0.0, 0.0].into()),
            Self::Si => Matrix3::new(0.2, 1.0, 0.3, -0.1, 0.1, 0.4, 0.0, -0.2, 0.3),
        }
    }

    /// `lambda n0`.
    fn rate(self) -> f64 {
        if self == Self::Strong { 0.5 } else { 4.0 }
    }

    fn end(self) -> f64 {
        match self {
            Self::Shear => 20.0,
            Self::Strong => 30.0,
            Self::Compression => 1.8,
            Self::Si => 4.0,
        }
    }

    /// Units of time, density, temperature and pressure.
    fn scales(self) -> [f64; 4] {
        match self {
            Self::Si => [1e-9, 2.446e25, 300.0, 101_325.0],
            _ => [1.0, 0.05, 2.0, 0.1],
        }
    }
}

/// Time, density, temperature and pressure of one sample in reduced units.
type Sample = (f64, f64, Matrix3<f64>);

fn moments(flow: &AffineFlow, lambda: f64, end: f64, samples: usize) -> Vec<Sample> {
    let rate = |t: f64, p: &Matrix3<f64>| {
        let l = flow.velocity_gradient(t);
        let deviator = p - Matrix3::identity() * (p.trace() / 3.0);
        -(p * l.trace() + l * p + p * l.transpose() + deviator * (lambda / flow.volume_ratio(t)))
    };
    let steps = 40;
    let h = end / (samples * steps) as f64;
    let mut p = Matrix3::identity();
    let mut out = vec![(0.0, 1.0, p)];
    for sample in 1..=samples {
        for step in 0..steps {
            let t = ((sample - 1) * steps + step) as f64 * h;
            let k1 = rate(t, &p);
            let k2 = rate(t + 0.5 * h, &(p + k1 * (0.5 * h)));
            let k3 = rate(t + 0.5 * h, &(p + k2 * (0.5 * h)));
            let k4 = rate(t + h, &(p + k3 * h));
            p += (k1 + k2 * 2.0 + k3 * 2.0 + k4) * (h / 6.0);
        }
        let t = (sample * steps) as f64 * h;
        out.push((t, 1.0 / flow.volume_ratio(t), p));
    }
    out
}

/// Euler, or Navier-Stokes with viscosity `mu theta`: its energy equation integrated by small Euler steps.
fn hydro(flow: &AffineFlow, end: f64, samples: usize, mu: f64) -> Vec<Sample> {
    let steps = 400;
    let h = end / (samples * steps) as f64;
    let mut theta = 1.0;
    let mut out = Vec::new();
    for sample in 0..=samples {
        let t = (sample * steps) as f64 * h;
        let strain = |t: f64| {
            let l = flow.velocity_gradient(t);
            (0.5 * (l + l.transpose()) - Matrix3::identity() * (l.trace() / 3.0), l.trace())
        };
        let n = 1.0 / flow.volume_ratio(t);
        out.push((t, n, Matrix3::identity() * (n * theta) - strain(t).0 * (2.0 * mu * theta)));
        for step in 0..steps {
            let now = t + step as f64 * h;
            let (d, trace) = strain(now);
            let heating = 4.0 * mu * theta * flow.volume_ratio(now) / 3.0 * d.norm_squared();
            theta += h * (heating - 2.0 / 3.0 * trace * theta);
        }
    }
    out
}

/// Writes all tables and the manifest.
pub(super) fn write_results(directory: &Path, case: MadeUp) {
    let flow = AffineFlow::new(case.gradient()).unwrap();
    let exact = moments(&flow, case.rate(), case.end(), 100);
    let early = if case == MadeUp::Compression { 84 } else { 101 };
    let write = |name: &str, text: String| std::fs::write(directory.join(name), text).unwrap();
    write("molecular.csv", noisy(case, &exact, 1, 0.012, true));
    write("dsmc.csv", noisy(case, &exact[..early], 2, 0.004, false));
    write("moments.csv", plain(case, &exact, true));
    write("euler.csv", plain(case, &hydro(&flow, case.end(), 100, 0.0), false));
    write("navier-stokes.csv", plain(case, &hydro(&flow, case.end(), 100, 1.0 / case.rate()), false));
    write("manifest.json", manifest(case));
}

/// A noisy table of so many samples.
pub(super) fn noisy_long(case: MadeUp, samples: usize) -> String {
    let flow = AffineFlow::new(case.gradient()).unwrap();
    noisy(case, &moments(&flow, case.rate(), case.end(), samples), 3, 0.05, false)
}

const HEADER: &str = "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz";

fn components(p: &Matrix3<f64>) -> [f64; 6] {
    omd_flow::symmetric_components(p)
}

fn plain(case: MadeUp, samples: &[Sample], fourth: bool) -> String {
    let [time, density, temperature, pressure] = case.scales();
    let mut out = format!("{HEADER}{}\n", if fourth { ",fourth_moment" } else { "" });
    for (t, n, p) in samples {
        let theta = p.trace() / (3.0 * n);
        let _ = write!(out, "{:.17e},{:.17e},{:.17e}", t * time, n * density, theta * temperature);
        components(p).iter().for_each(|c| out += &format!(",{:.17e}", c * pressure));
        if fourth {
            out += &format!(",{:.17e}", 15.0 * (1.0 + 0.1 * t) * theta * theta);
        }
        out.push('\n');
    }
    out
}

/// Smooth noise, as correlated as a run's, of relative standard error `size`; zero at the start.
fn noisy(case: MadeUp, samples: &[Sample], stream: u64, size: f64, molecular: bool) -> String {
    let [time, density, temperature, pressure] = case.scales();
    let mut rng = Philox::new(20_240_501, stream);
    let mut columns: Vec<&str> = vec!["temperature", "pxx", "pyy", "pzz", "pxy", "pxz", "pyz", "qx", "qy", "qz"];
    if molecular {
        columns.extend(["kinetic_pxx", "kinetic_pyy", "kinetic_pzz", "kinetic_pxy", "kinetic_pxz", "kinetic_pyz"]);
        columns.extend(["potential_energy", "energy_balance"]);
    } else {
        columns.push("fourth_moment");
    }
    let mut out = String::from("time,density");
    columns.iter().for_each(|c| out += &format!(",{c}"));
    columns.iter().for_each(|c| out += &format!(",{c}_se"));
    out.push('\n');
    let mut state = vec![0.0; columns.len()];
    for (index, (t, n, p)) in samples.iter().enumerate() {
        let theta = p.trace() / (3.0 * n);
        let mean = p.trace() / 3.0;
        let kinetic = components(p).map(|c| c * pressure);
        let virial = |c: f64| if molecular { 0.94 * c - 0.03 * mean * pressure } else { c };
        let mut values = vec![theta * temperature];
        values.extend(kinetic.map(virial));
        values.extend([0.0; 3]);
        if molecular {
            values.extend(kinetic);
            values.extend([-0.3 * density * (1.0 + 0.02 * t), 0.0]);
        } else {
            values.push(15.0 * (1.0 + 0.1 * t) * theta * theta);
        }
        let _ = write!(out, "{:.17e},{:.17e}", t * time, n * density);
        let mut errors = Vec::new();
        for (column, value) in values.iter().enumerate() {
            let scale = match columns[column] {
                "temperature" => theta * temperature,
                "energy_balance" => 1e-5 / size,
                "potential_energy" => 0.3 * density,
                "fourth_moment" => 30.0 * theta * theta,
                _ => mean * pressure,
            };
            let error = if index == 0 { 0.0 } else { size * scale };
            state[column] = 0.7 * state[column] + (1.0f64 - 0.49).sqrt() * rng.normal();
            let _ = write!(out, ",{:.17e}", value + error * state[column]);
            errors.push(error);
        }
        errors.iter().for_each(|e| out += &format!(",{e:.17e}"));
        out.push('\n');
    }
    out
}

fn manifest(case: MadeUp) -> String {
    let a = case.gradient();
    let (title, units) = match case {
        MadeUp::Shear => ("Argon in simple shear", "lj"),
        MadeUp::Strong => ("Strong shear", "lj"),
        MadeUp::Compression => ("Compression along x", "lj"),
        MadeUp::Si => ("A gas under a full matrix, 300 K and 1 atm", "si"),
    };
    let time = case.scales()[0];
    let rows: Vec<Vec<f64>> = (0..3).map(|i| (0..3).map(|j| a[(i, j)] / time).collect()).collect();
    let input = format!(
        "title = \"{title}\"\nunits = \"{units}\"\n\n[flow]\nvelocity-gradient = {rows:?}\n\n[state]\nnumber-density = {}\ntemperature = {}\n\n\
         [interaction]\nkind = \"lennard-jones\"\nepsilon = 1.0\nsigma = 1.0\ncutoff = 2.5\ntruncation = \"shifted-force\"\n\n\
         [time]\nend = {}\nsamples = 100\n\n[molecular]\natoms = 4000\nreplicas = 8\nseed = 1\n\n[dsmc]\nparticles = 1000000\nreplicas = 8\nseed = 2\n\n\
         [moments]\n[euler]\n[navier-stokes]\n",
        case.scales()[1],
        case.scales()[2],
        case.end() * time
    );
    let stopped = if case == MadeUp::Compression { "the cell is thinner than one mean free path" } else { "end" };
    let mut manifest = serde_json::json!({
        "version": "0.1.0", "title": title, "units": units,
        "input": {
            "path": "argon.toml", "text": input, "structure": null,
            "keys": [
                {"section": "", "key": "title", "value": "x", "given": true},
                {"section": "molecular", "key": "lattice", "value": "\"cubic\"", "given": false},
                {"section": "molecular", "key": "positions", "value": "\"random\"", "given": false},
                {"section": "dsmc", "key": "preparation", "value": "\"equilibrium\"", "given": false},
            ],
            "warnings": ["an atom meets its own images from t = 18.2 on"],
        },
        "resolved": {"number_density": 0.05, "velocity_gradient": rows, "singular_time": null},
        "threads": 2,
        "host": {"name": "cluster-7", "system": "linux x86_64", "processor": "a processor", "hardware_threads": 2},
        "started": "2026-02-03T10:11:12Z", "ended": "2026-02-03T10:12:35Z", "wall_seconds": 83.4, "stopped": "end",
        "descriptions": [
            {"name": "molecular", "wall_seconds": 71.2, "replicas": 8, "seed": 1, "stopped": "end",
             "facts": {"time step": "0.002", "list rebuilds": "1532", "largest work residual": "8.1e-6"}},
            {"name": "dsmc", "wall_seconds": 11.9, "replicas": 8, "seed": 2, "stopped": stopped,
             "facts": {"collisions": "1.5 × 10⁹", "table error": "3e-7"}},
            {"name": "moments", "wall_seconds": 0.004, "seed": null}, {"name": "euler"}, {"name": "navier-stokes"},
        ],
    });
    if case == MadeUp::Compression {
        // Shorter forms that are read too.
        manifest.as_object_mut().unwrap().remove("resolved");
        manifest["flow"] = serde_json::json!({"velocity_gradient": rows, "class": "?"});
        manifest["input"] = serde_json::json!(input);
        manifest["host"] = serde_json::json!("cluster-7");
        manifest["descriptions"][1]["facts"] = serde_json::json!([["collisions", 1500]]);
    }
    manifest.to_string()
}
