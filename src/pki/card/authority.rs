//! The simulated card CA, which issues card certificates.

use std::io::{Read, Seek, Write};
use std::path::Path;

use aws_lc_rs::rand;
use data_encoding::HEXUPPER;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RsaKeySize, SerialNumber,
};
use time::OffsetDateTime;
use x509_parser::pem::parse_x509_pem;

use super::issued::{IssuedCard, NewCard};
use super::{people, profile};
use crate::pki::PkiError;
use crate::pki::files::{PkiFiles, open_locked, read, write};

/// One generation of the CA: its beginning, in days before it was made, and the kind of keys of it and its cards. Each lasts ten
/// years, so that generations overlap like the real ones.
struct Generation {
    number: u32,
    began_days_ago: i64,
    elliptic: bool,
}

const GENERATIONS: [Generation; 3] = [
    Generation { number: 1, began_days_ago: 2555, elliptic: false },
    Generation { number: 2, began_days_ago: 1095, elliptic: false },
    Generation { number: 3, began_days_ago: 365, elliptic: true },
];

const GENERATION_DAYS: i64 = 3650;

/// The first serial number: real ones have four octets by now.
const FIRST_SERIAL: u32 = 0x0B00_0001;

/// The order of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardOrder {
    /// Its first second, inclusive.
    pub from: Timestamp,
    /// Its last second, inclusive.
    pub through: Timestamp,
    /// Whether its key is ECDSA on P-384, as in the next card, instead of RSA.
    pub elliptic: bool,
}

impl CardOrder {
    /// Orders a certificate that begins and ends this many days after `at`, or before it if negative. It begins at that second
    /// and ends with a day in Tokyo, as real ones do.
    #[must_use]
    pub fn days_from(at: Timestamp, from: i64, through: i64, elliptic: bool) -> Self {
        const DAY: i64 = 86_400;
        const TOKYO: i64 = 9 * 3600;
        let day = (at.as_second() + TOKYO).div_euclid(DAY) + through;
        let moment = |second: i64| Timestamp::from_second(second).unwrap_or(at);
        Self { from: moment(at.as_second() + from * DAY), through: moment((day + 1) * DAY - TOKYO - 1), elliptic }
    }
}

/// The simulated card CA with its files.
pub struct CardAuthority {
    files: PkiFiles,
    generations: Vec<IssuingRoot>,
}

/// A root with its key.
pub(super) struct IssuingRoot {
    elliptic: bool,
    from: i64,
    through: i64,
    key_id: Vec<u8>,
    serial: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

impl CardAuthority {
    /// Opens the CA below `files`; makes missing generations as they would exist at `at`, and the CA of generated people.
    ///
    /// # Errors
    /// See [`PkiError`].
    pub fn init(files: &PkiFiles, at: Timestamp) -> Result<Self, PkiError> {
        for generation in &GENERATIONS {
            if !files.card_root(generation.number).exists() {
                make(files, generation, at)?;
            }
        }
        if !files.people_root().exists() {
            people::make(files, at)?;
        }
        Self::open(files)
    }

    /// Opens an existing CA.
    ///
    /// # Errors
    /// [`PkiError::NoAuthority`] if there is none.
    pub fn open(files: &PkiFiles) -> Result<Self, PkiError> {
        let mut generations = Vec::new();
        for generation in &GENERATIONS {
            let path = files.card_root(generation.number);
            if !path.exists() {
                return Err(PkiError::NoAuthority(path));
            }
            let key = files.card_root_key(generation.number);
            generations.push(IssuingRoot::read(&path, &key, generation.elliptic)?);
        }
        Ok(Self { files: files.clone(), generations })
    }

