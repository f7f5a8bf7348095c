//! Coverages (資格) as insurers register them.

use std::sync::Arc;

use jiff::civil::Date;

use super::batch::ReferenceNumber;
use super::birth::BirthDate;
use super::card_key::CardKey;
use super::limit::LimitCertificate;
use super::medical_ticket::MedicalTicket;
use super::period::Period;
use super::ratio::{CopayRatio, DatedRatio};
use super::specific_disease::SpecificDiseaseCertificate;
use super::text::{PersonalText, PostNumber};

/// 資格: one insurer's registration of one person; for medical aid, one welfare office's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The data on the card.
    pub key: CardKey,
    /// 本人・家族; 後期高齢者医療 and 医療扶助 have none.
    pub relationship: Option<Relationship>,
    /// 被保険者証区分.
    pub card_class: CardClass,
    /// The person as this insurer registered them.
    pub identity: Identity,
    /// 資格取得日: the first day of the coverage.
    pub acquired_on: Date,
    /// The end of the coverage, if it has ended.
    pub loss: Option<Loss>,
    /// Dates of the card (資格確認書).
    pub card: CardDates,
    /// 一部負担金割合, registered by 後期高齢者医療 unions only.
    pub ratios: Vec<DatedRatio>,
    /// 高齢受給者証, for people of 70 to 74.
    pub elderly: Vec<ElderlyCertificate>,
    /// 限度額適用認定証.
    pub limits: Vec<LimitCertificate>,
    /// 特定疾病療養受療証.
    pub specific_diseases: Vec<SpecificDiseaseCertificate>,
    /// 医療券・調剤券, of 医療扶助 only.
    pub tickets: Vec<MedicalTicket>,
}

impl Coverage {
    /// Returns whether the coverage counts on `day`: from the day of acquisition on, and before the day of loss.
    #[must_use]
    pub fn in_force_on(&self, day: Date) -> bool {
        self.acquired_on <= day && !self.lost_on(day)
    }

    /// Returns whether the coverage has been lost on `day`; the day of loss itself no longer counts.
    #[must_use]
    pub fn lost_on(&self, day: Date) -> bool {
        self.loss.is_some_and(|loss| loss.on <= day)
    }
}

/// A coverage in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The id from the database.
    pub id: i64,
    /// The registered coverage; answers share it.
    pub coverage: Arc<Coverage>,
    /// 照会番号: the asking institution's own number of the card's holder.
    pub reference: Option<ReferenceNumber>,
}

/// A person as one insurer registered them; two insurers may differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// 氏名, with a full-width space.
    pub name: PersonalText,
    /// 氏名カナ, half-width.
    pub kana: Option<PersonalText>,
    /// 通称.
    pub other_name: Option<PersonalText>,
    /// 通称カナ, half-width.
    pub other_kana: Option<PersonalText>,
    /// 被保険者氏名・世帯主氏名.
    pub insured_name: Option<PersonalText>,
    /// 性別 on the front of the card.
    pub sex: Sex,
    /// 性別 on the back of the card, if it differs at the person's wish.
    pub sex_on_back: Option<Sex>,
    /// 生年月日.
    pub birth_on: BirthDate,
    /// 郵便番号.
    pub post_number: Option<PostNumber>,
    /// 住所.
    pub address: Option<PersonalText>,
}

/// The end of a coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// 資格喪失日: the first day without the coverage (the day after leaving or dying).
    pub on: Date,
    /// 喪失事由.
    pub reason: LossReason,
}

/// Dates on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CardDates {
    /// 交付年月日.
    pub issued_on: Option<Date>,
    /// 有効開始年月日.
    pub valid_from: Option<Date>,
    /// 有効終了年月日, inclusive.
    pub valid_through: Option<Date>,
}

/// 高齢受給者証 of a person of 70 to 74.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElderlyCertificate {
    /// 交付年月日.
    pub issued_on: Option<Date>,
    /// 有効開始年月日 to 有効終了年月日.
    pub period: Period,
    /// 一部負担金割合.
    pub ratio: CopayRatio,
}

/// 本人・家族 (code table 009).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relationship {
    /// 1 本人.
    Insured,
    /// 2 家族.
    Dependant,
}

/// 被保険者証区分 (code table 010).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardClass {
    /// 01 一般.
    General,
    /// 02 退職.
    Retired,
    /// 03 短期（一般）.
    ShortTerm,
    /// 04 短期（退職）.
    ShortTermRetired,
    /// 05 特別療養費支給対象者, 資格証明書 until 2024-12.
    SpecialExpense,
    /// 06 特例退職.
    SpecialRetired,
    /// 07 自衛官.
    SelfDefence,
    /// A1 医療扶助.
    MedicalAid,
}

impl CardClass {
    /// Returns the label of the code table.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::General => "一般",
            Self::Retired => "退職",
            Self::ShortTerm => "短期（一般）",
            Self::ShortTermRetired => "短期（退職）",
            Self::SpecialExpense => "特別療養費支給対象者",
            Self::SpecialRetired => "特例退職",
            Self::SelfDefence => "自衛官",
            Self::MedicalAid => "医療扶助",
        }
    }

    /// Returns the English name.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::General => "general (一般)",
            Self::Retired => "retired (退職)",
            Self::ShortTerm => "short-term (短期)",
            Self::ShortTermRetired => "short-term, retired (短期・退職)",
            Self::SpecialExpense => "special medical expenses (特別療養費)",
            Self::SpecialRetired => "special retired (特例退職)",
            Self::SelfDefence => "self-defence forces (自衛官)",
            Self::MedicalAid => "medical aid (医療扶助)",
        }
    }
}

/// 喪失事由 (code table 008).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LossReason {
    /// 01 死亡.
    Death,
    /// 02 生活保護受給開始.
    Welfare,
    /// 03 医療保険等の資格取得.
    OtherInsurance,
    /// 99 その他.
    Other,
}

/// 性別 (code table 007).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 1 男.
    Male,
    /// 2 女.
    Female,
    /// 3 未設定.
    Unset,
}
