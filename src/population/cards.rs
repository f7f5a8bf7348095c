//! Certificates of cards and phones, as J-LIS knows them.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::Offset;

use crate::domain::{BirthDate, CardId, CardKind, CardState, RevocationReason};
use crate::store::jlis::CardRecord;
use crate::store::registry::NewCard;

use super::draw::Draw;
use super::household::{days_after, years_before};
use super::numbers::Numbers;
use super::profile::{Group, Profile};

/// The holder of cards.
pub(super) struct Holder<'a> {
    pub numbers: &'a Numbers,
    pub profile: &'a Profile,
    pub as_of: Date,
    pub household: u64,
    pub member: usize,
    pub birth: BirthDate,
    pub died_on: Option<Date>,
}

/// The first day of certificates of iPhones.
const IOS_SINCE: Date = date(2025, 6, 24);
/// The first day of certificates of phones with Android.
const ANDROID_SINCE: Date = date(2023, 5, 11);

/// Draws the certificates of a person: of the card, of the one that it replaced, and of a phone.
pub(super) fn cards(draw: &mut Draw, holder: &Holder<'_>) -> Vec<NewCard> {
    let group = match holder.birth.age_on(holder.as_of) {
        ..15 => Group::CARD_0,
        15..65 => Group::CARD_15,
        _ => Group::CARD_65,
    };
    if !draw.yes(holder.profile.pair(group)) {
        return Vec::new();
    }
    let (as_of, birth) = (holder.as_of, holder.birth);
    let alive_until = holder.died_on.unwrap_or(as_of);
    let oldest = days_after(birth.date(), 30).max(years_before(alive_until, 9));
    let newest = days_after(alive_until, -10);
    if oldest >= newest {
        return Vec::new();
    }
    let drawn = draw.pick(holder.profile.of(Group::CARD_STATE));
    let old_enough = oldest < years_before(as_of, 6);
    let issued_on = match drawn {
        // Certificates last until the fifth birthday after they are issued: less than five years.
        1 if old_enough => draw.day(oldest, years_before(as_of, 6)),
        _ => draw.day(oldest.max(years_before(alive_until, 4)), newest),
    };
    let changed_on = draw.day(issued_on, newest);
    let state = match (holder.died_on, drawn) {
        (Some(_), _) => CardState::Revoked(RevocationReason::Ceased),
        (None, 2) => CardState::Revoked(RevocationReason::Lost),
        (None, 3) => CardState::Revoked(RevocationReason::KeyCompromise),
        (None, 4) => CardState::Revoked(RevocationReason::Ceased),
        (None, _) => CardState::Good,
    };
    let changed_on = match (state, holder.died_on) {
        (CardState::Good, _) => issued_on,
        (_, Some(died_on)) => died_on,
        (_, None) => changed_on,
    };
    let card = record(holder.id(1), CardKind::Card, state, issued_on, changed_on, birth);
    let mut cards = Vec::new();
    if draw.yes(holder.profile.pair(Group::CARD_RENEWED)) {
        let before = years_before(issued_on, 5).max(days_after(birth.date(), 30));
        if before < days_after(issued_on, -200) {
            let first_on = draw.day(before, days_after(issued_on, -200));
            let old = record(holder.id(0), CardKind::Card, CardState::Superseded, first_on, issued_on, birth);
            cards.push(CardRecord { superseded_by: Some(card.id.clone()), ..old });
        }
    }
    let phone = match draw.pick(holder.profile.of(Group::PHONE)) {
        1 => Some((CardKind::Android, ANDROID_SINCE)),
        2 => Some((CardKind::Ios, IOS_SINCE)),
        _ => None,
    };
    let grown = birth.birthday(15);
    let phone = phone.filter(|(_, since)| state == CardState::Good && grown.max(*since).max(issued_on) < newest);
    let phone = phone.map(|(kind, since)| {
        let on_phone = draw.day(grown.max(since).max(issued_on), newest);
        // The phone's certificate ends with that of the card.
        CardRecord { valid_through: card.valid_through, ..record(holder.id(2), kind, state, on_phone, on_phone, birth) }
    });
    let expired = phone.as_ref().is_some_and(|one| one.valid_through < one.valid_from);
    cards.push(card);
    cards.extend(phone.filter(|_| !expired));
    cards.into_iter().map(|record| NewCard { id: record.id.clone(), record: Some(record) }).collect()
}

impl Holder<'_> {
    fn id(&self, certificate: usize) -> CardId {
        self.numbers.certificate(self.household, self.member, certificate)
    }
}

/// Makes the record of a certificate issued on a day, valid until the end of the fifth birthday after it.
pub(super) fn record(
    id: CardId,
    kind: CardKind,
    state: CardState,
    issued_on: Date,
    changed_on: Date,
    birth: BirthDate,
) -> CardRecord {
    let next = birth.age_on(issued_on) + 1;
    let valid_through = midnight(days_after(birth.birthday(next + 4), 1)) - jiff::SignedDuration::from_secs(1);
    CardRecord {
        id,
        kind,
        state,
        superseded_by: None,
        changed_at: midnight(changed_on),
        as_of: None,
        valid_from: midnight(issued_on),
        valid_through,
    }
}

/// Returns the first instant of a day in Tokyo.
fn midnight(day: Date) -> Timestamp {
    Offset::constant(9).to_timestamp(day.at(0, 0, 0, 0)).expect("the day lies within a few hundred years")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_ends_with_the_fifth_birthday_after_it() {
        let birth = BirthDate::new(date(1980, 5, 10)).unwrap();
        let numbers = Numbers::new(1);
        let issued = |on| record(numbers.certificate(1, 0, 0), CardKind::Card, CardState::Good, on, on, birth);
        let ends = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(issued(date(2026, 5, 9)).valid_through, ends("2030-05-10T23:59:59+09:00"));
        assert_eq!(issued(date(2026, 5, 10)).valid_through, ends("2031-05-10T23:59:59+09:00"));
        assert_eq!(issued(date(2026, 5, 9)).valid_from, ends("2026-05-09T00:00:00+09:00"));
    }
}
