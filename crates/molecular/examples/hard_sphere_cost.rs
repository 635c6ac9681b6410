//! Collisions of hard spheres per second and core: `cargo run --release -p omd-molecular --example hard_sphere_cost
//! [spheres] [packing fraction] [shear rate over collision rate] [seconds]`.
//!
//! Measured where the gas is at equilibrium, after two collisions per sphere or a tenth of the time, whichever is sooner.
#![allow(clippy::print_stdout, reason = "the numbers are its output")]

use omd_flow::{AffineFlow, Description, Matrix3, Monitor, Pace, Philox};
use omd_molecular::{Atoms, DrawnPositions, HardSphereModel, HardSpheres, LatticeChoice};
use std::f64::consts::PI;
use std::time::Instant;

/// Seconds this thread has been on a processor, so that neighbours on a shared machine count less; wall time where the
/// system does not tell.
fn seconds(clock: &Instant) -> f64 {
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let first = on_processor.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    first.map_or_else(|| clock.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
}

fn main() {
    let numbers: Vec<f64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let number = |k: usize, default: f64| numbers.get(k).copied().unwrap_or(default);
    let (count, packing) = (number(0, 10_000.0) as usize, number(1, 0.3));
    let (shear, budget) = (number(2, 0.0), number(3, 5.0));
    let density = packing * 6.0 / PI;
    // Enskog's rate of one sphere at T = m = d = 1.
    let contact = (1.0 - 0.5 * packing) / (1.0 - packing).powi(3);
    let rate = 4.0 * PI.sqrt() * density * contact;
    let mut gradient = Matrix3::zeros();
    gradient[(0, 1)] = shear * rate;
    let flow = AffineFlow::new(gradient).expect("finite");
    let model = HardSphereModel { flow, diameter: 1.0, mass: 1.0 };
    let positions = if packing > 0.15 { DrawnPositions::Fcc } else { DrawnPositions::Random };
    let (lattice, random) = (LatticeChoice::Cubic, &mut Philox::new(1, 0));
    let start = Atoms::drawn_spheres(&model, count, density, positions, &lattice, &Matrix3::identity(), 1.0, random);
    let mut spheres = HardSpheres::new(&model, &start.expect("a start")).expect("a start");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    pool.install(|| {
        let clock = Instant::now();
        let begun = seconds(&clock);
        let mut watch = Watch { budget: 0.1 * budget, begun, clock };
        spheres.advance(2.0 / rate, &mut watch).expect("no stop");
        let before = (seconds(&clock), spheres.collisions(), spheres.windows(), spheres.time());
        watch.budget = budget;
        spheres.advance(1e6 / rate, &mut watch).expect("no stop");
        let time = seconds(&clock) - before.0;
        let (collisions, windows) = ((spheres.collisions() - before.1) as f64, (spheres.windows() - before.2) as f64);
        println!(
            "{count} spheres, packing {packing}, shear {shear}: {:.3e} collisions/s, {:.2} us each; {:.3} collisions a \
             sphere and window; {:.1} ns a sphere and window; rate / Enskog's {:.4}",
            collisions / time,
            1e6 * time / collisions,
            2.0 * collisions / windows / count as f64,
            1e9 * time / windows / count as f64,
            2.0 * collisions / count as f64 / (spheres.time() - before.3) / rate
        );
    });
}

/// Pauses when the time is used up.
struct Watch {
    budget: f64,
    begun: f64,
    clock: Instant,
}

impl Monitor for Watch {
    fn at(&mut self, _: f64) -> Pace {
        if seconds(&self.clock) - self.begun > self.budget { Pace::Pause } else { Pace::Continue }
    }
}
