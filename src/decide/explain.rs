use jiff::civil::Date;

use crate::domain::{CardClass, InsurerNumber, LimitCertificate, LimitKind, Month, Period, Scheme, Validity};
use crate::rules::copay::WORKING_AGE;
use crate::rules::elderly::{self, elderly_begins, elderly_ends, is_elderly};
use crate::rules::limit::{Band, BandName, Table, band, table_of, unchanged_since};
use crate::rules::preschool::{PRESCHOOL, preschool_ends};
use crate::rules::scheme::LATE_ELDERLY_AT_75;
use crate::rules::{Rule, late_elderly};

use super::answer::{Answer, Record};
use super::findings::ages_on;
use super::message_rules as message;
use super::part::Part;

/// Why one part of an answer is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it is about.
    pub part: Part,
    /// The registration that it was read from: its id and the insurer that made it. None if there was none.
    pub record: Option<(i64, InsurerNumber)>,
    /// The rule that was followed.
    pub rule: Rule,
    /// Another registration that decided: the newer one of 無効（新しい資格あり）.
    pub other: Option<(i64, InsurerNumber)>,
    /// The dates that were compared, the check date first.
    pub dates: Vec<(Compared, Date)>,
    /// Whether the patient consented, where that decides.
    pub consent: Option<bool>,
    /// What the category means in the month of the check date, where there is one.
    pub amounts: Option<Amounts>,
}

/// The amounts of a category in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// The band.
    pub band: &'static Band,
    /// Since when people of the band have had these amounts.
    pub since: Month,
    /// Where they stand.
    pub source: &'static str,
    /// Whether a 配慮措置 may lower the outpatient cap in this month.
    pub transitional: bool,
}

/// Which date was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// 資格確認日.
    CheckDate,
    /// 資格取得日.
    Acquired,
    /// 資格喪失日.
    Lost,
    /// 有効開始日.
    ValidFrom,
    /// 有効終了日.
    ValidThrough,
    /// The last day as 未就学.
    PreschoolEnds,
    /// The first day on which the ratio of 70 to 74 holds.
    ElderlyBegins,
    /// 資格取得日 of the newer coverage.
    NewerAcquired,
}

impl Compared {
    /// In English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::CheckDate => "check date",
            Self::Acquired => "acquired",
            Self::Lost => "lost",
            Self::ValidFrom => "valid from",
            Self::ValidThrough => "valid through",
            Self::PreschoolEnds => "preschool through",
            Self::ElderlyBegins => "ratio of 70 to 74 from",
            Self::NewerAcquired => "newer coverage acquired",
        }
    }

    /// In Japanese.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::CheckDate => "資格確認日",
            Self::Acquired => "資格取得日",
            Self::Lost => "資格喪失日",
            Self::ValidFrom => "有効開始日",
            Self::ValidThrough => "有効終了日",
            Self::PreschoolEnds => "未就学の最終日",
            Self::ElderlyBegins => "70〜74歳の割合の開始日",
            Self::NewerAcquired => "新しい資格の取得日",
        }
    }
}

/// Says for each part of an `answer` for `check_on` which record and which rule stand behind it.
#[must_use]
pub fn explain(check_on: Date, answer: &Answer) -> Vec<Reason> {
    let record = answer.record.as_ref();
    let mut reasons = vec![validity(check_on, answer)];
    reasons.extend(record.into_iter().flat_map(|record| record_reasons(check_on, record)));
    for reason in &mut reasons {
        // A rule of the messages says nothing about days before there were messages.
        reason.rule.effective_on = reason.rule.effective_on.filter(|day| *day <= check_on);
    }
    reasons
}

fn validity(check_on: Date, answer: &Answer) -> Reason {
    let coverage = answer.record.as_ref().map(|record| &record.coverage);
    let rule = match answer.validity {
        Validity::Valid => message::VALID,
        Validity::Invalid if coverage.is_some_and(|coverage| check_on < coverage.acquired_on) => message::NOT_BEGUN,
        Validity::Invalid => message::INVALID,
        Validity::InvalidNewerExists => message::NEWER_EXISTS,
        Validity::NoneFound => message::NONE_FOUND,
        Validity::SeveralMatch => message::SEVERAL_MATCH,
    };
    let mut dates = vec![(Compared::CheckDate, check_on)];
    dates.extend(coverage.map(|coverage| (Compared::Acquired, coverage.acquired_on)));
    dates.extend(coverage.and_then(|coverage| coverage.loss).map(|loss| (Compared::Lost, loss.on)));
    dates.extend(answer.newer.map(|newer| (Compared::NewerAcquired, newer.acquired_on)));
    let record = answer.record.as_ref().map(|record| (record.registration, record.coverage.key.insurer));
    let other = answer.newer.map(|newer| (newer.registration, newer.insurer));
    Reason { part: Part::Validity, record, rule, other, dates, consent: None, amounts: None }
}

