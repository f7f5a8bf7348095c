//! Explains an answer: the record and the rule behind each of its parts.

use jiff::civil::Date;

use crate::domain::{CardClass, Coverage, InsurerNumber, LimitCertificate, LimitKind, Period, Scheme, Validity};
use crate::rules::copay::WORKING_AGE;
use crate::rules::elderly::{self, elderly_begins, elderly_ends, is_elderly};
use crate::rules::limit::Note;
use crate::rules::meals::MealCharge;
use crate::rules::preschool::{PRESCHOOL, preschool_ends};
use crate::rules::scheme::{LATE_ELDERLY_AT_75, LATE_ELDERLY_FROM_65, late_elderly_begins, late_elderly_earliest};
use crate::rules::{Rule, late_elderly};

use super::amounts::{Amounts, amounts, halving_birthday, meal};
use super::answer::{Answer, Other, Record, Relation};
use super::compared::Compared;
use super::message_rules as message;
use super::part::AnswerPart;

/// The reason for one part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The part that it explains.
    pub part: AnswerPart,
    /// The registration behind the part: its id and its insurer. None if there was none.
    pub record: Option<(i64, InsurerNumber)>,
    /// The rule applied.
    pub rule: Rule,
    /// Other registrations that affect the part.
    pub others: Vec<Other>,
    /// The dates that were compared, the check date first.
    pub dates: Vec<(Compared, Date)>,
    /// Whether the patient consented; None if consent does not matter.
    pub consent: Option<bool>,
    /// The amounts of the category in the month of the check date, if there are any.
    pub amounts: Option<Amounts>,
    /// The charge of a meal in hospital with the certificate, if there is one.
    pub meal: Option<MealCharge>,
    /// Further remarks.
    pub notes: Vec<Note>,
}

impl Reason {
    pub(super) fn new(part: AnswerPart, rule: Rule) -> Self {
        let (others, dates, notes) = (Vec::new(), Vec::new(), Vec::new());
        Self { part, record: None, rule, others, dates, consent: None, amounts: None, meal: None, notes }
    }
}

/// Returns the reasons of each part of an `answer` for `check_on`: its record and its rule. `lost_with_insured` is the day, in
/// the month of `check_on`, on which the person lost a coverage as a dependant because the insured turned 75: see
/// [`lost_as_dependant`](super::lost_as_dependant()).
#[must_use]
pub fn explain(check_on: Date, answer: &Answer, lost_with_insured: Option<Date>) -> Vec<Reason> {
    let mut reasons = vec![validity(check_on, answer)];
    if let Some(record) = &answer.record {
        reasons.extend(before_75(check_on, &record.coverage));
        reasons.extend(record_reasons(check_on, record, lost_with_insured));
        for reason in &mut reasons {
            reason.record = Some((record.registration, record.coverage.key.insurer));
        }
    }
    for reason in &mut reasons {
        // A rule of the messages has no effective date on days before the messages existed.
        reason.rule.effective_on = reason.rule.effective_on.filter(|day| *day <= check_on);
    }
    reasons
}

/// Returns why there is no answer about a person whom no insurer has registered, so that no question by a card can be asked.
#[must_use]
pub fn explain_unregistered(check_on: Date) -> Vec<Reason> {
    let mut rule = message::NOT_REGISTERED;
    rule.effective_on = rule.effective_on.filter(|day| *day <= check_on);
    vec![Reason { dates: vec![(Compared::CheckDate, check_on)], ..Reason::new(AnswerPart::Validity, rule) }]
}

fn validity(check_on: Date, answer: &Answer) -> Reason {
    let coverage = answer.record.as_ref().map(|record| &record.coverage);
    let is_insurance = |insurer: &InsurerNumber| insurer.scheme() != Scheme::MedicalAid;
    let insured = coverage.is_some_and(|coverage| is_insurance(&coverage.key.insurer));
    let rule = match answer.validity {
        Validity::Valid if insured && answer.others.iter().any(|other| is_insurance(&other.insurer)) => {
            message::SEVERAL_IN_FORCE
        }
        Validity::Valid => message::VALID,
        Validity::ValidUnregistered => message::VALID_UNREGISTERED,
        Validity::Invalid if coverage.is_some_and(|coverage| check_on < coverage.acquired_on) => message::NOT_BEGUN,
        Validity::Invalid => message::INVALID,
        Validity::InvalidNewerExists => message::NEWER_EXISTS,
        Validity::NoneFound => message::NONE_FOUND,
        Validity::SeveralMatch => message::SEVERAL_MATCH,
    };
    let mut dates = vec![(Compared::CheckDate, check_on)];
    dates.extend(coverage.into_iter().flat_map(|coverage| ends_of_coverage(coverage)));
    // Records that merely match the question were not compared by their dates.
    let compared = answer.others.iter().filter(|other| other.relation != Relation::Matching);
    dates.extend(compared.map(|other| (Compared::OtherAcquired, other.acquired_on)));
    Reason { dates, others: answer.others.clone(), ..Reason::new(AnswerPart::Validity, rule) }
}

