//! Who may ask: the certificate is still good, and its institution is known and active.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::warn;

use crate::clock::tokyo_date;
use crate::domain::{AnswerForm, Institution};
use crate::identity::{Trust, VerifiedCaller};
use crate::metrics::Metrics;
use crate::query::Directory;

use super::failure::Failure;

/// Judges callers, of messages and of everything else that terminals send.
pub struct Admission {
    directory: Arc<Directory>,
    trust: Arc<Trust>,
    metrics: Arc<Metrics>,
}

/// An institution that was judged.
pub struct Judged {
    /// How it wants its answers written, refusals too; the usual form if it is not known.
    pub form: AnswerForm,
    /// The institution if it may ask, or the reason why not.
    pub institution: Result<Arc<Institution>, Failure>,
}

impl Admission {
    /// Judges by these institutions and this trust.
    #[must_use]
    pub fn new(directory: &Arc<Directory>, trust: &Arc<Trust>, metrics: &Arc<Metrics>) -> Self {
        Self { directory: directory.clone(), trust: trust.clone(), metrics: metrics.clone() }
    }

    /// Judges the caller's certificate again: it may have been revoked since the handshake. The audit hears of a refusal.
    ///
    /// # Errors
    /// [`Failure::Certificate`].
    pub fn certificate(&self, caller: &VerifiedCaller) -> Result<(), Failure> {
        self.trust.check(caller).map_err(|reason| {
            self.metrics.refused_callers.with_label_values(&[reason.label()]).inc();
            warn!(
                target: "audit",
                event = "caller_refused",
                reason = reason.label(),
                institution = %caller.institution(),
                terminal = caller.terminal(),
            );
            Failure::Certificate(reason)
        })
    }

    /// Judges whether the caller's institution may ask on the day of `at` in Tokyo.
    pub async fn institution(&self, caller: &VerifiedCaller, at: Timestamp) -> Judged {
        let found = self.directory.institution(caller.institution()).await;
        let form = match &found {
            Ok(Some(institution)) => institution.form,
            _ => AnswerForm::default(),
        };
        let institution = match found {
            Err(error) => Err(error.into()),
            Ok(None) => Err(Failure::InstitutionUnknown),
            Ok(Some(institution)) if !institution.is_active_on(tokyo_date(at)) => Err(Failure::InstitutionInactive),
            Ok(Some(institution)) => Ok(institution),
        };
        Judged { form, institution }
    }
}
