//! Every kind of wrong request gets a documented error in the caller's format, without personal data, and the server goes
//! on.

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::{TEST_CLINIC, World, answered, ask_of, message, outcome, process, refused};

const PATH: &str = "/oqs/OQSsiquc01";
const XML: &str = "application/xml";
const JSON: &str = "application/json";

/// Values in the requests below that must never appear in an error.
const PERSONAL: [&str; 4] = ["90125678", "19511103", "秘密記号", "SECRET"];

fn xml(header: &str, info: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><XmlMsg><MessageHeader>{header}</MessageHeader>\
         <MessageBody><QualificationConfirmSearchInfo>{info}</QualificationConfirmSearchInfo></MessageBody></XmlMsg>"
    )
}

const HEADER: &str = "<QualificationConfirmationDate>20261122</QualificationConfirmationDate>\
                      <MedicalInstitutionCode>1310012344</MedicalInstitutionCode>";

const INFO: &str = "<InsurerNumber>39131016</InsurerNumber><InsuredIdentificationNumber>90125678</InsuredIdentificationNumber>\
                    <Birthdate>19511103</Birthdate>\
                    <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>";

/// Returns the right request with one part replaced.
fn spoiled(from: &str, to: &str) -> String {
    let right = xml(HEADER, INFO);
    assert!(right.contains(from), "{from}");
    right.replace(from, to)
}

async fn assert_xml(world: &World, body: impl Into<Vec<u8>>, status: u16, code: &str) {
    let body: Vec<u8> = body.into();
    let reply = world.post(PATH, XML, body.clone()).await;
    let context = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
    assert_eq!(outcome(Format::Xml, &reply), refused(status, code), "{context}");
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    assert!(text.contains("<MessageBody>") && text.contains("<ProcessingResultStatus>2</ProcessingResultStatus>"), "{text}");
    assert!(PERSONAL.iter().all(|secret| !text.contains(secret)), "{text}");
}

#[tokio::test]
async fn the_right_request_is_answered() {
    let world = World::start().await;
    let reply = world.post(PATH, XML, xml(HEADER, INFO)).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    world.stop().await;
}

#[tokio::test]
async fn malformed_xml() {
    let world = World::start().await;
    let right = xml(HEADER, INFO);
    assert_xml(&world, "", 400, "SHK1001").await;
    assert_xml(&world, "no XML at all", 400, "SHK1002").await;
    for length in [1, 40, 90, right.len() / 2, right.len() - 1] {
        assert_xml(&world, &right[..length], 400, "SHK1002").await;
    }
    assert_xml(&world, format!("{right}{right}"), 400, "SHK1015").await;
    assert_xml(&world, spoiled("</Birthdate>", "</Birthday>"), 400, "SHK1002").await;
    assert_xml(&world, spoiled("19511103", "\u{0}"), 400, "SHK1009").await;
    world.stop().await;
}

#[tokio::test]
async fn doctype_and_entities() {
    let world = World::start().await;
    let doctypes = [
        "<!DOCTYPE XmlMsg>",
        "<!DOCTYPE XmlMsg [<!ENTITY x \"SECRET\">]>",
        "<!DOCTYPE XmlMsg SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE XmlMsg [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\"><!ENTITY c \"&b;&b;\">]>",
    ];
    for doctype in doctypes {
        assert_xml(&world, spoiled("<XmlMsg>", &format!("{doctype}<XmlMsg>")), 400, "SHK1003").await;
    }
    assert_xml(&world, spoiled("19511103", "&x;"), 400, "SHK1003").await;
    assert_xml(&world, spoiled("<XmlMsg>", "<?xml-stylesheet href=\"x\"?><XmlMsg>"), 400, "SHK1003").await;
    world.stop().await;
}

#[tokio::test]
async fn depth_and_size() {
    let world = World::start().await;
    assert_xml(&world, "<a>".repeat(5_000), 400, "SHK1004").await;
    assert_xml(&world, spoiled("<Birthdate>", &format!("{}<Birthdate>", "<X></X>".repeat(1_000))), 400, "SHK1004").await;
    assert_xml(&world, format!("<a {}/>", "b='1' ".repeat(5_000)), 400, "SHK1006").await;
    // More than 64 KiB, with the length announced and in chunks.
    let long = spoiled("<XmlMsg>", &format!("<!--{}--><XmlMsg>", "x".repeat(64 * 1024)));
    assert_xml(&world, long.clone(), 413, "SHK1010").await;
    assert_eq!(chunked(&world, long.as_bytes()).await, 413);
    world.stop().await;
}

