//! Calculates what a patient or a household pays in a month.

mod household;

pub use household::{of_line, people_agree};

use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{MonthlyAnswer, MonthlyStep};
use super::meals::MealsQuestion;
use super::note::MonthlyNote;
use super::{FieldFault, read};
use crate::domain::{CopayRatio, Month};
use crate::language::Language;
use crate::rules::elderly::ONE_ENDED;
use crate::rules::limit::{Ages, Band, Item, Setting, Terms, readings};

/// The question of what a patient (`medical_cost`) or a household (`lines`) pays in a month.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthlyQuestion {
    /// 診療月, such as 2026-08.
    pub month: String,
    /// 適用区分: an official code (A03) or a label (ウ).
    pub category: String,
    /// In a household of both ages: the category of the people under 70. `category` is then that of the people of 70 to 74.
    pub category_under70: Option<String>,
    /// The age of the people in `category`: `under70`, `70to74` or `75plus`. Needed only if the age decides and the category
    /// does not tell it: for the ratio of 低所得, and for labels that exist at both ages (2027-08). With `category_under70` it
    /// can only be `70to74`.
    pub age: Option<String>,
    /// 一部負担金割合: 1, 2 or 3; by default that of the category. Required at 70 to 74 in months before 2019-04, when the
    /// birth date decided between 1 and 2.
    pub copay_wari: Option<i64>,
    /// 医療費 (10割) of one patient in the month at one institution, in yen.
    pub medical_cost: Option<i64>,
    /// `inpatient` or `outpatient`. Required if the category has an outpatient cap: from 70 on, except 現役並み from 2018-08.
    pub setting: Option<String>,
    /// 多数回該当: whether three of the last twelve months already reached the cap.
    #[serde(default)]
    pub multiple: bool,
    /// Halves the amounts of one patient, who turns 75 in this month, not on its first day, or loses the coverage as a
    /// dependant because the insured person does.
    #[serde(default)]
    pub turns75_this_month: bool,
    /// 特定疾病 (1, 2 or 3), if the care was for one.
    pub specific_disease: Option<i64>,
    /// The meals of one patient in hospital, which are charged in addition.
    pub meals: Option<MealsQuestion>,
    /// The lines of a household, at most 1,000.
    #[serde(default)]
    pub lines: Vec<MonthlyLine>,
}

/// One institution's bill for one person of the household. Inpatient and outpatient care are separate lines.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthlyLine {
    /// Any name for the person, the same in all lines of one person.
    pub who: String,
    /// `under70` or `70plus`; by default the age of the people in `category`. Required with `category_under70`.
    pub age: Option<String>,
    /// 一部負担金割合; by default that of the person's category.
    pub copay_wari: Option<i64>,
    /// `inpatient` or `outpatient`.
    pub setting: String,
    /// 医療費 (10割) in yen.
    pub cost: i64,
    /// Halves the person's amounts in this month, as above; the same in all lines of one person.
    #[serde(default)]
    pub turns75_this_month: bool,
}

/// The most lines of a household; a question with more is refused.
pub const MOST_LINES: usize = 1_000;

impl MonthlyQuestion {
    /// Calculates the answer.
    ///
    /// # Errors
    /// If a field makes an answer impossible; the fault names the first one.
    pub fn answer(&self) -> Result<MonthlyAnswer, FieldFault> {
        let month = read::month("month", &self.month)?;
        let band = self.band(month)?;
        match (self.medical_cost, self.lines.as_slice()) {
            (Some(_), [_, ..]) => Err(FieldFault::new(
                "lines",
                ("give medical_cost or lines, not both", "medical_costとlinesは同時に指定できません"),
            )),
            (None, []) => Err(FieldFault::new(
                "medical_cost",
                ("is missing; or give lines for a household", "必要です。世帯ならlinesを指定してください"),
            )),
            (Some(cost), []) => self.patient(month, band, cost),
            (None, lines) => self.household(month, band, lines),
        }
    }

