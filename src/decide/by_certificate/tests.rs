//! Tests of answers by マイナンバーカード.

use jiff::civil::{Date, date};

use super::*;
use crate::decide::findings;
use crate::domain::{
    Consents, Coverage, HolderVerification, LimitCategory, LimitCertificate, LimitKind, Loss, LossReason, Period, PersonId,
    Protection, RevocationReason, SpecificDisease, SpecificDiseaseCertificate, TreatmentKind, Yen,
};

const TODAY: Date = date(2026, 11, 22);

fn now() -> Timestamp {
    "2026-11-22T00:30:15Z".parse().unwrap()
}

fn query(check_on: Date, consents: Consents) -> CertificateQuery {
    CertificateQuery { holder: HolderVerification::Pin, treatment: TreatmentKind::Outpatient, consents, check_on }
}

fn standing(state: CardState) -> CardStanding {
    CardStanding { state, as_of: None, person: PersonId(7), protection: Protection::default() }
}

fn registration(id: i64, insurer: &str, acquired_on: Date, lost_on: Option<Date>) -> Registration {
    let coverage = Coverage {
        loss: lost_on.map(|on| Loss { on, reason: LossReason::Other }),
        limits: vec![LimitCertificate {
            kind: LimitKind::Limit,
            category: LimitCategory::U,
            issued_on: None,
            period: Period::new(date(2026, 8, 1), date(2027, 7, 31)).unwrap(),
            long_stay_on: None,
        }],
        specific_diseases: vec![SpecificDiseaseCertificate {
            disease: SpecificDisease::Dialysis,
            issued_on: None,
            period: Period::new(date(2026, 8, 1), date(2027, 7, 31)).unwrap(),
            self_pay: Yen::new(10_000),
        }],
        ..findings::tests::coverage(insurer, date(1980, 1, 1), acquired_on)
    };
    Registration { id, coverage: coverage.into(), reference: None }
}

fn holder(registrations: Vec<Registration>) -> CardFacts {
    CardFacts::Holder(PersonFacts { id: PersonId(7), protection: Protection::default(), registrations })
}

const KYOKAI: &str = "01130012";
const KUMIAI: &str = "06132013";

/// Returns the validity and the ids of the registrations shown.
fn answered(check_on: Date, registrations: Vec<Registration>) -> (Validity, Vec<i64>) {
    let facts = holder(registrations);
    match by_certificate(&query(check_on, Consents::all()), None, Some(&facts), now()) {
        CardAnswer::Answered { validity, records } => (validity, records.iter().map(|r| r.registration).collect()),
        CardAnswer::Unusable(reason) => panic!("{reason:?}"),
    }
}

fn unusable(standing: CardStanding) -> Option<CardUnusable> {
    match by_certificate(&query(TODAY, Consents::all()), None, Some(&CardFacts::Standing(standing)), now()) {
        CardAnswer::Unusable(reason) => Some(reason),
        CardAnswer::Answered { validity, records } => {
            // Only the card's standing was read, so that the holder counts as unregistered.
            assert_eq!((validity, records.len()), (Validity::NoneFound, 0));
            None
        }
    }
}

#[test]
fn what_j_lis_says_comes_first() {
    assert_eq!(
        by_certificate(&query(TODAY, Consents::all()), None, None, now()),
        CardAnswer::Unusable(CardUnusable::Unknown)
    );
    assert_eq!(unusable(standing(CardState::Good)), None);
    for reason in [RevocationReason::Lost, RevocationReason::KeyCompromise, RevocationReason::Ceased] {
        assert_eq!(unusable(standing(CardState::Revoked(reason))), Some(CardUnusable::Revoked(reason)));
    }
    assert_eq!(unusable(standing(CardState::Superseded)), Some(CardUnusable::Superseded));
}

