//! 医療券・調剤券, as welfare offices register them, and what institutions are told.

use jiff::civil::date;
use serde_json::{Value, json};
use shikaku::domain::AnswerCharset;
use shikaku::fixtures::Ask;
use shikaku::wire::Format;

use crate::registrations::{gain, get, outcome_of, post, register, set, world_with_clock};
use crate::support::bulk::{Clinic, json_file, units};
use crate::support::{SHIFT_JIS_CLINIC, TEST_CLINIC, World, ask_of, message, parse, text_of, texts_of};

const OFFICE: &str = "12138012";
const OTHER_OFFICE: &str = "12270013";
const KYOKAI: &str = "01130012";
const PHARMACY: &str = "1340006783";

/// The coverage of `welfare-no-ticket`.
fn of() -> Value {
    json!({ "number": "0004564", "acquired_on": "2026-11-10" })
}

/// A 医療券 of November for outpatients of the usual clinic, with everything.
fn ticket(id: &str, issue_number: &str, yen: u64) -> Value {
    json!({ "id": id, "kind": "ticket", "of": of(), "ticket": {
        "kind": "01", "month": "2026-11", "from": "2026-11-10", "through": "R8.11.30", "issue_number": issue_number,
        "institution": TEST_CLINIC, "institution_name": "試験内科クリニック", "treatment": "02", "self_pay_yen": yen,
        "district_contact": "地区担当　一郎", "handling_contact": "取扱担当　二郎", "combined": true, "inconsistent": true,
        "beside": ["social_insurance", "prefecture"], "injuries": ["高血圧症", "糖尿病"], "remarks": ["備考"],
    }})
}

fn withdrawal(id: &str, issue_number: &str) -> Value {
    json!({ "id": id, "kind": "ticket_withdrawal", "of": of(), "withdrawn": {
        "kind": "01", "month": "2026-11", "institution": TEST_CLINIC, "treatment": "02", "issue_number": issue_number,
    }})
}

/// 資格有効性 and the numbers of the tickets that a terminal of an institution is told.
async fn told(world: &World, institution: &str, ask: &Ask) -> (String, Vec<String>) {
    let body = message(ask, institution, Format::Json, AnswerCharset::Utf8);
    let reply =
        world.terminal(institution).connect().await.unwrap().ask("/oqs/OQSsiquc01", Format::Json, body).await.unwrap();
    let answer = parse(Format::Json, &reply.body);
    let numbers = texts_of(&answer, "IssueNumber").into_iter().map(str::to_owned).collect();
    (text_of(&answer, "QualificationValidity").unwrap(), numbers)
}

fn told_of(validity: &str, numbers: &[&str]) -> (String, Vec<String>) {
    (validity.to_owned(), numbers.iter().map(|number| (*number).to_owned()).collect())
}

