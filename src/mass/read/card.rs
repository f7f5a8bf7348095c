//! Reads the certificates of a person's cards and phones.

use data_encoding::HEXLOWER;

use crate::domain::{CardId, CardKind, CardState, CertificateSerial};
use crate::store::jlis::CardRecord;
use crate::store::registry::NewCard;
use crate::wire::code;

use super::faults::Faults;
use super::fields::{Fields, Place};
use super::row::Row;

/// The octets that the key identifier of a CA may have.
const LONGEST_ISSUER: usize = 64;

/// Reads the rows of a person's certificates; None for one with a fault.
pub(super) fn cards(place: Place<'_>, rows: &[Row], faults: &mut Faults) -> Vec<Option<NewCard>> {
    let cards: Vec<Option<NewCard>> = rows.iter().map(|row| card(&mut Fields::of(place, row, faults))).collect();
    let whole = cards.iter().all(Option::is_some);
    let records = |cards: &[Option<NewCard>]| -> Vec<CardRecord> {
        cards.iter().flatten().filter_map(|card| card.record.clone()).collect()
    };
    for (number, (row, card)) in rows.iter().zip(&cards).enumerate() {
        let Some(record) = card.as_ref().and_then(|card| card.record.as_ref()) else { continue };
        let mut fields = Fields::of(place, row, faults);
        let in_use = |one: &CardRecord| one.state == CardState::Good && one.kind == record.kind;
        if in_use(record) && records(&cards[..number]).iter().any(in_use) {
            fields.fault((
                "the person has two certificates of one `medium` in use (`good`)",
                "使用中（`good`）の同じ`medium`の証明書が2枚あります",
            ));
        }
        let Some(successor) = &record.superseded_by else { continue };
        let known = cards.iter().flatten().any(|card| card.id == *successor && card.id != record.id);
        if whole && !known {
            fields.fault((
                "`superseded_by` must be another certificate of the same person",
                "`superseded_by`には同じ人物の別の証明書を書いてください",
            ));
        }
    }
    cards
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Good,
    Revoked,
    Superseded,
    Unknown,
}

fn card(fields: &mut Fields<'_>) -> Option<NewCard> {
    let _person = fields.raw();
    let issuer = fields.require(issuer);
    let serial = fields.require(serial);
    let kind = fields
        .maybe_code(code::parse_card_kind, ("must be card, android or ios", "card、android、iosのどれかを書いてください"));
    let has_kind = fields.was_given();
    let state = fields.code(
        |word| match word {
            "good" => Some(Word::Good),
            "revoked" => Some(Word::Revoked),
            "superseded" => Some(Word::Superseded),
            "unknown" => Some(Word::Unknown),
            _ => None,
        },
        ("must be good, revoked, superseded or unknown", "good、revoked、superseded、unknownのどれかを書いてください"),
    );
    let id = issuer.zip(serial).map(|(issuer, serial)| CardId { issuer, serial });
    if state == Some(Word::Unknown) {
        if has_kind {
            fields.fault((
                "`medium`: must be empty if J-LIS does not know the certificate",
                "`medium`: J-LISが知らない証明書では空にしてください",
            ));
        }
        fields
            .empty(6, ("must be empty if J-LIS does not know the certificate", "J-LISが知らない証明書では空にしてください"));
        return Some(NewCard { id: id?, record: None });
    }
    let reason = fields.maybe_code(
        code::parse_revocation_reason,
        ("must be lost, key_compromise or ceased", "lost、key_compromise、ceasedのどれかを書いてください"),
    );
    if state.is_some_and(|state| (state == Word::Revoked) != fields.was_given()) {
        fields.fault_here(("goes with the `state` revoked", "`state`のrevokedと一緒に使います"));
    }
    let changed_at = fields.instant();
    let as_of = fields.maybe_instant();
    let (valid_from, valid_through) = (fields.instant(), fields.instant());
    if valid_from.zip(valid_through).is_some_and(|(from, through)| through < from) {
        fields.fault_here(("lies before `valid_from`", "`valid_from`より前です"));
    }
    let superseded_by = fields.maybe(card_id);
    if superseded_by.is_some() && state.is_some_and(|state| state != Word::Superseded) {
        fields.fault_here(("goes with the `state` superseded", "`state`のsupersededと一緒に使います"));
    }
    if !has_kind {
        fields.fault(("`medium`: must be card, android or ios", "`medium`: card、android、iosのどれかを書いてください"));
    }
    let (id, kind): (CardId, CardKind) = (id?, kind?);
    let state = match state? {
        Word::Revoked => CardState::Revoked(reason?),
        Word::Superseded => CardState::Superseded,
        Word::Good | Word::Unknown => CardState::Good,
    };
    let record = CardRecord {
        id: id.clone(),
        kind,
        state,
        superseded_by,
        changed_at: changed_at?,
        as_of,
        valid_from: valid_from?,
        valid_through: valid_through?,
    };
    Some(NewCard { id, record: Some(record) })
}

fn issuer(text: &str) -> Result<Vec<u8>, (&'static str, &'static str)> {
    let octets = HEXLOWER.decode(text.as_bytes()).ok().filter(|octets| (1..=LONGEST_ISSUER).contains(&octets.len()));
    octets.ok_or(("must be 1 to 64 octets in lower-case hexadecimal", "1〜64オクテットを16進数の小文字で書いてください"))
}

/// Reads a serial number.
pub(super) fn serial(text: &str) -> Result<CertificateSerial, (&'static str, &'static str)> {
    let octets = HEXLOWER.decode(text.as_bytes()).ok();
    octets.and_then(|octets| CertificateSerial::new(&octets).ok()).ok_or((
        "must be a positive number of 1 to 20 octets in lower-case hexadecimal",
        "1〜20オクテットの正の数を16進数の小文字で書いてください",
    ))
}

fn card_id(text: &str) -> Result<CardId, (&'static str, &'static str)> {
    let both = text.split_once(':').ok_or((
        "must be issuer and serial number with a colon between them",
        "発行者とシリアル番号をコロンで区切って書いてください",
    ));
    let (first, second) = both?;
    Ok(CardId { issuer: issuer(first)?, serial: serial(second)? })
}
