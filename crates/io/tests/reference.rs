//! The published reference of the input file is the one the parser uses.
//!
//! `OMD_WRITE_EXPECTED=1 cargo test -p omd-io --test reference` writes it anew, as `omd check --keys > docs/input.md` does.

#[test]
fn the_published_reference_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join("input.md");
    if std::env::var_os("OMD_WRITE_EXPECTED").is_some() {
        std::fs::write(&path, omd_io::reference()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert!(published == omd_io::reference(), "docs/input.md is out of date: omd check --keys > docs/input.md");
}
