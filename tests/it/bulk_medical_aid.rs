//! 委託先資格情報の一括取得（医療扶助）: people of a month with their tickets, and reference numbers of recipients.

use shikaku::clock::Clock;
use shikaku::config::{BulkLimits, Limits};
use shikaku::wire::{Element, Format};

use crate::support::bulk::{Clinic, json_file, outcomes, parse, text, units};
use crate::support::world::{Wishes, fixed_now};
use crate::support::{SHIFT_JIS_CLINIC, World, outcome, refused, texts_of};

const HEADER: &str = r#""MedicalInstitutionCode":"1310012344","ArbitraryFileIdentifier":"AID""#;

/// Makes a file that asks for the people who are entrusted in a month.
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
        // By hand from welfare.toml: three people are entrusted in November, and the aid of a fourth person has ended.
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
    // October is over, so its people are judged by its last day.
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
    // Another institution finds only its own people.
    let mut other = Clinic::at(&world, SHIFT_JIS_CLINIC).await;
    let theirs = String::from_utf8(wanted("202611")).unwrap().replace("1310012344", SHIFT_JIS_CLINIC);
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
async fn aid_that_ends_or_changes_hands_within_the_month() {
    let world = World::start().await;
    // The aid of one person ends on the 20th. Another person moves to Osaka on the 11th and has a ticket of each office.
    world.database.execute("update coverage set lost_on = '2026-11-20', loss_reason = 99 where number = '0001230'").await;
    world
        .database
        .execute(
            "insert into coverage
                  ( person_id, acquired_on, birth_on, card_class, sex, search_key, insurer_number, number, name, medical_tickets
                  , ticket_keys, address_withheld, self_information_blocked )
             select person_id, '2026-11-11', birth_on, 8, sex, 'moved', '12270013', '0016170', name, medical_tickets, ticket_keys
                  , address_withheld, self_information_blocked
               from coverage where number = '0010116'",
        )
        .await;
    world
        .database
        .execute("update coverage set lost_on = '2026-11-11', loss_reason = 99, sole = false where number = '0010116'")
        .await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload_as("OQSmutic01", Format::Json, wanted("202611")).await;
    for format in [Format::Json, Format::Xml] {
        let result = parse(format, &clinic.result_as("OQSmutic02", format, &number).await.body);
        let of = |number: &str| {
            let has = |unit: &&Element| texts_of(unit, "InsuredIdentificationNumber").contains(&number);
            units(&result).iter().find(has).unwrap_or_else(|| panic!("{number} is missing"))
        };
        assert_eq!(text(of("0001230"), "QualificationValidity"), Some("1"));
        assert_eq!(texts_of(of("0001230"), "IssueNumber"), ["000101"]);
        assert_eq!(text(of("0001230"), "DisqualificationDate"), None, "judged on its last day");
        let moved = of("0016170");
        assert_eq!(text(moved, "QualificationValidity"), Some("1"));
        assert_eq!(texts_of(moved, "InsuredIdentificationNumber"), ["0010116", "0016170"]);
        assert_eq!(texts_of(moved, "IssueNumber"), ["000310", "000310"]);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_have_reference_numbers_without_a_branch() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let info = r#""ReferenceNumberRegistrationInfo":{"ReferenceNumber":"AID-7","InsurerNumber":"12138012","InsuredIdentificationNumber":"0001230"}"#;
    let reply = clinic.post("OQSsiimm01", Format::Json, json_file(HEADER, info)).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let number = clinic.upload_as("OQSmutic01", Format::Json, wanted("202611")).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmutic02", Format::Json, &number).await.body);
    let numbered: Vec<_> = units(&result)
        .iter()
        .filter_map(|unit| Some((text(unit, "IssueNumber")?, text(unit, "ReferenceNumber")?)))
        .collect();
    assert_eq!(numbered, [("000101", "AID-7")]);
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