/// Fetches the people who are entrusted to the usual clinic in November; returns validity, number and ticket of this person.
async fn entrusted(clinic: &mut Clinic) -> Option<(String, String)> {
    let header = format!(r#""MedicalInstitutionCode":"{TEST_CLINIC}","ArbitraryFileIdentifier":"AID""#);
    let file = json_file(&header, r#""QualificationConfirmSearchInfo":{"MedicalTreatmentMonth":"202611"}"#);
    let number = clinic.upload_as("OQSmutic01", Format::Json, file).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmutic02", Format::Json, &number).await.body);
    let is_person = |unit: &&shikaku::wire::Element<'_>| texts_of(unit, "InsuredIdentificationNumber").contains(&"0004564");
    let unit = units(&result).iter().find(is_person)?;
    Some((text_of(unit, "QualificationValidity").unwrap(), texts_of(unit, "IssueNumber").join(" ")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_shown_to_its_institution_in_its_month_until_it_is_withdrawn() {
    let (world, clock) = world_with_clock("2026-11-22T00:30:15Z").await;
    let ask = ask_of("welfare-no-ticket");
    let mut clinic = Clinic::of(&world).await;
    assert_eq!((told(&world, TEST_CLINIC, &ask).await, entrusted(&mut clinic).await), (told_of("6", &[]), None));

    set(&clock, "2026-11-23T00:00:00Z");
    let answer = register(&world, OFFICE, json!([ticket("t-1", "000501", 0), ticket("t-1", "000501", 0)])).await;
    assert_eq!((&answer["applied"], &answer["already_applied"]), (&json!(1), &json!(1)), "{answer}");
    assert_eq!(answer["entries"][0]["person"], json!("welfare-no-ticket"));
    assert_eq!(told(&world, TEST_CLINIC, &ask).await, told_of("1", &["000501"]));
    assert_eq!(entrusted(&mut clinic).await, Some(("1".to_owned(), "000501".to_owned())));
    let shown = parse(Format::Json, &world.ask(&ask, Format::Json).await.body);
    for (element, text) in [
        ("TicketType", "01"),
        ("MedicalTicketValidDate", "20261110"),
        ("MedicalTicketExpirationDate", "20261130"),
        ("MedicalTreatmentMonth", "202611"),
        ("DesignatedMedicalInstitutionCode", TEST_CLINIC),
        ("DesignatedMedicalInstitutionFlag", "0"),
        ("DesignatedMedicalInstitutionName", "試験内科クリニック"),
        ("InjuryName1", "高血圧症"),
        ("InjuryName2", "糖尿病"),
        ("MedicalTreatmentType", "02"),
        ("SelfPayAmount", "0"),
        ("DistrictContactName", "地区担当　一郎"),
        ("HandlingContactName", "取扱担当　二郎"),
        ("SingleOrCombinedUse", "02"),
        ("StatusOfSocialInsurance", "01"),
        ("ConsistencyFlag", "1"),
        ("StatusOfInfecton", "02"),
        ("StatusOfElderlyMedicalCare", "02"),
        ("StatusOfPrefecturalExpenses", "01"),
        ("Remarks1", "備考"),
    ] {
        assert_eq!(text_of(&shown, element).as_deref(), Some(text), "{element}");
    }
    // Neither in another month nor by another institution.
    let december = Ask { check_on: date(2026, 12, 1), ..ask.clone() };
    assert_eq!(told(&world, TEST_CLINIC, &december).await, told_of("6", &[]));
    assert_eq!(told(&world, SHIFT_JIS_CLINIC, &ask).await, told_of("6", &[]));

    // The same ticket is replaced; one of another number is another ticket; that of a pharmacy is shown to the pharmacy.
    set(&clock, "2026-11-24T00:00:00Z");
    let mut dispensing = ticket("t-4", "000503", 0);
    for (field, value) in [("kind", "02"), ("treatment", "04"), ("institution", PHARMACY), ("prescriber", TEST_CLINIC)] {
        dispensing["ticket"][field] = json!(value);
    }
    let entries = json!([ticket("t-2", "000501", 1500), ticket("t-3", "000502", 700), dispensing]);
    assert_eq!(register(&world, OFFICE, entries).await["applied"], json!(3));
    assert_eq!(told(&world, TEST_CLINIC, &ask).await, told_of("1", &["000501", "000502"]));
    assert_eq!(told(&world, PHARMACY, &ask).await, told_of("1", &["000503"]));
    let shown = parse(Format::Json, &world.ask(&ask, Format::Json).await.body);
    assert_eq!(texts_of(&shown, "SelfPayAmount"), ["1500", "700"]);

    set(&clock, "2026-11-25T00:00:00Z");
    assert_eq!(outcome_of(&world, OFFICE, withdrawal("w-1", "000501")).await.0, "applied");
    assert_eq!(told(&world, TEST_CLINIC, &ask).await, told_of("1", &["000502"]));
    let (outcome, code, detail) = outcome_of(&world, OFFICE, withdrawal("w-2", "000501")).await;
    assert_eq!((outcome.as_str(), code.as_str()), ("refused", "SHK4002"), "{detail}");
    assert!(detail.starts_with("withdrawn: the coverage has no such ticket"), "{detail}");
    assert_eq!(outcome_of(&world, OFFICE, withdrawal("w-2", "000502")).await.0, "applied");
    assert_eq!((told(&world, TEST_CLINIC, &ask).await, entrusted(&mut clinic).await), (told_of("6", &[]), None));
    assert_eq!(told(&world, PHARMACY, &ask).await, told_of("1", &["000503"]));

    // The registry remembers what it said.
    for (by, validity, rule) in [
        ("2026-11-22T23:59:59Z", "6", "ticket-missing"),
        ("2026-11-23T00:00:00Z", "1", "ticket"),
        ("2026-11-24T23:59:59Z", "1", "ticket"),
        ("2026-11-25T00:00:00Z", "6", "ticket-missing"),
    ] {
        let question = json!({ "person": "welfare-no-ticket", "check_on": "2026-11-22", "institution": TEST_CLINIC, "registered_by": by });
        let (_, answer) = post(&world, "/api/explain", &question.to_string()).await;
        assert_eq!(answer["validity"], json!(validity), "{by}");
        assert!(answer["reasons"].as_array().unwrap().iter().any(|one| one["rule"] == rule), "{by}: {answer}");
    }
    let (_, then) = get(&world, "/api/people/welfare-no-ticket?registered_by=2026-11-24T00:00:00Z").await;
    assert_eq!(then["coverages"][0]["tickets"].as_array().unwrap().len(), 3, "{then}");
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_ticket_is_refused_with_a_reason() {
    let (world, _) = world_with_clock("2026-11-22T00:30:15Z").await;
    let with = |field: &str, value: Value| {
        let mut entry = ticket("t-1", "000501", 0);
        entry["ticket"][field] = value;
        entry
    };
    let withdrawn = |field: &str, value: Value| {
        let mut entry = withdrawal("w-1", "000501");
        entry["withdrawn"][field] = value;
        entry
    };
    let mut nothing = ticket("t-1", "000501", 0);
    nothing.as_object_mut().unwrap().remove("ticket");
    let mut both = ticket("t-1", "000501", 0);
    both["withdrawn"] = withdrawal("w-1", "000501")["withdrawn"].clone();
    let mut earlier = ticket("t-1", "000501", 0);
    earlier["registered_at"] = json!("2026-11-22T00:30:14Z");
    for (entry, code, says) in [
        (nothing, "SHK4003", "missing field `ticket` of a ticket"),
        (both, "SHK4003", "withdrawn: a ticket has no such field; ticket_withdrawal has"),
        (with("kind", json!("03")), "SHK4003", "ticket.kind: must be 01 or 02"),
        (with("kind", json!("02")), "SHK4003", "ticket: a 調剤券 (02) needs `prescriber`"),
        (with("prescriber", json!(PHARMACY)), "SHK4003", "ticket: only a 調剤券 (02) has `prescriber`"),
        (with("prescriber_name", json!("試験")), "SHK4003", "ticket.prescriber_name: needs `prescriber`"),
        (with("month", json!("202611")), "SHK4003", "ticket.month: a month is written YYYY-MM"),
        (with("month", json!("2026-12")), "SHK4003", "ticket: `from` and `through` must lie in `month`"),
        (with("through", json!("2026-11-09")), "SHK4003", "ticket: the first day of a period"),
        (with("institution", json!("1310012345")), "SHK4003", "ticket.institution: the check digit"),
        (with("treatment", json!("06")), "SHK4003", "ticket.treatment: must be 01, 02, 03, 04 or 05"),
        (with("self_pay_yen", json!(-1)), "SHK4003", "ticket.self_pay_yen: must be 0 to 10,000,000"),
        (with("self_pay_yen", json!(10_000_001)), "SHK4003", "ticket.self_pay_yen: must be 0 to 10,000,000"),
        (
            with("beside", json!(["infection", "somebody"])),
            "SHK4003",
            "ticket.beside[1]: must be social_insurance, infection",
        ),
        (with("injuries", json!(["一", "二", "三", "四"])), "SHK4003", "ticket.injuries: must have three texts at most"),
        (with("remarks", json!(["一", ""])), "SHK4003", "ticket.remarks[1]: "),
        (with("colour", json!("red")), "SHK4003", "ticket.colour: unknown field `colour`"),
        (withdrawn("month", json!("2026")), "SHK4003", "withdrawn.month: a month is written YYYY-MM"),
        (withdrawn("treatment", json!("03")), "SHK4002", "withdrawn: the coverage has no such ticket"),
        (withdrawn("issue_number", Value::Null), "SHK4002", "withdrawn: the coverage has no such ticket"),
        (earlier, "SHK4004", "registered_at: the registry changed this person at 2026-11-22T00:30:15Z"),
    ] {
        let shown = entry.to_string();
        let (outcome, found, detail) = outcome_of(&world, OFFICE, entry).await;
        assert_eq!((outcome.as_str(), found.as_str()), ("refused", code), "{shown}: {detail}");
        assert!(detail.starts_with(says), "{shown}: {detail}");
    }
    // Another office does not have the coverage, and another scheme has no tickets.
    assert_eq!(outcome_of(&world, OTHER_OFFICE, ticket("t-1", "000501", 0)).await.1, "SHK4002");
    register(&world, KYOKAI, json!([gain("g-1")])).await;
    let mut insured = ticket("t-1", "000501", 0);
    insured["of"] = json!({ "symbol": "1104", "number": "3009001", "branch": "00", "acquired_on": "2026-12-01" });
    let (_, code, detail) = outcome_of(&world, KYOKAI, insured).await;
    assert!(code == "SHK4003" && detail.contains("only 医療扶助 (12…) registers `ticket`"), "{detail}");
    assert_eq!(told(&world, TEST_CLINIC, &ask_of("welfare-no-ticket")).await, told_of("6", &[]));
    world.stop().await;
}
