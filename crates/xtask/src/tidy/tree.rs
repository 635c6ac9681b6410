//! The files of the workspace, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Paths relative to the root with `/`, and the text of files that have one.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    text: BTreeMap<String, String>,
    /// Files and directories.
    paths: BTreeSet<String>,
}

/// Directories that are made, not written.
const MADE: [&str; 5] = ["target", "results", ".git", ".work", "node_modules"];

impl Tree {
    pub(crate) fn load(root: &Path) -> std::io::Result<Self> {
        let mut tree = Self::default();
        tree.visit(root, "")?;
        Ok(tree)
    }

    fn visit(&mut self, directory: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if MADE.contains(&name.as_str()) {
                continue;
            }
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            self.paths.insert(path.clone());
            if entry.file_type()?.is_dir() {
                self.visit(&entry.path(), &path)?;
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                self.text.insert(path, text);
            }
        }
        Ok(())
    }

    /// A tree for a test.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.text.insert((*path).to_owned(), (*text).to_owned());
            let mut end = path.len();
            tree.paths.insert((*path).to_owned());
            while let Some(slash) = path[..end].rfind('/') {
                tree.paths.insert(path[..slash].to_owned());
                end = slash;
            }
        }
        tree
    }

    /// Whether a file or directory is there.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/'))
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.text.get(path).map(String::as_str)
    }

    /// Files whose name ends with `.extension`, sorted.
    pub(crate) fn with_extension(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        let ending = format!(".{extension}");
        self.text.iter().filter(move |(path, _)| path.ends_with(&ending)).map(|(p, t)| (p.as_str(), t.as_str()))
    }

    /// The Rust files of one crate, by the name of its folder.
    pub(crate) fn rust_of(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let prefix = format!("crates/{folder}/");
        self.with_extension("rs").filter(move |(path, _)| path.starts_with(&prefix))
    }

    /// The names of the folders in `crates/`.
    pub(crate) fn crates(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().filter_map(|path| path.strip_prefix("crates/")).filter(|rest| !rest.contains('/'))
    }
}
