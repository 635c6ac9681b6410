//! "Did you mean ...?"

/// What other programs and textbooks call a key or a word of this input.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("arithmetic", "lorentz-berthelot"),
    ("data", "structure"),
    ("dt", "time-step"),
    ("eam/alloy", "eam"),
    ("eam/fs", "eam"),
    ("file", "parameters"),
    ("file", "structure"),
    ("isokinetic", "gaussian"),
    ("lj", "lennard-jones"),
    ("lj/cut", "lennard-jones"),
    ("nvt", "nose-hoover"),
    ("rc", "cutoff"),
    ("shear-rate", "velocity-gradient"),
    ("shift", "truncation"),
    ("strain-rate", "velocity-gradient"),
    ("sw", "stillinger-weber"),
    ("tau", "relaxation-time"),
];

/// The candidate that `word` is another name of, or the closest to it, if one is close enough to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace(['_', ' '], "-");
    if word.is_empty() || word.chars().count() > 64 {
        return None;
    }
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let meant = OTHER_NAMES.iter().filter(|(other, _)| *other == word);
    if let Some(candidate) = meant.filter_map(|(_, name)| candidates.iter().find(|it| *it == name)).next() {
        return Some(candidate);
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let length = word.chars().count().max(candidate.chars().count());
            let distance = edit_distance(&word, candidate);
            // `density` for `number-density`, `temperature-control` for `temperature`.
            let part =
                word.len() >= 4 && candidate.contains(&*word) || candidate.len() >= 4 && word.contains(candidate);
            (distance * 3 <= length.max(3) || part).then_some((distance, candidate))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let mut best = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                best = best.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let keys = ["number-density", "temperature", "temperature-tensor", "mass", "preparation"];
        for (word, meant) in [
            ("temperatur", Some("temperature")),
            ("number_density", Some("number-density")),
            ("density", Some("number-density")),
            ("Mass", Some("mass")),
            ("masss", Some("mass")),
            ("tmeperature", Some("temperature")),
            ("pressure", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, keys), meant, "{word}");
        }
    }

    #[test]
    fn other_names_are_known_where_the_name_is() {
        assert_eq!(nearest("lj/cut", ["wca", "lennard-jones"]), Some("lennard-jones"));
        assert_eq!(nearest("file", ["structure", "seed"]), Some("structure"));
        assert_eq!(nearest("lj/cut", ["wca", "morse"]), None);
    }
}
