//! `omd verify`.

use crate::args::Verify;
use crate::bars::Bars;
use crate::failure::Failure;
use crate::hooks::{catch_interrupts, is_interrupted};
use crate::output::VERSION;
use omd_hierarchy::arrows::studies;
use omd_hierarchy::verify::{Arrow, Effort, Fault, Keep, RunError, Settings, Study, Verdict, run, worst};
use omd_io::{StudyRecord, TaskStore, VERIFICATION_TABLE, VerificationRecord, timestamp};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Runs the studies and judges them.
pub(crate) fn verify(arguments: &Verify, quiet: bool) -> Result<(), Failure> {
    let settings = Settings {
        effort: if arguments.quick { Effort::Quick } else { Effort::Full },
        seed: arguments.seed,
        fault: Fault::ALL.into_iter().find(|fault| arguments.plant.as_deref() == Some(fault.name())),
    };
    let wanted: Vec<Arrow> = arguments.arrows.iter().filter_map(|name| Arrow::named(name)).collect();
    let mut studies = studies(&settings);
    if let Some(unknown) = arguments.studies.iter().find(|&name| studies.iter().all(|study| study.name != name)) {
        let names: Vec<&str> = studies.iter().map(|study| study.name).collect();
        return Err(Failure::input(format!("no study is called {unknown}; there are {}", names.join(", "))));
    }
    studies.retain(|study| {
        let is_named = arguments.studies.iter().any(|name| name == study.name);
        is_named || arguments.studies.is_empty() && (wanted.is_empty() || wanted.contains(&study.arrow))
    });
    let name = if arguments.quick { "verify-quick" } else { "verify" };
    let directory = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(name));
    let names: Vec<&str> = studies.iter().map(|study| study.name).collect();
    let forget = arguments.force.then_some(names.as_slice());
    let store = TaskStore::open(&directory, settings, VERSION, forget).map_err(Failure::input)?;
    let known = store.results();
    catch_interrupts().map_err(Failure::other)?;
    let results = {
        let progress = Progress::new(&studies, store, quiet);
        progress.show_known(&known);
        run(&studies, &known, &progress).map_err(|error| match error {
            RunError::Interrupted => Failure::Interrupted(format!(
                "interrupted; the same command goes on with what is done, kept in {}",
                directory.display()
            )),
            RunError::Task { .. } | RunError::Keep(_) => Failure::other(error),
        })?
    };
    let record = VerificationRecord {
        version: VERSION.to_owned(),
        settings,
        finished: timestamp(SystemTime::now()),
        studies: studies.iter().zip(&results).map(|(study, results)| judged(study, results)).collect(),
    };
    record.write(&directory).map_err(Failure::other)?;
    let page = omd_report::write_verification(&directory).map_err(Failure::other)?;
    let verdict = print(&record, quiet);
    if !quiet {
        println!("\ntables in {}, the page is {}", directory.display(), page.display());
    }
    if verdict == Verdict::Fails {
        let table = directory.join(VERIFICATION_TABLE);
        return Err(Failure::Other(format!("a claim fails: see {}", table.display())));
    }
    Ok(())
}

fn judged(study: &Study, results: &[Vec<f64>]) -> StudyRecord {
    let finding = (study.judge)(results);
    StudyRecord {
        arrow: study.arrow,
        arrow_title: study.arrow.title().to_owned(),
        name: study.name.to_owned(),
        title: study.title.to_owned(),
        input: study.input.clone(),
        verdict: finding.verdict(),
        finding,
    }
}

/// The summary on the terminal; the worst verdict.
fn print(record: &VerificationRecord, quiet: bool) -> Verdict {
    let word = |verdict| match verdict {
        Verdict::Holds => "holds",
        Verdict::Undecided => "UNDECIDED",
        Verdict::Fails => "FAILS",
    };
    let mut verdicts = Vec::new();
    for arrow in Arrow::ALL {
        let studies: Vec<_> = record.studies.iter().filter(|study| study.arrow == arrow).collect();
        if studies.is_empty() {
            continue;
        }
        let verdict = worst(studies.iter().map(|study| study.verdict));
        verdicts.push(verdict);
        if quiet {
            continue;
        }
        println!("\n({arrow}) {}: {}", arrow.title(), word(verdict));
        for study in studies {
            println!("  {}", study.title);
            for claim in &study.finding.claims {
                let error = claim.error.map_or(String::new(), |error| format!(" +- {error:.1e}"));
                let probability = claim.probability.map_or(String::new(), |p| format!(", p = {p:.3}"));
                println!(
                    "    {:<9} {}: {:.6}{error}{probability}, expected {}",
                    word(claim.verdict),
                    claim.text,
                    Short(claim.value),
                    claim.expected
                );
            }
        }
    }
    worst(verdicts)
}

/// Plain where that is readable, in powers of ten otherwise.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || (1e-3..1e6).contains(&size) {
            write!(formatter, "{:.5}", self.0)
        } else {
            write!(formatter, "{:.2e}", self.0)
        }
    }
}

/// Keeps results and shows how far the studies are, by the expected seconds of their tasks.
struct Progress<'a> {
    studies: &'a [Study],
    store: Mutex<TaskStore>,
    bars: Bars,
}

impl<'a> Progress<'a> {
    fn new(studies: &'a [Study], store: TaskStore, quiet: bool) -> Self {
        let bars = Bars::new(studies.iter().map(|study| (study.name.to_owned(), study.tasks.len())), quiet);
        Self { studies, store: Mutex::new(store), bars }
    }

    fn show_known(&self, known: &std::collections::BTreeMap<String, Vec<f64>>) {
        known.keys().for_each(|name| self.done(name));
    }

    fn done(&self, name: &str) {
        for (s, study) in self.studies.iter().enumerate() {
            let task = name.strip_prefix(study.name).and_then(|rest| rest.strip_prefix('/'));
            if let Some(t) = task.and_then(|task| study.tasks.iter().position(|known| known.name == task)) {
                self.bars.moved(s, t, 1.0);
            }
        }
    }
}

impl Keep for Progress<'_> {
    fn keep(&self, name: &str, numbers: &[f64]) -> Result<(), String> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.keep(name, numbers).map_err(|error| error.to_string())?;
        self.done(name);
        Ok(())
    }
    fn interrupted(&self) -> bool {
        is_interrupted()
    }
}
