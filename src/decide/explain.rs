use crate::domain::{CardQuery, InsurerNumber, Scheme, Validity};
use crate::rules::{Rule, preschool_ends};

use super::answer::{Answer, Record};

/// Why one part of an answer is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The official elements that it is about.
    pub elements: &'static str,
    /// The registration that it was read from: its id and the insurer that made it. None if there was none.
    pub record: Option<(i64, InsurerNumber)>,
    /// The rule that was followed.
    pub rule: Rule,
    /// The dates that were compared, in words.
    pub dates: String,
}

/// Says for each part of `answer` which record and which rule stand behind it.
#[must_use]
pub fn explain(query: &CardQuery, answer: &Answer) -> Vec<Reason> {
    let mut reasons = vec![validity(query, answer)];
    if let Some(record) = &answer.record {
        reasons.extend(record_reasons(query, record));
    }
    reasons
}

fn validity(query: &CardQuery, answer: &Answer) -> Reason {
    let record = answer.record.as_ref();
    Reason {
        elements: "QualificationValidity",
        record: record.map(source),
        rule: match answer.validity {
            Validity::Valid => VALID,
            Validity::Invalid => INVALID,
            Validity::InvalidNewerExists => NEWER_EXISTS,
            Validity::NoneFound => NONE_FOUND,
            Validity::SeveralMatch => SEVERAL_MATCH,
        },
        dates: record.map_or_else(
            || format!("check date {}", query.check_on),
            |record| {
                let lost = record.coverage.loss.map_or_else(|| "not lost".to_owned(), |loss| format!("lost {}", loss.on));
                format!("check date {}, acquired {}, {lost}", query.check_on, record.coverage.acquired_on)
            },
        ),
    }
}

fn source(record: &Record) -> (i64, InsurerNumber) {
    (record.registration, record.coverage.key.insurer)
}

fn record_reasons(query: &CardQuery, record: &Record) -> Vec<Reason> {
    let check = query.check_on;
    let reason = |elements, rule, dates| Reason { elements, record: Some(source(record)), rule, dates };
    let mut reasons = vec![
        reason(
            "InsuredCardClassification, InsurerNumber, InsuredCardSymbol, InsuredIdentificationNumber, InsuredBranchNumber, \
             PersonalFamilyClassification, Name, NameKana, Sex1, Birthdate, QualificationDate, InsurerName",
            AS_REGISTERED,
            String::new(),
        ),
        reason("Address, PostNumber", if record.shows_address { AS_REGISTERED } else { ADDRESS_HIDDEN }, String::new()),
    ];
    if let Some(loss) = record.loss {
        reasons.push(reason("DisqualificationDate, ReasonOfLoss", LOSS, format!("check date {check}, lost {}", loss.on)));
    }
    if !record.coverage.in_force_on(check) {
        return reasons;
    }
    if record.coverage.key.insurer.scheme() == Scheme::LateElderly {
        let rule = if record.ratio.is_some() { RATIO } else { RATIO_MISSING };
        reasons.push(reason("InsuredPartialContributionRatio", rule, format!("check date {check}")));
    } else if record.preschool {
        let last = preschool_ends(record.coverage.identity.birth_on);
        reasons.push(reason("PreschoolClassification", PRESCHOOL, format!("check date {check}, last day {last}")));
    }
    if let Some(elderly) = record.elderly {
        let (from, through) = (elderly.period.from(), elderly.period.through());
        let dates = format!("check date {check}, valid {from} to {through}");
        reasons.push(reason("ElderlyRecipientCertificateInfo", ELDERLY, dates));
    }
    let (rule, dates) = match record.limit {
        Some(limit) => (LIMIT, format!("check date {check}, valid {} to {}", limit.period.from(), limit.period.through())),
        None if record.limit_consent => (LIMIT_MISSING, format!("check date {check}")),
        None => (LIMIT_NO_CONSENT, String::new()),
    };
    reasons.push(reason("LimitApplicationCertificateRelatedInfo", rule, dates));
    reasons
}

