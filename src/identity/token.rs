//! Login tokens: issued to a caller, and bound to the certificate of the login.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;

use crate::config::Secret;
use crate::domain::InstitutionCode;

use super::{Trust, VerifiedCaller};

/// Login tokens: the caller by the login's certificate, an end, and an HMAC over both and the CA. They need no storage, are valid
/// on every server with the same secret, and are useless with another certificate or under another CA.
pub struct Tokens {
    key: hmac::Key,
    lifetime: Duration,
}

/// The reason why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not one of ours, or issued to another terminal.
    Invalid,
    /// It has expired.
    Expired,
}

/// Bytes of the HMAC at the end of a token.
const TAG: usize = 32;

impl Tokens {
    /// Makes tokens under a key derived from `secret` that are valid for `lifetime`, counted in whole seconds.
    #[must_use]
    pub fn new(secret: &Secret, lifetime: Duration) -> Self {
        Self { key: secret.key("login token"), lifetime }
    }

    /// Issues a token of a kind to this caller.
    #[must_use]
    pub fn issue(&self, kind: &'static str, caller: &VerifiedCaller, now: Timestamp) -> String {
        let end = now.as_second().saturating_add_unsigned(self.lifetime.as_secs());
        let mut token = claims(caller, end);
        let tag = hmac::sign(&self.key, &message(kind, caller.authority(), &token));
        token.extend_from_slice(tag.as_ref());
        BASE64URL_NOPAD.encode(&token)
    }

    /// Checks a token that this caller shows: it must have been issued to the same certificate, and its last second, inclusive,
    /// must not have passed.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn check(&self, kind: &'static str, caller: &VerifiedCaller, token: &str, now: Timestamp) -> Result<(), TokenError> {
        let (end, issued_to) = self.open(kind, token, caller.authority().into())?;
        if claims(&issued_to, end) != claims(caller, end) {
            return Err(TokenError::Invalid);
        }
        if now.as_second() > end { Err(TokenError::Expired) } else { Ok(()) }
    }

    /// Returns the caller to whom a token was issued, whether or not it has expired: [`Tokens::check`] checks expiry, and
    /// [`Trust::check`] whether the login's certificate is still valid.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] if it is not one of ours, or if its login was under another CA than the one in use.
    pub fn bearer(&self, kind: &'static str, token: &str, trust: &Trust) -> Result<VerifiedCaller, TokenError> {
        self.open(kind, token, trust.authority()).map(|(_, caller)| caller)
    }

    fn open(&self, kind: &'static str, token: &str, authority: Arc<[u8]>) -> Result<(i64, VerifiedCaller), TokenError> {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).map_err(|_| TokenError::Invalid)?;
        let (claims, tag) = bytes.split_last_chunk::<TAG>().ok_or(TokenError::Invalid)?;
        hmac::verify(&self.key, &message(kind, &authority, claims), tag).map_err(|_| TokenError::Invalid)?;
        read(claims, authority).ok_or(TokenError::Invalid)
    }
}

/// Encodes the end and the identity of the caller. Every part has a fixed length, or one that precedes it, except the last.
fn claims(caller: &VerifiedCaller, end: i64) -> Vec<u8> {
    let serial_length = caller.serial().len() as u64;
    [
        &end.to_be_bytes()[..],
        &caller.not_after().as_second().to_be_bytes(),
        caller.institution().as_str().as_bytes(),
        &serial_length.to_be_bytes(),
        caller.serial(),
        caller.terminal().as_bytes(),
    ]
    .concat()
}

/// Decodes the output of [`claims`].
fn read(claims: &[u8], authority: Arc<[u8]>) -> Option<(i64, VerifiedCaller)> {
    let (end, rest) = claims.split_first_chunk::<8>()?;
    let (not_after, rest) = rest.split_first_chunk::<8>()?;
    let (institution, rest) = rest.split_first_chunk::<10>()?;
    let (serial_length, rest) = rest.split_first_chunk::<8>()?;
    let (serial, terminal) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*serial_length)).ok()?)?;
    let caller = VerifiedCaller::of_verified_token(
        InstitutionCode::parse(std::str::from_utf8(institution).ok()?).ok()?,
        String::from_utf8(terminal.to_vec()).ok()?,
        serial.to_vec(),
        Timestamp::from_second(i64::from_be_bytes(*not_after)).ok()?,
        authority,
    );
    Some((i64::from_be_bytes(*end), caller))
}

/// Returns the input of the HMAC. Every part has a fixed length, except the kind, whose length precedes it, and the last.
fn message(kind: &'static str, authority: &[u8], claims: &[u8]) -> Vec<u8> {
    let kind_length = u8::try_from(kind.len()).expect("kinds are short words");
    let authority = digest::digest(&digest::SHA256, authority);
    [&[kind_length], kind.as_bytes(), authority.as_ref(), claims].concat()
}
