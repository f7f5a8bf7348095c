//! Turns lives into registrations: keys, dates of acquisition and loss, and the person as each insurer registered them.

use jiff::civil::Date;

use crate::domain::{
    BranchNumber, CardClass, CardDates, CardKey, Coverage, Identity, Loss, LossReason, PersonalText, Relationship, Scheme,
};

use super::household::{Member, days_after};
use super::insurers::{InsurerId, Insurers};
use super::lives::{Cover, Life};
use super::names::FullName;
use super::numbers::{Numbers, PairForm};
use super::places::Residence;

/// A member as insurers register them.
pub(super) struct Registered {
    /// The name before the marriage, and until when.
    pub earlier_name: Option<(FullName, Date)>,
    pub name: FullName,
    /// 通称.
    pub alias: Option<FullName>,
    /// Whether employees' insurers write ● in the name.
    pub black_dot: bool,
}

/// The household of a registration.
pub(super) struct Home<'a> {
    pub numbers: &'a Numbers,
    pub household: u64,
    pub members: &'a [Member],
    pub names: &'a [Registered],
    pub residences: &'a [Residence],
    /// The days from which the residences count.
    pub moves: &'a [Date],
    pub as_of: Date,
}

impl Home<'_> {
    /// Returns the coverages of a member, in order, with the cover behind each.
    pub fn coverages(&self, place: usize, life: &Life) -> Vec<(Cover, Coverage)> {
        let member = &self.members[place];
        let mut coverages = Vec::new();
        for (at, (from, cover)) in life.iter().enumerate() {
            let next = life.get(at + 1);
            let loss = match (next, member.died_on) {
                (Some((begins, next)), _) => Some(loss(*cover, *begins, *next)),
                (None, Some(died_on)) => Some(Loss { on: days_after(died_on, 1), reason: LossReason::Death }),
                (None, None) => None,
            };
            coverages.push((*cover, self.coverage(place, *cover, *from, loss)));
        }
        coverages
    }

    fn coverage(&self, place: usize, cover: Cover, acquired_on: Date, loss: Option<Loss>) -> Coverage {
        let last = loss.map_or(self.as_of, |loss| days_after(loss.on, -1)).min(self.as_of);
        let key = self.key(place, cover);
        Coverage {
            card_class: card_class(key.insurer.scheme()),
            key,
            relationship: relationship(place, cover),
            identity: self.identity(place, cover, last),
            acquired_on,
            loss,
            card: CardDates::default(),
            ratios: Vec::new(),
            elderly: Vec::new(),
            limits: Vec::new(),
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
        }
    }

    /// Returns the data on the card of a cover.
    fn key(&self, place: usize, cover: Cover) -> CardKey {
        let (numbers, household, insurers) = (self.numbers, self.household, Insurers::get());
        let with_branch = |insurer: InsurerId, (symbol, number), branch| CardKey {
            insurer: insurers.number(insurer),
            symbol: Some(symbol),
            number,
            branch: Some(branch),
        };
        match cover {
            Cover::Insured { insurer, form, job } => {
                with_branch(insurer, numbers.of_job(household, place, job, form), branch(0))
            }
            Cover::Dependant { leader, insurer, form, job } => {
                with_branch(insurer, numbers.of_job(household, leader, job, form), branch(place + 1))
            }
            Cover::National { residence } => {
                let insurer = insurers.national_health(self.residences[residence].municipality);
                let pair = numbers.of_residence(household, residence, PairForm::National);
                with_branch(insurer, pair, branch(place + 1))
            }
            Cover::Society { leader, insurer, job } => {
                with_branch(insurer, numbers.of_job(household, leader, job, PairForm::Plain), branch(place + 1))
            }
            Cover::Late { elder } => {
                let (group, number) = numbers.late_elderly(household, elder);
                let insurer = insurers.number(insurers.late_elderly(self.newest().prefecture, group));
                CardKey { insurer, symbol: None, number, branch: None }
            }
            Cover::Aid => {
                let insurer = insurers.number(insurers.medical_aid(self.newest().municipality));
                CardKey { insurer, symbol: None, number: numbers.recipient(household, place), branch: None }
            }
        }
    }

    fn newest(&self) -> &Residence {
        self.residences.last().expect("a household lives somewhere")
    }

    /// Returns the person as the insurer of a cover last registered them on a day.
    fn identity(&self, place: usize, cover: Cover, day: Date) -> Identity {
        let (member, names) = (&self.members[place], &self.names[place]);
        let name = names.on(day);
        let residence =
            self.moves.iter().rposition(|moved| *moved <= day).map_or_else(|| self.newest(), |at| &self.residences[at]);
        let dotted = names.black_dot && cover.is_employees();
        Identity {
            name: if dotted { name.with_black_dot() } else { name.written() },
            kana: Some(name.kana()),
            other_name: names.alias.as_ref().map(FullName::written),
            other_kana: names.alias.as_ref().map(FullName::kana),
            insured_name: self.insured_name(place, cover, day),
            sex: member.sex,
            sex_on_back: None,
            birth_on: member.birth,
            post_number: Some(residence.post_number.clone()),
            address: Some(residence.address.clone()),
        }
    }

    /// Returns 被保険者氏名・世帯主氏名.
    fn insured_name(&self, place: usize, cover: Cover, day: Date) -> Option<PersonalText> {
        let insured = match cover {
            Cover::Insured { .. } => place,
            Cover::Dependant { leader, .. } | Cover::Society { leader, .. } => leader,
            Cover::National { .. } => 0,
            Cover::Late { .. } | Cover::Aid => return None,
        };
        Some(self.names[insured].on(day).written())
    }
}

