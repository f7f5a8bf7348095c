//! Makes, spends and deletes the challenges that cards sign.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use crate::clock::{Clocks, system_now};
use crate::config::Limits;
use crate::domain::{Moment, TreatmentKind};
use crate::metrics::Metrics;
use crate::store::challenges::{self, Binding, Challenge, Use};
use crate::store::{Store, StoreError};

use super::QueryError;
use super::coalesce::{Answers, Coalescer, SharedStatement};
use super::own::Asker;

/// How long a challenge can be used.
pub const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// How far apart the clocks of two servers may be. A server whose clock is behind would let challenges live longer than they
/// should.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// How long a challenge is kept after it expired, so that a late caller is told that it has expired.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(1);

/// How often old challenges are deleted.
const CLEANING: Duration = Duration::from_secs(20);

/// Makes and spends challenges. They are kept in the database, so that every server on it knows them and a restart loses none.
#[derive(Clone)]
pub struct Challenges {
    keep: Coalescer<Keep>,
    consume: Coalescer<Consume>,
}

/// Why a challenge is refused on this try. The challenge is spent all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeRefused {
    /// No challenge has this id, or it was deleted.
    #[error("there is no such challenge")]
    Unknown,
    /// It was used before, with or without success.
    #[error("the challenge was used before")]
    Used,
    /// It was not used in time.
    #[error("the challenge has expired")]
    Expired,
    /// It was made later than this server's time: the clocks of the servers disagree.
    #[error("the challenge is of a later time than this server's: the clocks of the servers disagree")]
    Early,
    /// It was made for another institution.
    #[error("the challenge was made for another institution")]
    OtherInstitution,
    /// It was made for another terminal.
    #[error("the challenge was made for another terminal")]
    OtherTerminal,
    /// It was made for another kind of care.
    #[error("the challenge was made for another purpose")]
    OtherPurpose,
}

impl Challenges {
    /// Starts the workers.
    #[must_use]
    pub fn start(store: &Store, metrics: &Arc<Metrics>, limits: &Limits) -> Self {
        Self {
            keep: Coalescer::start(store, metrics, 1, limits.waiting, limits.group),
            consume: Coalescer::start(store, metrics, 1, limits.waiting, limits.group),
        }
    }

    /// Makes a challenge for the caller's institution and terminal.
    ///
    /// # Errors
    /// If the challenge cannot be stored.
    pub async fn make(&self, asker: &Asker, purpose: TreatmentKind) -> Result<Challenge, QueryError> {
        let mut nonce = [0; 32];
        rand::fill(&mut nonce).map_err(|_| QueryError::Unavailable)?;
        let expires_at = asker.at.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let challenge = Challenge {
            id: random_id()?,
            nonce,
            binding: binding(asker, purpose),
            // In whole milliseconds, so that the terminal is told the same time as the database keeps.
            expires_at: Timestamp::from_millisecond(expires_at.as_millisecond()).unwrap_or(expires_at),
        };
        self.keep.ask(Some(asker.institution), challenge.clone()).await?;
        Ok(challenge)
    }

    /// Spends a challenge at the time `at` and returns its nonce. The inner result is `Ok` only on the first try, in time, by the
    /// terminal and for the purpose it was made for. Whatever the result, the challenge cannot be used again.
    ///
    /// # Errors
    /// The outer error means that the database failed; the inner one says why the challenge is refused.
    pub async fn spend(
        &self,
        asker: &Asker,
        at: Timestamp,
        purpose: TreatmentKind,
        id: Uuid,
    ) -> Result<Result<[u8; 32], ChallengeRefused>, QueryError> {
        let challenge = match self.consume.ask(Some(asker.institution), (id, at)).await? {
            Use::First(challenge) => challenge,
            Use::Again => return Ok(Err(ChallengeRefused::Used)),
            Use::Unknown => return Ok(Err(ChallengeRefused::Unknown)),
        };
        let wanted = binding(asker, purpose);
        let found = &challenge.binding;
        Ok(if found.institution != wanted.institution {
            Err(ChallengeRefused::OtherInstitution)
        } else if found.terminal_serial != wanted.terminal_serial {
            Err(ChallengeRefused::OtherTerminal)
        } else if found.purpose != wanted.purpose {
            Err(ChallengeRefused::OtherPurpose)
        } else if at > challenge.expires_at {
            Err(ChallengeRefused::Expired)
        } else if at.saturating_add(LIFETIME + TOLERANCE).unwrap_or(Timestamp::MAX) < challenge.expires_at {
            Err(ChallengeRefused::Early)
        } else {
            Ok(challenge.nonce)
        })
    }
}

impl ChallengeRefused {
    /// Returns the reason as a label of metrics and a field of log events.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Unknown => "challenge_unknown",
            Self::Used => "challenge_used",
            Self::Expired => "challenge_expired",
            Self::Early => "challenge_early",
            Self::OtherInstitution => "challenge_other_institution",
            Self::OtherTerminal => "challenge_other_terminal",
            Self::OtherPurpose => "challenge_other_purpose",
        }
    }
}

/// Deletes old challenges periodically until `stop`.
pub async fn forget_old(store: Store, clocks: Clocks, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CLEANING) => {}
        }
        if let Err(error) = forget(&store, clocks.now()).await {
            warn!(error = %error, "old challenges could not be forgotten");
        }
    }
}

/// Deletes challenges that are old in both domain time and system time; returns how many. If the domain clock is set ahead, a
/// challenge expires, but it stays known.
///
/// # Errors
/// If the database fails.
pub async fn forget(store: &Store, now: Moment) -> Result<u64, StoreError> {
    store.forget_challenges(now.minus(REMEMBERED).domain, now.minus(LIFETIME + REMEMBERED).system).await
}

fn binding(asker: &Asker, purpose: TreatmentKind) -> Binding {
    Binding { institution: asker.institution, terminal_serial: asker.terminal_serial.clone(), purpose }
}

/// Returns an id of random bits only, so that nobody can guess the id of another terminal's challenge and spend it.
fn random_id() -> Result<Uuid, QueryError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| QueryError::Unavailable)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

struct Keep;

impl SharedStatement for Keep {
    type Question = Challenge;
    type Answer = ();
    const NAME: &'static str = "keep_challenges";

    async fn run(connection: &mut PgConnection, new: &[Challenge]) -> Answers<()> {
        challenges::keep(connection, new, system_now()).await?;
        Ok(new.iter().map(|_| Ok(())).collect())
    }
}

struct Consume;

impl SharedStatement for Consume {
    type Question = (Uuid, Timestamp);
    type Answer = Use;
    const NAME: &'static str = "consume_challenges";

    async fn run(connection: &mut PgConnection, tries: &[(Uuid, Timestamp)]) -> Answers<Use> {
        let ids: Vec<Uuid> = tries.iter().map(|(id, _)| *id).collect();
        let Some((_, at)) = tries.first() else { return Ok(Vec::new()) };
        Ok(challenges::consume(connection, &ids, *at).await?.into_iter().map(Ok).collect())
    }
}
