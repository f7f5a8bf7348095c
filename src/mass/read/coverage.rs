//! Reads the coverages of a person with their ratios, certificates and tickets.

use std::collections::HashSet;

use crate::domain::{
    BirthDate, BranchNumber, CardDates, CardKey, CardNumber, CardSymbol, Coverage, DatedRatio, ElderlyCertificate, Identity,
    InsurerNumber, LimitCertificate, Loss, Parts, PersonalText, PostNumber, SpecificDiseaseCertificate, contradictions,
    date_contradictions, number_contradiction,
};
use crate::wire::code;

use super::faults::Faults;
use super::fields::{Fields, Place};
use super::row::Row;
use super::ticket::ticket;

const SEXES: (&str, &str) = ("must be 1, 2 or 3", "1、2、3のどれかを書いてください");

/// Reads the rows of a person's coverages, without those of other files; None for a coverage with a fault. `insurers` are those of the
/// directory, if all of them could be read.
pub(super) fn coverages(
    place: Place<'_>,
    rows: &[Row],
    insurers: Option<&HashSet<InsurerNumber>>,
    faults: &mut Faults,
) -> Vec<Option<Coverage>> {
    let mut coverages: Vec<Option<Coverage>> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut fields = Fields::of(place, row, faults);
        let _person = fields.raw();
        let number = coverages.len() + 1;
        if fields.raw().parse() != Ok(number) {
            fields.fault_here((
                format!("must be {number}: the coverages of a person are numbered from 1"),
                format!("{number}と書いてください。一人の資格には1から番号を付けます"),
            ));
        }
        let coverage = coverage(&mut fields, insurers);
        let before = coverages.last().and_then(Option::as_ref).map(|coverage| coverage.acquired_on);
        if let (Some(before), Some(coverage)) = (before, &coverage)
            && coverage.acquired_on < before
        {
            fields.fault((
                "`acquired_on` lies before that of the coverage above: coverages stand in the order of acquisition",
                "`acquired_on`が上の資格より前です。資格は取得の順に書いてください",
            ));
        }
        coverages.push(coverage);
    }
    coverages
}

fn coverage(fields: &mut Fields<'_>, insurers: Option<&HashSet<InsurerNumber>>) -> Option<Coverage> {
    let insurer = fields.require(InsurerNumber::parse);
    if let (Some(insurer), Some(insurers)) = (insurer, insurers)
        && !insurers.contains(&insurer)
    {
        fields.fault_here((
            format!("insurer {insurer} is not in insurers.csv"),
            format!("保険者{insurer}がinsurers.csvにありません"),
        ));
    }
    let symbol = fields.maybe(CardSymbol::parse);
    let number = fields.require(CardNumber::parse);
    let branch = fields.maybe(BranchNumber::parse);
    let relationship = fields
        .maybe_code(code::parse_relationship, ("must be 1 (本人) or 2 (家族)", "1（本人）か2（家族）を書いてください"));
    let card_class = fields.code(code::parse_card_class, ("must be 01 to 07, or A1", "01〜07かA1を書いてください"));
    let acquired_on = fields.date();
    let lost_on = fields.maybe_date();
    let is_lost = fields.was_given();
    let reason =
        fields.maybe_code(code::parse_loss_reason, ("must be 01, 02, 03 or 99", "01、02、03、99のどれかを書いてください"));
    let has_reason = fields.was_given();
    let name = fields.require(PersonalText::parse);
    let kana = fields.maybe(PersonalText::parse);
    let other_name = fields.maybe(PersonalText::parse);
    let other_kana = fields.maybe(PersonalText::parse);
    let insured_name = fields.maybe(PersonalText::parse);
    let sex = fields.code(code::parse_sex, SEXES);
    let sex_on_back = fields.maybe_code(code::parse_sex, SEXES);
    let birth_on = fields.date();
    let birth_on = birth_on.and_then(|date| BirthDate::new(date).map_err(|reason| fields.fault_here(reason)).ok());
    let post_number = fields.maybe(PostNumber::parse);
    let address = fields.maybe(PersonalText::parse);
    let card = CardDates {
        issued_on: fields.maybe_date(),
        valid_from: fields.maybe_date(),
        valid_through: fields.maybe_last_date(),
    };
    if is_lost != has_reason {
        fields.fault((
            "`lost_on` and `loss_reason` go together",
            "`lost_on`と`loss_reason`は両方書くか、どちらも書かないでください",
        ));
    }
    date_contradictions(birth_on.map(BirthDate::date), acquired_on, lost_on).for_each(|fault| fields.fault(fault));
    let key = CardKey { insurer: insurer?, symbol, number: number?, branch };
    number_contradiction(&key).into_iter().for_each(|fault| fields.fault(fault));
    Some(Coverage {
        key,
        relationship,
        card_class: card_class?,
        identity: Identity {
            name: name?,
            kana,
            other_name,
            other_kana,
            insured_name,
            sex: sex?,
            sex_on_back,
            birth_on: birth_on?,
            post_number,
            address,
        },
        acquired_on: acquired_on?,
        loss: lost_on.zip(reason).map(|(on, reason)| Loss { on, reason }),
        card,
        ratios: Vec::new(),
        elderly: Vec::new(),
        limits: Vec::new(),
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
    })
}

