//! Tests the forms of answers that institutions choose: lists, in single answers and in files, whatever format a result is
//! kept in. Also tests what all answers have in common: the identifier of card answers, and no line feed at the end.

use std::collections::BTreeSet;
use std::io::Read;

use data_encoding::BASE64URL;
use shikaku::domain::{AnswerCharset, TreatmentKind};
use shikaku::terminal::Reply;
use shikaku::wire::Format;
use shikaku::wire::message::{bulk_fetch, reference_number};

use crate::support::bulk::{Clinic, file_of, json_file, parse, text};
use crate::support::card::{Reader, Shown, card};
use crate::support::{OTHER_CLINIC, SHIFT_JIS_CLINIC, TEST_CLINIC, World, ask_of, fixtures, message, text_of};

/// Institutions of the fixtures that chose a form.
const FLAT: &str = "1330004564";
const FLAT_SHIFT_JIS: &str = "2730005671";
const ONE_LIST: &str = "1340006783";

const PERSON: &str = "kumiai-dialysis";

/// The person's two certificates as members of an object, in the order of JSON and in that of XML (wire.md 2.0.1).
const JSON: [&str; 2] = [
    r#""SpecificDiseasesDiseaseCategory":"1","SpecificDiseasesCertificateDate":"20230510","SpecificDiseasesValidStartDate":"20230501","SpecificDiseasesValidEndDate":"20991231","SpecificDiseasesSelfPay":"20000""#,
    r#""SpecificDiseasesDiseaseCategory":"3","SpecificDiseasesValidStartDate":"20240101","SpecificDiseasesValidEndDate":"20991231","SpecificDiseasesSelfPay":"10000""#,
];
const XML: [&str; 2] = [
    "<SpecificDiseasesValidStartDate>20230501</SpecificDiseasesValidStartDate><SpecificDiseasesSelfPay>20000</SpecificDiseasesSelfPay><SpecificDiseasesDiseaseCategory>1</SpecificDiseasesDiseaseCategory><SpecificDiseasesValidEndDate>20991231</SpecificDiseasesValidEndDate><SpecificDiseasesCertificateDate>20230510</SpecificDiseasesCertificateDate>",
    "<SpecificDiseasesValidStartDate>20240101</SpecificDiseasesValidStartDate><SpecificDiseasesSelfPay>10000</SpecificDiseasesSelfPay><SpecificDiseasesDiseaseCategory>3</SpecificDiseasesDiseaseCategory><SpecificDiseasesValidEndDate>20991231</SpecificDiseasesValidEndDate>",
];

const LIST: &str = "SpecificDiseasesCertificateList";
const INFO: &str = "SpecificDiseasesCertificateInfo";

