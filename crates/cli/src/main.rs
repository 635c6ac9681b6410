//! The binary `omd`.
fn main() {}
