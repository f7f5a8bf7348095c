//! One person of a result: BulkConfirmUnit, and BulkRegistrationUnit for 照会番号.

use std::sync::Arc;

use jiff::civil::DateTime;

use crate::decide::Record;
use crate::domain::{BatchKind, Consents, DiseaseList, Validity};
use crate::wire::element::{Bounds, Element};
use crate::wire::fault::Fault;
use crate::wire::object::{Object, Shape, Value, shape};
use crate::wire::{Format, code, parse_json_each, parse_xml_each, write_units};

use super::by_card::SEARCH_INFO;
use super::by_certificate::{ReaderConsents, consented};
use super::entry::{Entry, form};
use super::record::{
    BULK_RECORD, DISEASE, DISEASE_INFO, ELDERLY_INFO, LIMIT_INFO, RECORD_2025, TICKET_INFO, disease_list, limit, record,
    referenced,
};
use super::reference_number::REGISTRATION_INFO;
use super::refused::Refusal;

pub(super) static CONFIRM_UNIT: Shape = shape![
    "QualificationConfirmSearchInfo",
    "ProcessingResultStatus",
    "ProcessingResultCode",
    "ProcessingResultMessage",
    "QualificationValidity",
    "ResultOfQualificationConfirmation",
    "ReferenceNumber",
];

pub(super) static REGISTRATION_UNIT: Shape =
    shape!["ReferenceNumberRegistrationInfo", "ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage",];

/// Returns the element of one person in a result.
pub(super) fn unit_element(kind: BatchKind) -> &'static str {
    match kind {
        BatchKind::ReferenceNumbers => "BulkRegistrationUnit",
        BatchKind::Qualification | BatchKind::Visit | BatchKind::Online | BatchKind::MedicalAid => "BulkConfirmUnit",
    }
}

fn unit_shape(kind: BatchKind) -> &'static Shape {
    match kind {
        BatchKind::ReferenceNumbers => &REGISTRATION_UNIT,
        BatchKind::Qualification | BatchKind::Visit | BatchKind::Online | BatchKind::MedicalAid => &CONFIRM_UNIT,
    }
}

/// The result about one person who could be asked about.
pub struct Found<'a> {
    /// 資格有効性.
    pub validity: Validity,
    /// The record shown, if any.
    pub record: Option<ShownRecord<'a>>,
}

/// A record with the unit's other data about it.
pub struct ShownRecord<'a> {
    /// The record.
    pub record: &'a Record,
    /// 保険者名称.
    pub insurer: Arc<str>,
    /// 限度額適用認定証情報変更有無; None without the patient's consent.
    pub limit_changed: Option<bool>,
}

/// The consents that a patient gave when showing the card.
#[derive(Debug, Clone, Copy)]
pub struct EarlierConsent {
    /// The consents.
    pub consents: Consents,
    /// When they were given, Tokyo time.
    pub at: DateTime,
    /// When they expire, Tokyo time.
    pub until: DateTime,
    /// Whether they have expired.
    pub expired: bool,
}

/// The numbers of people in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// People with an answer.
    pub normal: usize,
    /// People without an answer.
    pub errors: usize,
}

/// The form in which units are stored, regardless of the institution's settings, which apply at the moment of fetching.
const KEPT: DiseaseList = DiseaseList::Nested;

/// Returns whether units of a kind look the same in this form as they are stored. Only units of patients who consented can hold
/// 特定疾病療養受療証情報.
#[must_use]
pub fn is_kept_in(kind: BatchKind, form: DiseaseList) -> bool {
    match kind {
        BatchKind::Visit | BatchKind::Online => form == KEPT,
        BatchKind::Qualification | BatchKind::ReferenceNumbers | BatchKind::MedicalAid => true,
    }
}

/// The units of people, one after the other, as text of a format in UTF-8.
pub struct Units {
    kind: BatchKind,
    format: Format,
    text: Vec<u8>,
    counts: Counts,
}

impl Units {
    /// Makes an empty text with room for the units of `people` people.
    #[must_use]
    pub fn new(kind: BatchKind, format: Format, people: usize) -> Self {
        // The usual size of a unit in XML, in bytes.
        const UNIT: usize = 1800;
        let counts = Counts { normal: 0, errors: 0 };
        Self { kind, format, text: Vec::with_capacity(people * UNIT), counts }
    }

