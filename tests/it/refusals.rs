//! The texts of refusals: the element, the fault and the right form, in Japanese and in English; and the part of it that
//! logs hold.

use shikaku::clock::system_now;
use shikaku::domain::AnswerCharset;
use shikaku::terminal::Terminal;
use shikaku::wire::{Element, Format};

use crate::support::bulk::{Clinic, json_file, outcomes, parse as parse_long, text, units};
use crate::support::database::TestDatabase;
use crate::support::world::make_pki_at;
use crate::support::{
    Program, TEST_CLINIC, World, answered, ask_of, fixtures, message, outcome, parse, process, refused, scratch, text_of,
};

const PATH: &str = "/oqs/OQSsiquc01";
const XML: &str = "application/xml";
const JSON: &str = "application/json";

/// Writes the question about kyokai-insured-tokyo.
fn question(format: Format) -> String {
    let bytes = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, format, AnswerCharset::Utf8);
    String::from_utf8(bytes).unwrap()
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

async fn assert_refused(world: &World, format: Format, body: String, code: &str, expected: &str) {
    let media = if format == Format::Xml { XML } else { JSON };
    let reply = world.post(PATH, media, body).await;
    assert_eq!(outcome(format, &reply), refused(400, code), "{expected}");
    let answer = parse(format, &reply.body);
    for element in ["ErrorMessage", "ProcessingResultMessage"] {
        let found = text_of(&answer, element).unwrap();
        assert_eq!(found, expected, "{element}");
        assert!(found.chars().count() <= 60, "{found}");
    }
}

