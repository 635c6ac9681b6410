//! How far beyond the cutoff the list reaches, and for how long.

use super::Reach;
use omd_flow::Matrix3;

/// Chooses the skin that makes a step cheapest, from how fast atoms left the last list.
///
/// The model: a step costs `PAIR` for each listed atom of a cluster and `BUILD` for each candidate of a rebuild, shared
/// by the steps between rebuilds. Its constants decide speed only, and only their ratios matter; they are fixed so
/// that the same input rebuilds at the same steps everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SkinPolicy {
    cutoff: f64,
    /// Growth of half the skin that lists need, length per time: less than that of the largest displacement.
    pub(crate) speed: f64,
}

/// One listed atom against four lanes, in nanoseconds.
const PAIR: f64 = 2.0;
/// One candidate of a rebuild, and what a rebuild costs per cluster besides.
const BUILD: [f64; 2] = [1.3, 500.0];
/// A list is made for this many times as long as the displacement is expected to last.
const MARGIN: f64 = 1.15;
/// The growth for atoms whose velocities are Maxwell's, in speeds of the fastest, about.
const FIRST_GUESS: f64 = 0.75;
/// A list that lasted its time is followed by one for atoms this much slower.
const PATIENCE: f64 = 0.98;
/// But none for atoms that much slower than the fastest is.
const LEAST_OF_FARTHEST: f64 = 0.65;
/// At most this much of a squared distance may be lost to the flow between rebuilds.
const MOST_APPROACH: f64 = 0.3;
/// However still the atoms are, a list serves no longer.
const MOST_STEPS: u32 = 100;

impl SkinPolicy {
    /// Starts from a guess of the fastest atom's speed.
    pub(crate) fn new(cutoff: f64, speed: f64) -> Self {
        Self { cutoff, speed: FIRST_GUESS * speed }
    }

    /// Takes note of how a list for `reach` ended, `elapsed` after it was built: with the largest displacement at `farthest`, in
    /// the midst of its time (`in_time`) or at the end of it.
    pub(crate) fn learn(&mut self, reach: &Reach, farthest: f64, elapsed: f64, time_step: f64, in_time: bool) {
        if elapsed <= 0.0 || farthest <= 0.0 {
            return;
        }
        let half = 0.5 * (reach.radius - self.cutoff);
        // It failed at some time in the last step, or would have lasted a little longer, nobody knows how long.
        let learnt =
            if in_time { half / (elapsed - 0.5 * time_step) } else { PATIENCE * self.speed.min(half / elapsed) };
        self.speed = learnt.max(LEAST_OF_FARTHEST * farthest / elapsed);
    }

    /// The cheapest reach at this number density, time step and `L`.
    pub(crate) fn reach(&self, density: f64, time_step: f64, gradient: Matrix3<f64>) -> Reach {
        let approach = Reach::approach_rate(&gradient);
        // No skin, a list for every step: the choice where atoms cross the cutoff in a step.
        let bare = neighbourhood(density, self.cutoff);
        let mut best = (PAIR * bare + BUILD[0] * 1.6 * bare + BUILD[1], 0.0, 0.0);
        for steps in 1..=MOST_STEPS {
            let steps = f64::from(steps);
            let horizon = MARGIN * steps * time_step;
            let loss = 2.0 * approach * horizon;
            if loss > MOST_APPROACH {
                break;
            }
            let skin = 2.0 * self.speed * steps * time_step * MARGIN;
            let radius = self.cutoff + skin;
            // The flow brings nearer about a fifth of the pairs in the shell that its fastest direction spans.
            let shell = radius / (1.0 - loss.min(MOST_APPROACH)).sqrt() - radius;
            let listed = neighbourhood(density, radius + 0.2 * shell);
            let searched = 1.6 * neighbourhood(density, radius + shell);
            let cost = PAIR * listed + (BUILD[0] * searched + BUILD[1]) / steps;
            if cost < best.0 {
                best = (cost, steps, skin);
            }
        }
        let (_, steps, skin) = best;
        let longest = if approach > 0.0 { MOST_APPROACH / (2.0 * approach) } else { f64::INFINITY };
        let horizon = (MARGIN * steps * time_step).min(longest);
        Reach { radius: self.cutoff + skin, horizon, gradient }
    }
}

/// Atoms within `radius` of one of the four atoms of a cluster: the volume around a cube (Steiner's formula).
fn neighbourhood(density: f64, radius: f64) -> f64 {
    let edge = 0.75 * (4.0 / density).cbrt();
    let pi = std::f64::consts::PI;
    let around = edge.powi(3) + 6.0 * edge * edge * radius + 3.0 * pi * edge * radius * radius;
    // Four separate spheres when the cluster is wide.
    density * (around + 4.0 / 3.0 * pi * radius.powi(3)).min(4.0 * 4.0 / 3.0 * pi * radius.powi(3)) + 4.0
}