    /// Adds a person who could be asked about.
    pub fn answered(&mut self, entry: &Entry, found: &Found<'_>) {
        let mut unit = self
            .begin(Some(entry))
            .text("ProcessingResultStatus", "1")
            .text("QualificationValidity", code::validity(found.validity));
        if let Some(shown) = &found.record {
            let object = record(&BULK_RECORD, shown.record, &shown.insurer)
                .text_if("LimitApplicationCertificateChanged", shown.limit_changed.map(code::changed));
            unit = referenced(unit.set("ResultOfQualificationConfirmation", Value::Object(object)), shown.record);
        }
        self.counts.normal += 1;
        self.write(unit);
    }

    /// Adds a person who consented earlier, with the time and the expiry of the consent. Records have the elements of 2025, and
    /// only those parts that a valid consent still covers.
    pub fn consented(&mut self, earlier: &EarlierConsent, validity: Validity, records: &[(Record, Arc<str>)]) {
        let given = ReaderConsents {
            consents: earlier.consents,
            at: earlier.at,
            until: earlier.until,
            expired: earlier.expired,
            since_2025: true,
            disease_list: KEPT,
        };
        let mut unit =
            self.begin(None).text("ProcessingResultStatus", "1").text("QualificationValidity", code::validity(validity));
        if !records.is_empty() {
            let objects = records.iter().map(|(shown, insurer)| {
                let object = limit(record(&RECORD_2025, shown, insurer), shown, earlier.at);
                consented(object, &given, shown)
            });
            unit = unit.set("ResultOfQualificationConfirmation", Value::Repeated(objects.collect()));
        }
        self.counts.normal += 1;
        self.write(first_reference(unit, records));
    }

    /// Adds a person whose 医療券 names the institution.
    pub fn entrusted(&mut self, validity: Validity, records: &[(Record, Arc<str>)]) {
        let mut unit =
            self.begin(None).text("ProcessingResultStatus", "1").text("QualificationValidity", code::validity(validity));
        if !records.is_empty() {
            let objects = records.iter().map(|(shown, insurer)| record(&BULK_RECORD, shown, insurer));
            unit = unit.set("ResultOfQualificationConfirmation", Value::Repeated(objects.collect()));
        }
        self.counts.normal += 1;
        self.write(first_reference(unit, records));
    }

    /// Adds a person whose 照会番号 was registered.
    pub fn registered(&mut self, entry: &Entry) {
        let unit = self.begin(Some(entry)).text("ProcessingResultStatus", "1");
        self.counts.normal += 1;
        self.write(unit);
    }

    /// Adds a person whom the file did not name and who cannot be shown.
    pub fn refused(&mut self, reason: &Refusal) {
        self.failed(None, reason.code, &reason.message);
    }

    /// Adds a person of a file with the person's refusal.
    pub fn spoiled(&mut self, entry: &Entry) {
        let (code, message) = entry.refusal().unwrap_or_default();
        self.failed(Some(entry), code, message);
    }

    fn failed(&mut self, entry: Option<&Entry>, code: &str, message: &str) {
        let unit = self
            .begin(entry)
            .text("ProcessingResultStatus", "2")
            .text("ProcessingResultCode", code)
            .text("ProcessingResultMessage", message);
        self.counts.errors += 1;
        self.write(unit);
    }

    fn begin<'a>(&self, entry: Option<&'a Entry<'_>>) -> Object<'a> {
        let unit = Object::new(unit_shape(self.kind));
        match (entry, form(self.kind)) {
            (Some(entry), Some(form)) => unit.set(form.element, Value::Object(entry.echo(&form))),
            _ => unit,
        }
    }

    fn write(&mut self, unit: Object<'_>) {
        write_units(self.format, &mut self.text, unit_element(self.kind), &[unit]);
    }

    /// Returns the text and the numbers of people in it.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Counts) {
        (self.text, self.counts)
    }
}

