//! The trusted certificates, and the check of a caller on every request.

use std::cmp::Ordering;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use rustls::ServerConfig;

use crate::clock::system_now;
use crate::metrics::Metrics;
use crate::pki::PkiFiles;

use super::caller::{Callers, VerifiedCaller};
use super::card::CardRoots;
use super::refused::CertificateRefused;
use super::tls::LoadedPki;
use super::trust_error::TrustError;

/// The certificates trusted at present; replaced as a whole by [`Trust::reload`].
pub struct Trust {
    files: PkiFiles,
    live: ArcSwap<LoadedPki>,
    metrics: Arc<Metrics>,
}

impl Trust {
    /// Reads the PKI files.
    ///
    /// # Errors
    /// See [`TrustError`].
    pub fn load(files: PkiFiles, metrics: Arc<Metrics>) -> Result<Self, TrustError> {
        let loaded = LoadedPki::read(&files, system_now())?;
        metrics.crl_next_update.set(loaded.next_update.as_second());
        Ok(Self { files, live: ArcSwap::from_pointee(loaded), metrics })
    }

    /// Reads the files again. If the new files are refused, the old content stays in use. Open connections continue; each of
    /// their requests is checked against the new list.
    ///
    /// # Errors
    /// See [`TrustError`].
    pub fn reload(&self) -> Result<(), TrustError> {
        let result = LoadedPki::read(&self.files, system_now()).and_then(|loaded| {
            let live = self.live.load();
            let number = |loaded: &LoadedPki| (loaded.crl_number.len(), loaded.crl_number.clone());
            match number(&loaded).cmp(&number(&live)) {
                // Another CA has its own numbering.
                _ if loaded.authority != live.authority => {}
                Ordering::Less => return Err(TrustError::OlderList(self.files.crl())),
                Ordering::Equal if loaded.crl != live.crl => return Err(TrustError::OtherList(self.files.crl())),
                Ordering::Equal | Ordering::Greater => {}
            }
            self.metrics.crl_next_update.set(loaded.next_update.as_second());
            self.live.store(Arc::new(loaded));
            Ok(())
        });
        self.metrics.reloads.with_label_values(&[if result.is_ok() { "ok" } else { "failed" }]).inc();
        result
    }

    /// Returns when the revocation list in use becomes stale.
    #[must_use]
    pub fn crl_next_update(&self) -> Timestamp {
        self.live.load().next_update
    }

    /// Returns the pinned roots of card certificates.
    #[must_use]
    pub fn cards(&self) -> Arc<CardRoots> {
        self.live.load().cards.clone()
    }

    /// Returns the configuration for a new handshake, and the CA's certificate in it.
    pub(super) fn config(&self, callers: Callers) -> (Arc<ServerConfig>, Arc<[u8]>) {
        let live = self.live.load();
        let config = match callers {
            Callers::ByCertificate => &live.config,
            Callers::ByToken => &live.without_certificates,
        };
        (config.clone(), live.authority.clone())
    }

    /// Returns the certificate of the CA in use.
    pub(super) fn authority(&self) -> Arc<[u8]> {
        self.live.load().authority.clone()
    }

    /// Checks a caller again, as on every request.
    ///
    /// # Errors
    /// If its certificate has been revoked or has expired since the handshake, if the CA has been replaced, or if the list has
    /// become stale.
    pub fn check(&self, caller: &VerifiedCaller) -> Result<(), CertificateRefused> {
        let live = self.live.load();
        let now = system_now();
        if now.as_second() > caller.not_after().as_second() {
            return Err(CertificateRefused::Expired);
        }
        // The list contains serial numbers of one CA only.
        if *caller.authority() != *live.authority {
            return Err(CertificateRefused::UnknownIssuer);
        }
        if live.revoked.contains(caller.serial()) {
            return Err(CertificateRefused::Revoked);
        }
        if now >= live.next_update {
            return Err(CertificateRefused::StaleCrl);
        }
        Ok(())
    }
}
