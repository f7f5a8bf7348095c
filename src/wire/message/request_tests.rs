//! Tests of the parts that every message has by its trait: the claimed institution, the subject for the log, and its
//! refusal.

use jiff::civil::date;
use uuid::Uuid;

use super::{Message, bulk_fetch, bulk_register, by_card, by_certificate, reference_number};
use super::{MessageKind, Processed, Refusal, Understood, refusal};
use crate::domain::{
    AnswerCharset, AnswerForm, BatchKind, Consents, HolderVerification, InstitutionCode, Subject, TreatmentKind,
};
use crate::wire::{Bounds, Element, Fault, Format, Sent};

const CLAIMED: &str = "1310012344";

fn card() -> by_card::NewRequest<'static> {
    by_card::NewRequest {
        institution: CLAIMED,
        file_identifier: Some("A-1"),
        check_on: date(2026, 11, 20),
        insurer: "01130012",
        symbol: Some("12"),
        number: "345",
        branch: Some("00"),
        birth_on: date(1980, 1, 1),
        limit_consent: true,
        identifier: None,
    }
}

fn certificate() -> by_certificate::NewRequest<'static> {
    by_certificate::NewRequest {
        institution: CLAIMED,
        file_identifier: Some("A-1"),
        check_on: date(2026, 11, 20),
        certificate: &[0x30, 0x01, 0xff],
        holder: HolderVerification::Pin,
        challenge: Uuid::from_u128(7),
        signature: Some(&[1, 2, 3]),
        treatment: TreatmentKind::Outpatient,
        consents: Consents::default(),
    }
}

fn number() -> reference_number::NewRequest<'static> {
    reference_number::NewRequest {
        institution: CLAIMED,
        file_identifier: Some("A-1"),
        reference: "0001",
        insurer: "01130012",
        symbol: Some("12"),
        number: "345",
        branch: Some("00"),
    }
}

/// Reads back the message that a terminal sends.
fn parsed<M>(bytes: &[u8], parse: impl FnOnce(&Element) -> Result<M, (Fault, Understood)>) -> M {
    let root = Format::Json.parse(bytes, Bounds::SINGLE).unwrap();
    parse(&root).map_err(|(fault, _)| fault).unwrap()
}

fn upload(kind: BatchKind, file: &[u8]) -> bulk_register::Upload {
    let read = bulk_register::read(kind, Sent::new(Format::Json, None), file, &mut |_, _| Ok(()));
    read.map_err(|(fault, _)| fault).unwrap()
}

