//! Seconds of one force evaluation, mesh and tree beside direct sums, as N grows.

use omd_flow::{Philox, Vector3};
use omd_interaction::{Coulomb, Gaussian, Morse, SmoothForm, SoftMorse, Yukawa};
use omd_kinetic::mean_field::{ForceField, ForceMethod};
use std::collections::HashMap;
use std::time::Instant;

/// Direct sums of more particles are reckoned from this many.
const LARGEST_DIRECT: usize = 64_000;
/// A method that would take longer than this, in seconds, if its time grew as it did between the two numbers before, is left out.
const LONGEST: f64 = 60.0;

/// Numbers of particles to `largest`; of the methods only `wanted`, `mesh` or `tree`, of the potentials
/// only those whose name begins with `potential`, where there are such words.
pub(crate) fn table(largest: usize, wanted: Option<&str>, potential: Option<&str>) {
    let morse = Morse { epsilon: 1.0, alpha: 2.0, equilibrium: 1.0 };
    let forms = [
        ("gaussian, sigma 0.5", SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 })),
        ("coulomb, softening 0.1", SmoothForm::Coulomb(Coulomb { strength: 1.0, softening: 0.1 })),
        ("yukawa, screening 1, softening 0.1", {
            SmoothForm::Yukawa(Yukawa { strength: 1.0, screening: 1.0, softening: 0.1 })
        }),
        ("morse, softening 0.3", SmoothForm::Morse(SoftMorse { morse, softening: 0.3 })),
    ];
    println!(
        "## Seconds of one force evaluation\n\n{} threads; clouds with standard deviation 1\n",
        rayon::current_num_threads()
    );
    println!("| potential | N | direct, s | method | s | direct over it | error / rms force |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (name, form) in forms.into_iter().filter(|(name, _)| potential.is_none_or(|wanted| name.starts_with(wanted))) {
        let mut reckoned = 0.0;
        let mut taken: HashMap<String, Vec<f64>> = HashMap::new();
        for count in [1_000, 4_000, 16_000, 64_000, 250_000, 1_000_000].into_iter().filter(|&n| n <= largest) {
            let mut random = Philox::new(1, 0);
            let positions: Vec<Vector3<f64>> =
                (0..count).map(|_| Vector3::new(random.normal(), random.normal(), random.normal())).collect();
            let direct = if count <= LARGEST_DIRECT {
                let seconds = median(&ForceField::new(form, ForceMethod::Direct, &positions), &positions);
                reckoned = seconds / (count * count) as f64;
                seconds
            } else {
                reckoned * (count * count) as f64
            };
            let mut methods = Vec::new();
            for tolerance in [1e-3, 1e-5] {
                if wanted != Some("tree") {
                    methods.push(ForceMethod::Mesh { tolerance });
                }
                if wanted != Some("mesh") {
                    methods.push(ForceMethod::Tree { tolerance });
                }
            }
            for method in methods {
                let taken = taken.entry(format!("{method:?}")).or_default();
                if taken.last_chunk().is_some_and(|[before, last]| last * last / before > LONGEST) {
                    continue;
                }
                let field = ForceField::new(form, method, &positions);
                let wanted = if matches!(method, ForceMethod::Mesh { .. }) { "mesh" } else { "octree" };
                if !field.description().starts_with(wanted) {
                    continue;
                }
                let seconds = median(&field, &positions);
                taken.push(seconds);
                let error = field.measured_error(&positions, 1000).unwrap_or(f64::NAN);
                let mark = if count <= LARGEST_DIRECT { "" } else { " (reckoned)" };
                println!(
                    "| {name} | {count} | {direct:.3e}{mark} | {} | {seconds:.3e} | {:.1} | {error:.1e} |",
                    field.description(),
                    direct / seconds
                );
            }
        }
    }
}

fn median(field: &ForceField, positions: &[Vector3<f64>]) -> f64 {
    let mut seconds: Vec<f64> = (0..3)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(field.evaluate(positions));
            begun.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[1]
}
