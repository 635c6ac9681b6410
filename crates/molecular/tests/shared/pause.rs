//! A monitor that pauses a run.

use omd_flow::{Monitor, Pace};

/// Pauses at this question, counted from 1, and goes on at all others.
pub(crate) struct PauseAfter(pub(crate) usize);

impl Monitor for PauseAfter {
    fn at(&mut self, _: f64) -> Pace {
        self.0 = self.0.wrapping_sub(1);
        if self.0 == 0 { Pace::Pause } else { Pace::Continue }
    }
}
