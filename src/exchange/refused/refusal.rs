//! Makes the Japanese texts of refusals: what is wrong, in which element, and what is expected. They go into `ErrorMessage`,
//! which holds 60 characters.

use std::borrow::Cow;

use crate::domain::{CardKeyError, InstitutionCodeError, InsurerNumberError, ReceptionNumberError, ReferenceNumberError};
use crate::wire::message::Refusal;
use crate::wire::{Fault, Format, NotText, Tail, ValueFault};

use super::kind::MessageRefused;

/// The most characters that an ErrorMessage holds.
const MOST: usize = 60;

impl MessageRefused {
    /// Returns the code and the text for the official header, in XML and JSON.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let row = self.row();
        let more = match self {
            Self::Message(fault) => of_message(fault),
            Self::Framing(framing) => Some(framing.label().into()),
            // Names the rule that the certificate breaks; holds nothing about a person.
            Self::Card(refused) => Some(refused.label().into()),
            _ => None,
        };
        let message = match more {
            // Only a name spelled by the caller can make the text too long.
            Some(more) => format!("{}: {more}", row.message).chars().take(MOST).collect(),
            None => row.message.to_owned(),
        };
        Refusal { code: row.code, message }
    }
}

fn of_message(fault: &Fault) -> Option<Cow<'static, str>> {
    Some(match fault {
        Fault::Empty | Fault::Malformed | Fault::Forbidden | Fault::TooLarge | Fault::Nobody => return None,
        Fault::AfterEnd(Tail::Nul) => "NUL（0x00）".into(),
        Fault::AfterEnd(Tail::CtrlZ) => "^Z（0x1A）".into(),
        Fault::AfterEnd(Tail::Other) => "余分な文字か2つ目の電文".into(),
        Fault::Charset => "UTF-8かShift_JISで（JSONはUTF-8）".into(),
        Fault::CharsetParameter(Format::Xml) => "charsetはUTF-8かShift_JIS".into(),
        Fault::CharsetParameter(Format::Json) => "JSONのcharsetはUTF-8".into(),
        Fault::Unknown(name) | Fault::Duplicate(name) => name.to_string().into(),
        Fault::Attribute(name) => format!("属性{name}").into(),
        Fault::Missing(element) => (*element).into(),
        Fault::TooManyPeople(most) => format!("{most}人まで").into(),
        Fault::Value { element, reason } => format!("{element}（{}）", right(*reason)).into(),
    })
}

/// Returns the expected form of a value.
fn right(reason: ValueFault) -> Cow<'static, str> {
    match reason {
        ValueFault::Date => "YYYYMMDDの実在する日付".into(),
        ValueFault::Month => "YYYYMMの実在する月".into(),
        ValueFault::BirthDate => "1860年以降の生年月日".into(),
        ValueFault::Insurer(reason) => insurer(reason),
        ValueFault::Institution(reason) => institution(reason),
        ValueFault::Card(CardKeyError::Text) => "1〜20文字、制御文字や読めない文字なし".into(),
        ValueFault::Card(CardKeyError::Branch) => "2桁の数字".into(),
        ValueFault::ReferenceNumber(ReferenceNumberError) => "1〜50文字、制御文字なし".into(),
        ValueFault::ReceptionNumber(ReceptionNumberError) => "1〜100文字、制御文字なし".into(),
        ValueFault::Days => "開始日以降の日付".into(),
        ValueFault::Code(codes) => codes.join("か").into(),
        ValueFault::Base64 => "BASE64で".into(),
        ValueFault::ChallengeId => "発行されたUUID".into(),
        ValueFault::NothingToSign => "目視では署名なし".into(),
        ValueFault::Text(most) => format!("{most}文字まで、制御文字なし").into(),
        ValueFault::Control => "制御文字なし".into(),
        ValueFault::NotText(NotText::Elements | NotText::Array | NotText::Number | NotText::Boolean | NotText::Null) => {
            "文字列で".into()
        }
        ValueFault::NotElements => "文字列・配列でなく項目で".into(),
    }
}

fn insurer(reason: InsurerNumberError) -> Cow<'static, str> {
    match reason {
        InsurerNumberError::Length => "8桁、国保は6桁".into(),
        InsurerNumberError::NotDigits => "数字で".into(),
        InsurerNumberError::CheckDigit { right } => check_digit(right),
        InsurerNumberError::Scheme => "健康保険か医療扶助の法別番号".into(),
    }
}

fn institution(reason: InstitutionCodeError) -> Cow<'static, str> {
    match reason {
        InstitutionCodeError::Form => "10桁の数字".into(),
        InstitutionCodeError::Prefecture => "都道府県番号は01〜47".into(),
        InstitutionCodeError::PointTable => "3桁目は1か3か4か6".into(),
        InstitutionCodeError::CheckDigit { right } => check_digit(right),
    }
}

