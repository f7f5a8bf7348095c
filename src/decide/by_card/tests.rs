//! Tests of answers by the data on the insured person's card.

use jiff::civil::{Date, date};

use super::by_card;
use crate::decide::findings;
use crate::domain::{
    Beside, BirthDate, BranchNumber, CardClass, CardKey, CardNumber, CardQuery, CardSymbol, CopayRatio, Coverage,
    ElderlyCertificate, InstitutionCode, InsurerNumber, LimitCategory, LimitCertificate, LimitKind, Loss, LossReason,
    MedicalTicket, MedicalTreatment, Month, Period, PersonFacts, PersonId, Protection, Registration, TicketKind, Validity,
};

fn key(number: &str, branch: Option<&str>) -> CardKey {
    CardKey {
        insurer: InsurerNumber::parse("01130012").unwrap(),
        symbol: Some(CardSymbol::parse("123").unwrap()),
        number: CardNumber::parse(number).unwrap(),
        branch: branch.map(|branch| BranchNumber::parse(branch).unwrap()),
    }
}

/// Makes a coverage of a person born on 1980-01-01.
fn coverage(number: &str, branch: &str, acquired_on: Date, lost_on: Option<Date>) -> Coverage {
    Coverage {
        key: key(number, Some(branch)),
        loss: lost_on.map(|on| Loss { on, reason: LossReason::Other }),
        ..findings::tests::coverage("01130012", date(1980, 1, 1), acquired_on)
    }
}

fn person(id: i64, coverages: Vec<Coverage>) -> PersonFacts {
    let registrations = coverages.into_iter().enumerate().map(|(place, coverage)| Registration {
        id: id * 10 + place as i64,
        coverage: coverage.into(),
        reference: None,
    });
    PersonFacts { id: PersonId(id), protection: Protection::default(), registrations: registrations.collect() }
}

fn ask(number: &str, branch: Option<&str>, check_on: Date) -> CardQuery {
    CardQuery {
        key: key(number, branch),
        birth_on: BirthDate::new(date(1980, 1, 1)).unwrap(),
        check_on,
        limit_consent: true,
    }
}

/// Returns the validity, and the number on the card shown.
fn outcome(query: &CardQuery, people: &[PersonFacts]) -> (Validity, Option<String>) {
    let answer = by_card(query, None, people);
    (answer.validity, answer.record.map(|record| record.coverage.key.number.as_str().to_owned()))
}

fn shows(validity: Validity, number: &str) -> (Validity, Option<String>) {
    (validity, Some(number.to_owned()))
}

#[test]
fn the_day_of_acquisition_counts_and_the_day_of_loss_does_not() {
    let one = [person(1, vec![coverage("1", "00", date(2020, 4, 1), Some(date(2026, 4, 1)))])];
    for (day, validity) in [
        (date(2020, 3, 31), Validity::Invalid),
        (date(2020, 4, 1), Validity::Valid),
        (date(2026, 3, 31), Validity::Valid),
        (date(2026, 4, 1), Validity::Invalid),
    ] {
        assert_eq!(outcome(&ask("1", None, day), &one), shows(validity, "1"), "{day}");
    }
}

#[test]
fn a_newer_coverage_counts_only_while_it_is_in_force() {
    let changed = [person(
        1,
        vec![
            coverage("1", "00", date(2020, 4, 1), Some(date(2026, 4, 1))),
            coverage("2", "00", date(2026, 6, 1), Some(date(2026, 9, 1))),
        ],
    )];
    for (day, validity) in [
        (date(2026, 5, 31), Validity::Invalid),
        (date(2026, 6, 1), Validity::InvalidNewerExists),
        (date(2026, 8, 31), Validity::InvalidNewerExists),
        (date(2026, 9, 1), Validity::Invalid),
    ] {
        assert_eq!(outcome(&ask("1", None, day), &changed), shows(validity, "1"), "{day}");
    }
    // An older coverage in force does not count as a newer one.
    assert_eq!(outcome(&ask("2", None, date(2026, 3, 1)), &changed), shows(Validity::Invalid, "2"));
}

