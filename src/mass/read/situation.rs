//! Reads the questions about a person, and which findings are expected.

use jiff::civil::Date;

use crate::domain::{
    BirthDate, BranchNumber, CardKey, CardNumber, CardSymbol, CertificateSerial, CopayRatio, InstitutionCode, InsurerNumber,
    LimitCategory, SpecificDiseaseCertificate, Validity, plain_text,
};
use crate::mass::rows::UNUSABLE;
use crate::store::registry::NewCard;
use crate::wire::code;

use super::card::serial;
use super::faults::Faults;
use super::fields::{Fields, Place};
use super::row::Row;

/// A question by number about a person, with the answer that the law expects, as `situations.csv` holds it. Every consent is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// Its name.
    pub name: String,
    /// 資格確認日.
    pub check_on: Date,
    /// 保険者番号, 記号, 番号 and 枝番; they may be of nobody.
    pub key: CardKey,
    /// 生年月日 of the question.
    pub birth_on: Date,
    /// 資格有効性.
    pub validity: Validity,
    /// The share that the answer carries: 一部負担金割合 of 後期高齢者医療, or that of 高齢受給者証.
    pub shown: Option<CopayRatio>,
    /// 限度額適用認定証適用区分.
    pub category: Option<LimitCategory>,
}

/// A question by card about a person, with the answer that the law expects, as `situations.csv` holds it. Every consent is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSituation {
    /// Its name.
    pub name: String,
    /// 資格確認日.
    pub check_on: Date,
    /// The serial number of the certificate that is shown, which is one of the person's in `cards.csv`.
    pub serial: CertificateSerial,
    /// 資格有効性, or the word for why the card cannot be used.
    pub outcome: Result<Validity, &'static str>,
    /// The share that the answer carries: 一部負担金割合 of 後期高齢者医療, or that of 高齢受給者証.
    pub shown: Option<CopayRatio>,
    /// 限度額適用認定証適用区分.
    pub category: Option<LimitCategory>,
}

/// What the rows of a person's situations say.
#[derive(Debug, Default)]
pub(super) struct Situations {
    /// The questions by number.
    pub questions: Vec<Situation>,
    /// The questions by card.
    pub card_questions: Vec<CardSituation>,
    /// The rules that the person's registrations contradict on purpose.
    pub deliberate: Vec<String>,
}

/// Reads the rows of a person's situations.
pub(super) fn situations(place: Place<'_>, rows: &[Row], cards: &[Option<NewCard>], faults: &mut Faults) -> Situations {
    let mut all = Situations::default();
    for row in rows {
        let (question, finding) = situation(&mut Fields::of(place, row, faults), cards);
        match question {
            Some(Asked::Number(question)) => all.questions.push(question),
            Some(Asked::Card(question)) => all.card_questions.push(question),
            None => {}
        }
        all.deliberate.extend(finding);
    }
    all
}

enum Asked {
    Number(Situation),
    Card(CardSituation),
}

/// Returns the question and the rule that the registration contradicts.
fn situation(fields: &mut Fields<'_>, cards: &[Option<NewCard>]) -> (Option<Asked>, Option<String>) {
    const ELSE: (&str, &str) =
        ("is of another kind of question: must be empty", "ほかの種類の質問の項目です。空にしてください");
    let _person = fields.raw();
    let name = fields.require(plain_text);
    let check_on = fields.date();
    fields.require(InstitutionCode::parse);
    let by_card = fields.code(
        |word| match word {
            "number" => Some(false),
            "card" => Some(true),
            _ => None,
        },
        ("must be number or card", "numberかcardを書いてください"),
    );
    let mut key = None;
    if by_card == Some(true) {
        fields.empty(4, ELSE);
    } else {
        let insurer = fields.require(InsurerNumber::parse);
        let symbol = fields.maybe(CardSymbol::parse);
        let number = fields.require(CardNumber::parse);
        let branch = fields.maybe(BranchNumber::parse);
        key = insurer.zip(number).map(|(insurer, number)| CardKey { insurer, symbol, number, branch });
    }
    let birth_on = fields.date();
    if let Some(birth_on) = birth_on
        && let Err(reason) = BirthDate::new(birth_on)
    {
        fields.fault_here(reason);
    }
    let mut shown_card = None;
    if by_card == Some(false) {
        fields.empty(1, ELSE);
    } else {
        shown_card = fields.require(serial);
        if let Some(serial) = &shown_card
            && cards.iter().all(Option::is_some)
            && !cards.iter().flatten().any(|card| card.id.serial == *serial)
        {
            fields.fault_here(("is no certificate of the person in cards.csv", "cards.csvにこの人物の証明書がありません"));
        }
    }
    let validity = fields.maybe_code(code::parse_validity, ("must be 1 to 6", "1から6までのどれかを書いてください"));
    let has_validity = fields.was_given();
    let unusable = fields.maybe(|word| {
        UNUSABLE.into_iter().find(|known| *known == word).ok_or_else(|| {
            (
                format!("must be one of {}", UNUSABLE.join(", ")),
                format!("次のどれかを書いてください: {}", UNUSABLE.join(", ")),
            )
        })
    });
    if has_validity == fields.was_given() {
        fields.fault(("give either `validity` or `unusable`", "`validity`か`unusable`のどちらか一方を書いてください"));
    }
    let shown = fields.maybe_wari();
    let _payable = fields.maybe_wari();
    let category = fields
        .maybe_code(code::parse_limit_category, ("must be A01 to A06 or B01 to B10", "A01〜A06かB01〜B10を書いてください"));
    fields.maybe_yen(SpecificDiseaseCertificate::MOST_SELF_PAY);
    let question = || {
        let (name, check_on) = (name?, check_on?);
        if let Some(serial) = shown_card {
            let outcome = match (validity, unusable) {
                (Some(validity), _) => Ok(validity),
                (None, unusable) => Err(unusable?),
            };
            return Some(Asked::Card(CardSituation { name, check_on, serial, outcome, shown, category }));
        }
        let (key, birth_on, validity) = (key?, birth_on?, validity?);
        Some(Asked::Number(Situation { name, check_on, key, birth_on, validity, shown, category }))
    };
    (question(), fields.maybe(plain_text))
}
