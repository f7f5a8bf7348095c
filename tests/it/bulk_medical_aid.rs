//! 委託先資格情報の一括取得（医療扶助）, and medical aid in single questions.

use shikaku::clock::Clock;
use shikaku::config::{BulkLimits, Limits};
use shikaku::wire::Format;

use crate::support::bulk::{Clinic, json_file, outcomes, parse, text, units};
use crate::support::world::{Wishes, fixed_now};
use crate::support::{SHIFT_JIS_CLINIC, World, outcome, refused};

const HEADER: &str = r#""MedicalInstitutionCode":"1310012347","ArbitraryFileIdentifier":"AID""#;

/// A file that asks for the people who are entrusted in a month.
fn wanted(month: &str) -> Vec<u8> {
    json_file(HEADER, &format!(r#""QualificationConfirmSearchInfo":{{"MedicalTreatmentMonth":"{month}"}}"#))
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_the_month_with_their_tickets() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload_as("OQSmutic01", Format::Json, wanted("202611")).await;
    for format in [Format::Json, Format::Xml] {
        let result = parse(format, &clinic.result_as("OQSmutic02", format, &number).await.body);
        assert_eq!(text(&result, "QualificationConfirmationDate"), Some("20261122"));
        // By hand from welfare.toml: three people are entrusted in November, and the aid of a fourth has ended.
        let mut found: Vec<_> = units(&result)
            .iter()
            .map(|unit| {
                let of = |name| text(unit, name).unwrap_or("-");
                [of("InsuredIdentificationNumber"), of("QualificationValidity"), of("IssueNumber"), of("SelfPayAmount")]
            })
            .collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                ["0001230", "1", "000101", "0"],
                ["0010116", "1", "000310", "1500"],
                ["0012138", "1", "000411", "24600"],
                ["0014159", "2", "-", "-"],
            ]
        );
        let elderly = units(&result).iter().find(|unit| text(unit, "Remarks3").is_some()).unwrap();
        assert_eq!(text(elderly, "InsuredCardClassification"), Some("A1"));
        assert_eq!(text(elderly, "ConsistencyFlag"), Some("1"));
        assert_eq!(text(elderly, "StatusOfElderlyMedicalCare"), Some("01"));
        assert_eq!(text(elderly, "Address"), None, "不開示該当");
    }
    // October is over: its people are judged by its last day.
    let number = clinic.upload_as("OQSmutic01", Format::Json, wanted("202610")).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmutic02", Format::Json, &number).await.body);
    assert_eq!(text(&result, "QualificationConfirmationDate"), Some("20261031"));
    let months = units(&result).iter().map(|unit| text(unit, "MedicalTreatmentMonth"));
    assert_eq!(months.collect::<Vec<_>>(), [Some("202610"); 2]);
    assert_eq!(outcomes(&result), vec![("1".to_owned(), None, Some("1".to_owned())); 2]);
    // Nobody is entrusted in December yet.
    let number = clinic.upload_as("OQSmutic01", Format::Json, wanted("202612")).await;
    let result = parse(Format::Json, &clinic.fetch_as("OQSmutic02", Format::Json, &number).await.body);
    assert_eq!((text(&result, "SegmentOfResult"), text(&result, "NumberOfProcessingResult")), (Some("1"), Some("0")));
    assert_eq!(text(&result, "QualificationConfirmationDate"), Some("20261201"));
    // Another institution sees its own people only.
    let mut other = Clinic::at(&world, SHIFT_JIS_CLINIC).await;
    let theirs = String::from_utf8(wanted("202611")).unwrap().replace("1310012347", SHIFT_JIS_CLINIC);
    let number = other.upload_as("OQSmutic01", Format::Json, theirs.into_bytes()).await;
    let result = parse(Format::Json, &other.result_as("OQSmutic02", Format::Json, &number).await.body);
    let mine = units(&result).iter().map(|unit| text(unit, "InsuredIdentificationNumber"));
    assert_eq!(mine.collect::<Vec<_>>(), [Some("0007898")]);

    let logged = world.database.count("select count(*) from access_log where path = 6").await;
    assert_eq!(logged, 4 + 2 + 1, "one record a person");
    let tickets = world.database.count("select count(*) from access_log where path = 6 and shown & 64 <> 0").await;
    assert_eq!(tickets, 3 + 2 + 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_that_are_not_taken() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    for (file, code) in [
        (wanted("202613"), "SHK1009"),
        (wanted("2026-11"), "SHK1009"),
        (wanted("20261101"), "SHK1009"),
        (wanted("２０２６１１"), "SHK1009"),
        (wanted(""), "SHK1008"),
        (json_file(HEADER, ""), "SHK1008"),
        (
            json_file(
                HEADER,
                r#""QualificationConfirmSearchInfo":{"MedicalTreatmentMonth":"202611","MedicalTreatmentFlag":"2"}"#,
            ),
            "SHK1006",
        ),
    ] {
        let reply = clinic.post("OQSmutic01", Format::Json, file).await;
        assert_eq!(outcome(Format::Json, &reply), refused(400, code));
    }
    assert_eq!(world.database.count("select count(*) from batch").await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_is_withdrawn_before_the_work_is_not_shown() {
    let bulk = BulkLimits { workers: 0, ..BulkLimits::default() };
    let limits = Limits { bulk, ..Limits::default() };
    let world = World::with(Wishes { limits, ..Wishes::default() }).await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload_as("OQSmutic01", Format::Json, wanted("202611")).await;
    let withdrawn = "update coverage set medical_tickets = null, ticket_keys = null where number = '0001230'";
    world.database.execute(withdrawn).await;
    let working = world.another(Clock::fixed(fixed_now())).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmutic02", Format::Json, &number).await.body);
    let mut validities: Vec<_> = units(&result).iter().map(|unit| text(unit, "QualificationValidity")).collect();
    validities.sort_unstable();
    assert_eq!(validities, [Some("1"), Some("1"), Some("2"), Some("4")]);
    assert_eq!(text(&result, "IssueNumber").filter(|number| *number == "000101"), None);
    working.stop().await;
    world.stop().await;
}
