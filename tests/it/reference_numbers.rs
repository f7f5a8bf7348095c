//! 照会番号: registered one by one and in files, and shown only to the institution that registered them.

use jiff::civil::date;
use shikaku::domain::{AnswerCharset, TreatmentKind};
use shikaku::wire::Format;
use shikaku::wire::message::bulk_register::numbers_file;
use shikaku::wire::message::reference_number::NewRequest;

use crate::support::bulk::{Clinic, outcomes, parse, text};
use crate::support::card::{Reader, Shown, card};
use crate::support::{OTHER_CLINIC, TEST_CLINIC, World, ask_of, message, outcome, refused};

const PERSON: &str = "kyokai-insured-tokyo";

fn number_of(reference: &'static str) -> NewRequest<'static> {
    NewRequest {
        institution: TEST_CLINIC,
        file_identifier: Some("NUMBER"),
        reference,
        insurer: "01130012",
        symbol: Some("21700023"),
        number: "1234567",
        branch: Some("00"),
    }
}

/// Asks by the numbers on the card; returns the person's 照会番号, if the clinic gets one.
async fn told(clinic: &mut Clinic) -> Option<String> {
    let body = message(&ask_of(PERSON), &clinic.code, Format::Json, AnswerCharset::Utf8);
    let reply = clinic.post("OQSsiquc01", Format::Json, body).await;
    text(&parse(Format::Json, &reply.body), "ReferenceNumber").map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_registered_and_told_again() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    assert_eq!(told(&mut clinic).await, None);
    let reply = clinic.post("OQSsiimm01", Format::Xml, number_of("P-0001").write(Format::Xml, AnswerCharset::Utf8)).await;
    assert_eq!(
        String::from_utf8_lossy(&reply.body),
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
         <ProcessExecutionTime>20261122093015</ProcessExecutionTime><CharacterCodeIdentifier>0</CharacterCodeIdentifier>\
         <SegmentOfResult>1</SegmentOfResult><ArbitraryFileIdentifier>NUMBER</ArbitraryFileIdentifier>\
         <MedicalInstitutionCode>1310012344</MedicalInstitutionCode></MessageHeader><MessageBody>\
         <ReferenceNumberRegistrationInfo><InsurerNumber>01130012</InsurerNumber>\
         <InsuredIdentificationNumber>1234567</InsuredIdentificationNumber><ReferenceNumber>P-0001</ReferenceNumber>\
         <InsuredCardSymbol>21700023</InsuredCardSymbol><InsuredBranchNumber>00</InsuredBranchNumber>\
         </ReferenceNumberRegistrationInfo><ProcessingResultStatus>1</ProcessingResultStatus></MessageBody></XmlMsg>"
    );
    assert_eq!(told(&mut clinic).await.as_deref(), Some("P-0001"));
    // The last registration counts, in whatever width the card's number is written.
    let wide = NewRequest { number: "１２３４５６７", ..number_of("P-0002") };
    clinic.post("OQSsiimm01", Format::Json, wide.write(Format::Json, AnswerCharset::Utf8)).await;
    assert_eq!(told(&mut clinic).await.as_deref(), Some("P-0002"));
    // By card, and in files.
    let mut reader = Reader::of(&world).await;
    let challenge = reader.challenge_for("1").await;
    let shown = Shown {
        treatment: TreatmentKind::Outpatient,
        check_on: date(2026, 11, 22),
        ..Shown::signing(&card(&world, PERSON), &challenge)
    };
    let answer = parse(Format::Json, &reader.show(&shown).await.body);
    assert_eq!(text(&answer, "ReferenceNumber"), Some("P-0002"));
    let number = clinic.upload(&[PERSON, "kumiai-a01"]).await;
    let result = clinic.result(&number).await;
    let found: Vec<_> = crate::support::bulk::units(&result).iter().map(|unit| text(unit, "ReferenceNumber")).collect();
    assert_eq!(found, [Some("P-0002"), None]);
    // No other institution gets the number.
    let mut other = Clinic::at(&world, OTHER_CLINIC).await;
    assert_eq!(told(&mut other).await, None);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_come_in_files_too() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let numbers = [
        number_of("FIRST"),
        NewRequest { branch: None, ..number_of("NO-BRANCH") },
        NewRequest { insurer: "01130013", ..number_of("WRONG") },
        NewRequest { insurer: "39131016", symbol: None, branch: None, number: "61730954", ..number_of("ELDERLY") },
        // Nobody has this card, but the answer does not say so.
        NewRequest { number: "9999999", ..number_of("NOBODY") },
        number_of("SECOND"),
    ];
    for format in [Format::Xml, Format::Json] {
        let file = numbers_file(&numbers, format, AnswerCharset::Utf8);
        let number = clinic.upload_as("OQSmuimm01", format, file).await;
        let reply = clinic.result_as("OQSmuimm02", format, &number).await;
        let result = parse(format, &reply.body);
        let codes: Vec<_> = outcomes(&result).into_iter().map(|(status, code, _)| code.unwrap_or(status)).collect();
        assert_eq!(codes, ["1", "SHK1008", "SHK1009", "1", "1", "1"]);
        assert_eq!(text(&result, "NumberOfError"), Some("2"));
        assert_eq!(text(&result, "QualificationConfirmationDate"), None);
        // The same in the other format.
        let other = if format == Format::Xml { Format::Json } else { Format::Xml };
        let reply = clinic.result_as("OQSmuimm02", other, &number).await;
        assert!(outcomes(&parse(other, &reply.body)) == outcomes(&result));
    }
    assert_eq!(told(&mut clinic).await.as_deref(), Some("SECOND"));
    assert_eq!(world.database.count("select count(*) from reference_number").await, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_not_taken() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    for (what, request, status, code) in [
        (
            "too long",
            NewRequest { reference: "123456789012345678901234567890123456789012345678901", ..number_of("") },
            400,
            "SHK1009",
        ),
        ("empty", number_of(""), 400, "SHK1008"),
        ("no branch", NewRequest { branch: None, ..number_of("P") }, 400, "SHK1008"),
        ("another institution", NewRequest { institution: OTHER_CLINIC, ..number_of("P") }, 403, "SHK3001"),
    ] {
        let reply = clinic.post("OQSsiimm01", Format::Json, request.write(Format::Json, AnswerCharset::Utf8)).await;
        assert_eq!(outcome(Format::Json, &reply), refused(status, code), "{what}");
    }
    assert_eq!(world.database.count("select count(*) from reference_number").await, 0);
    let recorded = "select count(*) from access_log where path = 5 and outcome = 9 and check_on is null";
    assert_eq!(world.database.count(recorded).await, 1);
    world.stop().await;
}
