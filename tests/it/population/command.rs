//! `shikaku population generate` on the command line.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

use shikaku::population::Profile;

use crate::support::process::{command, shikaku, texts};
use crate::support::scratch;

fn generate(extra: &[&str], out: &Path) -> (Option<i32>, String, String) {
    let output = shikaku(&[&["population", "generate", "--out", out.to_str().unwrap()], extra].concat());
    let (standard, error) = texts(&output);
    (output.status.code(), standard, error)
}

#[test]
fn a_preset_makes_its_people() {
    let out = scratch("population-command").join("tiny");
    let (code, standard, error) = generate(&["--preset", "tiny", "--seed", "4"], &out);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(standard, format!("made: 100 people in {}\n", out.display()));
    assert!(error.starts_with("the files will take about 2 MB; "), "{error}");
    assert_eq!(fs::read_to_string(out.join("people.csv")).unwrap().lines().count(), 101);
    let (code, _, error) = generate(&["--people", "10"], &out);
    assert_eq!(code, Some(3));
    assert!(error.contains("is there already and is not an empty directory"), "{error}");
}

#[test]
fn a_page_replaces_a_file_and_nothing_else() {
    let directory = scratch("population-page");
    let town = directory.join("town");
    assert_eq!(generate(&["--people", "50"], &town).0, Some(0));
    let stats = |page: &Path| {
        let output = shikaku(&["population", "stats", "--dir", town.to_str().unwrap(), "--html", page.to_str().unwrap()]);
        (output.status.code(), texts(&output).1)
    };
    let page = directory.join("page.html");
    fs::write(&page, "an earlier page").unwrap();
    assert_eq!(stats(&page), (Some(0), String::new()));
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!DOCTYPE html>"));
    // A link to a file, as one to a device, and a directory stay as they are.
    let link = directory.join("link.html");
    std::os::unix::fs::symlink(&page, &link).unwrap();
    for other in [&link, &town] {
        let (code, error) = stats(other);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains("is there and is no file; name a new one"), "{error}");
    }
    assert!(link.is_symlink() && town.join("people.csv").exists());
}

#[test]
fn what_cannot_be_made_says_why() {
    let out = scratch("population-command-refused").join("town");
    for (arguments, code, reason) in [
        (&[][..], 2, "--people <N>"),
        (&["--people", "0"], 2, "must be a whole number from 1 to 130000000"),
        (&["--people", "9", "--preset", "tiny"], 2, "cannot be used with"),
        (
            &["--people", "9", "--as-of", "2024-01-01"],
            2,
            "2025-08-01 through 2027-07-31, not 2024-01-01: its certificates go back",
        ),
        (&["--people", "9", "--profile", "/nowhere.toml"], 3, "cannot read the profile /nowhere.toml"),
    ] {
        let (found, _, error) = generate(arguments, &out);
        assert_eq!(found, Some(code), "{arguments:?} {error}");
        assert!(error.contains(reason), "{arguments:?} {error}");
    }
    assert!(!out.exists());
}

#[test]
fn a_faulty_profile_is_refused_with_its_lines() {
    let root = scratch("population-command-profile");
    let profile = root.join("profile.toml");
    let standard = Profile::standard_text();
    fs::write(&profile, standard.replacen("[phone]\nnone = 92", "[phone]\nnone = -1", 1)).unwrap();
    let line = standard.lines().position(|line| line == "[phone]").unwrap() + 2;
    let path = profile.to_str().unwrap();
    let (code, _, error) = generate(&["--people", "9", "--profile", path], &root.join("town"));
    assert_eq!(code, Some(4));
    assert!(error.contains(&format!("{path}:{line}: [phone] `none` must be a whole weight")), "{error}");
    assert!(error.contains("1 fault in "), "{error}");
    let (code, _, error) = generate(&["--people", "9", "--profile", path, "--lang", "ja"], &root.join("town"));
    assert_eq!(code, Some(4));
    assert!(error.contains(&format!("{path}:{line}: [phone]の`none`は0から1000000000までの整数に")), "{error}");
    assert!(!root.join("town").exists());
}

#[test]
fn a_signal_leaves_nothing_behind() {
    let root = scratch("population-command-signal");
    let mut command = command();
    let out = root.join("nation");
    command.args(["population", "generate", "--people", "1000000", "--out", out.to_str().unwrap()]);
    let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // The files are begun once their directory is there.
    while fs::read_dir(&root).unwrap().count() == 0 {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it began to write");
        std::thread::yield_now();
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&running), rustix::process::Signal::INT).unwrap();
    let status = running.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (Some(3), None));
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
}
