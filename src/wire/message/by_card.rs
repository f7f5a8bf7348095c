//! 資格確認 by the data on the insured person's card: OQS-IF-001 request, OQS-IF-002 answer.

use jiff::civil::Date;

use crate::decide::Answer;
use crate::domain::{
    AnswerCharset, BirthDate, BranchNumber, CardKey, CardNumber, CardQuery, CardSymbol, InstitutionCode, InsurerNumber,
    Subject, digits,
};
use crate::wire::Format;
use crate::wire::code::{self, Reference};
use crate::wire::element::{Element, Texts};
use crate::wire::fault::{Fault, ValueFault};
use crate::wire::object::{Object, Shape, Value, shape};

use super::header::{Processed, date_text, free_text, parse_date, value};
use super::qualification::{self, ANSWER_BODY, header, open, request_header, result_list};
use super::record::{RECORD, limit, record, referenced};
use super::refused::Refusal;
use super::request::{Message, Understood};

/// OQS-IF-001 資格確認要求.
#[derive(Clone)]
pub struct Request {
    /// 医療機関コード that the message claims.
    pub institution: InstitutionCode,
    /// The question.
    pub query: CardQuery,
    /// The texts that the answer repeats as sent.
    pub echo: Echo,
}

/// The parts of a request that its answer repeats to the letter.
#[derive(Clone, Default)]
pub struct Echo {
    file_identifier: Option<String>,
    search_info: Vec<(&'static str, String)>,
}

impl Message for Request {
    fn institution(&self) -> InstitutionCode {
        self.institution
    }

    fn subject(&self) -> Subject<'_> {
        Subject::Card(&self.query)
    }

    fn understood(&self) -> Understood {
        Understood {
            check_on: Some(self.query.check_on),
            file_identifier: self.echo.file_identifier.clone(),
            ..Understood::default()
        }
    }

    fn refusal(processed: &Processed, understood: &Understood, reason: &Refusal) -> Vec<u8> {
        qualification::refusal(processed, Reference::InsuredCard, understood, reason)
    }
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
        let opened = open(root, understood)?;
        let body = opened.body.group("MessageBody", &["QualificationConfirmSearchInfo"])?;
        let info =
            body.element("QualificationConfirmSearchInfo")?.group("QualificationConfirmSearchInfo", SEARCH_INFO.keys())?;

        let query = asked(&info)?.on(opened.check_on);
        let mut echo = Echo { file_identifier: understood.file_identifier.clone(), ..Echo::default() };
        for element in SEARCH_INFO.keys() {
            echo.search_info.extend(info.as_it_came(element)?.map(|text| (*element, text.to_owned())));
        }
        Ok(Self { institution: opened.institution, query, echo })
    }
}

/// The question of a QualificationConfirmSearchInfo; its day stands elsewhere in the message.
pub struct SearchInfo {
    /// The data on the card.
    pub key: CardKey,
    /// 生年月日.
    pub birth_on: BirthDate,
    /// 限度額適用認定証提供同意.
    pub limit_consent: bool,
}

impl SearchInfo {
    /// Returns the question for a day.
    #[must_use]
    pub fn on(self, check_on: Date) -> CardQuery {
        CardQuery { key: self.key, birth_on: self.birth_on, check_on, limit_consent: self.limit_consent }
    }
}

/// Reads a QualificationConfirmSearchInfo. Data from the card may be full-width or half-width; codes are ASCII.
pub(super) fn asked(info: &impl Texts) -> Result<SearchInfo, Fault> {
    let insurer = value("InsurerNumber", InsurerNumber::parse(info.required("InsurerNumber")?))?;
    let symbol = info.text("InsuredCardSymbol")?.map(|t| value("InsuredCardSymbol", CardSymbol::parse(t))).transpose()?;
    let number = value("InsuredIdentificationNumber", CardNumber::parse(info.required("InsuredIdentificationNumber")?))?;
    let branch =
        info.text("InsuredBranchNumber")?.map(|t| value("InsuredBranchNumber", BranchNumber::parse(t))).transpose()?;
    let birth_on = digits(info.required("Birthdate")?)
        .and_then(|text| parse_date(&text))
        .ok_or(Fault::Value { element: "Birthdate", reason: ValueFault::Date })
        .and_then(|date| value("Birthdate", BirthDate::new(date).map_err(|_| ValueFault::BirthDate)))?;
    let flag = info.required("LimitApplicationCertificateRelatedConsFlg")?;
    let limit_consent = value(
        "LimitApplicationCertificateRelatedConsFlg",
        code::parse_consent(flag).ok_or(ValueFault::Code(&code::CONSENTS)),
    )?;
    free_text(info, "ArbitraryIdentifier", 50)?;
    Ok(SearchInfo { key: CardKey { insurer, symbol, number, branch }, birth_on, limit_consent })
}

