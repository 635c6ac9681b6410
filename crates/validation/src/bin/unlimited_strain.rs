//! Unlimited strain: `cargo run --release -p omd-validation --bin unlimited_strain [free | gas [number ...]]`.
#![allow(clippy::print_stdout, reason = "the tables are its output")]

use omd_validation::strain::{free, gas};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| words.first().is_none_or(|word| word == name);
    let numbers: Vec<usize> = words.iter().skip(1).filter_map(|word| word.parse().ok()).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    pool.install(|| {
        if wanted("free") {
            free_atoms();
        }
        if wanted("gas") {
            let all = 1..=gas::CASES.len();
            gases(&if numbers.is_empty() { all.collect::<Vec<_>>() } else { numbers.clone() });
        }
    });
}

fn free_atoms() {
    let (atoms, step) = (free::ATOMS, free::TIME_STEP);
    println!("## Without interaction: {atoms} atoms against exact flight, step {step}\n");
    println!(
        "| flow | to t | F | J | path | largest count in U | list builds / steps | places / path | places / cell \
         | peculiar velocities | image sets | images compared | image places / radius |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for case in &free::CASES {
        let run = free::run(case);
        let Some(last) = run.rows.last() else { continue };
        let worst = |value: fn(&free::FreeRow) -> f64| run.rows.iter().map(value).fold(0.0, f64::max);
        let equal = run.rows.iter().filter(|row| row.equal).count();
        println!(
            "| {} | {} | {:.1} | {:.3e} | {:.2e} | {} | {} / {} | {:.1e} | {:.1e} | {:.1e} | {} of {} equal | {} | {:.1e} |",
            case.name,
            last.time,
            last.strain,
            last.volume_ratio,
            last.path,
            run.largest_count,
            run.builds,
            run.steps,
            worst(|row| row.position_error / row.path.max(row.shortest)),
            worst(|row| row.position_error / row.shortest),
            worst(|row| row.peculiar_error),
            equal,
            run.rows.len(),
            run.rows.iter().map(|row| row.images).sum::<usize>(),
            worst(|row| row.image_error),
        );
        let gap = run.rows.iter().map(|row| row.gap).fold(f64::INFINITY, f64::min);
        println!("<!-- {}: the image closest to the radius is {gap:.1e} of it away -->", case.name);
    }
    println!();
}

fn gases(numbers: &[usize]) {
    println!("## With interaction: {} WCA atoms, thermal steps\n", gas::ATOMS);
    println!(
        "| | flow | n | T start | dt start | t | F | J | T end | steps | worst residual / KE | at t | at the end | us \
         a step, early | late | late / early | lists a step, early | late | smallest image distance | forces | s |"
    );
    println!("|{}", " --- |".repeat(21));
    for &number in numbers {
        let Some(case) = number.checked_sub(1).and_then(|index| gas::CASES.get(index)) else { continue };
        let run = gas::run(case);
        println!(
            "| {number} | {} | {} | {} | {} | {} | {:.1} | {:.3e} | {:.3e} | {} | **{:.1e}** | {:.1} | {:.1e} | {:.1} \
             | {:.1} | {:.2} | {:.3} | {:.3} | {:.8} | {:.0e} | {:.0} |",
            case.name,
            case.density,
            case.temperature,
            case.time_step,
            case.end,
            run.strain,
            run.volume_ratio,
            run.temperature,
            run.steps,
            run.worst,
            run.worst_time,
            run.last,
            run.cost[0],
            run.cost[1],
            run.cost[1] / run.cost[0],
            run.builds_per_step[0],
            run.builds_per_step[1],
            run.shortest,
            run.force_error,
            run.seconds,
        );
        if let Some(reason) = run.stop {
            println!("\n{reason}\n");
        }
    }
    println!();
}
