//! Versions of coverages and people when loads come with times that run back.

use jiff::civil::date;
use shikaku::store::registry::NewPerson;
use sqlx::AssertSqlSafe;

use crate::support::database::TestDatabase;
use crate::support::fixtures;
use crate::support::registry::{later, load, person, rename, said_at};
use crate::support::world::fixed_now;

const TWO: &str = "overlap-two-insurers";

#[tokio::test]
async fn time_never_runs_back_for_a_person() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let mut changed = person(TWO);
    rename(&mut changed, 0, "架空　二");
    changed.about = "二".to_owned();
    load(&store, [changed.clone()], later(10), false).await;
    let said_second = said_at(&database, later(10)).await;
    // After a clock was set back, a change counts from the last change of the person.
    rename(&mut changed, 0, "架空　三");
    rename(&mut changed, 1, "架空　三");
    changed.about = "三".to_owned();
    load(&store, [changed.clone()], later(5), false).await;
    // A coverage that returns does not overlap its earlier version.
    changed.coverages.remove(0);
    load(&store, [changed.clone()], later(20), false).await;
    load(&store, [person(TWO)], later(15), false).await;
    let backwards = "select count(*) from coverage_history where recorded_at >= replaced_at";
    assert_eq!(database.count(backwards).await, 0);
    assert_eq!(said_at(&database, later(9)).await, said_at(&database, fixed_now()).await);
    assert_ne!(
        said_at(&database, later(10)).await,
        said_second,
        "the second was replaced at the instant from which on it held"
    );
    for minutes in [0, 5, 10, 15, 20, 25] {
        let said = said_at(&database, later(minutes)).await;
        let of_person: Vec<_> =
            said.iter().filter(|(_, says)| says.starts_with("架空　明美") || says.starts_with("架空　三")).collect();
        assert_eq!(of_person.len(), 2, "after {minutes} minutes: {of_person:?}");
    }
    let person_recorded =
        "select count(*) from person where fixture_id = 'overlap-two-insurers' and recorded_at = '2026-11-22T00:50:15Z'";
    assert_eq!(database.count(person_recorded).await, 1, "the person's own row is replaced when the coverages are");
    assert_eq!(database.count("select count(*) from person_history where recorded_at >= replaced_at").await, 0);
    store.pool().close().await;
    database.drop().await;
}

/// Returns since how many minutes after the first load these people and their coverages hold: "person, own row, coverages".
async fn recorded(database: &TestDatabase, fixture_ids: &[&str]) -> Vec<String> {
    let recorded = "select concat_ws(' ', fixture_id
                         , extract(epoch from person.recorded_at - '2026-11-22T00:30:15Z')::integer / 60
                         , extract(epoch from coverage.recorded_at - '2026-11-22T00:30:15Z')::integer / 60)
                      from person left join coverage on person.id = person_id
                     where fixture_id = any($1)
                     order by array_position($1, fixture_id), acquired_on";
    sqlx::query_scalar(recorded).bind(fixture_ids).fetch_all(&mut database.connect().await).await.unwrap()
}

/// Returns from when to when versions of these people were in force, in minutes after the first load: "person, from, to".
async fn replaced(database: &TestDatabase, table: &str, fixture_ids: &[&str]) -> Vec<String> {
    let replaced = format!(
        "select concat_ws(' ', of_ids.fixture_id
              , extract(epoch from recorded_at - '2026-11-22T00:30:15Z')::integer / 60
              , extract(epoch from replaced_at - '2026-11-22T00:30:15Z')::integer / 60)
           from {table} as history
           join ( select id, fixture_id from person union select person_id, fixture_id from person_history ) as of_ids
             on of_ids.id = history.person_id
          where of_ids.fixture_id = any($1)
          order by array_position($1, of_ids.fixture_id), recorded_at"
    );
    sqlx::query_scalar(AssertSqlSafe(replaced)).bind(fixture_ids).fetch_all(&mut database.connect().await).await.unwrap()
}

