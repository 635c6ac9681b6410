//! Numbers and text for readers.

/// Escapes text for HTML and XML, in content and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A number with `digits` significant digits, without trailing noise of exponents: `0.00123`, `1.23 × 10⁻⁵`.
pub(crate) fn number(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "–".to_owned() } else { format!("{}∞", if value < 0.0 { "−" } else { "" }) };
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:.*e}", digits.max(1) - 1, value);
    let Some((mantissa, power)) = scientific.split_once('e') else { return scientific };
    let power: i32 = power.parse().unwrap_or(0);
    if (-3..5).contains(&power) {
        let decimals = (digits as i32 - 1 - power).max(0) as usize;
        minus(&format!("{value:.decimals$}"))
    } else {
        minus(&format!("{mantissa} × 10{}", superscript(power)))
    }
}

/// A number without needless zeros: for matrices and parameters.
pub(crate) fn compact(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    let (head, tail) = text.split_once(" ×").map_or((text.as_str(), String::new()), |(h, t)| (h, format!(" ×{t}")));
    let head = if head.contains('.') { head.trim_end_matches('0').trim_end_matches('.') } else { head };
    format!("{head}{tail}")
}

/// A value with its standard error on the last digits: `4.321(12)`, `2.410(3) × 10²⁵`.
pub(crate) fn with_error(value: f64, error: Option<f64>) -> String {
    let Some(error) = error.filter(|e| e.is_finite() && *e > 0.0) else { return number(value, 5) };
    if !value.is_finite() || error >= value.abs() {
        return format!("{} ± {}", number(value, 2), number(error, 2));
    }
    let power = decimal_exponent(value);
    let taken_out = if (-3..5).contains(&power) { 0 } else { power };
    let (value, error) = (value / 10f64.powi(taken_out), error / 10f64.powi(taken_out));
    // Two digits of the error, one where it begins with 3 or more.
    let first = decimal_exponent(error);
    let leading = error / 10f64.powi(first);
    let decimals = if leading < 2.95 { 1 - first } else { -first };
    if !(0..=15).contains(&decimals) {
        return format!("{} ± {}", number(value, 5), number(error, 2));
    }
    let digits = (error * 10f64.powi(decimals)).round();
    let text = minus(&format!("{value:.*}({digits})", decimals as usize));
    if taken_out == 0 { text } else { format!("{text} × 10{}", superscript(taken_out)) }
}

/// A share in per cent with two significant digits, all of them below 100 000 %.
pub(crate) fn percent(share: f64) -> String {
    let value = 100.0 * share;
    if (99.5..1e5).contains(&value.abs()) { minus(&format!("{value:.0} %")) } else { format!("{} %", number(value, 2)) }
}

/// A wall time.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds < 1e-3 {
        return "< 1 ms".to_owned();
    }
    if seconds < 60.0 {
        return format!("{} s", compact(seconds, 3));
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours} h {minutes:02} min") } else { format!("{minutes} min {seconds:02} s") }
}

/// Plain text of a record as it is set in print: `2.9e-16` and `10^-3` with powers, `<=` and `chi^2` with their signs.
pub(crate) fn typeset(text: &str) -> String {
    let words = text.split(' ').map(|word| match word {
        "<=" => "≤".to_owned(),
        ">=" => "≥".to_owned(),
        "+-" => "±".to_owned(),
        _ => powers(&scientific(word).unwrap_or_else(|| word.replace("chi^", "χ^"))),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A word that is a number, well set.
fn scientific(word: &str) -> Option<String> {
    let digits = word.strip_suffix([',', ';', '.', ')']).unwrap_or(word);
    let after = &word[digits.len()..];
    let starts = digits.strip_prefix('-').unwrap_or(digits).starts_with(|c: char| c.is_ascii_digit());
    let value: f64 = digits.parse().ok().filter(|_| starts)?;
    let Some((mantissa, power)) = digits.split_once(['e', 'E']) else { return Some(minus(word)) };
    if value == 0.0 {
        return Some(format!("0{after}"));
    }
    let power: i32 = power.parse().ok()?;
    Some(if power == 0 {
        minus(&format!("{mantissa}{after}"))
    } else {
        format!("{} × 10{}{after}", minus(mantissa), superscript(power))
    })
}

/// Powers by whole numbers as superscripts.
fn powers(word: &str) -> String {
    let mut parts = word.split('^');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let length = part.char_indices().find(|&(at, c)| !(c.is_ascii_digit() || (at == 0 && c == '-')));
        let (power, rest) = part.split_at(length.map_or(part.len(), |(at, _)| at));
        match power.parse() {
            Ok(power) => out += &format!("{}{rest}", superscript(power)),
            Err(_) => out += &format!("^{part}"),
        }
    }
    out
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

fn decimal_exponent(value: f64) -> i32 {
    value.abs().log10().floor() as i32
}

fn superscript(power: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    power.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(0.001_234_5, 3), "0.00123");
        assert_eq!(number(-1.234e-7, 3), "−1.23 × 10⁻⁷");
        assert_eq!(number(2.5e25, 2), "2.5 × 10²⁵");
        assert_eq!(number(12_345.6, 3), "12346");
        assert_eq!(compact(0.5, 4), "0.5");
        assert_eq!(compact(-3.0, 4), "−3");
        assert_eq!(compact(100.0, 3), "100");
    }

    #[test]
    fn errors_stand_on_the_last_digits() {
        assert_eq!(with_error(4.3214, Some(0.012)), "4.321(12)");
        assert_eq!(with_error(4.3214, Some(0.05)), "4.32(5)");
        assert_eq!(with_error(2.4101e25, Some(3.2e22)), "2.410(3) × 10²⁵");
        assert_eq!(with_error(0.01, Some(0.02)), "0.010 ± 0.020");
        assert_eq!(with_error(1.5, None), "1.5000");
    }

    #[test]
    fn durations_and_shares() {
        assert_eq!(duration(12.34), "12.3 s");
        assert_eq!(duration(3e-5), "< 1 ms");
        assert_eq!(duration(83.0), "1 min 23 s");
        assert_eq!(duration(7384.0), "2 h 03 min");
        assert_eq!(percent(0.0083), "0.83 %");
        assert_eq!(percent(1.234), "123 %");
        assert_eq!(percent(2.3e17), "2.3 × 10¹⁹ %");
    }

    #[test]
    fn text_of_records_is_set_well() {
        for (text, set) in [
            ("<= 1.000e-13", "≤ 1.000 × 10⁻¹³"),
            ("at least 2", "at least 2"),
            ("chi^2 of 12", "χ² of 12"),
            ("0.0e0", "0"),
            ("2.5e0", "2.5"),
            ("-3.1e5, then", "−3.1 × 10⁵, then"),
            ("8^3 cells, n sigma^-3", "8³ cells, n sigma⁻³"),
            ("a^b e5 x^ -y 4-mean-field", "a^b e5 x^ -y 4-mean-field"),
            ("NaN inf", "NaN inf"),
            ("", ""),
        ] {
            assert_eq!(typeset(text), set);
        }
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }
}
