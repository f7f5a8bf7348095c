//! Batches with questions about many people, and the numbers that name them.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::consent::TreatmentKind;
use super::moment::Moment;
use super::month::Month;
use super::period::Period;

/// The kind of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchKind {
    /// 資格確認一括照会: people by the data on their cards.
    Qualification,
    /// 照会番号一括登録: the institution's own numbers of people.
    ReferenceNumbers,
    /// 同意済資格情報一括取得（訪問診療等）: people who consented at a home visit.
    Visit,
    /// 同意済資格情報一括取得（オンライン診療等）: people who consented online.
    Online,
    /// 委託先資格情報の一括取得（医療扶助）: people whose treatment is entrusted to the institution.
    MedicalAid,
}

impl BatchKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Qualification, Self::ReferenceNumbers, Self::Visit, Self::Online, Self::MedicalAid];
}

/// The progress of the answer to a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchState {
    /// Waiting or in progress.
    Processing,
    /// The whole result is ready.
    Done,
    /// Given up after an error.
    Failed,
    /// Cancelled by the operator.
    Cancelled,
    /// Finished so long ago that questions and result were deleted.
    Expired,
}

/// The people whose result is wanted, if a file names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedPeople {
    /// Patients who consented.
    Consented(ConsentDays),
    /// People with a ticket of the month for the institution.
    Tickets(Month),
}

/// Patients who consented within days, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentDays {
    /// 診療区分.
    pub treatment: TreatmentKind,
    /// The event to which the days refer.
    pub by: DayOf,
    /// The days.
    pub days: Period,
}

/// The event to which a range of days refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOf {
    /// The day of consent (同意日).
    Consent,
    /// The day of examination (受診日).
    Examination,
}

/// The reason why a batch failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchFailure {
    /// A slice of it was tried too often.
    TriedTooOften,
    /// The operator ordered the failure.
    Ordered,
}

/// The end of a batch, with or without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchEnding {
    /// The time of the end, domain time.
    pub finished_at: Timestamp,
    /// The end of the time in which the result can be fetched, in domain time, and is kept, in both times.
    pub kept_until: Moment,
}

impl BatchEnding {
    /// Makes the end of a batch at this moment; its result is kept for `keep`.
    #[must_use]
    pub fn at(now: Moment, keep: SignedDuration) -> Self {
        Self { finished_at: now.domain, kept_until: now.plus(keep) }
    }
}

/// 受付番号: the national side's number of a batch. 20 digits: the day and a running number. The official form is not public.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReceptionNumber(String);

/// The text is not a reception number: empty, too long, or with control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reception number has 1 to 100 characters and no control characters")]
pub struct ReceptionNumberError;

impl ReceptionNumber {
    /// Reads a reception number as a terminal sends it; the registry knows whether it exists.
    ///
    /// # Errors
    /// If the text is empty, has more than 100 characters, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, ReceptionNumberError> {
        super::text::check_text(text, 100).map_err(|_| ReceptionNumberError)?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the number as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReceptionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ReceptionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceptionNumber({})", self.0)
    }
}

/// 照会番号: an institution's own number of a person; 1 to 50 characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReferenceNumber(String);

/// The text is not a reference number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reference number has 1 to 50 characters and no control characters")]
pub struct ReferenceNumberError;

impl ReferenceNumber {
    /// # Errors
    /// If the text is empty, has more than 50 characters, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, ReferenceNumberError> {
        super::text::check_text(text, 50).map_err(|_| ReferenceNumberError)?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the number as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReferenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReferenceNumber(withheld)")
    }
}
