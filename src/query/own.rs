//! The terminal that asks, and the proof that its message names its own institution.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::InstitutionCode;
use crate::identity::VerifiedCaller;

/// Names the terminal that asks, the time, and the request id.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The institution of the certificate.
    pub institution: InstitutionCode,
    /// The serial number of the certificate.
    pub terminal_serial: Vec<u8>,
    /// The request id that the answer carries.
    pub request_id: Uuid,
    /// Domain time.
    pub at: Timestamp,
}

impl Asker {
    /// Makes the asker of a verified caller.
    #[must_use]
    pub fn of(caller: &VerifiedCaller, request_id: Uuid, at: Timestamp) -> Self {
        Self { institution: caller.institution(), terminal_serial: caller.serial().to_vec(), request_id, at }
    }
}

/// A question in the asker's own name: the message names the institution of the certificate. No other question of a message is
/// answered. `Own` compares the institutions itself, so that no question can skip it. Only `exchange` makes one, in one place,
/// where the refusal of all others is recorded (`tests/it/architecture/` holds that).
#[derive(Debug, Clone, Copy)]
pub struct Own<'a, Q> {
    asker: &'a Asker,
    question: Q,
}

impl<'a, Q> Own<'a, Q> {
    /// Accepts the question of a message that names the institution `claimed`; `None` if that is not the asker's.
    #[must_use]
    pub fn of(asker: &'a Asker, claimed: InstitutionCode, question: Q) -> Option<Self> {
        (claimed == asker.institution).then_some(Self { asker, question })
    }

    /// Replaces the question by a part of it, or by something made from it.
    #[must_use]
    pub fn map<P>(self, part: impl FnOnce(Q) -> P) -> Own<'a, P> {
        Own { asker: self.asker, question: part(self.question) }
    }

    /// Returns the terminal that asks.
    pub(super) fn asker(&self) -> &'a Asker {
        self.asker
    }

    /// Returns the question.
    pub(super) fn question(self) -> Q {
        self.question
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_institution_of_the_certificate_is_the_askers_own() {
        let [own, other] = ["1310012344", "1310023457"].map(|code| InstitutionCode::parse(code).unwrap());
        let asker = Asker { institution: own, terminal_serial: vec![1], request_id: Uuid::nil(), at: Timestamp::UNIX_EPOCH };
        let question = Own::of(&asker, own, "question").unwrap().map(str::len);
        assert_eq!((question.asker().institution, question.question()), (own, 8));
        assert!(Own::of(&asker, other, "question").is_none());
    }
}
