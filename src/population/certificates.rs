//! Ratios and certificates of a coverage: by income and age, from August to July.

use jiff::civil::Date;

use crate::domain::{
    CopayRatio, Coverage, DatedRatio, ElderlyCertificate, LimitCategory, LimitCertificate, LimitKind, Period, Scheme,
    SpecificDisease, SpecificDiseaseCertificate, Yen,
};
use crate::rules::elderly::{elderly_begins, elderly_ends};
use crate::rules::registered_category::is_low_income;

use super::draw::Draw;
use super::household::{days_after, years_after, years_before};
use super::income::{Income, YEARS, august_years};
use super::profile::{Group, Profile};

use LimitCategory as C;

pub(super) const UNDER_70: [LimitCategory; 5] = [C::A, C::I, C::U, C::E, C::O];
pub(super) const FROM_70: [LimitCategory; 6] =
    [C::ActiveThree, C::ActiveTwo, C::ActiveOne, C::General, C::LowTwo, C::LowOne];
pub(super) const LATE: [LimitCategory; 7] =
    [C::ActiveThree, C::ActiveTwo, C::ActiveOne, C::GeneralTwo, C::GeneralOne, C::LowTwo, C::LowOne];

/// What certificates depend on besides the coverage.
pub(super) struct Means<'a> {
    pub profile: &'a Profile,
    pub as_of: Date,
    /// The income that decides: the insured's, or the household's.
    pub income: Income,
    /// Whether the person is a dependant of an insured below 70, who never has 現役並み.
    pub of_younger: bool,
    /// The person's 特定疾病.
    pub disease: Option<SpecificDisease>,
}

/// Adds the ratios and certificates to a coverage.
pub(super) fn certify(draw: &mut Draw, means: &Means<'_>, coverage: &mut Coverage) {
    let scheme = coverage.key.insurer.scheme();
    if scheme == Scheme::MedicalAid {
        return;
    }
    let registered = draw.yes(means.profile.pair(match scheme {
        Scheme::LateElderly => Group::REGISTERED_LATE,
        _ if scheme.is_national_health() => Group::REGISTERED_NATIONAL_HEALTH,
        _ => Group::REGISTERED_EMPLOYEES,
    }));
    for (year, period) in august_years(means.as_of).into_iter().enumerate() {
        let last = coverage.loss.map_or(Date::MAX, |loss| days_after(loss.on, -1));
        let Ok(covered) = Period::new(period.from().max(coverage.acquired_on), period.through().min(last)) else { continue };
        let recent = year + 1 >= YEARS - 1;
        for (period, category) in categories(means, coverage, scheme, year, covered) {
            let ratio = ratio(scheme, category);
            match scheme {
                Scheme::LateElderly => coverage.ratios.push(DatedRatio { period, ratio }),
                _ if recent && !UNDER_70.contains(&category) => {
                    coverage.elderly.push(ElderlyCertificate { issued_on: Some(period.from()), period, ratio });
                }
                _ => {}
            }
            if registered && recent {
                coverage.limits.push(limit(draw, means, period, category));
            }
        }
    }
    if let Some(disease) = means.disease {
        specific_disease(draw, means, disease, coverage);
    }
}

