//! The change to 後期高齢者医療 by age.

use jiff::civil::{Date, date};

use super::Rule;
use crate::domain::BirthDate;

/// The first day of 後期高齢者医療 (高齢者の医療の確保に関する法律), of the ratio of 70 to 74, and of 2割 until school. The rules
/// here reach back no further.
pub const BEGIN: Date = date(2008, 4, 1);

/// The scheme changes on the 75th birthday itself, although the age is reached the day before.
pub const LATE_ELDERLY_AT_75: Rule = Rule {
    name: "late-elderly-at-75",
    source: "高齢者の医療の確保に関する法律50条1号・51条・52条1号; 健康保険法36条; 国民健康保険法8条",
    effective_on: Some(BEGIN),
    english: "every other coverage is lost on the 75th birthday, and has no ratio from that day on; people of 75 and over are in \
              後期高齢者医療, but for those whom it leaves out, such as people on public assistance (生活保護)",
    japanese: "それまでの医療保険の資格は75歳の誕生日に喪失し、その日から、その資格の一部負担金割合は適用されない。以後は、生活保護受給者などの適用除外を除き、\
               後期高齢者医療の被保険者となる",
};

/// People of 65 to 74 with a disability that the wide-area union has recognised on application.
pub const LATE_ELDERLY_FROM_65: Rule = Rule {
    name: "late-elderly-from-65",
    source: "高齢者の医療の確保に関する法律50条2号",
    effective_on: Some(BEGIN),
    english: "before 75 nobody is in 後期高齢者医療 but people of 65 and over with a recognised disability, from the day of \
              recognition (at the earliest the 65th birthday, as we read it)",
    japanese: "75歳未満で後期高齢者医療の被保険者となるのは、一定の障害の認定を受けた65歳以上の人だけで、認定日から（早くて65歳の誕生日からと解釈した）",
};

/// Returns the first day of 後期高齢者医療 for a person without a recognised disability: the 75th birthday, or the day on which
/// the scheme began (高齢者の医療の確保に関する法律50条1号・52条1号, since 2008-04-01).
#[must_use]
pub fn late_elderly_begins(birth: BirthDate) -> Date {
    birth.birthday(75).max(BEGIN)
}

/// Returns the first day on which a person with a recognised disability can be in 後期高齢者医療
/// (高齢者の医療の確保に関する法律50条2号, since 2008-04-01). The coverage begins on the day of recognition itself, and halves no
/// amounts. That the 65th birthday is the earliest, as at 75, is a reading of ours.
#[must_use]
pub fn late_elderly_earliest(birth: BirthDate) -> Date {
    birth.birthday(65).max(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_changes_on_the_birthday_itself() {
        let born = |year, month, day| BirthDate::new(date(year, month, day)).unwrap();
        assert_eq!(late_elderly_begins(born(1951, 11, 22)), date(2026, 11, 22));
        assert_eq!(late_elderly_begins(born(1920, 5, 1)), date(2008, 4, 1));
    }
}
