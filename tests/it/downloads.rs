//! Results over slow and broken networks: a download that flows goes on, one that stands still ends, one that broke off is
//! resumed.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Bytes;
use shikaku::config::{BulkLimits, Limits};
use shikaku::domain::AnswerCharset;
use shikaku::terminal::Reply;
use shikaku::wire::Format;
use shikaku::wire::message::bulk_fetch;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::timeout;

use crate::floods::{DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, WINDOW_UPDATE, frame, head_of, read_frame};
use crate::support::bulk::Clinic;
use crate::support::h2::H2;
use crate::support::world::Wishes;
use crate::support::{OTHER_CLINIC, TEST_CLINIC, World, answered, ask_of, fixtures, message, outcome, refused};

const JSON: &str = "application/json";

/// Limits far shorter than a transfer of some seconds.
fn short() -> Limits {
    Limits {
        first_request: Duration::from_secs(1),
        idle: Duration::from_millis(300),
        write: Duration::from_secs(1),
        write_bytes: 8 * 1024,
        stop: Duration::from_millis(300),
        ..Limits::default()
    }
}

async fn world(limits: Limits) -> World {
    World::with(Wishes { limits, ..Wishes::default() }).await
}

/// Uploads a file about `people` people, waits for its result, and returns its number.
async fn done(world: &World, institution: &str, people: usize) -> String {
    let ids: Vec<&str> = fixtures().people.iter().map(|person| person.person.fixture_id.as_str()).collect();
    let many: Vec<&str> = ids.iter().cycle().take(people).copied().collect();
    let mut clinic = Clinic::at(world, institution).await;
    let number = clinic.upload(&many).await;
    clinic.result(&number).await;
    number
}

