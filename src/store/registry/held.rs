//! Reads the people whom an insurer's entries may be about.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use sqlx::PgConnection;

use crate::domain::{CardKey, Coverage, InsurerNumber, NoticeAction, PersonId, Protection, Registration, SentNotice};
use crate::store::StoreError;
use crate::store::by_person::{self, AskedPerson};
use crate::store::facts::gather;

use super::new_person::NewPerson;

/// A person, as the registry stands and as entries change it.
#[derive(Debug)]
pub(super) struct HeldPerson {
    /// None for a person who is not in the database yet.
    pub id: Option<i64>,
    pub stable_id: String,
    pub about: String,
    pub protection: Protection,
    /// 死亡日.
    pub died_on: Option<Date>,
    /// Protection and the date of death as they are in the row in the database.
    pub written: (Protection, Option<Date>),
    pub coverages: Vec<Coverage>,
    /// The last change of the person.
    pub last: Option<Timestamp>,
}

impl HeldPerson {
    /// Returns a person without coverages.
    pub fn new(stable_id: String) -> Self {
        Self {
            id: None,
            stable_id,
            about: "保険者の登録による (registered by an insurer)".to_owned(),
            protection: Protection::default(),
            died_on: None,
            written: (Protection::default(), None),
            coverages: Vec::new(),
            last: None,
        }
    }

    /// Returns whether the row in the database is to be written.
    pub fn row_differs(&self) -> bool {
        self.written != (self.protection, self.died_on)
    }

    /// Returns the person's own row; coverages are written apart.
    pub fn to_new(&self) -> NewPerson {
        NewPerson {
            fixture_id: self.stable_id.clone(),
            about: self.about.clone(),
            protection: self.protection,
            died_on: self.died_on,
            coverages: Vec::new(),
            cards: Vec::new(),
        }
    }
}

/// Reads everybody whom an entry names, by stable id or by card, and everybody who has a card that an entry gives to somebody.
pub(super) async fn read(
    connection: &mut PgConnection,
    insurer: InsurerNumber,
    sent: &[SentNotice],
) -> Result<Vec<HeldPerson>, StoreError> {
    let (mut stable_ids, mut keys) = (Vec::new(), Vec::new());
    let mut add = |key: &CardKey| keys.push(key.search_key().into_string());
    for action in sent.iter().filter_map(|one| Some(&one.read.as_ref().ok()?.action)) {
        if let Some(name) = action.name() {
            add(&name.key);
        }
        stable_ids.extend(action.person().map(str::to_owned));
        match action {
            NoticeAction::Gain { acquired_on, coverage, .. } => {
                if let Ok(coverage) = coverage.new_coverage(insurer, *acquired_on) {
                    add(&coverage.key);
                }
            }
            NoticeAction::Correction(name, change) => add(&change.changed_key(&name.key)),
            _ => {}
        }
    }
    let rows = sqlx::query!(
        r#"
        select person.id
             , coalesce(person.fixture_id, '') as "stable_id!"
             , coalesce(person.about, '') as "about!"
             , person.died_on as "died_on: SqlDate"
             , person.address_withheld
             , person.self_information_blocked
             , nullif(greatest( person.recorded_at
                              , (select max(recorded_at) from coverage where person_id = person.id)
                              , (select max(replaced_at) from coverage_history where person_id = person.id)
                              , (select max(replaced_at) from person_history where person_id = person.id)
                              ), '-infinity') as "last?: SqlTimestamp"
          from person
         where person.id in ( select id from person where fixture_id = any($1)
                              union
                              select person_id from coverage where search_key = any($2)
                            )
         order by person.id
        "#,
        &stable_ids,
        &keys
    )
    .fetch_all(&mut *connection)
    .await?;
    let ended = ended(connection, &stable_ids).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut facts = facts(connection, &ids).await?;
    let coverages = |registration: Registration| Arc::unwrap_or_clone(registration.coverage);
    let mut people: Vec<HeldPerson> = rows
        .into_iter()
        .map(|row| {
            let protection = Protection {
                address_withheld: row.address_withheld,
                self_information_blocked: row.self_information_blocked,
            };
            let died_on = row.died_on.map(SqlDate::to_jiff);
            HeldPerson {
                id: Some(row.id),
                stable_id: row.stable_id,
                about: row.about,
                protection,
                died_on,
                written: (protection, died_on),
                coverages: facts.remove(&row.id).unwrap_or_default().into_iter().map(coverages).collect(),
                last: row.last.map(SqlTimestamp::to_jiff),
            }
        })
        .collect();
    people.extend(ended);
    Ok(people)
}

/// Returns people of these stable ids who are no longer in the registry.
async fn ended(connection: &mut PgConnection, stable_ids: &[String]) -> Result<Vec<HeldPerson>, StoreError> {
    let rows = sqlx::query!(
        r#"
        select fixture_id as "stable_id!", max(replaced_at) as "last!: SqlTimestamp"
          from person_history
         where fixture_id = any($1)
           and not exists (select from person where person.fixture_id = person_history.fixture_id)
         group by fixture_id
        "#,
        stable_ids
    )
    .fetch_all(connection)
    .await?;
    let person = |stable_id, last: SqlTimestamp| HeldPerson { last: Some(last.to_jiff()), ..HeldPerson::new(stable_id) };
    Ok(rows.into_iter().map(|row| person(row.stable_id, row.last)).collect())
}

/// Reads the registrations of people, by id.
pub(super) async fn facts(
    connection: &mut PgConnection,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<Registration>>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: Vec<AskedPerson> =
        (1..).zip(ids).map(|(place, id)| AskedPerson { place, person: PersonId(*id), institution: None }).collect();
    let rows = by_person::rows(connection, &asked).await?;
    let mut found = HashMap::new();
    for people in gather(ids.len(), rows)? {
        for person in people? {
            found.insert(person.id.0, person.registrations);
        }
    }
    Ok(found)
}
