//! Calculates the charge for meals during a stay in hospital, which is not part of any cap.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fault::FieldFault;
use super::note::MonthlyNote;
use crate::domain::{LimitKind, Month};
use crate::rules::limit::Band;
use crate::rules::meals::{BEGIN, Eater, MealCharge, SOURCE};
use crate::rules::registered_category::is_low_income;
use crate::wire::code;

/// The meals of one patient in hospital in the month. If the charge changes during the stay, ask once for each part.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MealsQuestion {
    /// The number of meals, 1 to 93.
    pub count: i64,
    /// 認定証区分: `02` and `03` lower the charge of オ and 低所得, `01` does not. By default `02` for these categories, `01` for others.
    pub certificate: Option<String>,
    /// 長期入院該当: more than 90 days in hospital within 12 months. Only for オ and 低所得Ⅱ, with `02` or `03`.
    #[serde(default)]
    pub long_stay: bool,
    /// 指定難病 or 小児慢性特定疾病. Lowers the charge of patients who have no lower one.
    #[serde(default)]
    pub designated_disease: bool,
}

/// What the meals cost. Amounts are yen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MealsAnswer {
    /// 食事療養標準負担額 of one meal.
    pub meal_yen: u64,
    /// The charge for all meals; not part of the payment, and never refunded as 高額療養費.
    pub meals_yen: u64,
    /// The first month with this table of charges.
    pub since: String,
    /// The source of the charges.
    pub source: String,
}

/// Three meals a day for 31 days.
const MOST_MEALS: u64 = 93;

impl MealsQuestion {
    /// Calculates the charge for a patient with `band` in `month`. Returns it with our own reading of the law on which it
    /// rests, if any.
    pub(super) fn answer(&self, month: Month, band: &Band) -> Result<(MealsAnswer, Option<MonthlyNote>), FieldFault> {
        let count = u64::try_from(self.count).ok().filter(|count| (1..=MOST_MEALS).contains(count));
        let count = count.ok_or_else(|| FieldFault::new("count", ("must be 1 to 93", "1から93までです")))?;
        let charge = self.charge(month, band)?;
        let answer = MealsAnswer {
            meal_yen: charge.yen.amount(),
            meals_yen: charge.yen.amount() * count,
            since: charge.since.to_string(),
            source: SOURCE.to_owned(),
        };
        Ok((answer, charge.note.map(MonthlyNote::from)))
    }

    /// Returns the charge for one meal of a patient with `band` in `month`.
    ///
    /// # Errors
    /// If a field is invalid or contradicts the category, or the month is before 2018-04.
    pub fn charge(&self, month: Month, band: &Band) -> Result<MealCharge, FieldFault> {
        let category = band.codes.first().copied();
        let low = category.is_some_and(is_low_income);
        let reduced = match self.certificate()? {
            None => low,
            Some(LimitKind::Limit) => false,
            Some(LimitKind::LimitAndMeal | LimitKind::Meal) if low => true,
            Some(_) => {
                return Err(FieldFault::new(
                    "certificate",
                    ("02 and 03 are for オ and 低所得", "02と03はオと低所得のときだけです"),
                ));
            }
        };
        let eater = Eater::of(category, reduced, self.long_stay, self.designated_disease);
        if self.long_stay && eater != Eater::LowTwoLongStay {
            return Err(FieldFault::new(
                "long_stay",
                ("is of オ and 低所得Ⅱ, with certificate 02 or 03", "オと低所得Ⅱで、certificateが02か03のときだけです"),
            ));
        }
        eater.charge(month).ok_or_else(|| {
            let known =
                (format!("charges of meals are known from {BEGIN} on"), format!("食事の負担額は{BEGIN}以降だけです"));
            FieldFault::new("month", known)
        })
    }

    fn certificate(&self) -> Result<Option<LimitKind>, FieldFault> {
        let parse = |text| {
            code::parse_limit_kind(text).ok_or_else(|| {
                FieldFault::new("certificate", ("must be 01, 02 or 03", "01、02、03のどれかを指定してください"))
            })
        };
        self.certificate.as_deref().map(parse).transpose()
    }
}
