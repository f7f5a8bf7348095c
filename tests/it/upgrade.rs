//! A database of the earlier release is upgraded while that release works on it, and answers stay the same.

use std::collections::HashSet;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use shikaku::app::{App, StartError};
use shikaku::clock::{Clock, system_now};
use shikaku::config::{Config, Limits, Secret};
use shikaku::domain::{
    BatchEnding, BatchKind, Consent, ConsentDays, DayOf, Format, HolderVerification, InstitutionCode, Moment, Period,
    PersonId, TreatmentKind, Validity, WantedPeople,
};
use shikaku::store::access_log::{self, AtReader, LogRecord, Outcome, Path, PersonRecord};
use shikaku::store::bulk_register::{NewBatch, Quota};
use shikaku::store::leases::LeasedSlice;
use shikaku::store::{Store, StoreError, copy_log};
use shikaku::wire::Format::Json;
use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::support::bulk::{Clinic, parse, text, units};
use crate::support::card::{Reader, Shown, card};
use crate::support::database::TestDatabase;
use crate::support::world::fixed_now;
use crate::support::{TEST_CLINIC, World, answered, ask_of, outcome, root, scratch};

/// The number of migrations of the earlier release.
const BEFORE: usize = 12;

const INSTITUTIONS: [&str; 2] = ["1310012344", "1310023457"];
const PEOPLE: i64 = 4;
const MARKS: i64 = 3;

/// The statement with which the earlier release writes the record of one answer.
const APPEND: &str = "
    insert into access_log
         ( request_id, answered_at, institution_code, claimed_institution_code, terminal_serial, path, check_on, person_id
         , key_hash, outcome, shown, limit_consent, holder_verification, treatment, consents, consents_until
         , limit_mark )
    select unnest($1::uuid[]), unnest($2::timestamptz[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bytea[])
         , unnest($6::smallint[]), unnest($7::date[]), unnest($8::bigint[]), unnest($9::bytea[]), unnest($10::smallint[])
         , unnest($11::smallint[]), unnest($12::boolean[]), unnest($13::smallint[]), unnest($14::smallint[])
         , unnest($15::smallint[]), unnest($16::timestamptz[]), unnest($17::bigint[])
        on conflict (request_id) where place = 0 do nothing";

/// The statement with which it writes the records of a slice of a file. It returns the places of unchanged certificates.
const APPEND_SLICE: &str = "
    with logged as (
        insert into access_log
             ( id, request_id, answered_at, institution_code, terminal_serial, path, check_on, treatment, place, person_id
             , key_hash, outcome, shown, limit_consent, limit_mark, limit_changed )
               overriding system value
        select (select nextval('access_log_id_seq')), $1, $2, $3, $4, $5::smallint, $6, $7, record.place, record.person_id
             , record.key_hash, record.outcome, record.shown, record.limit_consent, record.limit_mark
             , case when record.limit_mark is not null
                    then record.limit_mark is distinct from
                         ( select last.limit_mark
                             from access_log as last
                            where last.person_id = record.person_id
                              and last.institution_code = $3
                              and last.limit_mark is not null
                              and last.request_id <> $1
                            order by last.id desc
                            limit 1
                         )
               end
          from ( select unnest($8::integer[]) as place
                      , unnest($9::bigint[]) as person_id
                      , unnest($10::bytea[]) as key_hash
                      , unnest($11::smallint[]) as outcome
                      , unnest($12::smallint[]) as shown
                      , unnest($13::boolean[]) as limit_consent
                      , unnest($14::bigint[]) as limit_mark
               ) as record
     returning place, limit_changed
    )
    select place from logged where not limit_changed";

/// The statement with which it finds patients who consented.
const CONSENTED: &str = "
    select distinct on (person_id)
           person_id, consents, (extract(epoch from answered_at) * 1000)::bigint, (extract(epoch from consents_until) * 1000)::bigint
      from access_log as last
     where institution_code = $1
       and path = 2
       and treatment = $2
       and consents_until is not null
       and person_id is not null
       and person_id > $6
       and exists (
               select from access_log as of_days
                where of_days.person_id = last.person_id
                  and of_days.institution_code = $1
                  and of_days.path = 2
                  and of_days.treatment = $2
                  and of_days.consents_until is not null
                  and case when $3
                      then (of_days.answered_at at time zone 'Asia/Tokyo')::date
                      else of_days.check_on
                      end between $4 and $5
           )
     order by person_id, answered_at desc, id desc
     limit $7";

struct Random(u64);

impl Random {
    fn below(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % most
    }

    fn institution(&mut self) -> &'static str {
        INSTITUTIONS[usize::try_from(self.below(2)).unwrap()]
    }

    fn at(&mut self) -> Timestamp {
        fixed_now() + SignedDuration::from_hours(8 * self.below(9))
    }

    fn check_on(&mut self) -> Date {
        date(2026, 11, 20).saturating_add(jiff::Span::new().days(self.below(4)))
    }

    fn mark(&mut self) -> Option<i64> {
        Some(self.below(MARKS + 1)).filter(|mark| *mark < MARKS)
    }

    /// Returns the people of a slice. A person who comes twice has the same certificate twice.
    fn slice(&mut self) -> Vec<(i64, Option<i64>)> {
        let marks: Vec<Option<i64>> = (0..PEOPLE).map(|_| self.mark()).collect();
        let people = (0..=self.below(4)).map(|_| self.below(PEOPLE));
        people.map(|person| (1 + person, marks[usize::try_from(person).unwrap()])).collect()
    }
}

