//! The messages that send a file with questions about many people: OQS-IF-005 request and 006 answer (`OQSmuquc01`), and their
//! like.

use jiff::civil::Date;

use crate::domain::{
    AnswerCharset, BatchKind, ConsentDays, DayOf, InstitutionCode, Period, ReceptionNumber, Subject, TreatmentKind,
    WantedPeople,
};
use crate::wire::element::{BODY, Bounds, Element, Texts};
use crate::wire::fault::{Fault, FieldName, ValueFault};
use crate::wire::object::{Object, Shape, shape};
use crate::wire::{Format, Sent, code, encode, write_frame, write_units};

use super::by_card::SearchInfo;
use super::entry::{Entry, EntryForm, form};
use super::header::{Processed, free_text, institution, required_date, required_month, short_header, time_text, value};
use super::qualification::request_header;
use super::refused::{self, Refusal};
use super::request::{Message, Understood};
use super::{by_card, reference_number};

/// A file without its people.
#[derive(Clone)]
pub struct Upload {
    /// The kind of the file.
    pub kind: BatchKind,
    /// 医療機関コード that the message claims.
    pub institution: InstitutionCode,
    /// 資格確認日, in 資格確認一括照会 only.
    pub check_on: Option<Date>,
    /// 任意のファイル識別子.
    pub file_identifier: Option<String>,
    /// The people whose result is wanted, if the file names nobody.
    pub wanted: Option<WantedPeople>,
}

impl Message for Upload {
    fn institution(&self) -> InstitutionCode {
        self.institution
    }

    fn subject(&self) -> Subject<'_> {
        Subject::File { kind: self.kind, check_on: self.check_on }
    }

    fn understood(&self) -> Understood {
        Understood { check_on: self.check_on, file_identifier: self.file_identifier.clone(), ..Understood::default() }
    }

    fn refusal(processed: &Processed, understood: &Understood, reason: &Refusal) -> Vec<u8> {
        refused::write(processed, short_header(processed, understood.file_identifier.as_deref()), reason)
    }
}

/// Bounds of one person of a file.
const PERSON: Bounds = Bounds { depth: 8, elements: 64 };

/// Receives the people of a file one by one: each with the question about the person, if the kind of file has one, or with the
/// person's fault.
pub type EachPerson<'a> = dyn FnMut(Entry<'_>, Result<Option<SearchInfo>, Fault>) -> Result<(), Fault> + 'a;

/// Reads a file and passes its people to `each`. A fault of one person does not affect the others.
///
/// # Errors
/// A fault of the file as a whole, or one returned by `each`, with the content understood before it.
pub fn read(kind: BatchKind, sent: Sent, bytes: &[u8], each: &mut EachPerson<'_>) -> Result<Upload, (Fault, Understood)> {
    let mut understood = Understood::default();
    let read = match form(kind) {
        Some(form) => people(kind, &form, sent, bytes, each, &mut understood),
        None => wanted(kind, sent, bytes, &mut understood),
    };
    read.map_err(|fault| (fault, understood))
}

fn people(
    kind: BatchKind,
    form: &EntryForm,
    sent: Sent,
    bytes: &[u8],
    each: &mut EachPerson<'_>,
    understood: &mut Understood,
) -> Result<Upload, Fault> {
    let mut nobody = true;
    let root = sent.parse_each(bytes, PERSON, &mut |element| {
        if element.name != form.element {
            return Err(Fault::Unknown(FieldName::of(&element.name)));
        }
        nobody = false;
        let (entry, whole) = Entry::read(form, element);
        let asked = whole.and_then(|()| match kind {
            BatchKind::Qualification => entry.asked().map(Some),
            _ => entry.registration().map(|_| None),
        });
        each(entry, asked)
    })?;
    let (header, _) = open(kind, &root, understood)?;
    if nobody {
        return Err(Fault::Nobody);
    }
    Ok(header)
}

fn wanted(kind: BatchKind, sent: Sent, bytes: &[u8], understood: &mut Understood) -> Result<Upload, Fault> {
    let root = sent.parse(bytes, Bounds::SINGLE)?;
    let (upload, body) = open(kind, &root, understood)?;
    let info = body.group(BODY, &[INFO])?.element(INFO)?;
    let wanted = match kind {
        BatchKind::MedicalAid => WantedPeople::Tickets(required_month(&info.group(INFO, &[MONTH])?, MONTH)?),
        _ => WantedPeople::Consented(consented(kind, info)?),
    };
    Ok(Upload { wanted: Some(wanted), ..upload })
}

const INFO: &str = "QualificationConfirmSearchInfo";
const MONTH: &str = "MedicalTreatmentMonth";

