//! Relative links and paths in code spans of the documents, and documents named in sources, are there.

use super::{Finding, Tree};

/// A code span that starts like this names a path of the repository.
const ROOTS: [&str; 5] = ["crates/", "docs/", "examples/", "bench/", ".ci/"];

fn is_document(path: &str) -> bool {
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    top.contains(&path) || (path.starts_with("docs/") && path.ends_with(".md"))
}

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("md").filter(|(path, _)| is_document(path)) {
        for (index, line) in visible(text).lines().enumerate() {
            let place = || format!("{path}:{}", index + 1);
            for target in targets(line) {
                if let Some(file) = resolve(path, target)
                    && !tree.exists(&file)
                {
                    findings.push(Finding::error(place(), format!("the link `{target}` points at nothing")));
                }
            }
            for span in line.split('`').skip(1).step_by(2) {
                let plain = !span.contains(|c: char| c.is_whitespace() || "<>*{}".contains(c));
                if plain && ROOTS.iter().any(|root| span.starts_with(root)) && !tree.exists(span) {
                    findings.push(Finding::error(place(), format!("there is no `{span}`")));
                }
            }
        }
    }
    findings
}

/// Names of documents in Rust sources: a file of that path or name exists.
pub(super) fn check_sources(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs").filter(|(path, _)| !path.starts_with("crates/xtask/")) {
        for (index, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !(c.is_alphanumeric() || "_-./".contains(c)));
            for name in words.map(|word| word.trim_end_matches('.')).filter(|word| word.ends_with(".md")) {
                let ending = format!("/{}", name.trim_start_matches("../"));
                if !tree.with_extension("md").any(|(file, _)| format!("/{file}").ends_with(&ending)) {
                    findings.push(Finding::error(format!("{path}:{}", index + 1), format!("there is no {name}")));
                }
            }
        }
    }
    findings
}

/// The text with HTML comments and fenced code blanked, lines kept.
fn visible(text: &str) -> String {
    let (mut commented, mut fenced) = (false, false);
    let mut result = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") && !commented {
            fenced = !fenced;
        } else if !fenced {
            let mut rest = line;
            while !rest.is_empty() {
                let (shown, mark) = if commented { ("", "-->") } else { (rest, "<!--") };
                let Some((before, after)) = rest.split_once(mark) else {
                    result.push_str(shown);
                    break;
                };
                if !commented {
                    result.push_str(before);
                }
                (commented, rest) = (!commented, after);
            }
        }
        result.push('\n');
    }
    result
}

/// What stands in `](...)`, titles cut off.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](").filter_map(|(start, mark)| {
        let rest = &line[start + mark.len()..];
        rest[..rest.find(')')?].split_whitespace().next()
    })
}

/// The file a link means; `None` for links that leave the repository or stay on the page.
fn resolve(document: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or_default();
    if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_link_or_path_is_seen() {
        let tree = Tree::of(&[
            ("docs/notation.md", "[up](../README.md) [eq](equations.toml#eq-6) [dead](old.md) <!-- [x](no.md) -->"),
            ("docs/equations.toml", ""),
            (
                "README.md",
                "[web](https://example.org) ![picture](docs/none.png \"title\")\n```sh\n[in code](no.md)\n```\n\
                 `crates/flow`, `crates/gone/`, `docs/<name>.md`, `cargo run`\n<!-- one\n[hidden](no.md)\n--> [here](#top)",
            ),
            ("crates/flow/src/lib.rs", ""),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|f| format!("{} {}", f.place, f.message)).collect();
        assert_eq!(
            found,
            [
                "README.md:1 the link `docs/none.png` points at nothing",
                "README.md:5 there is no `crates/gone/`",
                "docs/notation.md:1 the link `old.md` points at nothing",
            ]
        );
    }

    #[test]
    fn a_document_that_is_not_there_is_seen_in_a_source() {
        let source = "//! See docs/notation.md and `data/README.md`.\n// PLAN.md, section 5.";
        let tree = Tree::of(&[
            ("crates/flow/src/lib.rs", source),
            ("docs/notation.md", ""),
            ("crates/flow/tests/data/README.md", ""),
        ]);
        let found: Vec<String> =
            check_sources(&tree).into_iter().map(|f| format!("{} {}", f.place, f.message)).collect();
        assert_eq!(found, ["crates/flow/src/lib.rs:2 there is no PLAN.md"]);
    }
}
