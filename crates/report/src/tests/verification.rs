//! The page of a verification, of a made-up record with the shapes of real ones.

use crate::{holds_verification, write_verification};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn claim(text: &str, expected: &str, numbers: [Option<f64>; 3], verdict: &str) -> Value {
    let [value, error, probability] = numbers;
    json!({"text": text, "expected": expected, "value": value, "error": error, "probability": probability,
           "verdict": verdict})
}

fn study(arrow: &str, name: &str, title: &str, verdict: &str, finding: &Value) -> Value {
    json!({"arrow": arrow, "arrow_title": "?", "name": name, "title": title, "verdict": verdict, "finding": finding,
           "input": "hard spheres, m = n = T = 1, A = [[0.2, 0.5, -0.1], [0, -0.1, 0.3], [0.1, 0, 0.15]], t = 0 .. 2"})
}

/// Distances that fall with slope 1, with standard errors and a line of theory.
fn distances() -> Value {
    let points = |scale: f64, noise: f64| -> Vec<[f64; 3]> {
        let point = |k: i32| {
            let x = 10f64.powf(-4.0 + 0.5 * f64::from(k));
            [x, scale * x * (1.0 + noise * f64::from(k % 3 - 1)), 0.4 * noise * scale * x]
        };
        (0..6).map(point).collect()
    };
    json!({
        "title": "Distance of the pressure tensor from DSMC", "x": "n sigma^3",
        "y": "largest distance over t = 0 .. 2, relative to the pressure", "logarithmic": [true, true],
        "curves": [
            {"label": "hard spheres", "points": points(3.0, 0.3), "is_theory": false},
            {"label": "inverse power 12", "points": points(1.0, 1.0), "is_theory": false},
            {"label": "slope 1", "points": points(3.0, 0.0), "is_theory": true},
            {"label": "slope 1", "points": points(1.0, 0.0), "is_theory": true},
        ],
    })
}

fn breakdown() -> Value {
    let columns: Vec<f64> = (0..9).map(|k| 10f64.powf(-2.0 + 0.3 * f64::from(k))).collect();
    let rows: Vec<f64> = (0..7).map(|k| 10f64.powf(-3.0 + 0.4 * f64::from(k))).collect();
    let value = |x: f64, y: f64| (x > 0.015 || y > 0.002).then_some(0.3 * x * x + 0.4 * y);
    let values: Vec<Vec<Option<f64>>> = rows.iter().map(|&y| columns.iter().map(|&x| value(x, y)).collect()).collect();
    let boundary: Vec<[f64; 3]> =
        (0..40).map(|k| 0.4 * f64::from(k) / 39.0).map(|x| [x, (0.05 - 0.3 * x * x) / 0.4, 0.0]).collect();
    json!({
        "plot": {"title": "Navier-Stokes against Boltzmann, argon", "x": "rate over collision rate", "y": "n sigma^3",
                 "logarithmic": [true, true],
                 "curves": [{"label": "deviation 0.05", "points": boundary, "is_theory": true},
                            {"label": "atmosphere at 300 K", "points": [[0.1, 0.01, 0.0]], "is_theory": false}]},
        "value": "deviation", "logarithmic": true, "columns": columns, "rows": rows, "values": values,
    })
}

