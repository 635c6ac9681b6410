//! Where the KIM API is, with the feature `kim`.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PKG_CONFIG_PATH");
    if std::env::var_os("CARGO_FEATURE_KIM").is_none() {
        return;
    }
    let wanted = "the feature `kim` needs the KIM API 2.2 or newer (Debian: libkim-api-dev and pkg-config)";
    let asked = Command::new("pkg-config").args(["--libs", "libkim-api >= 2.2"]).output();
    match asked {
        Ok(answer) if answer.status.success() => {
            for word in String::from_utf8_lossy(&answer.stdout).split_whitespace() {
                if let Some(path) = word.strip_prefix("-L") {
                    println!("cargo::rustc-link-search=native={path}");
                } else if let Some(library) = word.strip_prefix("-l") {
                    println!("cargo::rustc-link-lib={library}");
                }
            }
        }
        Ok(answer) => {
            let said = String::from_utf8_lossy(&answer.stderr).replace('\n', " ");
            println!("cargo::error={wanted}; pkg-config says: {said}");
        }
        Err(error) => println!("cargo::error={wanted}; pkg-config does not start: {error}"),
    }
}
