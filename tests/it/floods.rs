//! Masses of HTTP/2 frames that cost the server work and the client nothing: the connection soon ends with GOAWAY.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::{TEST_CLINIC, World, answered, ask_of, message, outcome};

pub const DATA: u8 = 0x0;
pub const HEADERS: u8 = 0x1;
const PRIORITY: u8 = 0x2;
const RST_STREAM: u8 = 0x3;
pub const SETTINGS: u8 = 0x4;
const PING: u8 = 0x6;
const GOAWAY: u8 = 0x7;
pub const WINDOW_UPDATE: u8 = 0x8;
const CONTINUATION: u8 = 0x9;
const UNKNOWN: u8 = 0xfa;

pub const END_STREAM: u8 = 0x1;
pub const END_HEADERS: u8 = 0x4;

/// The first bytes of a client.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Returns the head of a question, in HPACK without compression: POST, https, and the rest as literals.
pub fn head_of(id: &str, media: &str) -> Vec<u8> {
    let mut block = vec![0x83, 0x87];
    for (index, value) in [(0x04, &*format!("/oqs/{id}")), (0x01, "localhost")] {
        block.extend([index, u8::try_from(value.len()).unwrap()]);
        block.extend(value.as_bytes());
    }
    // content-type has index 31 in the static table, which is too large for the first byte.
    block.extend([0x0f, 0x10, u8::try_from(media.len()).unwrap()]);
    block.extend(media.as_bytes());
    block
}

fn head() -> Vec<u8> {
    head_of("OQSsiquc01", "application/xml")
}