/// All arrows but (5): every verdict, a plot, a map, and what is odd.
fn record() -> Value {
    let holds = |text: &str| json!({"claims": [claim(text, "1", [Some(1.02), Some(0.03), None], "holds")]});
    let finding = json!({
        "claims": [
            claim("temperature, order in n sigma^3", "1", [Some(1.04), Some(0.05), None], "holds"),
            claim("distance at n sigma^3 = 0, all quantities", "chi^2 of 12", [Some(9.3), None, Some(0.676)], "holds"),
            claim("residual of mass", "<= 1.000e-13", [Some(2.9e-16), None, None], "holds"),
            claim("the distribution, Kolmogorov-Smirnov", "<= 1.2e0", [None, None, None], "fails"),
        ],
        "tables": [{"caption": "Distances at n sigma^3", "header": ["n sigma^3", "pressure", "gas"],
                    "rows": [["1.0e-3", "3.1e-3", "hard spheres"], ["1.0e-4", "", "hard spheres"], ["3e-5"]]}],
        "plots": [distances(), {"title": "nothing", "curves": [{"label": "none", "points": []}]}],
    });
    let undecided =
        json!({"claims": [claim("order in the number of atoms", "-0.5", [Some(-0.4), Some(0.3), None], "undecided")]});
    let noise: Vec<[f64; 3]> =
        (0..200).map(|k| f64::from(k) * 0.01).map(|t| [t, (-t).exp() + 0.02 * (60.0 * t).sin(), 0.03]).collect();
    let relaxation = json!({"claims": [claim("relaxation", "<= 3.000e-2", [Some(0.021), None, None], "holds")],
        "plots": [{"title": "Relaxation of the stress", "x": "t", "y": "stress", "logarithmic": [false, false],
                   "curves": [{"label": "spheres", "points": noise, "is_theory": false},
                              {"label": "exponential", "points": noise.iter().map(|p| [p[0], (-p[0]).exp(), 0.0]).collect::<Vec<_>>(), "is_theory": true}]},
                  {"title": "With zeros", "x": "t", "y": "distance", "logarithmic": [false, true],
                   "curves": [{"label": "spheres", "points": [[0.0, 0.0, 0.0], [1.0, 1e-5, 2e-5], [2.0, 2e-5, 1e-6], [3.0, null, 0.0], [4.0, 5e-5]], "is_theory": false}]}]});
    json!({
        "version": "0.1.0", "finished": "2026-02-03T10:11:12Z",
        "settings": {"effort": "full", "seed": 7, "fault": "collision-rate"},
        "studies": [
            study("1", "images", "Images satisfy Newton's equations", "holds", &holds("largest residual")),
            study("2", "relaxation", "An anisotropic gas relaxes as Boltzmann says", "holds", &relaxation),
            study("3", "homogeneous", "f(t, x, v) = g(t, v - L x) holds", "holds", &holds("chi^2")),
            study("4-mean-field", "wasserstein", "W1 falls with the number of atoms", "undecided", &undecided),
            study("4-boltzmann", "hard-spheres", "Distances fall with n sigma^3", "fails", &finding),
            study("4-boltzmann", "hard-spheres-shear", "And in shear", "holds", &holds("order")),
            study("6", "residuals", "Residuals", "holds", &holds("energy")),
            study("7", "knudsen", "Kn -> 0", "holds", &holds("order in Kn")),
            study("diagram", "ways", "(1) + (4) against (2) + (3)", "holds", &holds("distance")),
            study("breakdown", "argon", "Which level for argon", "holds", &json!({"claims": [], "maps": [breakdown()]})),
            study("8<b>", "odd", "</h3><script>alert(1)</script>", "perhaps", &json!({"claims": 3, "tables": [{}], "plots": [null]})),
            {"arrow": 5},
        ],
    })
}

fn write(directory: &Path, text: &str) {
    std::fs::write(directory.join("verify.json"), text).unwrap();
}

fn page(record: &Value) -> String {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &record.to_string());
    assert!(holds_verification(directory.path()));
    let path = write_verification(directory.path()).unwrap();
    assert_eq!(path, directory.path().join("verify.html"));
    std::fs::read_to_string(path).unwrap()
}

/// Writes the page where a browser can find it, of the record that is there or of the made-up one:
/// `OMD_REPORT_SAMPLE=dir cargo test -p omd-report -- --ignored`.
#[test]
#[ignore = "writes where the environment says, for a look in a browser"]
fn sample_for_a_browser() {
    let directory = PathBuf::from(std::env::var("OMD_REPORT_SAMPLE").unwrap()).join("verify");
    std::fs::create_dir_all(&directory).unwrap();
    if !holds_verification(&directory) {
        write(&directory, &record().to_string());
    }
    write_verification(&directory).unwrap();
}

/// What stands between two texts.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = &page[page.find(from).unwrap_or_else(|| panic!("{from} is missing")) + from.len()..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("{to} is missing"))]
}

#[test]
fn every_arrow_is_drawn_marked_and_leads_to_its_section() {
    let page = page(&record());
    let figure = between(&page, "<figure class=\"figure\">", "</figure>");
    for (name, title) in [
        ("1", "(1) Molecular dynamics to objective molecular dynamics: holds, 1 study"),
        ("2", "(2) Molecular dynamics to kinetic theory: holds, 1 study"),
        ("3", "(3) Kinetic theory to reduced kinetic theory: holds, 1 study"),
        ("4-mean-field", "(4) Objective molecular dynamics to reduced kinetic theory, mean field: undecided, 1 study"),
        ("4-boltzmann", "(4) Objective molecular dynamics to reduced kinetic theory, Boltzmann–Grad: fails, 2 studies"),
        ("6", "(6) Hydrodynamics to reduced hydrodynamics: holds, 1 study"),
        ("7", "(7) Reduced kinetic theory to reduced hydrodynamics: holds, 1 study"),
        ("diagram", "The diagram commutes: different ways from one corner to another: holds, 1 study"),
        ("breakdown", "Where the descriptions cease to hold: holds, 1 study"),
    ] {
        assert!(figure.contains(&format!("<a href=\"#arrow-{name}\"><g><title>{title}</title>")), "{title}");
        assert!(page.contains(&format!("<section id=\"arrow-{name}\">")), "{name}");
    }
    assert!(figure.contains("<g><title>(5) Kinetic theory to hydrodynamics: not run, not run</title>"));
    assert!(!figure.contains("#arrow-5") && !page.contains("<section id=\"arrow-5\">"));
    let arrow = |from: &str| between(figure, from, "</g>");
    assert!(arrow("Boltzmann–Grad: fails").contains("stroke:var(--fails)"));
    assert!(arrow("mean field: undecided").contains("stroke:var(--undecided)"));
    assert!(arrow("(7) Reduced").contains("stroke:var(--holds)"));
    assert!(arrow("(5) Kinetic").contains("stroke:var(--muted)"));
}

