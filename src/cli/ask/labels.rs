//! What elements and codes are called, for people.

use crate::cli::language::Language;

/// The name of an element; its official one if it has no other here.
pub(super) fn name(element: &str, language: Language) -> String {
    let named = label(element, language).map(str::to_owned).or_else(|| consent_label(element, language));
    named.unwrap_or_else(|| element.to_owned())
}

fn label(element: &str, language: Language) -> Option<&'static str> {
    let (_, japanese, english) = LABELS.iter().find(|(name, _, _)| *name == element)?;
    Some(match language {
        Language::Ja => japanese,
        Language::En => english,
    })
}

/// The name of an element of a consent, which has its flag, its time and its end.
fn consent_label(element: &str, language: Language) -> Option<String> {
    let (end, flag) = CONSENT_ENDS.iter().find(|(end, _)| element.ends_with(end.0)).map(|(end, flag)| (end, *flag))?;
    let stem = element.strip_suffix(end.0)?;
    let (_, japanese, english) = CONSENTS.iter().find(|(name, _, _)| *name == stem)?;
    Some(match (language, flag) {
        (Language::Ja, _) => format!("{japanese}{}", end.1),
        (Language::En, true) => format!("Consent to {english}"),
        (Language::En, false) => end.2.to_owned(),
    })
}

/// Suffix, its words in both languages, and whether it is the flag.
const CONSENT_ENDS: [((&str, &str, &str), bool); 3] = [
    (("ConsFlg", "提供同意", ""), true),
    (("ConsTime", "同意日時", "Consented at"), false),
    (("AvailableTime", "有効期限", "Available until"), false),
];

const CONSENTS: [(&str, &str, &str); 11] = [
    ("SpecificDiseasesCertificateRelated", "特定疾病療養受療証", "specific disease certificate"),
    ("SpecificHealthCheckupsInfo", "特定健診情報", "check-up information"),
    ("PharmacistsInfo", "薬剤情報", "drug information"),
    ("DiagnosisInfo", "診療情報", "treatment information"),
    ("OperationInfo", "手術情報", "operation information"),
    ("DiagnosisName", "傷病名情報", "names of diseases"),
    ("InfectiousInfo", "感染症情報", "infections"),
    ("AllergyInfo", "アレルギー情報", "allergies"),
    ("ContraindicationInfo", "薬剤禁忌情報", "contraindications"),
    ("TestInfo", "検査情報", "test results"),
    ("PrescriptionInfo", "処方情報", "prescriptions"),
];

/// What a code means; empty for values that speak for themselves.
pub(super) fn meaning(element: &str, value: &str, language: Language) -> &'static str {
    // Every flag of a consent means the same.
    let element = if element.ends_with("ConsFlg") { "LimitApplicationCertificateRelatedConsFlg" } else { element };
    let found = MEANINGS.iter().find(|(name, code, _, _)| *name == element && *code == value);
    found.map_or("", |(_, _, japanese, english)| match language {
        Language::Ja => japanese,
        Language::En => english,
    })
}