/// Reads the place of a row's coverage, and hands on the coverage if it has no fault.
fn of<'c>(fields: &mut Fields<'_>, coverages: &'c mut [Option<Coverage>]) -> Option<&'c mut Coverage> {
    let _person = fields.raw();
    let place = fields.coverage(coverages.len())?;
    coverages.get_mut(place)?.as_mut()
}

/// Reads 一部負担金割合 into their coverages.
pub(super) fn ratios(place: Place<'_>, rows: &[Row], coverages: &mut [Option<Coverage>], faults: &mut Faults) {
    for row in rows {
        let mut fields = Fields::of(place, row, faults);
        let coverage = of(&mut fields, coverages);
        let (period, ratio) = (fields.period(), fields.wari());
        if let (Some(coverage), Some(period), Some(ratio)) = (coverage, period, ratio) {
            coverage.ratios.push(DatedRatio { period, ratio });
        }
    }
}

/// Reads certificates into their coverages.
pub(super) fn certificates(place: Place<'_>, rows: &[Row], coverages: &mut [Option<Coverage>], faults: &mut Faults) {
    for row in rows {
        let mut fields = Fields::of(place, row, faults);
        let coverage = of(&mut fields, coverages);
        let certificate = certificate(&mut fields);
        let (Some(coverage), Some(certificate)) = (coverage, certificate) else { continue };
        match certificate {
            Certificate::Elderly(one) => coverage.elderly.push(one),
            Certificate::Limit(one) => coverage.limits.push(one),
            Certificate::SpecificDisease(one) => coverage.specific_diseases.push(one),
        }
    }
}

enum Certificate {
    Elderly(ElderlyCertificate),
    Limit(LimitCertificate),
    SpecificDisease(SpecificDiseaseCertificate),
}

fn certificate(fields: &mut Fields<'_>) -> Option<Certificate> {
    const ELSE: (&str, &str) = ("is of another certificate: must be empty", "ほかの証の項目です。空にしてください");
    let kind = fields.require(|word| match word {
        "elderly" | "limit" | "specific_disease" => Ok(word.to_owned()),
        _ => Err(("must be elderly, limit or specific_disease", "elderly、limit、specific_diseaseのどれかを書いてください")),
    });
    let period = fields.period();
    let issued_on = fields.maybe_date();
    match kind?.as_str() {
        "elderly" => {
            let ratio = fields.wari();
            fields.empty(5, ELSE);
            Some(Certificate::Elderly(ElderlyCertificate { issued_on, period: period?, ratio: ratio? }))
        }
        "limit" => {
            fields.empty(1, ELSE);
            let kind = fields.code(code::parse_limit_kind, ("must be 01, 02 or 03", "01、02、03のどれかを書いてください"));
            let category = fields.code(
                code::parse_limit_category,
                ("must be A01 to A06 or B01 to B10", "A01〜A06かB01〜B10を書いてください"),
            );
            let long_stay_on = fields.maybe_date();
            fields.empty(2, ELSE);
            let (kind, category, period) = (kind?, category?, period?);
            Some(Certificate::Limit(LimitCertificate { kind, category, issued_on, period, long_stay_on }))
        }
        _ => {
            fields.empty(4, ELSE);
            let disease =
                fields.code(code::parse_specific_disease, ("must be 1, 2 or 3", "1、2、3のどれかを書いてください"));
            let self_pay = fields.yen(SpecificDiseaseCertificate::MOST_SELF_PAY);
            let (disease, period, self_pay) = (disease?, period?, self_pay?);
            Some(Certificate::SpecificDisease(SpecificDiseaseCertificate { disease, issued_on, period, self_pay }))
        }
    }
}

/// Reads 医療券・調剤券 into their coverages.
pub(super) fn tickets(place: Place<'_>, rows: &[Row], coverages: &mut [Option<Coverage>], faults: &mut Faults) {
    for row in rows {
        let mut fields = Fields::of(place, row, faults);
        let coverage = of(&mut fields, coverages);
        let ticket = ticket(&mut fields);
        if let (Some(coverage), Some(ticket)) = (coverage, ticket) {
            coverage.tickets.push(ticket);
        }
    }
}

/// Checks that the scheme of each coverage has the parts that are registered.
pub(super) fn check_parts(place: Place<'_>, rows: &[Row], coverages: &[Option<Coverage>], faults: &mut Faults) {
    for (row, coverage) in rows.iter().zip(coverages) {
        let Some(coverage) = coverage else { continue };
        let mut fields = Fields::of(place, row, faults);
        let has = Parts::of(coverage);
        contradictions(&coverage.key, coverage.card_class, has).for_each(|fault| fields.fault(fault));
    }
}
