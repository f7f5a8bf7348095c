//! Tests of `shikaku ask card-number` beyond the answers of the fixture people.

use unicode_width::UnicodeWidthStr;

use crate::support::{World, ask_of, process};

fn run(world: &World, arguments: &[&str]) -> (Option<i32>, String, String) {
    world.run_ask("card-number", arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn explicit_fields_do_without_fixtures() {
    let world = World::start().await;
    let ask = ask_of("kyokai-insured-tokyo");
    let (birth, on) = (ask.birth_on.to_string(), ask.check_on.to_string());
    let fields = ["--insurer", &ask.insurer, "--symbol", ask.symbol.as_deref().unwrap(), "--number", &ask.number];
    let caller = ["--institution", "1310012344", "--terminal", "reception-2"];
    let mut arguments = fields.to_vec();
    arguments.extend(["--birth", &birth, "--on", &on, "--consent-limit", "--lang", "en"]);
    arguments.extend(caller);
    arguments.extend(["--dir", "/nowhere"]);
    let (code, out, err) = run(&world, &arguments);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("Validity") && out.contains("valid") && out.contains("A03"), "{out}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_date_and_consent_than_the_fixtures() {
    let world = World::start().await;
    let (_, out, _) = run(&world, &["--person", "past-date-old-valid", "--on", "2026-04-01", "--format", "json"]);
    assert!(out.contains("\"QualificationValidity\":\"3\""), "{out}");
    let (_, out, _) = run(&world, &["--person", "kyokai-insured-tokyo", "--consent-limit", "false", "--format", "json"]);
    assert!(out.contains("\"LimitApplicationCertificateRelatedConsFlg\":\"0\"") && !out.contains("A03"), "{out}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_reading_is_no_failure() {
    let world = World::start().await;
    let mut child = world
        .ask_command("card-number")
        .args(["--person", "elderly-2wari-tokyo", "--explain"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{:?}", process::texts(&output));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_align_in_both_languages() {
    let world = World::start().await;
    for language in ["ja", "en"] {
        let (code, out, err) = run(&world, &["--person", "elderly-2wari-tokyo", "--lang", language]);
        assert_eq!(code, Some(0), "{err}");
        // The values of these rows begin in one column, however wide the names are.
        let starts: Vec<usize> = ["39131016", "61730954", "19480729"]
            .iter()
            .map(|value| {
                let line = out.lines().find(|line| line.contains(value)).unwrap_or_else(|| panic!("{value}:\n{out}"));
                line[..line.find(value).unwrap()].width()
            })
            .collect();
        assert!(starts.windows(2).all(|pair| pair[0] == pair[1]), "{starts:?}\n{out}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_says_what_to_do() {
    let world = World::start().await;
    let (code, _, err) = run(&world, &["--person", "nobody"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("no person nobody"), "{err}");
    let (code, _, err) = run(&world, &["--insurer", "01130012"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--number") && err.contains("--birth"), "{err}");
    let (code, _, err) = run(&world, &["--person", "kyokai-insured-tokyo", "--terminal", "nowhere"]);
    assert_eq!(code, Some(3));
    assert!(err.contains("nowhere.pem") && err.contains("shikaku pki institution 1310012344 nowhere"), "{err}");
    // A refusal by the server is printed and has its own exit code.
    let (code, out, err) = run(&world, &["--person", "kyokai-insured-tokyo", "--insurer", "01130013"]);
    assert_eq!(code, Some(4), "{out}");
    assert!(out.contains("SHK1009") && err.contains("400"), "{out}{err}");

    let output = process::command()
        .args(["ask", "card-number", "--person", "kyokai-insured-tokyo", "--terminal-addr", "127.0.0.1:1", "--data-dir"])
        .arg(world.data_directory())
        .output()
        .unwrap();
    let (_, err) = process::texts(&output);
    assert_eq!(output.status.code(), Some(3));
    assert!(err.contains("is the server running?"), "{err}");
    world.stop().await;
}