fn fetch_of(institution: &str, number: &str) -> Vec<u8> {
    bulk_fetch::request(institution, number, Format::Json, AnswerCharset::Utf8)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_download_over_http_1_goes_on_while_it_flows() {
    let world = world(short()).await;
    let number = done(&world, TEST_CLINIC, 600).await;
    // A socket with a small receive buffer.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let stream = socket.connect(world.app.terminal_addr()).await.unwrap();
    let (certificate, key) = world.identity(TEST_CLINIC);
    let mut stream = crate::tls::stream_over(stream, &world.pki.ca(), (&certificate, &key), "http/1.1").await;
    let body = fetch_of(TEST_CLINIC, &number);
    let head = format!(
        "POST /oqs/OQSmuquc02 HTTP/1.1\r\nhost: localhost\r\ncontent-type: {JSON}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    let (mut whole, mut wanted, begun) = (Vec::new(), usize::MAX, std::time::Instant::now());
    let mut part = vec![0; 16 * 1024];
    while whole.len() < wanted {
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "cut off after {} of {wanted} bytes and {:?}", whole.len(), begun.elapsed());
        whole.extend_from_slice(&part[..read]);
        if wanted == usize::MAX {
            let text = String::from_utf8_lossy(&whole);
            let head = text.find("\r\n\r\n").expect("the head comes at once") + 4;
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            wanted = head + length.parse::<usize>().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    assert!(begun.elapsed() > Duration::from_millis(2500), "too fast to show anything: {:?}", begun.elapsed());
    assert!(whole.ends_with(b"}"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_download_over_http_2_goes_on_while_it_flows() {
    let world = world(short()).await;
    let number = done(&world, TEST_CLINIC, 300).await;
    let whole = Clinic::of(&world).await.fetch(&number).await;
    let mut connection = H2::with_window(&world, TEST_CLINIC, 16 * 1024).await;
    let response = connection.begin("OQSmuquc02", JSON, fetch_of(TEST_CLINIC, &number)).await.unwrap();
    let (mut body, mut taken, begun) = (response.into_body(), Vec::new(), std::time::Instant::now());
    while let Some(frame) = body.frame().await {
        taken.extend_from_slice(frame.expect("it flows").data_ref().unwrap());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(begun.elapsed() > Duration::from_millis(2500), "too fast to show anything: {:?}", begun.elapsed());
    assert_eq!(Bytes::from(taken), whole.body);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_over_http_2_may_be_busy_for_as_long_as_one_over_http_1() {
    let world = world(Limits { write: Duration::from_secs(60), ..Limits::default() }).await;
    let number = done(&world, TEST_CLINIC, 600).await;
    let whole = Clinic::of(&world).await.fetch(&number).await;
    // A socket with a small receive buffer: the client sees nothing behind it, not even a PING.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let stream = socket.connect(world.app.terminal_addr()).await.unwrap();
    let (certificate, key) = world.identity(TEST_CLINIC);
    let mut stream = crate::tls::stream_over(stream, &world.pki.ca(), (&certificate, &key), "h2").await;
    let window = 1_u32 << 24;
    let question = [
        PREFACE,
        &frame(SETTINGS, 0, 0, &[&[0, 4][..], &window.to_be_bytes()].concat()),
        &frame(WINDOW_UPDATE, 0, 0, &window.to_be_bytes()),
        &frame(HEADERS, END_HEADERS, 1, &head_of("OQSmuquc02", JSON)),
        &frame(DATA, END_STREAM, 1, &fetch_of(TEST_CLINIC, &number)),
    ]
    .concat();
    stream.write_all(&question).await.unwrap();
    // Longer than a connection may be idle, a head or a body may take, or an answer may be in the making.
    tokio::time::sleep(Duration::from_secs(35)).await;
    let mut taken = Vec::new();
    loop {
        let (kind, flags, payload) = read_frame(&mut stream).await.expect("it goes on");
        if kind == DATA {
            taken.extend(payload);
            if flags & END_STREAM != 0 {
                break;
            }
        }
    }
    assert_eq!(Bytes::from(taken), whole.body);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_drips_is_cut_off_and_its_place_is_free() {
    let bulk = BulkLimits { fetches: 1, fetches_of_institution: 1, ..BulkLimits::default() };
    let world = world(Limits { bulk, write: Duration::from_millis(400), ..short() }).await;
    let number = done(&world, TEST_CLINIC, 300).await;
    let whole = Clinic::of(&world).await.fetch(&number).await.body.len();
    // The first client takes nothing. The second one takes 1 KiB in each window of 400 ms, an eighth of the least allowed.
    for pause in [Duration::from_secs(3600), Duration::from_millis(400)] {
        let before = world.metric(r#"shikaku_connections_closed_total{reason="slow"}"#).await;
        let mut connection = H2::with_window(&world, TEST_CLINIC, 1024).await;
        let response = connection.begin("OQSmuquc02", JSON, fetch_of(TEST_CLINIC, &number)).await.unwrap();
        assert_eq!(response.status(), 200);
        let drip = tokio::spawn(async move {
            let mut body = response.into_body();
            while let Some(Ok(_)) = body.frame().await {
                tokio::time::sleep(pause).await;
            }
        });
        world.until_metric(r#"shikaku_connections_closed_total{reason="slow"}"#, before + 1.0).await;
        drip.abort();
        let fetched = timeout(Duration::from_secs(10), async { Clinic::of(&world).await.fetch(&number).await });
        let fetched = fetched.await.expect("its place is free");
        assert_eq!((fetched.status.as_u16(), fetched.body.len()), (200, whole));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_downloads_of_one_institution_do_not_delay_another() {
    let bulk = BulkLimits { fetches: 3, fetches_of_institution: 2, ..BulkLimits::default() };
    let world = world(Limits { bulk, ..Limits::default() }).await;
    let number = done(&world, TEST_CLINIC, 300).await;
    let others = done(&world, OTHER_CLINIC, 3).await;
    let mut slow = Vec::new();
    for _ in 0..6 {
        let mut connection = H2::with_window(&world, TEST_CLINIC, 1024).await;
        let fetch = fetch_of(TEST_CLINIC, &number);
        slow.push(tokio::spawn(async move {
            // After the head, the client reads nothing until the end.
            let response = connection.begin("OQSmuquc02", JSON, fetch).await;
            (connection, response)
        }));
    }
    while slow.iter().filter(|fetch| fetch.is_finished()).count() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..3 {
        let fetched =
            timeout(Duration::from_secs(10), async { Clinic::at(&world, OTHER_CLINIC).await.fetch(&others).await });
        assert_eq!(outcome(Format::Json, &fetched.await.expect("it is not behind them")), answered());
    }
    assert_eq!(slow.iter().filter(|fetch| fetch.is_finished()).count(), 2, "one institution has two places");
    // Lookups of the institution do not wait for its downloads either.
    let body = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Json, AnswerCharset::Utf8);
    let reply = world.connect().await.ask("/oqs/OQSsiquc01", Format::Json, body).await.unwrap();
    assert_eq!(outcome(Format::Json, &reply), answered());
    for fetch in slow {
        fetch.abort();
    }
    world.stop().await;
}

/// Fetches with these headers.
async fn fetch(world: &World, format: Format, number: &str, headers: &[(&str, &str)]) -> Reply {
    let media = match format {
        Format::Xml => "application/xml",
        Format::Json => JSON,
    };
    let body = bulk_fetch::request(TEST_CLINIC, number, format, AnswerCharset::Utf8);
    world.connect().await.post("/oqs/OQSmuquc02", media, headers, body).await.unwrap()
}

fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_broke_off_goes_on_where_it_was() {
    let bulk = BulkLimits { slice: 3, ..BulkLimits::default() };
    let world = world(Limits { bulk, ..Limits::default() }).await;
    for format in [Format::Json, Format::Xml] {
        let ids: Vec<&str> = fixtures().people.iter().take(8).map(|person| person.person.fixture_id.as_str()).collect();
        let mut clinic = Clinic::of(&world).await;
        let file = crate::support::bulk::file_of(&ids, TEST_CLINIC, "FILE", format);
        let number = clinic.upload_as("OQSmuquc01", format, file).await;
        let whole = clinic.result_as("OQSmuquc02", format, &number).await;
        let (length, tag) = (whole.body.len(), header(&whole, "etag").expect("a validator").to_owned());
        assert!(tag.starts_with('"'), "a strong one: {tag}");
        assert_eq!(header(&whole, "accept-ranges"), Some("bytes"));
        // Each border of a slice lies between two of these offsets.
        for first in (0..length).step_by(251).chain([length - 1]) {
            let range = format!("bytes={first}-");
            let reply = fetch(&world, format, &number, &[("range", &range), ("if-range", &tag)]).await;
            assert_eq!(reply.status, 206);
            assert_eq!(reply.body, whole.body.slice(first..), "{range}");
            assert_eq!(header(&reply, "content-range"), Some(&*format!("bytes {first}-{}/{length}", length - 1)));
            assert_eq!(header(&reply, "content-length"), Some(&*(length - first).to_string()));
            assert_eq!(header(&reply, "etag"), Some(&*tag));
            assert_eq!(header(&reply, "content-type"), header(&whole, "content-type"));
        }
        for (range, part) in [("bytes=0-0", 0..1), ("bytes=100-1099", 100..1100), ("bytes=-77", length - 77..length)] {
            let reply = fetch(&world, format, &number, &[("range", range)]).await;
            assert_eq!((reply.status.as_u16(), reply.body), (206, whole.body.slice(part)), "{range}");
        }
        let outside = format!("bytes={length}-");
        let reply = fetch(&world, format, &number, &[("range", &outside)]).await;
        assert_eq!(outcome(format, &reply), refused(416, "SHK7006"));
        assert_eq!(header(&reply, "content-range"), Some(&*format!("bytes */{length}")));
        // The validator of another result, several ranges, and an invalid range: the server sends the whole.
        let others: [&[(&str, &str)]; 3] = [
            &[("range", "bytes=5-"), ("if-range", "\"00000000000000000000000000000000\"")],
            &[("range", "bytes=0-1,5-9")],
            &[("range", "lines=1-2")],
        ];
        for headers in others {
            let reply = fetch(&world, format, &number, headers).await;
            assert_eq!((reply.status.as_u16(), &reply.body), (200, &whole.body), "{headers:?}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_read_without_the_slices_before_it_and_only_where_lengths_are_known() {
    let bulk = BulkLimits { slice: 3, ..BulkLimits::default() };
    let world = world(Limits { bulk, ..Limits::default() }).await;
    let number = done(&world, TEST_CLINIC, 9).await;
    let whole = fetch(&world, Format::Json, &number, &[]).await;
    // Another file about the same people has another validator.
    let again = done(&world, TEST_CLINIC, 9).await;
    assert_ne!(header(&fetch(&world, Format::Json, &again, &[]).await, "etag"), header(&whole, "etag"));
    // A result that is converted on the way has no length beforehand.
    let range = ("range", "bytes=5-9");
    for headers in [[range, ("accept", "application/xml")], [range, ("accept", "application/zip")]] {
        let reply = fetch(&world, Format::Json, &number, &headers).await;
        assert_eq!((reply.status.as_u16(), header(&reply, "etag"), header(&reply, "accept-ranges")), (200, None, None));
    }
    // The first slice is spoilt behind its size, so the server must not read it.
    world
        .database
        .execute("update batch_slice set units = substring(units from 1 for 4) || '\\x00' where place = 0 and batch_id = (select min(batch_id) from batch_slice)")
        .await;
    let first = whole.body.len() - 100;
    let reply = fetch(&world, Format::Json, &number, &[("range", &format!("bytes={first}-"))]).await;
    assert_eq!((reply.status.as_u16(), reply.body), (206, whole.body.slice(first..)));
    world.stop().await;
}
