//! Asks about the holder of a card: a challenge, the card's signature, and the question with both.

use data_encoding::BASE64;
use serde::Deserialize;
use shikaku::domain::{AnswerCharset, Format, InstitutionCode};
use shikaku::pki::PkiError;
use shikaku::wire::code;
use shikaku::wire::message::by_certificate::NewRequest;

use super::Message;
use crate::people::Holder;

/// A challenge of the server, which the terminal that asked for it can use once.
pub struct Challenge {
    id: String,
    nonce: Vec<u8>,
}

/// A challenge that a card has signed.
pub struct Signed {
    challenge: String,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChallengeView {
    challenge_id: String,
    nonce: String,
}

/// Writes the question for a challenge, for what happens at the reader.
#[must_use]
pub fn challenge_message(holder: &Holder) -> Message {
    let body = format!(r#"{{"MedicalTreatmentFlag":"{}"}}"#, code::treatment(holder.ask.treatment)).into_bytes();
    Message { path: "/card/challenges".to_owned(), format: Format::Json, body }
}

/// Reads a challenge; none if the answer holds none.
#[must_use]
pub fn challenge(body: &[u8]) -> Option<Challenge> {
    let view: ChallengeView = serde_json::from_slice(body).ok()?;
    Some(Challenge { id: view.challenge_id, nonce: BASE64.decode(view.nonce.as_bytes()).ok()? })
}

/// Lets the holder's card sign a challenge.
///
/// # Errors
/// If the card cannot sign.
pub fn sign(holder: &Holder, challenge: Challenge) -> Result<Signed, PkiError> {
    Ok(Signed { signature: holder.card.sign(&challenge.nonce)?, challenge: challenge.id })
}

/// Writes the question about the holder, as an institution sends it; none if the server's challenge has no id of its form.
///
/// # Errors
/// If the card's certificate cannot be made.
pub fn message(
    format: Format,
    institution: InstitutionCode,
    holder: &Holder,
    signed: &Signed,
) -> Result<Option<Message>, PkiError> {
    let ask = &holder.ask;
    let Ok(challenge) = signed.challenge.parse() else { return Ok(None) };
    let request = NewRequest {
        institution: institution.as_str(),
        file_identifier: None,
        check_on: ask.check_on,
        certificate: holder.card.certificate()?,
        holder: ask.holder,
        challenge,
        signature: Some(&signed.signature),
        treatment: ask.treatment,
        consents: ask.consents,
    };
    let body = request.write(format, AnswerCharset::Utf8);
    Ok(Some(Message { path: "/card/lookups".to_owned(), format, body }))
}
