//! The second line of an extended XYZ frame: `key=value` pairs.

/// The pairs of the line; values may stand in double or single quotes or in braces. Words without `=` are flags and
/// have no value here.
pub(super) fn pairs(line: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut pairs = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let Some(value) = after.strip_prefix('=') else {
            rest = after.trim_start();
            continue;
        };
        let close = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => Some(quote),
            Some('{') => Some('}'),
            _ => None,
        };
        if let Some(close) = close {
            let inner = &value[1..];
            let end = inner.find(close).ok_or_else(|| format!("the value of {key} has no closing {close}"))?;
            pairs.push((key, &inner[..end]));
            rest = inner[end + 1..].trim_start();
        } else {
            let end = value.find(char::is_whitespace).unwrap_or(value.len());
            pairs.push((key, &value[..end]));
            rest = value[end..].trim_start();
        }
    }
    Ok(pairs)
}

/// The value of `key`.
pub(super) fn value<'a>(pairs: &[(&'a str, &'a str)], key: &str) -> Option<&'a str> {
    pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_braces_and_flags() {
        let line = r#"Lattice="1 0 0 0 1 0 0 0 1" flag Properties=species:S:1:pos:R:3 pbc='T T F' x={1 2}y= "#;
        let pairs = pairs(line).unwrap();
        assert_eq!(value(&pairs, "Lattice"), Some("1 0 0 0 1 0 0 0 1"));
        assert_eq!(value(&pairs, "Properties"), Some("species:S:1:pos:R:3"));
        assert_eq!(value(&pairs, "pbc"), Some("T T F"));
        assert_eq!(value(&pairs, "x"), Some("1 2"));
        assert_eq!(value(&pairs, "y"), Some(""));
        assert_eq!(value(&pairs, "flag"), None);
        assert!(super::pairs("a=\"b").is_err());
    }
}
