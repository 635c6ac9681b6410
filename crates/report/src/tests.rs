//! The page and the picture of made-up results with the shapes of real ones.

mod made_up;
mod verification;

use super::*;
use made_up::{MadeUp, write_results};

fn page(directory: &Path) -> String {
    let path = write_report(directory).unwrap();
    assert_eq!(path, directory.join("report.html"));
    std::fs::read_to_string(path).unwrap()
}

/// Writes the shear example where a browser can find it: `OMD_REPORT_SAMPLE=dir cargo test -p omd-report -- --ignored`.
#[test]
#[ignore = "writes where the environment says, for a look in a browser"]
fn sample_for_a_browser() {
    let directory = PathBuf::from(std::env::var("OMD_REPORT_SAMPLE").unwrap());
    for case in MadeUp::ALL {
        let directory = directory.join(case.name());
        std::fs::create_dir_all(&directory).unwrap();
        write_results(&directory, case);
        write_report(&directory).unwrap();
        write_picture(&directory, &directory.join("picture.png")).unwrap();
        write_picture(&directory, &directory.join("picture.svg")).unwrap();
    }
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn every_section_and_every_curve_is_there() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Shear);
    let page = page(directory.path());
    for id in ["glance", "flow", "state", "pressure", "rheology", "heat-flux", "own", "deviations", "provenance"] {
        assert!(page.contains(&format!("<section id=\"{id}\">")), "{id}");
    }
    for name in ["molecular", "dsmc", "moments", "navier-stokes", "euler"] {
        // Temperature, density, four components, viscosity, three reduced stresses at least.
        let curves = page.matches(&format!("<g class=\"d-{name}\">")).count();
        assert!(curves >= 10, "{name}: {curves}");
        assert!(page.contains(&format!("id=\"show-{name}\"")));
        assert!(page.contains(&format!("href=\"{name}.csv\"")));
    }
    for words in [
        "simple shear",
        "1.5 × 10⁹",
        "name: cluster-7",
        "molecular – dsmc",
        "navier-stokes – euler",
        "kinetic part",
        "warning: an atom meets",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("[molecular]\nlattice = &#34;cubic&#34;\npositions = &#34;random&#34;\n\n[dsmc]\n"));
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Shear);
    let page = page(directory.path());
    for forbidden in ["http:", "https:", "//", "<script", "src=", "@import", "url(", "<link", "<img", "<iframe"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for link in page.split("href=\"").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(target.ends_with(".csv") || target == "manifest.json", "{target}");
    }
}

#[test]
fn text_of_others_is_escaped() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Shear);
    let manifest = r#"{"title": "<b>&\"x", "units": "<u>", "input": "</pre><script>alert(1)</script>",
        "host": "<i>h", "descriptions": [{"name": "dsmc", "facts": [["<k>", "<v>"]], "stopped": "<s>"}]}"#;
    std::fs::write(directory.path().join("manifest.json"), manifest).unwrap();
    let csv = std::fs::read_to_string(directory.path().join("euler.csv")).unwrap();
    let csv = csv.replacen("pyz", "pyz,<img>*_", 1).replace('\n', ",1\n").replacen("<img>*_,1", "<img>*_", 1);
    std::fs::write(directory.path().join("euler.csv"), csv).unwrap();
    let page = page(directory.path());
    for raw in ["<b>&", "<u>", "<script", "<i>h", "<k>", "<v>", "<s>", "<img"] {
        assert!(!page.contains(raw), "{raw}");
    }
    assert!(page.contains("&#60;/pre&#62;&#60;script&#62;") || page.contains("&lt;/pre&gt;&lt;script&gt;"));
}

#[test]
fn nine_long_noisy_tables_stay_below_three_megabytes() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Si);
    for description in descriptions::DESCRIPTIONS {
        let csv = made_up::noisy_long(MadeUp::Si, 5000);
        std::fs::write(directory.path().join(format!("{}.csv", description.name)), csv).unwrap();
    }
    let page = page(directory.path());
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}

