//! Tests of `shikaku ask bulk`: columns, files, and what its errors say.

use unicode_width::UnicodeWidthStr;

use crate::support::bulk::file_of;
use crate::support::{TEST_CLINIC, World, process, scratch};
use shikaku::wire::Format;

fn run(world: &World, arguments: &[&str]) -> (Option<i32>, String, String) {
    world.run_ask("bulk", arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_asked_about_and_shown_in_columns() {
    let world = World::start().await;
    let people = "elderly-2wari-tokyo,registration-lag,kyokai-insured-tokyo";
    for (language, valid) in [("ja", "1 有効"), ("en", "1 valid")] {
        let (code, out, err) = run(&world, &["--people", people, "--on", "2026-11-22", "--lang", language]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.lines().next().unwrap().contains("20261122"), "{out}");
        let starts: Vec<usize> = out.lines().filter_map(|line| Some(line[..line.find(valid)?].width())).collect();
        assert!(starts.len() == 2 && starts[0] == starts[1], "{starts:?}\n{out}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_as_it_stands_and_the_result_kept() {
    let world = World::start().await;
    let (file, result) = (scratch("ask-bulk").join("file.xml"), scratch("ask-bulk").join("result"));
    std::fs::write(&file, file_of(&["kyokai-insured-tokyo"], TEST_CLINIC, "FROM-FILE", Format::Xml)).unwrap();
    let (file, path) = (file.to_str().unwrap(), result.to_str().unwrap());
    let (code, out, err) = run(&world, &["--file", file, "--format", "xml", "--out", path]);
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    let text = std::fs::read_to_string(&result).unwrap();
    assert!(text.contains("<ArbitraryFileIdentifier>FROM-FILE<") && text.contains("<Name>試験　太郎</Name>"), "{text}");
    let (code, _, err) = run(&world, &["--file", file, "--format", "xml", "--zip", "--out", path]);
    assert_eq!(code, Some(0), "{err}");
    assert!(std::fs::read(&result).unwrap().starts_with(b"PK"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_says_what_to_do() {
    let world = World::start().await;
    let (code, _, err) = run(&world, &["--people", "nobody"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("no person nobody"), "{err}");
    let (code, _, err) = run(&world, &["--file", "README.md"]);
    assert_eq!(code, Some(4));
    assert!(err.contains("SHK1002"), "{err}");
    assert_eq!(run(&world, &["--file", "/nowhere"]).0, Some(2));
    world.database.execute("update bulk_simulation set fail_next = 1").await;
    let (code, _, err) = run(&world, &["--people", "kyokai-insured-tokyo"]);
    assert_eq!(code, Some(4));
    assert!(err.contains("there will be no result: SHK7103"), "{err}");
    assert_eq!(run(&world, &[]).0, Some(2));
    let output = process::shikaku(&["ask", "bulk", "--people", "all", "--data-dir", "/nowhere"]);
    let (_, err) = process::texts(&output);
    assert_eq!(output.status.code(), Some(3));
    assert!(err.contains("no test PKI in /nowhere/pki") && err.contains("./demo"), "{err}");
    world.stop().await;
}
