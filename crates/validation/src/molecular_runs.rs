//! Driving the molecular description with looks at it in between, and what the looks need.

use crate::column;
use omd_flow::{Advance, Description, Matrix3, Monitor, Observables, Pace, Stop, Vector3};
use omd_molecular::{Atoms, Molecular};
use std::time::Instant;

/// `sum m w^2/2` about zero of `count` atoms of mass 1, energy.
#[must_use]
pub fn kinetic_energy(row: &Observables, count: usize) -> f64 {
    let drift = Vector3::from(["drift_x", "drift_y", "drift_z"].map(|name| column(row, name)));
    0.5 * count as f64 * (3.0 * row.temperature + drift.norm_squared())
}

/// The residual of the work balance, energy.
#[must_use]
pub fn work_residual(row: &Observables) -> f64 {
    column(row, "energy_balance")
}

/// Pauses at every so many questions.
struct PauseEvery {
    questions: u64,
    asked: u64,
}

impl Monitor for PauseEvery {
    fn at(&mut self, _: f64) -> Pace {
        self.asked += 1;
        if self.asked.is_multiple_of(self.questions) { Pace::Pause } else { Pace::Continue }
    }
}

/// Advances to `until` and calls `look` at every `questions`-th place where a run may pause (there is one every
/// `20,000 / atoms` steps) and at the end. Pauses change no number.
///
/// # Errors
/// [`Stop`] of the description.
pub fn advance_looking(
    molecular: &mut Molecular,
    until: f64,
    questions: u64,
    mut look: impl FnMut(&mut Molecular),
) -> Result<(), Stop> {
    let mut monitor = PauseEvery { questions, asked: 0 };
    loop {
        let advance = molecular.advance(until, &mut monitor)?;
        look(molecular);
        if advance == Advance::Arrived {
            return Ok(());
        }
    }
}

/// The atoms of a run at rest as a start, with their velocities scaled to `temperature` about a mean of zero.
#[must_use]
pub fn start_from_rest(end: omd_flow::Structure, temperature: f64) -> Atoms {
    let count = end.positions.len();
    let mean = end.lab_velocities.iter().sum::<Vector3<f64>>() / count as f64;
    let thermal: Vec<Vector3<f64>> = end.lab_velocities.iter().map(|v| v - mean).collect();
    let present = thermal.iter().map(Vector3::norm_squared).sum::<f64>() / (3.0 * count as f64);
    let peculiar = thermal.iter().map(|w| w * (temperature / present).sqrt()).collect();
    let cell = end.cell.expect("atoms in a cell");
    Atoms { cell, positions: end.positions, shifts: vec![Vector3::zeros(); count], peculiar }
}

/// The matrix of these rows.
#[must_use]
pub fn matrix(rows: [[f64; 3]; 3]) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| rows[i][j])
}

/// Time of this thread on a processor, so that neighbours on a shared machine count less; wall time where the system
/// does not tell.
pub struct ThreadClock(Instant);

impl ThreadClock {
    /// Starts.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds; only differences mean something.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let first = on_processor.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
        first.map_or_else(|| self.0.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
    }
}
