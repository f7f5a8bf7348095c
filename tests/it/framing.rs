//! HTTP/1.1 that two readers may understand differently: refused with 400 at once, and the connection is closed.

use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::floods::{DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, frame, head_of, read_frame};
use crate::support::{TEST_CLINIC, World, ask_of, message};

/// Sends bytes over a new connection; returns the answer, and expects the server to close at once.
async fn send(world: &World, bytes: &[u8]) -> String {
    send_over(crate::tls::http1_stream(world).await, bytes).await
}

async fn send_over(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> String {
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let started = Instant::now();
    let closed = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(matches!(closed, Ok(Ok(_))), "not closed in order: {answer}");
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}: {answer}", started.elapsed());
    answer
}

/// Makes a right question with these headers for its framing and this body.
fn question(framing: &str, body: &str) -> String {
    format!("POST /oqs/OQSsiquc01 HTTP/1.1\r\ncontent-type: application/xml\r\n{framing}\r\n{body}")
}

fn good_body() -> String {
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    String::from_utf8(body).unwrap()
}

fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

async fn refusals(world: &World) -> f64 {
    world.metric("shikaku_requests_total{listener=\"terminal\",outcome=\"SHK1016\",route=\"/oqs/{id}\"}").await
}

#[tokio::test]
async fn ambiguous_heads_are_refused_and_nothing_behind_them_is_read() {
    let world = World::start().await;
    let (body, length) = (good_body(), good_body().len());
    // The request that the other reader would see next, and answer.
    let hidden = question(&format!("host: x\r\ncontent-length: {length}\r\n"), &body);
    let cases = [
        ("no Host", question(&format!("content-length: {length}\r\n"), &body)),
        ("two Hosts", question(&format!("host: x\r\nhost: x\r\ncontent-length: {length}\r\n"), &body)),
        ("no host", question(&format!("host: x, y\r\ncontent-length: {length}\r\n"), &body)),
        ("equal lengths", question(&format!("host: x\r\ncontent-length: {length}\r\ncontent-length: {length}\r\n"), &body)),
        (
            "length and chunks",
            question(&format!("host: x\r\ncontent-length: {length}\r\ntransfer-encoding: chunked\r\n"), &chunked(&body)),
        ),
        (
            "chunks and length",
            question(&format!("host: x\r\ntransfer-encoding: chunked\r\ncontent-length: {length}\r\n"), &chunked(&body)),
        ),
        (
            "two encodings",
            question("host: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", &chunked(&body)),
        ),
        ("another encoding", question("host: x\r\ntransfer-encoding: gzip, chunked\r\n", &chunked(&body))),
        ("bare LF in a header", question(&format!("host: x\ncontent-length: {length}\r\n"), &body)),
        (
            "bare LF at the end",
            question(&format!("host: x\r\ncontent-length: {length}\r\n"), &body).replacen("\r\n\r\n", "\r\n\n", 1),
        ),
        (
            "bare LF in the first line",
            question(&format!("host: x\r\ncontent-length: {length}\r\n"), &body).replacen("\r\n", "\n", 1),
        ),
    ];
    for (number, (name, request)) in cases.iter().enumerate() {
        let answer = send(&world, format!("{request}{hidden}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("SHK1016"), "{name}: {answer}");
        assert!(answer.to_lowercase().contains("connection: close"), "{name}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{name}: {answer}");
        assert_eq!(refusals(&world).await, (number + 1) as f64, "{name} is not counted");
    }
    // The HTTP library refuses these before the path is known.
    let unreadable = [
        ("different lengths", question(&format!("host: x\r\ncontent-length: {length}\r\ncontent-length: 1\r\n"), &body)),
        ("a folded header", question(&format!("host: x\r\n folded\r\ncontent-length: {length}\r\n"), &body)),
        ("a blank before the colon", question(&format!("host : x\r\ncontent-length: {length}\r\n"), &body)),
        ("a length in a list", question(&format!("host: x\r\ncontent-length: {length}, {length}\r\n"), &body)),
        ("another final encoding", question("host: x\r\ntransfer-encoding: identity\r\n", &chunked(&body))),
        ("bare CR", question(&format!("host: x\rcontent-length: {length}\r\n"), &body)),
    ];
    for (number, (name, request)) in unreadable.iter().enumerate() {
        let answer = send(&world, format!("{request}{hidden}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{name}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{name}: {answer}");
        world.until_metric("shikaku_connections_closed_total{reason=\"malformed_head\"}", (number + 1) as f64).await;
    }
    assert_eq!(world.database.count("select count(*) from access_log").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn over_http_2_two_names_of_the_host_are_refused() {
    let world = World::start().await;
    for (hosts, refused) in [
        (&[][..], false),
        (&["localhost"], false),
        (&["LOCALHOST"], false),
        (&["other"], true),
        (&["localhost", "localhost"], true),
    ] {
        let mut head = head_of("OQSsiquc01", "application/xml");
        for host in hosts {
            // Host has index 38 in the static table, which is too large for the first byte.
            head.extend([0x0f, 0x17, u8::try_from(host.len()).unwrap()]);
            head.extend(host.as_bytes());
        }
        let question = [
            PREFACE,
            &frame(SETTINGS, 0, 0, &[]),
            &frame(HEADERS, END_HEADERS, 1, &head),
            &frame(DATA, END_STREAM, 1, good_body().as_bytes()),
        ]
        .concat();
        let mut stream = crate::tls::h2_stream(&world).await;
        stream.write_all(&question).await.unwrap();
        let mut answer = Vec::new();
        while let Ok((kind, flags, payload)) = read_frame(&mut stream).await {
            if kind == DATA {
                answer.extend(payload);
                if flags & END_STREAM != 0 {
                    break;
                }
            }
        }
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(answer.contains("SHK1016"), refused, "{hosts:?}: {answer}");
        assert!(answer.contains("ProcessExecutionTime"), "{hosts:?}: {answer}");
    }
    world.stop().await;
}

#[tokio::test]
async fn broken_chunks_are_refused_at_once() {
    let world = World::start().await;
    let framing = "host: x\r\ntransfer-encoding: chunked\r\n";
    let body = good_body();
    let size = format!("{:x}", body.len());
    let cases = [
        ("no number", "zz\r\n".to_owned()),
        ("a sign", format!("+{size}\r\n{body}\r\n0\r\n\r\n")),
        ("a prefix", format!("0x{size}\r\n{body}\r\n0\r\n\r\n")),
        ("an empty size", "\r\n".to_owned()),
        ("too large a size", "fffffffffffffffff\r\n".to_owned()),
        ("bare LF behind the size", format!("{size}\n{body}\r\n0\r\n\r\n")),
        ("bare LF behind the chunk", format!("{size}\r\n{body}\n0\r\n\r\n")),
        ("bare LF at the end", format!("{size}\r\n{body}\r\n0\r\n\n")),
        ("a chunk longer than its size", format!("5\r\n{body}\r\n0\r\n\r\n")),
        ("a chunk shorter than its size", format!("{size}\r\n{}\r\n0\r\n\r\n{}", &body[1..], "x".repeat(8))),
    ];
    for (number, (name, body)) in cases.iter().enumerate() {
        let answer = send(&world, question(framing, body).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("SHK1016"), "{name}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{name}: {answer}");
        assert_eq!(refusals(&world).await, (number + 1) as f64, "{name} is not counted");
    }
    assert_eq!(world.database.count("select count(*) from access_log").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn good_requests_of_every_framing_follow_each_other_on_one_connection() {
    let world = World::start().await;
    let body = good_body();
    let (first, rest) = body.split_at(100);
    let with_length = question(&format!("Host: x\r\nContent-Length: {}\r\n", body.len()), &body);
    let with_chunks = question(
        "host: x\r\nTransfer-Encoding: chunked\r\n",
        &format!("64;a=\"b\"\r\n{first}\r\n{:X}\r\n{rest}\r\n0\r\nX-Trailer: t\r\n\r\n", rest.len()),
    );
    let last = with_length.replacen("Host: x", "Host: x\r\nConnection: close", 1);
    let answer = send(&world, format!("{with_length}{with_chunks}\r\n{with_length}{with_chunks}{last}").as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 5, "{answer}");
    assert_eq!(world.database.count("select count(*) from access_log").await, 5);
    world.stop().await;
}

#[tokio::test]
async fn a_broken_request_behind_a_good_one_does_not_spoil_its_answer() {
    let world = World::start().await;
    let body = good_body();
    let good = question(&format!("host: x\r\ncontent-length: {}\r\n", body.len()), &body);
    let broken = question("content-length: 0\r\n", "");
    let answer = send(&world, format!("{good}{broken}{good}").as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 400").count(), 1, "{answer}");
    assert_eq!(world.database.count("select count(*) from access_log").await, 1);
    world.stop().await;
}

#[tokio::test]
async fn operators_are_read_as_strictly() {
    let world = World::start().await;
    let hidden = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for head in [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: x\n\r\n",
        "POST /api/explain HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        let stream = TcpStream::connect(world.app.operator_addr()).await.unwrap();
        let answer = send_over(stream, format!("{head}{hidden}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("SHK1016"), "{head}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head}: {answer}");
    }
    world.stop().await;
}