#[test]
fn two_people_on_one_card_need_a_branch() {
    let twins = [
        person(1, vec![coverage("1", "01", date(2020, 4, 1), None)]),
        person(2, vec![coverage("1", "02", date(2020, 4, 1), None)]),
    ];
    let day = date(2026, 11, 22);
    assert_eq!(outcome(&ask("1", None, day), &twins), (Validity::SeveralMatch, None));
    assert_eq!(outcome(&ask("1", Some("02"), day), &twins), shows(Validity::Valid, "1"));
    assert_eq!(by_card(&ask("1", Some("02"), day), None, &twins).record.unwrap().person, PersonId(2));
    assert_eq!(outcome(&ask("1", Some("03"), day), &twins), (Validity::NoneFound, None));
}

#[test]
fn of_two_people_the_one_in_force_is_meant() {
    let reused = [
        person(1, vec![coverage("1", "01", date(2010, 4, 1), Some(date(2015, 4, 1)))]),
        person(2, vec![coverage("1", "01", date(2020, 4, 1), None)]),
    ];
    assert_eq!(by_card(&ask("1", None, date(2026, 11, 22)), None, &reused).record.unwrap().person, PersonId(2));
    // On a day on which neither is in force they cannot be told apart.
    assert_eq!(outcome(&ask("1", None, date(2017, 1, 1)), &reused), (Validity::SeveralMatch, None));
}

#[test]
fn of_several_coverages_with_one_key_the_one_in_force_is_shown_then_the_last_one_lost() {
    let rejoined = [person(
        1,
        vec![
            coverage("1", "00", date(2010, 4, 1), Some(date(2012, 4, 1))),
            coverage("1", "00", date(2014, 4, 1), Some(date(2016, 4, 1))),
            coverage("1", "00", date(2027, 4, 1), None),
        ],
    )];
    for (day, validity, acquired_on) in [
        (date(2009, 1, 1), Validity::Invalid, date(2027, 4, 1)),
        (date(2011, 1, 1), Validity::Valid, date(2010, 4, 1)),
        (date(2013, 1, 1), Validity::Invalid, date(2010, 4, 1)),
        (date(2015, 1, 1), Validity::Valid, date(2014, 4, 1)),
        (date(2020, 1, 1), Validity::Invalid, date(2014, 4, 1)),
        (date(2027, 4, 1), Validity::Valid, date(2027, 4, 1)),
    ] {
        let answer = by_card(&ask("1", None, day), None, &rejoined);
        assert_eq!((answer.validity, answer.record.unwrap().coverage.acquired_on), (validity, acquired_on), "{day}");
    }
}

#[test]
fn another_birth_date_or_number_matches_nobody() {
    let one = [person(1, vec![coverage("1", "00", date(2020, 4, 1), None)])];
    let day = date(2026, 11, 22);
    assert_eq!(outcome(&ask("2", None, day), &one), (Validity::NoneFound, None));
    let other_birth = CardQuery { birth_on: BirthDate::new(date(1980, 1, 2)).unwrap(), ..ask("1", None, day) };
    assert_eq!(outcome(&other_birth, &one), (Validity::NoneFound, None));
    assert_eq!(outcome(&ask("1", None, day), &[]), (Validity::NoneFound, None));
}

#[test]
fn certificates_are_shown_on_their_days_and_only_with_a_coverage_in_force() {
    let year = Period::new(date(2025, 8, 1), date(2026, 7, 31)).unwrap();
    let mut covered = coverage("1", "00", date(2020, 4, 1), Some(date(2026, 7, 1)));
    covered.elderly.push(ElderlyCertificate { issued_on: None, period: year, ratio: CopayRatio::Two });
    covered.limits.push(LimitCertificate {
        kind: LimitKind::Limit,
        category: LimitCategory::General,
        issued_on: None,
        period: year,
        long_stay_on: None,
    });
    let one = [person(1, vec![covered])];
    for (day, shown) in [
        (date(2025, 7, 31), false),
        (date(2025, 8, 1), true),
        (date(2026, 6, 30), true),
        // Lost: the certificate's own period continues, but has no effect.
        (date(2026, 7, 1), false),
    ] {
        let record = by_card(&ask("1", None, day), None, &one).record.unwrap();
        assert_eq!((record.elderly.is_some(), record.limit.is_some()), (shown, shown), "{day}");
    }
    let silent = CardQuery { limit_consent: false, ..ask("1", None, date(2026, 1, 1)) };
    let record = by_card(&silent, None, &one).record.unwrap();
    assert!(record.limit.is_none() && record.elderly.is_some());
}

