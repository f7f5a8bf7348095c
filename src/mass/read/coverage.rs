//! Reads the rows of one coverage: the coverage itself, its ratios, certificates and tickets.

use crate::domain::{
    Beside, BirthDate, BranchNumber, CardDates, CardKey, CardNumber, CardSymbol, Coverage, DatedRatio, ElderlyCertificate,
    Identity, InstitutionCode, InsurerNumber, LimitCertificate, Loss, MedicalTicket, Month, Parts, PersonalText, PostNumber,
    Prescriber, Scheme, SpecificDiseaseCertificate, Yen, check_recipient_number, contradictions,
};
use crate::language::Bilingual;
use crate::mass::rows_of_coverage::PAYERS;
use crate::wire::code;

use super::table::Fields;

const SEXES: (&str, &str) = ("must be 1, 2 or 3", "1、2、3のどれかを書いてください");
const CARD_CLASSES: (&str, &str) = ("must be 01 to 07, or A1", "01〜07かA1を書いてください");

/// Reads a row of `coverages.csv` after the person; the certificates come from other files. Returns the place of the coverage too.
pub(super) fn coverage(mut row: Fields<'_>) -> Option<(u64, Coverage)> {
    let place = row.number();
    let insurer = row.require(InsurerNumber::parse);
    let symbol = row.maybe(CardSymbol::parse);
    let number = row.require(CardNumber::parse);
    let branch = row.maybe(BranchNumber::parse);
    let relationship =
        row.maybe_code(code::parse_relationship, ("must be 1 (本人) or 2 (家族)", "1（本人）か2（家族）を書いてください"));
    let card_class = row.code(code::parse_card_class, CARD_CLASSES);
    let acquired_on = row.date();
    let lost_on = row.maybe_date();
    let loss_reason =
        row.maybe_code(code::parse_loss_reason, ("must be 01, 02, 03 or 99", "01、02、03、99のどれかを書いてください"));
    let name = row.require(PersonalText::parse);
    let kana = row.maybe(PersonalText::parse);
    let other_name = row.maybe(PersonalText::parse);
    let other_kana = row.maybe(PersonalText::parse);
    let insured_name = row.maybe(PersonalText::parse);
    let sex = row.code(code::parse_sex, SEXES);
    let sex_on_back = row.maybe_code(code::parse_sex, SEXES);
    let birth_on = row.date().map(BirthDate::new);
    let post_number = row.maybe(PostNumber::parse);
    let address = row.maybe(PersonalText::parse);
    let (issued_on, valid_from, valid_through) = (row.maybe_date(), row.maybe_date(), row.maybe_date());
    let loss = match (lost_on?, loss_reason?) {
        (Some(on), Some(reason)) => Some(Loss { on, reason }),
        (None, None) => None,
        _ => {
            row.fault((
                "`lost_on` and `loss_reason` go together",
                "`lost_on`と`loss_reason`は両方書くか、どちらも空にしてください",
            ));
            return None;
        }
    };
    let birth_on = match birth_on? {
        Ok(birth_on) => birth_on,
        Err(reason) => {
            row.fault(Bilingual::from(reason).map(|reason| format!("`birth_on`: {reason}")));
            return None;
        }
    };
    let coverage = Coverage {
        key: CardKey { insurer: insurer?, symbol: symbol?, number: number?, branch: branch? },
        relationship: relationship?,
        card_class: card_class?,
        identity: Identity {
            name: name?,
            kana: kana?,
            other_name: other_name?,
            other_kana: other_kana?,
            insured_name: insured_name?,
            sex: sex?,
            sex_on_back: sex_on_back?,
            birth_on,
            post_number: post_number?,
            address: address?,
        },
        acquired_on: acquired_on?,
        loss,
        card: CardDates { issued_on: issued_on?, valid_from: valid_from?, valid_through: valid_through? },
        ratios: Vec::new(),
        elderly: Vec::new(),
        limits: Vec::new(),
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
    };
    check_dates(&mut row, &coverage);
    Some((place?, coverage))
}

fn check_dates(row: &mut Fields<'_>, coverage: &Coverage) {
    if coverage.acquired_on < coverage.identity.birth_on.date() {
        row.fault(("`acquired_on` lies before `birth_on`", "`acquired_on`が`birth_on`より前です"));
    }
    if coverage.loss.is_some_and(|loss| loss.on <= coverage.acquired_on) {
        row.fault(("`lost_on` must lie after `acquired_on`", "`lost_on`は`acquired_on`より後です"));
    }
    if coverage.key.insurer.scheme() == Scheme::MedicalAid
        && let Err(reason) = check_recipient_number(coverage.key.number.as_str())
    {
        row.fault(Bilingual::from(reason).map(|reason| format!("`number` (12…): {reason}")));
    }
}

/// Lists the reasons why the scheme cannot have what the rows say.
pub(super) fn faults(coverage: &Coverage) -> impl Iterator<Item = (&'static str, &'static str)> {
    contradictions(&coverage.key, coverage.card_class, Parts::of(coverage))
}

/// A row of another file than `coverages.csv`.
pub(super) enum Part {
    Ratio(DatedRatio),
    Elderly(ElderlyCertificate),
    Limit(LimitCertificate),
    SpecificDisease(SpecificDiseaseCertificate),
    Ticket(Box<MedicalTicket>),
}