/// Applies the migrations up to a number, as a program of that time does.
async fn migrate_to(connection: &mut PgConnection, count: usize) {
    let some = scratch("upgrade");
    let files = std::fs::read_dir(root().join("migrations")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|ending| ending == "sql")).collect();
    files.sort();
    for file in &files[..count] {
        std::fs::copy(file, some.join(file.file_name().unwrap())).unwrap();
    }
    Migrator::new(some.as_path()).await.unwrap().run(connection).await.unwrap();
}

/// An answer to one question, with the patient's consents if a card was shown.
struct Single {
    institution: &'static str,
    person: i64,
    at: Timestamp,
    check_on: Date,
    mark: Option<i64>,
    reader: Option<(TreatmentKind, u16, bool)>,
}

impl Single {
    fn any(random: &mut Random) -> Self {
        let treatments = [TreatmentKind::Outpatient, TreatmentKind::Visit, TreatmentKind::Online];
        let reader = (random.below(2) == 0).then(|| {
            let treatment = treatments[usize::try_from(random.below(3)).unwrap()];
            // A card that cannot be used leaves no valid consents.
            (treatment, u16::try_from(random.below(4)).unwrap(), random.below(5) > 0)
        });
        Self {
            institution: random.institution(),
            person: 1 + random.below(PEOPLE),
            at: random.at(),
            check_on: random.check_on(),
            mark: random.mark(),
            reader,
        }
    }

    fn until(&self) -> Option<Timestamp> {
        self.reader.filter(|(_, _, good)| *good).map(|_| self.at + SignedDuration::from_hours(24))
    }

    /// Writes it as the earlier release does.
    async fn write_before(&self, connection: &mut PgConnection) {
        let treatment = |kind: TreatmentKind| match kind {
            TreatmentKind::Outpatient => 1_i16,
            TreatmentKind::Visit => 2,
            TreatmentKind::Online => 3,
        };
        let outcome = if self.reader.is_some_and(|(_, _, good)| !good) { 11_i16 } else { 1 };
        sqlx::query(APPEND)
            .bind([Uuid::now_v7()])
            .bind([self.at.to_sqlx()])
            .bind([self.institution])
            .bind([None::<String>])
            .bind([vec![1_u8]])
            .bind([if self.reader.is_some() { 2_i16 } else { 1 }])
            .bind([self.check_on.to_sqlx()])
            .bind([self.person])
            .bind([vec![0_u8; 32]])
            .bind([outcome])
            .bind([3_i16])
            .bind([self.mark.is_some()])
            .bind([self.reader.map(|_| 1_i16)])
            .bind([self.reader.map(|(kind, _, _)| treatment(kind))])
            .bind([self.reader.map(|(_, consents, _)| i16::try_from(consents).unwrap())])
            .bind([self.until().map(ToSqlx::to_sqlx)])
            .bind([self.mark])
            .execute(connection)
            .await
            .unwrap();
    }

