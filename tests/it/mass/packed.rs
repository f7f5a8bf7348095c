//! Compressed files: the same rows, the same bytes from any number of threads, and damage that is told.

#![cfg(feature = "zstd")]

use std::fs;

use super::town::{text, write};
use super::{check, generate, hashes};
use crate::support::scratch;

#[test]
fn compressed_files_hold_the_bytes_of_plain_ones_with_any_number_of_threads() {
    let root = scratch("mass-packed");
    let plain = root.join("plain");
    generate(&plain, &["--people", "3000"]);
    let packed: Vec<_> = ["1", "2", "5"]
        .iter()
        .map(|threads| {
            let out = root.join(format!("packed-{threads}"));
            generate(&out, &["--people", "3000", "--compress", "--threads", threads]);
            out
        })
        .collect();
    assert!(packed.iter().all(|out| hashes(out) == hashes(&packed[0])));
    for entry in fs::read_dir(&packed[0]).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(name) = name.strip_suffix(".zst") else {
            assert_eq!(name, "population.toml");
            continue;
        };
        let bytes = zstd::decode_all(fs::File::open(&path).unwrap()).unwrap();
        assert!(bytes == fs::read(plain.join(name)).unwrap(), "{name}");
    }
    let [plain, packed] = [&plain, &packed[0]].map(|directory| check(directory, &[]));
    assert_eq!(plain.0, Some(0), "{}", plain.2);
    assert_eq!((plain.0, plain.1), (packed.0, packed.1));
}

#[test]
fn compressed_files_that_are_cut_off_or_changed_are_told() {
    let packed = zstd::encode_all(text("coverages.csv").as_bytes(), 3).unwrap();
    let directory = write();
    fs::remove_file(directory.join("coverages.csv")).unwrap();
    let path = directory.join("coverages.csv.zst");
    fs::write(&path, &packed).unwrap();
    assert_eq!(check(&directory, &[]).0, Some(0));
    fs::write(&path, &packed[..packed.len() - 40]).unwrap();
    let (code, _, err) = check(&directory, &[]);
    assert!(code == Some(4) && err.contains("coverages.csv.zst:") && err.contains("is cut off here"), "{err}");
    fs::write(&path, "person,coverage\n").unwrap();
    let (code, _, err) = check(&directory, &[]);
    assert!(code == Some(4) && err.contains("coverages.csv.zst:1: cannot be decompressed from here on"), "{err}");
}

#[test]
fn a_window_larger_than_memory_is_meant_to_be_is_refused() {
    let directory = write();
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(27).unwrap();
    std::io::Write::write_all(&mut encoder, &vec![b'x'; 1 << 25]).unwrap();
    fs::write(directory.join("tickets.csv.zst"), encoder.finish().unwrap()).unwrap();
    fs::remove_file(directory.join("tickets.csv")).unwrap();
    let (code, _, err) = check(&directory, &[]);
    assert!(code == Some(4) && err.contains("with a window of at most 8 MiB"), "{err}");
}