#[test]
fn either_flag_hides_the_address() {
    for (address_withheld, self_information_blocked, shown) in
        [(false, false, true), (true, false, false), (false, true, false), (true, true, false)]
    {
        let mut one = person(1, vec![coverage("1", "00", date(2020, 4, 1), None)]);
        one.protection = Protection { address_withheld, self_information_blocked };
        let record = by_card(&ask("1", None, date(2026, 11, 22)), None, &[one]).record.unwrap();
        assert_eq!(record.shows_address, shown);
    }
}

#[test]
fn medical_aid_shows_the_tickets_of_its_month_to_the_institution_they_are_for() {
    let clinic = InstitutionCode::parse("1310012344").unwrap();
    let other = InstitutionCode::parse("1310023457").unwrap();
    let ticket = |institution, month: Month, treatment| MedicalTicket {
        kind: TicketKind::Treatment,
        period: Period::new(month.first_day(), month.last_day()).unwrap(),
        issue_number: None,
        month,
        institution,
        institution_name: None,
        prescriber: None,
        injuries: Vec::new(),
        treatment,
        self_pay: None,
        district_contact: None,
        handling_contact: None,
        combined: false,
        beside: Beside::default(),
        inconsistent: false,
        remarks: Vec::new(),
    };
    let (november, december) = (Month::new(2026, 11), Month::new(2026, 12));
    let aid = Coverage {
        key: CardKey {
            insurer: InsurerNumber::parse("12138012").unwrap(),
            symbol: None,
            number: CardNumber::parse("0001230").unwrap(),
            branch: None,
        },
        relationship: None,
        card_class: CardClass::MedicalAid,
        tickets: vec![
            ticket(clinic, november, MedicalTreatment::Outpatient),
            ticket(clinic, november, MedicalTreatment::Dental),
            ticket(other, november, MedicalTreatment::Inpatient),
            ticket(clinic, december, MedicalTreatment::VisitingNursing),
        ],
        loss: Some(Loss { on: date(2026, 12, 20), reason: LossReason::Other }),
        ..findings::tests::coverage("01130012", date(1980, 1, 1), date(2026, 1, 1))
    };
    let query = |check_on| CardQuery { key: aid.key.clone(), ..ask("1", None, check_on) };
    let one = [person(1, vec![aid.clone()])];
    for (institution, check_on, validity, shown) in [
        (Some(clinic), date(2026, 11, 30), Validity::Valid, &[MedicalTreatment::Outpatient, MedicalTreatment::Dental][..]),
        (Some(other), date(2026, 11, 1), Validity::Valid, &[MedicalTreatment::Inpatient]),
        (None, date(2026, 11, 1), Validity::ValidUnregistered, &[]),
        (Some(other), date(2026, 12, 1), Validity::ValidUnregistered, &[]),
        (Some(clinic), date(2026, 10, 31), Validity::ValidUnregistered, &[]),
        (Some(clinic), date(2026, 12, 19), Validity::Valid, &[MedicalTreatment::VisitingNursing]),
        (Some(clinic), date(2026, 12, 20), Validity::Invalid, &[]),
    ] {
        let answer = by_card(&query(check_on), institution, &one);
        assert_eq!(answer.validity, validity, "{check_on}");
        let tickets = answer.record.unwrap().tickets;
        assert_eq!(tickets.iter().map(|ticket| ticket.treatment).collect::<Vec<_>>(), shown, "{check_on}");
    }
}
