//! Files with questions about many people: taken, answered, fetched.

use shikaku::domain::AnswerCharset;
use shikaku::terminal::{Connection, Reply};
use shikaku::wire::Format;
use shikaku::wire::message::bulk_fetch;

use crate::support::{SHIFT_JIS_CLINIC, TEST_CLINIC, World, parse, root, text_of};

/// Sends a file; gives its reception number.
pub async fn upload(connection: &mut Connection, format: Format, file: Vec<u8>) -> String {
    let reply = connection.ask("/oqs/OQSmuquc01", format, file).await.unwrap();
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    text_of(&parse(format, &reply.body), "ReceptionNumber").unwrap()
}

/// Fetches a result once.
pub async fn fetch(connection: &mut Connection, institution: &str, format: Format, number: &str) -> Reply {
    let request = bulk_fetch::request(institution, number, format, AnswerCharset::Utf8);
    connection.ask("/oqs/OQSmuquc02", format, request).await.unwrap()
}

/// Fetches until the result is there.
pub async fn result(connection: &mut Connection, institution: &str, format: Format, number: &str) -> Reply {
    for _ in 0..1000 {
        let reply = fetch(connection, institution, format, number).await;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        let processing = match format {
            Format::Xml => text.contains("<SegmentOfResult>2<"),
            Format::Json => text.contains("\"SegmentOfResult\":\"2\""),
        };
        if !processing {
            return reply;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the result of {number} never comes");
}

/// What stands in `tests/golden_bulk`.
fn golden(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/golden_bulk/all-people").join(name)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_in_one_file_byte_for_byte() {
    for (institution, format, request, answer) in [
        (TEST_CLINIC, Format::Xml, "request.xml", "answer.xml"),
        (SHIFT_JIS_CLINIC, Format::Xml, "request_sjis.xml", "answer_sjis.xml"),
        (TEST_CLINIC, Format::Json, "request.json", "answer.json"),
    ] {
        // One world each, so that every file is the first.
        let world = World::start().await;
        let mut connection = world.terminal(institution).connect().await.unwrap();
        let number = upload(&mut connection, format, golden(request)).await;
        let reply = result(&mut connection, institution, format, &number).await;
        assert_same(&reply.body, &golden(answer), answer);
        let again = fetch(&mut connection, institution, format, &number).await;
        assert_eq!(again.body, reply.body, "fetched again");
        // The same result in the other format, which was not asked for when the file came.
        if institution == TEST_CLINIC {
            let (other, expected) = match format {
                Format::Xml => (Format::Json, "answer.json"),
                Format::Json => (Format::Xml, "answer.xml"),
            };
            let reply = fetch(&mut connection, institution, other, &number).await;
            assert_same(&reply.body, &golden(expected), expected);
        }
        world.stop().await;
    }
}

/// Compares long texts and shows the first place where they differ.
fn assert_same(found: &[u8], expected: &[u8], name: &str) {
    if found != expected {
        let place = found.iter().zip(expected).position(|(a, b)| a != b).unwrap_or_else(|| found.len().min(expected.len()));
        let around = |bytes: &[u8]| {
            let end = bytes.len().min(place + 200);
            format!(
                "{} {:02x?}",
                String::from_utf8_lossy(&bytes[place.saturating_sub(300).min(end)..end]),
                &bytes[place.saturating_sub(2)..end.min(place + 6)]
            )
        };
        panic!("{name}, byte {place}:\nexpected {}\n   found {}", around(expected), around(found));
    }
}
