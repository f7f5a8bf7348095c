//! Tests of comparing answers.

use shikaku::domain::{CardKey, CardNumber, CopayRatio, InsurerNumber, Validity};

use super::*;

fn expected(whole: bool) -> Expected {
    let record = [("Name", Some("A")), ("Limit.Flag", Some("B09")), ("DisqualificationDate", None)];
    Expected {
        validity: Some("1".to_owned()),
        code: None,
        records: vec![record.map(|(name, text)| (name.to_owned(), text.map(str::to_owned).into())).into()],
        whole,
        shown: None,
    }
}

fn answer(validity: &str, record: &str) -> String {
    format!(
        "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>\
         <ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>{validity}</QualificationValidity>\
         <ResultList><ResultOfQualificationConfirmation>{record}</ResultOfQualificationConfirmation></ResultList>\
         </MessageBody></XmlMsg>"
    )
}

fn told(expected: &Expected, answer: &str) -> Vec<String> {
    let show = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let differences = expected.differences(Format::Xml, answer.as_bytes());
    differences.iter().map(|one| format!("{} {} {}", one.element, show(&one.expected), show(&one.found))).collect()
}

#[test]
fn an_answer_as_expected_has_no_difference() {
    let right = answer("1", "<Name>A</Name><Limit><Flag>B09</Flag></Limit>");
    assert_eq!(told(&expected(true), &right), [""; 0]);
    let more = answer("1", "<Name>A</Name><Limit><Flag>B09</Flag></Limit><Sex1>1</Sex1>");
    assert_eq!(told(&expected(false), &more), [""; 0]);
    assert_eq!(told(&expected(true), &more), ["Sex1 - 1"]);
}

#[test]
fn every_difference_is_told() {
    let wrong = answer("2", "<Name>B</Name><DisqualificationDate>20261101</DisqualificationDate>");
    assert_eq!(
        told(&expected(true), &wrong),
        ["QualificationValidity 1 2", "DisqualificationDate - 20261101", "Limit.Flag B09 -", "Name A B"]
    );
    assert_eq!(told(&expected(true), "<html>"), ["(body) an official message -"]);
}

#[test]
fn a_situation_is_compared_by_validity_share_and_category() {
    let key = CardKey {
        insurer: InsurerNumber::parse("39131016").unwrap(),
        symbol: None,
        number: CardNumber::parse("61730954").unwrap(),
        branch: None,
    };
    let day = |text: &str| text.parse().unwrap();
    let (name, validity, shown) = ("elderly".to_owned(), Validity::Valid, Some(CopayRatio::Two));
    let category = code::parse_limit_category("B09");
    let (check_on, birth_on) = (day("2026-11-22"), day("1948-07-29"));
    let situation = Situation { name, check_on, key, birth_on, validity, shown, category };
    let expected = Expected::of_situation(&situation);
    let record = |ratio: &str, category: &str| {
        format!(
            "<InsuredPartialContributionRatio>{ratio}</InsuredPartialContributionRatio>\
             <LimitApplicationCertificateRelatedInfo><LimitApplicationCertificateClassificationFlag>{category}\
             </LimitApplicationCertificateClassificationFlag></LimitApplicationCertificateRelatedInfo>"
        )
    };
    assert_eq!(told(&expected, &answer("1", &record("020", "B09"))), [""; 0]);
    assert_eq!(told(&expected, &answer("1", &record("010", "B09"))), [format!("{RATIO} 020 010")]);
    assert_eq!(told(&expected, &answer("1", &record("020", "B10"))), [format!("{CATEGORY} B09 B10")]);
    assert_eq!(told(&expected, &answer("3", &record("020", "B09"))), ["QualificationValidity 1 3"]);
    let without = Expected::of_situation(&Situation { shown: None, category: None, ..situation });
    let found = told(&without, &answer("1", &record("020", "B09")));
    assert_eq!(found, [format!("{RATIO} - 020"), format!("{CATEGORY} - B09")]);
}

#[test]
fn characters_outside_of_shift_jis_depend_on_who_asks() {
    let named = |name: &str| {
        let record = BTreeMap::from([("Name".to_owned(), Wanted::Text(name.to_owned()))]);
        Expected { records: vec![record], ..expected(true) }.depends_on_charset()
    };
    // A kanji of JIS level 4 and one that Windows-31J has.
    assert_eq!(["仮𣘺　佳代", "仮髙　佳代", "ｷﾝﾉ"].map(named), [true, false, false]);
}

