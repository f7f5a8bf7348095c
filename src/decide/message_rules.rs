//! Rules of the official messages, in the form of rules of law: their dates are those of the messages, and a source names the
//! underlying statutes as 根拠.

use jiff::civil::{Date, date};

use crate::domain::Scheme;
use crate::rules::Rule;

/// The day on which the online check started for everyone.
pub(super) const ONLINE_SINCE: Option<Date> = Some(date(2021, 10, 20));

/// The day on which medical aid joined the online check.
const MEDICAL_AID_SINCE: Option<Date> = Some(date(2024, 3, 1));

/// The definition of validity, and the statutes on when a coverage begins and ends.
const VALIDITY: &str = "資格有効性 OQSCD006（根拠: 健康保険法35条・36条; 国民健康保険法7条・8条; 高齢者の医療の確保に関する法律52条・53条ほか）";

pub(super) const VALID: Rule = Rule {
    name: "in-force",
    source: VALIDITY,
    effective_on: ONLINE_SINCE,
    english: "acquired on or before the check date, and lost after it or not at all: valid",
    japanese: "資格取得日が資格確認日以前で、資格喪失日が資格確認日より後か未登録の資格は「有効」",
};
pub(super) const SEVERAL_IN_FORCE: Rule = Rule {
    name: "several-in-force",
    source: "資格有効性 OQSCD006",
    effective_on: ONLINE_SINCE,
    english: "another coverage of the person is in force on the check date too; as we read it, both stay valid, the system does not \
              decide between them, and the insurers settle it among themselves",
    japanese: "資格確認日に有効な資格がほかにもある。いずれも有効のままで、システムはどちらが正しいかを判断せず、保険者間で調整すると解釈した",
};
pub(super) const VALID_UNREGISTERED: Rule = Rule {
    name: "no-ticket",
    source: "資格有効性 OQSCD006（医療扶助; 根拠: 生活保護法34条・53条）",
    effective_on: MEDICAL_AID_SINCE,
    english: "medical aid in force on the check date, but no ticket of that month is registered for the institution that asks; as we \
              read it: valid (not registered)",
    japanese: "医療扶助の資格は有効だが、照会した医療機関宛ての当月の医療券・調剤券が登録されていないため「有効（未登録）」と解釈した",
};
pub(super) const INVALID: Rule = Rule {
    name: "not-in-force",
    source: VALIDITY,
    effective_on: ONLINE_SINCE,
    english: "the coverage asked for is lost by the check date, and no later one is in force: invalid",
    japanese: "照会された資格は資格確認日までに喪失しており、後に取得した有効な資格もないため「無効」",
};
pub(super) const NOT_BEGUN: Rule = Rule {
    name: "not-begun",
    source: VALIDITY,
    effective_on: ONLINE_SINCE,
    english: "the coverage asked for is acquired after the check date, so that it has not begun: invalid",
    japanese: "資格取得日が資格確認日より後で、まだ資格が始まっていないため「無効」",
};
pub(super) const NEWER_EXISTS: Rule = Rule {
    name: "newer-exists",
    source: "資格有効性 OQSCD006",
    effective_on: ONLINE_SINCE,
    english: "the coverage asked for is not in force, but the person has one in force that was acquired later",
    japanese: "照会された資格は有効でないが、後に取得した有効な資格があるため「無効（新しい資格あり）」",
};
pub(super) const NONE_FOUND: Rule = Rule {
    name: "none-found",
    source: "資格有効性 OQSCD006",
    effective_on: ONLINE_SINCE,
    english: "no registration has this insurer, symbol, number, branch and birth date",
    japanese: "保険者番号・記号・番号・枝番・生年月日の一致する登録がないため「該当資格なし」",
};
pub(super) const NOT_REGISTERED: Rule = Rule {
    name: "not-registered",
    source: "資格有効性 OQSCD006",
    effective_on: ONLINE_SINCE,
    english: "no insurer has registered the person",
    japanese: "どの保険者もこの人を登録していないため「該当資格なし」",
};
pub(super) const SEVERAL_MATCH: Rule = Rule {
    name: "several-match",
    source: "資格有効性 OQSCD006",
    effective_on: ONLINE_SINCE,
    english: "registrations of two or more people fit; ask again with the branch number",
    japanese: "複数人の登録が一致するため「複数該当」。枝番を付けて照会し直す",
};
pub(super) const AS_REGISTERED: Rule = Rule {
    name: "as-registered",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "as the insurer registered it; what the insurer did not register is left out",
    japanese: "保険者の登録のとおり。登録のない項目は返さない",
};
pub(super) const ADDRESS_MISSING: Rule = Rule {
    name: "address-not-registered",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "the insurer has registered neither address nor postal code, so that neither is shown",
    japanese: "住所も郵便番号も登録されていないため返さない",
};
pub(super) const ADDRESS_HIDDEN: Rule = Rule {
    name: "address-withheld",
    source: "資格確認結果 OQS-IF-002（根拠: DV等支援措置の不開示該当フラグ・自己情報提供不可フラグ）",
    effective_on: ONLINE_SINCE,
    english: "left out because the person is protected",
    japanese: "支援措置の対象者のため返さない",
};
/// Returns the rule of the loss that an answer shows, with the statute of its scheme.
pub(super) fn loss(scheme: Scheme) -> Rule {
    use Scheme as S;
    let source = match scheme {
        S::MedicalAid => "資格確認結果 OQS-IF-002（根拠: 生活保護法26条）",
        S::LateElderly => "資格確認結果 OQS-IF-002（根拠: 高齢者の医療の確保に関する法律53条）",
        S::MunicipalNationalHealth | S::NationalHealthSociety | S::RetiredNationalHealth => {
            "資格確認結果 OQS-IF-002（根拠: 国民健康保険法8条）"
        }
        _ => "資格確認結果 OQS-IF-002（根拠: 健康保険法36条ほか）",
    };
    Rule {
        name: "lost",
        source,
        effective_on: ONLINE_SINCE,
        english: "lost on or before the check date; the day of loss is the first day without coverage",
        japanese: "資格確認日までに喪失。喪失日当日から資格はない",
    }
}
pub(super) const TICKET: Rule = Rule {
    name: "ticket",
    source: "資格確認結果 OQS-IF-002（根拠: 生活保護法34条・53条）",
    effective_on: MEDICAL_AID_SINCE,
    english: "medical aid: the welfare office pays, but for what the ticket of the month tells the patient to pay; tickets for other \
              institutions are not shown",
    japanese: "医療扶助。当月の医療券・調剤券に記載の本人支払額を除き、福祉事務所が負担する。ほかの医療機関宛ての券は返さない",
};
pub(super) const TICKET_MISSING: Rule = Rule {
    name: "ticket-missing",
    source: "資格確認結果 OQS-IF-002（根拠: 生活保護法34条・53条）",
    effective_on: MEDICAL_AID_SINCE,
    english: "medical aid, but no ticket of the month of the check date is registered for the institution that asks, so none is shown",
    japanese: "医療扶助だが、照会した医療機関宛ての当月の医療券・調剤券の登録がないため、公費の情報は返さない",
};
pub(super) const RATIO_MISSING: Rule = Rule {
    name: "late-elderly-ratio-missing",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "the wide-area union (広域連合) has registered no ratio for the check date, so none is shown",
    japanese: "資格確認日に有効な一部負担金割合が登録されていないため返さない",
};
pub(super) const ELDERLY_MISSING: Rule = Rule {
    name: "elderly-certificate-missing",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "at the age of 70 to 74, but no 高齢受給者証 is registered for the check date, so none is shown",
    japanese: "70〜74歳だが、資格確認日に有効な高齢受給者証の登録がないため返さない",
};
pub(super) const LIMIT: Rule = Rule {
    name: "limit-certificate",
    source: "資格確認結果 OQS-IF-002（根拠: 健康保険法施行規則103条の2; 国民健康保険法施行規則27条の14の2ほか）",
    effective_on: ONLINE_SINCE,
    english: "the certificate in force on the check date, shown with the patient's consent",
    japanese: "資格確認日に有効な限度額適用認定証（本人同意あり）",
};
pub(super) const LIMIT_AND_MEAL: Rule = Rule {
    name: "limit-and-meal-certificate",
    source: "資格確認結果 OQS-IF-002（根拠: 健康保険法施行規則105条ほか）",
    effective_on: ONLINE_SINCE,
    english: "the certificate of limit and cheaper meals in force on the check date, shown with the patient's consent",
    japanese: "資格確認日に有効な限度額適用・標準負担額減額認定証（本人同意あり）",
};
pub(super) const MEAL: Rule = Rule {
    name: "meal-certificate",
    source: "資格確認結果 OQS-IF-002（根拠: 健康保険法施行規則58条ほか）",
    effective_on: ONLINE_SINCE,
    english: "the certificate of cheaper meals in force on the check date, shown with the patient's consent; it limits nothing else",
    japanese: "資格確認日に有効な標準負担額減額認定証（本人同意あり）。食事・生活療養の負担だけを減額し、限度額は適用しない",
};
pub(super) const SPECIAL_EXPENSE: Rule = Rule {
    name: "special-expense",
    source: "資格確認結果 OQS-IF-002（根拠: 国民健康保険法54条の3; 高齢者の医療の確保に関する法律82条）",
    effective_on: ONLINE_SINCE,
    english: "特別療養費: the patient pays everything at the counter and is reimbursed by the insurer later",
    japanese: "特別療養費の支給対象者。窓口では10割を支払い、後で保険者から支給を受ける",
};
pub(super) const LIMIT_MISSING: Rule = Rule {
    name: "limit-certificate-missing",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "consented, but no certificate is registered for the check date, so none is shown",
    japanese: "同意はあるが、資格確認日に有効な限度額適用認定証等の登録がないため、限度額適用認定証情報は返さない",
};
pub(super) const LIMIT_NO_CONSENT: Rule = Rule {
    name: "limit-no-consent",
    source: "限度額適用認定証提供同意 OQSCD001",
    effective_on: ONLINE_SINCE,
    english: "the certificate is not shown without the patient's consent",
    japanese: "本人同意がないため、限度額適用認定証情報は返さない",
};
pub(super) const ONE_AT_A_TIME: Rule = Rule {
    name: "one-at-a-time",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "an answer holds one ratio and one certificate of a sort; of several on one day the one that began last is shown",
    japanese: "割合・証は1日に一つだけ有効とし、期間が重なれば有効開始日の新しいものを返す",
};
pub(super) const LIMIT_NOT_IN_FORCE: Rule = Rule {
    name: "not-shown-without-coverage",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "the coverage is not in force on the check date, so that no ratio, 高齢受給者証, limit certificate or 医療券 is shown",
    japanese: "資格確認日に資格が有効でないため、一部負担金割合・高齢受給者証・限度額適用認定証・医療券の情報は返さない",
};
