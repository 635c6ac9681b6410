//! Files that read well: about 400 lines without tests, 600 at most.

use super::{Finding, Tree};

const WARN: usize = 400;
const FAIL: usize = 600;
/// Longer tests live in a sibling `tests.rs`.
const INLINE_TESTS: usize = 150;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let lines = text.lines().count();
        let only_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        let code = if only_tests { 0 } else { lines_of_code(text) };
        if lines > FAIL {
            findings.push(Finding::error(path, format!("{lines} lines; {FAIL} is the limit: split it")));
        } else if code > WARN {
            findings.push(Finding::warning(path, format!("{code} lines without tests; {WARN} read well")));
        }
        if !only_tests && lines - code > INLINE_TESTS {
            findings.push(Finding::warning(
                path,
                format!("{} lines of tests; above {INLINE_TESTS} they go to a sibling tests.rs", lines - code),
            ));
        }
    }
    findings
}

/// Lines before an inline test module at the end of the file.
fn lines_of_code(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let inline = lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod tests {"));
    inline.unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn levels(path: &str, code: usize, tests: usize) -> Vec<Level> {
        let tests =
            if tests > 0 { format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(tests)) } else { String::new() };
        let text = format!("{}{tests}", "x\n".repeat(code));
        check(&Tree::of(&[(path, &text)])).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn long_files_warn_and_too_long_files_fail() {
        let file = "crates/flow/src/a.rs";
        assert_eq!(levels(file, 400, 0), []);
        assert_eq!(levels(file, 401, 0), [Level::Warning]);
        assert_eq!(levels(file, 601, 0), [Level::Error]);
        assert_eq!(levels(file, 390, 140), []);
        assert_eq!(levels(file, 300, 160), [Level::Warning]);
        assert_eq!(levels(file, 500, 140), [Level::Error]);
    }

    #[test]
    fn files_of_tests_may_have_six_hundred_lines() {
        for file in ["crates/flow/src/affine/tests.rs", "crates/kinetic/tests/order.rs"] {
            assert_eq!(levels(file, 600, 0), []);
            assert_eq!(levels(file, 601, 0), [Level::Error]);
        }
    }
}
