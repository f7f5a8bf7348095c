//! Facts for a question by a card's certificate.

use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::PgConnection;

use crate::domain::{
    CardFacts, CardId, CardKind, CardStanding, CardState, PersonFacts, PersonId, Protection, RevocationReason,
};

use super::StoreError;
use super::facts::{gather, select_facts};
use super::rows::{DatedRatioRow, ElderlyCertificateRow, LimitCertificateRow, SpecificDiseaseRow, StoredEnum};

/// Reads, for each card in order, what J-LIS says of its certificate and, if that is in use and its holder not blocked, every
/// coverage of its holder in order of acquisition; none for a card that J-LIS does not know. Two statements for any number of cards: nothing about a person is read
/// on the strength of a certificate that is worth nothing. An inner error is about one card only.
///
/// # Errors
/// When the database fails or holds what it must not.
pub async fn facts(
    connection: &mut PgConnection,
    cards: &[CardId],
) -> Result<Vec<Result<Option<CardFacts>, StoreError>>, StoreError> {
    let standings = standings(connection, cards).await?;
    let readable =
        |standing: &CardStanding| standing.state == CardState::Good && !standing.protection.self_information_blocked;
    let people: Vec<Option<i64>> = standings
        .iter()
        .map(|standing| standing.as_ref().ok()?.filter(readable).map(|standing| standing.person.0))
        .collect();
    let facts = coverages(connection, &people).await?;
    Ok(standings
        .into_iter()
        .zip(facts)
        .map(|(standing, people)| {
            let Some(standing) = standing? else { return Ok(None) };
            let registrations = people?.into_iter().next().map(|person| person.registrations).unwrap_or_default();
            Ok(Some(CardFacts { standing, registrations }))
        })
        .collect())
}

struct StandingRow {
    place: i64,
    kind: i16,
    state: i16,
    revocation_reason: Option<i16>,
    as_of: Option<SqlTimestamp>,
    person_id: i64,
    address_withheld: bool,
    self_information_blocked: bool,
}

async fn standings(
    connection: &mut PgConnection,
    cards: &[CardId],
) -> Result<Vec<Result<Option<CardStanding>, StoreError>>, StoreError> {
    let issuers: Vec<Vec<u8>> = cards.iter().map(|card| card.issuer.clone()).collect();
    let serials: Vec<Vec<u8>> = cards.iter().map(|card| card.serial.as_bytes().to_vec()).collect();
    let rows = sqlx::query_as!(
        StandingRow,
        r#"
        select asked.place as "place!"
             , card.kind
             , card.state
             , card.revocation_reason
             , card.as_of
             , card.person_id
             , person.address_withheld
             , person.self_information_blocked
          from unnest($1::bytea[], $2::bytea[]) with ordinality as asked (issuer_key_id, serial, place)
          join card_certificate as card on card.issuer_key_id = asked.issuer_key_id and card.serial = asked.serial
          join person on person.id = card.person_id
        "#,
        &issuers,
        &serials
    )
    .fetch_all(connection)
    .await?;
    let mut standings: Vec<Result<Option<CardStanding>, StoreError>> = cards.iter().map(|_| Ok(None)).collect();
    for row in rows {
        let place = usize::try_from(row.place - 1).ok().and_then(|place| standings.get_mut(place));
        let place = place.ok_or(StoreError::Inconsistent { table: "asked", column: "place" })?;
        *place = standing(&row).map(Some);
    }
    Ok(standings)
}

fn standing(row: &StandingRow) -> Result<CardStanding, StoreError> {
    Ok(CardStanding {
        kind: CardKind::read(row.kind)?,
        state: card_state(row.state, row.revocation_reason)?,
        as_of: row.as_of.map(SqlTimestamp::to_jiff),
        person: PersonId(row.person_id),
        protection: Protection {
            address_withheld: row.address_withheld,
            self_information_blocked: row.self_information_blocked,
        },
    })
}

/// The state that the two columns hold.
pub(super) fn card_state(state: i16, reason: Option<i16>) -> Result<CardState, StoreError> {
    match (state, reason) {
        (1, None) => Ok(CardState::Good),
        (2, Some(reason)) => Ok(CardState::Revoked(RevocationReason::read(reason)?)),
        (3, None) => Ok(CardState::Superseded),
        _ => Err(StoreError::Inconsistent { table: "card_certificate", column: "state" }),
    }
}

async fn coverages(
    connection: &mut PgConnection,
    people: &[Option<i64>],
) -> Result<Vec<Result<Vec<PersonFacts>, StoreError>>, StoreError> {
    let rows = select_facts!(
        r#"
          from unnest($1::bigint[]) with ordinality as asked (person_id, place)
          join person on person.id = asked.person_id
          join coverage on coverage.person_id = asked.person_id
         order by asked.place, person.id, coverage.acquired_on, coverage.id
        "#,
        people as &[Option<i64>]
    )
    .fetch_all(connection)
    .await?;
    gather(people.len(), rows)
}
