//! The answer of `POST /api/explain`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::finding::FindingView;
use crate::decide::{self, Amounts, Answer, CardAnswer, CertificateDays, Held, Holder, Other, Reason, Record};
use crate::domain::{CertificateQuery, Validity};
use crate::rules::limit::{HALVED_SINCE, Note};
use crate::rules::meals::{self, MealCharge};
use crate::wire::code;
use crate::wire::message::record::elements;

/// Why the answer is as it is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// 資格有効性 (code); none for a card that cannot be used.
    pub validity: Option<String>,
    /// The instant of the registry out of which the answer is, as it was asked for; none if it is the present one.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub registered_by: Option<Timestamp>,
    /// One entry for each part of the answer.
    pub reasons: Vec<ReasonView>,
    /// Contradictions between the registrations that are shown and the law on the check date.
    pub findings: Vec<FindingView>,
}

/// Why one part of the answer is as it is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// The official elements that it is about.
    pub elements: Vec<String>,
    /// The registration it was read from; none if nothing matched.
    pub record: Option<i64>,
    /// The insurer that made the registration.
    pub insurer: Option<String>,
    /// Other registrations that bear on it: at validity 3 the newer one, at validity 5 those that match, and others that are
    /// valid too.
    pub others: Vec<OtherView>,
    /// The rule's name.
    pub rule: String,
    /// The source of the rule.
    pub source: String,
    /// The first day of the rule in its present form; none if not known.
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_on: Option<Date>,
    /// The dates that were compared, the check date first.
    pub dates: Vec<ComparedView>,
    /// Whether the patient consented, if that decides.
    pub consent: Option<bool>,
    /// The amounts that the category of a limit certificate means in the month of the check date.
    pub amounts: Option<AmountsView>,
    /// The charge for a meal in hospital with the limit certificate.
    pub meal: Option<MealView>,
    /// The reason in English.
    pub english: String,
    /// The reason in Japanese.
    pub japanese: String,
    /// Further notes, in particular our own readings of the law on which the amounts rest.
    pub notes: Vec<NoteView>,
}

/// Another registration that bears on the validity.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct OtherView {
    /// The registration.
    pub record: i64,
    /// The insurer that made it.
    pub insurer: String,
    /// How it bears on the validity, in English.
    pub english: String,
    /// How it bears on the validity, in Japanese.
    pub japanese: String,
}

/// A remark.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct NoteView {
    /// In English.
    pub english: String,
    /// In Japanese.
    pub japanese: String,
}

/// A date that was compared.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ComparedView {
    /// The name of the date, in English.
    pub english: String,
    /// The name of the date, in Japanese.
    pub japanese: String,
    /// The date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
}

/// 自己負担限度額 of a category: the most that is paid in a month.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AmountsView {
    /// The category's label.
    pub category: String,
    /// The first month that is known to have these amounts (before they are halved).
    pub since: String,
    /// Whether the amounts began in that month; otherwise they may be older.
    pub since_is_start: bool,
    /// Whether the amounts are halved, because the person, or the insured person of a dependant, turns 75 in this month.
    pub halved: bool,
    /// If they are halved, the first month with halved amounts.
    pub halved_since: Option<String>,
    /// The source of the amounts.
    pub source: String,
    /// The cap of the household.
    pub household_yen: u64,
    /// 1 % of the medical cost above this amount is added to the cap.
    pub one_per_cent_above_yen: Option<u64>,
    /// The cap of the household from the fourth month on.
    pub fourth_month_yen: Option<u64>,
    /// The cap of one person's outpatient care.
    pub outpatient_yen: Option<u64>,
    /// Whether a 配慮措置 may lower the outpatient cap in this month.
    pub transitional: bool,
}

/// 食事療養標準負担額: what a patient pays for a meal, in addition to the capped amount.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MealView {
    /// The charge for one meal. Leaves out 指定難病 and 小児慢性特定疾病, which a limit certificate does not show.
    pub yen: u64,
    /// The first month with this table of charges.
    pub since: String,
    /// The source of the charges.
    pub source: String,
}

impl Explanation {
    /// Explains an answer for `check_on`.
    pub(super) fn of(check_on: Date, answer: &Answer, lost_with_insured: Option<Date>) -> Self {
        Self {
            validity: Some(code::validity(answer.validity).to_owned()),
            registered_by: None,
            reasons: decide::explain(check_on, answer, lost_with_insured).into_iter().map(ReasonView::from).collect(),
            findings: findings(check_on, answer.record.as_slice(), &answer.others),
        }
    }

