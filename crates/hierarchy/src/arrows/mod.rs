//! The studies of `omd verify`: one module an arrow of Figure 1.

mod breakdown;
mod conservation;
mod diagram;
mod dilute_limit;
mod experiments;
mod hydrodynamic_limit;
mod hydrodynamic_symmetry;
mod kinetic_symmetry;
mod mean_field_limit;
mod molecular_symmetry;
mod printed;
mod transport_coefficients;

use crate::verify::{Settings, Study};

/// Every study, in the order of the arrows.
#[must_use]
pub fn studies(settings: &Settings) -> Vec<Study> {
    let mut studies = Vec::new();
    studies.extend(molecular_symmetry::studies(settings));
    studies.extend(kinetic_symmetry::studies(settings));
    studies.extend(dilute_limit::studies(settings));
    studies.extend(mean_field_limit::studies(settings));
    studies.extend(transport_coefficients::studies(settings));
    studies.extend(hydrodynamic_symmetry::studies(settings));
    studies.extend(hydrodynamic_limit::studies(settings));
    studies.extend(diagram::studies(settings));
    studies.extend(breakdown::studies(settings));
    studies.extend(conservation::studies(settings));
    studies.sort_by_key(|study| study.arrow);
    studies
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "what a failing test shows")]
mod test_support {
    use crate::verify::{Effort, Fault, Keep, Settings, Study, Verdict, run};
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    type Results = BTreeMap<String, Vec<f64>>;

    #[derive(Default)]
    struct Kept(Mutex<Results>);

    impl Keep for Kept {
        fn keep(&self, name: &str, numbers: &[f64]) -> Result<(), String> {
            self.0.lock().unwrap().insert(name.to_owned(), numbers.to_vec());
            Ok(())
        }
        fn interrupted(&self) -> bool {
            false
        }
    }

    /// The verdict of a study, whose numbers are printed, and what was computed for it besides what is known.
    fn judged_with(study: Study, fault: Option<Fault>, known: &Results) -> (Verdict, Results) {
        let kept = Kept::default();
        let studies = [study];
        let results = run(&studies, known, &kept).unwrap();
        let [study] = studies;
        let finding = (study.judge)(&results[0]);
        for table in &finding.tables {
            println!("{fault:?} {}: {}\n{:?}", study.name, table.caption, table.header);
            table.rows.iter().for_each(|row| println!("{row:?}"));
        }
        for claim in &finding.claims {
            println!("{:?}: {} = {} {:?}", claim.verdict, claim.text, claim.value, claim.error);
        }
        (finding.verdict(), kept.0.into_inner().unwrap())
    }

    pub(super) fn settings(fault: Option<Fault>) -> Settings {
        Settings { effort: Effort::Quick, seed: 1, fault }
    }

    fn quick(name: &str, fault: Option<Fault>) -> Study {
        super::studies(&settings(fault)).into_iter().find(|study| study.name == name).unwrap()
    }

    /// The verdict of a quick study.
    pub(super) fn judged(name: &str, fault: Option<Fault>) -> Verdict {
        judged_with(quick(name, fault), fault, &BTreeMap::new()).0
    }

    /// That a study of atoms holds, and that each of the faults turns it red.
    ///
    /// The faults are in the coarser descriptions alone: the atoms, of whose tasks `is_atoms` knows the names, are those of the
    /// sound study.
    pub(super) fn assert_red(
        study: impl Fn(Option<Fault>) -> Study,
        is_atoms: impl Fn(&str) -> bool,
        faults: &[Fault],
    ) {
        let (sound, mut atoms) = judged_with(study(None), None, &BTreeMap::new());
        assert_eq!(sound, Verdict::Holds);
        atoms.retain(|name, _| is_atoms(name.split_once('/').unwrap().1));
        assert!(!atoms.is_empty());
        for &fault in faults {
            let (verdict, computed) = judged_with(study(Some(fault)), Some(fault), &atoms);
            assert!(!computed.is_empty() && computed.keys().all(|name| !atoms.contains_key(name)));
            assert_eq!(verdict, Verdict::Fails, "{fault:?}");
        }
    }

    /// As [`assert_red`], of a quick study.
    pub(super) fn assert_quick_red(name: &str, is_atoms: impl Fn(&str) -> bool, faults: &[Fault]) {
        assert_red(|fault| quick(name, fault), is_atoms, faults);
    }
}
