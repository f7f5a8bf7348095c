//! Compares the coverages of a load with the registry: which are new, which differ, which are gone.

use std::collections::HashSet;

use sqlx::PgConnection;

use crate::domain::{Coverage, Protection};
use crate::store::StoreError;

use super::new_person::NewPerson;
use super::registered::RegisteredCoverage;

/// A coverage as it is to be stored.
pub(super) struct Wanted {
    registered: RegisteredCoverage,
    /// Whether the person has no other coverage.
    sole: bool,
}

impl Wanted {
    /// Lists the coverages of a person.
    pub fn of(person_id: i64, person: &NewPerson) -> impl Iterator<Item = Self> {
        Self::of_coverages(person_id, person.protection, &person.coverages)
    }

    /// Lists all coverages of a person.
    pub fn of_coverages(person_id: i64, protection: Protection, coverages: &[Coverage]) -> impl Iterator<Item = Self> {
        let sole = coverages.len() == 1;
        let registered = move |coverage| RegisteredCoverage::of(person_id, protection, coverage);
        coverages.iter().map(move |coverage| Self { registered: registered(coverage), sole })
    }

    pub fn person_id(&self) -> i64 {
        self.registered.person_id()
    }
}

/// The differences between the registry and what is wanted.
#[derive(Default)]
pub(super) struct Changes<'a> {
    pub new: Vec<&'a Wanted>,
    /// Changed coverages, each with the id of the row that it replaces.
    pub changed: Vec<(i64, &'a Wanted)>,
    /// Rows to delete: (coverage id, person id).
    pub gone: Vec<(i64, i64)>,
    /// Ids of rows in which only `sole` differs, which makes no version.
    pub other_sole: Vec<i64>,
    /// The people among `known` whose coverages are new, changed or gone, each as often as they have such coverages.
    pub people: Vec<i64>,
}

impl Changes<'_> {
    /// Lists the rows that are about to be replaced or deleted: (coverage id, person id).
    pub fn replaced(&self) -> Vec<(i64, i64)> {
        self.changed.iter().map(|(id, wanted)| (*id, wanted.person_id())).chain(self.gone.iter().copied()).collect()
    }
}

/// Compares what is wanted with the rows of the `known` people. Other people are new, and have no rows.
///
/// A wanted coverage belongs to the row of the same person, insurer and 資格取得日. If several have the same day, the first belongs to
/// the oldest row, and so on.
pub(super) async fn compare<'a>(
    connection: &mut PgConnection,
    known: &[i64],
    wanted: &'a [Wanted],
) -> Result<Changes<'a>, StoreError> {
    let people: HashSet<i64> = known.iter().copied().collect();
    let (compared, new): (Vec<&Wanted>, Vec<&Wanted>) = wanted.iter().partition(|one| people.contains(&one.person_id()));
    let mut changes = Changes { new, ..Changes::default() };
    if known.is_empty() {
        return Ok(changes);
    }
    let (soles, registered) = columns(compared.iter().copied());
    let rows = sqlx::query!(
        r#"
        with wanted as (
            select place, sole, registered
                 , row_number() over (
                       partition by (registered).person_id, (registered).insurer_number, (registered).acquired_on order by place
                   ) as nth
              from ( select unnest($1::boolean[]) as sole
                          , unnest($2::registered_coverage[]) as registered
                          , generate_subscripts($1::boolean[], 1) as place
                   ) as listed
        ), held as (
            select id, sole
                 , row(person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through
                     , loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol
                     , number, branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
                     , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets
                     , ticket_keys, address_withheld, self_information_blocked)::registered_coverage as registered
                 , row_number() over (partition by person_id, insurer_number, acquired_on order by id) as nth
              from coverage
             where person_id = any($3)
        )
        select wanted.place as "place?"
             , held.id as "id?"
             , coalesce((held.registered).person_id, (wanted.registered).person_id) as "person_id!"
             , wanted.registered is distinct from held.registered as "changed!"
          from wanted
          full join held
            on (held.registered).person_id = (wanted.registered).person_id
           and (held.registered).insurer_number = (wanted.registered).insurer_number
           and (held.registered).acquired_on = (wanted.registered).acquired_on
           and held.nth = wanted.nth
         where wanted.registered is distinct from held.registered
            or wanted.sole <> held.sole
         order by wanted.place
        "#,
        &soles,
        &registered as &[&RegisteredCoverage],
        known
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        if row.changed {
            changes.people.push(row.person_id);
        }
        let place = row.place.map(|place| usize::try_from(place - 1));
        let wanted = place.and_then(|place| compared.get(place.ok()?).copied());
        match (wanted, row.id) {
            (Some(wanted), Some(id)) if row.changed => changes.changed.push((id, wanted)),
            (Some(_), Some(id)) => changes.other_sole.push(id),
            (Some(wanted), None) => changes.new.push(wanted),
            (None, id) => changes.gone.extend(id.map(|id| (id, row.person_id))),
        }
    }
    Ok(changes)
}

/// Splits coverages into two columns.
pub(super) fn columns<'a>(wanted: impl Iterator<Item = &'a Wanted>) -> (Vec<bool>, Vec<&'a RegisteredCoverage>) {
    wanted.map(|one| (one.sole, &one.registered)).unzip()
}
