//! Asks about a person by what stands on the insured person's card.

use shikaku::domain::{AnswerCharset, Format, InstitutionCode};
use shikaku::wire::message::MessageKind;

use super::Message;
use crate::people::Person;

/// Writes the question about a person, as an institution sends it.
#[must_use]
pub fn message(format: Format, institution: InstitutionCode, person: &Person) -> Message {
    let body = person.ask.request(institution.as_str()).write(format, AnswerCharset::Utf8);
    Message { path: format!("/oqs/{}", MessageKind::ByCard.id()), format, body }
}
