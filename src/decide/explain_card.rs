//! Explains an answer by マイナンバーカード.

use jiff::civil::Date;

use crate::domain::{CertificateQuery, Consent, Validity};

use super::answer::{Answer, Other, Record, Relation};
use super::by_certificate::CardAnswer;
use super::card_rules as rules;
use super::compared::Compared;
use super::explain::{Reason, around, ends, ends_of_coverage, explain, explain_unregistered};
use super::part::AnswerPart;

/// The days, in Tokyo, by which a card's certificate is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateDays {
    /// The day on which the card was shown.
    pub shown_on: Date,
    /// The first day of the certificate, inclusive.
    pub from: Date,
    /// Its last day, inclusive.
    pub through: Date,
}

/// Returns the reasons of each part of an answer by card, its record and its rule; for several records one after the other.
/// `lost_with_insured` is as for [`explain`].
#[must_use]
pub fn explain_card(
    query: &CertificateQuery,
    answer: &CardAnswer,
    certificate: CertificateDays,
    lost_with_insured: Option<Date>,
) -> Vec<Reason> {
    match answer {
        CardAnswer::Unusable(reason) => {
            let dates = vec![
                (Compared::ShownOn, certificate.shown_on),
                (Compared::CertificateFrom, certificate.from),
                (Compared::CertificateThrough, certificate.through),
            ];
            vec![Reason { dates, ..Reason::new(AnswerPart::CardState, rules::unusable(*reason)) }]
        }
        CardAnswer::Answered { records, .. } if records.is_empty() => explain_unregistered(query.check_on),
        CardAnswer::Answered { validity, records } => {
            let about = |record| about(query, *validity, record, records, lost_with_insured);
            records.iter().flat_map(about).collect()
        }
    }
}

fn about(
    query: &CertificateQuery,
    validity: Validity,
    record: &Record,
    all: &[Record],
    lost_with_insured: Option<Date>,
) -> Vec<Reason> {
    let others = all.iter().filter(|other| other.registration != record.registration).map(|other| Other {
        relation: Relation::AlsoInForce,
        registration: other.registration,
        insurer: other.coverage.key.insurer,
        acquired_on: other.coverage.acquired_on,
        lost_on: other.coverage.loss.map(|loss| loss.on),
    });
    let answer = Answer { validity, record: Some(record.clone()), others: others.collect() };
    let mut reasons = explain(query.check_on, &answer, lost_with_insured);
    // A question by card names no coverage. That several are in force is said by the rule of [`explain`].
    match validity {
        Validity::Valid if answer.others.is_empty() => reasons[0].rule = rules::IN_FORCE,
        Validity::Invalid => reasons[0].rule = rules::NOT_IN_FORCE,
        _ => {}
    }
    let source = Some((record.registration, record.coverage.key.insurer));
    let mut disease = disease(query, record);
    disease.dates.insert(0, (Compared::CheckDate, query.check_on));
    let consents = Reason::new(AnswerPart::MedicalConsents, rules::CONSENTS);
    reasons.extend([Reason { record: source, ..disease }, Reason { record: source, ..consents }]);
    reasons
}

fn disease(query: &CertificateQuery, record: &Record) -> Reason {
    let consent = query.consents.has(Consent::SpecificDisease);
    let coverage = &record.coverage;
    let registered = coverage.specific_diseases.iter().map(|certificate| certificate.period);
    let (rule, dates) = match record.specific_diseases.as_slice() {
        _ if !consent => (rules::DISEASE_NO_CONSENT, Vec::new()),
        [] if !coverage.in_force_on(query.check_on) => (rules::DISEASE_MISSING, ends_of_coverage(coverage).collect()),
        [] => (rules::DISEASE_MISSING, around(query.check_on, registered)),
        shown => (rules::DISEASE, shown.iter().flat_map(|certificate| ends(certificate.period)).collect()),
    };
    Reason { dates, consent: Some(consent), ..Reason::new(AnswerPart::SpecificDisease, rule) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::{CardUnusable, Consents, HolderVerification, TreatmentKind};

    #[test]
    fn an_unusable_card_is_explained_by_its_certificate() {
        let query = CertificateQuery {
            holder: HolderVerification::Pin,
            treatment: TreatmentKind::Outpatient,
            consents: Consents::NONE,
            check_on: date(2026, 11, 20),
        };
        let certificate =
            CertificateDays { shown_on: date(2026, 11, 22), from: date(2021, 11, 22), through: date(2026, 11, 21) };
        let reasons = explain_card(&query, &CardAnswer::Unusable(CardUnusable::Expired), certificate, None);
        assert_eq!(reasons.len(), 1);
        assert_eq!((reasons[0].part, reasons[0].rule.name), (AnswerPart::CardState, "card-expired"));
        assert_eq!(
            reasons[0].dates,
            [
                (Compared::ShownOn, date(2026, 11, 22)),
                (Compared::CertificateFrom, date(2021, 11, 22)),
                (Compared::CertificateThrough, date(2026, 11, 21)),
            ]
        );
    }
}