fn consented(kind: BatchKind, info: &Element) -> Result<ConsentDays, Fault> {
    let days = |group: &_, from, to| {
        let days = Period::new(required_date(group, from)?, required_date(group, to)?);
        value(to, days.map_err(|_| ValueFault::Days))
    };
    let has = |name: &str| info.children.iter().any(|child| child.name == name);
    let (treatment, by, group, days) = if kind == BatchKind::Online && has("ExaminationDateFrom") {
        let group = info.group(INFO, &["ExaminationDateFrom", "ExaminationDateTo", TREATMENT])?;
        let days = days(&group, "ExaminationDateFrom", "ExaminationDateTo")?;
        (TreatmentKind::Online, DayOf::Examination, group, days)
    } else {
        let group = info.group(INFO, &["ConsentDateFrom", "ConsentDateTo", TREATMENT])?;
        let days = days(&group, "ConsentDateFrom", "ConsentDateTo")?;
        let treatment = if kind == BatchKind::Online { TreatmentKind::Online } else { TreatmentKind::Visit };
        (treatment, DayOf::Consent, group, days)
    };
    if code::parse_treatment(group.required(TREATMENT)?) != Some(treatment) {
        let right: &[&str] = if treatment == TreatmentKind::Online { &["3"] } else { &["2"] };
        return Err(Fault::Value { element: TREATMENT, reason: ValueFault::Code(right) });
    }
    Ok(ConsentDays { treatment, by, days })
}

const TREATMENT: &str = "MedicalTreatmentFlag";

/// Reads the header of a file; returns it with the file's body.
fn open<'a>(kind: BatchKind, root: &'a Element, understood: &mut Understood) -> Result<(Upload, &'a Element<'a>), Fault> {
    if root.name != "XmlMsg" {
        return Err(Fault::Unknown(FieldName::of(&root.name)));
    }
    let message = root.group("XmlMsg", &["MessageHeader", BODY])?;
    let dated = kind == BatchKind::Qualification;
    let members: &[&str] = match dated {
        true => &["QualificationConfirmationDate", "MedicalInstitutionCode", "ArbitraryFileIdentifier"],
        false => &["MedicalInstitutionCode", "ArbitraryFileIdentifier"],
    };
    let header = message.element("MessageHeader")?.group("MessageHeader", members)?;
    understood.file_identifier = free_text(&header, "ArbitraryFileIdentifier", 50)?.map(str::to_owned);
    let check_on = dated.then(|| required_date(&header, "QualificationConfirmationDate")).transpose()?;
    understood.check_on = check_on;
    let upload = Upload {
        kind,
        institution: institution(&header)?,
        check_on,
        file_identifier: understood.file_identifier.clone(),
        wanted: None,
    };
    Ok((upload, message.element(BODY)?))
}

/// Writes 資格確認一括照会 as a terminal sends it. Institution, day and file identifier are those of the first of `people`;
/// without people the result is empty.
#[must_use]
pub fn people_file(people: &[by_card::NewRequest<'_>], format: Format, charset: AnswerCharset) -> Vec<u8> {
    let Some(first) = people.first() else { return Vec::new() };
    let header = request_header(first.institution, first.check_on, first.file_identifier);
    file(BatchKind::Qualification, &header, people.iter().map(by_card::NewRequest::info), format, charset)
}

/// Writes 照会番号一括登録 as a terminal sends it. Institution and file identifier are those of the first of `numbers`; without
/// numbers the result is empty.
#[must_use]
pub fn numbers_file(numbers: &[reference_number::NewRequest<'_>], format: Format, charset: AnswerCharset) -> Vec<u8> {
    let Some(first) = numbers.first() else { return Vec::new() };
    let infos = numbers.iter().map(reference_number::NewRequest::info);
    file(BatchKind::ReferenceNumbers, &first.header(), infos, format, charset)
}

fn file(
    kind: BatchKind,
    header: &Object,
    infos: impl Iterator<Item = Object<'static>>,
    format: Format,
    charset: AnswerCharset,
) -> Vec<u8> {
    let element = form(kind).map_or("", |form| form.element);
    let (mut whole, after) = write_frame(format, header, element, charset);
    let infos: Vec<_> = infos.collect();
    let mut text = Vec::new();
    write_units(format, &mut text, element, &infos);
    whole.extend(encode(text, if format == Format::Xml { charset } else { AnswerCharset::Utf8 }));
    whole.extend(after);
    whole
}

static ANSWER_BODY: Shape = shape!["ReceptionNumber", "ReceptionDateTime"];

/// Writes アップロード結果: the file was accepted at the time of processing.
#[must_use]
pub fn answer(processed: &Processed, file_identifier: Option<&str>, number: &ReceptionNumber) -> Vec<u8> {
    let body = Object::new(&ANSWER_BODY)
        .text("ReceptionNumber", number.as_str().to_owned())
        .text("ReceptionDateTime", time_text(processed.at));
    processed.write(&short_header(processed, file_identifier), &body)
}
