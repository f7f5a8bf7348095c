//! Institutions, their codes, and the form in which they want their answers.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;

use crate::language::Japanese;

use super::check_digit::check_digit;

/// 医療機関コード: prefecture 2, point table 1, institution 6, check digit 1.
///
/// Two rules for the check digit are in use. In 埼玉 (11), 千葉 (12), 東京 (13) and 神奈川 (14) it covers only the six digits of
/// the institution, elsewhere all nine digits before it. Every code that satisfies either rule is accepted, so that no tester's
/// real code is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstitutionCode([u8; 10]);

/// The reason why a text is not an [`InstitutionCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InstitutionCodeError {
    /// Not ten ASCII digits.
    #[error("an institution code has 10 digits")]
    Form,
    /// The first two digits are not a prefecture (01 to 47).
    #[error("the first two digits of the institution code name no prefecture")]
    Prefecture,
    /// The third digit is not a point table that uses eligibility checks.
    #[error("the third digit of the institution code is not 1 (medical), 3 (dental), 4 (pharmacy) or 6 (visiting nursing)")]
    PointTable,
    /// The last digit fits the others by neither rule.
    #[error("the check digit of the institution code would be {right}")]
    CheckDigit {
        /// The digit by the rule of the code's prefecture.
        right: u8,
    },
}

impl Japanese for InstitutionCodeError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Form => "医療機関コードは10桁の数字です".into(),
            Self::Prefecture => "医療機関コードの先頭2桁が都道府県の番号ではありません".into(),
            Self::PointTable => "医療機関コードの3桁目は1（医科）、3（歯科）、4（調剤）、6（訪問看護）のどれかです".into(),
            Self::CheckDigit { right } => format!("医療機関コードの検証番号は{right}のはずです").into(),
        }
    }
}

/// The prefectures in which the check digit covers only the six digits of the institution: 埼玉, 千葉, 東京, 神奈川.
const SIX_DIGIT_RULE: [&str; 4] = ["11", "12", "13", "14"];

/// Returns the check digit for the nine digits before it, by the rule of their prefecture.
///
/// # Errors
/// [`InstitutionCodeError::Form`] if they are not nine ASCII digits; otherwise as for a whole code.
pub fn institution_check_digit(body: &str) -> Result<u8, InstitutionCodeError> {
    let bytes: [u8; 9] = body.as_bytes().try_into().map_err(|_| InstitutionCodeError::Form)?;
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(InstitutionCodeError::Form);
    }
    if !("01"..="47").contains(&&body[..2]) {
        return Err(InstitutionCodeError::Prefecture);
    }
    InstitutionKind::of_digit(bytes[2]).ok_or(InstitutionCodeError::PointTable)?;
    let ruled = if SIX_DIGIT_RULE.contains(&&body[..2]) { &body[3..] } else { body };
    check_digit(ruled).ok_or(InstitutionCodeError::Form)
}

impl InstitutionCode {
    /// Reads ten ASCII digits.
    ///
    /// # Errors
    /// See [`InstitutionCodeError`].
    pub fn parse(text: &str) -> Result<Self, InstitutionCodeError> {
        let bytes: [u8; 10] = text.as_bytes().try_into().map_err(|_| InstitutionCodeError::Form)?;
        let last = bytes[9].checked_sub(b'0').filter(|digit| *digit <= 9).ok_or(InstitutionCodeError::Form)?;
        let (body, _) = text.split_at(9);
        let right = institution_check_digit(body)?;
        let fits = [check_digit(body), check_digit(&body[3..])].contains(&Some(last));
        if !fits {
            return Err(InstitutionCodeError::CheckDigit { right });
        }
        Ok(Self(bytes))
    }

    /// Returns the ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII digits are stored")
    }

    /// Returns the kind of institution by the code's point table.
    #[must_use]
    pub fn kind(self) -> InstitutionKind {
        InstitutionKind::of_digit(self.0[2]).expect("parse admits known point tables only")
    }
}

impl fmt::Display for InstitutionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for InstitutionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstitutionCode({})", self.as_str())
    }
}

/// The text is not a terminal name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a terminal name has 1 to 40 letters, digits and hyphens")]
pub struct TerminalNameError;

impl Japanese for TerminalNameError {
    fn japanese(&self) -> Cow<'static, str> {
        "端末の名前は英数字とハイフンの1〜40文字です".into()
    }
}

