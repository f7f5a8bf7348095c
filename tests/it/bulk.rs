//! Files with questions about many people: received, answered, fetched.

use std::io::Read;

use shikaku::wire::Format;

use crate::support::bulk::{Clinic, file_of, json_file, outcomes, parse, text, units};
use crate::support::world::Wishes;
use crate::support::{OTHER_CLINIC, SHIFT_JIS_CLINIC, TEST_CLINIC, World, ask_of, message, outcome, refused, root};
use shikaku::config::Limits;
use shikaku::domain::AnswerCharset;
use shikaku::terminal::Reply;

/// Reads a file of `tests/golden_bulk/all-people`.
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
        let mut clinic = Clinic::at(&world, institution).await;
        let number = clinic.upload_as("OQSmuquc01", format, golden(request)).await;
        let reply = clinic.result_as("OQSmuquc02", format, &number).await;
        assert_same(&reply.body, &golden(answer), answer);
        let again = clinic.fetch_as("OQSmuquc02", format, &number).await;
        assert_eq!(again.body, reply.body, "fetched again");
        // A result that is sent as it was kept announces its length.
        assert_eq!(announced(&reply), (institution == TEST_CLINIC).then_some(reply.body.len()));
        // The same result in the other format, which the upload did not use.
        if institution == TEST_CLINIC {
            let (other, expected) = match format {
                Format::Xml => (Format::Json, "answer.json"),
                Format::Json => (Format::Xml, "answer.xml"),
            };
            let reply = clinic.fetch_as("OQSmuquc02", other, &number).await;
            assert_same(&reply.body, &golden(expected), expected);
            assert_eq!(announced(&reply), None);
        }
        world.stop().await;
    }
}

/// Returns the size that an answer announces, in bytes.
fn announced(reply: &Reply) -> Option<usize> {
    reply.headers.get("content-length").map(|size| size.to_str().unwrap().parse().unwrap())
}

/// Compares long texts and shows the first difference.
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

/// Header fields of a file of the usual clinic.
const HEADER: &str =
    r#""QualificationConfirmationDate":"20261122","MedicalInstitutionCode":"1310012344","ArbitraryFileIdentifier":"F""#;

/// Makes an entry about a known person, kyokai-insured-tokyo, with `more` members.
fn entry(more: &str) -> String {
    format!(
        r#"{{"InsurerNumber":"01130012","InsuredCardSymbol":"21700023","InsuredIdentificationNumber":"1234567","Birthdate":"19810514","LimitApplicationCertificateRelatedConsFlg":"1"{more}}}"#
    )
}

