//! 照会番号登録: OQS-IF-003 request and OQS-IF-004 answer.

use crate::domain::{
    AnswerCharset, BranchNumber, CardKey, CardNumber, CardSymbol, InstitutionCode, InsurerNumber, ReferenceNumber, Subject,
};
use crate::wire::Format;
use crate::wire::element::{BODY, Element, Texts};
use crate::wire::fault::{Fault, FieldName};
use crate::wire::object::{Object, Shape, Value, shape};

use super::header::{Processed, free_text, institution, short_header, value};
use super::refused::{self, Refusal};
use super::request::{Message, Understood};

/// The number under which an institution keeps the holder of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRegistration {
    /// 保険者番号, 記号, 番号 and 枝番.
    pub key: CardKey,
    /// 照会番号.
    pub reference: ReferenceNumber,
}

/// OQS-IF-003 照会番号登録要求.
#[derive(Clone)]
pub struct Request {
    /// 医療機関コード that the message claims.
    pub institution: InstitutionCode,
    /// The number and its card.
    pub registration: NumberRegistration,
    info: Object<'static>,
    file_identifier: Option<String>,
}

const INFO: &str = "ReferenceNumberRegistrationInfo";

/// The members in the order from which the element order of the real answer follows (wire.md 2.0.1).
pub(super) static REGISTRATION_INFO: Shape =
    shape!["ReferenceNumber", "InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber",];

/// Reads a ReferenceNumberRegistrationInfo.
pub(super) fn registration(info: &impl Texts) -> Result<NumberRegistration, Fault> {
    let reference = value("ReferenceNumber", ReferenceNumber::parse(info.required("ReferenceNumber")?))?;
    let insurer = value("InsurerNumber", InsurerNumber::parse(info.required("InsurerNumber")?))?;
    let symbol = info.text("InsuredCardSymbol")?.map(|t| value("InsuredCardSymbol", CardSymbol::parse(t))).transpose()?;
    let number = value("InsuredIdentificationNumber", CardNumber::parse(info.required("InsuredIdentificationNumber")?))?;
    let branch =
        info.text("InsuredBranchNumber")?.map(|t| value("InsuredBranchNumber", BranchNumber::parse(t))).transpose()?;
    // Without a branch the number would apply to the whole household; 後期高齢者医療 and 医療扶助 have no branches.
    if branch.is_none() && insurer.scheme().insures_below_75() {
        return Err(Fault::Missing("InsuredBranchNumber"));
    }
    Ok(NumberRegistration { key: CardKey { insurer, symbol, number, branch }, reference })
}

impl Request {
    /// Reads a request in either format.
    ///
    /// # Errors
    /// The first fault found, with the content understood before it.
    pub fn parse(root: &Element) -> Result<Self, (Fault, Understood)> {
        let mut understood = Understood::default();
        Self::read(root, &mut understood).map_err(|fault| (fault, understood))
    }

    fn read(root: &Element, understood: &mut Understood) -> Result<Self, Fault> {
        if root.name != "XmlMsg" {
            return Err(Fault::Unknown(FieldName::of(&root.name)));
        }
        let message = root.group("XmlMsg", &["MessageHeader", BODY])?;
        let header = message
            .element("MessageHeader")?
            .group("MessageHeader", &["MedicalInstitutionCode", "ArbitraryFileIdentifier"])?;
        understood.file_identifier = free_text(&header, "ArbitraryFileIdentifier", 50)?.map(str::to_owned);
        let institution = institution(&header)?;
        let info = message.element(BODY)?.group(BODY, &[INFO])?.element(INFO)?.group(INFO, REGISTRATION_INFO.keys())?;
        let registration = registration(&info)?;
        let mut echo = Object::new(&REGISTRATION_INFO);
        for element in REGISTRATION_INFO.keys() {
            echo = echo.text_if(element, info.as_it_came(element)?.map(str::to_owned));
        }
        Ok(Self { institution, registration, info: echo, file_identifier: understood.file_identifier.clone() })
    }
}

impl Message for Request {
    fn institution(&self) -> InstitutionCode {
        self.institution
    }

    fn subject(&self) -> Subject<'_> {
        Subject::ReferenceNumber
    }

    fn understood(&self) -> Understood {
        Understood { file_identifier: self.file_identifier.clone(), ..Understood::default() }
    }

    fn refusal(processed: &Processed, understood: &Understood, reason: &Refusal) -> Vec<u8> {
        refused::write(processed, short_header(processed, understood.file_identifier.as_deref()), reason)
    }
}

static REQUEST_HEADER: Shape = shape!["MedicalInstitutionCode", "ArbitraryFileIdentifier"];

static REQUEST_BODY: Shape = shape!["ReferenceNumberRegistrationInfo"];

/// OQS-IF-003 as a terminal sends it. The texts are not checked, so that wrong ones can be sent.
#[derive(Clone)]
pub struct NewRequest<'a> {
    /// 医療機関コード.
    pub institution: &'a str,
    /// 任意のファイル識別子.
    pub file_identifier: Option<&'a str>,
    /// 照会番号.
    pub reference: &'a str,
    /// 保険者番号.
    pub insurer: &'a str,
    /// 記号.
    pub symbol: Option<&'a str>,
    /// 番号.
    pub number: &'a str,
    /// 枝番.
    pub branch: Option<&'a str>,
}

impl NewRequest<'_> {
    /// Writes the message; XML in the given character set.
    #[must_use]
    pub fn write(&self, format: Format, charset: AnswerCharset) -> Vec<u8> {
        let body = Object::new(&REQUEST_BODY).set(INFO, Value::Object(self.info()));
        format.write(&self.header(), &body, charset)
    }

    pub(super) fn header(&self) -> Object<'static> {
        Object::new(&REQUEST_HEADER)
            .text("MedicalInstitutionCode", self.institution.to_owned())
            .text_if("ArbitraryFileIdentifier", self.file_identifier.map(str::to_owned))
    }

    pub(super) fn info(&self) -> Object<'static> {
        let owned = |text: &str| text.to_owned();
        Object::new(&REGISTRATION_INFO)
            .text("ReferenceNumber", owned(self.reference))
            .text("InsurerNumber", owned(self.insurer))
            .text_if("InsuredCardSymbol", self.symbol.map(owned))
            .text("InsuredIdentificationNumber", owned(self.number))
            .text_if("InsuredBranchNumber", self.branch.map(owned))
    }
}

static ANSWER_BODY: Shape =
    shape!["ReferenceNumberRegistrationInfo", "ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage",];

/// Writes OQS-IF-004 照会番号登録結果.
#[must_use]
pub fn answer(processed: &Processed, request: &Request) -> Vec<u8> {
    let header = short_header(processed, request.file_identifier.as_deref()).text("SegmentOfResult", "1");
    let body = Object::new(&ANSWER_BODY).set(INFO, Value::Object(request.info.clone())).text("ProcessingResultStatus", "1");
    processed.write(&header, &body)
}
