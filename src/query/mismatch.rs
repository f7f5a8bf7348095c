//! Records messages that claim another institution.

use crate::domain::{BatchKind, InstitutionCode, Subject, TreatmentKind};
use crate::store::access_log::{LogRecord, Outcome, Path};

use super::QueryError;
use super::access_log::AccessLog;
use super::own::Asker;
use super::{by_card, by_certificate};

impl AccessLog {
    /// Records a message in which `asker` claims to be the institution `claimed`. It gets no answer, and nothing is looked up for
    /// it.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub async fn refuse_mismatch(
        &self,
        asker: Asker,
        claimed: InstitutionCode,
        subject: Subject<'_>,
    ) -> Result<(), QueryError> {
        let outcome = Outcome::InstitutionMismatch;
        let nobody = self.key().of_nobody();
        let record = match subject {
            Subject::Card(query) => by_card::record(self, asker, query, outcome),
            Subject::Certificate { der, query } => {
                let key = [b"unverified certificate\x1f", der].concat();
                by_certificate::record(self, asker, &key, &query, outcome)
            }
            Subject::File { kind, check_on } => self.record(asker, path_of(kind), nobody, check_on, outcome),
            Subject::ReferenceNumber => self.record(asker, Path::ReferenceNumber, nobody, None, outcome),
        };
        self.write(LogRecord { claimed_institution: Some(claimed), ..record }).await
    }
}

/// Returns the path on which the people of a file are asked about.
fn path_of(kind: BatchKind) -> Path {
    match kind {
        BatchKind::Qualification => Path::BulkCard,
        BatchKind::ReferenceNumbers => Path::ReferenceNumber,
        BatchKind::Visit => Path::BulkConsented(TreatmentKind::Visit),
        BatchKind::Online => Path::BulkConsented(TreatmentKind::Online),
        BatchKind::MedicalAid => Path::BulkTicket,
    }
}