/// Returns the status for a body in chunks, whose length is not announced.
async fn chunked(world: &World, body: &[u8]) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = crate::tls::http1_stream(world).await;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {XML}\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n",
        body.len()
    );
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body).await;
    let _ = stream.write_all(b"\r\n0\r\n\r\n").await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[9..12]).parse().unwrap()
}

#[tokio::test]
async fn wrong_character_sets() {
    let world = World::start().await;
    let kanji = spoiled(
        "<InsuredIdentificationNumber>",
        "<InsuredCardSymbol>秘密記号</InsuredCardSymbol><InsuredIdentificationNumber>",
    );
    // Declared UTF-8, sent as Shift_JIS.
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(&kanji);
    assert_xml(&world, shift_jis.into_owned(), 400, "SHK1005").await;
    assert_xml(&world, kanji.replace("UTF-8", "EUC-JP"), 400, "SHK1005").await;
    assert_xml(&world, kanji.replace("UTF-8", "UTF-16"), 400, "SHK1005").await;
    let utf16: Vec<u8> = "\u{feff}<XmlMsg/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_xml(&world, utf16, 400, "SHK1005").await;
    // A byte order mark is accepted.
    let reply = world.post(PATH, XML, format!("\u{feff}{}", xml(HEADER, INFO))).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    world.stop().await;
}

#[tokio::test]
async fn elements_that_are_unknown_double_or_missing() {
    let world = World::start().await;
    for (from, to) in [
        ("<Birthdate>", "<Name>SECRET</Name><Birthdate>"),
        ("<XmlMsg>", "<XmlMsg xsi:type=\"SECRET\">"),
        ("<Birthdate>", "<Birthdate kind=\"SECRET\">"),
        ("<MessageBody>", "<Other/><MessageBody>"),
        ("XmlMsg>", "Message>"),
    ] {
        assert_xml(&world, spoiled(from, to), 400, "SHK1006").await;
    }
    for element in ["<Birthdate>19511103</Birthdate>", "<InsurerNumber>39131016</InsurerNumber>"] {
        assert_xml(&world, spoiled(element, &element.repeat(2)), 400, "SHK1007").await;
        assert_xml(&world, spoiled(element, ""), 400, "SHK1008").await;
    }
    assert_xml(&world, spoiled("19511103", " "), 400, "SHK1008").await;
    assert_xml(&world, spoiled("20261122", ""), 400, "SHK1008").await;
    assert_xml(&world, spoiled("1310012344", ""), 400, "SHK1008").await;
    assert_xml(&world, "<XmlMsg/>", 400, "SHK1008").await;
    world.stop().await;
}

#[tokio::test]
async fn values_that_cannot_be() {
    let world = World::start().await;
    for (from, to) in [
        ("20261122", "20260229"),
        ("20261122", "20261301"),
        ("20261122", "2026-11-22"),
        ("20261122", "２０２６１１２２"),
        ("19511103", "19511131"),
        ("19511103", "18591231"),
        ("1310012344", "1310012348"),
        ("1310012344", "131001234"),
        ("39131016", "39131017"),
        ("39131016", "12131016"),
        ("39131016", "3913101ー"),
        ("39131016", "３９１３１０１７"),
        ("90125678", "901256789012345678901"),
        ("90125678", "<A/>"),
        ("ConsFlg>1<", "ConsFlg>2<"),
        ("<Birthdate>", "<InsuredBranchNumber>1</InsuredBranchNumber><Birthdate>"),
        ("<MedicalInstitutionCode>", "SECRET<MedicalInstitutionCode>"),
    ] {
        assert_xml(&world, spoiled(from, to), 400, "SHK1009").await;
    }
    let long = "x".repeat(51);
    let header = format!("{HEADER}<ArbitraryFileIdentifier>{long}</ArbitraryFileIdentifier>");
    assert_xml(&world, xml(&header, INFO), 400, "SHK1009").await;
    world.stop().await;
}