/// Adds the institution's 照会番号 for the person, from the first record that has one.
fn first_reference<'a>(unit: Object<'a>, records: &'a [(Record, Arc<str>)]) -> Object<'a> {
    match records.iter().find(|(record, _)| record.reference.is_some()) {
        Some((record, _)) => referenced(unit, record),
        None => unit,
    }
}

/// Converts stored units to a format and to an institution's form: a result can be fetched in another format than that of the
/// file. None if the text does not hold units.
#[must_use]
pub fn convert(kind: BatchKind, units: &[u8], from: Format, to: Format, form: DiseaseList) -> Option<Vec<u8>> {
    const UNIT: Bounds = Bounds { depth: 16, elements: usize::MAX };
    let element = unit_element(kind);
    let mut text = Vec::with_capacity(units.len());
    // One by one, because the elements of a person take many times the memory of the text.
    let mut each = |unit: Element| {
        let unit = object((kind, form), unit_shape(kind), &unit).ok_or(Fault::Malformed)?;
        write_units(to, &mut text, element, &[unit]);
        Ok(())
    };
    let whole = |before: &str, after: &str| [before.as_bytes(), units, after.as_bytes()].concat();
    let read = match from {
        Format::Xml => {
            let whole = String::from_utf8(whole("<XmlMsg><MessageBody>", "</MessageBody></XmlMsg>")).ok()?;
            parse_xml_each(&whole, UNIT, &mut each).map(drop)
        }
        Format::Json => {
            let before = format!("{{\"XmlMsg\":{{\"MessageBody\":{{\"{element}\":[");
            parse_json_each(&whole(&before, "]}}}"), UNIT, &mut each).map(drop)
        }
    };
    read.ok().map(|()| text)
}

/// Returns the members of an element in the order of a shape, in the wanted form.
fn object<'a>(wanted: (BatchKind, DiseaseList), shape: &'static Shape, element: &'a Element) -> Option<Object<'a>> {
    let (kind, form) = wanted;
    let mut object = Object::new(shape);
    for key in shape.keys() {
        let mut named = element.children.iter().filter(|child| child.name == *key).peekable();
        let Some(first) = named.peek() else { continue };
        let inner = |shape, element: &'a Element| self::object(wanted, shape, element);
        let value = match member(kind, key) {
            Member::Text => Value::Text((&*first.text).into()),
            Member::Object(shape) => Value::Object(inner(shape, first)?),
            Member::Repeated(shape) => Value::Repeated(named.map(|one| inner(shape, one)).collect::<Option<_>>()?),
            Member::List(item, shape) => {
                // In JSON each entry of a list is an object around its item; in XML one list holds all items.
                let items = named.flat_map(|list| &list.children).filter(|child| child.name == item);
                let entries = items.map(|one| inner(shape, one)).collect::<Option<_>>()?;
                if item == DISEASE { disease_list(form, entries) } else { Value::List(item, entries) }
            }
        };
        object = object.set(key, value);
    }
    Some(object)
}

enum Member {
    Text,
    Object(&'static Shape),
    Repeated(&'static Shape),
    List(&'static str, &'static Shape),
}

fn member(kind: BatchKind, name: &str) -> Member {
    match (name, kind) {
        ("QualificationConfirmSearchInfo", _) => Member::Object(&SEARCH_INFO),
        ("ReferenceNumberRegistrationInfo", _) => Member::Object(&REGISTRATION_INFO),
        ("ResultOfQualificationConfirmation", BatchKind::Visit | BatchKind::Online) => Member::Repeated(&RECORD_2025),
        ("ResultOfQualificationConfirmation", BatchKind::MedicalAid) => Member::Repeated(&BULK_RECORD),
        ("ResultOfQualificationConfirmation", _) => Member::Object(&BULK_RECORD),
        ("ElderlyRecipientCertificateInfo", _) => Member::Object(&ELDERLY_INFO),
        ("LimitApplicationCertificateRelatedInfo", _) => Member::Object(&LIMIT_INFO),
        ("PublicExpenseResultList", _) => Member::List("MedicalTicketInfo", &TICKET_INFO),
        ("SpecificDiseasesCertificateList", _) => Member::List(DISEASE, &DISEASE_INFO),
        _ => Member::Text,
    }
}
