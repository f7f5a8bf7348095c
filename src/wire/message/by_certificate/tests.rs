//! Tests of the request by card: what is read, and what is refused.

use jiff::civil::date;

use super::*;
use crate::wire::Bounds;

fn whole_in(format: Format) -> Vec<u8> {
    let request = NewRequest {
        institution: "1310012344",
        file_identifier: Some("A-1"),
        check_on: date(2026, 11, 22),
        certificate: &[0x30, 0x01, 0xff],
        holder: HolderVerification::Face,
        challenge: Uuid::from_u128(7),
        signature: Some(&[1, 2, 3]),
        treatment: TreatmentKind::Online,
        consents: [Consent::Limit, Consent::Allergy].into_iter().collect(),
    };
    request.write(format, AnswerCharset::Utf8)
}

fn whole() -> String {
    String::from_utf8(whole_in(Format::Xml)).unwrap()
}

fn parse(text: &str) -> Result<Request, Fault> {
    let root = Format::Xml.parse(text.as_bytes(), Bounds::SINGLE).unwrap();
    Request::parse(&root).map_err(|(fault, _)| fault)
}

fn fault(text: &str) -> Fault {
    match parse(text) {
        Ok(_) => panic!("understood: {text}"),
        Err(fault) => fault,
    }
}

/// Returns the message without an element.
fn without(element: &str) -> String {
    let text = whole();
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let (begin, end) = (text.find(&open).unwrap(), text.find(&close).unwrap() + close.len());
    format!("{}{}", &text[..begin], &text[end..])
}

fn with(element: &str, value: &str) -> String {
    without(element).replace("</CardConfirmInfo>", &format!("<{element}>{value}</{element}></CardConfirmInfo>"))
}

#[test]
fn what_is_written_is_read() {
    for format in [Format::Xml, Format::Json] {
        let root = format.parse(&whole_in(format), Bounds::SINGLE).unwrap();
        let request = Request::parse(&root).map_err(|(fault, _)| fault).unwrap();
        assert_eq!(request.institution.as_str(), "1310012344");
        assert_eq!(request.check_on, date(2026, 11, 22));
        assert_eq!(request.certificate, [0x30, 0x01, 0xff]);
        assert_eq!(request.holder, HolderVerification::Face);
        assert_eq!((request.challenge, request.signature), (Uuid::from_u128(7), Some(vec![1, 2, 3])));
        assert_eq!(request.treatment, TreatmentKind::Online);
        assert_eq!(request.consents.iter().collect::<Vec<_>>(), [Consent::Limit, Consent::Allergy]);
        assert!(request.since_2025);
    }
}

#[test]
fn what_is_not_said_is_not_consented_to() {
    let mut text = whole();
    for kind in Consent::ALL {
        let element = consent_elements(kind).flag;
        for flag in ["0", "1"] {
            text = text.replace(&format!("<{element}>{flag}</{element}>"), "");
        }
    }
    let request = parse(&text).unwrap();
    assert_eq!((request.consents, request.since_2025), (Consents::NONE, false));
    let old = text.replace("</CardConfirmInfo>", "<PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg></CardConfirmInfo>");
    let request = parse(&old).unwrap();
    assert_eq!((request.consents.iter().collect::<Vec<_>>(), request.since_2025), (vec![Consent::Drug], false));
    // Naming a consent of 2025 asks for its elements, even if the consent is refused.
    let new = text.replace("</CardConfirmInfo>", "<TestInfoConsFlg>0</TestInfoConsFlg></CardConfirmInfo>");
    assert!(parse(&new).unwrap().since_2025);
}

#[test]
fn every_part_of_the_proof_must_be_there() {
    for element in [CERTIFICATE, HOLDER, CHALLENGE, SIGNATURE] {
        assert_eq!(fault(&without(element)), Fault::Missing(element));
    }
    assert_eq!(parse(&without(TREATMENT)).unwrap().treatment, TreatmentKind::Outpatient);
}

#[test]
fn where_staff_only_looked_nothing_is_signed() {
    let wrong = Fault::Value { element: HOLDER, reason: ValueFault::NothingToSign };
    let visual = with(HOLDER, "visual");
    assert_eq!(fault(&visual), wrong);
    let unsigned = |text: &str| {
        let signature = text.find("<ChallengeSignature>").unwrap();
        let end = text.find("</ChallengeSignature>").unwrap() + "</ChallengeSignature>".len();
        format!("{}{}", &text[..signature], &text[end..])
    };
    assert_eq!(parse(&unsigned(&visual)).unwrap().signature, None);
    // The challenge is mandatory all the same: it lets the message be used only once.
    let bare = unsigned(&visual).replace(&format!("<ChallengeId>{}</ChallengeId>", Uuid::from_u128(7)), "");
    assert_eq!(fault(&bare), Fault::Missing(CHALLENGE));
}

#[test]
fn values_that_cannot_be_name_their_element() {
    let wrong = |element, value: &str| fault(&with(element, value));
    for (element, value, reason) in [
        (CERTIFICATE, "not base64!", ValueFault::Base64),
        (CERTIFICATE, "AAA", ValueFault::Base64),
        (SIGNATURE, "-_-_", ValueFault::Base64),
        (CHALLENGE, "7", ValueFault::ChallengeId),
        (HOLDER, "knock", ValueFault::Code(&["pin", "face", "visual", "phone"])),
        (TREATMENT, "4", ValueFault::Code(&["1", "2", "3"])),
        ("TestInfoConsFlg", "2", ValueFault::Code(&["0", "1"])),
    ] {
        assert_eq!(wrong(element, value), Fault::Value { element, reason });
    }
    // Base64 broken into lines is accepted.
    assert_eq!(parse(&with(CERTIFICATE, "MA\nH/\n")).unwrap().certificate, [0x30, 0x01, 0xff]);
}