#[test]
fn the_effective_viscosity_of_a_newtonian_fluid_is_its_viscosity() {
    // All of A is used, and the unit of time is not 1: mu = theta/4 in units of pressure and time.
    let directory = directory();
    write_results(directory.path(), MadeUp::Si);
    let results = Results::read(directory.path()).unwrap();
    let panels = curves::rheology(&results);
    let curve = panels[0].curves.iter().find(|curve| curve.title == "navier-stokes").unwrap();
    let table = results.tables.iter().find(|table| Some(table.description) == curve.description).unwrap();
    for (viscosity, temperature) in curve.y.iter().zip(table.values("temperature").unwrap()) {
        let expected = 0.25 * temperature / 300.0 * 101_325.0 * 1e-9;
        assert!((viscosity / expected - 1.0).abs() < 1e-9, "{viscosity} {expected}");
    }
}

#[test]
fn deviations_find_what_was_put_in() {
    let directory = directory();
    let header = "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz";
    let write = |name: &str, text: String| std::fs::write(directory.path().join(name), text).unwrap();
    let errors = ",temperature_se,pxy_se";
    // DSMC is 1 % hotter and 2 % of p off in the shear stress, with errors of half of that, and sampled twice as often.
    write(
        "dsmc.csv",
        format!(
            "{header}{errors}\n0,1,1,1,1,1,-0.2,0,0,0,0\n1,1,2.02,2,2,2,-0.36,0,0,0.01,0.02\n2,1,3.03,3,3,3,-0.54,0,0,0.015,0.03\n"
        ),
    );
    write("moments.csv", format!("{header}\n0,1,1,1,1,1,-0.2,0,0\n2,1,3,3,3,3,-0.6,0,0\n"));
    let results = Results::read(directory.path()).unwrap();
    let pairs = deviation::pairs(&results);
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].name(), "dsmc – moments");
    let quantities: Vec<&str> = pairs[0].deviations.iter().map(|deviation| deviation.quantity).collect();
    assert_eq!(quantities, ["temperature", "xx", "yy", "zz", "xy"], "what vanishes is left out");
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    let temperature = pairs[0].of("temperature").unwrap();
    near(temperature.largest().0, 0.01);
    near(temperature.root_mean_square().unwrap(), 2.0);
    let shear = pairs[0].of("xy").unwrap();
    near(shear.largest().0, 0.02);
    near(shear.share[1], 0.02);
    near(shear.root_mean_square().unwrap(), 2.0);
    assert_eq!(pairs[0].of("xx").unwrap().root_mean_square(), None);
}

#[test]
fn the_kinetic_part_is_what_is_compared() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Shear);
    let pairs = deviation::pairs(&Results::read(directory.path()).unwrap());
    let pair = pairs.iter().find(|pair| pair.name() == "molecular – moments").unwrap();
    // Noise of 1.2 % of p; the full pressure would be 6 % and more away.
    assert!(pair.root_mean_square().unwrap() < 1.5);
    assert!((pair.expected - (7.0f64 / 5.0).sqrt()).abs() < 1e-12, "eight replicas");
    assert!(pair.largest_pressure() < 0.06);
    let names: Vec<String> = pairs.iter().map(deviation::Pair::name).collect();
    let expected = [
        "molecular – dsmc",
        "molecular – moments",
        "dsmc – moments",
        "dsmc – navier-stokes",
        "moments – navier-stokes",
        "navier-stokes – euler",
    ];
    assert_eq!(names, expected);
}

#[test]
fn one_table_alone_makes_a_page() {
    let directory = directory();
    let csv = "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz\n0,1,1,1,1,1,0,0,0\n";
    std::fs::write(directory.path().join("euler.csv"), csv).unwrap();
    let page = page(directory.path());
    assert!(page.contains("No <code>manifest.json</code>"));
    assert!(!page.contains("<section id=\"deviations\">"));
    write_picture(directory.path(), &directory.path().join("a.png")).unwrap();
}

