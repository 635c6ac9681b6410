//! Each library says in its `lib.rs` what it never does: one line that starts with `Invariant:`.

use super::{Finding, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in tree.crates() {
        let path = format!("crates/{folder}/src/lib.rs");
        let Some(text) = tree.text(&path) else { continue };
        // A library without a single item keeps every promise.
        let empty = text.lines().all(|line| line.trim().is_empty() || line.starts_with("//"));
        if !empty && !text.lines().any(|line| line.starts_with("//! Invariant: ")) {
            findings.push(Finding::error(path, "no line starts with `//! Invariant: `"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_without_an_invariant_is_an_error() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "//! A.\npub mod x;"),
            ("crates/b/src/lib.rs", "//! B.\n//!\n//! Invariant: no file is read.\npub mod x;"),
            ("crates/c/src/lib.rs", "//! Nothing yet."),
            ("crates/d/src/main.rs", "fn main() {}"),
        ]);
        let places: Vec<String> = check(&tree).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["crates/a/src/lib.rs"]);
    }
}
