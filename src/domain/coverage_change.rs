//! A change of what an insurer has registered about one coverage.

use jiff::civil::Date;

use super::birth::BirthDate;
use super::card_key::{BranchNumber, CardKey, CardNumber, CardSymbol};
use super::coverage::{CardClass, CardDates, Coverage, ElderlyCertificate, Identity, Loss, Relationship, Sex};
use super::insurer::{InsurerNumber, Scheme};
use super::limit::LimitCertificate;
use super::ratio::DatedRatio;
use super::specific_disease::SpecificDiseaseCertificate;
use super::text::{PersonalText, PostNumber};

/// New values of a coverage's parts; `None` leaves a part as it is. The inner `None` of a part that may be missing removes it. Lists
/// replace the whole list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageChange {
    /// 記号.
    pub symbol: Option<Option<CardSymbol>>,
    /// 番号.
    pub number: Option<CardNumber>,
    /// 枝番.
    pub branch: Option<Option<BranchNumber>>,
    /// 本人・家族.
    pub relationship: Option<Option<Relationship>>,
    /// 被保険者証区分.
    pub card_class: Option<CardClass>,
    /// 氏名.
    pub name: Option<PersonalText>,
    /// 氏名カナ.
    pub kana: Option<Option<PersonalText>>,
    /// 通称.
    pub other_name: Option<Option<PersonalText>>,
    /// 通称カナ.
    pub other_kana: Option<Option<PersonalText>>,
    /// 被保険者氏名・世帯主氏名.
    pub insured_name: Option<Option<PersonalText>>,
    /// 性別.
    pub sex: Option<Sex>,
    /// 性別 on the back of the card.
    pub sex_on_back: Option<Option<Sex>>,
    /// 生年月日.
    pub birth_on: Option<BirthDate>,
    /// 郵便番号.
    pub post_number: Option<Option<PostNumber>>,
    /// 住所.
    pub address: Option<Option<PersonalText>>,
    /// The end of the coverage.
    pub loss: Option<Option<Loss>>,
    /// 交付年月日 of the card.
    pub card_issued_on: Option<Option<Date>>,
    /// 有効開始年月日 of the card.
    pub card_valid_from: Option<Option<Date>>,
    /// 有効終了年月日 of the card.
    pub card_valid_through: Option<Option<Date>>,
    /// 一部負担金割合.
    pub ratios: Option<Vec<DatedRatio>>,
    /// 高齢受給者証.
    pub elderly: Option<Vec<ElderlyCertificate>>,
    /// 限度額適用認定証.
    pub limits: Option<Vec<LimitCertificate>>,
    /// 特定疾病療養受療証.
    pub specific_diseases: Option<Vec<SpecificDiseaseCertificate>>,
}

impl CoverageChange {
    /// Makes a new coverage. Parts that are not given are missing; 被保険者証区分 is 一般, or 医療扶助 of a welfare office.
    ///
    /// # Errors
    /// The name of a part without which there is no coverage.
    pub fn new_coverage(&self, insurer: InsurerNumber, acquired_on: Date) -> Result<Coverage, &'static str> {
        let usual = if insurer.scheme() == Scheme::MedicalAid { CardClass::MedicalAid } else { CardClass::General };
        let mut coverage = Coverage {
            key: CardKey { insurer, symbol: None, number: self.number.clone().ok_or("number")?, branch: None },
            relationship: None,
            card_class: usual,
            identity: Identity {
                name: self.name.clone().ok_or("name")?,
                kana: None,
                other_name: None,
                other_kana: None,
                insured_name: None,
                sex: self.sex.ok_or("sex")?,
                sex_on_back: None,
                birth_on: self.birth_on.ok_or("birth_on")?,
                post_number: None,
                address: None,
            },
            acquired_on,
            loss: None,
            card: CardDates::default(),
            ratios: Vec::new(),
            elderly: Vec::new(),
            limits: Vec::new(),
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
        };
        self.change(&mut coverage);
        Ok(coverage)
    }

    /// Returns the key that a coverage of this key has after the change.
    #[must_use]
    pub fn changed_key(&self, key: &CardKey) -> CardKey {
        let mut key = key.clone();
        set(&mut key.symbol, self.symbol.as_ref());
        set(&mut key.number, self.number.as_ref());
        set(&mut key.branch, self.branch.as_ref());
        key
    }

    /// Changes the coverage.
    pub fn change(&self, coverage: &mut Coverage) {
        let Coverage { key, identity, card, .. } = coverage;
        *key = self.changed_key(key);
        set(&mut identity.name, self.name.as_ref());
        set(&mut identity.kana, self.kana.as_ref());
        set(&mut identity.other_name, self.other_name.as_ref());
        set(&mut identity.other_kana, self.other_kana.as_ref());
        set(&mut identity.insured_name, self.insured_name.as_ref());
        set(&mut identity.sex, self.sex.as_ref());
        set(&mut identity.sex_on_back, self.sex_on_back.as_ref());
        set(&mut identity.birth_on, self.birth_on.as_ref());
        set(&mut identity.post_number, self.post_number.as_ref());
        set(&mut identity.address, self.address.as_ref());
        set(&mut card.issued_on, self.card_issued_on.as_ref());
        set(&mut card.valid_from, self.card_valid_from.as_ref());
        set(&mut card.valid_through, self.card_valid_through.as_ref());
        set(&mut coverage.relationship, self.relationship.as_ref());
        set(&mut coverage.card_class, self.card_class.as_ref());
        set(&mut coverage.loss, self.loss.as_ref());
        set(&mut coverage.ratios, self.ratios.as_ref());
        set(&mut coverage.elderly, self.elderly.as_ref());
        set(&mut coverage.limits, self.limits.as_ref());
        set(&mut coverage.specific_diseases, self.specific_diseases.as_ref());
    }
}

fn set<T: Clone>(part: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        part.clone_from(new);
    }
}