/// Returns the list of both certificates as an answer writes it; in JSON, with the comma that follows it.
fn expected(format: Format, flat: bool) -> String {
    let ([json_one, json_two], [xml_one, xml_two]) = (JSON, XML);
    match (format, flat) {
        (Format::Json, false) => format!(r#""{LIST}":[{{"{INFO}":{{{json_one}}}}},{{"{INFO}":{{{json_two}}}}}],"#),
        (Format::Json, true) => format!(r#""{LIST}":[{{{json_one}}},{{{json_two}}}],"#),
        (Format::Xml, false) => format!("<{LIST}><{INFO}>{xml_one}</{INFO}><{INFO}>{xml_two}</{INFO}></{LIST}>"),
        (Format::Xml, true) => format!("<{LIST}>{xml_one}</{LIST}><{LIST}>{xml_two}</{LIST}>"),
    }
}

/// Starts a world in which the person has a second certificate.
async fn world_with_two_certificates() -> World {
    let world = World::start().await;
    let second = "update coverage
            set specific_disease_certificates =
                array_append(specific_disease_certificates, row(3, null, '2024-01-01', '2099-12-31', 10000)::specific_disease_certificate)
          where person_id = (select id from person where fixture_id = $1)";
    let changed = sqlx::query(second).bind(PERSON).execute(&mut world.database.connect().await).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    world
}

/// Shows the person's card at an institution, with every consent.
async fn show(world: &World, institution: &str, format: Format, treatment: TreatmentKind) -> Reply {
    let mut reader = Reader::at(world, institution).await;
    let challenge = reader.challenge_for(if treatment == TreatmentKind::Visit { "2" } else { "1" }).await;
    let shown = Shown { treatment, ..Shown::signing(&card(world, PERSON), &challenge) };
    let reply = reader.show_as(&shown, format).await;
    assert_eq!(reply.status, 200);
    reply
}

/// Decodes an answer from the character set of the institution.
fn decoded(institution: &str, format: Format, bytes: &[u8]) -> String {
    let encoding =
        if format == Format::Xml && institution == FLAT_SHIFT_JIS { encoding_rs::SHIFT_JIS } else { encoding_rs::UTF_8 };
    let (text, _, wrong) = encoding.decode(bytes);
    assert!(!wrong, "not in the character set of {institution}");
    text.into_owned()
}

#[track_caller]
fn assert_listed(what: &str, institution: &str, format: Format, bytes: &[u8], flat: bool) {
    let text = decoded(institution, format, bytes);
    assert!(text.contains(&expected(format, flat)), "{what} of {institution} in {format:?}: {text}");
}

const FORMATS: [Format; 2] = [Format::Xml, Format::Json];

#[tokio::test]
async fn certificates_are_listed_as_the_institution_wants_one_by_one() {
    let world = world_with_two_certificates().await;
    for (institution, flat) in [(TEST_CLINIC, false), (ONE_LIST, false), (FLAT, true), (FLAT_SHIFT_JIS, true)] {
        for format in FORMATS {
            let reply = show(&world, institution, format, TreatmentKind::Outpatient).await;
            assert_listed("the answer", institution, format, &reply.body, flat);
        }
    }
    world.stop().await;
}

/// Makes a file that asks for the patients of the day, in a format.
fn wanted(institution: &str, format: Format) -> Vec<u8> {
    let members = [("ConsentDateFrom", "20261122"), ("ConsentDateTo", "20261122"), ("MedicalTreatmentFlag", "2")];
    match format {
        Format::Json => {
            let info: Vec<_> = members.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
            let body = format!(r#""QualificationConfirmSearchInfo":{{{}}}"#, info.join(","));
            json_file(&format!(r#""MedicalInstitutionCode":"{institution}""#), &body)
        }
        Format::Xml => {
            let info: String = members.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><MedicalInstitutionCode>{institution}\
                 </MedicalInstitutionCode></MessageHeader><MessageBody><QualificationConfirmSearchInfo>{info}\
                 </QualificationConfirmSearchInfo></MessageBody></XmlMsg>"
            )
            .into_bytes()
        }
    }
}

/// Fetches a result as an archive and returns the file in it.
async fn unzipped(clinic: &mut Clinic, id: &str, number: &str) -> Vec<u8> {
    let request = bulk_fetch::request(&clinic.code, number, Format::Xml, AnswerCharset::Utf8);
    let accept = [("accept", "application/zip")];
    let reply = clinic.connection.post(&format!("/oqs/{id}"), "application/xml", &accept, request).await.unwrap();
    assert_eq!(reply.headers["content-type"], "application/zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(reply.body)).unwrap();
    let mut file = Vec::new();
    archive.by_index(0).unwrap().read_to_end(&mut file).unwrap();
    file
}

/// Holds for every format that a result is kept in and every format that it is fetched in.
#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_listed_as_the_institution_wants_in_results_of_files() {
    let world = world_with_two_certificates().await;
    for (institution, flat) in [(TEST_CLINIC, false), (FLAT, true), (FLAT_SHIFT_JIS, true)] {
        show(&world, institution, Format::Json, TreatmentKind::Visit).await;
        let mut clinic = Clinic::at(&world, institution).await;
        for kept in FORMATS {
            let number = clinic.upload_as("OQSmuhvq01", kept, wanted(institution, kept)).await;
            for format in FORMATS {
                let reply = clinic.result_as("OQSmuhvq02", format, &number).await;
                assert_listed(&format!("the result kept in {kept:?}"), institution, format, &reply.body, flat);
                if let Some(length) = reply.headers.get("content-length") {
                    assert_eq!(length.to_str().unwrap(), reply.body.len().to_string());
                }
            }
            let file = unzipped(&mut clinic, "OQSmuhvq02", &number).await;
            assert_listed(&format!("the archive of what is kept in {kept:?}"), institution, Format::Xml, &file, flat);
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_result_takes_the_form_that_is_set_when_it_is_fetched() {
    let world = world_with_two_certificates().await;
    show(&world, TEST_CLINIC, Format::Json, TreatmentKind::Visit).await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload_as("OQSmuhvq01", Format::Json, wanted(TEST_CLINIC, Format::Json)).await;
    let kept = clinic.result_as("OQSmuhvq02", Format::Json, &number).await;
    assert_listed("the result", TEST_CLINIC, Format::Json, &kept.body, false);
    let set = async |form: i16| {
        let update = "update institution set disease_list = $1 where code = $2";
        let mut database = world.database.connect().await;
        sqlx::query(update).bind(form).bind(TEST_CLINIC).execute(&mut database).await.unwrap();
        sqlx::query("notify shikaku_reference_changed").execute(&mut database).await.unwrap();
    };
    set(1).await;
    let mut fetched = Vec::new();
    for _ in 0..500 {
        fetched = clinic.fetch_as("OQSmuhvq02", Format::Json, &number).await.body.to_vec();
        if fetched != kept.body {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_listed("the result after the change", TEST_CLINIC, Format::Json, &fetched, true);
    set(0).await;
    for _ in 0..500 {
        fetched = clinic.fetch_as("OQSmuhvq02", Format::Json, &number).await.body.to_vec();
        if fetched == kept.body {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(fetched == kept.body, "set back, the result is another than before");
    world.stop().await;
}

/// Writes the message of a reader without the identifier.
fn without_identifier(shown: &Shown, format: Format) -> Vec<u8> {
    let message = String::from_utf8(shown.message(TEST_CLINIC, format)).unwrap();
    let given = match format {
        Format::Xml => "<ArbitraryFileIdentifier>CARD-1</ArbitraryFileIdentifier>",
        Format::Json => r#","ArbitraryFileIdentifier":"CARD-1""#,
    };
    assert_eq!(message.matches(given).count(), 1, "{message}");
    message.replace(given, "").into_bytes()
}

#[tokio::test]
async fn every_card_answer_without_an_identifier_gets_a_random_one() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let mut drawn = BTreeSet::new();
    let mut answers = 0;
    for format in FORMATS {
        // An answer, a revoked card, and a challenge that was never issued.
        for (name, segment) in [(PERSON, "1"), ("kyokai-a04-osaka", "1"), ("", "9")] {
            let challenge = reader.challenge().await;
            let mut shown = Shown::signing(&card(&world, if name.is_empty() { PERSON } else { name }), &challenge);
            if name.is_empty() {
                shown.challenge = uuid::Uuid::nil();
            }
            let message = without_identifier(&shown, format);
            let reply = reader.connection.ask("/card/lookups", format, message).await.unwrap();
            let answer = parse(format, &reply.body);
            assert_eq!(text(&answer, "SegmentOfResult"), Some(segment), "{name}");
            assert_eq!(text(&answer, "ReferenceClassification"), Some("1"));
            let identifier = text(&answer, "ArbitraryFileIdentifier").unwrap();
            assert_eq!(identifier.len(), 16, "{identifier}");
            assert_eq!(BASE64URL.decode(identifier.as_bytes()).unwrap().len(), 11, "{identifier}");
            drawn.insert(identifier.to_owned());
            answers += 1;
        }
        // Not a message at all.
        let reply = reader.connection.ask("/card/lookups", format, b"nonsense".to_vec()).await.unwrap();
        drawn.insert(text_of(&parse(format, &reply.body), "ArbitraryFileIdentifier").unwrap());
        answers += 1;
        // An identifier of the reader comes back.
        let shown = Shown::signing(&card(&world, PERSON), &reader.challenge().await);
        let reply = reader.show_as(&shown, format).await;
        assert_eq!(text(&parse(format, &reply.body), "ArbitraryFileIdentifier"), Some("CARD-1"));
    }
    assert_eq!(drawn.len(), answers, "one came twice: {drawn:?}");
    // Answers by the numbers on the insured person's card get no identifier.
    let ask = ask_of("kyokai-insured-tokyo");
    for format in FORMATS {
        let question = ask.request(TEST_CLINIC).write(format, AnswerCharset::Utf8);
        let reply = reader.connection.ask("/oqs/OQSsiquc01", format, question).await.unwrap();
        let answer = parse(format, &reply.body);
        assert_eq!((text(&answer, "SegmentOfResult"), text(&answer, "ArbitraryFileIdentifier")), (Some("1"), None));
    }
    world.stop().await;
}

/// Real files end with their last element.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_ends_with_a_line_feed() {
    let world = World::start().await;
    for (institution, charset) in [(OTHER_CLINIC, AnswerCharset::Utf8), (SHIFT_JIS_CLINIC, AnswerCharset::ShiftJis)] {
        let mut clinic = Clinic::at(&world, institution).await;
        for format in FORMATS {
            let end: &[u8] = if format == Format::Xml { b"</XmlMsg>" } else { b"}}" };
            let ends = |what: &str, bytes: &[u8]| assert!(bytes.ends_with(end), "{what} of {institution} in {format:?}");
            let ask = ask_of("kyokai-insured-tokyo");
            let reply = clinic.post("OQSsiquc01", format, message(&ask, institution, format, charset)).await;
            ends("an answer", &reply.body);
            for (id, status) in
                [("OQSsiquc01", 400), ("OQSmuquc01", 400), ("OQSmuquc02", 400), ("OQSsiimm01", 400), ("OQSnothing", 404)]
            {
                let reply = clinic.post(id, format, b"nonsense".to_vec()).await;
                assert_eq!(reply.status, status, "{id}");
                ends("a refusal", &reply.body);
            }
            let registration = reference_number::NewRequest {
                institution,
                file_identifier: None,
                insurer: "01130012",
                symbol: Some("21700023"),
                number: "1234567",
                branch: Some("00"),
                reference: "P-1",
            };
            let reply = clinic.post("OQSsiimm01", format, registration.write(format, charset)).await;
            assert_eq!(reply.status, 200);
            ends("a registration", &reply.body);
            let mut reader = Reader::at(&world, institution).await;
            let shown = Shown::signing(&card(&world, PERSON), &reader.challenge().await);
            ends("a card's answer", &reader.show_as(&shown, format).await.body);
            ends("a refused card", &reader.show_as(&shown, format).await.body);
            let file = file_of(&["kyokai-insured-tokyo", "kumiai-a01"], institution, "F", format);
            let reply = clinic.post("OQSmuquc01", format, file).await;
            ends("a reception", &reply.body);
            let number = text(&parse(format, &reply.body), "ReceptionNumber").unwrap().to_owned();
            for fetched in FORMATS {
                let end: &[u8] = if fetched == Format::Xml { b"</XmlMsg>" } else { b"}}" };
                let reply = clinic.result_as("OQSmuquc02", fetched, &number).await;
                assert!(reply.body.ends_with(end), "a result in {fetched:?}");
            }
            assert!(unzipped(&mut clinic, "OQSmuquc02", &number).await.ends_with(b"</XmlMsg>"), "an archive");
        }
    }
    world.stop().await;
}

#[test]
fn the_fixtures_have_an_institution_of_every_form() {
    use shikaku::domain::{AnswerForm, DiseaseList, ResultLists};
    let form = |code: &str| {
        let found = fixtures().institutions.iter().find(|entry| entry.institution.code.as_str() == code);
        found.unwrap_or_else(|| panic!("no institution {code}")).institution.form
    };
    let default = AnswerForm::default();
    assert_eq!((default.result_lists, default.disease_list), (ResultLists::OneEach, DiseaseList::Nested));
    assert_eq!(form(TEST_CLINIC), default);
    assert_eq!(form(FLAT), AnswerForm { disease_list: DiseaseList::Flat, ..default });
    assert_eq!(form(ONE_LIST), AnswerForm { result_lists: ResultLists::One, ..default });
    let all =
        AnswerForm { charset: AnswerCharset::ShiftJis, result_lists: ResultLists::One, disease_list: DiseaseList::Flat };
    assert_eq!(form(FLAT_SHIFT_JIS), all);
}
