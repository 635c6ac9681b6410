//! The studies of `omd verify`: one module an arrow of Figure 1.

mod breakdown;
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
    studies
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "what a failing test shows")]
mod test_support {
    use crate::verify::{Effort, Fault, Keep, Settings, Verdict, run, worst};
    use std::collections::BTreeMap;

    struct Forget;
    impl Keep for Forget {
        fn keep(&self, _: &str, _: &[f64]) -> Result<(), String> {
            Ok(())
        }
        fn interrupted(&self) -> bool {
            false
        }
    }

    /// The verdict of a quick study, whose numbers are printed.
    pub(super) fn judged(name: &str, fault: Option<Fault>) -> Verdict {
        let settings = Settings { effort: Effort::Quick, seed: 1, fault };
        let studies: Vec<_> = super::studies(&settings).into_iter().filter(|study| study.name == name).collect();
        let results = run(&studies, &BTreeMap::new(), &Forget).unwrap();
        let mut verdicts = Vec::new();
        for (study, results) in studies.iter().zip(&results) {
            let finding = (study.judge)(results);
            for table in &finding.tables {
                println!("{fault:?} {}: {}\n{:?}", study.name, table.caption, table.header);
                table.rows.iter().for_each(|row| println!("{row:?}"));
            }
            for claim in &finding.claims {
                println!("{:?}: {} = {} {:?}", claim.verdict, claim.text, claim.value, claim.error);
            }
            verdicts.push(finding.verdict());
        }
        worst(verdicts)
    }
}
