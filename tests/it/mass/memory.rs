//! Checking takes little memory, whatever the files hold.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::town::{text, write};
use crate::support::process::command;

/// The bound, in KiB.
const MOST: u64 = 200 * 1024;

/// Checks a directory; returns the exit code, standard error, and the most memory that it took, in KiB.
fn check(directory: &Path) -> (Option<i32>, String, u64) {
    let errors = directory.join("errors");
    let mut command = command();
    command.args(["fixtures", "check", "--dir"]).arg(directory);
    let mut running = command.stdout(Stdio::null()).stderr(File::create(&errors).unwrap()).spawn().unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut most = 0;
    let code = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(peak.unwrap_or(0));
        if let Some(status) = running.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(most > 0, "the program was never seen running");
    (code, fs::read_to_string(errors).unwrap(), most)
}

/// Writes a file of pieces that follow its header.
fn fill(directory: &Path, file: &str, pieces: impl Iterator<Item = Vec<u8>>) {
    let header = text(file).split_inclusive('\n').next().unwrap();
    let mut out = BufWriter::new(File::create(directory.join(file)).unwrap());
    out.write_all(header.as_bytes()).unwrap();
    for piece in pieces {
        out.write_all(&piece).unwrap();
    }
    out.flush().unwrap();
}

/// Returns a MiB of bytes that look like nothing, with a line feed now and then.
fn garbage() -> Vec<u8> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    (0..1 << 20)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

#[test]
fn gigabytes_of_garbage_take_little_memory() {
    let garbage = garbage();
    for file in ["coverages.csv", "people.csv"] {
        let directory = write();
        fill(&directory, file, (0..300).map(|_| garbage.clone()));
        let (code, err, most) = check(&directory);
        assert_eq!(code, Some(4));
        assert!(err.contains(&format!("{file}:2: ")) && err.contains(" more\n"), "{file} {}", &err[..err.len().min(300)]);
        assert!(most < MOST, "{file}: {most} KiB");
        fs::remove_dir_all(directory).unwrap();
    }
}

#[test]
fn an_endless_line_takes_little_memory() {
    for (file, piece) in [("cards.csv", b"x"), ("insurers.csv", b"\""), ("people.csv", b",")] {
        let directory = write();
        fill(&directory, file, (0..300).map(|_| piece.repeat(1 << 20)));
        let (code, err, most) = check(&directory);
        assert_eq!(code, Some(4));
        assert!(err.contains(&format!("{file}:2: the line has more than 16384 bytes")), "{err}");
        assert!(most < MOST, "{file}: {most} KiB");
        fs::remove_dir_all(directory).unwrap();
    }
}

#[test]
fn a_person_with_millions_of_rows_takes_little_memory() {
    let directory = write();
    let row = text("coverages.csv").split_inclusive('\n').nth(1).unwrap();
    fill(&directory, "coverages.csv", (0..300).map(|_| row.repeat((1 << 20) / row.len()).into_bytes()));
    let (code, err, most) = check(&directory);
    assert_eq!(code, Some(4));
    assert!(err.contains("coverages.csv:502: person anna has more than 500 rows here"), "{}", &err[..err.len().min(600)]);
    assert!(most < MOST, "{most} KiB");
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn one_id_among_two_million_is_found_twice_in_little_memory() {
    let directory = write();
    let people = 2_000_000;
    let row = |number: u32| format!("p{number},,0,0,\n").into_bytes();
    fill(&directory, "people.csv", (1..people).map(row).chain([row(77)]));
    for file in ["coverages.csv", "ratios.csv", "certificates.csv", "cards.csv", "tickets.csv", "situations.csv"] {
        fill(&directory, file, [].into_iter());
    }
    fs::write(directory.join("population.toml"), format!("format = 1\npeople = {people}\n")).unwrap();
    let (code, err, most) = check(&directory);
    assert_eq!(code, Some(4), "{err}");
    let expected = format!("people.csv:{}: `person`: the id stands on line 78 too\n", people + 1);
    assert!(err.contains(&expected) && err.lines().count() == 2, "{err}");
    assert!(most < MOST, "{most} KiB");
    fs::remove_dir_all(directory).unwrap();
}

#[cfg(feature = "zstd")]
#[test]
fn a_bomb_takes_little_memory() {
    // 4 GiB of one character, and 1 GiB of lines, in a few hundred KiB each.
    for (piece, number, words) in [
        (vec![b'x'; 1 << 20], 4 << 10, "coverages.csv.zst:1: the line has more than"),
        ("a,b\n".repeat(1 << 18).into_bytes(), 64, "coverages.csv.zst:1: the first line must name the columns"),
    ] {
        let directory = write();
        fs::remove_file(directory.join("coverages.csv")).unwrap();
        let mut encoder = zstd::Encoder::new(File::create(directory.join("coverages.csv.zst")).unwrap(), 1).unwrap();
        for _ in 0..number {
            encoder.write_all(&piece).unwrap();
        }
        encoder.finish().unwrap();
        assert!(fs::metadata(directory.join("coverages.csv.zst")).unwrap().len() < 2 << 20);
        let (code, err, most) = check(&directory);
        assert!(code == Some(4) && err.contains(words), "{}", &err[..err.len().min(300)]);
        assert!(most < MOST, "{most} KiB");
        fs::remove_dir_all(directory).unwrap();
    }
}
