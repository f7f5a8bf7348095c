//! Tests of the element order in XML against wire.md 2.0.1.

use super::by_card::SEARCH_INFO;
use super::qualification::{ANSWER_BODY, ANSWER_HEADER};
use super::record::{DISEASE_INFO, ELDERLY_INFO, LIMIT_INFO, RECORD, RECORD_2025, TICKET_INFO};
use crate::wire::object::Shape;

/// Compares with the orders of wire.md 2.0.1; those marked R1 there were seen in real messages.
fn assert_order(shape: &'static Shape, expected: &str) {
    let order: Vec<_> = shape.xml_keys().collect();
    assert_eq!(order, expected.split(", ").collect::<Vec<_>>());
}

#[test]
fn header_comes_in_the_order_of_real_messages() {
    assert_order(
        &ANSWER_HEADER,
        "ProcessExecutionTime, CharacterCodeIdentifier, SegmentOfResult, QualificationConfirmationDate, \
         ReferenceClassification, ArbitraryFileIdentifier, MedicalInstitutionCode, ErrorCode, ErrorMessage",
    );
}

#[test]
fn body_comes_in_the_order_of_real_messages() {
    assert_order(
        &ANSWER_BODY,
        "ProcessingResultCode, ResultList, QualificationConfirmSearchInfo, PrescriptionIssueSelect, \
         ProcessingResultMessage, ProcessingResultStatus, QualificationValidity",
    );
    assert_order(
        &SEARCH_INFO,
        "LimitApplicationCertificateRelatedConsFlg, InsurerNumber, ArbitraryIdentifier, InsuredIdentificationNumber, \
         InsuredCardSymbol, InsuredBranchNumber, Birthdate",
    );
}

#[test]
fn record_comes_in_the_order_of_real_messages() {
    assert_order(
        &RECORD,
        "Address, InsuredName, SpecificHealthCheckupsInfoConsTime, DiagnosisInfoConsFlg, QualificationDate, \
         SpecificHealthCheckupsInfoAvailableTime, PersonalFamilyClassification, Sex2, Sex1, \
         SpecificDiseasesCertificateRelatedConsFlg, OperationInfoConsFlg, ReasonOfLoss, \
         SpecificDiseasesCertificateRelatedConsTime, Name, InsurerNumber, InsuredCardSymbol, \
         SpecificDiseasesCertificateList, NameKana, InsuredCardValidDate, LimitApplicationCertificateRelatedConsFlg, \
         InsuredCardClassification, DiagnosisInfoAvailableTime, LimitApplicationCertificateRelatedConsTime, \
         ReferenceNumber, NameOfOther, OperationInfoAvailableTime, InsuredBranchNumber, DiagnosisInfoConsTime, Birthdate, \
         InsuredCardExpirationDate, InsuredCertificateIssuanceDate, InsuredIdentificationNumber, \
         PreschoolClassification, PharmacistsInfoAvailableTime, SpecificHealthCheckupsInfoConsFlg, \
         ElderlyRecipientCertificateInfo, PharmacistsInfoConsTime, DisqualificationDate, PharmacistsInfoConsFlg, \
         NameOfOtherKana, InsurerName, InsuredPartialContributionRatio, PostNumber, PublicExpenseResultList, \
         LimitApplicationCertificateRelatedInfo, OperationInfoConsTime",
    );
    assert_order(
        &LIMIT_INFO,
        "LimitApplicationCertificateLongTermDate, LimitApplicationCertificateValidEndDate, \
         LimitApplicationCertificateClassificationFlag, LimitApplicationCertificateValidStartDate, \
         LimitApplicationCertificateClassification, LimitApplicationCertificateDate",
    );
    assert_order(
        &ELDERLY_INFO,
        "ElderlyRecipientCertificateDate, ElderlyRecipientContributionRatio, ElderlyRecipientValidStartDate, \
         ElderlyRecipientValidEndDate",
    );
    assert_order(
        &DISEASE_INFO,
        "SpecificDiseasesValidStartDate, SpecificDiseasesSelfPay, SpecificDiseasesDiseaseCategory, \
         SpecificDiseasesValidEndDate, SpecificDiseasesCertificateDate",
    );
}

/// Worked out independently of this code by the rule of wire.md 2.0.1.
#[test]
fn ticket_comes_in_the_order_of_a_map() {
    assert_order(
        &TICKET_INFO,
        "DesignatedMedicalInstitutionCode, StatusOfElderlyMedicalCare, Remarks3, DesignatedMedicalInstitutionFlag, \
         PrescriptionIssuerMedicalInstitutionName, HandlingContactName, StatusOfSocialInsurance, MedicalTreatmentMonth, \
         IssueNumber, InjuryName2, InjuryName3, DistrictContactName, SingleOrCombinedUse, InjuryName1, \
         PrescriptionIssuerMedicalInstitutionCode, TicketType, SelfPayAmount, DesignatedMedicalInstitutionName, \
         MedicalTreatmentType, MedicalTicketExpirationDate, MedicalTicketValidDate, StatusOfInfecton, ConsistencyFlag, \
         StatusOfPrefecturalExpenses, Remarks1, Remarks2",
    );
}

/// Worked out independently of this code by the rule of wire.md 2.0.1.
#[test]
fn record_with_the_consents_of_2025_comes_in_the_order_of_a_larger_map() {
    assert_order(
        &RECORD_2025,
        "TestInfoConsTime, Address, InsuredName, SpecificHealthCheckupsInfoConsTime, \
         AllergyInfoAvailableTime, PersonalFamilyClassification, Sex2, Sex1, OperationInfoConsFlg, Name, \
         PrescriptionInfoAvailableTime, InsuredCardSymbol, SpecificDiseasesCertificateList, \
         LimitApplicationCertificateRelatedConsFlg, InsuredCardClassification, DiagnosisInfoAvailableTime, \
         LimitApplicationCertificateRelatedConsTime, TestInfoConsFlg, ReferenceNumber, InsuredBranchNumber, \
         DiagnosisNameAvailableTime, ContraindicationInfoAvailableTime, Birthdate, \
         InsuredCertificateIssuanceDate, TestInfoAvailableTime, DiagnosisNameConsFlg, \
         InsuredIdentificationNumber, PreschoolClassification, PharmacistsInfoAvailableTime, \
         ElderlyRecipientCertificateInfo, PharmacistsInfoConsFlg, InsurerName, PublicExpenseResultList, \
         AllergyInfoConsFlg, LimitApplicationCertificateRelatedInfo, OperationInfoConsTime, \
         PrescriptionInfoConsTime, InfectiousInfoAvailableTime, ContraindicationInfoConsTime, \
         DiagnosisInfoConsFlg, QualificationDate, SpecificHealthCheckupsInfoAvailableTime, \
         SpecificDiseasesCertificateRelatedConsFlg, ReasonOfLoss, \
         SpecificDiseasesCertificateRelatedConsTime, InsurerNumber, PrescriptionInfoConsFlg, NameKana, \
         DiagnosisNameConsTime, AllergyInfoConsTime, InsuredCardValidDate, NameOfOther, \
         OperationInfoAvailableTime, DiagnosisInfoConsTime, ContraindicationInfoConsFlg, \
         InsuredCardExpirationDate, SpecificHealthCheckupsInfoConsFlg, PharmacistsInfoConsTime, \
         DisqualificationDate, InfectiousInfoConsTime, NameOfOtherKana, InsuredPartialContributionRatio, \
         PostNumber, InfectiousInfoConsFlg",
    );
}