impl Part {
    pub fn add_to(self, coverage: &mut Coverage) {
        match self {
            Self::Ratio(ratio) => coverage.ratios.push(ratio),
            Self::Elderly(certificate) => coverage.elderly.push(certificate),
            Self::Limit(certificate) => coverage.limits.push(certificate),
            Self::SpecificDisease(certificate) => coverage.specific_diseases.push(certificate),
            Self::Ticket(ticket) => coverage.tickets.push(*ticket),
        }
    }
}

pub(super) fn ratio(mut row: Fields<'_>) -> Option<(u64, Part)> {
    let place = row.number();
    let (period, ratio) = (row.period(), row.wari());
    Some((place?, Part::Ratio(DatedRatio { period: period?, ratio: ratio? })))
}

pub(super) fn certificate(mut row: Fields<'_>) -> Option<(u64, Part)> {
    let place = row.number();
    let kind = row.require(|text| match text {
        "elderly" => Ok(0),
        "limit" => Ok(1),
        "specific_disease" => Ok(2),
        _ => Err(("must be elderly, limit or specific_disease", "elderly、limit、specific_diseaseのどれかを書いてください")),
    });
    let (period, issued_on) = (row.period(), row.maybe_date());
    let part = match kind? {
        0 => {
            let ratio = row.wari();
            row.none(5);
            Part::Elderly(ElderlyCertificate { issued_on: issued_on?, period: period?, ratio: ratio? })
        }
        1 => {
            row.none(1);
            let kind = row.code(code::parse_limit_kind, ("must be 01, 02 or 03", "01、02、03のどれかを書いてください"));
            let category = row.code(
                code::parse_limit_category,
                ("must be A01 to A06 or B01 to B10", "A01〜A06かB01〜B10を書いてください"),
            );
            let long_stay_on = row.maybe_date();
            row.none(2);
            Part::Limit(LimitCertificate {
                kind: kind?,
                category: category?,
                issued_on: issued_on?,
                period: period?,
                long_stay_on: long_stay_on?,
            })
        }
        _ => {
            row.none(4);
            let disease = row.code(code::parse_specific_disease, ("must be 1, 2 or 3", "1、2、3のどれかを書いてください"));
            let self_pay = row.number().map(Yen::new);
            if self_pay.is_some_and(|yen| yen > SpecificDiseaseCertificate::MOST_SELF_PAY) {
                row.fault(("`self_pay_yen` must be 0 to 20,000 yen", "`self_pay_yen`は0〜20,000円です"));
            }
            Part::SpecificDisease(SpecificDiseaseCertificate {
                disease: disease?,
                issued_on: issued_on?,
                period: period?,
                self_pay: self_pay?,
            })
        }
    };
    Some((place?, part))
}

pub(super) fn ticket(mut row: Fields<'_>) -> Option<(u64, Part)> {
    let place = row.number();
    let kind = row.code(code::parse_ticket_kind, ("must be 01 or 02", "01か02を書いてください"));
    let month = row.require(Month::parse);
    let period = row.period();
    let institution = row.require(InstitutionCode::parse);
    let (institution_name, issue_number) = (row.maybe(PersonalText::parse), row.maybe(PersonalText::parse));
    let (prescriber, prescriber_name) = (row.maybe(InstitutionCode::parse), row.maybe(PersonalText::parse));
    let treatment = row.code(code::parse_medical_treatment, ("must be 01 to 05", "01〜05のどれかを書いてください"));
    let self_pay = row.maybe_number();
    let combined = row.flag();
    let beside = row.maybe(beside);
    let inconsistent = row.flag();
    let (district_contact, handling_contact) = (row.maybe(PersonalText::parse), row.maybe(PersonalText::parse));
    let injuries = lines(&mut row);
    let remarks = lines(&mut row);
    let ticket = MedicalTicket {
        kind: kind?,
        period: period?,
        issue_number: issue_number?,
        month: month?,
        institution: institution?,
        institution_name: institution_name?,
        prescriber: prescriber?.map(|institution| Prescriber { institution, name: prescriber_name.clone().flatten() }),
        injuries: injuries?,
        treatment: treatment?,
        self_pay: self_pay?.map(Yen::new),
        district_contact: district_contact?,
        handling_contact: handling_contact?,
        combined: combined?,
        beside: beside?.unwrap_or_default(),
        inconsistent: inconsistent?,
        remarks: remarks?,
    };
    if ticket.prescriber.is_none() && prescriber_name?.is_some() {
        row.fault(("`prescriber_name` needs `prescriber`", "`prescriber_name`には`prescriber`が必要です"));
    }
    for reason in ticket.contradictions() {
        row.fault(reason);
    }
    Some((place?, Part::Ticket(Box::new(ticket))))
}

/// Takes the lines of 傷病名 or 備考, of which the first come first.
fn lines(row: &mut Fields<'_>) -> Option<Vec<PersonalText>> {
    let given = [(); MedicalTicket::LINES].map(|()| row.maybe(PersonalText::parse));
    let mut lines = Vec::new();
    for line in given {
        lines.extend(line?);
    }
    Some(lines)
}

fn beside(text: &str) -> Result<Beside, Bilingual> {
    if text.split(' ').any(|word| !PAYERS.contains(&word)) {
        let payers = PAYERS.join(", ");
        let english = format!("takes {payers}, with one blank between them");
        return Err((english, format!("書けるのは次のものです（空白で区切る）: {payers}")).into());
    }
    let has = |payer: &str| text.split(' ').any(|word| word == payer);
    let [social_insurance, infection, elderly_care, prefecture] = PAYERS.map(has);
    Ok(Beside { social_insurance, infection, elderly_care, prefecture })
}