/// Returns why a person below 75 is in 後期高齢者医療; None for everyone else. Below 65 it is impossible, which is a finding.
fn before_75(check_on: Date, coverage: &Coverage) -> Option<Reason> {
    let birth = coverage.identity.birth_on;
    let (from, through) = (late_elderly_earliest(birth), late_elderly_begins(birth));
    let is_disabled = coverage.key.insurer.scheme() == Scheme::LateElderly
        && coverage.in_force_on(check_on)
        && (from <= check_on && check_on < through);
    let dates = vec![(Compared::CheckDate, check_on), (Compared::Turns65, from), (Compared::Turns75, through)];
    is_disabled.then(|| Reason { dates, ..Reason::new(AnswerPart::Validity, LATE_ELDERLY_FROM_65) })
}

fn record_reasons(check_on: Date, record: &Record, lost_with_insured: Option<Date>) -> Vec<Reason> {
    let coverage = &record.coverage;
    let mut reasons =
        vec![Reason::new(AnswerPart::Card, message::AS_REGISTERED), Reason::new(AnswerPart::Address, address(record))];
    reasons.extend(loss(check_on, record));
    let in_force = coverage.in_force_on(check_on);
    if in_force {
        let (part, rule, dates) = ratio(check_on, record);
        let dates = [vec![(Compared::CheckDate, check_on)], dates].concat();
        reasons.push(Reason { dates, ..Reason::new(part, rule) });
    }
    if !in_force && coverage.key.insurer.scheme() == Scheme::MedicalAid {
        let dates = [vec![(Compared::CheckDate, check_on)], ends_of_coverage(coverage).collect()].concat();
        reasons.push(Reason { dates, ..Reason::new(AnswerPart::Ticket, message::LIMIT_NOT_IN_FORCE) });
    }
    let mut limit = limit(check_on, record, lost_with_insured);
    limit.dates.insert(0, (Compared::CheckDate, check_on));
    reasons.push(limit);
    reasons
}

fn address(record: &Record) -> Rule {
    let identity = &record.coverage.identity;
    match record.shows_address {
        false => message::ADDRESS_HIDDEN,
        true if identity.address.is_none() && identity.post_number.is_none() => message::ADDRESS_MISSING,
        true => message::AS_REGISTERED,
    }
}

/// Returns the reason of the loss, and a second one if the 75th birthday caused it.
fn loss(check_on: Date, record: &Record) -> Vec<Reason> {
    let Some(loss) = record.loss else { return Vec::new() };
    let scheme = record.coverage.key.insurer.scheme();
    let dates = vec![(Compared::CheckDate, check_on), (Compared::Lost, loss.on)];
    let mut reasons = vec![Reason { dates: dates.clone(), ..Reason::new(AnswerPart::Loss, message::loss(scheme)) }];
    let turns_75 = late_elderly_begins(record.coverage.identity.birth_on);
    if scheme.insures_below_75() && loss.on == turns_75 {
        let dates = [dates, vec![(Compared::Turns75, turns_75)]].concat();
        reasons.push(Reason { dates, ..Reason::new(AnswerPart::Loss, LATE_ELDERLY_AT_75) });
    }
    reasons
}

