//! A terminal that sends files and fetches results.

use jiff::civil::{Date, date};
use shikaku::domain::AnswerCharset;
use shikaku::terminal::{Connection, Reply};
use shikaku::wire::message::bulk_fetch;
use shikaku::wire::message::bulk_register::people_file;
use shikaku::wire::message::by_card::NewRequest;
use shikaku::wire::{Bounds, Element, Format};

use super::{TEST_CLINIC, World, fixtures};

/// The terminal, on one connection.
pub struct Clinic {
    pub code: String,
    pub connection: Connection,
}

/// The check date of files, unless a test sets another.
pub const CHECK_ON: Date = date(2026, 11, 22);

/// Makes a file of 資格確認一括照会 about fixture people, in the given order.
pub fn file_of(ids: &[&str], institution: &str, identifier: &str, format: Format) -> Vec<u8> {
    let requests: Vec<NewRequest<'_>> = ids
        .iter()
        .map(|id| NewRequest {
            check_on: CHECK_ON,
            file_identifier: Some(identifier),
            identifier: Some(id),
            ..fixtures().person(id).unwrap_or_else(|| panic!("no person {id}")).ask.request(institution)
        })
        .collect();
    people_file(&requests, format, AnswerCharset::Utf8)
}

/// Makes a JSON message of a header and a body.
pub fn json_file(header: &str, body: &str) -> Vec<u8> {
    format!(r#"{{"XmlMsg":{{"MessageHeader":{{{header}}},"MessageBody":{{{body}}}}}}}"#).into_bytes()
}

impl Clinic {
    pub async fn of(world: &World) -> Self {
        Self::at(world, TEST_CLINIC).await
    }

    pub async fn at(world: &World, code: &str) -> Self {
        Self { code: code.to_owned(), connection: world.terminal(code).connect().await.unwrap() }
    }

    /// Posts a message under a file id.
    pub async fn post(&mut self, id: &str, format: Format, body: Vec<u8>) -> Reply {
        self.connection.ask(&format!("/oqs/{id}"), format, body).await.unwrap()
    }

    /// Sends a file, expects the server to accept it, and returns its reception number.
    pub async fn upload_as(&mut self, id: &str, format: Format, file: Vec<u8>) -> String {
        let reply = self.post(id, format, file).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        let answer = parse(format, &reply.body);
        assert_eq!(text(&answer, "SegmentOfResult"), None, "a file that is taken says nothing of a result");
        text(&answer, "ReceptionNumber").unwrap().to_owned()
    }

    pub async fn upload(&mut self, ids: &[&str]) -> String {
        let file = file_of(ids, &self.code, "FILE", Format::Json);
        self.upload_as("OQSmuquc01", Format::Json, file).await
    }

    /// Fetches a result once.
    pub async fn fetch_as(&mut self, id: &str, format: Format, number: &str) -> Reply {
        let request = bulk_fetch::request(&self.code, number, format, AnswerCharset::Utf8);
        self.post(id, format, request).await
    }

    pub async fn fetch(&mut self, number: &str) -> Reply {
        self.fetch_as("OQSmuquc02", Format::Json, number).await
    }

    /// Fetches the result until the file is no longer being processed.
    pub async fn result_as(&mut self, id: &str, format: Format, number: &str) -> Reply {
        for _ in 0..3000 {
            let reply = self.fetch_as(id, format, number).await;
            if reply.body.len() > 4096 || text(&parse(format, &reply.body), "SegmentOfResult") != Some("2") {
                return reply;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the result of {number} never comes");
    }

    /// Waits for the whole result in JSON.
    pub async fn result(&mut self, number: &str) -> Element<'static> {
        let reply = self.result_as("OQSmuquc02", Format::Json, number).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        parse(Format::Json, &reply.body)
    }
}

/// Reads a message of any length.
pub fn parse(format: Format, body: &[u8]) -> Element<'static> {
    const LONG: Bounds = Bounds { depth: 16, elements: usize::MAX };
    format.parse(body, LONG).unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(body)))
}

/// Returns the text of the first element with this name.
pub fn text<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    if element.name == name {
        return Some(&element.text);
    }
    element.children.iter().find_map(|child| text(child, name))
}

/// Returns the people of a result.
pub fn units<'a>(result: &'a Element<'_>) -> &'a [Element<'a>] {
    &result.children.iter().find(|child| child.name == "MessageBody").unwrap().children
}

/// Returns status, code and validity of each person of a result.
pub fn outcomes(result: &Element) -> Vec<(String, Option<String>, Option<String>)> {
    let owned = |unit: &Element<'_>, name| text(unit, name).map(str::to_owned);
    units(result)
        .iter()
        .map(|unit| {
            let status = owned(unit, "ProcessingResultStatus").unwrap();
            (status, owned(unit, "ProcessingResultCode"), owned(unit, "QualificationValidity"))
        })
        .collect()
}
