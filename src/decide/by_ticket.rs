//! Answers an institution about a person by 医療券.

use jiff::civil::Date;

use crate::domain::{Coverage, InstitutionCode, Month, PersonFacts, Validity};

use super::answer::{AskerAndDay, ConsentedParts, Record};

/// Answers `institution` about a person whose treatment in the month of `check_on` a welfare office entrusts to it. The records
/// are all medical aid with such a ticket, in order of acquisition. Parts that require consent are not shown.
///
/// A ticket is valid for its month. Each medical aid is therefore judged on the day nearest to `check_on` on which it is in force
/// in that month.
///
/// * There is such a day: 有効. There is none: 無効, without the ticket.
/// * There is no such ticket, or no longer one: 該当資格なし.
#[must_use]
pub fn by_ticket(check_on: Date, institution: InstitutionCode, person: &PersonFacts) -> (Validity, Vec<Record>) {
    let month = Month::of(check_on);
    let entrusted = |coverage: &Coverage| {
        coverage.tickets.iter().any(|ticket| ticket.institution == institution && ticket.month == month)
    };
    let consented = ConsentedParts { limit: false, specific_disease: false };
    let records: Vec<Record> = person
        .registrations
        .iter()
        .filter(|one| entrusted(&one.coverage))
        .map(|one| {
            let asked = AskerAndDay { institution: Some(institution), check_on: nearest(check_on, &one.coverage) };
            Record::on(asked, person.id, person.protection, one, consented)
        })
        .collect();
    let validity = match records.iter().any(|record| !record.tickets.is_empty()) {
        true => Validity::Valid,
        false if records.is_empty() => Validity::NoneFound,
        false => Validity::Invalid,
    };
    (validity, records)
}

/// Returns the day nearest to `day` in its month on which the coverage is in force; `day` itself if there is none.
fn nearest(day: Date, coverage: &Coverage) -> Date {
    let month = Month::of(day);
    let first = coverage.acquired_on.max(month.first_day());
    let lost = coverage.loss.and_then(|loss| loss.on.yesterday().ok()).unwrap_or(Date::MAX);
    let last = lost.min(month.last_day());
    if first <= last { day.clamp(first, last) } else { day }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_nearest_day_lies_in_the_month_and_in_the_coverage() {
        let of = |acquired_on, lost_on: Option<Date>| Coverage {
            loss: lost_on.map(|on| crate::domain::Loss { on, reason: crate::domain::LossReason::Other }),
            ..crate::decide::findings::tests::coverage("01130012", date(1980, 1, 1), acquired_on)
        };
        for (acquired_on, lost_on, asked, expected) in [
            (date(2020, 1, 1), None, date(2026, 11, 30), date(2026, 11, 30)),
            // Lost on the 20th, which itself does not count.
            (date(2020, 1, 1), Some(date(2026, 11, 20)), date(2026, 11, 30), date(2026, 11, 19)),
            (date(2020, 1, 1), Some(date(2026, 11, 20)), date(2026, 11, 15), date(2026, 11, 15)),
            (date(2026, 11, 10), None, date(2026, 11, 1), date(2026, 11, 10)),
            // On no day of the month.
            (date(2020, 1, 1), Some(date(2026, 11, 1)), date(2026, 11, 22), date(2026, 11, 22)),
            (date(2026, 12, 1), None, date(2026, 11, 22), date(2026, 11, 22)),
        ] {
            assert_eq!(nearest(asked, &of(acquired_on, lost_on)), expected, "{acquired_on} {lost_on:?} {asked}");
        }
    }
}