fn people(entries: &[String]) -> String {
    format!(r#""QualificationConfirmSearchInfo":[{}]"#, entries.join(","))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_one_person_spoils_nobody_else() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let spoiled = |from: &str, to: &str| entry("").replace(from, to);
    let entries = [
        entry(""),
        spoiled("01130012", "01130013"),
        spoiled(r#""Birthdate":"19810514","#, ""),
        entry(r#","Unknown":"1""#),
        entry(r#","InsurerNumber":"01130012""#),
        spoiled("1234567", "12\\u000134567"),
        "{}".to_owned(),
        spoiled(r#""19810514""#, r#"{"A":"1"}"#),
        entry(&format!(r#","ArbitraryIdentifier":"{}""#, "x".repeat(51))),
        entry(r#","ArbitraryIdentifier":"<last & \"least\">""#),
    ];
    for format in [Format::Json, Format::Xml] {
        let number = clinic.upload_as("OQSmuquc01", Format::Json, json_file(HEADER, &people(&entries))).await;
        let reply = clinic.result_as("OQSmuquc02", format, &number).await;
        let result = parse(format, &reply.body);
        let found: Vec<_> =
            outcomes(&result).into_iter().map(|(status, code, validity)| code.or(validity).unwrap() + &status).collect();
        assert_eq!(
            found,
            ["11", "SHK10092", "SHK10082", "SHK10062", "SHK10072", "SHK10092", "SHK10082", "SHK10092", "SHK10092", "11"]
        );
        let counts = ["NumberOfProcessingResult", "NumberOfNormalProcessing", "NumberOfError"];
        assert_eq!(counts.map(|name| text(&result, name).unwrap()), ["10", "2", "8"]);
        // Each error names its element, and each result repeats the fields that it can.
        assert!(text(&units(&result)[1], "ProcessingResultMessage").unwrap().ends_with(": InsurerNumber（検証番号: 2）"));
        assert_eq!(text(&units(&result)[1], "InsurerNumber"), Some("01130013"));
        assert_eq!(text(&units(&result)[9], "ArbitraryIdentifier"), Some("<last & \"least\">"));
    }
    // Every person of every result has a record.
    let log = world.database.count("select count(*) from access_log where path = 3").await;
    let refused = world.database.count("select count(*) from access_log where outcome = 8 and person_id is null").await;
    assert_eq!((log, refused), (20, 16));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_taken() {
    let mut limits = Limits::default();
    (limits.bulk.persons, limits.bulk.file_bytes) = (3, 20_000);
    let world = World::with(Wishes { limits, ..Wishes::default() }).await;
    let mut clinic = Clinic::of(&world).await;
    let three = people(&[entry(""), entry(""), entry("")]);
    let four = people(&[entry(""), entry(""), entry(""), entry("")]);
    let large = format!("{}{}", people(&[entry("")]), " ".repeat(20_000));
    let other = HEADER.replace(TEST_CLINIC, OTHER_CLINIC);
    for (what, header, body, status, code) in [
        ("nobody", HEADER, r#""QualificationConfirmSearchInfo":[]"#, 400, "SHK1013"),
        ("no body", HEADER, "", 400, "SHK1013"),
        ("one too many", HEADER, &four, 413, "SHK1014"),
        ("too large", HEADER, &large, 413, "SHK1010"),
        ("another element", HEADER, r#""ReferenceNumberRegistrationInfo":[{}]"#, 400, "SHK1006"),
        ("no day", r#""MedicalInstitutionCode":"1310012344""#, &three, 400, "SHK1008"),
        ("another institution", &other, &three, 403, "SHK3001"),
    ] {
        // A body that is too large ends the connection.
        let mut clinic = Clinic::of(&world).await;
        let reply = clinic.post("OQSmuquc01", Format::Json, json_file(header, body)).await;
        assert_eq!(outcome(Format::Json, &reply), refused(status, code), "{what}");
    }
    let mut torn = file_of(&["kyokai-insured-tokyo"], TEST_CLINIC, "F", Format::Xml);
    torn.truncate(torn.len() - 20);
    let reply = clinic.post("OQSmuquc01", Format::Xml, torn).await;
    assert_eq!(outcome(Format::Xml, &reply), refused(400, "SHK1002"));
    // The refusal repeats the fields that were understood, because clients pair answers by them.
    let reply = clinic.post("OQSmuquc01", Format::Json, json_file(HEADER, &four)).await;
    assert_eq!(text(&parse(Format::Json, &reply.body), "MedicalInstitutionCode"), Some(TEST_CLINIC));
    assert_eq!(world.database.count("select count(*) from batch").await, 0);
    let mismatch = "select count(*) from access_log where outcome = 9 and claimed_institution_code = '2710034568'";
    assert_eq!(world.database.count(mismatch).await, 1);
    // A file at the limit is accepted.
    clinic.upload_as("OQSmuquc01", Format::Json, json_file(HEADER, &three)).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_its_institutions_alone() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload(&["kyokai-insured-tokyo"]).await;
    let mine = clinic.result(&number).await;
    assert_eq!(outcomes(&mine), [("1".into(), None, Some("1".into()))]);
    let mut other = Clinic::at(&world, OTHER_CLINIC).await;
    let unknown = other.fetch("20261122999999999999").await;
    let foreign = other.fetch(&number).await;
    assert_eq!(outcome(Format::Json, &foreign), refused(404, "SHK7003"));
    // The two answers differ only in the number that they repeat.
    let same = String::from_utf8_lossy(&unknown.body).replace("20261122999999999999", &number);
    assert_eq!(same, String::from_utf8_lossy(&foreign.body));
    // The number opens no file of another kind, and no file in another institution's name.
    let reply = clinic.fetch_as("OQSmuimm02", Format::Json, &number).await;
    assert_eq!(outcome(Format::Json, &reply), refused(404, "SHK7003"));
    clinic.code = OTHER_CLINIC.to_owned();
    assert_eq!(outcome(Format::Json, &clinic.fetch(&number).await), refused(403, "SHK3001"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_one_identifier_and_people_who_come_twice() {
    let mut limits = Limits::default();
    // The first slice is in the log before the second one begins; it is still not an earlier question.
    (limits.bulk.slice, limits.bulk.workers) = (1, 1);
    let world = World::with(Wishes { limits, ..Wishes::default() }).await;
    let mut clinic = Clinic::of(&world).await;
    let mut numbers = Vec::new();
    for changed in ["1", "0"] {
        let number = clinic.upload(&["elderly-2wari-tokyo", "elderly-2wari-tokyo"]).await;
        let result = clinic.result(&number).await;
        assert_eq!(text(&result, "ArbitraryFileIdentifier"), Some("FILE"));
        assert_eq!(text(&result, "ReceptionNumber"), Some(number.as_str()));
        assert_eq!(units(&result).len(), 2);
        assert!(units(&result)[0] == units(&result)[1], "the same person, the same answer");
        assert_eq!(text(&units(&result)[0], "LimitApplicationCertificateChanged"), Some(changed));
        numbers.push(number);
    }
    assert_ne!(numbers[0], numbers[1]);
    let records = "select count(*) from access_log where path = 3";
    assert_eq!(world.database.count(records).await, 4);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_an_institution() {
    let mut limits = Limits::default();
    (limits.bulk.in_flight, limits.bulk.people_a_day, limits.bulk.workers) = (2, 3, 0);
    let world = World::with(Wishes { limits, ..Wishes::default() }).await;
    let mut clinic = Clinic::of(&world).await;
    let [a, b, c, d] = ["kyokai-insured-tokyo", "kumiai-a01", "elderly-2wari-tokyo", "kumiai-dialysis"];
    clinic.upload(&[a, b]).await;
    let too_many = file_of(&[c, d], TEST_CLINIC, "F", Format::Json);
    let reply = clinic.post("OQSmuquc01", Format::Json, too_many.clone()).await;
    assert_eq!(outcome(Format::Json, &reply), refused(429, "SHK7002"));
    // People of an earlier file do not count again, and the refused file did not count.
    clinic.upload(&[b, a, c, c]).await;
    let reply = clinic.post("OQSmuquc01", Format::Json, file_of(&[a], TEST_CLINIC, "F", Format::Json)).await;
    assert_eq!(outcome(Format::Json, &reply), refused(429, "SHK7001"));
    assert_eq!(reply.headers["retry-after"], "5");
    // Another institution has its own limits.
    let mut other = Clinic::at(&world, OTHER_CLINIC).await;
    other.upload(&[c, d]).await;
    assert_eq!(world.database.count("select count(*) from batch").await, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_the_limit_certificate_has_changed() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let id = "kyokai-insured-tokyo";
    let changed = async |clinic: &mut Clinic| {
        let number = clinic.upload(&[id]).await;
        let result = clinic.result(&number).await;
        text(&result, "LimitApplicationCertificateChanged").map(str::to_owned)
    };
    // Without an earlier question the flag is 1; the same certificate again is 0.
    assert_eq!(changed(&mut clinic).await.as_deref(), Some("1"));
    assert_eq!(changed(&mut clinic).await.as_deref(), Some("0"));
    // A question of another institution does not count.
    let mut other = Clinic::at(&world, OTHER_CLINIC).await;
    assert_eq!(changed(&mut other).await.as_deref(), Some("1"));
    // A new certificate of another category: each institution gets the flag 1 once, whatever the other has seen.
    let renew = async |category: i16| {
        let certificate = "update coverage set limit_certificates =
             array[row(1, $1::smallint, date '2026-11-01', date '2026-11-01', date '2027-07-31', null)::limit_certificate]
              where number = '1234567'";
        sqlx::query(certificate).bind(category).execute(&mut world.database.connect().await).await.unwrap();
    };
    renew(4).await;
    assert_eq!(changed(&mut other).await.as_deref(), Some("1"));
    assert_eq!(changed(&mut clinic).await.as_deref(), Some("1"));
    assert_eq!(changed(&mut clinic).await.as_deref(), Some("0"));
    // A question about one person is an earlier question too.
    renew(5).await;
    let single = message(&ask_of(id), OTHER_CLINIC, Format::Json, AnswerCharset::Utf8);
    assert_eq!(other.post("OQSsiquc01", Format::Json, single).await.status, 200);
    assert_eq!(changed(&mut other).await.as_deref(), Some("0"));
    // A later file replaces it as the earlier question.
    renew(4).await;
    assert_eq!(changed(&mut other).await.as_deref(), Some("1"));
    assert_eq!(changed(&mut other).await.as_deref(), Some("0"));
    // Without the patient's consent the flag is absent.
    let file = file_of(&["kumiai-no-consent"], TEST_CLINIC, "F", Format::Json);
    let number = clinic.upload_as("OQSmuquc01", Format::Json, file).await;
    let result = clinic.result(&number).await;
    assert_eq!(text(&result, "LimitApplicationCertificateChanged"), None);
    assert!(text(&result, "Name").is_some());
    // The log holds the flag for files only. Files never show the certificate itself (4).
    let told: Vec<(i16, bool, Option<bool>)> =
        sqlx::query_as("select path, shown & 4 <> 0, limit_changed from access_log order by id, place")
            .fetch_all(&mut world.database.connect().await)
            .await
            .unwrap();
    let file = |changed| (3, false, changed);
    let expected = [
        file(Some(true)),
        file(Some(false)),
        file(Some(true)),
        file(Some(true)),
        file(Some(true)),
        file(Some(false)),
        (1, true, None),
        file(Some(false)),
        file(Some(true)),
        file(Some(false)),
        file(None),
    ];
    assert_eq!(told, expected);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_comes_as_zip_when_asked_for_or_large() {
    for asked in [true, false] {
        let mut limits = Limits::default();
        if !asked {
            limits.bulk.zip_above = 100;
        }
        let world = World::with(Wishes { limits, ..Wishes::default() }).await;
        let mut clinic = Clinic::at(&world, SHIFT_JIS_CLINIC).await;
        let file = file_of(&["kyokai-insured-tokyo"], SHIFT_JIS_CLINIC, "F", Format::Xml);
        let number = clinic.upload_as("OQSmuquc01", Format::Xml, file).await;
        clinic.result_as("OQSmuquc02", Format::Json, &number).await;
        let request =
            shikaku::wire::message::bulk_fetch::request(SHIFT_JIS_CLINIC, &number, Format::Xml, AnswerCharset::Utf8);
        let accept = [("accept", "application/zip")];
        let headers = if asked { accept.as_slice() } else { &[] };
        let mut archives = Vec::new();
        for _ in 0..2 {
            let reply =
                clinic.connection.post("/oqs/OQSmuquc02", "application/xml", headers, request.clone()).await.unwrap();
            assert_eq!(reply.headers["content-type"], "application/zip");
            let name = format!("attachment; filename=\"OQSmuquc02res_{number}.zip\"");
            assert_eq!(reply.headers["content-disposition"], name.as_str());
            archives.push(reply.body);
        }
        assert_eq!(archives[0], archives[1], "fetched again");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archives[0].clone())).unwrap();
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), format!("OQSmuquc02res_{number}.xml"));
        let mut xml = Vec::new();
        entry.read_to_end(&mut xml).unwrap();
        let (decoded, _, wrong) = encoding_rs::SHIFT_JIS.decode(&xml);
        assert!(
            !wrong && decoded.contains("encoding=\"Shift_JIS\"") && decoded.contains("<Name>試験　太郎</Name>"),
            "{decoded}"
        );
        drop(entry);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let world = World::start().await;
    let file = file_of(&["kyokai-insured-tokyo"], TEST_CLINIC, "F", Format::Xml);
    let head = format!(
        "POST /oqs/OQSmuquc01 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n",
        file.len()
    );
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // As many as an institution may send at once: a place that one of them kept would be missing below.
    for _ in 0..4 {
        let mut stream = crate::tls::http1_stream(&world).await;
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&file[..file.len() / 2]).await.unwrap();
        stream.shutdown().await.unwrap();
        // Ends when the server has given the upload up.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    // The broken uploads stored nothing: the files below are the only ones.
    let mut clinic = Clinic::of(&world).await;
    for _ in 0..5 {
        clinic.upload(&["kyokai-insured-tokyo"]).await;
    }
    assert_eq!(world.database.count("select count(*) from batch").await, 5);
    world.stop().await;
}
