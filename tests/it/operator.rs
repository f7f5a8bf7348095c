//! The operator listener: health, metrics, loaded data, documents, and access by token.

use serde_json::Value;

use shikaku::app::{App, StartError};
use shikaku::clock::Clock;
use shikaku::config::{Config, Limits, Secret};
use shikaku::http::operator::document;
use shikaku::wire::Format;

use crate::support::database::TestDatabase;
use crate::support::world::{Wishes, shared_pki};
use crate::support::{World, ask_of, fixtures, process, root};

#[tokio::test]
async fn health_and_readiness() {
    let world = World::start().await;
    assert_eq!(world.get("/healthz").await, (200, "ok\n".to_owned()));
    let (status, text) = world.get("/readyz").await;
    let ready: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &ready["ready"], &ready["database"]), (200, &Value::from(true), &Value::from("ok")));
    assert_eq!((&ready["schema"], &ready["crl"]), (&Value::from("ok"), &Value::from("ok")));
    world.stop().await;
}

#[tokio::test]
async fn readiness_notices_a_schema_that_is_behind() {
    let world = World::start().await;
    let mut connection = world.database.connect().await;
    sqlx::query("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)")
        .execute(&mut connection)
        .await
        .unwrap();
    let (status, text) = world.get("/readyz").await;
    assert_eq!(status, 503);
    assert!(text.contains("shikaku migrate"), "{text}");
    world.stop().await;
}

