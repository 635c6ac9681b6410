//! The page of a verification, from the command line.

use std::path::Path;
use std::process::{Command, Output};

fn omd(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_omd")).current_dir(folder).args(arguments).output().unwrap()
}

const EULER: &str = "time,density,temperature,pxx,pyy,pzz,pxy,pxz,pyz\n0,1,1,1,1,1,0,0,0\n";
const RECORD: &str = r#"{"version": "0", "studies": [{"arrow": "7", "name": "knudsen", "verdict": "holds"}]}"#;

#[test]
fn report_makes_the_pages_of_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("verify.json"), RECORD).unwrap();
    let output = omd(path, &["report", "."]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "./verify.html\n");
    assert!(std::fs::read_to_string(path.join("verify.html")).unwrap().contains("href=\"#arrow-7\""));
    assert!(!path.join("report.html").exists());
    // A picture is one of a run.
    let output = omd(path, &["report", ".", "--picture", "a.png"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds no results"));

    std::fs::write(path.join("euler.csv"), EULER).unwrap();
    let output = omd(path, &["report", ".", "--picture", "a.png"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "./verify.html\n./report.html\n");
    assert!(path.join("a.png").exists());

    std::fs::write(path.join("verify.json"), "{\n").unwrap();
    let output = omd(path, &["report", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("./verify.json:2:0: not JSON: "), "{output:?}");
}

#[test]
fn verify_leaves_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let output = omd(folder.path(), &["verify", "--quick", "--arrow", "6", "--out", "there"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.ends_with("tables in there, the page is there/verify.html\n"), "{said}");
    let page = std::fs::read_to_string(folder.path().join("there/verify.html")).unwrap();
    for words in ["(6) Hydrodynamics to reduced hydrodynamics", "claims hold", "9 of 10 not run", "href=\"#arrow-6\""] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn verify_does_the_studies_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = omd(folder.path(), &["verify", "--quick", "--study", "residuals", "--out", "there"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = std::fs::read_to_string(folder.path().join("there/verify.csv")).unwrap();
    assert!(table.lines().skip(1).all(|line| line.contains("residuals")) && table.lines().count() > 1, "{table}");

    let output = omd(folder.path(), &["verify", "--study", "residual", "--out", "none"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("no study is called residual; there are copies, ") && !folder.path().join("none").exists());
    let output = omd(folder.path(), &["verify", "--study", "residuals", "--arrow", "6"]);
    assert_eq!(output.status.code(), Some(2));
}
