//! Notices: what insurers tell the registry about coverages, one change of one coverage each.

use jiff::Timestamp;
use jiff::civil::Date;

use super::card_key::CardKey;
use super::coverage::{Coverage, Loss};
use super::coverage_change::CoverageChange;
use super::insurer::InsurerNumber;
use super::registrable;

/// 加入者情報の登録: one entry of what an insurer sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The insurer's own name of the entry; see [`check_notice_id`].
    pub id: String,
    /// The instant at which it counts as registered; by default the present.
    pub registered_at: Option<Timestamp>,
    /// What is to change.
    pub action: NoticeAction,
}

/// What a notice changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeAction {
    /// 資格取得: a new coverage of a person, who need not be in the registry yet.
    Gain {
        /// The person's stable id, in the place of 個人番号.
        person: String,
        /// 資格取得日.
        acquired_on: Date,
        /// The coverage.
        coverage: Box<CoverageChange>,
    },
    /// 資格喪失 of a coverage without a loss.
    Loss(CoverageName, Loss),
    /// 遡及喪失: a loss on an earlier day than the one that is registered, if one is.
    Closing(CoverageName, Loss),
    /// 訂正.
    Correction(CoverageName, Box<CoverageChange>),
    /// 取消: the coverage should never have been registered.
    Withdrawal(CoverageName),
}

/// How an insurer names one of its coverages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageName {
    /// The person's stable id. It is needed only if several people have such a card.
    pub person: Option<String>,
    /// 記号, 番号 and 枝番, as they are registered.
    pub key: CardKey,
    /// 資格取得日.
    pub acquired_on: Date,
}

impl CoverageName {
    /// Returns whether it names this coverage.
    #[must_use]
    pub fn names(&self, coverage: &Coverage) -> bool {
        coverage.acquired_on == self.acquired_on
            && coverage.key.branch == self.key.branch
            && coverage.key.is_same_card(&self.key)
    }
}

/// Why a notice changes nothing. Each names the field, the reason and, if it helps, the right form. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefused {
    /// A field that cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// A coverage that no insurer can register.
    #[error("coverage: {0}")]
    Impossible(String),
    /// The entry is another insurer's.
    #[error("insurer: the coverage is not one of the insurer in the path; send it to that insurer's registrations")]
    OtherInsurer,
    /// An entry of this id was applied, and said something else.
    #[error("id: an entry of this id was applied with other content; a new registration takes a new id")]
    IdTaken,
    /// It would be registered in the future.
    #[error("registered_at: lies after the server's present, {0}; leave it out, or give an instant up to the present")]
    Future(Timestamp),
    /// The registry has a later change of the person.
    #[error("registered_at: the registry changed this person at {0}; give that instant or a later one")]
    Earlier(Timestamp),
    /// The insurer has no such coverage.
    #[error("of: this insurer has no such coverage; symbol, number, branch and acquired_on must be as registered")]
    NoCoverage,
    /// Several people have such a coverage.
    #[error("of: several people have such a coverage; name the person in `of.person`")]
    Several,
    /// The insurer has registered a coverage of the person from this day on.
    #[error("acquired_on: this insurer has registered a coverage of the person from {0} on; correct it with a correction")]
    GainedTwice(Date),
    /// Another person has the card.
    #[error("coverage: another person has the same symbol, number and branch of this insurer")]
    OthersCard,
    /// The coverage has a loss.
    #[error("loss: a loss on {0} is registered; a closing brings it forward, a correction changes it")]
    LostBefore(Date),
    /// A closing that would not bring the loss forward.
    #[error("loss.on: a closing must lie before the loss that is registered, {0}; a correction changes it otherwise")]
    NotEarlier(Date),
}

/// Checks the insurer's name of an entry: 1 to 64 printable ASCII characters without blanks.
///
/// # Errors
/// The right form.
pub fn check_notice_id(text: &str) -> Result<String, &'static str> {
    let legal = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if legal { Ok(text.to_owned()) } else { Err("must have 1 to 64 printable ASCII characters and no blank") }
}

impl NoticeAction {
    /// Makes the new coverage of a gain.
    ///
    /// # Errors
    /// If the coverage is not complete, or no insurer can register it.
    pub fn gained(insurer: InsurerNumber, acquired_on: Date, coverage: &CoverageChange) -> Result<Coverage, NoticeRefused> {
        let coverage = coverage.new_coverage(insurer, acquired_on);
        let coverage = coverage.map_err(|part| NoticeRefused::Malformed(format!("coverage: missing field `{part}`")))?;
        registrable::check(&coverage).map_err(NoticeRefused::Impossible)?;
        Ok(coverage)
    }

    /// Changes `coverage`, which the notice names; returns the coverage as it is to be, or None if it is withdrawn. A gain changes no
    /// coverage that there is.
    ///
    /// # Errors
    /// If the coverage cannot be changed in this way.
    pub fn changed(&self, coverage: &Coverage) -> Result<Option<Coverage>, NoticeRefused> {
        let mut changed = coverage.clone();
        match (self, coverage.loss) {
            (Self::Withdrawal(_), _) => return Ok(None),
            (Self::Loss(_, _), Some(registered)) => return Err(NoticeRefused::LostBefore(registered.on)),
            (Self::Closing(_, loss), Some(registered)) if loss.on >= registered.on => {
                return Err(NoticeRefused::NotEarlier(registered.on));
            }
            (Self::Loss(_, loss) | Self::Closing(_, loss), _) => changed.loss = Some(*loss),
            (Self::Correction(_, change), _) => change.change(&mut changed),
            (Self::Gain { .. }, _) => {}
        }
        registrable::check(&changed).map_err(NoticeRefused::Impossible)?;
        Ok(Some(changed))
    }

    /// Returns the coverage that it names; a gain names none.
    #[must_use]
    pub fn name(&self) -> Option<&CoverageName> {
        match self {
            Self::Gain { .. } => None,
            Self::Loss(name, _) | Self::Closing(name, _) | Self::Correction(name, _) | Self::Withdrawal(name) => Some(name),
        }
    }
}
