//! Refusals before the body is read, and 100 (Continue): they arrive whole, however much the client still sends.

use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use h2::client::SendRequest;
use hyper::body::Bytes;
use hyper::{Request, Response};
use rustls::AlertDescription;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::{TEST_CLINIC, World, ask_of, message};

/// How often each case is tried, so that an answer that is lost now and then is lost at least once.
const TRIES: usize = 200;

async fn http2(world: &World) -> SendRequest<Bytes> {
    let (sender, connection) = h2::client::handshake(crate::tls::h2_stream(world).await).await.unwrap();
    // The requests report errors of the connection.
    tokio::spawn(connection);
    sender
}

fn request(path: &str) -> hyper::http::request::Builder {
    Request::post(format!("https://localhost{path}")).header("content-type", "application/xml")
}

/// Sends all bytes, whatever the server says meanwhile, and then reads status and body of the answer. Fails if the stream is
/// reset before everything is sent, as clients fail that send first and read later.
async fn send_all_then_read(
    sender: &SendRequest<Bytes>,
    request: Request<()>,
    bytes: usize,
) -> Result<(u16, Vec<u8>), h2::Error> {
    let mut sender = sender.clone().ready().await?;
    let (response, mut stream) = sender.send_request(request, false)?;
    let mut left = bytes;
    while left > 0 {
        stream.reserve_capacity(left.min(16 * 1024));
        let room = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await;
        let chunk = room.unwrap_or_else(|| Err(h2::Reason::CANCEL.into()))?.min(left);
        left -= chunk;
        stream.send_data(Bytes::from(vec![b'x'; chunk]), left == 0)?;
    }
    let response: Response<h2::RecvStream> = response.await?;
    let status = response.status().as_u16();
    let mut body = response.into_body();
    let mut whole = Vec::new();
    while let Some(data) = body.data().await {
        let data = data?;
        body.flow_control().release_capacity(data.len())?;
        whole.extend_from_slice(&data);
    }
    Ok((status, whole))
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http2_they_arrive_whole() {
    let world = World::start().await;
    // No route, a body too long for its route, and an unknown message: refused after the head.
    for (path, status, text) in
        [("/nowhere", 404, "SHK2004"), ("/oqs/OQSsiquc01", 413, "SHK1010"), ("/oqs/unknown", 404, "SHK2001")]
    {
        let mut sender = http2(&world).await;
        for number in 0..TRIES {
            let request = request(path).header("content-length", 300_000).body(()).unwrap();
            let answer = send_all_then_read(&sender, request, 300_000).await;
            let (found, body) = answer.unwrap_or_else(|error| panic!("{path}: try {number}: {error}"));
            let body = String::from_utf8_lossy(&body).into_owned();
            assert_eq!(found, status, "{path}: {body}");
            assert!(body.contains(text), "{path}: {body}");
            // 413 ends the connection.
            if status == 413 {
                sender = http2(&world).await;
            }
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http1_they_arrive_whole() {
    let world = World::start().await;
    // Small bodies often, and a few that are longer than any accepted body.
    for (bytes, tries) in [(300_000, TRIES), (10_000_000, 20)] {
        let body = vec![b'x'; bytes];
        for (path, status, text) in [("/nowhere", "404", "SHK2004"), ("/oqs/OQSsiquc01", "413", "SHK1010")] {
            for number in 0..tries {
                let head = format!(
                    "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/xml\r\ncontent-length: {bytes}\r\n\r\n"
                );
                let mut stream = crate::tls::http1_stream(&world).await;
                let sent = async {
                    stream.write_all(head.as_bytes()).await?;
                    stream.write_all(&body).await?;
                    stream.flush().await
                };
                sent.await.unwrap_or_else(|error| panic!("{path}: try {number} with {bytes} bytes: {error}"));
                let mut answer = Vec::new();
                let read = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
                let answer = String::from_utf8_lossy(&answer).into_owned();
                assert!(matches!(read, Ok(Ok(_))), "{path}: try {number} with {bytes} bytes: {read:?} {answer}");
                assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(text), "{path}: {answer}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_connection_whose_body_was_taken_goes_on() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    for _ in 0..20 {
        let reply = connection.post("/nowhere", "application/xml", &[], vec![b'x'; 300_000]).await.unwrap();
        assert_eq!(reply.status, 404);
        let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
        assert_eq!(connection.ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap().status, 200);
    }
    assert_eq!(world.metric("shikaku_handshakes_total{result=\"ok\"}").await, 1.0);
    world.stop().await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_taken_for_ever() {
    let limits = shikaku::config::Limits { body: Duration::from_millis(500), ..shikaku::config::Limits::default() };
    let world = World::with(crate::support::world::Wishes { limits, ..Default::default() }).await;
    let mut stream = crate::tls::http1_stream(&world).await;
    let head = "POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-type: application/xml\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [b"1000\r\n".as_slice(), &[b'x'; 0x1000], b"\r\n"].concat();
    let started = Instant::now();
    // Sends a chunk now and then, so that the connection is never idle.
    while stream.write_all(&chunk).await.is_ok() && started.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    world.until_metric("shikaku_connections", 0.0).await;
    world.stop().await;
}

#[tokio::test]
async fn http2_says_continue_when_the_body_is_wanted() {
    let world = World::start().await;
    let mut sender = http2(&world).await.ready().await.unwrap();
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let head = request("/oqs/OQSsiquc01").header("expect", "100-continue").header("content-length", body.len());
    let (mut response, mut stream) = sender.send_request(head.body(()).unwrap(), false).unwrap();
    let interim = timeout(Duration::from_secs(2), std::future::poll_fn(|cx| response.poll_informational(cx))).await;
    let interim = interim.expect("100 comes at once").expect("an interim answer").unwrap();
    assert_eq!(interim.status(), 100);
    stream.send_data(Bytes::from(body), true).unwrap();
    let response = response.await.unwrap();
    assert_eq!(response.status(), 200);

    // A request that is refused after its head gets the refusal, and no 100.
    let mut sender = sender.ready().await.unwrap();
    let head = request("/oqs/OQSsiquc01").header("expect", "100-continue").header("content-length", 300_000);
    let (mut response, _stream) = sender.send_request(head.body(()).unwrap(), false).unwrap();
    let answer = std::future::poll_fn(|cx| {
        let interim = response.poll_informational(cx);
        assert!(!matches!(interim, Poll::Ready(Some(_))), "{interim:?}");
        Pin::new(&mut response).poll(cx)
    });
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 413);
    world.stop().await;
}

#[tokio::test]
async fn http1_says_continue_when_the_body_is_wanted() {
    let world = World::start().await;
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let head = |path: &str, length: usize| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let mut stream = crate::tls::http1_stream(&world).await;
    stream.write_all(head("/oqs/OQSsiquc01", body.len()).as_bytes()).await.unwrap();
    let mut interim = [0; 25];
    timeout(Duration::from_secs(2), stream.read_exact(&mut interim)).await.expect("100 comes at once").unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&body).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");

    // Refused after the head: no 100, and the connection closes, because the body may or may not come.
    for (path, status) in [("/nowhere", "404"), ("/oqs/OQSsiquc01", "413")] {
        let mut stream = crate::tls::http1_stream(&world).await;
        stream.write_all(head(path, 300_000).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(Duration::from_secs(2), stream.read_to_end(&mut answer)).await.expect("closed").unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert!(answer.to_lowercase().contains("connection: close") && !answer.contains("100 Continue"), "{answer}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_certificate_is_told_to_a_client_that_already_sends() {
    let world = World::start().await;
    let foreign = crate::support::world::make_pki(&crate::support::scratch("foreign"));
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    let identity = (foreign.terminal(&code, "reception-1"), foreign.terminal_key(&code, "reception-1"));
    for protocol in ["h2", "http/1.1"] {
        for number in 0..TRIES {
            let mut stream = crate::tls::stream_with(&world, protocol, (&identity.0, &identity.1)).await;
            // In TLS 1.3 the client believes that the handshake succeeded, and sends. A client whose sending fails never
            // reads the alert.
            let chunk = [b'x'; 10_000];
            for _ in 0..20 {
                let sent = stream.write_all(&chunk).await;
                sent.unwrap_or_else(|error| panic!("{protocol}: try {number}: sending fails: {error}"));
            }
            let error = stream.read_to_end(&mut Vec::new()).await.expect_err("it was refused");
            let told = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            let expected = rustls::Error::AlertReceived(AlertDescription::DecryptError);
            assert_eq!(told, Some(&expected), "{protocol}: try {number}: {error}");
        }
    }
    world.until_metric("shikaku_handshakes_total{result=\"unknown_issuer\"}", (2 * TRIES) as f64).await;
    world.stop().await;
}