/// Checks the name of an institution's terminal: 1 to 40 ASCII letters, digits and hyphens, because it becomes a file name and
/// the common name of a certificate.
///
/// # Errors
/// If it is anything else.
pub fn check_terminal_name(name: &str) -> Result<(), TerminalNameError> {
    let plain = (1..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain { Ok(()) } else { Err(TerminalNameError) }
}

/// 点数表区分: the kind of institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstitutionKind {
    /// 1 医科.
    Medical,
    /// 3 歯科.
    Dental,
    /// 4 調剤.
    Pharmacy,
    /// 6 訪問看護.
    VisitingNursing,
}

impl InstitutionKind {
    fn of_digit(digit: u8) -> Option<Self> {
        Some(match digit {
            b'1' => Self::Medical,
            b'3' => Self::Dental,
            b'4' => Self::Pharmacy,
            b'6' => Self::VisitingNursing,
            _ => return None,
        })
    }
}

/// The character set in which an institution wants its XML answers (文字コード識別, code table 005).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AnswerCharset {
    /// 0 UTF-8.
    #[default]
    Utf8,
    /// 1 Shift_JIS (Windows-31J).
    ShiftJis,
}

/// The form of one person's records in XML. Real clients read one or the other, and no client reads both correctly, so that it is
/// a setting; for one record both are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ResultLists {
    /// One `ResultList` for each record, as a plain conversion of the JSON array yields: the likelier form of the real system.
    #[default]
    OneEach,
    /// One `ResultList` with all records.
    One,
}

/// The form of 特定疾病療養受療証情報 in XML and in JSON. Real clients expect one or the other, and no real message with such a
/// list is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DiseaseList {
    /// Each certificate in a `SpecificDiseasesCertificateInfo` within the list.
    #[default]
    Nested,
    /// The fields of a certificate directly in its entry of the list.
    Flat,
}

/// The form in which an institution wants its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AnswerForm {
    /// The character set of XML.
    pub charset: AnswerCharset,
    /// The records of one person in XML.
    pub result_lists: ResultLists,
    /// 特定疾病療養受療証情報 in both formats.
    pub disease_list: DiseaseList,
}

/// The two formats of official messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// XML in the character set of its declaration.
    Xml,
    /// JSON in UTF-8.
    Json,
}

/// 医療機関等.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// 医療機関コード.
    pub code: InstitutionCode,
    /// Its name, for people.
    pub name: String,
    /// The form of its answers.
    pub form: AnswerForm,
    /// 目視: whether its staff may verify a card's holder by sight, without a signature.
    pub visual_check: bool,
    /// The first day on which it may ask, inclusive.
    pub active_from: Date,
    /// The last day on which it may ask, inclusive; None if there is none.
    pub active_through: Option<Date>,
}

impl Institution {
    /// Returns whether the institution may ask on `day`.
    #[must_use]
    pub fn is_active_on(&self, day: Date) -> bool {
        self.active_from <= day && self.active_through.is_none_or(|last| day <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_codes_are_read() {
        // Two from Hokkaido, by all nine digits; one from Tokyo, by its six (rules.md 3.4).
        for text in ["0110113719", "0110118098", "1310110049"] {
            assert_eq!(InstitutionCode::parse(text).unwrap().kind(), InstitutionKind::Medical);
        }
    }

    #[test]
    fn either_rule_of_the_check_digit_is_enough_everywhere() {
        // 001234 alone: 8, 3, 4, 1, 0, 0 = 16 -> 4; behind 131: 16 + 2, 3, 2 = 23 -> 7; behind 271: 16 + 2, 7, 4 = 29 -> 1.
        for text in ["1310012344", "1310012347", "2710012344", "2710012341"] {
            assert_eq!(InstitutionCode::parse(text).unwrap().as_str(), text);
        }
        for (text, right) in [("1310012340", 4), ("2710012340", 1), ("1110012340", 4), ("1410012348", 4)] {
            assert_eq!(InstitutionCode::parse(text), Err(InstitutionCodeError::CheckDigit { right }), "{text}");
        }
    }

    #[test]
    fn what_is_no_institution_code() {
        for (text, reason) in [
            ("", InstitutionCodeError::Form),
            ("011011371", InstitutionCodeError::Form),
            ("0110１13719", InstitutionCodeError::Form),
            ("0110113718", InstitutionCodeError::CheckDigit { right: 9 }),
            ("4810113719", InstitutionCodeError::Prefecture),
            ("0010113719", InstitutionCodeError::Prefecture),
            ("0120113719", InstitutionCodeError::PointTable),
        ] {
            assert_eq!(InstitutionCode::parse(text), Err(reason), "{text}");
        }
    }
}