impl Registered {
    fn on(&self, day: Date) -> FullName {
        match self.earlier_name {
            Some((earlier, until)) if day < until => earlier,
            _ => self.name,
        }
    }
}

/// Returns the loss of a cover that another follows from a day on.
fn loss(cover: Cover, begins: Date, next: Cover) -> Loss {
    let other = |on| Loss { on, reason: LossReason::OtherInsurance };
    match (cover, next) {
        (_, Cover::Aid) => Loss { on: begins, reason: LossReason::Welfare },
        // 国保 is lost on the day after an employees' insurance begins (国民健康保険法8条).
        _ if cover.is_national_health() && next.is_employees() => other(days_after(begins, 1)),
        // Everything else that another insurance follows of itself ends on its first day.
        (_, Cover::Late { .. }) => other(begins),
        (Cover::Dependant { .. }, Cover::Insured { .. } | Cover::Dependant { .. }) => other(begins),
        (Cover::National { .. }, Cover::National { .. }) => Loss { on: begins, reason: LossReason::Other },
        _ if cover.is_national_health() => other(begins),
        // Leaving work: the day after the last day of work.
        _ => Loss { on: begins, reason: LossReason::Other },
    }
}

fn relationship(place: usize, cover: Cover) -> Option<Relationship> {
    let insured = match cover {
        Cover::Insured { .. } => true,
        Cover::Dependant { .. } => false,
        Cover::National { .. } => place == 0,
        Cover::Society { leader, .. } => place == leader,
        Cover::Late { .. } | Cover::Aid => return None,
    };
    Some(if insured { Relationship::Insured } else { Relationship::Dependant })
}

/// Returns 被保険者証区分 of the cards of a scheme.
pub(super) fn card_class(scheme: Scheme) -> CardClass {
    match scheme {
        Scheme::MedicalAid => CardClass::MedicalAid,
        Scheme::SpecialRetired => CardClass::SpecialRetired,
        Scheme::SelfDefenceForces => CardClass::SelfDefence,
        _ => CardClass::General,
    }
}

/// Returns a branch number below 100.
pub(super) fn branch(number: usize) -> BranchNumber {
    BranchNumber::parse(&format!("{number:02}")).expect("branches have two digits")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_of_loss_follow_the_event() {
        let insured = Cover::Insured { insurer: 0, form: PairForm::Plain, job: 0 };
        let dependant = Cover::Dependant { leader: 0, insurer: 0, form: PairForm::Plain, job: 0 };
        let national = Cover::National { residence: 0 };
        let late = Cover::Late { elder: 0 };
        let day = date(2026, 4, 1);
        let next = date(2026, 4, 2);
        use LossReason::{Other, OtherInsurance, Welfare};
        for (cover, then, on, reason) in [
            (insured, insured, day, Other),
            (insured, national, day, Other),
            (insured, late, day, OtherInsurance),
            (dependant, late, day, OtherInsurance),
            (dependant, national, day, Other),
            (dependant, insured, day, OtherInsurance),
            (national, insured, next, OtherInsurance),
            (national, dependant, next, OtherInsurance),
            (national, late, day, OtherInsurance),
            (national, Cover::National { residence: 1 }, day, Other),
            (national, Cover::Aid, day, Welfare),
            (late, Cover::Aid, day, Welfare),
        ] {
            assert_eq!(loss(cover, day, then), Loss { on, reason }, "{cover:?} {then:?}");
        }
    }
}