#[test]
fn a_flow_that_ends_shows_when() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Compression);
    let page = page(directory.path());
    assert!(page.contains("singular in finite time"));
    assert!(page.contains("<dd>1500</dd>") && page.contains("<dd>cluster-7</dd>"));
    assert!(page.contains("the volume vanishes there"));
    assert!(page.contains("dsmc ended at t = 1.494: the cell is thinner than one mean free path"));
}

#[test]
fn pictures_are_png_or_svg_and_nothing_else() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Shear);
    let (png, svg) = (directory.path().join("a.png"), directory.path().join("a.SVG"));
    write_picture(directory.path(), &png).unwrap();
    write_picture(directory.path(), &svg).unwrap();
    assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG\r\n"));
    let svg = std::fs::read_to_string(svg).unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width="));
    assert_eq!(svg.matches("http").count(), 1);
    assert!(!svg.contains("var("), "a file of its own has no page to define colours");
    let error = write_picture(directory.path(), &directory.path().join("a.gif")).unwrap_err();
    assert!(error.to_string().ends_with("a.gif: a picture's name ends in .png or .svg"));
}

#[test]
fn no_table_is_an_error_that_says_what_was_looked_for() {
    let directory = directory();
    let error = write_report(directory.path()).unwrap_err().to_string();
    assert!(error.contains("holds no results: none of molecular.csv, dsmc.csv, spectral.csv, moments.csv"), "{error}");
    assert!(error.contains("= help: "), "{error}");
    assert!(!directory.path().join("report.html").exists());
}

#[test]
fn malformed_tables_name_file_line_and_column() {
    let header = "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz";
    let row = "0,1,1,1,1,1,0,0,0";
    for (text, message) in [
        (String::new(), "dsmc.csv:1:1: the first column must be `time`"),
        (format!("t{header}\n{row}\n"), "dsmc.csv:1:1: the first column must be `time`"),
        ("time,density\n0,1\n".to_owned(), "dsmc.csv:1:3: the column `temperature` is missing"),
        (format!("{header},pxx\n{row},1\n"), "dsmc.csv:1:10: the column `pxx` stands here a second time"),
        (format!("{header}\n"), "dsmc.csv:2:1: no samples: the table ends after its header"),
        (format!("{header}\n{row}\n1,1,1,1,x1,1,0,0,0\n"), "dsmc.csv:3:5: `x1` in `pyy` is not a number"),
        (format!("{header}\n{row}\n1,1,1,1,,1,0,0,0\n"), "dsmc.csv:3:5: `` in `pyy` is not a number"),
        (format!("{header}\n{row}\n1,1,1\n"), "dsmc.csv:3:4: 3 fields where the header has 9: is the file cut off?"),
        (format!("{header}\n{row}\n{row}\n"), "dsmc.csv:3:1: the time 0 does not follow 0"),
        (format!("{header}\nNaN,1,1,1,1,1,0,0,0\n"), "dsmc.csv:2:1: the time is NaN"),
    ] {
        let directory = directory();
        std::fs::write(directory.path().join("dsmc.csv"), &text).unwrap();
        let error = write_report(directory.path()).unwrap_err().to_string();
        assert!(error.ends_with(message), "{error}\nexpected {message}");
    }
}

#[test]
fn a_table_that_is_not_text_and_a_manifest_that_is_not_json() {
    let directory = directory();
    std::fs::write(directory.path().join("dsmc.csv"), b"time,\xff\xfe\n0,1\n").unwrap();
    let error = write_report(directory.path()).unwrap_err().to_string();
    assert!(error.contains("dsmc.csv:1:"), "{error}");
    write_results(directory.path(), MadeUp::Shear);
    std::fs::write(directory.path().join("manifest.json"), "{\n \"title\": }").unwrap();
    let error = write_report(directory.path()).unwrap_err().to_string();
    assert!(error.contains("manifest.json:2:11: not JSON: "), "{error}");
}

