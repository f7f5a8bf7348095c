//! Makes the keyed hashes that the access log holds in place of personal data.

use aws_lc_rs::hmac;
use jiff::fmt::temporal::DateTimePrinter;

use crate::config::Secret;
use crate::domain::{BirthDate, CardKey, LimitCertificate, PersonId};

/// Makes keyed hashes for the access log: equal for equal inputs, and unreadable without the secret.
#[derive(Clone)]
pub struct LogKey {
    key: hmac::Key,
    /// The mark of a person without a limit certificate, as most people are.
    unlimited: i64,
}

impl LogKey {
    /// Derives the key from the secret.
    #[must_use]
    pub fn of(secret: &Secret) -> Self {
        let key = Self { key: secret.key("access log"), unlimited: 0 };
        Self { unlimited: key.mark(""), ..key }
    }

    /// Returns the hash of any bytes.
    pub(super) fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        hmac::sign(&self.key, bytes).as_ref().try_into().expect("HMAC-SHA-256 gives 32 bytes")
    }

    /// Returns the hash of a card and birth date; equal for every way of writing the same ones.
    #[must_use]
    pub fn of_card(&self, key: &CardKey, birth_on: BirthDate) -> [u8; 32] {
        const DATES: DateTimePrinter = DateTimePrinter::new();
        let mut text = [key.search_key().as_str(), "\u{1f}"].concat();
        DATES.print_date(&birth_on.date(), &mut text).expect("writing to memory cannot fail");
        self.hash(text.as_bytes())
    }

    /// Returns the hash of a person who is known although no card was asked about.
    #[must_use]
    pub fn of_person(&self, person: PersonId) -> [u8; 32] {
        self.hash(format!("person\u{1f}{}", person.0).as_bytes())
    }

    /// Returns the hash that stands for a person of a file whose question could not be read.
    #[must_use]
    pub fn of_nobody(&self) -> [u8; 32] {
        self.hash(b"unreadable")
    }

    /// Returns the mark of a set of limit certificates, whatever their order; the empty set has a mark too.
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;

    use super::*;
    use crate::domain::{BranchNumber, CardNumber, CardSymbol, InsurerNumber, LimitCategory, LimitKind, Period};

    fn key() -> LogKey {
        LogKey::of(&Secret::random().unwrap())
    }

    fn card(insurer: &str, symbol: &str, number: &str, branch: &str) -> CardKey {
        CardKey {
            insurer: InsurerNumber::parse(insurer).unwrap(),
            symbol: Some(CardSymbol::parse(symbol).unwrap()),
            number: CardNumber::parse(number).unwrap(),
            branch: Some(BranchNumber::parse(branch).unwrap()),
        }
    }

    fn born(year: i16, month: i8, day: i8) -> BirthDate {
        BirthDate::new(date(year, month, day)).unwrap()
    }

    #[test]
    fn every_part_of_a_question_by_card_counts_in_its_hash() {
        let key = key();
        let birth = born(1958, 3, 14);
        let same = key.of_card(&card("01130012", "12345678", "1234567", "01"), birth);
        assert_eq!(
            key.of_card(&card("01130012", "１２３４５６７８", "１２３４５６７", "01"), birth),
            same,
            "however written"
        );
        let others = [
            key.of_card(&card("01130012", "12345678", "1234567", "01"), born(1958, 3, 15)),
            key.of_card(&card("01130012", "12345678", "1234567", "01"), born(1959, 3, 14)),
            key.of_card(&card("01040013", "12345678", "1234567", "01"), birth),
            key.of_card(&card("01130012", "12345679", "1234567", "01"), birth),
            key.of_card(&card("01130012", "12345678", "1234568", "01"), birth),
            // The hash depends on where one part ends and the next begins.
            key.of_card(&card("01130012", "123456781", "234567", "01"), birth),
            LogKey::of(&Secret::random().unwrap()).of_card(&card("01130012", "12345678", "1234567", "01"), birth),
            key.of_person(PersonId(1)),
            key.of_person(PersonId(2)),
            key.of_nobody(),
        ];
        assert_eq!(others.iter().chain([&same]).collect::<HashSet<_>>().len(), others.len() + 1);
    }

    #[test]
    fn every_part_of_a_limit_certificate_counts_in_its_mark() {
        let key = key();
        let one = LimitCertificate {
            kind: LimitKind::Limit,
            category: LimitCategory::U,
            issued_on: Some(date(2026, 8, 1)),
            period: Period::new(date(2026, 8, 1), date(2027, 7, 31)).unwrap(),
            long_stay_on: None,
        };
        let changed = [
            LimitCertificate { kind: LimitKind::LimitAndMeal, ..one },
            LimitCertificate { category: LimitCategory::E, ..one },
            LimitCertificate { issued_on: None, ..one },
            LimitCertificate { period: Period::new(date(2026, 8, 2), date(2027, 7, 31)).unwrap(), ..one },
            LimitCertificate { period: Period::new(date(2026, 8, 1), date(2027, 7, 30)).unwrap(), ..one },
            LimitCertificate { long_stay_on: Some(date(2026, 8, 1)), ..one },
        ];
        let mut marks: Vec<i64> = changed.iter().map(|other| key.limit_mark([other].into_iter())).collect();
        marks.extend([
            key.limit_mark([].into_iter()),
            key.limit_mark([&one].into_iter()),
            key.limit_mark([&one, &changed[0]].into_iter()),
        ]);
        assert_eq!(marks.iter().collect::<HashSet<_>>().len(), changed.len() + 3);
        assert_eq!(key.limit_mark([&changed[0], &one].into_iter()), key.limit_mark([&one, &changed[0]].into_iter()));
    }
}
