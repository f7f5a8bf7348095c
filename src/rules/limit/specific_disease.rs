//! The cap of a 特定疾病.

use super::band::Band;
use crate::domain::{Month, SpecificDisease, Yen};

/// The caps by the first month of each row: as a rule, and for dialysis under 70 in the upper bands.
const CAPS: [(Month, Yen, Yen); 2] = [
    // A reading of ours, from memory: no source was found that changes these amounts together with the others.
    (Month::new(2026, 8), Yen::new(10_000), Yen::new(20_000)),
    // Since when they apply is not known to us; the tables begin here.
    (Month::new(2015, 1), Yen::new(10_000), Yen::new(20_000)),
];

/// Returns the most that is paid for a 特定疾病 in a month at one institution, inpatient and outpatient care apart
/// (健康保険法施行令41条9項, 42条9項; the dates are those of the rows), before it is halved in the month of the 75th birthday.
#[must_use]
pub fn specific_disease_cap(month: Month, disease: SpecificDisease, band: &Band) -> Yen {
    let (_, ordinary, upper) = CAPS.iter().find(|(from, ..)| *from <= month).unwrap_or(&CAPS[CAPS.len() - 1]);
    if is_upper(disease, band) { *upper } else { *ordinary }
}

/// Returns whether the upper amount applies: dialysis in the upper bands under 70.
pub(super) fn is_upper(disease: SpecificDisease, band: &Band) -> bool {
    disease == SpecificDisease::Dialysis && band.upper_income
}