pub(super) static SEARCH_INFO: Shape = shape![
    "InsurerNumber",
    "InsuredCardSymbol",
    "InsuredIdentificationNumber",
    "InsuredBranchNumber",
    "Birthdate",
    "LimitApplicationCertificateRelatedConsFlg",
    "ArbitraryIdentifier",
];

static REQUEST_BODY: Shape = shape!["QualificationConfirmSearchInfo"];

/// OQS-IF-001 as a terminal sends it. The texts are not checked, so that wrong ones can be sent.
#[derive(Clone)]
pub struct NewRequest<'a> {
    /// 医療機関コード.
    pub institution: &'a str,
    /// 任意のファイル識別子.
    pub file_identifier: Option<&'a str>,
    /// 資格確認日.
    pub check_on: Date,
    /// 保険者番号.
    pub insurer: &'a str,
    /// 記号.
    pub symbol: Option<&'a str>,
    /// 番号.
    pub number: &'a str,
    /// 枝番.
    pub branch: Option<&'a str>,
    /// 生年月日.
    pub birth_on: Date,
    /// 限度額適用認定証提供同意.
    pub limit_consent: bool,
    /// 任意の識別子, which the answer repeats.
    pub identifier: Option<&'a str>,
}

impl NewRequest<'_> {
    /// Writes the message; XML in the given character set.
    #[must_use]
    pub fn write(&self, format: Format, charset: AnswerCharset) -> Vec<u8> {
        let header = request_header(self.institution, self.check_on, self.file_identifier);
        let body = Object::new(&REQUEST_BODY).set("QualificationConfirmSearchInfo", Value::Object(self.info()));
        format.write(&header, &body, charset)
    }

    pub(super) fn info(&self) -> Object<'static> {
        let owned = |text: &str| text.to_owned();
        Object::new(&SEARCH_INFO)
            .text("InsurerNumber", owned(self.insurer))
            .text_if("InsuredCardSymbol", self.symbol.map(owned))
            .text("InsuredIdentificationNumber", owned(self.number))
            .text_if("InsuredBranchNumber", self.branch.map(owned))
            .text("Birthdate", date_text(self.birth_on))
            .text("LimitApplicationCertificateRelatedConsFlg", code::consent(self.limit_consent))
            .text_if("ArbitraryIdentifier", self.identifier.map(owned))
    }
}

/// Writes OQS-IF-002 資格確認結果.
#[must_use]
pub fn answer(processed: &Processed, request: &Request, answer: &Answer, insurer_name: Option<&str>) -> Vec<u8> {
    let header = header(processed, Reference::InsuredCard, request.query.check_on, request.echo.file_identifier.as_deref())
        .text("SegmentOfResult", "1");
    let mut search_info = Object::new(&SEARCH_INFO);
    for (element, text) in &request.echo.search_info {
        search_info = search_info.text(element, text.clone());
    }
    let mut body = Object::new(&ANSWER_BODY)
        .set("QualificationConfirmSearchInfo", Value::Object(search_info))
        .text("ProcessingResultStatus", "1")
        .text("QualificationValidity", code::validity(answer.validity));
    if let Some(found) = &answer.record {
        let shown = record(&RECORD, found, insurer_name.unwrap_or_default());
        let records = vec![referenced(limit(shown, found, processed.at), found)];
        body = body.set("ResultList", result_list(processed, records));
    }
    processed.write(&header, &body)
}