const LABELS: [(&str, &str, &str); 65] = [
    ("SpecificDiseasesCertificateList", "特定疾病療養受療証", "Specific disease certificates"),
    ("SpecificDiseasesCertificateInfo", "受療証", "Certificate"),
    ("SpecificDiseasesDiseaseCategory", "認定疾病区分", "Disease"),
    ("SpecificDiseasesCertificateDate", "交付年月日", "Issued on"),
    ("SpecificDiseasesValidStartDate", "有効開始年月日", "Valid from"),
    ("SpecificDiseasesValidEndDate", "有効終了年月日", "Valid through"),
    ("SpecificDiseasesSelfPay", "自己負担限度額（円）", "Patient pays a month at most, yen"),
    ("MessageHeader", "ヘッダー", "Header"),
    ("MessageBody", "本体", "Body"),
    ("ProcessExecutionTime", "処理実行日時", "Processed at"),
    ("QualificationConfirmationDate", "資格確認日", "Check date"),
    ("MedicalInstitutionCode", "医療機関コード", "Institution"),
    ("ArbitraryFileIdentifier", "任意のファイル識別子", "File identifier"),
    ("ReferenceClassification", "照会区分", "Asked by"),
    ("SegmentOfResult", "処理結果区分", "Result"),
    ("ErrorCode", "エラーコード", "Error code"),
    ("ErrorMessage", "エラーメッセージ", "Error message"),
    ("CharacterCodeIdentifier", "文字コード識別", "Character set"),
    ("QualificationConfirmSearchInfo", "照会内容", "Question"),
    ("ArbitraryIdentifier", "任意の識別子", "Identifier"),
    ("ProcessingResultStatus", "処理結果状況", "Status"),
    ("ProcessingResultCode", "処理結果コード", "Result code"),
    ("ProcessingResultMessage", "処理結果メッセージ", "Result message"),
    ("QualificationValidity", "資格有効性", "Validity"),
    ("ResultList", "資格確認結果リスト", "Results"),
    ("ResultOfQualificationConfirmation", "資格確認結果", "Record"),
    ("InsuredCardClassification", "被保険者証区分", "Card class"),
    ("InsurerNumber", "保険者番号", "Insurer number"),
    ("InsuredCardSymbol", "被保険者証記号", "Symbol"),
    ("InsuredIdentificationNumber", "被保険者証番号", "Number"),
    ("InsuredBranchNumber", "被保険者証枝番", "Branch"),
    ("PersonalFamilyClassification", "本人・家族の別", "Insured or dependant"),
    ("InsuredName", "被保険者氏名", "Insured person"),
    ("Name", "氏名", "Name"),
    ("NameOfOther", "氏名（通称）", "Other name"),
    ("NameKana", "氏名カナ", "Name in kana"),
    ("NameOfOtherKana", "氏名カナ（通称）", "Other name in kana"),
    ("Sex1", "性別１", "Sex"),
    ("Sex2", "性別２", "Sex on the back"),
    ("Birthdate", "生年月日", "Birth date"),
    ("Address", "住所", "Address"),
    ("PostNumber", "郵便番号", "Postal code"),
    ("QualificationDate", "資格取得年月日", "Acquired on"),
    ("DisqualificationDate", "資格喪失年月日", "Lost on"),
    ("InsuredCertificateIssuanceDate", "被保険者証交付年月日", "Card issued on"),
    ("InsuredCardValidDate", "被保険者証有効開始年月日", "Card valid from"),
    ("InsuredCardExpirationDate", "被保険者証有効終了年月日", "Card valid through"),
    ("InsuredPartialContributionRatio", "一部負担金割合", "Copay ratio"),
    ("PreschoolClassification", "未就学区分", "Preschool"),
    ("ReasonOfLoss", "資格喪失事由", "Reason of loss"),
    ("InsurerName", "保険者名称", "Insurer"),
    ("ElderlyRecipientCertificateInfo", "高齢受給者証情報", "Elderly certificate"),
    ("ElderlyRecipientContributionRatio", "高齢受給者証一部負担金割合", "Copay ratio"),
    ("ElderlyRecipientCertificateDate", "交付年月日", "Issued on"),
    ("ElderlyRecipientValidStartDate", "有効開始年月日", "Valid from"),
    ("ElderlyRecipientValidEndDate", "有効終了年月日", "Valid through"),
    ("LimitApplicationCertificateRelatedConsFlg", "限度額適用認定証提供同意", "Consent to limit certificate"),
    ("LimitApplicationCertificateRelatedConsTime", "同意日時", "Consented at"),
    ("LimitApplicationCertificateRelatedInfo", "限度額適用認定証情報", "Limit certificate"),
    ("LimitApplicationCertificateClassification", "限度額適用認定証区分", "Kind"),
    ("LimitApplicationCertificateClassificationFlag", "適用区分", "Category"),
    ("LimitApplicationCertificateDate", "交付年月日", "Issued on"),
    ("LimitApplicationCertificateValidStartDate", "有効開始年月日", "Valid from"),
    ("LimitApplicationCertificateValidEndDate", "有効終了年月日", "Valid through"),
    ("LimitApplicationCertificateLongTermDate", "長期入院該当年月日", "Long stay since"),
];