    /// Writes it as this release does.
    async fn write_now(&self, connection: &mut PgConnection) {
        let path = match self.reader {
            None => Path::Card,
            Some((treatment, bits, _)) => Path::Certificate(AtReader {
                holder: HolderVerification::Pin,
                treatment,
                consents: Consent::ALL.into_iter().filter(|kind| bits & (1 << *kind as u16) != 0).collect(),
                consents_until: self.until(),
            }),
        };
        access_log::append(connection, &[record(self, path)], system_now()).await.unwrap();
    }
}

fn record(single: &Single, path: Path) -> LogRecord {
    LogRecord {
        request_id: Uuid::now_v7(),
        answered_at: single.at,
        institution: InstitutionCode::parse(single.institution).unwrap(),
        claimed_institution: None,
        terminal_serial: vec![1],
        path,
        check_on: Some(single.check_on),
        about: person_record(single.person, single.mark),
    }
}

fn person_record(person: i64, mark: Option<i64>) -> PersonRecord {
    PersonRecord {
        person: Some(PersonId(person)),
        limit_consent: mark.is_some(),
        limit_mark: mark,
        ..PersonRecord::new([0; 32], Outcome::Answered(Validity::Valid))
    }
}

/// Writes a slice of a file as the earlier release does; returns the places of people whose certificate has not changed.
async fn slice_before(
    connection: &mut PgConnection,
    file: Uuid,
    institution: &str,
    people: &[(i64, Option<i64>)],
) -> HashSet<i32> {
    let all = |value: i16| vec![value; people.len()];
    let places: Vec<i32> = (1..).take(people.len()).collect();
    let unchanged: Vec<i32> = sqlx::query_scalar(APPEND_SLICE)
        .bind(file)
        .bind(fixed_now().to_sqlx())
        .bind(institution)
        .bind(vec![1_u8])
        .bind(3_i16)
        .bind(date(2026, 11, 22).to_sqlx())
        .bind(None::<i16>)
        .bind(places)
        .bind(people.iter().map(|(person, _)| *person).collect::<Vec<_>>())
        .bind(vec![vec![0_u8; 32]; people.len()])
        .bind(all(1))
        .bind(all(3))
        .bind(people.iter().map(|(_, mark)| mark.is_some()).collect::<Vec<_>>())
        .bind(people.iter().map(|(_, mark)| *mark).collect::<Vec<_>>())
        .fetch_all(connection)
        .await
        .unwrap();
    unchanged.into_iter().collect()
}

/// Does the same as this release does it.
async fn slice_now(
    connection: &mut PgConnection,
    file: Uuid,
    institution: &str,
    people: &[(i64, Option<i64>)],
) -> HashSet<i32> {
    let slice = LeasedSlice {
        batch_id: 0,
        place: 0,
        first_person: 1,
        lease: Uuid::now_v7(),
        attempts: 1,
        entries: Vec::new(),
        kind: BatchKind::Qualification,
        institution: InstitutionCode::parse(institution).unwrap(),
        terminal_serial: vec![1],
        request_id: file,
        check_on: date(2026, 11, 22),
        format: Format::Json,
        fail_at_start: false,
        fail_person: None,
    };
    let people: Vec<PersonRecord> = people.iter().map(|(person, mark)| person_record(*person, *mark)).collect();
    let at = Moment { domain: fixed_now(), system: system_now() };
    access_log::append_slice(connection, &slice, Path::BulkCard, at, &people).await.unwrap()
}