/// Returns the category in a year of a coverage, and if the person becomes 70 within it, both with their days.
fn categories(
    means: &Means<'_>,
    coverage: &Coverage,
    scheme: Scheme,
    year: usize,
    covered: Period,
) -> Vec<(Period, LimitCategory)> {
    let (income, profile) = (&means.income, means.profile);
    if scheme == Scheme::LateElderly {
        return vec![(covered, income.category(year, profile, Group::LATE, LATE))];
    }
    let birth = coverage.identity.birth_on;
    let senior_since = elderly_begins(birth);
    let young = Period::new(covered.from(), covered.through().min(days_after(senior_since, -1)));
    let senior = Period::new(covered.from().max(senior_since), covered.through().min(elderly_ends(birth)));
    let group = match scheme {
        Scheme::KyokaiKenpo | Scheme::Seamen => Group::UNDER_70_KYOKAI,
        _ if scheme.is_national_health() => Group::UNDER_70_NATIONAL_HEALTH,
        _ => Group::UNDER_70_SOCIETY,
    };
    let mut found = Vec::new();
    found.extend(young.ok().map(|days| (days, income.category(year, profile, group, UNDER_70))));
    // 高齢受給者証 is registered when its first day is near.
    let near = days_after(means.as_of, 31);
    found.extend(senior.ok().filter(|days| days.from() <= near).map(|days| {
        let category = income.category(year, profile, Group::FROM_70, FROM_70);
        let active = ratio(scheme, category) == CopayRatio::Three;
        (days, if active && means.of_younger { C::General } else { category })
    }));
    found
}

/// Returns the share that goes with a category of 70 and over.
pub(super) fn ratio(scheme: Scheme, category: LimitCategory) -> CopayRatio {
    match category {
        C::ActiveThree | C::ActiveTwo | C::ActiveOne => CopayRatio::Three,
        C::GeneralTwo => CopayRatio::Two,
        _ if scheme == Scheme::LateElderly => CopayRatio::One,
        _ => CopayRatio::Two,
    }
}

fn limit(draw: &mut Draw, means: &Means<'_>, period: Period, category: LimitCategory) -> LimitCertificate {
    let low = is_low_income(category);
    let long = low && category != C::LowOne && draw.yes(means.profile.pair(Group::LONG_STAY));
    LimitCertificate {
        kind: if low { LimitKind::LimitAndMeal } else { LimitKind::Limit },
        category,
        issued_on: Some(period.from()),
        period,
        long_stay_on: long.then(|| draw.day(period.from(), period.through())),
    }
}

/// Adds 特定疾病療養受療証 to a coverage in force.
fn specific_disease(draw: &mut Draw, means: &Means<'_>, disease: SpecificDisease, coverage: &mut Coverage) {
    if !coverage.in_force_on(means.as_of) {
        return;
    }
    let scheme = coverage.key.insurer.scheme();
    let this_year = YEARS - 1;
    let [.., year] = august_years(means.as_of);
    let from = year.from().max(coverage.acquired_on);
    let young = days_after(elderly_begins(coverage.identity.birth_on), -1);
    let upper =
        categories(means, coverage, scheme, this_year, Period::new(from, year.through().max(from)).expect("in order"))
            .first()
            .is_some_and(|(_, category)| matches!(category, C::A | C::I));
    let last = coverage.loss.map_or(Date::MAX, |loss| days_after(loss.on, -1));
    // 20,000 yen are for dialysis under 70 with ア or イ, as long as the category lasts.
    let (from, through, yen) = if disease == SpecificDisease::Dialysis && upper && from <= young {
        (from, year.through().min(young), 20_000)
    } else {
        let since = draw.day(years_before(means.as_of, 4), days_after(means.as_of, -60)).max(coverage.acquired_on);
        (since, years_after(since, 10), 10_000)
    };
    let Ok(period) = Period::new(from, through.min(last)) else { return };
    let self_pay = Yen::new(yen);
    coverage.specific_diseases.push(SpecificDiseaseCertificate { disease, issued_on: Some(from), period, self_pay });
}

/// Draws the 特定疾病 of a person by age.
pub(super) fn disease(draw: &mut Draw, profile: &Profile, age: u8) -> Option<SpecificDisease> {
    let group = match age {
        ..40 => Group::DISEASE_0,
        40..65 => Group::DISEASE_40,
        65..75 => Group::DISEASE_65,
        _ => Group::DISEASE_75,
    };
    match draw.pick(profile.of(group)) {
        1 => Some(SpecificDisease::Dialysis),
        2 => Some(SpecificDisease::Haemophilia),
        3 => Some(SpecificDisease::Hiv),
        _ => None,
    }
}