#[tokio::test]
async fn metrics_count_what_happens() {
    let world = World::start().await;
    world.ask(&ask_of("kyokai-insured-tokyo"), Format::Xml).await;
    world.post("/oqs/OQSsiquc01", "application/xml", "").await;
    world.post("/oqs/90125678", "application/xml", "").await;
    for (series, value) in [
        (r#"shikaku_requests_total{listener="terminal",outcome="ok",route="/oqs/{id}"}"#, 1.0),
        (r#"shikaku_requests_total{listener="terminal",outcome="SHK1001",route="/oqs/{id}"}"#, 1.0),
        (r#"shikaku_requests_total{listener="terminal",outcome="SHK2001",route="/oqs/{id}"}"#, 1.0),
        (r#"shikaku_request_seconds_count{route="/oqs/{id}"}"#, 3.0),
        (r#"shikaku_handshakes_total{result="ok"}"#, 3.0),
        (r#"shikaku_access_log_records_total{result="written"}"#, 1.0),
        (r#"shikaku_database_seconds_count{statement="facts_by_card"}"#, 1.0),
        (r#"shikaku_database_batch_sum{statement="append_access_log"}"#, 1.0),
    ] {
        assert!((world.metric(series).await - value).abs() < f64::EPSILON, "{series}: {}", world.metric(series).await);
    }
    assert!(world.metric("shikaku_crl_next_update_seconds").await > 1.7e9);
    assert!(world.metric("shikaku_database_pool_connections").await >= 1.0);
    // The process that serves: it has used some time, and more than a megabyte.
    #[cfg(target_os = "linux")]
    for (series, least) in [("process_cpu_seconds_total", 0.01), ("process_resident_memory_bytes", 1e6)] {
        assert!(world.metric(series).await >= least, "{series}: {}", world.metric(series).await);
    }
    let (_, text) = world.get("/metrics").await;
    assert!(!text.contains("90125678"), "a path stands in a label");
    world.stop().await;
}

#[tokio::test]
async fn what_is_loaded_can_be_seen() {
    let world = World::start().await;
    let (status, text) = world.get("/api/people/elderly-turned-75").await;
    let person: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 200);
    assert_eq!(person["coverages"].as_array().unwrap().len(), 2);
    assert_eq!(person["coverages"][1]["insurer"].as_str().unwrap().get(..2), Some("39"));

    let (_, text) = world.get("/api/insurers").await;
    let insurers: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(insurers.len(), fixtures().insurers.len());
    let total: i64 = insurers.iter().map(|insurer| insurer["coverages"].as_i64().unwrap()).sum();
    assert_eq!(total, world.database.count("select count(*) from coverage").await);

    let (_, text) = world.get("/api/people").await;
    let people: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(people.len(), fixtures().people.len().min(200));
    let (_, text) = world.get("/api/people?after=z").await;
    assert_eq!(text, "[]");
    world.stop().await;
}

#[tokio::test]
async fn the_documents_work_offline() {
    let world = World::start().await;
    let (status, text) = world.get("/openapi.json").await;
    assert_eq!(status, 200);
    let live: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(live["paths"].as_object().unwrap().len(), 23);
    for page in ["/docs/", "/docs/index.html", "/docs/swagger-initializer.js"] {
        let (status, text) = world.get(page).await;
        assert_eq!(status, 200, "{page}");
        assert!(!text.contains("http://") && !text.contains("https://"), "{page} links outside");
    }
    world.stop().await;
}

/// Impossible ids, numbers and queries are refused as problem documents and never reach the database.
#[tokio::test]
async fn what_no_id_or_query_can_be() {
    let world = World::start().await;
    for (path, status, code) in [
        ("/api/people/%00", 404, "SHK4002"),
        ("/api/people/%ff", 404, "SHK4002"),
        ("/api/people?after=%00", 400, "SHK4003"),
        ("/api/people?after=a&after=b", 400, "SHK4003"),
        ("/api/people?before=a", 400, "SHK4003"),
        ("/api/batches/%00", 404, "SHK4002"),
        ("/api/batches/%ff", 404, "SHK4002"),
        ("/api/batches?before=%00", 400, "SHK4003"),
        ("/api/batches?institution=%00", 400, "SHK4003"),
        // 001234 of Tokyo has the check digit 4.
        ("/api/batches?institution=1310012340", 400, "SHK4003"),
        ("/api/batches?state=", 400, "SHK4003"),
    ] {
        let (found, text) = world.get(path).await;
        let problem: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path}: {text}"));
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)), "{path}");
    }
    let address = world.app.operator_addr().to_string();
    for (path, body) in [
        ("/api/explain", r#"{"person":"\u0000","check_on":"2026-11-22"}"#),
        ("/api/cards", r#"{"person":"\u0000","certificate":""}"#),
    ] {
        let headers = [("content-type", "application/json")];
        let (status, text, _) = process::http(&address, "POST", path, &headers, body).await;
        assert_eq!(status, 404, "{path}: {text}");
    }
    world.stop().await;
}

#[tokio::test]
async fn what_stands_after_a_body_is_named() {
    let world = World::start().await;
    let address = world.app.operator_addr().to_string();
    let explain = async |body: &str| {
        let headers = [("content-type", "application/json")];
        let (status, text, _) = process::http(&address, "POST", "/api/explain", &headers, body).await;
        (status, serde_json::from_str::<Value>(&text).unwrap())
    };
    let question = r#"{"person":"elderly-2wari-tokyo","check_on":"2026-11-22"}"#;
    for (tail, named) in [("\n\u{1a}", "^Z (0x1A)"), ("\0", "NUL (0x00)"), ("x", "text or a second message")] {
        let (status, problem) = explain(&format!("{question}{tail}")).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("SHK4003")), "{tail:?}");
        let detail = format!("{named} after the end of the body; nothing may follow it");
        assert_eq!(problem["detail"].as_str(), Some(&*detail), "{tail:?}");
    }
    assert_eq!(explain(&format!("\u{feff}{question}\r\n")).await.0, 200);
    world.stop().await;
}

/// Every operator route documents what its listener can refuse.
#[test]
fn the_document_knows_what_is_refused() {
    let document = serde_json::to_value(document()).unwrap();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["tags"] == serde_json::json!(["terminal"]) {
                continue;
            }
            operations += 1;
            let mut expected = vec!["401", "500", "503", "504"];
            if operation.get("requestBody").is_some() {
                expected.extend(["400", "408", "413", "415"]);
            }
            for status in expected {
                assert!(operation["responses"].get(status).is_some(), "{method} {path} lacks {status}");
            }
        }
    }
    assert_eq!(operations, 20);
    let after = &document["paths"]["/api/people"]["get"]["parameters"][0];
    assert_eq!((&after["name"], &after["in"]), (&"after".into(), &"query".into()));
}

/// `openapi.json` in the project is the document that the server serves. To renew it:
/// `curl -s http://127.0.0.1:8080/openapi.json | python3 -m json.tool --no-ensure-ascii > openapi.json`
#[test]
fn the_committed_openapi_document_is_fresh() {
    let committed: Value = serde_json::from_slice(&std::fs::read(root().join("openapi.json")).unwrap()).unwrap();
    let generated = serde_json::to_value(document()).unwrap();
    assert!(committed == generated, "openapi.json is stale; the comment on this test says how to renew it");
}

#[tokio::test]
async fn a_token_is_asked_for_when_configured() {
    let world = World::with(Wishes { operator_token: Some("sesame".to_owned()), ..Wishes::default() }).await;
    let address = world.app.operator_addr().to_string();
    for (shown, status) in [(None, 401), (Some("Bearer wrong"), 401), (Some("sesame"), 401), (Some("Bearer sesame"), 200)] {
        let headers: Vec<(&str, &str)> = shown.map(|value| ("authorization", value)).into_iter().collect();
        let (found, _, headers) = process::http(&address, "GET", "/healthz", &headers, "").await;
        assert_eq!(found, status, "{shown:?}");
        let scheme = headers.get("www-authenticate").map(|value| value.to_str().unwrap());
        assert_eq!(scheme, (status == 401).then_some("Bearer realm=\"shikaku\""), "{shown:?}");
    }
    world.stop().await;
}

#[tokio::test]
async fn an_open_operator_address_needs_a_token() {
    let database = TestDatabase::new().await;
    let config = Config {
        terminal_addr: "127.0.0.1:0".parse().unwrap(),
        token_addr: None,
        operator_addr: "0.0.0.0:0".parse().unwrap(),
        operator_token: None,
        pki: shared_pki().root().to_owned(),
        secret: Secret::random().unwrap(),
        limits: Limits::default(),
    };
    let refused = App::start(config, database.store().await, Clock::system()).await;
    assert!(matches!(refused, Err(StartError::OpenOperator(_))));
    database.drop().await;
}