#[test]
fn the_summary_shows_what_is_nearest_to_failing() {
    let page = page(&record());
    let summary = between(&page, "<section id=\"summary\">", "</section>");
    let row = |name: &str| between(summary, &format!(">{name}</a></td>"), "</tr>");
    let boltzmann = row("hard-spheres");
    for words in ["3 of 4", "the distribution, Kolmogorov-Smirnov", "<td>–</td>", "≤ 1.2", "verdict fails"] {
        assert!(boltzmann.contains(words), "{words} in {boltzmann}");
    }
    let field = row("wasserstein");
    assert!(field.contains("−0.4(3)") && field.contains(">−0.5<") && field.contains("verdict undecided"), "{field}");
    assert_eq!(summary.matches("not run").count(), 1);
    assert!(page.contains("verdict holds\">10 claims hold") && page.contains("verdict fails\">1 fails"), "{page}");
    assert!(page.contains("A mistake is planted: collision-rate.</strong> Collisions of the kinetic"));
    assert!(page.contains("omd 0.1.0 · effort: full · seed 7 · finished 2026-02-03 10:11:12 UTC"));
}

#[test]
fn sections_hold_claims_plots_tables_and_maps() {
    let page = page(&record());
    let section = between(&page, "<section id=\"arrow-4-boltzmann\">", "</section>");
    for words in [
        "1.04(5)",
        "χ² of 12",
        "0.68",
        "2.900 × 10⁻¹⁶",
        "<caption>Distances at n sigma³</caption>",
        "3.1 × 10⁻³",
        "<td class=\"left\">hard spheres</td>",
        "inverse power 12",
    ] {
        assert!(section.contains(words), "{words}");
    }
    assert_eq!(section.matches("<figcaption>").count(), 1, "a plot without points is left out");
    assert_eq!(section.matches("slope 1</li>").count(), 1, "lines of one name are named once");
    let map = between(&page, "<section id=\"arrow-breakdown\">", "</section>");
    // 63 cells but the one that is not known: (0.01, 0.001).
    let cells = map.split("<g><title>").skip(1).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(cells.count(), 62);
    assert!(map.contains("deviation 0.05</li>") && map.contains("atmosphere at 300 K"));
    assert!(page.contains("One point is not positive and has no place on a logarithmic axis."));
}

#[test]
fn nothing_is_loaded_and_text_of_others_is_escaped() {
    let page = page(&record());
    for forbidden in ["http:", "https:", "//", "<script", "src=", "@import", "url(", "<link", "<img", "NaN", "inf "] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for link in page.split("href=\"").skip(1) {
        let target = link.split('"').next().unwrap();
        if let Some(anchor) = target.strip_prefix('#') {
            assert!(page.contains(&format!("id=\"{anchor}\"")), "{target}");
        } else {
            assert_eq!(target, "verify.json");
        }
    }
    assert!(page.contains("<section id=\"arrow-8-b-\">") && page.contains("no verdict"));
}

#[test]
fn an_empty_record_leaves_gaps_and_no_record_is_an_error_with_its_place() {
    let nothing = page(&json!({"studies": []}));
    assert!(nothing.contains("10 of 10 not run"));
    assert!(!nothing.contains("A mistake is planted"));
    let directory = tempfile::tempdir().unwrap();
    assert!(!holds_verification(directory.path()));
    let error = write_verification(directory.path()).unwrap_err().to_string();
    assert!(error.contains("verify.json"), "{error}");
    for (text, message) in [
        ("{\n \"studies\": }", "verify.json:2:13: not JSON: "),
        ("", "verify.json:1:0: not JSON: "),
        ("[1]", "verify.json:1:1: no record of a verification: it is an object with a list `studies`"),
        ("{\"studies\": 3}", "verify.json:1:1: no record of a verification"),
    ] {
        write(directory.path(), text);
        let error = write_verification(directory.path()).unwrap_err().to_string();
        assert!(error.contains(message), "{error}\nexpected {message}");
        assert!(!directory.path().join("verify.html").exists());
    }
}
