//! The terminal CA: certificates of terminals and of the server, and the revocation list.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams,
    RsaKeySize, SanType, SerialNumber,
};
use time::OffsetDateTime;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use crate::clock::system_now;
use crate::domain::InstitutionCode;

use super::PkiError;
use super::files::{PkiFiles, read, write};
use super::server_name::ServerName;

const ORGANISATION: &str = "SHIKAKU TEST Terminal CA";

/// Lifetimes in days. Terminal certificates last three years and three months, as the real ones do.
const CA_DAYS: i64 = 3650;
const SERVER_DAYS: i64 = 820;
const TERMINAL_DAYS: i64 = 1185;
const CRL_DAYS: i64 = 30;

/// The server's certificate and the CRL are renewed when less than this many days remain.
const RENEW_DAYS: i64 = 15;

/// The kind of a terminal's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on P-256.
    Ecdsa,
    /// RSA with 2,048 bits, as many real terminals have.
    Rsa,
}

impl KeyKind {
    fn generate(self) -> Result<KeyPair, rcgen::Error> {
        match self {
            Self::Ecdsa => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
            Self::Rsa => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048),
        }
    }
}

/// The terminal CA with its files.
pub struct Authority {
    files: PkiFiles,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Opens the CA below `files` and makes missing files: CA, server certificate, CRL. Renews files that expire soon; the
    /// server's certificate keeps its names.
    ///
    /// # Errors
    /// See [`PkiError`].
    pub fn init(files: &PkiFiles) -> Result<Self, PkiError> {
        if !files.ca().exists() {
            let key = KeyKind::Ecdsa.generate()?;
            let certificate = ca_params()?.self_signed(&key)?;
            write(&files.ca_key(), &key.serialize_pem(), true)?;
            write(&files.ca(), &certificate.pem(), false)?;
        }
        let authority = Self::open(files)?;
        if runs_out(&files.server(), certificate_end)? {
            authority.issue_server(&[])?;
        }
        if runs_out(&files.crl(), crl_end)? {
            authority.write_crl(authority.revoked()?)?;
        }
        Ok(authority)
    }

    /// Opens an existing CA.
    ///
    /// # Errors
    /// [`PkiError::NoAuthority`] if there is none.
    pub fn open(files: &PkiFiles) -> Result<Self, PkiError> {
        if !files.ca().exists() {
            return Err(PkiError::NoAuthority(files.ca()));
        }
        let key = KeyPair::from_pem(&read(&files.ca_key())?)?;
        Ok(Self { files: files.clone(), issuer: Issuer::from_ca_cert_pem(&read(&files.ca())?, key)? })
    }

    /// Makes a key and a certificate for a terminal; returns false if it already has one.
    ///
    /// # Errors
    /// See [`PkiError`].
    pub fn issue_terminal(&self, institution: &InstitutionCode, terminal: &str, kind: KeyKind) -> Result<bool, PkiError> {
        let path = self.files.terminal(institution, terminal);
        if path.exists() {
            return Ok(false);
        }
        let mut params = leaf_params(TERMINAL_DAYS, ExtendedKeyUsagePurpose::ClientAuth)?;
        params.distinguished_name.push(DnType::OrganizationalUnitName, institution.as_str());
        params.distinguished_name.push(DnType::CommonName, terminal);
        // A copy for people and other programs; the server reads the code only from the subject.
        let name = format!("urn:shikaku:test:institution:{institution}:terminal:{terminal}");
        params.subject_alt_names = vec![SanType::URI(name.as_str().try_into()?)];
        let key = kind.generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        write(&self.files.terminal_key(institution, terminal), &key.serialize_pem(), true)?;
        write(&path, &certificate.pem(), false)?;
        Ok(true)
    }

