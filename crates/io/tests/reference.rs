//! The published reference of the input file is the one the parser uses.

#[test]
fn the_published_reference_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join("input.md");
    let published = std::fs::read_to_string(path).unwrap();
    assert!(published == omd_io::reference(), "docs/input.md is out of date: omd check --keys > docs/input.md");
}
