//! The listener without client certificates: the token of a login identifies the terminal, and only the search is served.

use std::time::Duration;

use shikaku::config::Limits;
use shikaku::domain::{AnswerCharset, InstitutionCode};
use shikaku::pki::Authority;
use shikaku::terminal::Reply;
use shikaku::wire::Format;

use crate::support::world::Wishes;
use crate::support::{OTHER_CLINIC, TEST_CLINIC, World, answered, ask_of, message, outcome, refused};

const AUTH: &str = "/oqs-api-pro/MSA12020/ILI12020SV01/auth";
const SEARCH: &str = "/oqs-api-pro/MSA01030/ILI01030SV01/search";
const JSON: &str = "application/json;charset=UTF-8";

fn wishes() -> Wishes {
    Wishes { token_addr: Some("127.0.0.1:0".parse().unwrap()), ..Wishes::default() }
}

/// Logs in with an institution's certificate; returns the tokens.
async fn log_in(world: &World, institution: &str) -> serde_json::Value {
    let reply = world.terminal(institution).connect().await.unwrap().post(AUTH, JSON, &[], "{}").await.unwrap();
    assert_eq!(reply.status, 200);
    serde_json::from_slice::<serde_json::Value>(&reply.body).unwrap()["result"].take()
}

async fn id_token(world: &World, institution: &str) -> String {
    log_in(world, institution).await["idToken"].as_str().unwrap().to_owned()
}

/// Searches for a fixture person in the name of an institution, without a certificate.
async fn search_for(world: &World, institution: &str, headers: &[(&str, &str)]) -> Reply {
    let body = message(&ask_of("kyokai-insured-tokyo"), institution, Format::Json, AnswerCharset::Utf8);
    world.token_client().connect().await.unwrap().post(SEARCH, JSON, headers, body).await.unwrap()
}

async fn search(world: &World, token: &str) -> Reply {
    search_for(world, TEST_CLINIC, &[("authorization", token)]).await
}