const VALID: Rule = Rule {
    name: "in-force",
    source: "健康保険法35条・36条; 資格有効性 OQSCD006",
    english: "acquired on or before the check date and not lost by then: valid",
    japanese: "資格確認日までに取得し、喪失していない資格は「有効」",
};
const INVALID: Rule = Rule {
    name: "not-in-force",
    source: "健康保険法36条; 資格有効性 OQSCD006",
    english: "the coverage asked for is not in force and no later one is: invalid",
    japanese: "照会された資格が資格確認日に有効でなく、後の有効な資格もない場合は「無効」",
};
const NEWER_EXISTS: Rule = Rule {
    name: "newer-exists",
    source: "資格有効性 OQSCD006",
    english: "the coverage asked for is not in force, but the person has one in force that was acquired later",
    japanese: "照会された資格は有効でないが、後に取得した有効な資格があるため「無効（新しい資格あり）」",
};
const NONE_FOUND: Rule = Rule {
    name: "none-found",
    source: "資格有効性 OQSCD006",
    english: "no registration has this insurer, symbol, number, branch and birth date",
    japanese: "保険者番号・記号・番号・枝番・生年月日の一致する登録がないため「該当資格なし」",
};
const SEVERAL_MATCH: Rule = Rule {
    name: "several-match",
    source: "資格有効性 OQSCD006",
    english: "registrations of two or more people fit; ask again with the branch number",
    japanese: "複数人の登録が一致するため「複数該当」。枝番を付けて照会し直す",
};
const AS_REGISTERED: Rule = Rule {
    name: "as-registered",
    source: "資格確認結果 OQS-IF-002",
    english: "as the insurer registered it",
    japanese: "保険者の登録のとおり",
};
const ADDRESS_HIDDEN: Rule = Rule {
    name: "address-withheld",
    source: "DV等支援措置: 不開示該当フラグ・自己情報提供不可フラグ",
    english: "left out because the person is protected",
    japanese: "支援措置の対象者のため表示しない",
};
const LOSS: Rule = Rule {
    name: "lost",
    source: "健康保険法36条",
    english: "lost on or before the check date; the day of loss is the first day without coverage",
    japanese: "資格確認日までに喪失。喪失日当日から資格はない",
};
const PRESCHOOL: Rule = Rule {
    name: "preschool",
    source: "健康保険法110条2項1号ロ; 年齢計算ニ関スル法律",
    english: "until the first 31 March on or after the day on which the child reaches six",
    japanese: "6歳に達する日以後の最初の3月31日まで未就学",
};
const RATIO: Rule = Rule {
    name: "late-elderly-ratio",
    source: "高齢者の医療の確保に関する法律67条",
    english: "the ratio that the union registered for the check date",
    japanese: "広域連合が登録した、資格確認日に有効な一部負担金割合",
};
const RATIO_MISSING: Rule = Rule {
    name: "late-elderly-ratio-missing",
    source: "高齢者の医療の確保に関する法律67条",
    english: "the union has registered no ratio for the check date, so none is shown",
    japanese: "資格確認日に有効な一部負担金割合が登録されていないため表示しない",
};
const ELDERLY: Rule = Rule {
    name: "elderly-certificate",
    source: "健康保険法施行規則52条ほか（高齢受給者証）",
    english: "the certificate in force on the check date",
    japanese: "資格確認日に有効な高齢受給者証",
};
const LIMIT: Rule = Rule {
    name: "limit-certificate",
    source: "健康保険法施行規則103条の2ほか（限度額適用認定証）",
    english: "the certificate in force on the check date, shown with the patient's consent",
    japanese: "資格確認日に有効な限度額適用認定証（本人同意あり）",
};
const LIMIT_MISSING: Rule = Rule {
    name: "limit-certificate-missing",
    source: "健康保険法施行規則103条の2ほか（限度額適用認定証）",
    english: "consented, but no certificate is registered for the check date",
    japanese: "同意はあるが、資格確認日に有効な限度額適用認定証の登録がない",
};
const LIMIT_NO_CONSENT: Rule = Rule {
    name: "limit-no-consent",
    source: "限度額適用認定証提供同意 OQSCD001",
    english: "not shown without the patient's consent",
    japanese: "本人同意がないため表示しない",
};
