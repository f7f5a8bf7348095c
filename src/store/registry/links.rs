//! Certificates of cards that an insurer's entries link to people. They are not kept in versions.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sqlx::PgConnection;

use crate::domain::{CardId, CardKind, CardLink, CardState, CertificateSerial, NoticeAction, NoticeRefused, SentNotice};
use crate::store::StoreError;
use crate::store::jlis::{self, CardRecord};
use crate::store::rows::{StoredEnum, legal};

use super::held::HeldPerson;

/// The certificates that there are, and those to write. People are named by their places among those of the file.
#[derive(Default)]
pub(super) struct Links {
    /// All that an entry names.
    known: HashSet<CardId>,
    /// Those in use, by person and medium.
    in_use: HashMap<(usize, CardKind), CardId>,
    /// What to write, in order.
    new: Vec<(usize, CardLink, Timestamp)>,
}

impl Links {
    /// Reads the certificates that entries name, and those of the people to whom entries link one.
    pub async fn read(
        connection: &mut PgConnection,
        sent: &[SentNotice],
        people: &[HeldPerson],
    ) -> Result<Self, StoreError> {
        let links = || {
            sent.iter().filter_map(|one| match &one.read.as_ref().ok()?.action {
                NoticeAction::CardLink { person, card } => Some((person.as_str(), card)),
                _ => None,
            })
        };
        let mut read = Self::default();
        let wanted: HashSet<&str> = links().map(|(person, _)| person).collect();
        if wanted.is_empty() {
            return Ok(read);
        }
        let places: HashMap<i64, usize> = people
            .iter()
            .enumerate()
            .filter(|(_, person)| wanted.contains(person.stable_id.as_str()))
            .filter_map(|(place, person)| Some((person.id?, place)))
            .collect();
        let ids: Vec<i64> = places.keys().copied().collect();
        let (issuers, serials): (Vec<Vec<u8>>, Vec<Vec<u8>>) =
            links().map(|(_, card)| (card.id.issuer.clone(), card.id.serial.as_bytes().to_vec())).unzip();
        let rows = sqlx::query!(
            r#"
            select issuer_key_id, serial, person_id, kind, state = 1 as "in_use!"
              from card_certificate
             where person_id = any($1)
                or (issuer_key_id, serial) in (select unnest($2::bytea[]), unnest($3::bytea[]))
            "#,
            &ids,
            &issuers,
            &serials
        )
        .fetch_all(connection)
        .await?;
        for row in rows {
            let serial = legal("serial", CertificateSerial::new(&row.serial))?;
            let card = CardId { issuer: row.issuer_key_id, serial };
            if let (true, Some(place)) = (row.in_use, places.get(&row.person_id)) {
                read.in_use.insert((*place, CardKind::read(row.kind)?), card.clone());
            }
            read.known.insert(card);
        }
        Ok(read)
    }

    /// Links a certificate to the person at this place, from the instant `at` on.
    ///
    /// # Errors
    /// If the certificate is known, or what it replaces is not the person's certificate of the medium in use.
    pub fn add(&mut self, person: usize, card: &CardLink, at: Timestamp) -> Result<(), NoticeRefused> {
        if self.known.contains(&card.id) {
            return Err(NoticeRefused::LinkedBefore);
        }
        match (&card.supersedes, self.in_use.get(&(person, card.kind))) {
            (None, Some(_)) => return Err(NoticeRefused::CardInUse),
            (Some(_), None) => return Err(NoticeRefused::NotInUse),
            (Some(named), Some(held)) if named != held => return Err(NoticeRefused::NotInUse),
            _ => {}
        }
        self.known.insert(card.id.clone());
        self.in_use.insert((person, card.kind), card.id.clone());
        self.new.push((person, card.clone(), at));
        Ok(())
    }

    /// Writes what was added. Everybody has an id by then.
    pub async fn write(&self, connection: &mut PgConnection, people: &[HeldPerson]) -> Result<(), StoreError> {
        for (place, card, at) in &self.new {
            let Some(person) = people.get(*place).and_then(|person| person.id) else { continue };
            let record = CardRecord {
                id: card.id.clone(),
                kind: card.kind,
                state: CardState::Good,
                superseded_by: None,
                changed_at: *at,
                as_of: None,
                valid_from: card.valid_from,
                valid_through: card.valid_through,
            };
            if let Some(old) = &card.supersedes {
                jlis::supersede(&mut *connection, old, &record).await?;
            }
            jlis::insert_card(&mut *connection, person, &record).await?;
        }
        Ok(())
    }
}
