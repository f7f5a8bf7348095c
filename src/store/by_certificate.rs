//! Reads facts for a question by a card's certificate.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use crate::domain::{
    CardFacts, CardId, CardStanding, CardState, InstitutionCode, LIST_LASTS, PersonFacts, PersonId, Protection,
    RevocationReason,
};

use super::StoreError;
use super::apart::apart;
use super::facts::{gather, select_facts};
use super::rows::StoredEnum;

/// A card presented at a reader.
#[derive(Debug, Clone)]
pub struct PresentedCard {
    /// Its certificate.
    pub card: CardId,
    /// The institution to which it is presented; `None` for the operator.
    pub institution: Option<InstitutionCode>,
    /// The time at which it is presented.
    pub at: Timestamp,
}

/// Reads, for each card in order, every coverage of its holder in order of acquisition, as seen at the time beside it. If the
/// certificate is not in use, the holder is blocked, or there is no coverage, reads only what J-LIS says of the certificate. None
/// for a card that J-LIS does not know. One statement reads for any number of cards, and a second for those without a row in the
/// first: nothing about a person is read for a certificate that is not valid. An inner error means that the database holds an
/// illegal value for one card.
///
/// # Errors
/// If the database fails.
pub async fn facts(
    connection: &mut PgConnection,
    cards: &[PresentedCard],
) -> Result<Vec<Result<Option<CardFacts>, StoreError>>, StoreError> {
    let mut answers = apart(connection, cards, |connection, cards| Box::pin(together(connection, cards))).await?;
    for (answer, shown) in answers.iter_mut().zip(cards) {
        if let Err(StoreError::Inconsistent { row: None, .. }) = answer {
            let row = holder_of(connection, &shown.card).await?;
            *answer = std::mem::replace(answer, Ok(None)).map_err(|error| error.in_row("card_certificate", row));
        }
    }
    Ok(answers)
}

/// Returns the id of the card's holder, for the log: serial numbers are personal data, ids are not.
async fn holder_of(connection: &mut PgConnection, card: &CardId) -> Result<String, StoreError> {
    let person = sqlx::query_scalar!(
        "select person_id from card_certificate where issuer_key_id = $1 and serial = $2",
        card.issuer,
        card.serial.as_bytes()
    )
    .fetch_optional(connection)
    .await?;
    Ok(person.map_or_else(|| "unknown".to_owned(), |person| format!("of person {person}")))
}

async fn together(
    connection: &mut PgConnection,
    cards: &[PresentedCard],
) -> Result<Vec<Result<Option<CardFacts>, StoreError>>, StoreError> {
    let holders = holders(connection, cards).await?;
    let others: Vec<&CardId> =
        cards.iter().zip(&holders).filter(|(_, holder)| matches!(holder, Ok(None))).map(|(shown, _)| &shown.card).collect();
    let standings = if others.is_empty() { Vec::new() } else { standings(connection, &others).await? };
    let mut standings = standings.into_iter();
    let answer = |holder: Result<Option<PersonFacts>, StoreError>| match holder? {
        Some(person) => Ok(Some(CardFacts::Holder(person))),
        None => Ok(standings.next().transpose()?.flatten().map(CardFacts::Standing)),
    };
    Ok(holders.into_iter().map(answer).collect())
}

/// Reads the holders of certificates that are in use, with their coverages.
async fn holders(
    connection: &mut PgConnection,
    cards: &[PresentedCard],
) -> Result<Vec<Result<Option<PersonFacts>, StoreError>>, StoreError> {
    let issuers: Vec<Vec<u8>> = cards.iter().map(|shown| shown.card.issuer.clone()).collect();
    let serials: Vec<Vec<u8>> = cards.iter().map(|shown| shown.card.serial.as_bytes().to_vec()).collect();
    let institutions: Vec<Option<String>> =
        cards.iter().map(|shown| shown.institution.map(|code| code.as_str().to_owned())).collect();
    let fresh_since: Vec<SqlTimestamp> =
        cards.iter().map(|shown| shown.at.saturating_sub(LIST_LASTS).unwrap_or(Timestamp::MIN).to_sqlx()).collect();
    let rows = select_facts!(
        r#"
          from unnest($1::bytea[], $2::bytea[], $3::timestamptz[], $4::text[]) with ordinality
            as asked (issuer_key_id, serial, fresh_since, institution_code, place)
          join card_certificate as card on card.issuer_key_id = asked.issuer_key_id and card.serial = asked.serial
          join coverage on coverage.person_id = card.person_id
         where card.state = 1
           and (card.as_of is null or card.as_of >= asked.fresh_since)
           and not coverage.self_information_blocked
        "#,
        "$4::text[]",
        &issuers,
        &serials,
        &fresh_since,
        &institutions as &[Option<String>]
    )
    .fetch_all(connection)
    .await?;
    let people = gather(cards.len(), rows)?;
    Ok(people.into_iter().map(|people| Ok(people?.into_iter().next())).collect())
}

struct StandingRow {
    place: i64,
    state: i16,
    revocation_reason: Option<i16>,
    as_of: Option<SqlTimestamp>,
    person_id: i64,
    address_withheld: bool,
    self_information_blocked: bool,
}

async fn standings(
    connection: &mut PgConnection,
    cards: &[&CardId],
) -> Result<Vec<Result<Option<CardStanding>, StoreError>>, StoreError> {
    let issuers: Vec<Vec<u8>> = cards.iter().map(|card| card.issuer.clone()).collect();
    let serials: Vec<Vec<u8>> = cards.iter().map(|card| card.serial.as_bytes().to_vec()).collect();
    let rows = sqlx::query_as!(
        StandingRow,
        r#"
        select asked.place as "place!"
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
        let place = place.ok_or(StoreError::illegal("asked", "place"))?;
        let standing = standing(&row).map(Some);
        *place = standing.map_err(|error| error.in_row("card_certificate", format_args!("of person {}", row.person_id)));
    }
    Ok(standings)
}

fn standing(row: &StandingRow) -> Result<CardStanding, StoreError> {
    Ok(CardStanding {
        state: card_state(row.state, row.revocation_reason)?,
        as_of: row.as_of.map(SqlTimestamp::to_jiff),
        person: PersonId(row.person_id),
        protection: Protection {
            address_withheld: row.address_withheld,
            self_information_blocked: row.self_information_blocked,
        },
    })
}

/// Converts the two columns of a card's state.
pub(super) fn card_state(state: i16, reason: Option<i16>) -> Result<CardState, StoreError> {
    match (state, reason) {
        (1, None) => Ok(CardState::Good),
        (2, Some(reason)) => Ok(CardState::Revoked(RevocationReason::read(reason)?)),
        (3, None) => Ok(CardState::Superseded),
        _ => Err(StoreError::illegal("card_certificate", "state")),
    }
}
