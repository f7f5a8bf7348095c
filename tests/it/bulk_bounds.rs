//! Files whose people the server finds: no more than a file may name, read slice by slice, recorded under the path of their
//! kind.

use shikaku::config::Limits;
use shikaku::domain::{AnswerCharset, Consent, TreatmentKind};
use shikaku::wire::Format;
use shikaku::wire::message::bulk_fetch;

use crate::support::bulk::{Clinic, file_of, json_file, outcomes, parse, text, units};
use crate::support::card::{Reader, Shown, card};
use crate::support::world::Wishes;
use crate::support::{OTHER_CLINIC, TEST_CLINIC, World, outcome, refused};

const HEADER: &str = r#""MedicalInstitutionCode":"1310012344","ArbitraryFileIdentifier":"BOUND""#;
const DAY: &str = r#""QualificationConfirmSearchInfo":{"ConsentDateFrom":"20261122","ConsentDateTo":"20261122","MedicalTreatmentFlag":"2"}"#;
const ONLINE: &str = r#""QualificationConfirmSearchInfo":{"ConsentDateFrom":"20261122","ConsentDateTo":"20261122","MedicalTreatmentFlag":"3"}"#;
const MONTH: &str = r#""QualificationConfirmSearchInfo":{"MedicalTreatmentMonth":"202611"}"#;

async fn world(persons: usize, slice: usize) -> World {
    let mut limits = Limits::default();
    (limits.bulk.persons, limits.bulk.slice) = (persons, slice);
    World::with(Wishes { limits, ..Wishes::default() }).await
}

async fn show(world: &World, name: &str) {
    let mut reader = Reader::of(world).await;
    let challenge = reader.challenge_for("2").await;
    let consents = [Consent::Limit].into_iter().collect();
    let shown = Shown { treatment: TreatmentKind::Visit, consents, ..Shown::signing(&card(world, name), &challenge) };
    assert_eq!(reader.show(&shown).await.status, 200, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_people_are_found_than_a_file_may_name() {
    let world = world(2, 1).await;
    let mut clinic = Clinic::of(&world).await;
    show(&world, "kumiai-dialysis").await;
    show(&world, "kyokai-insured-tokyo").await;
    // As many people as allowed, each in a slice of their own, and nobody twice.
    let number = clinic.upload_as("OQSmuhvq01", Format::Json, json_file(HEADER, DAY)).await;
    let result = parse(Format::Json, &clinic.result_as("OQSmuhvq02", Format::Json, &number).await.body);
    assert_eq!(outcomes(&result), vec![("1".to_owned(), None, Some("1".to_owned())); 2]);
    let names: Vec<_> = units(&result).iter().map(|unit| text(unit, "Name")).collect();
    assert_ne!(names[0], names[1]);
    let slices = "select count(*) from batch_slice where (place, first_person, persons) in ((0, 1, 1), (1, 2, 1))";
    assert_eq!(world.database.count(slices).await, 2);
    // With one person more, nothing is stored.
    show(&world, "elderly-2wari-tokyo").await;
    for (id, body) in [("OQSmuhvq01", DAY), ("OQSmutic01", MONTH)] {
        let reply = clinic.post(id, Format::Json, json_file(HEADER, body)).await;
        assert_eq!(outcome(Format::Json, &reply), refused(413, "SHK1014"), "{id}");
    }
    assert_eq!(world.database.count("select count(*) from batch").await, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_with_tickets_are_found_slice_by_slice() {
    // Four people in November, by hand from welfare.toml: a full last slice, one that is not full, and one slice for all.
    for (slice, slices) in [(2, 2), (3, 2), (4, 1), (5, 1)] {
        let world = world(4, slice).await;
        let mut clinic = Clinic::of(&world).await;
        let number = clinic.upload_as("OQSmutic01", Format::Json, json_file(HEADER, MONTH)).await;
        let result = parse(Format::Json, &clinic.result_as("OQSmutic02", Format::Json, &number).await.body);
        assert_eq!(units(&result).len(), 4, "{slice}");
        assert_eq!(world.database.count("select count(*) from batch_slice").await, slices, "{slice}");
        assert_eq!(world.database.count("select count(distinct person_id) from access_log where path = 6").await, 4);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_another_institutions_name_is_recorded_under_the_path_of_its_kind() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let header = HEADER.replace(TEST_CLINIC, OTHER_CLINIC);
    let numbers = r#""ReferenceNumberRegistrationInfo":[{"InsurerNumber":"39131016","InsuredIdentificationNumber":"61730954","ReferenceNumber":"A1"}]"#;
    // Path and 診療区分 of each kind.
    let kinds = [
        ("OQSmuquc", file_of(&["kyokai-insured-tokyo"], OTHER_CLINIC, "FILE", Format::Json), "3 -"),
        ("OQSmuimm", json_file(&header, numbers), "5 -"),
        ("OQSmuhvq", json_file(&header, DAY), "4 2"),
        ("OQSmuonq", json_file(&header, ONLINE), "4 3"),
        ("OQSmutic", json_file(&header, MONTH), "6 -"),
    ];
    let mut expected = Vec::new();
    for (id, file, path) in kinds {
        let fetch = bulk_fetch::request(OTHER_CLINIC, "20261122000000000001", Format::Json, AnswerCharset::Utf8);
        for (id, body) in [(format!("{id}01"), file), (format!("{id}02"), fetch)] {
            let reply = clinic.post(&id, Format::Json, body).await;
            assert_eq!(
                outcome(Format::Json, &reply),
                refused(403, "SHK3001"),
                "{id}: {}",
                String::from_utf8_lossy(&reply.body)
            );
            expected.push(format!("{path} {OTHER_CLINIC}"));
        }
    }
    let recorded: Vec<String> = sqlx::query_scalar(
        "select concat_ws(' ', path, coalesce(treatment::text, '-'), claimed_institution_code) from access_log where outcome = 9 order by id",
    )
    .fetch_all(&mut world.database.connect().await)
    .await
    .unwrap();
    assert_eq!(recorded, expected);
    world.stop().await;
}
