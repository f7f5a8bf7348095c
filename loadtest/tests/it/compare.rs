//! Two runs beside each other: a server slowed on purpose against one that is not, and results that cannot be compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::proxy::{self, Stalls};
use crate::support::run::{command, plan};
use crate::support::{Load, World, scratch};

/// Compares two directories; returns exit code, standard output and standard error.
fn compare(a: &Path, b: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let output = command().arg("compare").arg(a).arg(b).args(more).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Two directories hold two runs each, which took turns, of two rounds each: A of the server, B of the server behind a proxy that stalls
/// for 800 ms of each second.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_slowed_on_purpose_is_slower_beyond_the_noise() {
    let world = World::start().await;
    let stalls = Stalls::Each { period: Duration::from_secs(1), stall: Duration::from_millis(800) };
    let slow = proxy::start(world.address(), stalls).await;
    let file = plan("seconds = 2\narrivals = \"constant\"\nrate = 20", "");
    let root = scratch("compare");
    for turn in ["1", "2"] {
        for (side, address) in [("a", world.address()), ("b", slow.address)] {
            let load = Load::of(&file, address).arguments(&["--rounds", "2"]);
            let out = load.out.clone();
            let run = load.finish().await;
            assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
            fs::create_dir_all(root.join(side)).unwrap();
            fs::rename(out, root.join(side).join(turn)).unwrap();
        }
    }
    world.stop().await;
    let (a, b) = (root.join("a"), root.join("b"));
    let (code, text, errors) = compare(&a, &b, &[]);
    assert_eq!(code, Some(1), "{text}\n{errors}");
    // Four in five requests wait, for 400 ms in the mean: p90 and above differ by far.
    assert!(
        text.contains("B slower by") && text.contains("B IS WORSE beyond the noise: ") && text.contains("p90 ms"),
        "{text}"
    );
    // 8! / (4! 4!) = 70 orders.
    assert!(text.contains("once in 35 comparisons"), "{text}");
    let (code, text, _) = compare(&b, &a, &["--json"]);
    assert_eq!(code, Some(0), "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let p90 = json["figures"].as_array().unwrap().iter().find(|one| one["figure"] == "p90").unwrap();
    assert_eq!((&json["outcome"], &p90["finding"], &p90["a"]["rounds"]), (&"not_worse".into(), &"better".into(), &4.into()));
    // A run does not differ from itself; two rounds say nothing.
    let (code, text, _) = compare(&a, &a, &["--lang", "ja"]);
    assert!(code == Some(0) && text.contains("AとBの差は誤差の範囲です"), "{text}");
    let (code, text, _) = compare(&a.join("1"), &b.join("1"), &[]);
    assert!(code == Some(2) && text.contains("NOTHING CAN BE SAID: a side has fewer than 3 rounds"), "{text}");
}

#[test]
fn what_is_no_result_is_told() {
    let root = scratch("compare");
    let directory = |name: &str, results: Option<&str>| -> PathBuf {
        let path = root.join(name);
        fs::create_dir_all(&path).unwrap();
        if let Some(text) = results {
            fs::write(path.join("results.json"), text).unwrap();
        }
        path
    };
    for (path, wanted) in [
        (root.join("nowhere"), "nowhere: No such file"),
        (directory("empty", None), "holds no results.json, nor does a directory in it"),
        // A run that never came to its end leaves an empty file.
        (directory("unfinished", Some("")), "is no file of results, at line 1, column 0"),
        (directory("broken", Some("{\"format\": 2, \"plan\": 3}")), "is no file of results, at line 1"),
        (directory("older", Some("{\"format\": 1}")), "has format 1; this program reads 2: run the plan again"),
    ] {
        let (code, text, errors) = compare(&path, &path, &[]);
        assert_eq!((code, text.as_str()), (Some(3), ""), "{errors}");
        assert!(errors.starts_with("shikaku-load: ") && errors.contains(wanted), "{wanted}: {errors}");
        let (code, _, errors) = compare(&path, &path, &["--lang", "ja"]);
        let japanese = ["ありません", "ください"].iter().any(|words| errors.contains(words));
        assert!(code == Some(3) && japanese, "{errors}");
    }
}