#[test]
fn a_list_of_more_than_two_days_tells_nothing() {
    let told = |as_of: &str| CardStanding { as_of: Some(as_of.parse().unwrap()), ..standing(CardState::Good) };
    assert_eq!(unusable(told("2026-11-21T00:30:15Z")), None);
    assert_eq!(unusable(told("2026-11-20T00:30:15Z")), None);
    assert_eq!(unusable(told("2026-11-20T00:30:14Z")), Some(CardUnusable::Stale));
    // A revoked certificate stays revoked, however old the report.
    let revoked = CardStanding { state: CardState::Revoked(RevocationReason::Lost), ..told("2026-11-01T00:00:00Z") };
    assert_eq!(unusable(revoked), Some(CardUnusable::Revoked(RevocationReason::Lost)));
}

#[test]
fn people_who_are_looked_for_cannot_be_found_by_card() {
    let protection = |blocked, withheld| CardStanding {
        protection: Protection { self_information_blocked: blocked, address_withheld: withheld },
        ..standing(CardState::Good)
    };
    assert_eq!(unusable(protection(true, false)), Some(CardUnusable::Blocked));
    assert_eq!(unusable(protection(false, true)), None);
    let blocked = Protection { self_information_blocked: true, address_withheld: false };
    let facts = CardFacts::Holder(PersonFacts { id: PersonId(7), protection: blocked, registrations: Vec::new() });
    let answer = by_certificate(&query(TODAY, Consents::all()), None, Some(&facts), now());
    assert_eq!(answer, CardAnswer::Unusable(CardUnusable::Blocked));
}

#[test]
fn every_coverage_in_force_is_shown() {
    let overlap = vec![registration(1, KYOKAI, date(2014, 4, 1), None), registration(2, KUMIAI, date(2026, 11, 1), None)];
    assert_eq!(answered(TODAY, overlap.clone()), (Validity::Valid, vec![1, 2]));
    assert_eq!(answered(date(2026, 10, 31), overlap), (Validity::Valid, vec![1]));
}

#[test]
fn a_job_change_shows_the_coverage_of_the_day() {
    let change = date(2026, 4, 1);
    let both = || vec![registration(1, KYOKAI, date(2011, 10, 1), Some(change)), registration(2, KUMIAI, change, None)];
    assert_eq!(answered(date(2026, 3, 31), both()), (Validity::Valid, vec![1]));
    assert_eq!(answered(change, both()), (Validity::Valid, vec![2]));
}

#[test]
fn without_a_coverage_in_force_the_last_lost_one_is_shown() {
    let lost = vec![
        registration(1, KYOKAI, date(2011, 10, 1), Some(date(2020, 1, 1))),
        registration(2, KUMIAI, date(2020, 1, 1), Some(date(2026, 10, 1))),
        registration(3, KYOKAI, date(2026, 12, 1), None),
    ];
    assert_eq!(answered(TODAY, lost.clone()), (Validity::Invalid, vec![2]));
    assert_eq!(answered(TODAY, lost[2..].to_vec()), (Validity::Invalid, vec![3]));
    assert_eq!(answered(TODAY, Vec::new()), (Validity::NoneFound, Vec::new()));
}

#[test]
fn each_certificate_is_shown_with_its_own_consent_only() {
    let shown = |consents: &[Consent], check_on| {
        let facts = holder(vec![registration(1, KYOKAI, date(2020, 4, 1), None)]);
        match by_certificate(&query(check_on, consents.iter().copied().collect()), None, Some(&facts), now()) {
            CardAnswer::Answered { records, .. } => (records[0].limit.is_some(), records[0].specific_diseases.len()),
            CardAnswer::Unusable(reason) => panic!("{reason:?}"),
        }
    };
    assert_eq!(shown(&[], TODAY), (false, 0));
    assert_eq!(shown(&[Consent::Limit], TODAY), (true, 0));
    assert_eq!(shown(&[Consent::SpecificDisease], TODAY), (false, 1));
    assert_eq!(shown(&[Consent::Limit, Consent::SpecificDisease], TODAY), (true, 1));
    // Neither is in force before August.
    assert_eq!(shown(&[Consent::Limit, Consent::SpecificDisease], date(2026, 7, 31)), (false, 0));
}
