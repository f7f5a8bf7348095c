//! Directories of the mass format: what is read, what is refused and why, and that what is exported loads again.

mod estimate;
mod export;
mod faults;
#[cfg(target_os = "linux")]
mod memory;
mod packed;
mod town;

use std::fs;
use std::path::Path;

use data_encoding::HEXLOWER;

use crate::support::process::{shikaku, texts};

/// Checks a directory; returns exit code, standard output and standard error.
fn check(directory: &Path, extra: &[&str]) -> (Option<i32>, String, String) {
    let output = shikaku(&[&["fixtures", "check", "--dir", directory.to_str().unwrap()], extra].concat());
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

/// Generates people into a new directory.
fn generate(out: &Path, extra: &[&str]) {
    let output = shikaku(&[&["population", "generate", "--out", out.to_str().unwrap()], extra].concat());
    assert!(output.status.success(), "{}", texts(&output).1);
}

/// Returns SHA-256 of every file of a directory, with its name.
fn hashes(directory: &Path) -> Vec<(String, String)> {
    let mut hashes: Vec<(String, String)> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &fs::read(&path).unwrap());
            (path.file_name().unwrap().display().to_string(), HEXLOWER.encode(hash.as_ref()))
        })
        .collect();
    hashes.sort();
    hashes
}