/// Lets the earlier release do random work.
async fn work_before(connection: &mut PgConnection, random: &mut Random, files: &[Uuid], times: usize) {
    for _ in 0..times {
        if random.below(3) > 0 {
            Single::any(random).write_before(connection).await;
        } else {
            let file = usize::try_from(random.below(2)).unwrap();
            slice_before(connection, files[file], INSTITUTIONS[file], &random.slice()).await;
        }
    }
}

/// Checks that both releases return the same answers, whichever wrote the records.
async fn assert_same_answers(connection: &mut PgConnection, store: &Store) {
    let everybody: Vec<(i64, Option<i64>)> =
        (1..=PEOPLE).flat_map(|person| (0..MARKS).map(move |mark| (person, Some(mark)))).collect();
    for institution in INSTITUTIONS {
        let mut seen = [HashSet::new(), HashSet::new()];
        let mut undone = connection.begin().await.unwrap();
        seen[0] = slice_before(&mut undone, Uuid::now_v7(), institution, &everybody).await;
        undone.rollback().await.unwrap();
        let mut undone = connection.begin().await.unwrap();
        seen[1] = slice_now(&mut undone, Uuid::now_v7(), institution, &everybody).await;
        undone.rollback().await.unwrap();
        assert_eq!(seen[0], seen[1], "unchanged certificates at {institution}");
        assert!(!seen[0].is_empty());
        for treatment in [TreatmentKind::Visit, TreatmentKind::Online] {
            for (by, from, through) in [
                (DayOf::Consent, date(2026, 11, 22), date(2026, 11, 22)),
                (DayOf::Consent, date(2026, 11, 23), date(2026, 11, 25)),
                (DayOf::Examination, date(2026, 11, 20), date(2026, 11, 20)),
                (DayOf::Examination, date(2026, 11, 21), date(2026, 11, 23)),
            ] {
                let wanted = ConsentDays { treatment, by, days: Period::new(from, through).unwrap() };
                let before = consented_before(connection, institution, &wanted).await;
                assert_eq!(consented_now(connection, store, institution, wanted).await, before, "{institution} {wanted:?}");
            }
        }
    }
}

type Patients = Vec<(i64, i16, i64, i64)>;

async fn consented_before(connection: &mut PgConnection, institution: &str, wanted: &ConsentDays) -> Patients {
    sqlx::query_as(CONSENTED)
        .bind(institution)
        .bind(if wanted.treatment == TreatmentKind::Visit { 2_i16 } else { 3 })
        .bind(wanted.by == DayOf::Consent)
        .bind(wanted.days.from().to_sqlx())
        .bind(wanted.days.through().to_sqlx())
        .bind(i64::MIN)
        .bind(1000_i64)
        .fetch_all(connection)
        .await
        .unwrap()
}

