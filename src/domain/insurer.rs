//! Insurers, their numbers and their schemes.

use std::borrow::Cow;
use std::fmt;

use crate::language::Japanese;

use super::check_digit::check_digit;
use super::fold::digits;

/// 保険者番号: eight digits (法別番号 2, prefecture 2, insurer 3, check digit 1), or six for national health insurance
/// (prefecture 2, insurer 3, check digit 1). For medical aid it is the 公費負担者番号 of the welfare office. The scheme is always
/// one of the online check, and the check digit is always right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InsurerNumber {
    digits: [u8; 8],
    len: u8,
}

/// The reason why a text is not an [`InsurerNumber`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InsurerNumberError {
    /// Neither six nor eight digits without the padding.
    #[error("an insurer number has 8 digits, or 6 for national health insurance")]
    Length,
    /// Characters other than digits.
    #[error("an insurer number holds digits only")]
    NotDigits,
    /// The last digit does not fit the others.
    #[error("the check digit of the insurer number would be {right}")]
    CheckDigit {
        /// The digit that fits.
        right: u8,
    },
    /// The first two of eight digits do not name a scheme.
    #[error("the first two digits of the insurer number name neither a health-insurance scheme nor medical aid")]
    Scheme,
}

impl Japanese for InsurerNumberError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Length => "保険者番号は8桁（国民健康保険は6桁）です".into(),
            Self::NotDigits => "保険者番号に使えるのは数字だけです".into(),
            Self::CheckDigit { right } => format!("保険者番号の検証番号は{right}のはずです").into(),
            Self::Scheme => "保険者番号の先頭2桁が医療保険の制度にも医療扶助にも当たりません".into(),
        }
    }
}

impl InsurerNumber {
    /// Reads a number as clients send it: in any width, blanks ignored; a six-digit number may be padded to eight with blanks or
    /// zeros.
    ///
    /// # Errors
    /// See [`InsurerNumberError`].
    pub fn parse(text: &str) -> Result<Self, InsurerNumberError> {
        let digits = digits(text).ok_or(InsurerNumberError::NotDigits)?;
        let digits = match digits.len() {
            8 => digits.strip_prefix("00").unwrap_or(&digits),
            6 => &*digits,
            _ => return Err(InsurerNumberError::Length),
        };
        let (body, last) = digits.split_at(digits.len() - 1);
        let right = check_digit(body).ok_or(InsurerNumberError::NotDigits)?;
        if last.as_bytes() != [b'0' + right] {
            return Err(InsurerNumberError::CheckDigit { right });
        }
        let mut number = Self { digits: [b' '; 8], len: 0 };
        for (place, byte) in number.digits.iter_mut().zip(digits.bytes()) {
            *place = byte;
            number.len += 1;
        }
        Scheme::of(digits).ok_or(InsurerNumberError::Scheme)?;
        Ok(number)
    }

    /// Returns the digits without padding: six or eight.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.len)]).expect("only ASCII digits are stored")
    }

    /// Returns the scheme of the number.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        Scheme::of(self.as_str()).expect("parse admits numbers of a known scheme only")
    }
}

impl fmt::Display for InsurerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for InsurerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InsurerNumber({})", self.as_str())
    }
}

/// 制度: the law under which an insurer works, by the 法別番号 of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// 協会けんぽ (01).
    KyokaiKenpo,
    /// 船員保険 (02).
    Seamen,
    /// 日雇特例被保険者 (03 一般, 04 特別療養費).
    DayLabourers,
    /// 組合健保 (06).
    HealthInsuranceSociety,
    /// 自衛官等 (07).
    SelfDefenceForces,
    /// 国家公務員共済組合 (31).
    NationalMutualAid,
    /// 地方公務員等共済組合 (32).
    LocalMutualAid,
    /// 警察共済組合 (33).
    PoliceMutualAid,
    /// 公立学校共済組合・私学共済 (34).
    SchoolMutualAid,
    /// 特例退職被保険者 (63 of societies, 72–75 of the mutual-aid associations).
    SpecialRetired,
    /// 市町村国保 (six digits).
    MunicipalNationalHealth,
    /// 国保組合 (six digits, first insurer digit 3).
    NationalHealthSociety,
    /// 退職者医療 (67), ended; questions for old dates still find it.
    RetiredNationalHealth,
    /// 後期高齢者医療 (39).
    LateElderly,
    /// 医療扶助 of 生活保護 (12): not insurance; the welfare office pays.
    MedicalAid,
}

impl Scheme {
    fn of(digits: &str) -> Option<Self> {
        if digits.len() == 6 {
            return Some(match digits.as_bytes()[2] {
                b'3' => Self::NationalHealthSociety,
                _ => Self::MunicipalNationalHealth,
            });
        }
        Some(match &digits[..2] {
            "01" => Self::KyokaiKenpo,
            "02" => Self::Seamen,
            "03" | "04" => Self::DayLabourers,
            "06" => Self::HealthInsuranceSociety,
            "07" => Self::SelfDefenceForces,
            "12" => Self::MedicalAid,
            "31" => Self::NationalMutualAid,
            "32" => Self::LocalMutualAid,
            "33" => Self::PoliceMutualAid,
            "34" => Self::SchoolMutualAid,
            "39" => Self::LateElderly,
            "63" | "72" | "73" | "74" | "75" => Self::SpecialRetired,
            "67" => Self::RetiredNationalHealth,
            _ => return None,
        })
    }