    /// Makes a key and a certificate. The issuer is the newest generation whose validity covers that of the certificate.
    ///
    /// # Errors
    /// [`PkiError::NoGeneration`] if there is none; others if files cannot be written.
    pub fn issue(&self, order: CardOrder) -> Result<NewCard, PkiError> {
        let covers = |root: &&IssuingRoot| {
            root.elliptic == order.elliptic
                && root.from <= order.from.as_second()
                && order.through.as_second() <= root.through
        };
        let root = self.generations.iter().rev().find(covers).ok_or(PkiError::NoGeneration)?;
        let serial = next_serial(&self.files)?;
        let key = generate(order.elliptic)?;
        let certificate = root.sign(&serial, (order.from, order.through), &key)?;
        Ok(NewCard { card: IssuedCard::read(certificate.der())?, certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

impl IssuingRoot {
    /// Reads certificate and key of a root.
    pub(super) fn read(certificate: &Path, key: &Path, elliptic: bool) -> Result<Self, PkiError> {
        let bad = || PkiError::Content {
            path: certificate.to_owned(),
            what: ("a root of the card CA", "カードCAのルート証明書").into(),
        };
        let text = read(certificate)?;
        let (_, pem) = parse_x509_pem(text.as_bytes()).map_err(|_| bad())?;
        let parsed = pem.parse_x509().map_err(|_| bad())?;
        let key = KeyPair::from_pem(&read(key)?)?;
        Ok(Self {
            elliptic,
            from: parsed.validity().not_before.timestamp(),
            through: parsed.validity().not_after.timestamp(),
            key_id: super::issued::subject_key_id(&parsed).ok_or_else(bad)?,
            serial: parsed.raw_serial().to_vec(),
            issuer: Issuer::new(authority_params()?, key),
        })
    }

    /// Makes the certificate of a card with this serial number, first and last second, and key.
    pub(super) fn sign(
        &self,
        serial: &[u8],
        (from, through): (Timestamp, Timestamp),
        key: &KeyPair,
    ) -> Result<Certificate, PkiError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.serial_number = Some(SerialNumber::from(serial.to_vec()));
        params.distinguished_name = profile::holder_name(&opaque()?)?;
        params.not_before = instant(from)?;
        params.not_after = instant(through)?;
        params.is_ca = IsCa::NoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.custom_extensions = profile::extensions(&self.key_id, &self.serial);
        Ok(params.signed_by(key, &self.issuer)?)
    }
}

fn make(files: &PkiFiles, generation: &Generation, at: Timestamp) -> Result<(), PkiError> {
    let mut params = authority_params()?;
    let from = at.saturating_sub(SignedDuration::from_hours(24 * generation.began_days_ago)).unwrap_or(at);
    let through = from.saturating_add(SignedDuration::from_hours(24 * GENERATION_DAYS)).unwrap_or(from);
    (params.not_before, params.not_after) = (instant(from)?, instant(through)?);
    params.serial_number = Some(SerialNumber::from(next_serial(files)?.to_vec()));
    let key = generate(generation.elliptic)?;
    let certificate = params.self_signed(&key)?;
    write(&files.card_root_key(generation.number), &key.serialize_pem(), true)?;
    write(&files.card_root(generation.number), &certificate.pem(), false)
}

pub(super) fn authority_params() -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = profile::authority_name()?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.key_identifier_method = KeyIdMethod::Sha256;
    Ok(params)
}

pub(super) fn generate(elliptic: bool) -> Result<KeyPair, rcgen::Error> {
    match elliptic {
        true => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384),
        false => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048),
    }
}

/// Returns the next number of one counter for all generations and all certificates, roots included, as the real one seems to
/// work.
pub(super) fn next_serial(files: &PkiFiles) -> Result<[u8; 4], PkiError> {
    let path = files.card_serial();
    // Two processes may ask at once; each holds the lock until it closes the file.
    let mut counter = open_locked(&path)?;
    let io = |action| move |source| PkiError::Io { action, path: files.card_serial(), source };
    let mut last = String::new();
    counter.read_to_string(&mut last).map_err(io("reading"))?;
    let bad = || PkiError::Content { path: path.clone(), what: ("a serial number", "シリアル番号").into() };
    let next = match last.trim() {
        "" => FIRST_SERIAL,
        last => last.parse::<u32>().ok().and_then(|last| last.checked_add(1)).ok_or_else(bad)?,
    };
    counter.rewind().map_err(io("writing"))?;
    writeln!(counter, "{next}").map_err(io("writing"))?;
    Ok(next.to_be_bytes())
}

/// Returns a random text of the length of real ones.
fn opaque() -> Result<String, PkiError> {
    let mut bytes = [0; 9];
    rand::fill(&mut bytes).map_err(|_| PkiError::Random)?;
    Ok(format!("TEST-{}", HEXUPPER.encode(&bytes)))
}

pub(super) fn instant(at: Timestamp) -> Result<OffsetDateTime, PkiError> {
    OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(|_| PkiError::NoGeneration)
}
