//! Requests of insurers that are large, deep or many take little memory, and what is good in them is applied.

use serde_json::{Value, json};

use crate::registrations::{gain, get, post, register, world_with_clock};

const SOCIETY: &str = "06132013";
const PATH: &str = "/api/insurers/06132013/registrations";

#[tokio::test]
async fn an_entry_that_is_too_long_or_too_deep_is_refused_alone() {
    let (world, _) = world_with_clock("2026-12-12T01:00:00Z").await;
    let long = format!(r#"{{"id":"long","about":"{}"}}"#, "x".repeat(65_536));
    let deep = format!(r#"{{"id":"deep","about":{}{}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    let body = format!(r#"{{"entries":[{long},{deep},{}]}}"#, gain("good"));
    let (status, answer) = post(&world, PATH, &body).await;
    assert_eq!((status, &answer["applied"], &answer["refused"]), (200, &json!(1), &json!(2)), "{answer}");
    for (place, says) in
        [(0, "the entry is longer than 65,536 bytes"), (1, "the entry cannot be read: it is nested too deeply")]
    {
        let error = &answer["entries"][place]["error"];
        assert!(error["detail"].as_str().unwrap().starts_with(says), "{error}");
        assert_eq!(error["code"], json!("SHK4003"));
    }
    // They are recorded by their size alone; the good one whole.
    let (_, page) = get(&world, PATH).await;
    assert_eq!(page[0]["entry"], json!({ "bytes": long.len() }));
    assert_eq!(page[1]["entry"], json!({ "bytes": deep.len() }));
    assert_eq!(page[2]["entry"], gain("good"));
    // One more byte of room, and the first is read as far as its fields.
    let answer = register(&world, SOCIETY, json!([{ "id": "long", "about": "x".repeat(65_536 - 24) }])).await;
    assert!(answer["entries"][0]["error"]["detail"].as_str().unwrap().contains("unknown field `about`"), "{answer}");
    // More entries than a request may have, whatever they are.
    let many = format!(r#"{{"entries":[{}0]}}"#, "0,".repeat(900_000));
    let (status, answer) = post(&world, PATH, &many).await;
    assert_eq!(status, 400);
    assert_eq!(
        answer["detail"],
        json!("entries: must have 1 to 1,000 entries; send the others in further requests"),
        "{}",
        Value::to_string(&answer)
    );
    world.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn many_large_requests_at_once_take_little_memory() {
    use crate::bulk_memory::peak;
    use crate::support::database::TestDatabase;
    use crate::support::process::{self, Program};
    use crate::support::world::shared_pki;

    /// What all requests together may take: eight at once, each with its text a few times over.
    const MOST: u64 = 150 << 20;
    let database = TestDatabase::new().await;
    let server = Program::serve(&database.url(), shared_pki().root(), &[]);
    let at_rest = peak(&server);
    // As a tree, each of these bodies would take more than a hundred MiB.
    let objects = "{\"a\":0},".repeat(5_000);
    let entry = format!(r#"{{"id":"x","about":[{objects}0]}}"#);
    let entries = vec![entry; 50].join(",");
    let body = format!(r#"{{"entries":[{entries}]}}"#);
    assert!(body.len() > 1_900_000 && body.len() < 2 << 20, "{}", body.len());
    let sent: Vec<_> = (0..24)
        .map(|_| {
            let (address, body) = (server.operator_addr.clone(), body.clone());
            tokio::spawn(async move {
                process::http(&address, "POST", PATH, &[("content-type", "application/json")], &body).await.0
            })
        })
        .collect();
    for one in sent {
        assert_eq!(one.await.unwrap(), 200);
    }
    let took = peak(&server) - at_rest;
    println!("{:.1} MiB for 24 requests", took as f64 / f64::from(1 << 20));
    assert!(took < MOST, "{took} bytes");
    drop(server);
    database.drop().await;
}
