use jiff::civil::Date;

use crate::domain::{InsurerNumber, LimitCertificate, Month, Period, Scheme, Validity};
use crate::rules::copay::WORKING_AGE;
use crate::rules::elderly::{self, elderly_ends, is_elderly};
use crate::rules::limit::{Band, BandName, Table, band, table_of};
use crate::rules::preschool::{PRESCHOOL, preschool_ends};
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
    /// The dates that were compared, the check date first.
    pub dates: Vec<(Compared, Date)>,
    /// Whether the patient consented, where that decides.
    pub consent: Option<bool>,
    /// What the category means in the month of the check date, where there is one.
    pub amounts: Option<(&'static Table, &'static Band)>,
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
        }
    }
}

/// Says for each part of an `answer` for `check_on` which record and which rule stand behind it.
#[must_use]
pub fn explain(check_on: Date, answer: &Answer) -> Vec<Reason> {
    let record = answer.record.as_ref();
    let mut reasons = vec![validity(check_on, answer)];
    reasons.extend(record.into_iter().flat_map(|record| record_reasons(check_on, record)));
    reasons
}

fn validity(check_on: Date, answer: &Answer) -> Reason {
    let rule = match answer.validity {
        Validity::Valid => message::VALID,
        Validity::Invalid => message::INVALID,
        Validity::InvalidNewerExists => message::NEWER_EXISTS,
        Validity::NoneFound => message::NONE_FOUND,
        Validity::SeveralMatch => message::SEVERAL_MATCH,
    };
    let mut dates = vec![(Compared::CheckDate, check_on)];
    if let Some(Record { coverage, .. }) = &answer.record {
        dates.push((Compared::Acquired, coverage.acquired_on));
        dates.extend(coverage.loss.map(|loss| (Compared::Lost, loss.on)));
    }
    let record = answer.record.as_ref().map(|record| (record.registration, record.coverage.key.insurer));
    Reason { part: Part::Validity, record, rule, dates, consent: None, amounts: None }
}

fn record_reasons(check_on: Date, record: &Record) -> Vec<Reason> {
    let source = (record.registration, record.coverage.key.insurer);
    let reason = |part, rule, others: &[(Compared, Date)]| {
        let dates = if others.is_empty() { Vec::new() } else { [&[(Compared::CheckDate, check_on)], others].concat() };
        Reason { part, record: Some(source), rule, dates, consent: None, amounts: None }
    };
    let mut reasons = vec![
        reason(Part::Card, message::AS_REGISTERED, &[]),
        reason(Part::Address, if record.shows_address { message::AS_REGISTERED } else { message::ADDRESS_HIDDEN }, &[]),
    ];
    reasons.extend(record.loss.map(|loss| reason(Part::Loss, message::LOSS, &[(Compared::Lost, loss.on)])));
    let in_force = record.coverage.in_force_on(check_on);
    if in_force {
        let (part, rule, dates) = ratio(check_on, record);
        reasons.extend(rule.map(|rule| reason(part, rule, &dates)));
    }
    let (rule, dates, amounts) = match record.limit {
        Some(limit) => (message::LIMIT, ends(limit.period), amounts(check_on, record, &limit)),
        None if !in_force => (message::LIMIT_NOT_IN_FORCE, Vec::new(), None),
        None if record.limit_consent => (message::LIMIT_MISSING, Vec::new(), None),
        None => (message::LIMIT_NO_CONSENT, Vec::new(), None),
    };
    reasons.push(Reason { consent: Some(record.limit_consent), amounts, ..reason(Part::Limit, rule, &dates) });
    reasons
}

/// What decides the patient's share, which is a different element at each age. None beyond 75 outside 後期高齢者医療, where the
/// law knows no ratio.
fn ratio(check_on: Date, record: &Record) -> (Part, Option<Rule>, Vec<(Compared, Date)>) {
    let coverage = &record.coverage;
    let birth = coverage.identity.birth_on;
    let check = vec![(Compared::CheckDate, check_on)];
    if coverage.key.insurer.scheme() == Scheme::LateElderly {
        return match record.ratio {
            Some(dated) => (Part::Ratio, Some(late_elderly::rule_on(check_on)), ends(dated.period)),
            None => (Part::Ratio, Some(message::RATIO_MISSING), Vec::new()),
        };
    }
    match record.elderly {
        Some(certificate) => (Part::Elderly, Some(elderly::rule_on(check_on)), ends(certificate.period)),
        None if record.preschool => {
            (Part::Preschool, Some(PRESCHOOL), vec![(Compared::PreschoolEnds, preschool_ends(birth))])
        }
        None if is_elderly(birth, check_on) => (Part::Elderly, Some(message::ELDERLY_MISSING), check),
        None => (Part::Ratio, (check_on <= elderly_ends(birth)).then_some(WORKING_AGE), check),
    }
}

fn ends(period: Period) -> Vec<(Compared, Date)> {
    vec![(Compared::ValidFrom, period.from()), (Compared::ValidThrough, period.through())]
}

/// The amounts of the certificate's category in the month of the check date; none for a category that this month does not know.
fn amounts(check_on: Date, record: &Record, limit: &LimitCertificate) -> Option<(&'static Table, &'static Band)> {
    let month = Month::of(check_on);
    let found = band(month, ages_on(&record.coverage, check_on), BandName::Code(limit.category)).ok()?;
    Some((table_of(month)?, found))
}
