//! The two paths of the real HTTPS interface: log-in and search.

use serde_json::Value;

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::world::Wishes;
use crate::support::{
    OTHER_CLINIC, SHIFT_JIS_CLINIC, TEST_CLINIC, World, answered, ask_of, message, outcome, process, refused,
};

const AUTH: &str = "/oqs-api-pro/MSA12020/ILI12020SV01/auth";
const SEARCH: &str = "/oqs-api-pro/MSA01030/ILI01030SV01/search";
const JSON: &str = "application/json;charset=UTF-8";

async fn log_in(world: &World, institution: &str) -> Value {
    let mut connection = world.terminal(institution).connect().await.unwrap();
    let reply = connection.post(AUTH, JSON, &[], r#"{"userId":"u","password":"p"}"#).await.unwrap();
    assert_eq!(reply.status, 200);
    serde_json::from_slice(&reply.body).unwrap()
}

async fn search(world: &World, institution: &str, token: Option<&str>) -> (u16, Option<String>, Option<String>) {
    let body = message(&ask_of("kyokai-insured-tokyo"), institution, Format::Json, AnswerCharset::Utf8);
    let headers: Vec<(&str, &str)> = token.map(|token| ("authorization", token)).into_iter().collect();
    let mut connection = world.terminal(institution).connect().await.unwrap();
    outcome(Format::Json, &connection.post(SEARCH, JSON, &headers, body).await.unwrap())
}

#[tokio::test]
async fn log_in_then_search() {
    let world = World::start().await;
    let login = log_in(&world, TEST_CLINIC).await;
    assert_eq!((&login["status"], &login["msg"]), (&Value::from("0"), &Value::from("OK")));
    let result = &login["result"];
    assert_eq!(result["linkSysCharCd"], "0");
    for token in ["accessToken", "refreshToken", "idToken"] {
        assert!(result[token].as_str().is_some_and(|token| token.len() > 40), "{token}");
    }
    assert_eq!(search(&world, TEST_CLINIC, result["idToken"].as_str()).await, answered());
    assert_eq!(log_in(&world, SHIFT_JIS_CLINIC).await["result"]["linkSysCharCd"], "1");
    world.stop().await;
}

#[tokio::test]
async fn tokens_hold_for_their_terminal_only() {
    let world = World::start().await;
    let login = log_in(&world, TEST_CLINIC).await;
    let token = login["result"]["idToken"].as_str().unwrap();
    assert_eq!(search(&world, TEST_CLINIC, None).await, refused(401, "SHK3005"));
    assert_eq!(search(&world, TEST_CLINIC, Some("nonsense")).await, refused(401, "SHK3006"));
    assert_eq!(search(&world, TEST_CLINIC, Some(&format!("Bearer {token}"))).await, refused(401, "SHK3006"));
    assert_eq!(search(&world, TEST_CLINIC, login["result"]["accessToken"].as_str()).await, refused(401, "SHK3006"));
    assert_eq!(search(&world, OTHER_CLINIC, Some(token)).await, refused(401, "SHK3006"));
    for place in [0, token.len() / 2, token.len() - 1] {
        let mut changed = token.as_bytes().to_vec();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(search(&world, TEST_CLINIC, Some(&changed)).await, refused(401, "SHK3006"), "byte {place}");
    }
    world.stop().await;
}

#[tokio::test]
async fn of_two_authorization_headers_none_counts() {
    let world = World::start().await;
    let login = log_in(&world, TEST_CLINIC).await;
    let token = login["result"]["idToken"].as_str().unwrap();
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
    for second in ["nonsense", "", token] {
        for tokens in [[token, second], [second, token]] {
            let headers = tokens.map(|token| ("authorization", token));
            let reply = world.connect().await.post(SEARCH, JSON, &headers, body.clone()).await.unwrap();
            assert_eq!(outcome(Format::Json, &reply), refused(401, "SHK3006"), "{second:?}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn of_two_operator_tokens_none_counts() {
    let wishes = Wishes { operator_token: Some("right".to_owned()), ..Wishes::default() };
    let world = World::with(wishes).await;
    let address = world.app.operator_addr().to_string();
    let status = async |tokens: &[&str]| {
        let headers: Vec<(&str, &str)> = tokens.iter().map(|token| ("authorization", *token)).collect();
        process::http(&address, "GET", "/api/insurers", &headers, "").await.0
    };
    assert_eq!(status(&["Bearer right"]).await, 200);
    assert_eq!(status(&["Bearer right", "Bearer wrong"]).await, 401);
    assert_eq!(status(&["Bearer wrong", "Bearer right"]).await, 401);
    assert_eq!(status(&["Bearer right", "Bearer right"]).await, 401);
    world.stop().await;
}

#[tokio::test]
async fn log_ins_that_are_refused() {
    let world = World::start().await;
    for (media, body, status, code, detail) in [
        (JSON, "", 400, "SHK1001", "empty"),
        (JSON, "not JSON", 400, "SHK1002", "not well-formed"),
        (JSON, "[]", 400, "SHK1002", "not well-formed"),
        (JSON, r#"{"userId":"#, 400, "SHK1002", "not well-formed"),
        (JSON, "{\"userId\":\"u\"}\r\n\u{1a}", 400, "SHK1015", "^Z (0x1A) after the end"),
        (JSON, "{}\0\0", 400, "SHK1015", "NUL (0x00) after the end"),
        (JSON, "{}{}", 400, "SHK1015", "a second message after the end"),
        ("application/json;charset=Shift_JIS", "{}", 400, "SHK1005", "must be UTF-8"),
        ("application/xml", "<a/>", 415, "SHK2002", ""),
    ] {
        let reply = world.connect().await.post(AUTH, media, &[], body).await.unwrap();
        let problem: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status.as_u16(), problem["code"].as_str()), (status, Some(code)), "{body:?}");
        assert!(problem["detail"].as_str().unwrap_or_default().contains(detail), "{problem}");
        assert_eq!(reply.headers["content-type"], "application/problem+json");
    }
    // Any object is accepted, also behind a byte order mark.
    for body in ["{}", "\u{feff}{}", r#"{"userId":1,"roles":[{"a":null},[true]],"userId":"u"} "#] {
        assert_eq!(world.connect().await.post(AUTH, JSON, &[], body).await.unwrap().status, 200, "{body}");
    }
    let closed = "1410555011";
    let mut connection = world.terminal(closed).connect().await.unwrap();
    assert_eq!(connection.post(AUTH, JSON, &[], "{}").await.unwrap().status, 403);
    world.stop().await;
}
