//! Admits callers: the certificate must still be valid, and its institution registered and active.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::warn;

use crate::clock::tokyo_date;
use crate::domain::{AnswerForm, Institution};
use crate::identity::{Trust, VerifiedCaller};
use crate::metrics::Metrics;
use crate::query::Directory;

use super::refused::MessageRefused;

/// Admits or refuses the callers of everything that terminals send.
pub struct Admission {
    directory: Arc<Directory>,
    trust: Arc<Trust>,
    metrics: Arc<Metrics>,
}

/// The result of judging an institution.
pub struct Judged {
    /// The form in which it wants answers and refusals; the default form if it is not known.
    pub form: AnswerForm,
    /// The institution if it may ask; otherwise the reason.
    pub institution: Result<Arc<Institution>, MessageRefused>,
}

impl Admission {
    /// Makes an admission that judges by this directory and this trust.
    #[must_use]
    pub fn new(directory: &Arc<Directory>, trust: &Arc<Trust>, metrics: &Arc<Metrics>) -> Self {
        Self { directory: directory.clone(), trust: trust.clone(), metrics: metrics.clone() }
    }

    /// Checks the caller's certificate again, because it may have been revoked since the handshake. Counts a refusal, and
    /// writes it to the audit log.
    ///
    /// # Errors
    /// [`MessageRefused::Certificate`] if it is no longer valid.
    pub fn certificate(&self, caller: &VerifiedCaller) -> Result<(), MessageRefused> {
        self.trust.check(caller).map_err(|reason| {
            self.metrics.refused_callers.with_label_values(&[reason.label()]).inc();
            warn!(
                target: "audit",
                event = "caller_refused",
                reason = reason.label(),
                institution = %caller.institution(),
                terminal = caller.terminal(),
            );
            MessageRefused::Certificate(reason)
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
            Ok(None) => Err(MessageRefused::InstitutionUnknown),
            Ok(Some(institution)) if !institution.is_active_on(tokyo_date(at)) => Err(MessageRefused::InstitutionInactive),
            Ok(Some(institution)) => Ok(institution),
        };
        Judged { form, institution }
    }
}
