//! The payment of a patient for one item.

use super::cap::{Cap, Terms};
use super::step::Step;
use crate::domain::{CopayRatio, SpecificDisease, Yen};

/// In- or outpatient care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// 入院.
    Inpatient,
    /// 外来.
    Outpatient,
}

/// The charge of one institution for one person in one month: one レセプト.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// 医療費 (10割).
    pub cost: Yen,
    /// 一部負担金割合.
    pub ratio: CopayRatio,
    /// 入院・外来.
    pub setting: Setting,
}

impl Item {
    /// Returns 一部負担金 of the month: the cost less the insurer's part, which is cut to whole yen.
    #[must_use]
    pub fn share(&self) -> Yen {
        let borne = self.cost.amount() * u64::from(10 - self.ratio.tenths()) / 10;
        self.cost.over(Yen::new(borne))
    }
}

/// The payment of a patient for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// 一部負担金 before any cap.
    pub share: Yen,
    /// The cap applied: the lower one if there are two.
    pub cap: Cap,
    /// The patient's payment.
    pub paid: Yen,
    /// The refund, including amounts never charged (現物給付).
    pub refund: Yen,
}

impl Terms {
    /// Works out the payment for one item: the share, but at most the outpatient cap and the household's.
    #[must_use]
    pub fn pay(&self, item: &Item) -> Payment {
        let share = item.share();
        let household = self.household_cap(item.cost);
        let outpatient = match item.setting {
            Setting::Outpatient => self.outpatient_cap(item.cost),
            Setting::Inpatient => None,
        };
        let cap = outpatient.filter(|cap| cap.yen < household.yen).unwrap_or(household);
        Payment::capped(share, cap)
    }

    /// Works out the payment for an item of care for a 特定疾病.
    #[must_use]
    pub fn pay_for_disease(&self, disease: SpecificDisease, item: &Item) -> Payment {
        Payment::capped(item.share(), self.specific_disease_cap(disease))
    }
}

impl Payment {
    fn capped(share: Yen, cap: Cap) -> Self {
        let paid = share.min(cap.yen);
        Self { share, cap, paid, refund: share.over(paid) }
    }

    /// Returns the steps of the calculation, one line each.
    #[must_use]
    pub fn steps<'a>(&self, item: &Item) -> Vec<Step<'a>> {
        vec![
            Step::Share { who: None, cost: item.cost, ratio: item.ratio, yen: self.share },
            Step::Cap(self.cap),
            Step::Pays(self.paid),
            Step::Refund(self.refund),
        ]
    }
}
