//! Numbers of cards: 記号, 番号, 受給者番号 and serial numbers, which never collide within a population.

use crate::domain::{CardId, CardNumber, CardSymbol, CertificateSerial, PEOPLE_ISSUER, check_digit};

use super::insurers::Insurers;
use super::permutation::Permutation;
use super::places::{Map, full_width};

/// The most members of a household.
pub(super) const MEMBERS: usize = 7;
/// The most numbers that one member has had as an insured employee.
pub(super) const JOBS: usize = 16;
/// The most members of a household with a number of 後期高齢者医療, or of 医療扶助.
pub(super) const OWN_NUMBERS: usize = 4;

/// The most certificates that one member has had: the population makes the first three, people who live on the others.
pub(super) const CERTIFICATES: usize = 8;

/// Numbers with which a household begins its own; a household has as many as [`HOUSEHOLD_NUMBERS`].
const HOUSEHOLD_NUMBERS: u64 = (MEMBERS as u64 + 1) * JOBS as u64;

/// The most households, so that all numbers fit their forms: those of 受給者番号 are the narrowest.
pub(super) const HOUSEHOLDS: u64 = 1_000_000 / OWN_NUMBERS as u64 * Map::CLASSES;

/// 記号 has up to 8 digits, 番号 up to 7: of this many pairs.
const PAIRS: u64 = 10_000_000_000;
/// 被保険者番号 of 後期高齢者医療 has 8 digits, under each number of a union.
const LATE: u64 = 100_000_000 * Insurers::GROUPS as u64;
/// 受給者番号 has 6 digits and a check digit, in each class of municipalities.
const RECIPIENTS: u64 = 1_000_000;
/// Serial numbers have five octets, of which the first bits are 01.
const SERIALS: u64 = 1 << 38;

/// The numbers of a population.
pub(super) struct Numbers {
    pairs: Permutation,
    late: Permutation,
    recipients: Permutation,
    serials: Permutation,
}