    /// Returns whether it is a health insurance for people below 75. Such schemes have cards with 記号, 枝番 and 本人・家族,
    /// shares that depend on age, and end on the 75th birthday; 後期高齢者医療 and 医療扶助 have none of these.
    #[must_use]
    pub fn insures_below_75(self) -> bool {
        !matches!(self, Self::LateElderly | Self::MedicalAid)
    }

    /// Returns whether it is national health insurance (国保).
    #[must_use]
    pub fn is_national_health(self) -> bool {
        matches!(self, Self::MunicipalNationalHealth | Self::NationalHealthSociety | Self::RetiredNationalHealth)
    }

    /// Returns the Japanese name of the scheme.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::KyokaiKenpo => "協会けんぽ",
            Self::Seamen => "船員保険",
            Self::DayLabourers => "日雇特例",
            Self::HealthInsuranceSociety => "組合健保",
            Self::SelfDefenceForces => "自衛官等",
            Self::NationalMutualAid => "国家公務員共済",
            Self::LocalMutualAid => "地方公務員共済",
            Self::PoliceMutualAid => "警察共済",
            Self::SchoolMutualAid => "公立学校・私学共済",
            Self::SpecialRetired => "特例退職",
            Self::MunicipalNationalHealth => "市町村国保",
            Self::NationalHealthSociety => "国保組合",
            Self::RetiredNationalHealth => "退職者医療",
            Self::LateElderly => "後期高齢者医療",
            Self::MedicalAid => "医療扶助",
        }
    }

    /// Returns the English name of the scheme.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::KyokaiKenpo => "Kyokai Kenpo (協会けんぽ)",
            Self::Seamen => "seamen's insurance (船員保険)",
            Self::DayLabourers => "day labourers' insurance (日雇特例)",
            Self::HealthInsuranceSociety => "health-insurance society (組合健保)",
            Self::SelfDefenceForces => "self-defence forces (自衛官等)",
            Self::NationalMutualAid => "mutual aid of national officials (国家公務員共済)",
            Self::LocalMutualAid => "mutual aid of local officials (地方公務員共済)",
            Self::PoliceMutualAid => "mutual aid of the police (警察共済)",
            Self::SchoolMutualAid => "mutual aid of schools (公立学校・私学共済)",
            Self::SpecialRetired => "special retired (特例退職)",
            Self::MunicipalNationalHealth => "municipal national health insurance (市町村国保)",
            Self::NationalHealthSociety => "national health-insurance society (国保組合)",
            Self::RetiredNationalHealth => "retired national health insurance (退職者医療)",
            Self::LateElderly => "late-elderly insurance (後期高齢者医療)",
            Self::MedicalAid => "medical aid (医療扶助)",
        }
    }
}

/// 保険者.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insurer {
    /// 保険者番号.
    pub number: InsurerNumber,
    /// 保険者名称, as answers show it.
    pub name: String,
}

/// How much is loaded for an insurer.
pub struct InsurerSize {
    /// The insurer.
    pub insurer: Insurer,
    /// How many coverages it has registered.
    pub coverages: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_paddings_of_a_six_digit_number_are_one_number() {
        let plain = InsurerNumber::parse("138057").unwrap();
        assert_eq!(InsurerNumber::parse("  138057"), Ok(plain));
        assert_eq!(InsurerNumber::parse("00138057"), Ok(plain));
        assert_eq!(InsurerNumber::parse("　　１３８０５７"), Ok(plain));
        assert_eq!(InsurerNumber::parse("００１３８０５７\u{200b}"), Ok(plain));
        assert_eq!(plain.as_str(), "138057");
    }

    #[test]
    fn a_six_digit_number_may_begin_with_zero() {
        // Prefecture 01, Hokkaido; check digit worked out by hand: 01001 -> 2,0,0,1,0 = 3 -> 7.
        assert_eq!(InsurerNumber::parse("00010017").unwrap().as_str(), "010017");
    }

    #[test]
    fn schemes_follow_the_first_digits() {
        for (number, scheme) in [
            ("01130012", Scheme::KyokaiKenpo),
            ("06132013", Scheme::HealthInsuranceSociety),
            ("33120015", Scheme::PoliceMutualAid),
            ("39131016", Scheme::LateElderly),
            // 1213801 -> 2, 2, 2, 3, 16 = 7, 0, 2 = 18 -> 2.
            ("12138012", Scheme::MedicalAid),
            ("138057", Scheme::MunicipalNationalHealth),
            ("133017", Scheme::NationalHealthSociety),
        ] {
            assert_eq!(InsurerNumber::parse(number).unwrap().scheme(), scheme, "{number}");
        }
    }

    #[test]
    fn what_is_no_insurer_number() {
        for (text, reason) in [
            ("", InsurerNumberError::Length),
            ("0113001", InsurerNumberError::Length),
            ("0113001x", InsurerNumberError::NotDigits),
            ("０１１３ー０１２", InsurerNumberError::NotDigits),
            ("0113001\n2", InsurerNumberError::NotDigits),
            ("０１１３００１３", InsurerNumberError::CheckDigit { right: 2 }),
            ("０１１３００１", InsurerNumberError::Length),
            ("01130013", InsurerNumberError::CheckDigit { right: 2 }),
            ("138058", InsurerNumberError::CheckDigit { right: 7 }),
            // Public expense, 法別 19 and 54: not insurers.
            ("19136019", InsurerNumberError::Scheme),
            ("54016027", InsurerNumberError::Scheme),
        ] {
            assert_eq!(InsurerNumber::parse(text), Err(reason), "{text}");
        }
    }
}