#[test]
fn values_that_are_not_finite_leave_gaps() {
    let directory = directory();
    let header = "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz";
    let rows = "0,1,1,1,1,1,0,0,0\n1,1,NaN,inf,1,1,0.1,0,0\n2,1,2,2,2,2,0.1,0,0\n";
    std::fs::write(directory.path().join("dsmc.csv"), format!("{header}\n{rows}")).unwrap();
    let page = page(directory.path());
    assert!(!page.contains("NaN") && !page.contains("inf "));
}

#[test]
fn the_picture_of_a_profile_has_its_panels() {
    use crate::{ProfilePicture, Series, write_profile_picture};
    let folder = tempfile::tempdir().unwrap();
    let x: Vec<f64> = (1..40).map(|k| 0.25 * f64::from(k)).collect();
    let series = Series { y: x.iter().map(|x| 1.0 / (1.0 + x.powi(5))).collect(), error: vec![1e-3; x.len()], x };
    let picture = ProfilePicture {
        title: "shear".to_owned(),
        marginals: [series.clone(), series.clone(), series.clone()],
        radial: series.clone(),
        exact_radial: series.clone(),
        growth: series.clone(),
        tail: Some(4.0),
        slope: series,
        ..ProfilePicture::default()
    };
    let path = folder.path().join("profile.svg");
    write_profile_picture(&picture, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("Growth of moments") && text.contains("4.0000"), "{text}");
    assert!(text.contains("characteristic function"), "{text}");
    write_profile_picture(&picture, &folder.path().join("profile.png")).unwrap();
    assert!(write_profile_picture(&picture, &folder.path().join("profile.gif")).is_err());
}

#[test]
fn histograms_are_shown_beside_the_gaussian() {
    let directory = directory();
    write_results(directory.path(), MadeUp::Shear);
    assert!(!page(directory.path()).contains("<section id=\"distribution\">"));
    let gaussian = |x: f64, y: f64| (-0.5 * (x * x + y * y)).exp() / std::f64::consts::TAU;
    let mut radial = String::from("time,speed,density,density_se\n");
    let mut planes = String::from("time,first,second,xy,xz,yz,xy_se,xz_se,yz_se\n");
    for time in [1.0, 2.0] {
        for k in 0..20 {
            let c = 0.25 * (f64::from(k) + 0.5);
            radial += &format!("{time},{c},{},1e-5\n", (2.0 * std::f64::consts::PI).powf(-1.5) * (-0.4 * c * c).exp());
        }
        for i in 0..10 {
            for j in 0..10 {
                let (x, y) = (f64::from(i) - 4.5, f64::from(j) - 4.5);
                // Only the plane of x and y differs, at the last time, in one cell more and in one less.
                let excess = if time > 1.5 { [(3, 4), (6, 2)].iter().position(|at| *at == (i, j)) } else { None };
                let more = [1e-2, -1e-2].get(excess.unwrap_or(9)).unwrap_or(&0.0);
                let g = gaussian(x, y);
                planes += &format!("{time},{x},{y},{},{g},{g},1e-4,1e-4,1e-4\n", g + more);
            }
        }
    }
    std::fs::write(directory.path().join("dsmc.radial.csv"), &radial).unwrap();
    std::fs::write(directory.path().join("dsmc.planes.csv"), &planes).unwrap();
    let shown = page(directory.path());
    let section = shown.split("<section id=\"distribution\">").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(section.contains("Gaussian of this temperature") && section.contains("at t = 2"), "{section}");
    assert_eq!(section.matches("Excess over the Gaussian, at most 0.01").count(), 1);
    assert_eq!(section.matches("Excess over the Gaussian, at most 0").count(), 3);
    std::fs::write(directory.path().join("dsmc.radial.csv"), radial.replace("1e-5", "many")).unwrap();
    let error = write_report(directory.path()).unwrap_err().to_string();
    assert!(error.contains("dsmc.radial.csv:2:4: `many` in `density_se` is not a number"), "{error}");
}
