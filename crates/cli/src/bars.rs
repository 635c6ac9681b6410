//! Progress: bars with time left on a terminal, plain lines otherwise.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How far each replica of each description is, and where that is shown.
pub(crate) struct Bars {
    runs: Vec<Lane>,
    display: Display,
}

/// One description.
struct Lane {
    name: String,
    /// Fraction of its schedule, bits of an f64, a replica each.
    replicas: Vec<AtomicU64>,
}

impl Lane {
    fn fraction(&self) -> f64 {
        let sum: f64 = self.replicas.iter().map(|bits| f64::from_bits(bits.load(Ordering::Relaxed))).sum();
        sum / self.replicas.len() as f64
    }
}

enum Display {
    Quiet,
    /// One bar a description, redrawn at most ten times a second.
    Terminal(Vec<ProgressBar>, Mutex<Instant>),
    /// One line every so often.
    Lines(Mutex<Instant>, Instant),
}

const RESOLUTION: u64 = 10_000;
const BETWEEN_LINES: Duration = Duration::from_secs(10);
const BETWEEN_DRAWS: Duration = Duration::from_millis(100);

impl Bars {
    /// For descriptions `(name, replicas)`.
    pub(crate) fn new(runs: impl IntoIterator<Item = (String, usize)>, quiet: bool) -> Self {
        let runs: Vec<Lane> = runs
            .into_iter()
            .map(|(name, count)| Lane { name, replicas: (0..count).map(|_| AtomicU64::new(0)).collect() })
            .collect();
        let now = Instant::now();
        let display = if quiet {
            Display::Quiet
        } else if std::io::stderr().is_terminal() {
            let multi = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
            let bars = runs.iter().map(|lane| multi.add(bar(&lane.name))).collect();
            Display::Terminal(bars, Mutex::new(now))
        } else {
            Display::Lines(Mutex::new(now), now)
        };
        Self { runs, display }
    }

    /// Replica `replica` of run `run` is at `fraction` of its schedule.
    pub(crate) fn moved(&self, run: usize, replica: usize, fraction: f64) {
        self.runs[run].replicas[replica].store(fraction.to_bits(), Ordering::Relaxed);
        match &self.display {
            Display::Quiet => {}
            Display::Terminal(bars, last) => {
                if due(last, BETWEEN_DRAWS) || fraction >= 1.0 {
                    for (bar, lane) in bars.iter().zip(&self.runs) {
                        bar.set_position((lane.fraction() * RESOLUTION as f64) as u64);
                    }
                }
            }
            Display::Lines(last, begun) => {
                if due(last, BETWEEN_LINES) {
                    let parts: Vec<String> = self
                        .runs
                        .iter()
                        .map(|lane| format!("{} {:.1} %", lane.name, 100.0 * lane.fraction()))
                        .collect();
                    eprintln!("{:>6.0} s  {}", begun.elapsed().as_secs_f64(), parts.join(", "));
                }
            }
        }
    }

    /// Removes the bars.
    pub(crate) fn finish(&self) {
        if let Display::Terminal(bars, _) = &self.display {
            bars.iter().for_each(ProgressBar::finish_and_clear);
        }
    }
}

fn bar(name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>14} {bar:40} {percent:>3} %  {elapsed} elapsed, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(RESOLUTION).with_style(style);
    bar.set_prefix(name.to_owned());
    bar
}

/// Whether `interval` has passed since `last`; then `last` is now. Never waits for another thread.
fn due(last: &Mutex<Instant>, interval: Duration) -> bool {
    let Ok(mut last) = last.try_lock() else { return false };
    let is_due = last.elapsed() >= interval;
    if is_due {
        *last = Instant::now();
    }
    is_due
}
