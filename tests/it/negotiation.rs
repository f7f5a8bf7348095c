//! The same question from different clients: what they accept, which character set they name, how they write XML and JSON.

use shikaku::domain::AnswerCharset;
use shikaku::terminal::{Connection, Reply};
use shikaku::wire::Format;
use shikaku::wire::message::bulk_fetch;

use crate::support::bulk::{Clinic, file_of, parse as parse_long, text};
use crate::support::world::Wishes;
use crate::support::{
    OTHER_CLINIC, SHIFT_JIS_CLINIC, TEST_CLINIC, World, answered, ask_of, message, outcome, parse, refused, text_of,
};
use shikaku::config::Limits;

const PATH: &str = "/oqs/OQSsiquc01";
const XML: &str = "application/xml";
const JSON: &str = "application/json";

/// The Accept header that a common JavaScript client sends by default.
const JAVASCRIPT: &str = "application/json, text/plain, */*";

fn question(format: Format) -> Vec<u8> {
    message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, format, AnswerCharset::Utf8)
}

fn media(format: Format) -> &'static str {
    match format {
        Format::Xml => XML,
        Format::Json => JSON,
    }
}

/// Returns the format that a reply declares.
fn format_of(reply: &Reply) -> Format {
    let content_type = reply.headers["content-type"].to_str().unwrap();
    match content_type.split(';').next().unwrap() {
        "application/xml" => Format::Xml,
        "application/json" => Format::Json,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_answer_has_the_format_that_is_liked_better_and_else_that_of_the_question() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    for (accept, to_xml, to_json) in [
        (None, Format::Xml, Format::Json),
        (Some(JAVASCRIPT), Format::Xml, Format::Json),
        (Some("*/*"), Format::Xml, Format::Json),
        (Some("application/json"), Format::Json, Format::Json),
        (Some("text/*"), Format::Xml, Format::Xml),
        (Some("application/json;q=0.2, application/xml;q=0.8"), Format::Xml, Format::Xml),
        (Some("application/xml;q=0, */*;q=0.1"), Format::Json, Format::Json),
        // Neither format is accepted, but the answer comes all the same.
        (Some("text/html"), Format::Xml, Format::Json),
        (Some("*/*;q=0"), Format::Xml, Format::Json),
        (Some("not a media type"), Format::Xml, Format::Json),
    ] {
        for (asked, expected) in [(Format::Xml, to_xml), (Format::Json, to_json)] {
            let headers: Vec<_> = accept.map(|accept| ("accept", accept)).into_iter().collect();
            let reply = connection.post(PATH, media(asked), &headers, question(asked)).await.unwrap();
            assert_eq!(format_of(&reply), expected, "{accept:?} for {asked:?}");
            assert_eq!(outcome(expected, &reply), answered(), "{accept:?} for {asked:?}");
            // A refusal has the format that the answer would have.
            let reply = connection.post(PATH, media(asked), &headers, "").await.unwrap();
            assert_eq!(format_of(&reply), expected, "{accept:?} for {asked:?}");
            assert_eq!(outcome(expected, &reply), refused(400, "SHK1001"));
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn the_real_search_path_and_problems_have_one_format() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    let headers = [("accept", "application/xml")];
    let login = connection.post("/oqs-api-pro/MSA12020/ILI12020SV01/auth", JSON, &headers, "{}").await.unwrap();
    let login: serde_json::Value = serde_json::from_slice(&login.body).unwrap();
    let headers = [headers[0], ("authorization", login["result"]["idToken"].as_str().unwrap())];
    let search = "/oqs-api-pro/MSA01030/ILI01030SV01/search";
    let reply = connection.post(search, JSON, &headers, question(Format::Json)).await.unwrap();
    assert_eq!((format_of(&reply), outcome(Format::Json, &reply)), (Format::Json, answered()));
    let reply = connection.post(search, "application/json;charset=Shift_JIS", &headers, question(Format::Json)).await;
    assert_eq!(outcome(Format::Json, &reply.unwrap()), refused(400, "SHK1005"));
    let reply = connection.post("/card/challenges", "application/json; charset=\"utf-8\"", &headers[..1], "{}").await;
    assert_eq!(reply.unwrap().status, 201);
    for path in ["/card/challenges", "/oqs-api-pro/MSA12020/ILI12020SV01/auth"] {
        let reply = connection.post(path, "application/json; charset=EUC-JP", &[], "{}").await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status.as_u16(), problem["code"].as_str()), (400, Some("SHK1005")), "{path}");
        assert_eq!(problem["message"], "文字コードが正しくありません: JSONのcharsetはUTF-8");
        assert_eq!(problem["detail"], "the charset parameter must be UTF-8");
    }
    world.stop().await;
}

/// Fetches a result with an Accept header; returns its media type.
async fn fetched(connection: &mut Connection, number: &str, asked: Format, accept: Option<&str>) -> String {
    let request = bulk_fetch::request(TEST_CLINIC, number, asked, AnswerCharset::Utf8);
    let headers: Vec<_> = accept.map(|accept| ("accept", accept)).into_iter().collect();
    let reply = connection.post("/oqs/OQSmuquc02", media(asked), &headers, request).await.unwrap();
    assert_eq!(reply.status, 200);
    let content_type = reply.headers["content-type"].to_str().unwrap();
    content_type.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_packed_for_those_who_like_that_better() {
    const ZIP: &str = "application/zip";
    for (large, cases) in [
        (
            false,
            [
                (None, XML, JSON),
                (Some(ZIP), ZIP, ZIP),
                (Some("application/zip, */*"), XML, JSON),
                (Some("application/zip, */*;q=0.5"), ZIP, ZIP),
                (Some("application/zip;q=0.4, application/xml;q=0.5"), XML, XML),
                (Some("application/zip;q=0, */*"), XML, JSON),
            ],
        ),
        (
            true,
            [
                (None, ZIP, JSON),
                (Some("*/*"), ZIP, JSON),
                (Some(ZIP), ZIP, ZIP),
                (Some("application/xml"), XML, XML),
                (Some("application/xml, application/zip;q=0.1"), ZIP, ZIP),
                (Some("application/zip;q=0, */*"), XML, JSON),
            ],
        ),
    ] {
        let mut limits = Limits::default();
        if large {
            limits.bulk.zip_above = 100;
        }
        let world = World::with(Wishes { limits, ..Wishes::default() }).await;
        let mut clinic = Clinic::of(&world).await;
        let number = clinic.upload(&["kyokai-insured-tokyo"]).await;
        clinic.result(&number).await;
        for (accept, to_xml, to_json) in cases {
            for (asked, expected) in [(Format::Xml, to_xml), (Format::Json, to_json)] {
                let found = fetched(&mut clinic.connection, &number, asked, accept).await;
                assert_eq!(found, expected, "{accept:?} for {asked:?}, large: {large}");
            }
        }
        world.stop().await;
    }
}

#[tokio::test]
async fn identity_is_no_compression() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    for coding in ["identity", "Identity", "identity, identity", "", ","] {
        let reply = connection.post(PATH, XML, &[("content-encoding", coding)], question(Format::Xml)).await.unwrap();
        assert_eq!(outcome(Format::Xml, &reply), answered(), "{coding}");
    }
    for coding in ["gzip", "identity, gzip", "deflate", "identity;q=1", "aws-chunked"] {
        let mut connection = world.connect().await;
        let reply = connection.post(PATH, XML, &[("content-encoding", coding)], question(Format::Xml)).await.unwrap();
        assert_eq!(outcome(Format::Xml, &reply), refused(415, "SHK1012"), "{coding}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_charset_parameter_counts_before_the_declaration() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    // This person is found only if the characters of the symbol are read right.
    let ask = ask_of("national-mutual-insured");
    let symbol = ask.symbol.clone().unwrap();
    assert!(!symbol.is_ascii(), "{symbol}");
    let declared = String::from_utf8(message(&ask, TEST_CLINIC, Format::Xml, AnswerCharset::Utf8)).unwrap();
    let plain = declared[declared.find("<XmlMsg>").unwrap()..].to_owned();
    let jis = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let sjis_declared = declared.replace("UTF-8", "Shift_JIS");
    let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
    for (content_type, body, right) in [
        ("application/xml; charset=Shift_JIS", jis(&plain), true),
        ("text/xml;charset=\"windows-31j\"", jis(&plain), true),
        ("application/xml", jis(&plain), false),
        ("application/xml; charset=utf-8", plain.clone().into_bytes(), true),
        ("application/xml; charset=utf-8", jis(&plain), false),
        // The parameter takes precedence over the declaration (RFC 7303).
        ("application/xml; charset=Shift_JIS", jis(&declared), true),
        ("application/xml; charset=UTF-8", sjis_declared.clone().into_bytes(), true),
        ("application/xml; charset=UTF-8", jis(&sjis_declared), false),
        ("application/xml", jis(&sjis_declared), true),
        // The byte order mark takes precedence over the parameter. If it contradicts the declaration alone, the message is
        // refused.
        ("application/xml; charset=Shift_JIS", marked(&plain), true),
        ("application/xml; charset=UTF-8", marked(&sjis_declared), true),
        ("application/xml", marked(&sjis_declared), false),
        ("application/xml; charset=UTF-16", plain.clone().into_bytes(), false),
        ("application/xml; charset=", plain.clone().into_bytes(), false),
        ("application/xml; charset=utf-8; charset=Shift_JIS", plain.clone().into_bytes(), false),
    ] {
        let reply = connection.post(PATH, content_type, &[], body).await.unwrap();
        let expected = if right { answered() } else { refused(400, "SHK1005") };
        assert_eq!(outcome(Format::Xml, &reply), expected, "{content_type}");
        if right {
            let answer = parse(Format::Xml, &reply.body);
            assert_eq!(text_of(&answer, "QualificationValidity").as_deref(), Some("1"), "{content_type}");
            assert_eq!(text_of(&answer, "InsuredCardSymbol").as_deref(), Some(&*symbol), "{content_type}");
        }
    }
    for (content_type, expected) in [
        ("application/json; charset=utf-8", answered()),
        ("application/json;charset=\"UTF8\"", answered()),
        ("application/json; charset=Shift_JIS", refused(400, "SHK1005")),
        ("application/json; charset=utf-16", refused(400, "SHK1005")),
    ] {
        let reply = connection.post(PATH, content_type, &[], question(Format::Json)).await.unwrap();
        assert_eq!(outcome(Format::Json, &reply), expected, "{content_type}");
    }
    // The same for files.
    let file = String::from_utf8(file_of(&["national-mutual-insured"], SHIFT_JIS_CLINIC, "F", Format::Xml)).unwrap();
    let file = jis(&file[file.find("<XmlMsg>").unwrap()..]);
    let mut clinic = Clinic::at(&world, SHIFT_JIS_CLINIC).await;
    let reply = clinic.connection.post("/oqs/OQSmuquc01", "text/xml; charset=Shift_JIS", &[], file.clone()).await.unwrap();
    let number = text(&parse_long(Format::Xml, &reply.body), "ReceptionNumber").unwrap().to_owned();
    let result = clinic.result(&number).await;
    assert_eq!(text(&result, "QualificationValidity"), Some("1"));
    let reply = clinic.connection.post("/oqs/OQSmuquc01", "text/xml; charset=EUC-JP", &[], file).await.unwrap();
    assert_eq!(outcome(Format::Xml, &reply), refused(400, "SHK1005"));
    world.stop().await;
}

#[tokio::test]
async fn namespaces_that_serializers_declare_are_ignored() {
    let world = World::start().await;
    let right = String::from_utf8(question(Format::Xml)).unwrap();
    let rooted = |root: &str| right.replace("<XmlMsg>", root);
    let declared = rooted(
        "<XmlMsg xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd='http://www.w3.org/2001/XMLSchema'\n \
         xmlns=\"urn:clinic\">",
    );
    let reply = world.post(PATH, XML, declared).await;
    assert_eq!(outcome(Format::Xml, &reply), answered());
    for (body, name) in [
        (rooted("<XmlMsg xmlns:xsi=\"urn:i\" xsi:schemaLocation=\"u v\">"), "属性xsi:schemaLocation"),
        (rooted("<XmlMsg xml:space=\"preserve\">"), "属性xml:space"),
        (right.replace("<Birthdate>", "<Birthdate xmlns=\"\">"), "属性xmlns"),
        (right.replace("<Birthdate>", "<Birthdate code19511103=\"1\">"), "属性(unnamed)"),
        (right.replace("XmlMsg>", "oqs:XmlMsg>"), "oqs:XmlMsg"),
        (right.replace("Birthdate>", "oqs:Birthdate>"), "oqs:Birthdate"),
    ] {
        let reply = world.post(PATH, XML, body).await;
        assert_eq!(outcome(Format::Xml, &reply), refused(400, "SHK1006"), "{name}");
        let answer = parse(Format::Xml, &reply.body);
        assert_eq!(text_of(&answer, "ErrorMessage").unwrap(), format!("未知の項目です: {name}"));
    }
    world.stop().await;
}

#[tokio::test]
async fn nothing_may_follow_a_message() {
    let world = World::start().await;
    for format in [Format::Xml, Format::Json] {
        let right = question(format);
        for (tail, text) in [
            ("\0", "NUL（0x00）"),
            ("\0\0\0\0", "NUL（0x00）"),
            ("\u{1a}", "^Z（0x1A）"),
            ("\r\n\u{1a}\r\n", "^Z（0x1A）"),
            ("x", "余分な文字か2つ目の電文"),
            ("<a/>", "余分な文字か2つ目の電文"),
            ("{}", "余分な文字か2つ目の電文"),
        ] {
            let reply = world.post(PATH, media(format), [&right, tail.as_bytes()].concat()).await;
            assert_eq!(outcome(format, &reply), refused(400, "SHK1015"), "{tail:?}");
            let message = text_of(&parse(format, &reply.body), "ErrorMessage").unwrap();
            assert_eq!(message, format!("電文の終わりの後に余分なものがあります: {text}"));
        }
        for tail in ["\r\n", " \t\n"] {
            let reply = world.post(PATH, media(format), [&right, tail.as_bytes()].concat()).await;
            assert_eq!(outcome(format, &reply), answered(), "{tail:?}");
        }
        // A file is refused too, and nothing of it is kept.
        let file = [file_of(&["kyokai-insured-tokyo"], OTHER_CLINIC, "F", format), b"\x1a".to_vec()].concat();
        let reply = Clinic::at(&world, OTHER_CLINIC).await.post("OQSmuquc01", format, file).await;
        assert_eq!(outcome(format, &reply), refused(400, "SHK1015"));
    }
    assert_eq!(world.database.count("select count(*) from batch").await, 0);
    world.stop().await;
}
