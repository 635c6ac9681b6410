//! Works cited as \[Name2019\] in comments have an entry in docs/references.bib.

use super::{Finding, Tree};
use std::collections::BTreeSet;

const BIBLIOGRAPHY: &str = "docs/references.bib";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(bibliography) = tree.text(BIBLIOGRAPHY) else {
        return vec![Finding::error(BIBLIOGRAPHY, "missing")];
    };
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    for key in keys(bibliography) {
        if !known.insert(key) {
            findings.push(Finding::error(BIBLIOGRAPHY, format!("`{key}` has two entries")));
        }
    }
    for (path, text) in tree.with_extension("rs").filter(|(path, _)| !path.starts_with("crates/xtask/")) {
        for (index, line) in text.lines().enumerate() {
            let Some(comment) = line.find("//").map(|start| &line[start..]) else { continue };
            for key in cited(comment).into_iter().filter(|key| !known.contains(key)) {
                let place = format!("{path}:{}", index + 1);
                findings.push(Finding::error(place, format!("[{key}] is not in {BIBLIOGRAPHY}")));
            }
        }
    }
    findings
}

/// The keys of the entries `@kind{Key,`.
fn keys(bibliography: &str) -> impl Iterator<Item = &str> {
    bibliography.lines().filter_map(|line| line.strip_prefix('@')?.split_once('{')?.1.strip_suffix(','))
}

/// `\[Key\]`, and `[Key2019]` without backslashes where no doc link is meant.
fn cited(comment: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (start, _) in comment.match_indices('[') {
        let rest = &comment[start + 1..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (key, end) = rest.split_at(length);
        let escaped = comment[..start].ends_with('\\') && end.starts_with("\\]");
        let name = key.trim_end_matches(|c: char| c.is_ascii_digit());
        let dated = key.len() - name.len() == 4;
        let plain = dated && end.starts_with(']') && !end.starts_with("](");
        // Mathematics in escaped brackets is short and lower case.
        let like_a_name = name.len() >= 3 && name.starts_with(|c: char| c.is_ascii_uppercase());
        if like_a_name && (escaped || plain) {
            found.push(key);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_without_an_entry_is_seen() {
        let tree = Tree::of(&[
            (BIBLIOGRAPHY, "@article{JamesQiWang,\n}\n@book{Bird1994,\n}\n@book{Bird1994,\n}\n"),
            (
                "crates/flow/src/lib.rs",
                "//! \\[JamesQiWang\\], \\[Bird1994\\], \\[Galkin1958\\] and \\[n\\], [`Kac1956`], [Kac](x)\n\
                 let x = [Kac1956];\nlet y = 1; // [Kac1956]\n// \\[Enskog\\]",
            ),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|f| format!("{} {}", f.place, f.message)).collect();
        assert_eq!(
            found,
            [
                "docs/references.bib `Bird1994` has two entries",
                "crates/flow/src/lib.rs:1 [Galkin1958] is not in docs/references.bib",
                "crates/flow/src/lib.rs:3 [Kac1956] is not in docs/references.bib",
                "crates/flow/src/lib.rs:4 [Enskog] is not in docs/references.bib",
            ]
        );
    }
}