/// Returns the patients of a file that is received now.
async fn consented_now(connection: &mut PgConnection, store: &Store, institution: &str, wanted: ConsentDays) -> Patients {
    let received_at = Moment { domain: fixed_now(), system: system_now() };
    let new = NewBatch {
        request_id: Uuid::now_v7(),
        kind: if wanted.treatment == TreatmentKind::Visit { BatchKind::Visit } else { BatchKind::Online },
        institution: InstitutionCode::parse(institution).unwrap(),
        terminal_serial: vec![1],
        file_identifier: None,
        check_on: date(2026, 11, 22),
        wanted: Some(WantedPeople::Consented(wanted)),
        format: Format::Json,
        received_at,
        received_on: date(2026, 11, 22),
        ending: BatchEnding::at(received_at, SignedDuration::from_hours(1)),
        slices: Vec::new(),
        // So small that the search goes on behind the last person of a slice.
        slice: 2,
        persons: 1000,
        people: Vec::new(),
    };
    store.register_batch(new, Quota { in_flight: None, people_a_day: None }).await.unwrap();
    let slices: Vec<Vec<u8>> =
        sqlx::query_scalar("select entries from batch_slice where batch_id = (select max(id) from batch) order by place")
            .fetch_all(connection)
            .await
            .unwrap();
    let people = slices.iter().flat_map(|slice| serde_json::from_slice::<Vec<serde_json::Value>>(slice).unwrap());
    let time = |value: &serde_json::Value| value.as_str().unwrap().parse::<Timestamp>().unwrap().as_millisecond();
    let patient = |one: serde_json::Value| {
        let consents = i16::try_from(one["consents"].as_i64().unwrap()).unwrap();
        (one["person"].as_i64().unwrap(), consents, time(&one["at"]), time(&one["until"]))
    };
    people.map(patient).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_release_before_works_on_while_its_log_is_copied_and_afterwards() {
    for seed in 1..=4 {
        let database = TestDatabase::empty().await;
        let (mut connection, mut random) = (database.connect().await, Random(seed));
        let files = [Uuid::now_v7(), Uuid::now_v7()];
        migrate_to(&mut connection, BEFORE).await;
        work_before(&mut connection, &mut random, &files, 80).await;
        for migration in BEFORE + 1..=BEFORE + 3 {
            migrate_to(&mut connection, migration).await;
            work_before(&mut connection, &mut random, &files, 20).await;
        }
        // All migrations are applied, but this release waits until the log of the earlier one is copied.
        let store = database.store().await;
        let migrator = Migrator::new(root().join("migrations")).await.unwrap();
        migrator.run(&mut connection).await.unwrap();
        assert!(matches!(store.check_schema().await, Err(StoreError::Uncopied)));
        // The log is copied in many short transactions, between those of the earlier release, and once by two tasks at the
        // same time.
        let mut batches = 0;
        while !copy_log::copy_batch(store.pool(), 7).await.unwrap() {
            batches += 1;
            work_before(&mut connection, &mut random, &files, 1).await;
            if batches == 3 {
                let (one, two) = tokio::join!(copy_log::copy_batch(store.pool(), 7), copy_log::copy_batch(store.pool(), 7));
                assert!(!one.unwrap() && !two.unwrap());
            }
        }
        assert!(batches > 10, "{batches}");
        store.migrate().await.unwrap();
        store.check_schema().await.unwrap();
        assert_same_answers(&mut connection, &store).await;
        // Both releases work side by side.
        for _ in 0..40 {
            work_before(&mut connection, &mut random, &files, 1).await;
            Single::any(&mut random).write_now(&mut connection).await;
            let institution = random.institution();
            slice_now(&mut connection, Uuid::now_v7(), institution, &random.slice()).await;
        }
        assert_same_answers(&mut connection, &store).await;
        store.pool().close().await;
        database.drop().await;
    }
}

#[tokio::test]
async fn people_of_a_file_are_compared_with_what_was_seen_before_it_though_the_log_is_copied_meanwhile() {
    let database = TestDatabase::empty().await;
    let mut connection = database.connect().await;
    migrate_to(&mut connection, BEFORE).await;
    for (person, mark) in [(1, 7), (2, 8), (3, 9)] {
        let (at, check_on) = (fixed_now(), date(2026, 11, 22));
        let single = Single { institution: TEST_CLINIC, person, at, check_on, mark: Some(mark), reader: None };
        single.write_before(&mut connection).await;
    }
    // The first person of the file has the same certificate, the third another one.
    let file = Uuid::now_v7();
    slice_before(&mut connection, file, TEST_CLINIC, &[(1, Some(7)), (3, Some(6))]).await;
    Migrator::new(root().join("migrations")).await.unwrap().run(&mut connection).await.unwrap();
    // The trigger copies these ahead of what was seen before: the second has the same one, the fourth was not seen.
    slice_before(&mut connection, file, TEST_CLINIC, &[(2, Some(8)), (4, Some(5))]).await;
    let store = database.store().await;
    store.migrate().await.unwrap();
    let people = [(1, Some(7)), (2, Some(8)), (3, Some(6)), (4, Some(5))];
    assert_eq!(slice_now(&mut connection, file, TEST_CLINIC, &people).await, HashSet::from([1, 2]));
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_batch_of_copying_may_end_within_a_piece_and_with_the_last_record() {
    for most in 1..=6 {
        let database = TestDatabase::empty().await;
        let mut connection = database.connect().await;
        migrate_to(&mut connection, BEFORE).await;
        for _ in 0..2 {
            let people = [(1, Some(7)), (2, Some(8)), (3, Some(9))];
            slice_before(&mut connection, Uuid::now_v7(), TEST_CLINIC, &people).await;
        }
        let store = database.store().await;
        Migrator::new(root().join("migrations")).await.unwrap().run(&mut connection).await.unwrap();
        while !copy_log::copy_batch(store.pool(), most).await.unwrap() {}
        let seen: Vec<(i64, i64)> = sqlx::query_as("select person_id, mark from limit_seen order by person_id, log_id")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(seen, [(1, 7), (2, 8), (3, 9)], "{most} records at a time");
        store.pool().close().await;
        database.drop().await;
    }
}

#[tokio::test]
async fn what_was_seen_is_kept_when_it_is_news_and_a_record_that_is_sent_again_changes_nothing() {
    let database = TestDatabase::new().await;
    let mut connection = database.connect().await;
    let single = |mark| Single {
        institution: TEST_CLINIC,
        person: 1,
        at: fixed_now(),
        check_on: date(2026, 11, 22),
        mark: Some(mark),
        reader: Some((TreatmentKind::Visit, 1, true)),
    };
    for mark in [1, 1, 2, 2, 1] {
        single(mark).write_now(&mut connection).await;
    }
    let marks: Vec<i64> =
        sqlx::query_scalar("select mark from limit_seen order by log_id").fetch_all(&mut connection).await.unwrap();
    assert_eq!(marks, [1, 2, 1]);
    // The same in files: a mark is news to an institution that saw another, or none.
    let slices =
        [(TEST_CLINIC, 1, 3), (TEST_CLINIC, 2, 4), (TEST_CLINIC, 2, 4), (INSTITUTIONS[1], 2, 5), (INSTITUTIONS[1], 2, 5)];
    for (institution, mark, rows) in slices {
        slice_now(&mut connection, Uuid::now_v7(), institution, &[(1, Some(mark))]).await;
        assert_eq!(database.count("select count(*) from limit_seen").await, rows, "{institution} {mark}");
    }
    // As after a commit whose answer was lost.
    let again = record(&single(7), Path::Card);
    let consenting = Path::Certificate(AtReader {
        holder: HolderVerification::Pin,
        treatment: TreatmentKind::Visit,
        consents: shikaku::domain::Consents::all(),
        consents_until: Some(fixed_now()),
    });
    let with_consent = record(&single(8), consenting);
    for _ in 0..2 {
        access_log::append(&mut connection, &[again.clone(), with_consent.clone()], system_now()).await.unwrap();
    }
    let counts = "select (select count(*) from access_log) * 10000 + (select count(*) from consent) * 100 + (select count(*) from limit_seen)";
    // Twelve records, six consents, seven marks: five from before, and both of the batch, which are news.
    assert_eq!(database.count(counts).await, 120_607);
    database.drop().await;
}

#[tokio::test]
async fn the_order_of_writing_is_a_key() {
    let database = TestDatabase::new().await;
    let mut connection = database.connect().await;
    slice_now(&mut connection, Uuid::now_v7(), TEST_CLINIC, &[(1, Some(1)), (1, Some(1)), (2, None)]).await;
    let places = "select count(*) from access_log where id = (select max(id) from access_log) and place between 1 and 3";
    assert_eq!(database.count(places).await, 3);
    let copy = "insert into access_log
             ( id, place, request_id, answered_at, institution_code, terminal_serial, path, check_on, key_hash, outcome, shown
             , limit_consent )
             overriding system value
        select id, place, request_id, answered_at, institution_code, terminal_serial, path, check_on, key_hash, outcome, shown
             , limit_consent
          from access_log where place = 2";
    let error = connection.execute(copy).await.unwrap_err();
    assert_eq!(error.as_database_error().and_then(|error| error.constraint()), Some("access_log_pkey"));
    database.drop().await;
}

/// Makes the database as the earlier release left it: consents and marks in the log alone.
const AS_BEFORE: &str = "delete from consent; delete from limit_seen; update access_log set recorded_at = null;
    update batch set recorded_at = null, retained_until = null;
    update access_log_copied set through_id = 0, through_place = 0, finished = false, last_id = (select max(id) from access_log)";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_this_release_answers_as_the_one_before_did() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    for consents in [&[Consent::Drug][..], &[Consent::Limit, Consent::SpecificDisease]] {
        let challenge = reader.challenge_for("2").await;
        let shown = Shown {
            treatment: TreatmentKind::Visit,
            consents: consents.iter().copied().collect(),
            ..Shown::signing(&card(&world, "kumiai-dialysis"), &challenge)
        };
        assert_eq!(reader.show(&shown).await.status, 200);
    }
    let single = world.ask(&ask_of("kyokai-insured-tokyo"), Json).await;
    assert_eq!(outcome(Json, &single), answered());
    let mut clinic = Clinic::of(&world).await;
    let done = clinic.upload(&["elderly-2wari-tokyo"]).await;
    let kept = clinic.result_as("OQSmuquc02", Json, &done).await.body;
    let answers = async |clinic: &mut Clinic| {
        let wanted = r#""QualificationConfirmSearchInfo":{"ConsentDateFrom":"20261122","ConsentDateTo":"20261122","MedicalTreatmentFlag":"2"}"#;
        let header = r#""MedicalInstitutionCode":"1310012344","ArbitraryFileIdentifier":"CONSENT""#;
        let file = crate::support::bulk::json_file(header, wanted);
        let number = clinic.upload_as("OQSmuhvq01", Json, file).await;
        let consented = clinic.result_as("OQSmuhvq02", Json, &number).await;
        let consented = String::from_utf8(consented.body.to_vec()).unwrap().replace(&number, "NUMBER");
        let number = clinic.upload(&["kyokai-insured-tokyo", "elderly-2wari-tokyo", "kumiai-a01"]).await;
        let changed: Vec<Option<String>> = units(&clinic.result(&number).await)
            .iter()
            .map(|unit| text(unit, "LimitApplicationCertificateChanged").map(str::to_owned))
            .collect();
        (consented, changed)
    };
    // The answers of the earlier release are those of this one without an upgrade; kumiai-a01 is asked about for the first
    // time.
    let (consented, changed) = answers(&mut clinic).await;
    assert!(consented.contains("SpecificDiseasesSelfPay"), "{consented}");
    assert_eq!(changed, [Some("0"), Some("0"), Some("1")].map(|flag| flag.map(str::to_owned)));
    // Removes the records of these questions.
    world.database.execute("delete from access_log where path = 4 or id = (select max(id) from access_log)").await;
    world.database.execute(AS_BEFORE).await;
    // A running server reports that it is not ready, and another one does not start.
    let (status, readiness) = world.get("/readyz").await;
    assert!(status == 503 && readiness.contains("shikaku migrate"), "{status} {readiness}");
    let config = Config {
        terminal_addr: "127.0.0.1:0".parse().unwrap(),
        token_addr: None,
        operator_addr: "127.0.0.1:0".parse().unwrap(),
        operator_token: None,
        pki: world.pki.root().to_owned(),
        secret: Secret::random().unwrap(),
        limits: Limits::default(),
    };
    let refused = App::start(config, world.database.store().await, Clock::fixed(fixed_now())).await;
    assert!(matches!(refused, Err(StartError::Store(StoreError::Uncopied))));
    world.database.store().await.migrate().await.unwrap();
    assert_eq!(world.get("/readyz").await.0, 200);
    assert_eq!(answers(&mut clinic).await, (consented, changed));
    // A result that was kept then can be fetched now.
    assert_eq!(clinic.fetch_as("OQSmuquc02", Json, &done).await.body, kept);
    assert_eq!(text(&parse(Json, &kept), "SegmentOfResult"), Some("1"));
    world.stop().await;
}