#[test]
fn a_share_is_found_in_either_place() {
    let with = |shown| Expected { records: Vec::new(), shown: Some(shown), ..expected(false) };
    let late = answer("1", "<InsuredPartialContributionRatio>020</InsuredPartialContributionRatio>");
    let elderly = answer(
        "1",
        "<ElderlyRecipientCertificateInfo><ElderlyRecipientContributionRatio>020</ElderlyRecipientContributionRatio>\
         </ElderlyRecipientCertificateInfo>",
    );
    for text in [&late, &elderly] {
        assert_eq!(told(&with(Some("020")), text), [""; 0]);
        assert_eq!(told(&with(Some("010")), text), ["InsuredPartialContributionRatio 010 020"]);
        assert_eq!(told(&with(None), text), ["InsuredPartialContributionRatio - 020"]);
    }
}

/// A card whose holder consented to the limit certificate, which has no end, and to drugs, which ends after 24 hours.
fn of_card() -> Expected {
    let record = [
        ("Name", "A"),
        ("LimitApplicationCertificateRelatedConsFlg", "1"),
        ("PharmacistsInfoConsFlg", "1"),
        ("OperationInfoConsFlg", "0"),
    ];
    let record: BTreeMap<_, _> = record.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let record = with_times(all_of(&record));
    Expected { code: Some(None), records: vec![record.clone(), record], ..expected(true) }
}

fn record_of_card(name: &str, given: &str, ends: &str) -> String {
    format!(
        "<ResultOfQualificationConfirmation><Name>{name}</Name>\
         <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>\
         <LimitApplicationCertificateRelatedConsTime>{given}</LimitApplicationCertificateRelatedConsTime>\
         <PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg><PharmacistsInfoConsTime>{given}</PharmacistsInfoConsTime>\
         <PharmacistsInfoAvailableTime>{ends}</PharmacistsInfoAvailableTime>\
         <OperationInfoConsFlg>0</OperationInfoConsFlg></ResultOfQualificationConfirmation>"
    )
}

fn answer_of_card(records: &[String]) -> String {
    let lists: String = records.iter().map(|record| format!("<ResultList>{record}</ResultList>")).collect();
    format!(
        "<XmlMsg><MessageHeader><ProcessExecutionTime>20261231093015</ProcessExecutionTime>\
         <SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>\
         <QualificationValidity>1</QualificationValidity>{lists}</MessageBody></XmlMsg>"
    )
}

#[test]
fn every_record_of_a_card_is_compared_and_the_times_of_its_consents() {
    let right = record_of_card("A", "20261231093015", "20270101093015");
    assert_eq!(told(&of_card(), &answer_of_card(&[right.clone(), right.clone()])), [""; 0]);
    assert_eq!(told(&of_card(), &answer_of_card(std::slice::from_ref(&right)))[0], "(records) 2 1");
    let late = record_of_card("B", "20261231093016", "20270101093016");
    assert_eq!(
        told(&of_card(), &answer_of_card(&[right, late])),
        [
            "LimitApplicationCertificateRelatedConsTime 20261231093015 20261231093016",
            "Name A B",
            "PharmacistsInfoAvailableTime 20270101093015 20270101093016",
            "PharmacistsInfoConsTime 20261231093015 20261231093016",
        ]
    );
}

#[test]
fn a_card_that_cannot_be_used_is_compared_by_its_code() {
    let unusable =
        Expected { validity: None, code: Some(Some("SHK6101".to_owned())), records: Vec::new(), ..expected(true) };
    let answer = |code: &str| {
        format!(
            "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>\
             <ProcessingResultStatus>2</ProcessingResultStatus><ProcessingResultCode>{code}</ProcessingResultCode>\
             </MessageBody></XmlMsg>"
        )
    };
    assert_eq!(told(&unusable, &answer("SHK6101")), [""; 0]);
    assert_eq!(told(&unusable, &answer("SHK6103")), ["ProcessingResultCode SHK6101 SHK6103"]);
}

#[test]
fn a_person_of_a_file_is_compared_without_what_needs_consent() {
    let record = [("Name", "A"), ("LimitApplicationCertificateRelatedInfo.LimitApplicationCertificateDate", "20260801")];
    let record = all_of(&record.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    let expected = Expected { records: vec![record], ..expected(true) };
    let unit = |record: &str| {
        format!(
            "<BulkConfirmUnit><ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity>\
             <ResultOfQualificationConfirmation>{record}</ResultOfQualificationConfirmation></BulkConfirmUnit>"
        )
    };
    let found = |text: String| expected.differences_of_unit(&Format::Xml.parse(text.as_bytes(), Bounds::ANSWER).unwrap());
    let changed = "<LimitApplicationCertificateChanged>1</LimitApplicationCertificateChanged>";
    assert_eq!(found(unit(&format!("<Name>A</Name>{changed}"))), []);
    assert_eq!(found(unit("<Name>B</Name><Sex1>1</Sex1>")).len(), 2);
}