/// Reads a frame: kind, flags and payload.
pub async fn read_frame(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<(u8, u8, Vec<u8>)> {
    let mut header = [0; 9];
    stream.read_exact(&mut header).await?;
    let mut payload = vec![0; usize::from(header[0]) << 16 | usize::from(header[1]) << 8 | usize::from(header[2])];
    stream.read_exact(&mut payload).await?;
    Ok((header[3], header[4], payload))
}

/// Reads frames until GOAWAY; returns its error code.
async fn goaway(stream: &mut (impl AsyncRead + Unpin)) -> Option<u32> {
    loop {
        let (kind, _, payload) = read_frame(stream).await.ok()?;
        if kind == GOAWAY {
            return Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
        }
    }
}

/// Sends rounds of frames, made by `make` from the number of the round, until GOAWAY; returns its error code.
async fn flood(world: &World, begin: Vec<u8>, make: impl Fn(u32) -> Vec<u8>) -> Option<u32> {
    let (mut reader, mut writer) = tokio::io::split(crate::tls::h2_stream(world).await);
    let sending = async {
        let preface = [PREFACE, &frame(SETTINGS, 0, 0, &[]), &begin].concat();
        let mut sent = writer.write_all(&preface).await;
        for round in 0.. {
            // A failed write means that the server has closed. Its last frames can still be read.
            if sent.is_err() {
                std::future::pending::<()>().await;
            }
            sent = writer.write_all(&make(round)).await;
        }
    };
    let said = async {
        tokio::select! {
            said = goaway(&mut reader) => said,
            () = sending => None,
        }
    };
    timeout(Duration::from_secs(5), said).await.expect("the server takes the flood for ever")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flood_ends_with_goaway_and_others_are_served() {
    let world = World::start().await;
    let open = frame(HEADERS, END_HEADERS, 1, &head());
    type Make = Box<dyn Fn(u32) -> Vec<u8>>;
    let rest: Vec<(&str, Vec<u8>, Make)> = vec![
        ("SETTINGS", vec![], Box::new(|_| frame(SETTINGS, 0, 0, &[]).repeat(50))),
        (
            "SETTINGS that change",
            vec![],
            Box::new(|n| frame(SETTINGS, 0, 0, &[0, 4, 0, 0, u8::try_from(n % 255).unwrap(), 0]).repeat(50)),
        ),
        ("PING", vec![], Box::new(|_| frame(PING, 0, 0, &[7; 8]).repeat(50))),
        ("PING acknowledged unasked", vec![], Box::new(|_| frame(PING, 1, 0, &[7; 8]).repeat(50))),
        ("PRIORITY", vec![], Box::new(|_| frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 9]).repeat(50))),
        ("PRIORITY of idle streams", vec![], Box::new(|n| frame(PRIORITY, 0, 2 * n + 1, &[0, 0, 0, 0, 9]).repeat(50))),
        ("WINDOW_UPDATE", vec![], Box::new(|_| frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]).repeat(50))),
        ("WINDOW_UPDATE of a stream", open.clone(), Box::new(|_| frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1]).repeat(50))),
        ("unknown types", vec![], Box::new(|_| frame(UNKNOWN, 0, 0, &[]).repeat(50))),
        ("long unknown types", vec![], Box::new(|_| frame(UNKNOWN, 0, 0, &[1; 16_000]).repeat(5))),
        ("empty DATA", open.clone(), Box::new(|_| frame(DATA, 0, 1, &[]).repeat(50))),
        ("DATA of padding", open.clone(), Box::new(|_| frame(DATA, 8, 1, &[9, 0, 0, 0, 0, 0, 0, 0, 0, 0]).repeat(50))),
        (
            "rapid reset",
            vec![],
            Box::new(|n| {
                [frame(HEADERS, END_HEADERS, 2 * n + 1, &head()), frame(RST_STREAM, 0, 2 * n + 1, &[0, 0, 0, 8])].concat()
            }),
        ),
        ("CONTINUATION", frame(HEADERS, 0, 1, &head()), Box::new(|_| frame(CONTINUATION, 0, 1, &[]).repeat(50))),
        (
            "long CONTINUATION",
            frame(HEADERS, 0, 1, &head()),
            // Literal headers without indexing: x: yyyy…
            Box::new(|_| frame(CONTINUATION, 0, 1, &[&[0x00, 1, b'x', 100][..], &[b'y'; 100]].concat()).repeat(20)),
        ),
    ];
    for (name, begin, make) in rest {
        let code = flood(&world, begin, make).await;
        // 1: PROTOCOL_ERROR, 11: ENHANCE_YOUR_CALM.
        assert!(matches!(code, Some(1 | 11)), "{name}: GOAWAY {code:?}");
    }
    // The server ends and counts most floods itself; the library ends the others.
    let closed = world.metric("shikaku_connections_closed_total{reason=\"flood\"}").await;
    assert!(closed >= 8.0, "{closed} were counted");
    let reply = world.ask(&ask_of("kyokai-insured-tokyo"), Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_clients_are_never_taken_for_floods() {
    let world = World::start().await;
    let (sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        // Holds until the server announces its limit.
        .initial_max_send_streams(16)
        .handshake(TokioIo::new(crate::tls::h2_stream(&world).await))
        .await
        .unwrap();
    tokio::spawn(connection);
    let send = |path: &'static str, body: Vec<u8>| {
        let mut sender = sender.clone();
        async move {
            let request = hyper::Request::post(format!("https://localhost{path}")).header("content-type", "application/xml");
            let response = sender.send_request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
            let status = response.status().as_u16();
            response.into_body().collect().await.unwrap();
            status
        }
    };
    // As many streams at once as the server allows, again and again: more requests than any budget of frames.
    let question = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    for _ in 0..100 {
        let all = futures_util::future::join_all((0..32).map(|_| send("/oqs/OQSsiquc01", question.clone()))).await;
        assert!(all.iter().all(|status| *status == 200), "{all:?}");
    }
    // Files of nearly the largest size. They name nobody, which shows only after they have been read.
    for _ in 0..4 {
        let file = format!("<XmlMsg>{}</XmlMsg>", " ".repeat(8 * 1024 * 1024 - 1024));
        assert_eq!(send("/oqs/OQSmuquc01", file.into_bytes()).await, 400);
    }
    assert_eq!(world.metric("shikaku_handshakes_total{result=\"ok\"}").await, 1.0);
    assert_eq!(world.metric("shikaku_connections_closed_total{reason=\"flood\"}").await, 0.0);
    world.stop().await;
}
