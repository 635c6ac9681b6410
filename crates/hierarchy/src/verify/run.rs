//! Does the tasks of all studies that have no result yet.

use super::{Interrupt, Study, TaskError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Keeps results and knows when to stop.
pub trait Keep: Sync {
    /// Keeps the numbers of a task; called once each, from any thread, one call at a time.
    ///
    /// # Errors
    /// What kept it from being kept; the run ends with it.
    fn keep(&self, name: &str, numbers: &[f64]) -> Result<(), String>;
    /// The user wants to stop.
    fn interrupted(&self) -> bool;
}

/// Why not every task has a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The user wanted to stop; what is done is kept.
    #[error("interrupted")]
    Interrupted,
    /// A task failed.
    #[error("{task}: {reason}")]
    Task {
        /// `study/task`.
        task: String,
        /// Why.
        reason: String,
    },
    /// A result could not be kept.
    #[error("{0}")]
    Keep(String),
}

/// The name under which the result of a task is kept.
fn key(study: &Study, task: usize) -> String {
    format!("{}/{}", study.name, study.tasks[task].name)
}

/// The results of every task of every study, those in `known` without computing them again, on the current rayon pool.
///
/// # Errors
/// [`RunError`]; what is done is kept.
pub fn run(
    studies: &[Study],
    known: &BTreeMap<String, Vec<f64>>,
    keep: &dyn Keep,
) -> Result<Vec<Vec<Vec<f64>>>, RunError> {
    let mut missing: Vec<(usize, usize)> = Vec::new();
    let mut results: Vec<Vec<Vec<f64>>> = Vec::new();
    for (s, study) in studies.iter().enumerate() {
        results.push(vec![Vec::new(); study.tasks.len()]);
        for t in 0..study.tasks.len() {
            match known.get(&key(study, t)) {
                Some(numbers) => results[s][t].clone_from(numbers),
                None => missing.push((s, t)),
            }
        }
    }
    let seconds = |&(s, t): &(usize, usize)| studies[s].tasks[t].seconds;
    missing.sort_by(|a, b| seconds(b).total_cmp(&seconds(a)));
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let shared = Mutex::new((&mut results, None));
    let interrupted = || stop.load(Ordering::Relaxed) || keep.interrupted();
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| {
                while let Some(&(s, t)) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = key(&studies[s], t);
                    if interrupted() {
                        break;
                    }
                    let done = (studies[s].tasks[t].work)(Interrupt(&interrupted));
                    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    let failure = match done {
                        Ok(numbers) => {
                            keep.keep(&name, &numbers).map(|()| shared.0[s][t] = numbers).err().map(RunError::Keep)
                        }
                        Err(TaskError::Interrupted) => None,
                        Err(TaskError::Failed(reason)) => Some(RunError::Task { task: name, reason }),
                    };
                    if let Some(failure) = failure {
                        stop.store(true, Ordering::Relaxed);
                        shared.1.get_or_insert(failure);
                    }
                }
            });
        }
    });
    let (_, failure) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    match failure {
        Some(failure) => Err(failure),
        None if keep.interrupted() => Err(RunError::Interrupted),
        None => Ok(results),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Arrow, Finding, Task};
    use super::*;

    #[derive(Default)]
    struct Kept {
        numbers: Mutex<BTreeMap<String, Vec<f64>>>,
        most: Option<usize>,
    }

    impl Keep for Kept {
        fn keep(&self, name: &str, numbers: &[f64]) -> Result<(), String> {
            self.numbers.lock().unwrap().insert(name.to_owned(), numbers.to_vec());
            Ok(())
        }
        fn interrupted(&self) -> bool {
            self.most.is_some_and(|most| self.numbers.lock().unwrap().len() >= most)
        }
    }

    fn study(tasks: Vec<Task>) -> Study {
        Study {
            arrow: Arrow::Diagram,
            name: "squares",
            title: "Squares",
            input: String::new(),
            tasks,
            judge: Box::new(|_| Finding::default()),
        }
    }

    #[test]
    fn an_interrupted_run_goes_on_with_what_is_missing() {
        let square = |k: usize| Task::new(format!("{k}"), k as f64, move |_| Ok(vec![(k * k) as f64]));
        let studies = [study((0..7).map(square).collect())];
        let first = Kept { most: Some(3), ..Kept::default() };
        assert_eq!(run(&studies, &BTreeMap::new(), &first), Err(RunError::Interrupted));
        let known = first.numbers.into_inner().unwrap();
        assert!((3..7).contains(&known.len()));
        let second = Kept::default();
        let results = run(&studies, &known, &second).unwrap();
        assert_eq!(results[0], (0..7).map(|k| vec![(k * k) as f64]).collect::<Vec<_>>());
        let again = second.numbers.into_inner().unwrap();
        assert_eq!(again.len() + known.len(), 7);
    }

    #[test]
    fn a_failure_names_the_task() {
        let studies = [study(vec![Task::new("bad", 1.0, |_| Err(TaskError::failed("no")))])];
        let error = run(&studies, &BTreeMap::new(), &Kept::default()).unwrap_err();
        assert_eq!(error.to_string(), "squares/bad: no");
    }
}
