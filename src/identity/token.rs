use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;

use crate::config::Secret;

use super::VerifiedCaller;

/// How long a login lasts, in seconds. The real duration is not public.
const LIFETIME: i64 = 3600;

/// Login tokens: an end and an HMAC over it, the institution and the terminal certificate. They need no storage, hold on
/// every server with the same secret, and are worth nothing with another certificate.
pub struct Tokens {
    key: hmac::Key,
}

/// Why a token does not let its bearer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not one of ours, or issued to another terminal.
    Invalid,
    /// It has run out.
    Expired,
}

impl Tokens {
    /// Tokens under a key derived from `secret`.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        Self { key: secret.key("login token") }
    }

    /// A token of a kind for this caller.
    #[must_use]
    pub fn issue(&self, kind: &'static str, caller: &VerifiedCaller, now: Timestamp) -> String {
        let end = (now.as_second() + LIFETIME).to_be_bytes();
        let tag = hmac::sign(&self.key, &message(kind, caller, end));
        BASE64URL_NOPAD.encode(&[&end[..], tag.as_ref()].concat())
    }

    /// Judges a token that this caller shows.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn check(&self, kind: &'static str, caller: &VerifiedCaller, token: &str, now: Timestamp) -> Result<(), TokenError> {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).map_err(|_| TokenError::Invalid)?;
        let (end, tag) = bytes.split_first_chunk::<8>().ok_or(TokenError::Invalid)?;
        hmac::verify(&self.key, &message(kind, caller, *end), tag).map_err(|_| TokenError::Invalid)?;
        if now.as_second() > i64::from_be_bytes(*end) { Err(TokenError::Expired) } else { Ok(()) }
    }
}

/// Every part has a fixed length but the last, so that no two different messages read the same.
fn message(kind: &'static str, caller: &VerifiedCaller, end: [u8; 8]) -> Vec<u8> {
    let kind_length = u8::try_from(kind.len()).expect("kinds are short words");
    [&[kind_length], kind.as_bytes(), &end, caller.institution().as_str().as_bytes(), caller.serial()].concat()
}
