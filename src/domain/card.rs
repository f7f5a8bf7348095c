//! Card certificates: their ids, what J-LIS reports about them, and why a card gets no data.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::person::{PersonFacts, PersonId, Protection};

/// 利用者証明用電子証明書のシリアル番号: 1 to 20 octets, big-endian, as in the certificate. It is personal data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CertificateSerial(Vec<u8>);

/// The bytes are not a serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a serial number has 1 to 20 octets and is positive")]
pub struct CertificateSerialError;

impl CertificateSerial {
    /// # Errors
    /// If there are no octets or more than 20, or the number is zero or negative.
    pub fn new(octets: &[u8]) -> Result<Self, CertificateSerialError> {
        let positive = octets.first().is_some_and(|first| first & 0x80 == 0) && octets.iter().any(|octet| *octet != 0);
        if positive && octets.len() <= 20 { Ok(Self(octets.to_vec())) } else { Err(CertificateSerialError) }
    }

    /// Returns the octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CertificateSerial(withheld)")
    }
}

/// The key of a card certificate: the generation of the card CA that issued it, and the serial number. All generations have the
/// same name, so that only the key identifier distinguishes them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CardId {
    /// Subject key identifier of the root that issued it.
    pub issuer: Vec<u8>,
    /// Its serial number there.
    pub serial: CertificateSerial,
}

/// The key identifier of the card CA of all generated people. The test PKI has its key, so that a load tester can make their cards.
pub const PEOPLE_ISSUER: [u8; 20] = *b"SHIKAKU TEST PEOPLE1";

impl fmt::Debug for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardId(withheld)")
    }
}

/// The carrier of the certificate. A person may have one of each at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardKind {
    /// マイナンバーカード.
    Card,
    /// A phone with Android.
    Android,
    /// An iPhone.
    Ios,
}

/// The state of a certificate according to J-LIS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardState {
    /// In use.
    Good,
    /// 失効, for one of the reasons.
    Revoked(RevocationReason),
    /// Renewed or reissued: another certificate has taken its place.
    Superseded,
}

/// The report of J-LIS about one certificate, and the certificate's person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardStanding {
    /// Its state.
    pub state: CardState,
    /// The time of the report; None if J-LIS was asked at this moment.
    pub as_of: Option<Timestamp>,
    /// Its person.
    pub person: PersonId,
    /// The data of the person that must not be shown.
    pub protection: Protection,
}

/// A certificate as the operator sees it, without its serial number.
#[derive(Debug, Clone)]
pub struct KnownCard {
    /// The medium that carries it.
    pub kind: CardKind,
    /// Its state.
    pub state: CardState,
    /// When the state changed last.
    pub changed_at: Timestamp,
    /// The time of the J-LIS list that says so; `None` if J-LIS is asked online.
    pub as_of: Option<Timestamp>,
    /// The first instant of the certificate.
    pub valid_from: Timestamp,
    /// The last second of the certificate, inclusive.
    pub valid_through: Timestamp,
}

/// The facts from which an answer about a card is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardFacts {
    /// The certificate is in use by a recent report of J-LIS, and its holder is not blocked: the facts about the holder.
    Holder(PersonFacts),
    /// The facts about the holder were not read: the certificate's state or the holder's protection forbids it, or no insurer has
    /// registered the holder.
    Standing(CardStanding),
}

/// How long a list of J-LIS can be relied on. Lists appear daily, and yesterday's may still be the newest while today's is being
/// made.
pub const LIST_LASTS: SignedDuration = SignedDuration::from_hours(48);

/// The reason of a revocation (RFC 5280 §5.3.1, as far as cards use it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// The card was lost; a suspension that is never lifted (certificateHold).
    Lost,
    /// The key may be known to others (keyCompromise).
    KeyCompromise,
    /// Death, leaving the country, or on request (cessationOfOperation).
    Ceased,
}

/// The reason why a genuine card that proved possession gets no data. It is an answer of its own, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardUnusable {
    /// J-LIS has revoked its certificate.
    Revoked(RevocationReason),
    /// It was renewed or reissued: the new one must be shown.
    Superseded,
    /// Its certificate has expired.
    Expired,
    /// Its certificate is not valid yet.
    NotYetValid,
    /// J-LIS does not know the certificate.
    Unknown,
    /// 自己情報提供不可: the person is protected, and no card may be used as an insurance card.
    Blocked,
    /// The report of J-LIS about the certificate is too old to rely on.
    Stale,
}

/// How the clinic verified that the card's holder is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolderVerification {
    /// The four-digit PIN, typed on the reader.
    Pin,
    /// The reader compared the face.
    Face,
    /// 目視: staff compared the face and unlocked the reader. There is no signature.
    Visual,
    /// The phone itself: Face ID, Touch ID or the phone's PIN.
    Phone,
}

impl HolderVerification {
    /// Returns whether the card signs, so that possession is proved and not only declared.
    #[must_use]
    pub fn signs(self) -> bool {
        self != Self::Visual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_positive_and_short() {
        assert!(CertificateSerial::new(&[0x22, 0x7b, 0x13]).is_ok());
        assert!(CertificateSerial::new(&[0, 0x80]).is_ok());
        assert!(CertificateSerial::new(&[1; 20]).is_ok());
        for octets in [&[][..], &[0], &[0, 0], &[0x80], &[1; 21]] {
            assert_eq!(CertificateSerial::new(octets), Err(CertificateSerialError), "{octets:?}");
        }
    }

    #[test]
    fn nothing_prints_a_serial() {
        let serial = CertificateSerial::new(&[0x22, 0x7b, 0x13]).unwrap();
        let id = CardId { issuer: vec![0x8b], serial: serial.clone() };
        assert_eq!(format!("{serial:?} {id:?}"), "CertificateSerial(withheld) CardId(withheld)");
    }
}
