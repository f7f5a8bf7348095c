//! Notices: what insurers tell the registry, one change of one coverage or person each.

use jiff::Timestamp;
use jiff::civil::Date;

use super::card::{CardId, CardKind};
use super::card_key::CardKey;
use super::certificate_change::{IssuedCertificate, NotReturned, ReturnedCertificate, set_ratio};
use super::coverage::{Coverage, Loss, LossReason};
use super::coverage_change::CoverageChange;
use super::insurer::InsurerNumber;
use super::medical_ticket::MedicalTicket;
use super::person::Protection;
use super::ratio::DatedRatio;
use super::registrable;
use super::ticket_change::{TicketName, issue_ticket, withdraw_ticket};

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
    /// 一部負担金割合 of 後期高齢者医療 on the days of its period; on other days the ratios stay.
    Ratio(CoverageName, DatedRatio),
    /// A certificate is issued or renewed. One of the same kind that overlaps it ends the day before.
    Certificate(CoverageName, IssuedCertificate),
    /// A certificate is returned or withdrawn before its end.
    CertificateWithdrawal(CoverageName, ReturnedCertificate),
    /// 医療券・調剤券 of 医療扶助 is issued. One of the same [`TicketName`] is replaced.
    Ticket(CoverageName, Box<MedicalTicket>),
    /// A ticket is withdrawn: it was never valid.
    TicketWithdrawal(CoverageName, TicketName),
    /// 死亡. The coverages of the insurer end the day after.
    Death {
        /// The person's stable id.
        person: String,
        /// 死亡日.
        died_on: Date,
    },
    /// 利用申込: a certificate of a card or phone becomes the person's.
    CardLink {
        /// The person's stable id.
        person: String,
        /// The certificate.
        card: CardLink,
    },
    /// Measures of protection begin or end.
    Protection {
        /// The person's stable id.
        person: String,
        /// What changes.
        change: ProtectionChange,
    },
}

/// A certificate of a card or phone that is linked to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLink {
    /// Issuer and serial number.
    pub id: CardId,
    /// The medium that carries it.
    pub kind: CardKind,
    /// The first instant of the certificate.
    pub valid_from: Timestamp,
    /// The last second of the certificate, inclusive.
    pub valid_through: Timestamp,
    /// The person's certificate of the same medium in use, which it replaces.
    pub supersedes: Option<CardId>,
}

/// New values of measures of protection; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectionChange {
    /// 不開示該当.
    pub address_withheld: Option<bool>,
    /// 自己情報提供不可.
    pub self_information_blocked: Option<bool>,
}

impl ProtectionChange {
    /// Returns the measures after the change.
    #[must_use]
    pub fn changed(self, protection: Protection) -> Protection {
        Protection {
            address_withheld: self.address_withheld.unwrap_or(protection.address_withheld),
            self_information_blocked: self.self_information_blocked.unwrap_or(protection.self_information_blocked),
        }
    }
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
    /// The insurer has no coverage of such a person.
    #[error("person: this insurer has registered no coverage of such a person; send the gain first")]
    NoPerson,
    /// A coverage of the insurer begins after the death.
    #[error("died_on: this insurer has registered a coverage from {0} on, after the death; withdraw it first")]
    GainedAfterDeath(Date),
    /// The coverage has no such certificate.
    #[error("returned: the coverage has no certificate of this kind from that day on; `from` must be as registered")]
    NoCertificate,
    /// The certificate ends earlier.
    #[error("returned.on: the certificate ends on {0}; `on` must not lie after that day")]
    CertificateEnded(Date),
    /// The coverage has no such ticket.
    #[error(
        "withdrawn: the coverage has no such ticket; kind, month, institution, treatment, prescriber and issue_number must be as registered"
    )]
    NoTicket,
    /// The certificate of the card is known.
    #[error("card: this certificate is linked already; a certificate is linked once")]
    LinkedBefore,
    /// The person has another certificate of the medium in use.
    #[error("card: the person has a certificate of this medium in use; name it in `card.supersedes`")]
    CardInUse,
    /// There is no such certificate to replace.
    #[error("card.supersedes: this person has no such certificate of this medium in use; leave it out, or name that one")]
    NotInUse,
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

    /// Changes `coverage`, which the notice names; returns the coverage as it is to be, or None if it is withdrawn. A notice that names
    /// no coverage changes none.
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
            (Self::Ratio(_, ratio), _) => set_ratio(&mut changed.ratios, *ratio),
            (Self::Certificate(_, issued), _) => issued.add_to(&mut changed),
            (Self::CertificateWithdrawal(_, returned), _) => {
                returned.end_in(&mut changed).map_err(|reason| match reason {
                    NotReturned::Missing => NoticeRefused::NoCertificate,
                    NotReturned::Ended(through) => NoticeRefused::CertificateEnded(through),
                })?;
            }
            (Self::Ticket(_, ticket), _) => issue_ticket(&mut changed.tickets, ticket),
            (Self::TicketWithdrawal(_, name), _) => {
                if !withdraw_ticket(&mut changed.tickets, name) {
                    return Err(NoticeRefused::NoTicket);
                }
            }
            (Self::Gain { .. } | Self::Death { .. } | Self::CardLink { .. } | Self::Protection { .. }, _) => {}
        }
        registrable::check(&changed).map_err(NoticeRefused::Impossible)?;
        Ok(Some(changed))
    }

    /// Returns the coverage that it names; a gain, and what is about a person as a whole, names none.
    #[must_use]
    pub fn name(&self) -> Option<&CoverageName> {
        match self {
            Self::Gain { .. } | Self::Death { .. } | Self::CardLink { .. } | Self::Protection { .. } => None,
            Self::Loss(name, _)
            | Self::Closing(name, _)
            | Self::Correction(name, _)
            | Self::Withdrawal(name)
            | Self::Ratio(name, _)
            | Self::Certificate(name, _)
            | Self::CertificateWithdrawal(name, _)
            | Self::Ticket(name, _)
            | Self::TicketWithdrawal(name, _) => Some(name),
        }
    }

    /// Returns the stable id of the person whom it is about, if it names the person and no coverage.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        match self {
            Self::Gain { person, .. }
            | Self::Death { person, .. }
            | Self::CardLink { person, .. }
            | Self::Protection { person, .. } => Some(person),
            _ => None,
        }
    }

    /// Ends a coverage of the insurer by death: one without a loss, one with a later loss, and one that is lost by death, whose day may
    /// be corrected in this way.
    ///
    /// # Errors
    /// If the coverage begins after the death.
    pub fn end_by_death(died_on: Date, coverage: &mut Coverage) -> Result<(), NoticeRefused> {
        if coverage.acquired_on > died_on {
            return Err(NoticeRefused::GainedAfterDeath(coverage.acquired_on));
        }
        let on = died_on.tomorrow().unwrap_or(died_on);
        if coverage.loss.is_none_or(|loss| loss.on > on || loss.reason == LossReason::Death) {
            coverage.loss = Some(Loss { on, reason: LossReason::Death });
        }
        Ok(())
    }
}