    fn band(&self, month: Month) -> Result<&'static Band, FieldFault> {
        let of = |ages| read::band("category", month, ages, &self.category);
        if let Some(ages) = self.ages()? {
            return of(ages);
        }
        match (of(Ages::Under70), of(Ages::From70)) {
            (Ok(_), Ok(_)) => Err(FieldFault::new(
                "age",
                (
                    "is missing; the category stands under 70 and from 70 on",
                    "必要です。この区分は70歳未満にも70歳以上にもあります",
                ),
            )),
            (Ok(band), Err(_)) | (Err(_), Ok(band)) => Ok(band),
            (Err(younger), Err(older)) if younger.field == "category" => {
                let both = |language| (younger.reason.text(language), older.reason.text(language));
                let ((english, other), (japanese, further)) = (both(Language::En), both(Language::Ja));
                Err(FieldFault::new("category", (format!("{english}; {other}"), format!("{japanese}。{further}"))))
            }
            (Err(fault), Err(_)) => Err(fault),
        }
    }

    /// Returns the age of the people in `category`; None if the question does not say so. Households are summed within one
    /// insurer, so that only people of 70 to 74 can share one with people under 70.
    fn ages(&self) -> Result<Option<Ages>, FieldFault> {
        let given = self.age.as_deref().map(|age| read::ages("age", age)).transpose()?;
        match given {
            None if self.category_under70.is_some() => Ok(Some(Ages::From70To74)),
            Some(ages) if self.category_under70.is_some() && ages != Ages::From70To74 => Err(FieldFault::new(
                "age",
                (
                    "must be 70to74 beside category_under70: one insurer has both",
                    "category_under70があるときは70to74です（同じ保険者の世帯のため）",
                ),
            )),
            given => Ok(given),
        }
    }

    fn patient(&self, month: Month, band: &'static Band, cost: i64) -> Result<MonthlyAnswer, FieldFault> {
        if self.category_under70.is_some() {
            return Err(FieldFault::new(
                "category_under70",
                ("is for households; give lines", "世帯用です。linesを指定してください"),
            ));
        }
        let setting = match &self.setting {
            Some(text) => read::setting("setting", text)?,
            None if band.outpatient.is_none() => Setting::Inpatient,
            None => {
                return Err(FieldFault::new(
                    "setting",
                    ("is missing; the category has an outpatient cap", "必要です。この区分には外来の限度額があります"),
                ));
            }
        };
        let cost = read::yen("medical_cost", cost)?;
        let item = Item { cost, ratio: self.ratio(month, self.copay_wari, band)?, setting };
        let terms = Terms { month, band, fourth_month: self.multiple, turns_75: self.turns75_this_month };
        let disease = self.specific_disease.map(|code| read::disease("specific_disease", code)).transpose()?;
        let payment = match disease {
            Some(disease) => terms.pay_for_disease(disease, &item),
            None => terms.pay(&item),
        };
        let mut answer = MonthlyAnswer::without_amounts(month, band);
        (answer.share_yen, answer.payment_yen) = (payment.share.amount(), payment.paid.amount());
        answer.refund_yen = payment.refund.amount();
        answer.cap_yen = Some(payment.cap.yen.amount());
        answer.steps = payment.steps(&item).iter().map(MonthlyStep::from).collect();
        answer.notes.extend(readings(&terms, &payment.cap).map(MonthlyNote::from));
        if let Some(meals) = &self.meals {
            if setting != Setting::Inpatient {
                return Err(FieldFault::new("meals", ("are for inpatient care", "入院のときだけです")));
            }
            let (meals, note) = meals.answer(month, band).map_err(|fault| match &*fault.field {
                "month" => fault,
                _ => FieldFault::new("meals", fault),
            })?;
            answer.meals = Some(meals);
            answer.notes.extend(note);
        }
        Ok(answer)
    }

    fn ratio(&self, month: Month, given: Option<i64>, band: &Band) -> Result<CopayRatio, FieldFault> {
        // If the question names no age, that of the band decides.
        let ages = self.ages()?.unwrap_or(band.ages);
        if let Some(tenths) = given {
            let ratio = read::ratio("copay_wari", tenths)?;
            return match band.ratios(ages, month) {
                fitting if fitting.contains(&ratio) => Ok(ratio),
                [only] => {
                    let only = only.tenths();
                    let english = format!("must be {only}, which goes with the category");
                    Err(FieldFault::new("copay_wari", (english, format!("この区分では{only}です"))))
                }
                fitting => {
                    let fitting: Vec<String> = fitting.iter().map(|ratio| ratio.tenths().to_string()).collect();
                    let english = format!("must be {} with the category", fitting.join(" or "));
                    let japanese = format!("この区分では{}のどちらかです", fitting.join("か"));
                    Err(FieldFault::new("copay_wari", (english, japanese)))
                }
            };
        }
        band.ratio(ages, month).ok_or_else(|| {
            let reason = if month < ONE_ENDED {
                (
                    "is missing, and the category does not tell: at 70 to 74 until 2019-03 1 for people born up to 1944-04-01, 2 for \
                     others; 1 in 後期高齢者医療",
                    "必要です。区分からは決まりません。2019年3月までの70〜74歳は、1944-04-01までに生まれた人が1、ほかは2。\
                     後期高齢者医療は1",
                )
            } else {
                (
                    "is missing, and the category does not tell: 2 at 70 to 74, 1 in 後期高齢者医療 (or give age)",
                    "必要です。区分からは決まりません。70〜74歳は2、後期高齢者医療は1（ageを指定しても構いません）",
                )
            };
            FieldFault::new("copay_wari", reason)
        })
    }
}

#[cfg(test)]
mod tests;