#[tokio::test]
async fn a_refused_value_comes_with_what_would_be_right() {
    let world = World::start().await;
    for (from, to, expected) in [
        ("01130012", "01130013", "InsurerNumber（検証番号: 2）"),
        ("01130012", "0113001", "InsurerNumber（8桁、国保は6桁）"),
        ("01130012", "0113001x", "InsurerNumber（数字で）"),
        ("01130012", "19136019", "InsurerNumber（健康保険か医療扶助の法別番号）"),
        // In Tokyo of the six digits 001234: 8, 3, 4, 1, 0, 0 = 16 -> 4.
        ("1310012344", "1310012345", "MedicalInstitutionCode（検証番号: 4）"),
        ("1310012344", "131001234", "MedicalInstitutionCode（10桁の数字）"),
        ("1310012344", "4810012344", "MedicalInstitutionCode（都道府県番号は01〜47）"),
        ("1310012344", "1320012344", "MedicalInstitutionCode（3桁目は1か3か4か6）"),
        ("19810514", "1981-05-14", "Birthdate（YYYYMMDDの実在する日付）"),
        ("19810514", "19810532", "Birthdate（YYYYMMDDの実在する日付）"),
        ("19810514", "18591231", "Birthdate（1860年以降の生年月日）"),
        ("1234567", "123456789012345678901", "InsuredIdentificationNumber（1〜20文字、制御文字や読めない文字なし）"),
        ("TEST-0001", &"x".repeat(51), "ArbitraryFileIdentifier（50文字まで、制御文字なし）"),
    ] {
        for format in [Format::Xml, Format::Json] {
            let body = replaced(&question(format), from, to);
            assert_refused(&world, format, body, "SHK1009", &format!("項目の値が不正です: {expected}")).await;
        }
    }
    let flag = "LimitApplicationCertificateRelatedConsFlg（0か1）";
    let body = replaced(&question(Format::Xml), "ConsFlg>1<", "ConsFlg>2<");
    assert_refused(&world, Format::Xml, body, "SHK1009", &format!("項目の値が不正です: {flag}")).await;
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_text_is_refused_where_text_belongs() {
    let world = World::start().await;
    let right = question(Format::Json);
    for value in
        ["19810514", "1.5", "true", "false", "null", "{}", r#"{"A":"1"}"#, "[]", r#"["19810514"]"#, r#"["1","2"]"#, "[{}]"]
    {
        let body = replaced(&right, r#""19810514""#, value);
        assert_refused(&world, Format::Json, body, "SHK1009", "項目の値が不正です: Birthdate（文字列で）").await;
    }
    for element in ["InsuredBranchNumber", "ArbitraryFileIdentifier"] {
        for value in ["null", "[]", "0"] {
            // An optional element with one of these values does not count as absent.
            let start = right.find(&format!("\"{element}\":\"")).unwrap() + element.len() + 3;
            let end = start + 1 + right[start + 1..].find('"').unwrap() + 1;
            let body = format!("{}{value}{}", &right[..start], &right[end..]);
            let expected = format!("項目の値が不正です: {element}（文字列で）");
            assert_refused(&world, Format::Json, body, "SHK1009", &expected).await;
        }
    }
    let groups = replaced(&right, r#""MessageHeader":{"#, r#""MessageHeader":[{"#).replacen("},", "}],", 1);
    let expected = "項目の値が不正です: MessageHeader（文字列・配列でなく項目で）";
    assert_refused(&world, Format::Json, groups, "SHK1009", expected).await;
    let xml = question(Format::Xml);
    let body = replaced(&xml, ">19810514<", "><A>19810514</A><");
    assert_refused(&world, Format::Xml, body, "SHK1009", "項目の値が不正です: Birthdate（文字列で）").await;
    let body = replaced(&xml, "<MessageBody>", "<MessageBody>x");
    let expected = "項目の値が不正です: MessageBody（文字列・配列でなく項目で）";
    assert_refused(&world, Format::Xml, body, "SHK1009", expected).await;
    world.stop().await;
}

/// Writes one person of a file.
fn entry(more: &str) -> String {
    format!(
        r#"{{"InsurerNumber":"01130012","InsuredCardSymbol":"21700023","InsuredIdentificationNumber":"1234567","Birthdate":"19810514","LimitApplicationCertificateRelatedConsFlg":"1"{more}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_a_file_is_refused_in_the_same_words_and_spoils_nobody_else() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let spoiled = |from: &str, to: &str| replaced(&entry(""), from, to);
    let cases = [
        (entry(""), None),
        (spoiled("01130012", "01130013"), Some("SHK1009 項目の値が不正です: InsurerNumber（検証番号: 2）")),
        (spoiled("19810514", "810514"), Some("SHK1009 項目の値が不正です: Birthdate（YYYYMMDDの実在する日付）")),
        (spoiled(r#""19810514""#, "19810514"), Some("SHK1009 項目の値が不正です: Birthdate（文字列で）")),
        (spoiled(r#""19810514""#, r#"["19810514","x"]"#), Some("SHK1009 項目の値が不正です: Birthdate（文字列で）")),
        (spoiled(r#""21700023""#, "null"), Some("SHK1009 項目の値が不正です: InsuredCardSymbol（文字列で）")),
        (entry(r#","InsuredBranchNumber":[]"#), Some("SHK1009 項目の値が不正です: InsuredBranchNumber（文字列で）")),
        (
            entry(r#","ArbitraryIdentifier":"\u0001""#),
            Some("SHK1009 項目の値が不正です: ArbitraryIdentifier（制御文字なし）"),
        ),
        (entry(r#","Birthdate":"19810514""#), Some("SHK1007 項目が重複しています: Birthdate")),
        ("\"x\"".to_owned(), Some("SHK1009 項目の値が不正です: QualificationConfirmSearchInfo（文字列・配列でなく項目で）")),
        ("5".to_owned(), Some("SHK1009 項目の値が不正です: QualificationConfirmSearchInfo（文字列・配列でなく項目で）")),
        (
            format!("[{}]", entry("")),
            Some("SHK1009 項目の値が不正です: QualificationConfirmSearchInfo（文字列・配列でなく項目で）"),
        ),
        ("{}".to_owned(), Some("SHK1008 必須項目がありません: InsurerNumber")),
        (entry(r#","ArbitraryIdentifier":"last""#), None),
    ];
    let header = r#""QualificationConfirmationDate":"20261122","MedicalInstitutionCode":"1310012344""#;
    let people: Vec<&str> = cases.iter().map(|(entry, _)| entry.as_str()).collect();
    let file = json_file(header, &format!(r#""QualificationConfirmSearchInfo":[{}]"#, people.join(",")));
    let number = clinic.upload_as("OQSmuquc01", Format::Json, file).await;
    for format in [Format::Json, Format::Xml] {
        let reply = clinic.result_as("OQSmuquc02", format, &number).await;
        let result = parse_long(format, &reply.body);
        let found = units(&result).iter().map(|unit| {
            let message = text(unit, "ProcessingResultMessage")?;
            Some(format!("{} {message}", text(unit, "ProcessingResultCode").unwrap()))
        });
        let found: Vec<_> = found.collect();
        let expected: Vec<_> = cases.iter().map(|(_, text)| text.map(str::to_owned)).collect();
        assert_eq!(found, expected);
        let validities = outcomes(&result).into_iter().filter(|(_, _, validity)| validity.as_deref() == Some("1"));
        assert_eq!(validities.count(), 2);
    }
    world.stop().await;
}

#[tokio::test]
async fn problems_say_it_in_english_and_japanese() {
    let world = World::start().await;
    let problem = async |path: &str, body: &str| -> (String, String, String) {
        let reply = world.post(path, JSON, body.to_owned()).await;
        let problem: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        let field = |name: &str| problem[name].as_str().unwrap().to_owned();
        (field("code"), field("detail"), field("message"))
    };
    for (body, code, detail, message) in [
        (
            r#"{"MedicalTreatmentFlag":"9"}"#,
            "SHK1009",
            "element MedicalTreatmentFlag: not one of the codes 1, 2, 3",
            "項目の値が不正です: MedicalTreatmentFlag（1か2か3）",
        ),
        (
            r#"{"MedicalTreatmentFlag":1}"#,
            "SHK1009",
            "element MedicalTreatmentFlag: a JSON number where text belongs (JSON: a string)",
            "項目の値が不正です: MedicalTreatmentFlag（文字列で）",
        ),
        (r#"{"Flag":"1"}"#, "SHK1006", "unknown element Flag", "未知の項目です: Flag"),
        (
            "{}\u{1a}",
            "SHK1015",
            "^Z (0x1A) after the end of the message; nothing may follow it",
            "電文の終わりの後に余分なものがあります: ^Z（0x1A）",
        ),
        ("", "SHK1001", "the body is empty", "電文が空です"),
    ] {
        let found = problem("/card/challenges", body).await;
        assert_eq!(found, (code.to_owned(), detail.to_owned(), message.to_owned()), "{body}");
    }
    // The operator gets the same texts for an official message.
    let operator = world.app.operator_addr().to_string();
    let wrong = replaced(&question(Format::Xml), "01130012", "01130013");
    let (status, text, _) = process::http(&operator, "POST", "/api/explain", &[("content-type", XML)], &wrong).await;
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &problem["code"]), (400, &"SHK1009".into()));
    assert_eq!(problem["detail"], "element InsurerNumber: the check digit of the insurer number would be 2");
    assert_eq!(problem["message"], "項目の値が不正です: InsurerNumber（検証番号: 2）");
    world.stop().await;
}

/// Returns what an answer repeats of the question, apart from the record.
fn echoed(answer: &Element, name: &str) -> Option<String> {
    let parts = answer.children.iter().flat_map(|part| &part.children);
    parts.filter(|child| child.name != "ResultList").find_map(|child| text_of(child, name))
}

#[tokio::test]
async fn blanks_and_line_ends_around_a_value_do_not_count_and_are_repeated() {
    let world = World::start().await;
    for format in [Format::Xml, Format::Json] {
        let around = |value: &str| match format {
            Format::Xml => format!("\r\n\t {value}　\n"),
            Format::Json => format!("\\r\\n\\t {value}　\\n"),
        };
        let mut body = question(format);
        let quote = |value: &str| match format {
            Format::Xml => format!(">{value}<"),
            Format::Json => format!("\"{value}\""),
        };
        // Every value of the message except the flag, whose value occurs elsewhere too.
        for value in ["20261122", TEST_CLINIC, "TEST-0001", "01130012", "21700023", "1234567", "00", "19810514"] {
            body = replaced(&body, &quote(value), &quote(&around(value)));
        }
        let media = if format == Format::Xml { XML } else { JSON };
        let reply = world.post(PATH, media, body).await;
        assert_eq!(outcome(format, &reply), answered(), "{}", String::from_utf8_lossy(&reply.body));
        let answer = parse(format, &reply.body);
        assert_eq!(text_of(&answer, "QualificationValidity").as_deref(), Some("1"));
        // XML turns each line end into one line feed.
        let line_end = if format == Format::Xml { "\n" } else { "\r\n" };
        for (element, value) in [("ArbitraryFileIdentifier", "TEST-0001"), ("InsuredCardSymbol", "21700023")] {
            let expected = format!("{line_end}\t {value}　\n");
            assert_eq!(echoed(&answer, element).as_deref(), Some(&*expected), "{format:?}");
        }
        assert_eq!(text_of(&answer, "MedicalInstitutionCode").as_deref(), Some(TEST_CLINIC));
        // The other format repeats a value to the letter too, and a character written as a reference stays what it is.
        let (reference, other) = match format {
            Format::Xml => ("&#13;&#10;A&#13;", Format::Json),
            Format::Json => ("\\r\\nA\\r", Format::Xml),
        };
        let body = replaced(&question(format), &quote("TEST-0001"), &quote(reference));
        for answer_in in [format, other] {
            let accept = if answer_in == Format::Xml { XML } else { JSON };
            let reply = world.connect().await.post(PATH, media, &[("accept", accept)], body.clone()).await.unwrap();
            let answer = parse(answer_in, &reply.body);
            assert_eq!(echoed(&answer, "ArbitraryFileIdentifier").as_deref(), Some("\r\nA\r"), "{format:?} {answer_in:?}");
        }
        // Padded on the left, as the real field is.
        let padded = replaced(&question(format), &quote("01130012"), &quote("  01130012"));
        let answer = parse(format, &world.post(PATH, media, padded).await.body);
        assert_eq!(echoed(&answer, "InsurerNumber").as_deref(), Some("  01130012"));
        // Blanks within a value are part of it, and a value of blanks alone is absent.
        let inner = replaced(&question(format), &quote("20261122"), &quote("2026 1122"));
        assert_eq!(outcome(format, &world.post(PATH, media, inner).await), refused(400, "SHK1009"));
        let blank = replaced(&question(format), &quote("19810514"), &quote(" 　"));
        assert_eq!(outcome(format, &world.post(PATH, media, blank).await), refused(400, "SHK1008"));
        let long = replaced(&question(format), &quote("TEST-0001"), &quote(&format!("{}x", " ".repeat(2000))));
        assert_eq!(outcome(format, &world.post(PATH, media, long).await), refused(400, "SHK1009"));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_what_was_wrong_without_names_and_digits() {
    let database = TestDatabase::new().await;
    let pki = make_pki_at(&scratch("refusals-pki"), system_now());
    fixtures().load(&database.store().await, &pki, system_now(), false).await.unwrap();
    let server = Program::serve(&database.url(), pki.root(), &["--log-format", "json"]);
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let terminal = Terminal::new(&server.terminal_addr, &pki.ca(), Some((&files.0, &files.1))).unwrap();
    let mut connection = terminal.connect().await.unwrap();
    let xml = question(Format::Xml);
    let cases = [
        (replaced(&xml, "01130012", "01130013"), "element InsurerNumber: the check digit does not fit"),
        (replaced(&xml, "1310012344", "1310012345"), "element MedicalInstitutionCode: the check digit does not fit"),
        (replaced(&xml, "19810514", "19811514"), "element Birthdate: not a date of the form YYYYMMDD that exists"),
        (replaced(&xml, "<Birthdate>", "<Yamada>x</Yamada><Birthdate>"), "unknown element"),
        (replaced(&xml, "<XmlMsg>", "<XmlMsg Yamada=\"1\">"), "attribute"),
        (format!("{xml}\0"), "NUL (0x00) after the end of the message; nothing may follow it"),
    ];
    for (body, _) in &cases {
        assert_eq!(connection.post(PATH, XML, &[], body.clone()).await.unwrap().status, 400);
    }
    assert_eq!(connection.post(PATH, XML, &[], xml).await.unwrap().status, 200);
    let lines = || -> Vec<serde_json::Value> {
        let log = server.log();
        log.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|line: &serde_json::Value| line["route"] == "/oqs/{id}")
            .collect()
    };
    for _ in 0..1_000 {
        if lines().len() > cases.len() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let found: Vec<_> = lines().iter().map(|line| line["reason"].as_str().map(str::to_owned)).collect();
    let expected = cases.iter().map(|(_, reason)| Some((*reason).to_owned())).chain([None]);
    assert_eq!(found, expected.collect::<Vec<_>>());
    assert!(!server.log().contains("Yamada"));
    drop(server);
    database.drop().await;
}
