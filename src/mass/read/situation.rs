//! Reads the questions about a person, and which findings are expected.

use crate::domain::{
    BirthDate, BranchNumber, CardNumber, CardSymbol, InstitutionCode, InsurerNumber, SpecificDiseaseCertificate, plain_text,
};
use crate::mass::rows::UNUSABLE;
use crate::store::registry::NewCard;
use crate::wire::code;

use super::card::serial;
use super::faults::Faults;
use super::fields::{Fields, Place};
use super::row::Row;

/// Reads the rows of a person's situations, and returns the rules that the person's registrations contradict on purpose.
pub(super) fn findings(place: Place<'_>, rows: &[Row], cards: &[Option<NewCard>], faults: &mut Faults) -> Vec<String> {
    rows.iter().filter_map(|row| finding(&mut Fields::of(place, row, faults), cards)).collect()
}

fn finding(fields: &mut Fields<'_>, cards: &[Option<NewCard>]) -> Option<String> {
    const ELSE: (&str, &str) =
        ("is of another kind of question: must be empty", "ほかの種類の質問の項目です。空にしてください");
    let _person = fields.raw();
    fields.require(plain_text);
    fields.date();
    fields.require(InstitutionCode::parse);
    let by_card = fields.code(
        |word| match word {
            "number" => Some(false),
            "card" => Some(true),
            _ => None,
        },
        ("must be number or card", "numberかcardを書いてください"),
    );
    if by_card == Some(true) {
        fields.empty(4, ELSE);
    } else {
        fields.require(InsurerNumber::parse);
        fields.maybe(CardSymbol::parse);
        fields.require(CardNumber::parse);
        fields.maybe(BranchNumber::parse);
    }
    if let Some(birth_on) = fields.date()
        && let Err(reason) = BirthDate::new(birth_on)
    {
        fields.fault_here(reason);
    }
    if by_card == Some(false) {
        fields.empty(1, ELSE);
    } else if let Some(serial) = fields.require(serial)
        && cards.iter().all(Option::is_some)
        && !cards.iter().flatten().any(|card| card.id.serial == serial)
    {
        fields.fault_here(("is no certificate of the person in cards.csv", "cards.csvにこの人物の証明書がありません"));
    }
    fields.maybe_code(
        |text| code::VALIDITIES.contains(&text).then_some(()),
        ("must be 1 to 6", "1から6までのどれかを書いてください"),
    );
    let has_validity = fields.was_given();
    fields.maybe(|word| {
        if UNUSABLE.contains(&word) {
            Ok(())
        } else {
            Err((
                format!("must be one of {}", UNUSABLE.join(", ")),
                format!("次のどれかを書いてください: {}", UNUSABLE.join(", ")),
            ))
        }
    });
    if has_validity == fields.was_given() {
        fields.fault(("give either `validity` or `unusable`", "`validity`か`unusable`のどちらか一方を書いてください"));
    }
    fields.maybe_wari();
    fields.maybe_wari();
    fields
        .maybe_code(code::parse_limit_category, ("must be A01 to A06 or B01 to B10", "A01〜A06かB01〜B10を書いてください"));
    fields.maybe_yen(SpecificDiseaseCertificate::MOST_SELF_PAY);
    fields.maybe(plain_text)
}