/// Returns the header of a refusal in JSON; checks that its body holds the reason only.
fn refused_header(kind: Option<MessageKind>, understood: &Understood) -> String {
    let processed = Processed {
        at: date(2026, 11, 22).at(9, 30, 15, 0),
        institution: InstitutionCode::parse(CLAIMED).unwrap(),
        form: AnswerForm::default(),
        format: Format::Json,
        drawn: None,
    };
    let reason = Refusal { code: "SHK1002", message: "理由".to_owned() };
    let message = String::from_utf8(refusal(kind, &processed, understood, &reason)).unwrap();
    let (header, body) = message.split_once(",\"MessageBody\":").unwrap();
    assert_eq!(
        body,
        r#"{"ProcessingResultStatus":"2","ProcessingResultCode":"SHK1002","ProcessingResultMessage":"理由"}}}"#
    );
    header.strip_prefix(r#"{"XmlMsg":{"MessageHeader":"#).unwrap().to_owned()
}

/// The members are those of the answer to each message in wire.md 2.2 to 2.4, as far as they are known for refusals.
#[test]
fn a_refusal_has_the_header_of_its_answer_and_repeats_what_was_understood() {
    let time = r#""ProcessExecutionTime":"20261122093015""#;
    let day = r#""QualificationConfirmationDate":"20261120""#;
    let institution = r#""MedicalInstitutionCode":"1310012344""#;
    let file = r#""ArbitraryFileIdentifier":"A-1""#;
    let end = r#""SegmentOfResult":"9","ErrorCode":"SHK1002","ErrorMessage":"理由","CharacterCodeIdentifier":"0""#;
    let utf8 = AnswerCharset::Utf8;

    let asked = parsed(&card().write(Format::Json, utf8), by_card::Request::parse);
    assert_eq!(
        refused_header(Some(MessageKind::ByCard), &asked.understood()),
        format!(r#"{{{time},{day},{institution},{file},"ReferenceClassification":"2",{end}}}"#)
    );

    let asked = parsed(&certificate().write(Format::Json, utf8), by_certificate::Request::parse);
    assert_eq!(
        refused_header(Some(MessageKind::ByCertificate), &asked.understood()),
        format!(r#"{{{time},{day},{institution},{file},"ReferenceClassification":"1",{end}}}"#)
    );

    let asked = parsed(&number().write(Format::Json, utf8), reference_number::Request::parse);
    assert_eq!(
        refused_header(Some(MessageKind::ReferenceNumber), &asked.understood()),
        format!("{{{time},{institution},{file},{end}}}")
    );

    for (kind, sent) in [
        (BatchKind::Qualification, bulk_register::people_file(&[card()], Format::Json, utf8)),
        (BatchKind::ReferenceNumbers, bulk_register::numbers_file(&[number()], Format::Json, utf8)),
    ] {
        assert_eq!(
            refused_header(Some(MessageKind::BulkRegister(kind)), &upload(kind, &sent).understood()),
            format!("{{{time},{institution},{file},{end}}}")
        );
    }

    let sent = bulk_fetch::request(CLAIMED, "20261120000000000001", Format::Json, utf8);
    let asked = parsed(&sent, |root| bulk_fetch::Request::parse(BatchKind::Visit, root));
    assert_eq!(
        refused_header(Some(MessageKind::BulkFetch(BatchKind::Visit)), &asked.understood()),
        format!(r#"{{{time},{institution},"ReceptionNumber":"20261120000000000001",{end}}}"#)
    );

    assert_eq!(refused_header(None, &Understood::default()), format!("{{{time},{institution},{end}}}"));
}

#[test]
fn a_message_names_its_institution_and_what_it_is_about() {
    let utf8 = AnswerCharset::Utf8;

    let card = parsed(&card().write(Format::Json, utf8), by_card::Request::parse);
    assert!(matches!(card.subject(), Subject::Card(query) if *query == card.query));

    let certificate = parsed(&certificate().write(Format::Json, utf8), by_certificate::Request::parse);
    let Subject::Certificate { der, query } = certificate.subject() else { panic!("about no card") };
    assert_eq!((der, query.check_on, query.holder), (&[0x30, 0x01, 0xff][..], date(2026, 11, 20), HolderVerification::Pin));

    let number = parsed(&number().write(Format::Json, utf8), reference_number::Request::parse);
    assert!(matches!(number.subject(), Subject::ReferenceNumber));

    // A file for a day, and a fetch of its result, which does not state the day.
    let file = upload(BatchKind::Qualification, &bulk_register::people_file(&[self::card()], Format::Json, utf8));
    let day = date(2026, 11, 20);
    assert!(matches!(
        file.subject(),
        Subject::File { kind: BatchKind::Qualification, check_on: Some(check_on) } if check_on == day
    ));
    let sent = bulk_fetch::request(CLAIMED, "20261120000000000001", Format::Json, utf8);
    let fetch = parsed(&sent, |root| bulk_fetch::Request::parse(BatchKind::Visit, root));
    assert!(matches!(fetch.subject(), Subject::File { kind: BatchKind::Visit, check_on: None }));

    let messages: [&dyn Message; 5] = [&card, &certificate, &number, &file, &fetch];
    assert_eq!(messages.map(|message| message.institution().as_str().to_owned()), [CLAIMED; 5]);
}
