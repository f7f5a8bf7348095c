//! Verifies cards: JPKI user-authentication certificates (利用者証明用電子証明書) and the signatures of their cards.
//!
//! rustls' verifier refuses these certificates, because their policies are critical. The rules are therefore here: one
//! certificate in strict DER, issued by a pinned root found by key and never by name alone, with the profile of a
//! user-authentication certificate and no unknown critical extension. Only this module makes a [`VerifiedCard`].

mod certificate;
mod key;
mod refused;
mod roots;
mod verified;

pub use certificate::CardCertificate;
pub use refused::CardRefused;
pub use roots::{CardRoots, CardRootsError, Policy};
pub use verified::{Proof, VerifiedCard};

#[cfg(test)]
mod tests;
