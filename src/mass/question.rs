//! A question about a person with the answer that the law expects, written by hand for a situation.

use jiff::civil::Date;

use crate::domain::{CardId, CardKey, CardUnusable, CopayRatio, InstitutionCode, LimitCategory, Validity, Yen};

/// A question with its answer.
#[derive(Debug, Clone)]
pub struct Question {
    /// The name of the situation.
    pub situation: &'static str,
    /// 資格確認日.
    pub check_on: Date,
    /// The asking institution.
    pub institution: InstitutionCode,
    /// The data that the question holds.
    pub asked_by: AskedBy,
    /// 生年月日 of the person.
    pub birth_on: Date,
    /// The answer.
    pub expected: Expected,
    /// The rule that the registration contradicts on purpose, if it does.
    pub finding: Option<&'static str>,
}

/// The data that a question holds. Every consent is given.
#[derive(Debug, Clone)]
pub enum AskedBy {
    /// 保険者番号, 記号, 番号 and 枝番.
    Number(CardKey),
    /// マイナンバーカード or a phone.
    Card(CardId),
}

/// The answer that the law expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// 資格有効性; none if the card cannot be used.
    pub validity: Option<Validity>,
    /// The reason why the card cannot be used.
    pub unusable: Option<CardUnusable>,
    /// The share that the answer carries: 一部負担金割合 of 後期高齢者医療, or that of 高齢受給者証.
    pub shown: Option<CopayRatio>,
    /// The share that the patient pays by law.
    pub payable: Option<CopayRatio>,
    /// 限度額適用認定証適用区分.
    pub category: Option<LimitCategory>,
    /// 自己負担限度額 of 特定疾病療養受療証, shown to cards only.
    pub disease: Option<Yen>,
}