fn record_reasons(check_on: Date, record: &Record) -> Vec<Reason> {
    let source = (record.registration, record.coverage.key.insurer);
    let reason = |part, rule, others: &[(Compared, Date)]| {
        let dates = if others.is_empty() { Vec::new() } else { [&[(Compared::CheckDate, check_on)], others].concat() };
        Reason { part, record: Some(source), rule, other: None, dates, consent: None, amounts: None }
    };
    let address = if record.shows_address { message::AS_REGISTERED } else { message::ADDRESS_HIDDEN };
    let mut reasons = vec![reason(Part::Card, message::AS_REGISTERED, &[]), reason(Part::Address, address, &[])];
    reasons.extend(record.loss.map(|loss| reason(Part::Loss, message::LOSS, &[(Compared::Lost, loss.on)])));
    let in_force = record.coverage.in_force_on(check_on);
    if in_force {
        let (part, rule, dates) = ratio(check_on, record);
        reasons.push(reason(part, rule, &dates));
    }
    let (rule, dates, amounts) = match record.limit {
        Some(limit) => (limit_rule(limit.kind), ends(limit.period), amounts(check_on, record, &limit)),
        None if !in_force => (message::LIMIT_NOT_IN_FORCE, Vec::new(), None),
        None if record.limit_consent => (message::LIMIT_MISSING, Vec::new(), None),
        None => (message::LIMIT_NO_CONSENT, Vec::new(), None),
    };
    reasons.push(Reason { consent: Some(record.limit_consent), amounts, ..reason(Part::Limit, rule, &dates) });
    reasons
}

/// What decides the patient's share, which is a different element at each age.
fn ratio(check_on: Date, record: &Record) -> (Part, Rule, Vec<(Compared, Date)>) {
    let coverage = &record.coverage;
    let birth = coverage.identity.birth_on;
    let special = coverage.card_class == CardClass::SpecialExpense;
    if coverage.key.insurer.scheme() == Scheme::LateElderly {
        return match record.ratio {
            Some(dated) => (Part::Ratio, late_elderly::rule_on(check_on), ends(dated.period)),
            None if special => (Part::Ratio, message::SPECIAL_EXPENSE, Vec::new()),
            None => (Part::Ratio, message::RATIO_MISSING, Vec::new()),
        };
    }
    let preschool_ends = (Compared::PreschoolEnds, preschool_ends(birth));
    let elderly_begins = (Compared::ElderlyBegins, elderly_begins(birth));
    match record.elderly {
        Some(certificate) => (Part::Elderly, elderly::rule_on(check_on), ends(certificate.period)),
        None if record.preschool => (Part::Preschool, PRESCHOOL, vec![preschool_ends]),
        None if special => (Part::Ratio, message::SPECIAL_EXPENSE, Vec::new()),
        None if is_elderly(birth, check_on) => (Part::Elderly, message::ELDERLY_MISSING, vec![elderly_begins]),
        None if check_on > elderly_ends(birth) => (Part::Ratio, LATE_ELDERLY_AT_75, Vec::new()),
        None => (Part::Ratio, WORKING_AGE, vec![preschool_ends, elderly_begins]),
    }
}

fn limit_rule(kind: LimitKind) -> Rule {
    match kind {
        LimitKind::Limit => message::LIMIT,
        LimitKind::LimitAndMeal => message::LIMIT_AND_MEAL,
        LimitKind::Meal => message::MEAL,
    }
}

fn ends(period: Period) -> Vec<(Compared, Date)> {
    vec![(Compared::ValidFrom, period.from()), (Compared::ValidThrough, period.through())]
}

/// The amounts of the certificate's category in the month of the check date; none for a certificate that limits nothing, or
/// a category that this month does not know.
fn amounts(check_on: Date, record: &Record, limit: &LimitCertificate) -> Option<Amounts> {
    if limit.kind == LimitKind::Meal {
        return None;
    }
    let month = Month::of(check_on);
    let found = band(month, ages_on(&record.coverage, check_on), BandName::Code(limit.category)).ok()?;
    let since = unchanged_since(month, found);
    let measure = found.outpatient.and_then(|outpatient| outpatient.transitional);
    let table: &Table = table_of(since)?;
    Some(Amounts {
        band: found,
        since,
        source: table.source,
        transitional: measure.is_some_and(|measure| month <= measure.through),
    })
}
