//! docs/equations.toml: every numbered equation of the paper once, and what it claims about the code is there.

use super::{Finding, Tree};
use std::collections::BTreeMap;
use toml::{Table, Value};

const PATH: &str = "docs/equations.toml";
/// The paper numbers its equations (1) to (73).
const LAST: usize = 73;
const KEYS: [&str; 7] = ["number", "title", "where", "test", "status", "misprint", "note"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let entries = match tree.text(PATH).ok_or("missing".to_owned()).and_then(parse) {
        Ok(entries) => entries,
        Err(message) => return vec![Finding::error(PATH, message)],
    };
    let mut findings = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &entries {
        let field = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let number = field("number");
        *counts.entry(number).or_default() += 1;
        for message in faults(tree, entry, &field) {
            findings.push(Finding::error(format!("{PATH}, `{number}`"), message));
        }
    }
    for number in (1..=LAST).map(|n| n.to_string()) {
        if !counts.contains_key(number.as_str()) {
            findings.push(Finding::error(PATH, format!("equation ({number}) has no entry")));
        }
    }
    for (number, _) in counts.iter().filter(|(_, count)| **count > 1) {
        findings.push(Finding::error(PATH, format!("`{number}` has more than one entry")));
    }
    findings
}

fn parse(text: &str) -> Result<Vec<Table>, String> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let entries = table.get("equation").and_then(Value::as_array).ok_or("no [[equation]]")?;
    entries.iter().map(|entry| entry.as_table().cloned().ok_or("an equation is not a table".to_owned())).collect()
}

/// What is wrong with one entry.
fn faults<'a>(tree: &Tree, entry: &Table, field: &impl Fn(&str) -> &'a str) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in entry {
        if !KEYS.contains(&key.as_str()) || !value.is_str() {
            found.push(format!("`{key}` is not one of the text fields {KEYS:?}"));
        }
    }
    let (path, test, status) = (field("where"), field("test"), field("status"));
    if field("title").is_empty() {
        found.push("no title".to_owned());
    }
    match status {
        "as-printed" | "corrected" if path.is_empty() => found.push(format!("{status}, but `where` is empty")),
        "not-implemented" if !path.is_empty() || !test.is_empty() => {
            found.push("not-implemented, but `where` or `test` says otherwise".to_owned());
        }
        "as-printed" | "corrected" | "not-implemented" => {}
        other => found.push(format!("status `{other}` is not as-printed, corrected or not-implemented")),
    }
    if !["", "derived", "computed"].contains(&field("misprint")) {
        found.push(format!("misprint `{}` is not derived or computed", field("misprint")));
    }
    if (status == "corrected" || !field("misprint").is_empty()) && field("note").is_empty() {
        found.push("a correction needs a note".to_owned());
    }
    if status == "as-printed" && !field("misprint").is_empty() {
        found.push("a misprint cannot be implemented as printed".to_owned());
    }
    if !path.is_empty() && tree.text(path).is_none() {
        found.push(format!("`where`: there is no {path}"));
    }
    if !test.is_empty() {
        found.extend(missing_test(tree, test));
    }
    found
}

/// `omd_kinetic::boltzmann::moments::tests::name` is a function in that module; `omd_kinetic::maxwell_moments::name`
/// one in `tests/maxwell_moments.rs`.
fn missing_test(tree: &Tree, test: &str) -> Option<String> {
    let parts: Vec<&str> = test.split("::").collect();
    let [package, module @ .., name] = &parts[..] else {
        return Some(format!("`test`: {test} is not crate::module::name"));
    };
    let folder = package.strip_prefix("omd_").unwrap_or(package);
    let inline = module.strip_suffix(&["tests"]).unwrap_or(module);
    let definition = format!("fn {name}(");
    let there = tree.rust_of(folder).any(|(path, text)| {
        let here = module_of(path);
        (here == module || here == inline) && text.lines().any(|line| line.trim_start().starts_with(&definition))
    });
    (!there).then(|| format!("`test`: there is no {test}"))
}

/// The module path of a Rust file within its crate.
fn module_of(path: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = path.trim_end_matches(".rs").split('/').skip(3).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(last)) {
        parts.pop();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(changed: &str) -> Vec<String> {
        let mut text = String::new();
        for number in 1..=LAST {
            let body = if number == 6 { changed } else { "title = \"t\"\nstatus = \"not-implemented\"" };
            text += &format!("[[equation]]\nnumber = \"{number}\"\n{body}\n");
        }
        let tree = Tree::of(&[
            (PATH, &text),
            ("crates/hydro/src/euler.rs", "mod tests {\n    fn inline() {}\n}"),
            ("crates/hydro/src/affine/tests.rs", "fn sibling() {}"),
            ("crates/hydro/tests/order.rs", "fn integration() {}"),
        ]);
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    fn entry(path: &str, test: &str, status: &str) -> Vec<String> {
        messages(&format!("title = \"t\"\nwhere = \"{path}\"\ntest = \"{test}\"\nstatus = \"{status}\""))
    }

    #[test]
    fn true_claims_pass() {
        for test in ["euler::tests::inline", "affine::tests::sibling", "order::integration"] {
            assert!(entry("crates/hydro/src/euler.rs", &format!("omd_hydro::{test}"), "as-printed").is_empty());
        }
    }

    #[test]
    fn false_claims_are_seen() {
        let hydro = "crates/hydro/src/euler.rs";
        assert_eq!(
            entry("crates/hydro/src/gone.rs", "", "as-printed"),
            ["`where`: there is no crates/hydro/src/gone.rs"]
        );
        for test in
            ["omd_hydro::euler::tests::gone", "omd_hydro::affine::tests::inline", "omd_flow::euler::tests::inline"]
        {
            assert_eq!(entry(hydro, test, "as-printed"), [format!("`test`: there is no {test}")]);
        }
        assert_eq!(entry("", "", "as-printed"), ["as-printed, but `where` is empty"]);
        assert_eq!(entry(hydro, "", "not-implemented"), ["not-implemented, but `where` or `test` says otherwise"]);
        assert_eq!(entry(hydro, "", "corrected"), ["a correction needs a note"]);
        assert!(entry(hydro, "", "done")[0].contains("status `done`"));
        assert!(messages("title = \"t\"\nstatus = \"not-implemented\"\nfile = \"x\"")[0].contains("`file`"));
    }

    #[test]
    fn missing_and_doubled_numbers_are_seen() {
        let plain = "title = \"t\"\nstatus = \"not-implemented\"";
        let doubled = messages(&format!("{plain}\n[[equation]]\nnumber = \"7\"\n{plain}"));
        assert_eq!(doubled, ["`7` has more than one entry"]);
        let tree = Tree::of(&[(PATH, "[[equation]]\nnumber = \"1\"\ntitle = \"t\"\nstatus = \"not-implemented\"")]);
        assert_eq!(check(&tree).len(), LAST - 1);
    }
}
