//! Clinics for load tests: any number of institutions, each the same wherever it is made.

use jiff::civil::{Date, date};
use shikaku::domain::{
    AnswerCharset, AnswerForm, DiseaseList, Institution, InstitutionCode, ResultLists, institution_check_digit,
};

/// The most clinics: about as many as there are institutions in Japan.
pub const MOST: usize = 213_000;

/// The first day on which clinics may ask.
const SINCE: Date = date(2020, 4, 1);

const PREFECTURES: usize = 47;
/// The institution's own six digits begin here, so that they are nobody's in the fixtures.
const FIRST: usize = 990_000;
/// Of four clinics of a prefecture two are medical, one is dental, and one is a pharmacy.
const TABLES: [(u32, &str); 4] = [(1, "クリニック"), (3, "歯科"), (1, "医院"), (4, "薬局")];

/// Returns the code of a clinic, whose number is below [`MOST`].
#[must_use]
pub fn code(number: usize) -> InstitutionCode {
    let (prefecture, own) = (number % PREFECTURES + 1, FIRST + number / PREFECTURES);
    let (table, _) = TABLES[own % TABLES.len()];
    let body = format!("{prefecture:02}{table}{own:06}");
    let digit = institution_check_digit(&body).expect("a prefecture, a point table and six digits");
    InstitutionCode::parse(&format!("{body}{digit}")).expect("its check digit is right")
}

/// Returns a clinic, whose number is below [`MOST`]. One in four wants Shift_JIS.
#[must_use]
pub fn clinic(number: usize) -> Institution {
    let (_, kind) = TABLES[(FIRST + number / PREFECTURES) % TABLES.len()];
    let charset = if number % 4 == 3 { AnswerCharset::ShiftJis } else { AnswerCharset::Utf8 };
    Institution {
        code: code(number),
        name: format!("負荷試験{kind}{:06}（試験）", number + 1),
        form: AnswerForm { charset, result_lists: ResultLists::OneEach, disease_list: DiseaseList::Nested },
        visual_check: false,
        active_from: SINCE,
        active_through: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_differ_and_have_their_check_digits() {
        // 北海道, 医科: 01 1 990000. From the right, times 2 and 1 in turn, and of 18 the sum of its digits: 9 + 9 + 2 + 1 = 21.
        assert_eq!(code(0).as_str(), "0119900009");
        // 東京: over the last six digits alone: 9 + 9 = 18.
        assert_eq!(code(12).as_str(), "1319900002");
        let codes: HashSet<_> = (0..MOST).map(code).collect();
        assert_eq!(codes.len(), MOST);
        let names: HashSet<_> = (0..1000).map(|number| clinic(number).name).collect();
        assert!(names.len() == 1000 && names.iter().all(|name| name.contains("試験")));
    }
}