    /// Explains an answer by card.
    pub(super) fn of_card(
        query: &CertificateQuery,
        answer: &CardAnswer,
        certificate: CertificateDays,
        lost_with_insured: Option<Date>,
    ) -> Self {
        let (validity, records) = match answer {
            CardAnswer::Unusable(_) => (None, &[][..]),
            CardAnswer::Answered { validity, records } => (Some(code::validity(*validity).to_owned()), records.as_slice()),
        };
        let reasons = decide::explain_card(query, answer, certificate, lost_with_insured);
        Self {
            validity,
            registered_by: None,
            reasons: reasons.into_iter().map(ReasonView::from).collect(),
            findings: findings(query.check_on, records, &[]),
        }
    }

    /// Explains that a person whom no insurer has registered has no card to ask by.
    pub(super) fn unregistered(check_on: Date) -> Self {
        Self {
            validity: Some(code::validity(Validity::NoneFound).to_owned()),
            registered_by: None,
            reasons: decide::explain_unregistered(check_on).into_iter().map(ReasonView::from).collect(),
            findings: Vec::new(),
        }
    }
}

/// Returns the contradictions between the registrations that are shown and the law on the check date. `others` are the person's
/// registrations that are not shown.
fn findings(check_on: Date, records: &[Record], others: &[Other]) -> Vec<FindingView> {
    let shown = records.iter().map(|record| Held::from(&*record.coverage));
    let held: Vec<Held> = shown.chain(others.iter().map(Held::from)).collect();
    // Answers do not depend on a death that no insurer has registered as a loss, so that it is not read for them.
    let holder = Holder { coverages: &held, died_on: None };
    let found = records.iter().flat_map(|record| {
        let found = decide::findings(&record.coverage, &holder, check_on);
        let source = (record.registration, record.coverage.key.insurer);
        found.into_iter().filter(|one| one.days.contains(check_on)).map(move |one| FindingView::of(one, source))
    });
    found.collect()
}

impl From<Reason> for ReasonView {
    fn from(reason: Reason) -> Self {
        let dates = reason.dates.iter().map(|(compared, date)| ComparedView {
            english: compared.english().to_owned(),
            japanese: compared.japanese().to_owned(),
            date: *date,
        });
        Self {
            elements: elements(reason.part).iter().map(|element| (*element).to_owned()).collect(),
            record: reason.record.map(|(id, _)| id),
            insurer: reason.record.map(|(_, insurer)| insurer.to_string()),
            others: reason.others.into_iter().map(OtherView::from).collect(),
            rule: reason.rule.name.to_owned(),
            source: reason.rule.source.to_owned(),
            effective_on: reason.rule.effective_on,
            dates: dates.collect(),
            consent: reason.consent,
            amounts: reason.amounts.map(AmountsView::from),
            meal: reason.meal.map(MealView::from),
            english: reason.rule.english.to_owned(),
            japanese: reason.rule.japanese.to_owned(),
            notes: reason.notes.into_iter().map(NoteView::from).collect(),
        }
    }
}

impl From<Other> for OtherView {
    fn from(other: Other) -> Self {
        Self {
            record: other.registration,
            insurer: other.insurer.to_string(),
            english: other.relation.english().to_owned(),
            japanese: other.relation.japanese().to_owned(),
        }
    }
}

impl From<Note> for NoteView {
    fn from(note: Note) -> Self {
        Self { english: note.english.to_owned(), japanese: note.japanese.to_owned() }
    }
}

impl From<MealCharge> for MealView {
    fn from(MealCharge { yen, since, note: _ }: MealCharge) -> Self {
        Self { yen: yen.amount(), since: since.to_string(), source: meals::SOURCE.to_owned() }
    }
}

impl From<Amounts> for AmountsView {
    fn from(Amounts { terms, since, source, transitional }: Amounts) -> Self {
        let household = terms.formula();
        Self {
            category: terms.band.label.to_owned(),
            since: since.month.to_string(),
            since_is_start: since.is_start,
            halved: terms.halves(),
            halved_since: terms.halves().then(|| HALVED_SINCE.to_string()),
            source: source.to_owned(),
            household_yen: household.base.amount(),
            one_per_cent_above_yen: household.start.map(|yen| yen.amount()),
            fourth_month_yen: household.fourth.map(|yen| yen.amount()),
            outpatient_yen: terms.outpatient_amount().map(|yen| yen.amount()),
            transitional,
        }
    }
}