fn check_digit(right: u8) -> Cow<'static, str> {
    format!("検証番号: {right}").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::FieldName;

    fn message(fault: Fault) -> String {
        MessageRefused::Message(fault).refusal().message
    }

    fn value(element: &'static str, reason: ValueFault) -> String {
        message(Fault::Value { element, reason })
    }

    #[test]
    fn a_value_is_refused_with_what_would_be_right() {
        use InstitutionCodeError as Institution;
        use InsurerNumberError as Insurer;
        use NotText as N;
        use ValueFault as V;
        const FLAG: &str = "LimitApplicationCertificateRelatedConsFlg";
        for (element, reason, text) in [
            ("Birthdate", V::Date, "Birthdate（YYYYMMDDの実在する日付）"),
            ("MedicalTreatmentMonth", V::Month, "MedicalTreatmentMonth（YYYYMMの実在する月）"),
            ("Birthdate", V::BirthDate, "Birthdate（1860年以降の生年月日）"),
            ("InsurerNumber", V::Insurer(Insurer::Length), "InsurerNumber（8桁、国保は6桁）"),
            ("InsurerNumber", V::Insurer(Insurer::NotDigits), "InsurerNumber（数字で）"),
            ("InsurerNumber", V::Insurer(Insurer::CheckDigit { right: 6 }), "InsurerNumber（検証番号: 6）"),
            ("InsurerNumber", V::Insurer(Insurer::Scheme), "InsurerNumber（健康保険か医療扶助の法別番号）"),
            ("MedicalInstitutionCode", V::Institution(Institution::Form), "MedicalInstitutionCode（10桁の数字）"),
            (
                "MedicalInstitutionCode",
                V::Institution(Institution::Prefecture),
                "MedicalInstitutionCode（都道府県番号は01〜47）",
            ),
            (
                "MedicalInstitutionCode",
                V::Institution(Institution::PointTable),
                "MedicalInstitutionCode（3桁目は1か3か4か6）",
            ),
            (
                "MedicalInstitutionCode",
                V::Institution(Institution::CheckDigit { right: 0 }),
                "MedicalInstitutionCode（検証番号: 0）",
            ),
            ("InsuredBranchNumber", V::Card(CardKeyError::Branch), "InsuredBranchNumber（2桁の数字）"),
            ("InsuredCardSymbol", V::Card(CardKeyError::Text), "InsuredCardSymbol（1〜20文字、制御文字や読めない文字なし）"),
            ("ReferenceNumber", V::ReferenceNumber(ReferenceNumberError), "ReferenceNumber（1〜50文字、制御文字なし）"),
            ("ReceptionNumber", V::ReceptionNumber(ReceptionNumberError), "ReceptionNumber（1〜100文字、制御文字なし）"),
            ("ConsentDateTo", V::Days, "ConsentDateTo（開始日以降の日付）"),
            (FLAG, V::Code(&["0", "1"]), "LimitApplicationCertificateRelatedConsFlg（0か1）"),
            ("HolderVerification", V::NothingToSign, "HolderVerification（目視では署名なし）"),
            ("ChallengeSignature", V::Base64, "ChallengeSignature（BASE64で）"),
            ("ChallengeId", V::ChallengeId, "ChallengeId（発行されたUUID）"),
            ("ArbitraryFileIdentifier", V::Text(50), "ArbitraryFileIdentifier（50文字まで、制御文字なし）"),
            (FLAG, V::Control, "LimitApplicationCertificateRelatedConsFlg（制御文字なし）"),
            (FLAG, V::NotText(N::Number), "LimitApplicationCertificateRelatedConsFlg（文字列で）"),
            (FLAG, V::NotText(N::Array), "LimitApplicationCertificateRelatedConsFlg（文字列で）"),
            (
                "ReferenceNumberRegistrationInfo",
                V::NotElements,
                "ReferenceNumberRegistrationInfo（文字列・配列でなく項目で）",
            ),
            ("HolderVerification", V::Code(&crate::wire::code::HOLDERS), "HolderVerification（pinかfaceかvisualかphone）"),
        ] {
            let found = value(element, reason);
            assert_eq!(found, format!("項目の値が不正です: {text}"));
            assert!(found.chars().count() <= MOST, "{found}");
        }
    }

    #[test]
    fn other_refusals_say_it_too_and_long_names_are_cut() {
        for (fault, text) in [
            (Fault::AfterEnd(Tail::CtrlZ), "電文の終わりの後に余分なものがあります: ^Z（0x1A）"),
            (Fault::AfterEnd(Tail::Nul), "電文の終わりの後に余分なものがあります: NUL（0x00）"),
            (Fault::CharsetParameter(Format::Json), "文字コードが正しくありません: JSONのcharsetはUTF-8"),
            (Fault::Attribute(FieldName::of("xsi:schemaLocation")), "未知の項目です: 属性xsi:schemaLocation"),
            (Fault::TooManyPeople(10_000), "対象者が上限を超えています: 10000人まで"),
            (Fault::Missing("Birthdate"), "必須項目がありません: Birthdate"),
            (Fault::Nobody, "対象者がありません"),
        ] {
            assert_eq!(message(fault), text);
        }
        let long = "A".repeat(64);
        assert_eq!(message(Fault::Unknown(FieldName::of(&long))), format!("未知の項目です: {}", &long[..51]));
    }

    #[test]
    fn the_right_check_digit_is_for_the_caller_and_never_for_logs() {
        let insurer = Fault::Value {
            element: "InsurerNumber",
            reason: ValueFault::Insurer(InsurerNumberError::CheckDigit { right: 6 }),
        };
        let institution = Fault::Value {
            element: "MedicalInstitutionCode",
            reason: ValueFault::Institution(InstitutionCodeError::CheckDigit { right: 3 }),
        };
        for (fault, digit) in [(insurer, '6'), (institution, '3')] {
            let refused = MessageRefused::Message(fault);
            assert!(refused.refusal().message.contains(digit) && refused.detail().unwrap().contains(digit));
            let logged = refused.logged().unwrap();
            assert!(!logged.contains(digit) && logged.ends_with(": the check digit does not fit"), "{logged}");
        }
        for spelled in [Fault::Unknown(FieldName::of("Yamada")), Fault::Attribute(FieldName::of("Yamada"))] {
            assert!(!MessageRefused::Message(spelled).logged().unwrap().contains("Yamada"));
        }
        let date = Fault::Value { element: "Birthdate", reason: ValueFault::Date };
        assert_eq!(
            MessageRefused::Message(date).logged().unwrap(),
            "element Birthdate: not a date of the form YYYYMMDD that exists"
        );
    }
}