fn problem(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.headers["content-type"], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    (reply.status.as_u16(), problem["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_token_is_enough_and_the_log_names_its_terminal() {
    let world = World::with(wishes()).await;
    let reply = search(&world, &id_token(&world, TEST_CLINIC).await).await;
    assert_eq!(outcome(Format::Json, &reply), answered());
    let request = reply.headers["x-request-id"].to_str().unwrap();
    let (institution, serial): (String, Vec<u8>) =
        sqlx::query_as("select institution_code, terminal_serial from access_log where request_id::text = $1")
            .bind(request)
            .fetch_one(&mut world.database.connect().await)
            .await
            .unwrap();
    let (certificate, _) = world.identity(TEST_CLINIC);
    let pem = std::fs::read(certificate).unwrap();
    let (_, pem) = x509_parser::pem::parse_x509_pem(&pem).unwrap();
    assert_eq!((institution.as_str(), serial.as_slice()), (TEST_CLINIC, pem.parse_x509().unwrap().raw_serial()));
    world.stop().await;
}

#[tokio::test]
async fn there_is_no_such_listener_unless_it_is_configured() {
    let world = World::start().await;
    assert_eq!(world.app.token_addr(), None);
    world.stop().await;
}

#[tokio::test]
async fn nothing_but_the_search_path_is_served() {
    let world = World::with(wishes()).await;
    let token = id_token(&world, TEST_CLINIC).await;
    let headers = [("authorization", token.as_str())];
    for path in ["/oqs/OQSsiquc01", "/oqs/OQSmuquc01", "/card/challenges", "/card/lookups", AUTH, "/", "/metrics"] {
        let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
        let reply = world.token_client().connect().await.unwrap().post(path, JSON, &headers, body).await.unwrap();
        assert_eq!(problem(&reply), (404, "SHK2004".to_owned()), "{path}");
    }
    let get = hyper::Request::get(SEARCH).header("host", "localhost").header("authorization", &token);
    let get = get.body(http_body_util::Full::default()).unwrap();
    let reply = world.token_client().connect().await.unwrap().send(get).await.unwrap();
    assert_eq!(problem(&reply), (405, "SHK2003".to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn a_caller_without_a_good_token_is_not_known() {
    let world = World::with(wishes()).await;
    let login = log_in(&world, TEST_CLINIC).await;
    let token = login["idToken"].as_str().unwrap();
    let missing = search_for(&world, TEST_CLINIC, &[]).await;
    assert_eq!(problem(&missing), (401, "SHK3005".to_owned()));
    let twice = search_for(&world, TEST_CLINIC, &[("authorization", token), ("authorization", token)]).await;
    assert_eq!(problem(&twice), (401, "SHK3006".to_owned()), "of two headers none counts");
    let strangers = World::with(wishes()).await;
    for wrong in [
        "",
        "nonsense",
        &format!("Bearer {token}"),
        login["accessToken"].as_str().unwrap(),
        login["refreshToken"].as_str().unwrap(),
        // The same certificate, but a server with another secret.
        &id_token(&strangers, TEST_CLINIC).await,
        &token[..token.len() - 4],
        &format!("{token}AAAA"),
    ] {
        assert_eq!(problem(&search(&world, wrong).await), (401, "SHK3006".to_owned()), "{wrong}");
    }
    for place in 0..token.len() {
        let mut changed = token.as_bytes().to_vec();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(problem(&search(&world, &changed).await), (401, "SHK3006".to_owned()), "byte {place}");
    }
    strangers.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn the_message_must_be_of_the_token_s_institution() {
    let world = World::with(wishes()).await;
    let token = id_token(&world, TEST_CLINIC).await;
    let reply = search_for(&world, OTHER_CLINIC, &[("authorization", &token)]).await;
    assert_eq!(outcome(Format::Json, &reply), refused(403, "SHK3001"));
    world.stop().await;
}

#[tokio::test]
async fn a_token_runs_out() {
    let limits = Limits { token: Duration::from_secs(1), ..Limits::default() };
    let world = World::with(Wishes { limits, ..wishes() }).await;
    let token = id_token(&world, TEST_CLINIC).await;
    // The last second of the token is the one after the second of the login; two more have passed for certain.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(outcome(Format::Json, &search(&world, &token).await), refused(401, "SHK3007"));
    // The listener that demands certificates refuses it too.
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
    let reply = world.connect().await.post(SEARCH, JSON, &[("authorization", &token)], body).await.unwrap();
    assert_eq!(outcome(Format::Json, &reply), refused(401, "SHK3007"));
    world.stop().await;
}

#[tokio::test]
async fn a_token_ends_with_the_certificate_of_its_login() {
    let world = World::with(Wishes { own_pki: true, ..wishes() }).await;
    let token = id_token(&world, TEST_CLINIC).await;
    let mut open = world.token_client().connect().await.unwrap();
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
    let before = open.post(SEARCH, JSON, &[("authorization", &token)], body.clone()).await.unwrap();
    assert_eq!(outcome(Format::Json, &before), answered());
    let code = InstitutionCode::parse(TEST_CLINIC).unwrap();
    Authority::init(&world.pki).unwrap().revoke(&world.pki.terminal(&code, "reception-1")).unwrap();
    world.app.reload().unwrap();
    let after = open.post(SEARCH, JSON, &[("authorization", &token)], body).await.unwrap();
    assert_eq!(outcome(Format::Json, &after), refused(403, "SHK3004"));
    world.stop().await;
}

#[tokio::test]
async fn a_token_of_a_login_under_another_authority_is_none() {
    let world = World::with(Wishes { own_pki: true, ..wishes() }).await;
    let token = id_token(&world, TEST_CLINIC).await;
    for file in [world.pki.ca(), world.pki.crl(), world.pki.server()] {
        std::fs::remove_file(file).unwrap();
    }
    std::fs::remove_file(world.pki.ca_key()).unwrap();
    Authority::init(&world.pki).unwrap();
    world.app.reload().unwrap();
    assert_eq!(problem(&search(&world, &token).await), (401, "SHK3006".to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn strangers_take_no_place_from_terminals() {
    let limits = Limits { connections: 8, token_connections: 2, ..Limits::default() };
    let world = World::with(Wishes { limits, ..wishes() }).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(world.token_client().connect().await.unwrap());
    }
    assert!(world.token_client().connect().await.is_err(), "a third has no place");
    let mut terminals = Vec::new();
    for _ in 0..8 {
        terminals.push(world.connect().await);
    }
    drop((held, terminals));
    world.stop().await;
}
