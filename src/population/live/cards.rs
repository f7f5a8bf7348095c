//! Cards of people who live on: renewed before their certificate ends, replaced when they are lost, issued for the first time.
//!
//! An insurer registers the new certificate on the day on which it is issued. That a card is lost, J-LIS alone knows, and no entry of an
//! insurer tells: until its successor is registered, the registry has it in use.

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::domain::{CardKind, CardState};
use crate::population::cards::record;
use crate::population::household::days_after;
use crate::population::numbers::{CERTIFICATES, MEMBERS};
use crate::population::profile::Group;

use super::home::{Home, Member};

/// The months before its last day in which a certificate can be renewed.
const RENEWABLE_MONTHS: i32 = 3;

/// The shortest and the longest time until a lost card is replaced, in days.
const REPLACED_AFTER: (i64, i64) = (20, 45);

/// The number of the first certificate that a member gets: the population uses those before.
const FIRST_NUMBER: usize = 3;

/// Draws what happens to a member's card within the month that begins on a day; returns the day on which the member gets a new card or
/// certificate, if that is in this month.
pub(super) fn card_in_month(home: &mut Home<'_>, member: usize, month: Date) -> Option<Date> {
    let profile = &home.order.profile;
    let (first, last) = (month.max(days_after(home.order.as_of, 1)), month.last_of_month());
    let ends = last_day(&home.members[member]).filter(|ends| *ends >= first);
    let mut cards = std::mem::take(&mut home.members[member].cards);
    if let Some(ends) = ends {
        let renewable = ends.checked_sub(Span::new().months(RENEWABLE_MONTHS)).unwrap_or(first);
        if home.draw.in_a_month(profile.pair(Group::CARD_LOST)) {
            let lost_on = home.draw.day(first, last);
            cards.next_on = Some(days_after(lost_on, home.draw.between(REPLACED_AFTER.0, REPLACED_AFTER.1)));
        } else if renewable <= last && cards.next_on.is_none() && cards.settled != Some(ends) {
            cards.settled = Some(ends);
            let renews = home.draw.yes(profile.pair(Group::CARD_KEPT));
            cards.next_on = renews.then(|| home.draw.day(renewable.max(first), ends));
        }
    } else if cards.next_on.is_none() && home.draw.in_a_month(profile.pair(Group::CARD_NEW)) {
        cards.next_on = Some(home.draw.day(first, last));
    }
    let today = cards.next_on.take_if(|day| *day <= last);
    home.members[member].cards = cards;
    today
}

/// Registers a new certificate of the card, and of a phone beside it: the phone's ends with the card's.
pub(super) fn get_card(home: &mut Home<'_>, member: usize, day: Date) {
    let Some(coverage) = home.current(member).filter(|coverage| coverage.acquired_on <= day) else { return };
    let (insurer, birth) = (coverage.key.insurer, coverage.identity.birth_on);
    let one = &home.members[member];
    let phone = [CardKind::Android, CardKind::Ios].into_iter().find(|kind| one.in_use(*kind).is_some());
    let phone = phone.filter(|_| last_day(one).is_some_and(|ends| ends >= day));
    for kind in [Some(CardKind::Card), phone].into_iter().flatten() {
        let one = &mut home.members[member];
        let number = FIRST_NUMBER + one.cards.got;
        if number >= CERTIFICATES || one.place > MEMBERS {
            return;
        }
        one.cards.got += 1;
        let id = home.numbers.certificate(home.household, home.members[member].place, number);
        home.link(member, insurer, day, record(id, kind, CardState::Good, day, day, birth));
    }
}

/// Returns the last day of the certificate of the card in use.
fn last_day(member: &Member) -> Option<Date> {
    let card = member.in_use(CardKind::Card)?;
    Some(Offset::constant(9).to_datetime(card.valid_through).date())
}