/// Returns what decides the patient's share: a different element at each age, and another one in medical aid.
fn ratio(check_on: Date, record: &Record) -> (AnswerPart, Rule, Vec<(Compared, Date)>) {
    let coverage = &record.coverage;
    let birth = coverage.identity.birth_on;
    let special = coverage.card_class == CardClass::SpecialExpense;
    let acquired = (Compared::Acquired, coverage.acquired_on);
    if coverage.key.insurer.scheme() == Scheme::MedicalAid {
        let dates = record.tickets.iter().flat_map(|ticket| ends(ticket.period)).collect();
        let rule = if record.tickets.is_empty() { message::TICKET_MISSING } else { message::TICKET };
        return (AnswerPart::Ticket, rule, dates);
    }
    if coverage.key.insurer.scheme() == Scheme::LateElderly {
        return match record.ratio {
            Some(dated) => (AnswerPart::Ratio, late_elderly::rule_on(check_on), ends(dated.period)),
            None if special => (AnswerPart::Ratio, message::SPECIAL_EXPENSE, vec![acquired]),
            None => {
                let around = around(check_on, coverage.ratios.iter().map(|dated| dated.period));
                (AnswerPart::Ratio, message::RATIO_MISSING, around)
            }
        };
    }
    let preschool_ends = (Compared::PreschoolEnds, preschool_ends(birth));
    let elderly_begins = (Compared::ElderlyBegins, elderly_begins(birth));
    match record.elderly {
        Some(certificate) => (AnswerPart::Elderly, elderly::rule_on(check_on), ends(certificate.period)),
        None if record.preschool => (AnswerPart::Preschool, PRESCHOOL, vec![preschool_ends]),
        None if special => (AnswerPart::Ratio, message::SPECIAL_EXPENSE, vec![acquired]),
        None if is_elderly(birth, check_on) => {
            let around = around(check_on, coverage.elderly.iter().map(|certificate| certificate.period));
            (AnswerPart::Elderly, message::ELDERLY_MISSING, [vec![elderly_begins], around].concat())
        }
        None if check_on > elderly_ends(birth) => {
            (AnswerPart::Ratio, LATE_ELDERLY_AT_75, vec![(Compared::Turns75, late_elderly_begins(birth))])
        }
        None => (AnswerPart::Ratio, WORKING_AGE, vec![preschool_ends, elderly_begins]),
    }
}

fn limit(check_on: Date, record: &Record, lost_with_insured: Option<Date>) -> Reason {
    let coverage = &record.coverage;
    let reason = |rule, dates| Reason { consent: Some(record.limit_consent), dates, ..Reason::new(AnswerPart::Limit, rule) };
    match record.limit {
        Some(limit) => {
            let halving = halving_birthday(check_on, coverage, lost_with_insured);
            certificate(check_on, coverage, &limit, halving, reason(limit_rule(limit.kind), ends(limit.period)))
        }
        None if !coverage.in_force_on(check_on) => reason(message::LIMIT_NOT_IN_FORCE, ends_of_coverage(coverage).collect()),
        None if record.limit_consent => {
            reason(message::LIMIT_MISSING, around(check_on, coverage.limits.iter().map(|limit| limit.period)))
        }
        None => reason(message::LIMIT_NO_CONSENT, Vec::new()),
    }
}

/// Completes the reason of a certificate shown with the meaning of its category. `halving` is the birthday that halves the
/// amounts.
fn certificate(
    check_on: Date,
    coverage: &Coverage,
    limit: &LimitCertificate,
    halving: Option<(Compared, Date)>,
    mut reason: Reason,
) -> Reason {
    reason.dates.extend(limit.long_stay_on.map(|day| (Compared::LongStay, day)));
    let amounts = match amounts(check_on, coverage, limit, halving.is_some()) {
        Ok(amounts) => amounts,
        Err(note) => {
            reason.notes.push(note);
            return reason;
        }
    };
    // 標準負担額減額認定証 limits no amounts.
    if limit.kind != LimitKind::Meal {
        reason.dates.extend(halving.filter(|_| amounts.terms.halves()));
        reason.notes.extend(amounts.readings());
        reason.amounts = Some(amounts);
    }
    match meal(check_on, limit) {
        Ok(charge) => {
            reason.notes.extend(charge.note);
            reason.meal = Some(charge);
        }
        Err(note) => reason.notes.push(note),
    }
    reason
}

fn limit_rule(kind: LimitKind) -> Rule {
    match kind {
        LimitKind::Limit => message::LIMIT,
        LimitKind::LimitAndMeal => message::LIMIT_AND_MEAL,
        LimitKind::Meal => message::MEAL,
    }
}

pub(super) fn ends(period: Period) -> Vec<(Compared, Date)> {
    vec![(Compared::ValidFrom, period.from()), (Compared::ValidThrough, period.through())]
}

pub(super) fn ends_of_coverage(coverage: &Coverage) -> impl Iterator<Item = (Compared, Date)> {
    let lost = coverage.loss.map(|loss| (Compared::Lost, loss.on));
    [(Compared::Acquired, coverage.acquired_on)].into_iter().chain(lost)
}

/// Returns the dates nearest to `day` of `periods` that do not contain it: the end of the last one before it, the beginning of
/// the next one.
pub(super) fn around(day: Date, periods: impl Iterator<Item = Period> + Clone) -> Vec<(Compared, Date)> {
    let ended = periods.clone().map(Period::through).filter(|through| *through < day).max();
    let begins = periods.map(Period::from).filter(|from| *from > day).min();
    let ended = ended.map(|through| (Compared::LastEnded, through));
    ended.into_iter().chain(begins.map(|from| (Compared::NextBegins, from))).collect()
}

#[cfg(test)]
mod tests;
