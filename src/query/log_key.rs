use aws_lc_rs::hmac;
use jiff::fmt::temporal::DateTimePrinter;

use crate::config::Secret;
use crate::domain::{BirthDate, CardKey, LimitCertificate, PersonId};

/// Makes what the access log holds instead of personal data: hashes that are equal for equal things and unreadable without the
/// secret.
#[derive(Clone)]
pub struct LogKey {
    key: hmac::Key,
    /// The mark of having no limit certificate, which most people have.
    unlimited: i64,
}

impl LogKey {
    /// The key that is derived from the secret.
    #[must_use]
    pub fn of(secret: &Secret) -> Self {
        let key = Self { key: secret.key("access log"), unlimited: 0 };
        Self { unlimited: key.mark(""), ..key }
    }

    /// The hash of any bytes.
    pub(super) fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        hmac::sign(&self.key, bytes).as_ref().try_into().expect("HMAC-SHA-256 gives 32 bytes")
    }

    /// The same for questions about the same card and birth date, however they were written.
    #[must_use]
    pub fn of_card(&self, key: &CardKey, birth_on: BirthDate) -> [u8; 32] {
        const DATES: DateTimePrinter = DateTimePrinter::new();
        let mut text = [key.search_key().as_str(), "\u{1f}"].concat();
        DATES.print_date(&birth_on.date(), &mut text).expect("writing to memory cannot fail");
        self.hash(text.as_bytes())
    }

    /// The same for the same person, where nothing was asked but the person is known.
    #[must_use]
    pub fn of_person(&self, person: PersonId) -> [u8; 32] {
        self.hash(format!("person\u{1f}{}", person.0).as_bytes())
    }

    /// What is kept of a person of a file who could not be asked about.
    #[must_use]
    pub fn of_nobody(&self) -> [u8; 32] {
        self.hash(b"unreadable")
    }

    /// The same for the same certificates, in whatever order; no certificate has a mark too.
    #[must_use]
    pub fn limit_mark<'a>(&self, limits: impl Iterator<Item = &'a LimitCertificate>) -> i64 {
        let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let mut lines: Vec<String> = limits
            .map(|limit| {
                let (kind, category, period) = (limit.kind as u8, limit.category as u8, limit.period);
                let (issued_on, long_stay_on) = (day(limit.issued_on), day(limit.long_stay_on));
                format!("{kind} {category} {issued_on} {} {} {long_stay_on}", period.from(), period.through())
            })
            .collect();
        if lines.is_empty() {
            return self.unlimited;
        }
        lines.sort_unstable();
        self.mark(&lines.join("\u{1f}"))
    }

    fn mark(&self, certificates: &str) -> i64 {
        let hash = self.hash(["limit certificates", certificates].concat().as_bytes());
        i64::from_be_bytes(*hash.first_chunk().expect("32 bytes hold 8"))
    }
}
