//! The one-way rule: what each crate of the workspace may depend on and name.

use super::{Finding, Tree};
use serde_json::Value;

/// Crate, and what it may use of ours; dependencies for tests and builds count like any other.
const RULE: [(&str, &[&str]); 9] = [
    ("omd-flow", &[]),
    ("omd-interaction", &["omd-flow"]),
    ("omd-hydro", &["omd-flow"]),
    ("omd-molecular", &["omd-flow", "omd-interaction"]),
    ("omd-kinetic", &["omd-flow", "omd-interaction"]),
    ("omd-hierarchy", &["omd-flow", "omd-interaction", "omd-molecular", "omd-kinetic", "omd-hydro"]),
    ("omd-io", &["omd-flow", "omd-interaction", "omd-hierarchy"]),
    ("omd-report", &["omd-flow"]),
    (
        "omd-cli",
        &[
            "omd-flow",
            "omd-interaction",
            "omd-molecular",
            "omd-kinetic",
            "omd-hydro",
            "omd-hierarchy",
            "omd-io",
            "omd-report",
        ],
    ),
];

/// Crates that may depend on anything; nothing may depend on them.
const OUTSIDE: [&str; 3] = ["omd-bench", "omd-validation", "xtask"];

/// Levels that meet in the table of observables only: they do not even mention each other.
const LEVELS: [&str; 3] = ["omd-molecular", "omd-kinetic", "omd-hydro"];

fn allowed(user: &str, used: &str) -> bool {
    user == used || RULE.iter().any(|(name, uses)| *name == user && uses.contains(&used))
}

fn folder(name: &str) -> &str {
    name.strip_prefix("omd-").unwrap_or(name)
}

/// The dependencies in every `Cargo.toml`, from `cargo metadata`.
pub(super) fn declared(metadata: &Value) -> Vec<Finding> {
    let empty = Vec::new();
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let packages = metadata["packages"].as_array().unwrap_or(&empty);
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut findings = Vec::new();
    for package in packages {
        let user = package["name"].as_str().unwrap_or_default();
        if OUTSIDE.contains(&user) {
            continue;
        }
        let place = format!("crates/{}/Cargo.toml", folder(user));
        if !RULE.iter().any(|(name, _)| *name == user) {
            findings.push(Finding::error(
                place,
                format!("`{user}` is not in the rule: say in crates/xtask/src/tidy/dependencies.rs what it may use"),
            ));
            continue;
        }
        for dependency in list(&package["dependencies"]) {
            let used = dependency["name"].as_str().unwrap_or_default();
            if names.contains(&used) && !allowed(user, used) {
                let kind = dependency["kind"].as_str().map(|kind| format!(" ({kind})")).unwrap_or_default();
                findings.push(Finding::error(&place, format!("`{user}` must not depend on `{used}`{kind}")));
            }
        }
    }
    findings
}

/// Names of our crates in the sources, comments and documentation included.
pub(super) fn named(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (user, _) in RULE {
        for (path, text) in tree.rust_of(folder(user)) {
            for (index, line) in text.lines().enumerate() {
                for (used, _) in RULE {
                    let levels = LEVELS.contains(&user) && LEVELS.contains(&used);
                    let mentioned = word(line, &used.replace('-', "_")) || (levels && word(line, used));
                    if mentioned && !allowed(user, used) {
                        findings.push(Finding::error(
                            format!("{path}:{}", index + 1),
                            format!("`{user}` must not name `{used}`"),
                        ));
                    }
                }
            }
        }
    }
    findings
}

/// Whether `name` stands in `line` as a whole word.
fn word(line: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    line.match_indices(name).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + name.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn packages(user: &str, used: &str, kind: &Value) -> Value {
        json!({"packages": [
            {"name": user, "dependencies": [{"name": used, "kind": kind}, {"name": "rayon", "kind": null}]},
            {"name": used, "dependencies": []},
        ]})
    }

    #[test]
    fn a_wrong_dependency_is_seen_for_tests_too() {
        for kind in [Value::Null, json!("dev"), json!("build")] {
            let found = declared(&packages("omd-kinetic", "omd-hydro", &kind));
            assert_eq!(found.len(), 1);
            assert!(found[0].message.contains("`omd-kinetic` must not depend on `omd-hydro`"), "{found:?}");
        }
        assert_eq!(declared(&packages("omd-flow", "omd-interaction", &Value::Null)).len(), 1);
        assert!(declared(&packages("omd-kinetic", "omd-interaction", &Value::Null)).is_empty());
        assert!(declared(&packages("omd-cli", "omd-report", &Value::Null)).is_empty());
    }

    #[test]
    fn nothing_depends_on_the_outside_and_the_outside_on_anything() {
        assert!(declared(&packages("omd-validation", "omd-hydro", &Value::Null)).is_empty());
        assert_eq!(declared(&packages("omd-cli", "omd-validation", &Value::Null)).len(), 1);
    }

    #[test]
    fn a_crate_without_a_rule_is_an_error() {
        let found = declared(&packages("omd-new", "omd-flow", &Value::Null));
        assert!(found[0].message.contains("not in the rule"));
    }

    #[test]
    fn a_name_in_code_or_comment_is_seen() {
        let tree = Tree::of(&[
            ("crates/kinetic/src/lib.rs", "use omd_flow::AffineFlow;\n/// As in [`omd_hydro::Euler`]."),
            ("crates/hydro/src/lib.rs", "// see the crate omd-molecular\nlet omd_kinetic_like = 1;"),
            ("crates/hierarchy/src/lib.rs", "//! What `omd-io` makes of a file.\nuse omd_hydro::Euler;"),
        ]);
        let places: Vec<String> = named(&tree).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["crates/hydro/src/lib.rs:1", "crates/kinetic/src/lib.rs:2"]);
    }
}
