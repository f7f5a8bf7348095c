//! The parts out of which situations are made.

use jiff::civil::{Date, date};

use crate::domain::{
    BirthDate, CardClass, CardDates, CardId, CardKey, CardKind, CardState, CopayRatio, Coverage, DatedRatio,
    ElderlyCertificate, Identity, InstitutionCode, LimitCategory, LimitCertificate, LimitKind, Loss, LossReason, Period,
    Protection, Relationship, Sex, Validity,
};
use crate::mass::{AskedBy, Expected, Question};
use crate::population::cards::record;
use crate::population::draw::Draw;
use crate::population::frame::{Frame, Made, id};
use crate::population::household::{days_after, years_after, years_before};
use crate::population::income::august_years;
use crate::population::insurers::Insurers;
use crate::population::names::{FullName, NamePart, given_name, surname};
use crate::population::numbers::PairForm;
use crate::population::places::{Map, Residence};
use crate::population::registrations::branch;
use crate::store::registry::{NewCard, NewPerson};

/// The institution that asks: the first of the fixtures, so that the questions can be put to a demo.
const INSTITUTION: &str = "1310012344";

/// A situation: its name, and how its household is made.
pub(super) type Situation = (&'static str, fn(&mut Stage<'_, '_>));

/// A person of a situation, before insurers register them.
#[derive(Clone, Copy)]
pub(super) struct Somebody {
    /// The place in the household, from 0.
    pub place: usize,
    pub birth: BirthDate,
    pub sex: Sex,
    pub name: FullName,
}

/// The household of a situation while it is made.
pub(super) struct Stage<'a, 'f> {
    name: &'static str,
    pub draw: &'a mut Draw,
    frame: &'a Frame<'f>,
    household: u64,
    residence: Residence,
    family: NamePart,
    places: usize,
    made: Vec<Made>,
}

impl<'a, 'f> Stage<'a, 'f> {
    pub fn new(name: &'static str, draw: &'a mut Draw, frame: &'a Frame<'f>, household: u64) -> Self {
        let map = Map::get();
        // The class is that of the household, so that 受給者番号 are unique.
        let municipality = map.municipality_of_class(household % Map::CLASSES, draw);
        let residence = map.residence(municipality, draw);
        let family = surname(draw);
        Self { name, draw, frame, household, residence, family, places: 0, made: Vec::new() }
    }

    pub fn finish(self) -> Vec<Made> {
        self.made
    }

    /// Returns the day as of which the population is made.
    pub fn today(&self) -> Date {
        self.frame.as_of
    }

    /// Returns the day a number of days before today.
    pub fn ago(&self, days: i64) -> Date {
        days_after(self.today(), -days)
    }

    /// Returns the newest year from August to July.
    pub fn this_year(&self) -> Period {
        let [.., year] = august_years(self.today());
        year
    }

    /// Returns the year from August to July before it.
    pub fn last_year(&self) -> Period {
        let [_, year, _] = august_years(self.today());
        year
    }

    pub fn institution(&self) -> InstitutionCode {
        InstitutionCode::parse(INSTITUTION).expect("the code is one of the fixtures'")
    }

    /// Returns 10 March of the year in which a person of this age was born: their age does not change within today's month.
    pub fn born(&self, age: i64) -> Date {
        let birthday = date(self.today().year(), 3, 10);
        let years = if birthday <= self.today() { age } else { age + 1 };
        years_before(birthday, years)
    }

    /// Makes the next person of the household.
    pub fn somebody(&mut self, born: Date, sex: Sex) -> Somebody {
        let given = given_name(self.draw, sex, born.year());
        let birth = BirthDate::new(born).expect("births lie within a hundred years");
        self.places += 1;
        Somebody { place: self.places - 1, birth, sex, name: FullName { family: self.family, given } }
    }

    /// Returns a coverage of 協会けんぽ as an employee, by the number of the person's job.
    pub fn employee(&self, who: Somebody, job: usize, acquired_on: Date) -> Coverage {
        self.kyokai(who, who.place, job, Relationship::Insured, acquired_on)
    }

    /// Returns a coverage of 協会けんぽ as a dependant of the member at a place.
    pub fn dependant(&self, who: Somebody, insured: usize, job: usize, acquired_on: Date) -> Coverage {
        self.kyokai(who, insured, job, Relationship::Dependant, acquired_on)
    }

    fn kyokai(&self, who: Somebody, insured: usize, job: usize, as_whom: Relationship, acquired_on: Date) -> Coverage {
        let insurers = Insurers::get();
        let (symbol, number) = self.frame.numbers.of_job(self.household, insured, job, PairForm::Kyokai);
        let insurer = insurers.number(insurers.kyokai(self.residence.prefecture));
        let branch = branch(if as_whom == Relationship::Insured { 0 } else { who.place + 1 });
        let key = CardKey { insurer, symbol: Some(symbol), number, branch: Some(branch) };
        self.coverage(who, key, Some(as_whom), acquired_on)
    }

    /// Returns a coverage of the municipality's national health insurance, of the household's number at a residence.
    pub fn national(&self, who: Somebody, residence: usize, acquired_on: Date) -> Coverage {
        let insurers = Insurers::get();
        let (symbol, number) = self.frame.numbers.of_residence(self.household, residence, PairForm::National);
        let insurer = insurers.number(insurers.national_health(self.residence.municipality));
        let key = CardKey { insurer, symbol: Some(symbol), number, branch: Some(branch(who.place + 1)) };
        self.coverage(who, key, Some(Relationship::Insured), acquired_on)
    }

    /// Returns a coverage of 後期高齢者医療.
    pub fn late_elderly(&self, who: Somebody, acquired_on: Date) -> Coverage {
        let insurers = Insurers::get();
        let (group, number) = self.frame.numbers.late_elderly(self.household, who.place);
        let insurer = insurers.number(insurers.late_elderly(self.residence.prefecture, group));
        self.coverage(who, CardKey { insurer, symbol: None, number, branch: None }, None, acquired_on)
    }

    /// Returns 医療扶助.
    pub fn assistance(&self, who: Somebody, acquired_on: Date) -> Coverage {
        let insurers = Insurers::get();
        let insurer = insurers.number(insurers.medical_aid(self.residence.municipality));
        let number = self.frame.numbers.recipient(self.household, who.place);
        let coverage = self.coverage(who, CardKey { insurer, symbol: None, number, branch: None }, None, acquired_on);
        Coverage { card_class: CardClass::MedicalAid, ..coverage }
    }

    fn coverage(&self, who: Somebody, key: CardKey, relationship: Option<Relationship>, acquired_on: Date) -> Coverage {
        Coverage {
            key,
            relationship,
            card_class: CardClass::General,
            identity: Identity {
                name: who.name.written(),
                kana: Some(who.name.kana()),
                other_name: None,
                other_kana: None,
                insured_name: None,
                sex: who.sex,
                sex_on_back: None,
                birth_on: who.birth,
                post_number: Some(self.residence.post_number.clone()),
                address: Some(self.residence.address.clone()),
            },
            acquired_on: acquired_on.max(who.birth.date()),
            loss: None,
            card: CardDates::default(),
            ratios: Vec::new(),
            elderly: Vec::new(),
            limits: Vec::new(),
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
        }
    }

    /// Returns the id of a person's certificate.
    pub fn certificate(&self, who: Somebody, certificate: usize) -> CardId {
        self.frame.numbers.certificate(self.household, who.place, certificate)
    }

    /// Returns a certificate issued on a day.
    pub fn card(&self, who: Somebody, certificate: usize, kind: CardKind, state: CardState, issued_on: Date) -> NewCard {
        let id = self.certificate(who, certificate);
        NewCard { id: id.clone(), record: Some(record(id, kind, state, issued_on, issued_on, who.birth)) }
    }

    /// Adds a person with the coverages.
    pub fn add(&mut self, who: Somebody, coverages: Vec<Coverage>) -> &mut NewPerson {
        let person = NewPerson {
            fixture_id: id(self.household, who.place),
            about: self.name.to_owned(),
            protection: Protection::default(),
            died_on: None,
            coverages,
            cards: Vec::new(),
        };
        self.made.push((person, Vec::new()));
        &mut self.made.last_mut().expect("one was just added").0
    }

    /// Adds a question by number about a person who was added.
    pub fn ask(&mut self, who: Somebody, key: CardKey, check_on: Date, expected: Expected) {
        self.question(who, AskedBy::Number(key), check_on, expected, None);
    }

    /// Adds a question by a person's card.
    pub fn ask_card(&mut self, who: Somebody, certificate: usize, check_on: Date, expected: Expected) {
        self.question(who, AskedBy::Card(self.certificate(who, certificate)), check_on, expected, None);
    }

    /// Adds a question about a registration that contradicts a rule on purpose.
    pub fn ask_despite(&mut self, who: Somebody, key: CardKey, rule: &'static str, check_on: Date, expected: Expected) {
        self.question(who, AskedBy::Number(key), check_on, expected, Some(rule));
    }

    fn question(
        &mut self,
        who: Somebody,
        asked_by: AskedBy,
        check_on: Date,
        expected: Expected,
        finding: Option<&'static str>,
    ) {
        let institution = self.institution();
        let question = Question {
            situation: self.name,
            check_on,
            institution,
            asked_by,
            birth_on: who.birth.date(),
            expected,
            finding,
        };
        let of = id(self.household, who.place);
        let person = self.made.iter_mut().find(|(person, _)| person.fixture_id == of).expect("the person was added");
        person.1.push(question);
    }
}

/// Returns a coverage that is lost on a day.
pub(super) fn lost(coverage: Coverage, on: Date, reason: LossReason) -> Coverage {
    Coverage { loss: Some(Loss { on, reason }), ..coverage }
}

/// Returns a coverage with a limit certificate. 低所得 and オ also have cheaper meals.
pub(super) fn limited(mut coverage: Coverage, category: LimitCategory, period: Period) -> Coverage {
    use LimitCategory as C;
    let low = matches!(category, C::O | C::LowTwo | C::LowOne);
    let kind = if low { LimitKind::LimitAndMeal } else { LimitKind::Limit };
    coverage.limits.push(LimitCertificate { kind, category, issued_on: Some(period.from()), period, long_stay_on: None });
    coverage
}

/// Returns a coverage with 高齢受給者証.
pub(super) fn elderly(mut coverage: Coverage, ratio: CopayRatio, period: Period) -> Coverage {
    coverage.elderly.push(ElderlyCertificate { issued_on: Some(period.from()), period, ratio });
    coverage
}

/// Returns a coverage of 後期高齢者医療 with a ratio.
pub(super) fn with_ratio(mut coverage: Coverage, ratio: CopayRatio, period: Period) -> Coverage {
    coverage.ratios.push(DatedRatio { period, ratio });
    coverage
}

/// Returns the days from one through another.
pub(super) fn days(from: Date, through: Date) -> Period {
    Period::new(from, through).expect("situations count forward")
}

/// Returns the last day of July on or after a day.
pub(super) fn next_july_31(day: Date) -> Date {
    let this_year = date(day.year(), 7, 31);
    if day <= this_year { this_year } else { years_after(this_year, 1) }
}

/// Returns the first day of August on or before a day.
pub(super) fn last_august_1(day: Date) -> Date {
    let this_year = date(day.year(), 8, 1);
    if this_year <= day { this_year } else { years_before(this_year, 1) }
}

/// 有効, and the patient pays 3割, which no answer carries below 70.
pub(super) fn valid_three() -> Expected {
    Expected { validity: Some(Validity::Valid), payable: Some(CopayRatio::Three), ..Expected::default() }
}

/// 有効 with a share that the answer carries.
pub(super) fn valid_shown(ratio: CopayRatio, category: Option<LimitCategory>) -> Expected {
    Expected { validity: Some(Validity::Valid), shown: Some(ratio), payable: Some(ratio), category, ..Expected::default() }
}

/// An answer that is no more than its validity.
pub(super) fn only(validity: Validity) -> Expected {
    Expected { validity: Some(validity), ..Expected::default() }
}