    /// Adds a certificate to the CRL and signs a new list; returns false if it was already on it. A running server reloads the
    /// list on SIGHUP.
    ///
    /// # Errors
    /// See [`PkiError`].
    pub fn revoke(&self, certificate: &Path) -> Result<bool, PkiError> {
        let text = read(certificate)?;
        let content = || PkiError::Content {
            path: certificate.to_owned(),
            what: ("a PEM certificate", "PEM形式の証明書").into(),
        };
        let (_, pem) = parse_x509_pem(text.as_bytes()).map_err(|_| content())?;
        let serial = pem.parse_x509().map_err(|_| content())?.raw_serial().to_vec();
        let mut revoked = self.revoked()?;
        if revoked.iter().any(|entry| entry.serial_number.to_bytes() == serial) {
            return Ok(false);
        }
        revoked.push(RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: days_from_now(0),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        self.write_crl(revoked)?;
        Ok(true)
    }

    /// Replaces the server's certificate if it lacks one of the `names`; returns all names of the new one, or None if nothing was
    /// missing. The names of the old one are kept. A running server reloads it on SIGHUP.
    ///
    /// # Errors
    /// [`PkiError::ForeignServer`] if the old one was not issued by this CA.
    pub fn certify_server(&self, names: &[ServerName]) -> Result<Option<Vec<ServerName>>, PkiError> {
        let (present, own) = self.server_names()?;
        match names.iter().find(|name| !present.contains(name)) {
            None => Ok(None),
            Some(name) if !own => Err(PkiError::ForeignServer { path: self.files.server(), name: name.clone() }),
            Some(_) => self.issue_server(names).map(Some),
        }
    }

    /// Returns the names of the server's certificate, and whether this CA issued it; no names and true if it does not exist or
    /// cannot be read.
    fn server_names(&self) -> Result<(Vec<ServerName>, bool), PkiError> {
        let path = self.files.server();
        if !path.exists() {
            return Ok((Vec::new(), true));
        }
        let (text, ca) = (read(&path)?, read(&self.files.ca())?);
        let (Ok((_, pem)), Ok((_, ca))) = (parse_x509_pem(text.as_bytes()), parse_x509_pem(ca.as_bytes())) else {
            return Ok((Vec::new(), true));
        };
        let (Ok(server), Ok(ca)) = (pem.parse_x509(), ca.parse_x509()) else { return Ok((Vec::new(), true)) };
        Ok((ServerName::all_of(&server), server.issuer().as_raw() == ca.subject().as_raw()))
    }

    /// Issues a certificate for the usual names, those of the old certificate, and `more`.
    fn issue_server(&self, more: &[ServerName]) -> Result<Vec<ServerName>, PkiError> {
        let mut names = vec![
            ServerName::Dns("localhost".to_owned()),
            ServerName::Ip(Ipv4Addr::LOCALHOST.into()),
            ServerName::Ip(Ipv6Addr::LOCALHOST.into()),
        ];
        for name in self.server_names()?.0.into_iter().chain(more.iter().cloned()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut params = leaf_params(SERVER_DAYS, ExtendedKeyUsagePurpose::ServerAuth)?;
        params.distinguished_name.push(DnType::CommonName, "TEST shikaku server");
        params.subject_alt_names = names.iter().map(ServerName::to_san).collect::<Result<_, _>>()?;
        let key = KeyKind::Ecdsa.generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        write(&self.files.server_key(), &key.serialize_pem(), true)?;
        write(&self.files.server(), &certificate.pem(), false)?;
        Ok(names)
    }

    /// Returns the entries of the present CRL; none if there is no CRL.
    fn revoked(&self) -> Result<Vec<RevokedCertParams>, PkiError> {
        let Some(der) = self.crl_der()? else { return Ok(Vec::new()) };
        let (_, list) = CertificateRevocationList::from_der(&der).map_err(|_| self.bad_crl())?;
        list.iter_revoked_certificates()
            .map(|entry| {
                Ok(RevokedCertParams {
                    serial_number: SerialNumber::from_slice(entry.raw_serial()),
                    revocation_time: OffsetDateTime::from_unix_timestamp(entry.revocation_date.timestamp())
                        .map_err(|_| self.bad_crl())?,
                    reason_code: Some(RevocationReason::KeyCompromise),
                    invalidity_date: None,
                })
            })
            .collect()
    }

    fn write_crl(&self, revoked_certs: Vec<RevokedCertParams>) -> Result<(), PkiError> {
        // The number rises with time, so that no list replaces a newer one.
        let number = u64::try_from(system_now().as_millisecond()).unwrap_or_default();
        let list = CertificateRevocationListParams {
            this_update: days_from_now(0) - time::Duration::minutes(5),
            next_update: days_from_now(CRL_DAYS),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        }
        .signed_by(&self.issuer)?;
        write(&self.files.crl(), &list.pem()?, false)
    }

    fn crl_der(&self) -> Result<Option<Vec<u8>>, PkiError> {
        let path = self.files.crl();
        if !path.exists() {
            return Ok(None);
        }
        let (_, pem) = parse_x509_pem(read(&path)?.as_bytes()).map_err(|_| self.bad_crl())?;
        Ok(Some(pem.contents))
    }

    fn bad_crl(&self) -> PkiError {
        PkiError::Content {
            path: self.files.crl(),
            what: ("a PEM certificate revocation list", "PEM形式の失効リスト").into(),
        }
    }
}

fn ca_params() -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = name();
    params.distinguished_name.push(DnType::CommonName, "TEST terminal root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (just_now(), days_from_now(CA_DAYS));
    Ok(params)
}

fn leaf_params(days: i64, purpose: ExtendedKeyUsagePurpose) -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = name();
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = (just_now(), days_from_now(days));
    Ok(params)
}

fn name() -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "JP");
    name.push(DnType::OrganizationName, ORGANISATION);
    name
}

fn days_from_now(days: i64) -> OffsetDateTime {
    let seconds = system_now().as_second() + days * 86_400;
    OffsetDateTime::from_unix_timestamp(seconds).expect("the next decades are representable")
}

/// Returns a time a little in the past, for clients with a slow clock.
fn just_now() -> OffsetDateTime {
    days_from_now(0) - time::Duration::minutes(5)
}

/// Returns whether the file is missing, unreadable, or expires within `RENEW_DAYS`.
fn runs_out(path: &Path, end: impl Fn(&[u8]) -> Option<i64>) -> Result<bool, PkiError> {
    if !path.exists() {
        return Ok(true);
    }
    let text = read(path)?;
    let soon: Timestamp = system_now() + Span::new().hours(24 * RENEW_DAYS);
    let end = parse_x509_pem(text.as_bytes()).ok().and_then(|(_, pem)| end(&pem.contents));
    Ok(end.is_none_or(|end| end < soon.as_second()))
}

fn certificate_end(der: &[u8]) -> Option<i64> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate.validity().not_after.timestamp())
}

fn crl_end(der: &[u8]) -> Option<i64> {
    CertificateRevocationList::from_der(der).ok()?.1.next_update().map(|end| end.timestamp())
}
