//! Request and answer pairs in `tests/golden`, compared byte for byte. The answers were written by hand.

use std::fs;
use std::path::Path;

use crate::support::{World, root};

#[tokio::test]
async fn every_answer_is_the_golden_one_byte_for_byte() {
    let world = World::start().await;
    let mut cases: Vec<_> = fs::read_dir(root().join("tests/golden")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 12, "only {} golden cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        wrong.extend(run(&world, case).await.err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    world.stop().await;
}

async fn run(world: &World, case: &Path) -> Result<(), String> {
    let about: toml::Table = fs::read_to_string(case.join("case.toml")).unwrap().parse().unwrap();
    let text = |key: &str| about.get(key).map(|value| value.as_str().unwrap());
    let request = only(case, "request");
    let answer = only(case, "answer");
    let mut connection = world.terminal(text("institution").unwrap()).connect().await.unwrap();
    let accept = text("accept").map(|accept| ("accept", accept));
    let reply = connection
        .post(text("path").unwrap(), text("content_type").unwrap(), accept.as_slice(), request)
        .await
        .map_err(|error| format!("{}: {error}", case.display()))?;
    let status = about["status"].as_integer().unwrap();
    if i64::from(reply.status.as_u16()) != status || reply.body != answer {
        return Err(format!(
            "{}\nexpected {status} {}\n   found {} {}",
            case.display(),
            shown(&answer),
            reply.status.as_u16(),
            shown(&reply.body)
        ));
    }
    Ok(())
}

/// Reads the only file with this stem, XML or JSON.
fn only(case: &Path, stem: &str) -> Vec<u8> {
    let mut found = ["xml", "json"].iter().filter_map(|ending| fs::read(case.join(stem).with_extension(ending)).ok());
    let bytes = found.next().unwrap_or_else(|| panic!("{} has no {stem}", case.display()));
    assert!(found.next().is_none(), "{} has two of {stem}", case.display());
    bytes
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned())
}
