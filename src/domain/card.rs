use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::person::{PersonFacts, PersonId, Protection};

/// 利用者証明用電子証明書のシリアル番号: 1 to 20 octets, big-endian, as the certificate has them. It is personal data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CertificateSerial(Vec<u8>);

/// The bytes are no serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a serial number has 1 to 20 octets and is positive")]
pub struct CertificateSerialError;

impl CertificateSerial {
    /// # Errors
    /// When there are no or more than 20 octets, or the number is zero or negative.
    pub fn new(octets: &[u8]) -> Result<Self, CertificateSerialError> {
        let positive = octets.first().is_some_and(|first| first & 0x80 == 0) && octets.iter().any(|octet| *octet != 0);
        if positive && octets.len() <= 20 { Ok(Self(octets.to_vec())) } else { Err(CertificateSerialError) }
    }

    /// The octets.
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

/// The key of a card certificate: which generation of the card CA issued it (every generation has the same name, so the key
/// identifier tells them apart), and the serial number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CardId {
    /// Subject key identifier of the root that issued it.
    pub issuer: Vec<u8>,
    /// Its serial number there.
    pub serial: CertificateSerial,
}

impl fmt::Debug for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardId(withheld)")
    }
}

/// What carries the certificate. One person may have one of each at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardKind {
    /// マイナンバーカード.
    Card,
    /// A phone with Android.
    Android,
    /// An iPhone.
    Ios,
}

/// What J-LIS says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardState {
    /// In use.
    Good,
    /// 失効, for one of the reasons.
    Revoked(RevocationReason),
    /// Renewed or reissued: another certificate has taken its place.
    Superseded,
}

/// What J-LIS says of one certificate, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardStanding {
    /// Its state.
    pub state: CardState,
    /// When J-LIS said so; `None` when it is asked at the very moment.
    pub as_of: Option<Timestamp>,
    /// Whose it is.
    pub person: PersonId,
    /// What must not be shown of that person.
    pub protection: Protection,
}

/// All that an answer about a card is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardFacts {
    /// The certificate is in use, J-LIS said so lately, and its holder is not blocked: everything about the holder.
    Holder(PersonFacts),
    /// Nothing was read about the holder: the certificate's state or the holder's protection forbids it, or no insurer has
    /// registered the holder.
    Standing(CardStanding),
}

/// For how long what J-LIS said in a list can be relied on. Its lists appear daily, and yesterday's may still be the newest one
/// while today's is made.
pub const LIST_LASTS: SignedDuration = SignedDuration::from_hours(48);

/// Why a certificate was revoked (RFC 5280 §5.3.1, as far as cards use it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// The card was lost; a suspension that is never lifted (certificateHold).
    Lost,
    /// The key may be known to others (keyCompromise).
    KeyCompromise,
    /// Death, leaving the country, or on request (cessationOfOperation).
    Ceased,
}

/// Why a genuine card that proved to be there gets no data. This is an answer of its own, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardUnusable {
    /// J-LIS has revoked its certificate.
    Revoked(RevocationReason),
    /// It was renewed or reissued: the new one must be shown.
    Superseded,
    /// Its certificate has run out.
    Expired,
    /// Its certificate is not valid yet.
    NotYetValid,
    /// J-LIS does not know the certificate.
    Unknown,
    /// 自己情報提供不可: the person is protected, and no card may be used as an insurance card.
    Blocked,
    /// What J-LIS said of the certificate is too old to rely on.
    Stale,
}

/// How the clinic made sure that the card's holder stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolderVerification {
    /// The four-digit PIN, typed on the reader.
    Pin,
    /// The reader compared the face.
    Face,
    /// 目視: staff compared the face and unlocked the reader. Gives no signature.
    Visual,
    /// The phone itself: Face ID, Touch ID or the phone's PIN.
    Phone,
}

impl HolderVerification {
    /// Whether the card can sign, so that possession is proved and not only declared.
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