/// The form in which a scheme writes its pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PairForm {
    /// 8 digits and up to 7.
    Kyokai,
    /// Up to 4 digits and 7.
    Plain,
    /// Kanji and digits of full width, as mutual-aid associations write them.
    Mutual(&'static str),
    /// 記号 of a municipality: two parts with a hyphen.
    National,
}

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self {
            pairs: Permutation::new(seed, 1, PAIRS),
            late: Permutation::new(seed, 2, LATE),
            recipients: Permutation::new(seed, 3, RECIPIENTS),
            serials: Permutation::new(seed, 4, SERIALS),
        }
    }

    /// Returns 記号 and 番号 of a member's job (both from 0).
    pub fn of_job(&self, household: u64, member: usize, job: usize, form: PairForm) -> (CardSymbol, CardNumber) {
        debug_assert!(member < MEMBERS && job < JOBS);
        self.pair(household, member * JOBS + job, form)
    }

    /// Returns 記号 and 番号 of a household in national health insurance, at one of its residences (from 0).
    pub fn of_residence(&self, household: u64, residence: usize, form: PairForm) -> (CardSymbol, CardNumber) {
        debug_assert!(residence < JOBS);
        self.pair(household, MEMBERS * JOBS + residence, form)
    }

    fn pair(&self, household: u64, place: usize, form: PairForm) -> (CardSymbol, CardNumber) {
        let drawn = self.pairs.of(household * HOUSEHOLD_NUMBERS + place as u64);
        // Every form is one to one, so that no two pairs of one form are equal.
        let (high, low) = (drawn / 10_000_000, drawn % 10_000_000);
        let (symbol, number) = match form {
            PairForm::Kyokai => (format!("{}", 10_000_019 + high * 7_919), format!("{low}")),
            PairForm::Plain => (format!("{high}"), format!("{low:07}")),
            PairForm::Mutual(kanji) => {
                let digits: String = format!("{high:03}").chars().map(full_width).collect();
                (format!("{kanji}{digits}"), format!("{low:07}"))
            }
            PairForm::National => (format!("{:02}-{:02}", high / 100 + 1, high % 100), format!("{low:07}")),
        };
        let symbol = CardSymbol::parse(&symbol).expect("the symbol is made to its form");
        (symbol, CardNumber::parse(&number).expect("the number is made to its form"))
    }

    /// Returns 被保険者番号 of 後期高齢者医療, and the group of the union's number under which it stands.
    pub fn late_elderly(&self, household: u64, elder: usize) -> (usize, CardNumber) {
        debug_assert!(elder < OWN_NUMBERS);
        let drawn = self.late.of(household * OWN_NUMBERS as u64 + elder as u64);
        let number = CardNumber::parse(&format!("{:08}", drawn % 100_000_000)).expect("the number is made to its form");
        (usize::try_from(drawn / 100_000_000).expect("groups are few"), number)
    }

    /// Returns 受給者番号 of a recipient, which is unique among the municipalities of the household's class.
    pub fn recipient(&self, household: u64, member: usize) -> CardNumber {
        debug_assert!(member < OWN_NUMBERS);
        let drawn = self.recipients.of(household / Map::CLASSES * OWN_NUMBERS as u64 + member as u64);
        let body = format!("{drawn:06}");
        let digit = check_digit(&body).expect("the body holds digits");
        CardNumber::parse(&format!("{body}{digit}")).expect("the number is made to its form")
    }

    /// Returns the id of a certificate of a member, whose certificates are numbered from 0.
    pub fn certificate(&self, household: u64, member: usize, certificate: usize) -> CardId {
        debug_assert!(member <= MEMBERS && certificate < CERTIFICATES);
        let of_member = (household * (MEMBERS as u64 + 1) + member as u64) * CERTIFICATES as u64;
        let drawn = SERIALS + self.serials.of(of_member + certificate as u64);
        let serial = CertificateSerial::new(&drawn.to_be_bytes()[3..]).expect("the first octet is from 0x40 to 0x7f");
        CardId { issuer: PEOPLE_ISSUER.to_vec(), serial }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::check_recipient_number;

    #[test]
    fn numbers_never_collide() {
        let numbers = Numbers::new(11);
        let households = [0, 1, 2, 3, 255, 256, 512, 40_000_000, HOUSEHOLDS - 1];
        let mut pairs = HashSet::new();
        let mut late = HashSet::new();
        let mut serials = HashSet::new();
        let mut recipients = HashSet::new();
        for household in households {
            for form in [PairForm::Kyokai, PairForm::Plain, PairForm::Mutual("公立"), PairForm::National] {
                for (member, job) in [(0, 0), (0, 15), (6, 0), (6, 15)] {
                    let (symbol, number) = numbers.of_job(household, member, job, form);
                    assert!(pairs.insert((symbol.as_str().to_owned(), number.as_str().to_owned())));
                }
                let (symbol, number) = numbers.of_residence(household, 3, form);
                assert!(pairs.insert((symbol.as_str().to_owned(), number.as_str().to_owned())));
            }
            for person in 0..OWN_NUMBERS {
                let (group, number) = numbers.late_elderly(household, person);
                assert!(group < Insurers::GROUPS && late.insert((group, number.as_str().to_owned())));
                let recipient = numbers.recipient(household, person);
                assert_eq!(check_recipient_number(recipient.as_str()), Ok(()));
                assert!(recipients.insert((household % Map::CLASSES, recipient.as_str().to_owned())));
                assert!(serials.insert(numbers.certificate(household, person, 2).serial.as_bytes().to_vec()));
            }
        }
    }

    #[test]
    fn the_forms_are_those_of_the_schemes() {
        let numbers = Numbers::new(11);
        let (symbol, number) = numbers.of_job(5, 0, 0, PairForm::Kyokai);
        assert!(symbol.as_str().len() == 8 && number.as_str().len() <= 7);
        let (symbol, number) = numbers.of_job(5, 0, 0, PairForm::Mutual("警・"));
        assert!(symbol.as_str().starts_with("警・") && symbol.as_str().chars().count() == 5 && number.as_str().len() == 7);
        assert_eq!(numbers.late_elderly(5, 0).1.as_str().len(), 8);
    }
}