const MEANINGS: [(&str, &str, &str, &str); 64] = [
    ("SpecificDiseasesDiseaseCategory", "1", "慢性腎不全（人工透析）", "chronic renal failure, dialysis"),
    ("SpecificDiseasesDiseaseCategory", "2", "先天性血液凝固因子障害", "haemophilia"),
    ("SpecificDiseasesDiseaseCategory", "3", "血液製剤由来HIV", "HIV by blood products"),
    ("ReferenceClassification", "1", "マイナンバーカード", "My Number card"),
    ("ReferenceClassification", "2", "被保険者証情報", "insured-person's card"),
    ("SegmentOfResult", "1", "正常終了", "done"),
    ("SegmentOfResult", "2", "処理中", "processing"),
    ("SegmentOfResult", "9", "異常終了", "failed"),
    ("CharacterCodeIdentifier", "0", "UTF-8", "UTF-8"),
    ("CharacterCodeIdentifier", "1", "Shift_JIS", "Shift_JIS"),
    ("ProcessingResultStatus", "1", "正常終了", "done"),
    ("ProcessingResultStatus", "2", "エラー", "error"),
    ("QualificationValidity", "1", "有効", "valid"),
    ("QualificationValidity", "2", "無効", "invalid"),
    ("QualificationValidity", "3", "無効（新しい資格あり）", "invalid, a newer coverage exists"),
    ("QualificationValidity", "4", "該当資格なし", "no coverage found"),
    ("QualificationValidity", "5", "複数該当", "several people match"),
    ("InsuredCardClassification", "01", "一般", "general"),
    ("InsuredCardClassification", "02", "退職", "retired"),
    ("InsuredCardClassification", "03", "短期（一般）", "short-term"),
    ("InsuredCardClassification", "04", "短期（退職）", "short-term, retired"),
    ("InsuredCardClassification", "05", "特別療養費支給対象者", "special medical expenses"),
    ("InsuredCardClassification", "06", "特例退職", "special retired"),
    ("InsuredCardClassification", "07", "自衛官", "self-defence forces"),
    ("PersonalFamilyClassification", "1", "本人", "insured"),
    ("PersonalFamilyClassification", "2", "家族", "dependant"),
    ("Sex1", "1", "男", "male"),
    ("Sex1", "2", "女", "female"),
    ("Sex1", "3", "未設定", "unset"),
    ("Sex2", "1", "男", "male"),
    ("Sex2", "2", "女", "female"),
    ("Sex2", "3", "未設定", "unset"),
    ("InsuredPartialContributionRatio", "010", "1割", "10 %"),
    ("InsuredPartialContributionRatio", "020", "2割", "20 %"),
    ("InsuredPartialContributionRatio", "030", "3割", "30 %"),
    ("ElderlyRecipientContributionRatio", "010", "1割", "10 %"),
    ("ElderlyRecipientContributionRatio", "020", "2割", "20 %"),
    ("ElderlyRecipientContributionRatio", "030", "3割", "30 %"),
    ("PreschoolClassification", "1", "未就学", "before compulsory education"),
    ("ReasonOfLoss", "01", "死亡", "death"),
    ("ReasonOfLoss", "02", "生活保護受給開始", "public assistance"),
    ("ReasonOfLoss", "03", "医療保険等の資格取得", "other insurance"),
    ("ReasonOfLoss", "99", "その他", "other"),
    ("LimitApplicationCertificateRelatedConsFlg", "0", "未同意", "no"),
    ("LimitApplicationCertificateRelatedConsFlg", "1", "同意", "yes"),
    ("LimitApplicationCertificateClassification", "01", "限度額適用", "limit"),
    ("LimitApplicationCertificateClassification", "02", "限度額適用・標準負担額減額", "limit and meal charge"),
    ("LimitApplicationCertificateClassification", "03", "標準負担額減額", "meal charge"),
    ("LimitApplicationCertificateClassificationFlag", "A01", "区分ア", "A01"),
    ("LimitApplicationCertificateClassificationFlag", "A02", "区分イ", "A02"),
    ("LimitApplicationCertificateClassificationFlag", "A03", "区分ウ", "A03"),
    ("LimitApplicationCertificateClassificationFlag", "A04", "区分エ", "A04"),
    ("LimitApplicationCertificateClassificationFlag", "A05", "区分オ", "A05"),
    ("LimitApplicationCertificateClassificationFlag", "A06", "区分オ（境）", "A06"),
    ("LimitApplicationCertificateClassificationFlag", "B01", "現役並みⅢ", "income at the level of active workers, III"),
    ("LimitApplicationCertificateClassificationFlag", "B02", "現役並みⅡ", "income at the level of active workers, II"),
    ("LimitApplicationCertificateClassificationFlag", "B03", "現役並みⅠ", "income at the level of active workers, I"),
    ("LimitApplicationCertificateClassificationFlag", "B04", "一般", "general"),
    ("LimitApplicationCertificateClassificationFlag", "B05", "低所得Ⅱ", "low income II"),
    ("LimitApplicationCertificateClassificationFlag", "B06", "低所得Ⅰ", "low income I"),
    ("LimitApplicationCertificateClassificationFlag", "B07", "低所得Ⅰ（老福）", "low income I, old-age pension"),
    ("LimitApplicationCertificateClassificationFlag", "B08", "低所得Ⅰ（境）", "low income I, boundary"),
    ("LimitApplicationCertificateClassificationFlag", "B09", "一般Ⅱ", "general II"),
    ("LimitApplicationCertificateClassificationFlag", "B10", "一般Ⅰ", "general I"),
];