#[tokio::test]
async fn after_a_clock_was_set_back_each_person_counts_from_their_own_last_change() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let people = ["twin-elder", "twin-younger", "kyokai-insured-tokyo", "elderly-2wari-tokyo", "kumiai-a01"];
    let renamed = |id: &str, name: &str| {
        let mut one = person(id);
        rename(&mut one, 0, name);
        one
    };
    let described = |id: &str, about: &str| NewPerson { about: about.to_owned(), ..person(id) };
    load(&store, [renamed(people[0], "時刻　二"), described(people[1], "二")], later(20), false).await;
    // The clock was set back by ten minutes. The first two were changed later than that, and the fourth is not changed.
    let second = [
        renamed(people[0], "時刻　三"),
        renamed(people[1], "時刻　三"),
        renamed(people[2], "時刻　三"),
        person(people[3]),
        described(people[4], "三"),
        NewPerson { fixture_id: "new-here".to_owned(), ..person(people[3]) },
    ];
    load(&store, second, later(10), false).await;
    assert_eq!(
        recorded(&database, &people).await,
        [
            // What is changed together counts from one instant: the change of the person's own row was at 20 minutes.
            "twin-elder 0 20",
            "twin-younger 20 20",
            "kyokai-insured-tokyo 0 10",
            "elderly-2wari-tokyo 0 0",
            "kumiai-a01 10 0",
        ]
    );
    assert_eq!(recorded(&database, &["new-here"]).await, ["new-here 10 10"]);
    assert_eq!(
        replaced(&database, "coverage_history", &people).await,
        ["twin-elder 0 20", "twin-younger 0 20", "kyokai-insured-tokyo 0 10"]
    );
    assert_eq!(replaced(&database, "person_history", &people).await, ["twin-younger 0 20", "kumiai-a01 0 10"]);
    // A person whose coverages changed last, and a person whose own row did.
    load(&store, [described(people[0], "四"), described(people[4], "四")], later(5), false).await;
    assert_eq!(recorded(&database, &[people[0], people[4]]).await, ["twin-elder 20 20", "kumiai-a01 10 0"]);
    assert_eq!(replaced(&database, "person_history", &[people[0]]).await, ["twin-elder 0 20"]);
    // A person whose last change was a coverage more, of which there is no earlier version.
    let mut more = NewPerson { fixture_id: "new-here".to_owned(), ..person(people[3]) };
    more.coverages.push(person(people[2]).coverages.remove(0));
    more.coverages[1].acquired_on = date(2026, 4, 1);
    load(&store, [more.clone()], later(30), false).await;
    rename(&mut more, 1, "時刻　四");
    load(&store, [more], later(25), false).await;
    assert_eq!(recorded(&database, &["new-here"]).await, ["new-here 10 10", "new-here 10 30"]);
    assert_eq!(replaced(&database, "coverage_history", &["new-here"]).await, [] as [&str; 0]);
    store.pool().close().await;
    database.drop().await;
}

#[tokio::test]
async fn after_a_clock_was_set_back_people_end_at_their_own_last_change_and_come_back_no_earlier() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let people = ["twin-elder", "twin-younger", "kyokai-insured-tokyo", "elderly-2wari-tokyo"];
    let mut renamed = person(people[0]);
    rename(&mut renamed, 0, "時刻　二");
    let mut left = person(people[1]);
    left.coverages.clear();
    let described = NewPerson { about: "二".to_owned(), ..person(people[2]) };
    load(&store, [renamed, left, described], later(20), false).await;
    // The clock was set back by ten minutes, and only the people of the last load are left out, beside one of before.
    let kept: Vec<NewPerson> = fixtures().people.iter().map(|one| one.person.clone()).collect();
    let kept = kept.into_iter().filter(|one| !people.contains(&one.fixture_id.as_str()));
    load(&store, kept, later(10), true).await;
    assert_eq!(recorded(&database, &people).await, [] as [&str; 0]);
    // What held from 20 minutes on was replaced at that instant, so that it was never in force.
    let ended = ["twin-elder 0 20", "twin-younger 0 20", "kyokai-insured-tokyo 0 20", "elderly-2wari-tokyo 0 10"];
    assert_eq!(replaced(&database, "coverage_history", &people).await, ended);
    assert_eq!(replaced(&database, "person_history", &people).await, ended);
    // Those who come back get other ids, and still do not hold before they ended.
    load(&store, people.map(person), later(5), false).await;
    assert_eq!(
        recorded(&database, &people).await,
        ["twin-elder 20 20", "twin-younger 20 20", "kyokai-insured-tokyo 20 20", "elderly-2wari-tokyo 10 10"]
    );
    load(&store, [], later(25), true).await;
    load(&store, people.map(person), later(15), true).await;
    assert_eq!(recorded(&database, &people).await, people.map(|id| format!("{id} 25 25")));
    store.pool().close().await;
    database.drop().await;
}
