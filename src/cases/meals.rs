//! The kind about meals in hospital.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::{FieldFault, MealsQuestion};

/// `meal_charge`.
pub(super) fn charge(input: &mut Input) -> Result<Outcome, FieldFault> {
    let (month, ages) = (input.month()?, input.ages()?);
    let band = input.band("category", month, ages)?;
    let one = MealsQuestion {
        count: 1,
        certificate: input.text_if("certificate")?,
        long_stay: input.flag("long_stay")?,
        designated_disease: input.flag("designated_disease")?,
    };
    one.charge(month, band).map(|charge| Outcome::Yen(charge.yen))
}
