//! Compares a person's 限度額適用認定証 with the one that an institution saw last.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use super::StoreError;
use super::leases::LeasedSlice;

/// Returns the numbers in the batch (from 1) of those people whose 限度額適用認定証 is the one that the institution saw last, before
/// this batch. `shown` has the number of each person of the slice, the id (`person.id`) and the mark.
///
/// # Errors
/// If the database fails.
pub(super) async fn unchanged(
    connection: &mut PgConnection,
    slice: &LeasedSlice,
    shown: impl Iterator<Item = (i32, i64, i64)>,
) -> Result<HashSet<i32>, StoreError> {
    let (mut places, mut ids, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    for (place, id, mark) in shown {
        places.push(place);
        ids.push(id);
        marks.push(mark);
    }
    if places.is_empty() {
        return Ok(HashSet::new());
    }
    // The last of several is found here: a subquery for each person that sorts takes as long as writing the mark.
    let seen = sqlx::query!(
        r#"
        select shown.place as "place!", shown.mark as "mark!", last.log_id, last.mark as last_mark
          from ( select unnest($3::integer[]) as place
                      , unnest($4::bigint[]) as person_id
                      , unnest($5::bigint[]) as mark
               ) as shown
          join limit_seen as last
            on hashtextextended(last.institution_code, last.person_id) = hashtextextended($1, shown.person_id)
           and last.institution_code = $1
           and last.person_id = shown.person_id
           and last.request_id <> $2
        "#,
        slice.institution.as_str(),
        slice.request_id,
        &places,
        &ids,
        &marks,
    )
    .fetch_all(connection)
    .await?;
    let mut last: HashMap<i32, (i64, bool)> = HashMap::with_capacity(seen.len());
    for row in seen {
        let seen = (row.log_id, row.last_mark == row.mark);
        let last = last.entry(row.place).or_insert(seen);
        if row.log_id > last.0 {
            *last = seen;
        }
    }
    Ok(last.into_iter().filter_map(|(place, (_, is_same))| is_same.then_some(place)).collect())
}
