//! The caps of a month for a patient or a household, from the amounts of a band.

use super::band::{Band, Formula, Note, Transitional};
use super::reading::{
    HALVED_SINCE_2026_08, HALVED_UPPER_DISEASE, SPECIFIC_DISEASE_SINCE_2026_08, WITHOUT_EXAMPLES_SINCE, is_halved_in,
};
use super::specific_disease::{is_upper, specific_disease_cap};
use crate::domain::{Month, SpecificDisease, Yen};
use crate::rules::rounding::{one_per_cent, tenth};

/// The facts that decide the caps of a patient or a household in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// 診療月.
    pub month: Month,
    /// The band in this month's table.
    pub band: &'static Band,
    /// 多数回該当: three of the last twelve months, with this insurer, already reached the household's cap.
    pub fourth_month: bool,
    /// 75歳到達時特例: the patient turns 75 in this month, not on its first day, or loses the coverage as a dependant because the
    /// insured person does. The old scheme and the new one then each apply half of every amount (健康保険法施行令42条, since
    /// 2009-01), except those of 配慮措置. A person who enters 後期高齢者医療 for a disability has whole amounts. `reading.rs`
    /// lists which parts are readings.
    pub turns_75: bool,
}

/// The first month with half amounts (健康保険法施行令41条・42条).
pub const HALVED_SINCE: Month = Month::new(2009, 1);

/// 算定基準額 and its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// The amount of the cap.
    pub yen: Yen,
    /// Its origin.
    pub origin: Origin,
    /// Whether it comes from half amounts.
    pub halved: bool,
}

/// The origin of a cap. The amounts are half amounts if the cap is halved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A flat amount of the table.
    Flat,
    /// `base` plus 1 % of `cost` above `start`.
    Rising {
        /// The amount to which 1 % is added.
        base: Yen,
        /// The amount above which 1 % is taken.
        start: Yen,
        /// Medical cost.
        cost: Yen,
    },
    /// 多数回該当.
    FourthMonth,
    /// 外来（個人）.
    Outpatient,
    /// 特定疾病.
    SpecificDisease {
        /// Whether it is the cap of the upper bands under 70 for dialysis.
        upper: bool,
    },
    /// 配慮措置: `base` plus 10 % of `cost` above `start`.
    Transitional {
        /// The amount to which 10 % is added.
        base: Yen,
        /// The amount above which 10 % is taken.
        start: Yen,
        /// Medical cost.
        cost: Yen,
    },
}

impl Terms {
    /// Returns the cap of an item or a household with a total of `cost`.
    #[must_use]
    pub fn household_cap(&self, cost: Yen) -> Cap {
        let Formula { base, start, fourth } = self.formula();
        match (fourth, start) {
            (Some(fourth), _) if self.fourth_month => self.cap(fourth, Origin::FourthMonth),
            (_, Some(start)) => self.cap(base + one_per_cent(cost.over(start)), Origin::Rising { base, start, cost }),
            (_, None) => self.cap(base, Origin::Flat),
        }
    }

    /// Returns the household's amounts, halved if they are.
    #[must_use]
    pub fn formula(&self) -> Formula {
        let Formula { base, start, fourth } = self.band.household;
        let half = |yen| self.half(yen);
        Formula { base: half(base), start: start.map(half), fourth: fourth.map(half) }
    }

    /// Returns the most that one person pays as an outpatient, without 配慮措置, halved if it is; None if there is no outpatient
    /// cap.
    #[must_use]
    pub fn outpatient_amount(&self) -> Option<Yen> {
        self.band.outpatient.map(|outpatient| self.half(outpatient.monthly))
    }

    /// Returns the cap of one person's outpatient care of `cost` in total; None if there is none.
    #[must_use]
    pub fn outpatient_cap(&self, cost: Yen) -> Option<Cap> {
        let outpatient = self.band.outpatient?;
        let cap = self.cap(self.outpatient_amount()?, Origin::Outpatient);
        let measure = outpatient.transitional.filter(|measure| self.month <= measure.through);
        Some(measure.map(|measure| measure.cap(cost)).filter(|low| low.yen < cap.yen).unwrap_or(cap))
    }

    /// Returns the cap of care for a 特定疾病 at one institution, halved if it is.
    #[must_use]
    pub fn specific_disease_cap(&self, disease: SpecificDisease) -> Cap {
        let yen = self.half(specific_disease_cap(self.month, disease, self.band));
        self.cap(yen, Origin::SpecificDisease { upper: is_upper(disease, self.band) })
    }

    fn cap(&self, yen: Yen, origin: Origin) -> Cap {
        Cap { yen, origin, halved: self.halves() }
    }

    fn half(&self, yen: Yen) -> Yen {
        if self.halves() { yen.half() } else { yen }
    }

    /// Returns whether the amounts are half of the band's.
    #[must_use]
    pub fn halves(&self) -> bool {
        self.turns_75 && self.month >= HALVED_SINCE && is_halved_in(self.month)
    }

    /// Returns the terms for one person of a household, or with `false` for the household as a whole.
    #[must_use]
    pub(super) fn of(&self, turns_75: bool) -> Self {
        Self { turns_75, ..*self }
    }
}

impl Transitional {
    /// Returns the cap at a person's `cost`. The month of the 75th birthday halves the ordinary cap, but not this one, which
    /// lowers it (the ministry's examples of 2023-04).
    fn cap(self, cost: Yen) -> Cap {
        let Self { base, start, .. } = self;
        Cap { yen: base + tenth(cost.over(start)), origin: Origin::Transitional { base, start, cost }, halved: false }
    }
}

/// Returns the readings on which a cap rests, besides those noted in the row of its band.
pub fn readings(terms: &Terms, cap: &Cap) -> impl Iterator<Item = Note> {
    let late = terms.month >= WITHOUT_EXAMPLES_SINCE;
    let disease = matches!(cap.origin, Origin::SpecificDisease { .. });
    let upper = cap.origin == Origin::SpecificDisease { upper: true };
    [
        (cap.halved && late, HALVED_SINCE_2026_08),
        (cap.halved && upper, HALVED_UPPER_DISEASE),
        (disease && late, SPECIFIC_DISEASE_SINCE_2026_08),
    ]
    .into_iter()
    .filter_map(|(holds, note)| holds.then_some(note))
}
