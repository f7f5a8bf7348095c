//! Limits on time and number: slow peers and masses are cut off, and others are served meanwhile.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use sqlx::Executor;

use shikaku::config::Limits;
use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::world::Wishes;
use crate::support::{TEST_CLINIC, World, answered, ask_of, message, outcome, refused};

/// Short limits, so that the tests need not wait for the real ones.
fn short() -> Limits {
    Limits {
        handshake: Duration::from_millis(400),
        first_request: Duration::from_millis(400),
        idle: Duration::from_millis(600),
        body: Duration::from_millis(400),
        write: Duration::from_millis(400),
        stop: Duration::from_millis(500),
        ..Limits::default()
    }
}

async fn world(limits: Limits) -> World {
    World::with(Wishes { limits, ..Wishes::default() }).await
}

/// Reads until the other side closes; panics if it does not within five seconds.
async fn until_closed(stream: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    // A reset is a close too.
    let _ = read.expect("the connection stays open");
    rest
}

#[tokio::test]
async fn slow_peers_are_cut_off_at_every_stage() {
    let world = world(short()).await;
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let head = format!(
        "POST /oqs/OQSsiquc01 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );

    // A connection, and then nothing.
    let mut silent = TcpStream::connect(world.app.terminal_addr()).await.unwrap();
    until_closed(&mut silent).await;
    // A handshake, and then nothing; in both protocols.
    until_closed(&mut crate::tls::http1_stream(&world).await).await;
    until_closed(&mut crate::tls::h2_stream(&world).await).await;
    // Half a head.
    let mut half = crate::tls::http1_stream(&world).await;
    half.write_all(&head.as_bytes()[..60]).await.unwrap();
    until_closed(&mut half).await;
    // A head, and a byte of the body now and then.
    let mut dripping = crate::tls::http1_stream(&world).await;
    dripping.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = tokio::io::split(dripping);
    let drip = async {
        for byte in &body {
            // Ends when the connection does.
            if writer.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let answer = tokio::select! {
        answer = until_closed(&mut reader) => answer,
        () = drip => panic!("the whole body was taken"),
    };
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("SHK1011"), "{answer}");
    // An answered connection that then stands idle.
    let mut idle = crate::tls::http1_stream(&world).await;
    idle.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    assert!(until_closed(&mut idle).await.starts_with(b"HTTP/1.1 200"));

    let reply = world.ask(&ask_of("kyokai-insured-tokyo"), Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    world.stop().await;
}

#[tokio::test]
async fn whoever_does_not_take_answers_is_cut_off() {
    let world = world(short()).await;
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let request = [
        format!(
            "POST /oqs/OQSsiquc01 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes(),
        body,
    ]
    .concat();
    let mut stream = crate::tls::http1_stream(&world).await;
    // Sends requests without reading answers, until the buffers on the way are full and the server gives up.
    let flood = async {
        for _ in 0..20_000 {
            if stream.write_all(&request).await.is_err() {
                return true;
            }
        }
        false
    };
    // Until then each request is a lookup, which takes its time on a busy machine.
    assert!(timeout(Duration::from_secs(120), flood).await.expect("the server neither reads nor closes"));
    let reply = world.ask(&ask_of("kyokai-insured-tokyo"), Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    world.stop().await;
}

#[tokio::test]
async fn silent_handshakes_do_not_keep_others_out() {
    let limits = Limits { handshakes: 1, handshake: Duration::from_secs(3), ..Limits::default() };
    let world = world(limits).await;
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(TcpStream::connect(world.app.terminal_addr()).await.unwrap());
    }
    // A connection that has not begun to speak holds no place: a good terminal is served while they are still connected.
    let reply = world.ask(&ask_of("kyokai-insured-tokyo"), Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    assert!(world.metric("shikaku_handshakes_total{result=\"timeout\"}").await < 1.0);
    world.until_metric("shikaku_handshakes_total{result=\"timeout\"}", 4.0).await;
    world.stop().await;
}

#[tokio::test]
async fn too_many_connections_are_closed_and_counted() {
    let world = world(Limits { connections: 3, ..Limits::default() }).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(world.connect().await);
    }
    world.until_metric("shikaku_connections", 3.0).await;
    assert!(world.terminal(TEST_CLINIC).connect().await.is_err());
    world.until_metric("shikaku_connections_closed_total{reason=\"too_many\"}", 1.0).await;
    // Open connections go on, and a place becomes free again.
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let reply = open[0].ask("/oqs/OQSsiquc01", Format::Xml, body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), answered());
    drop(open);
    let mut again = None;
    for _ in 0..100 {
        again = world.terminal(TEST_CLINIC).connect().await.ok();
        if again.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(again.is_some());
    world.stop().await;
}

#[tokio::test]
async fn long_heads_are_refused() {
    let world = World::start().await;
    let mut stream = crate::tls::http1_stream(&world).await;
    let most = Limits::default().head_bytes;
    // As much as the server reads, and no end of the head. With more than that, the answer could be lost in a reset.
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}", "x".repeat(most));
    stream.write_all(&head.as_bytes()[..most]).await.unwrap();
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    world.stop().await;
}

#[tokio::test]
async fn stopping_lets_running_requests_finish() {
    let World { app, database, pki } = World::start().await;
    let address = app.terminal_addr();
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let terminal = shikaku::terminal::Terminal::new(&address.to_string(), &pki.ca(), Some((&files.0, &files.1))).unwrap();

    // The lookup waits for a lock while the server stops.
    let mut lock = database.connect().await;
    lock.execute("begin; lock table coverage in access exclusive mode").await.unwrap();
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let asking =
        tokio::spawn(async move { terminal.connect().await.unwrap().ask("/oqs/OQSsiquc01", Format::Xml, body).await });
    while database.count("select count(*) from pg_locks where not granted").await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let stopping = tokio::spawn(app.stop());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!stopping.is_finished(), "the running request was not waited for");
    assert!(TcpStream::connect(address).await.is_err(), "new connections are still accepted");
    lock.execute("rollback").await.unwrap();

    assert_eq!(outcome(Format::Xml, &asking.await.unwrap().unwrap()), answered());
    timeout(Duration::from_secs(5), stopping).await.expect("the server stops").unwrap();
    assert_eq!(database.count("select count(*) from access_log").await, 1);
    std::sync::Arc::into_inner(database).expect("the only one").drop().await;
}

#[tokio::test]
async fn a_database_that_hangs_fails_or_is_overrun_has_an_official_answer() {
    let limits = Limits { request: Duration::from_millis(500), waiting: 1, group: 1, ..Limits::default() };
    let world = world(limits).await;
    let ask = ask_of("kyokai-insured-tokyo");
    let mut database = world.database.connect().await;

    // No lookup can read while this transaction is open: both workers hang, one question waits, and the next is one too
    // many.
    database.execute("begin; lock table coverage in access exclusive mode").await.unwrap();
    let (a, b, c, d, e) = tokio::join!(
        world.ask(&ask, Format::Xml),
        world.ask(&ask, Format::Json),
        world.ask(&ask, Format::Xml),
        world.ask(&ask, Format::Xml),
        world.ask(&ask, Format::Xml),
    );
    let mut outcomes = vec![outcome(Format::Json, &b)];
    outcomes.extend([a, c, d, e].iter().map(|reply| outcome(Format::Xml, reply)));
    assert!(outcomes.contains(&refused(504, "SHK5004")), "{outcomes:?}");
    assert!(outcomes.contains(&refused(503, "SHK5001")), "{outcomes:?}");
    database.execute("rollback").await.unwrap();

    database.execute("alter table coverage rename to coverage_gone").await.unwrap();
    let mut last = answered();
    for _ in 0..100 {
        // Questions that waited above are worked off first.
        last = outcome(Format::Xml, &world.ask(&ask, Format::Xml).await);
        if last == refused(503, "SHK5002") {
            break;
        }
    }
    assert_eq!(last, refused(503, "SHK5002"));
    database.execute("alter table coverage_gone rename to coverage").await.unwrap();
    let reply = world.ask(&ask, Format::Xml).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    world.stop().await;
}