#[tokio::test]
async fn the_same_in_json() {
    let world = World::start().await;
    let ask = ask_of("elderly-2wari-tokyo");
    let right = String::from_utf8(message(&ask, TEST_CLINIC, Format::Json, AnswerCharset::Utf8)).unwrap();
    for (body, status, code) in [
        (String::new(), 400, "SHK1001"),
        (right[..right.len() / 2].to_owned(), 400, "SHK1002"),
        ("[]".to_owned(), 400, "SHK1002"),
        (r#"{"a":"#.repeat(100), 400, "SHK1004"),
        (right.replace("\"Birthdate\"", "\"SECRET-90125678\""), 400, "SHK1006"),
        (right.replace("\"Birthdate\"", "\"InsurerNumber\""), 400, "SHK1007"),
        (right.replace("\"Birthdate\"", "\"ArbitraryIdentifier\""), 400, "SHK1008"),
        (right.replace("\"1\"", "1"), 400, "SHK1009"),
        (right.replace("\"1\"", "null"), 400, "SHK1009"),
        (format!("{right}{}", " ".repeat(64 * 1024)), 413, "SHK1010"),
    ] {
        let reply = world.post(PATH, JSON, body.clone()).await;
        let (found_status, segment, found_code) = outcome(Format::Json, &reply);
        let context = &body[..body.len().min(200)];
        assert_eq!((found_status, segment.as_deref(), found_code.as_deref()), (status, Some("9"), Some(code)), "{context}");
        assert!(PERSONAL.iter().all(|secret| !String::from_utf8_lossy(&reply.body).contains(secret)));
    }
    let reply = world.post(PATH, JSON, b"{\"XmlMsg\":\"\x8e\x8e\"}".to_vec()).await;
    assert_eq!(outcome(Format::Json, &reply), refused(400, "SHK1005"));
    world.stop().await;
}

#[tokio::test]
async fn ids_methods_and_media_types() {
    let world = World::start().await;
    let body = xml(HEADER, INFO);
    let reply = world.post("/oqs/OQSxxxxx99", XML, body.clone()).await;
    assert_eq!(outcome(Format::Xml, &reply), refused(404, "SHK2001"));
    let reply = world.post("/oqs/OQSxxxxx99", JSON, "{}").await;
    assert_eq!(outcome(Format::Json, &reply), refused(404, "SHK2001"));

    for (path, media, status, code) in [
        (PATH, "text/plain", 415, "SHK2002"),
        (PATH, "application/x-www-form-urlencoded", 415, "SHK2002"),
        ("/", XML, 404, "SHK2004"),
        ("/oqs/", XML, 404, "SHK2004"),
        ("/oqs/OQSsiquc01/x", XML, 404, "SHK2004"),
    ] {
        assert_problem(&world.post(path, media, body.clone()).await, status, code);
    }
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let request = hyper::Request::builder().method(method).uri(PATH).header("host", "localhost");
        let request = request.body(http_body_util::Full::default()).unwrap();
        let reply = world.connect().await.send(request).await.unwrap();
        assert_eq!(reply.headers["allow"], "POST");
        assert_problem(&reply, 405, "SHK2003");
    }
    let reply = world.connect().await.post(PATH, XML, &[("content-encoding", "gzip")], body).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(415, "SHK1012"));
    world.stop().await;
}

fn assert_problem(reply: &shikaku::terminal::Reply, status: u16, code: &str) {
    assert_eq!(reply.headers["content-type"], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((reply.status.as_u16(), problem["status"].as_u64()), (status, Some(u64::from(status))), "{problem}");
    assert_eq!(problem["code"], code);
    assert_eq!(problem["type"], format!("urn:shikaku:error:{code}"));
    assert!(problem["title"].is_string() && problem["message"].is_string());
}

#[tokio::test]
async fn http_that_hides_a_second_request_is_refused() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::start().await;
    for head in [
        "POST /oqs/OQSsiquc01 HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        "POST /oqs/OQSsiquc01 HTTP/1.1\r\nhost: x\r\ncontent-length: +5\r\n\r\nhello",
        "POST /oqs/OQSsiquc01 HTTP/1.1\r\nhost: x\r\n folded: 1\r\n\r\n",
        "POST /oqs/OQSsiquc01 HTTP/1.1\r\nhost x\r\n\r\n",
    ] {
        let mut stream = crate::tls::http1_stream(&world).await;
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Ends, because the server closes the connection.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 400"), "{head:?}: {}", String::from_utf8_lossy(&answer));
    }
    world.stop().await;
}

#[tokio::test]
async fn operators_get_problem_documents() {
    let world = World::start().await;
    let address = world.app.operator_addr().to_string();
    for (method, path, body, status, code) in [
        ("GET", "/nowhere", "", 404, "SHK2004"),
        ("DELETE", "/api/insurers", "", 405, "SHK2003"),
        ("GET", "/api/people/nobody-there", "", 404, "SHK4002"),
        ("POST", "/api/explain", "{", 400, "SHK4003"),
    ] {
        let (found, text, headers) = process::http(&address, method, path, &[("content-type", JSON)], body).await;
        assert_eq!(found, status, "{method} {path}: {text}");
        assert_eq!(headers["content-type"], "application/problem+json", "{method} {path}");
        assert!(text.contains(code), "{method} {path}: {text}");
    }
    world.stop().await;
}
