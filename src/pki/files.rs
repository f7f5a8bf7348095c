//! The files of the test PKI: their places, and how they are written.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::domain::InstitutionCode;

use super::PkiError;

/// The places of the test PKI's files.
#[derive(Debug, Clone)]
pub struct PkiFiles {
    root: PathBuf,
}

impl PkiFiles {
    /// Names the PKI below `root`.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Returns the directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the path of the terminal CA's certificate.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.root.join("ca.pem")
    }

    /// Returns the path of the terminal CA's key.
    #[must_use]
    pub fn ca_key(&self) -> PathBuf {
        self.root.join("ca.key")
    }

    /// Returns the path of the certificate revocation list.
    #[must_use]
    pub fn crl(&self) -> PathBuf {
        self.root.join("crl.pem")
    }

    /// Returns the path of the server's certificate.
    #[must_use]
    pub fn server(&self) -> PathBuf {
        self.root.join("server.pem")
    }

    /// Returns the path of the server's key.
    #[must_use]
    pub fn server_key(&self) -> PathBuf {
        self.root.join("server.key")
    }

    /// Returns the directory of the card CA's roots; every `.pem` in it is trusted.
    #[must_use]
    pub fn card_roots(&self) -> PathBuf {
        self.root.join("jpki")
    }

    /// Returns the path of a generation's certificate of the card CA.
    #[must_use]
    pub fn card_root(&self, generation: u32) -> PathBuf {
        self.card_roots().join(format!("generation-{generation}.pem"))
    }

    /// Returns the path of a generation's key of the card CA.
    #[must_use]
    pub fn card_root_key(&self, generation: u32) -> PathBuf {
        self.card_root(generation).with_extension("key")
    }

    /// Returns the path of the certificate of the card CA of generated people.
    #[must_use]
    pub fn people_root(&self) -> PathBuf {
        self.card_roots().join("people.pem")
    }

    /// Returns the path of the key of the card CA of generated people.
    #[must_use]
    pub fn people_root_key(&self) -> PathBuf {
        self.people_root().with_extension("key")
    }

    /// Returns the path of the card CA's last serial number.
    #[must_use]
    pub fn card_serial(&self) -> PathBuf {
        self.card_roots().join("serial")
    }

    /// Returns the path of a card's certificate.
    #[must_use]
    pub fn card(&self, name: &str) -> PathBuf {
        self.root.join("cards").join(format!("{name}.pem"))
    }

    /// Returns the path of a card's key.
    #[must_use]
    pub fn card_key(&self, name: &str) -> PathBuf {
        self.card(name).with_extension("key")
    }

    /// Renames certificate and key of a card, replacing files of the new name.
    ///
    /// # Errors
    /// If a file cannot be renamed.
    pub fn rename_card(&self, from: &str, to: &str) -> Result<(), PkiError> {
        for (from, to) in [(self.card_key(from), self.card_key(to)), (self.card(from), self.card(to))] {
            fs::rename(&from, to).map_err(|source| PkiError::Io { action: "renaming", path: from, source })?;
        }
        Ok(())
    }

    /// Removes certificate and key of a card.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn remove_card(&self, name: &str) -> Result<(), PkiError> {
        for path in [self.card(name), self.card_key(name)] {
            fs::remove_file(&path).map_err(|source| PkiError::Io { action: "removing", path, source })?;
        }
        Ok(())
    }

    /// Returns the directory that has a directory for each institution with terminals.
    #[must_use]
    pub fn institutions(&self) -> PathBuf {
        self.root.join("institutions")
    }

    /// Returns the path of a terminal's certificate.
    #[must_use]
    pub fn terminal(&self, institution: &InstitutionCode, terminal: &str) -> PathBuf {
        self.institutions().join(institution.as_str()).join(format!("{terminal}.pem"))
    }

    /// Returns the path of a terminal's key.
    #[must_use]
    pub fn terminal_key(&self, institution: &InstitutionCode, terminal: &str) -> PathBuf {
        self.terminal(institution, terminal).with_extension("key")
    }
}

/// Writes a file atomically: readers see the old content or the new. If `secret`, only this account can read it.
pub(super) fn write(path: &Path, content: &str, secret: bool) -> Result<(), PkiError> {
    let io = |action| move |source| PkiError::Io { action, path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(parent).map_err(io("creating the directory of"))?;
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(if secret { 0o600 } else { 0o644 })
        .open(&temporary)
        .map_err(io("writing"))?;
    file.write_all(content.as_bytes()).map_err(io("writing"))?;
    fs::rename(&temporary, path).map_err(io("writing"))
}

/// Opens a file that several processes read and write, and creates it if it does not exist; waits for an exclusive lock.
pub(super) fn open_locked(path: &Path) -> Result<fs::File, PkiError> {
    let io = |action| move |source| PkiError::Io { action, path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(parent).map_err(io("creating the directory of"))?;
    }
    let file =
        fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io("opening"))?;
    file.lock().map_err(io("locking"))?;
    Ok(file)
}

pub(super) fn read(path: &Path) -> Result<String, PkiError> {
    fs::read_to_string(path).map_err(|source| PkiError::Io { action: "reading", path: path.to_owned(), source })
}
