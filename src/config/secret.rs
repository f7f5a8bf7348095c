//! The server's secret, from which its keys are derived.

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::{hkdf, hmac, rand};
use data_encoding::HEXLOWER_PERMISSIVE;

use crate::language::Japanese;

/// Thirty-two random bytes, kept in a file. One key for each purpose is derived from them.
#[derive(Clone)]
pub struct Secret([u8; 32]);

/// The reason why the secret is not available.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file could not be read or made.
    #[error("secret file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("secret file {} must hold 64 hexadecimal digits", .0.display())]
    Content(PathBuf),
    /// The system returns no random bytes.
    #[error("the system gives no random bytes")]
    Randomness,
}

impl Japanese for SecretError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Io { path, source } => format!("秘密の値のファイル{}: {}", path.display(), source.japanese()).into(),
            Self::Content(path) => {
                format!("秘密の値のファイル{}の内容が、64桁の16進数ではありません", path.display()).into()
            }
            Self::Randomness => "システムから乱数を取得できません".into(),
        }
    }
}

impl Secret {
    /// Reads the secret; creates the file, readable only by this account, if it does not exist.
    ///
    /// # Errors
    /// See [`SecretError`].
    pub fn read_or_make(path: &Path) -> Result<Self, SecretError> {
        let io = |source| SecretError::Io { path: path.to_owned(), source };
        let new = Self::random()?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io)?;
        }
        if !path.exists() {
            // Written under another name first: on a full disk, half a secret would block every later start.
            let directory = path.parent().unwrap_or_else(|| Path::new(""));
            let mut file = tempfile::NamedTempFile::new_in(directory).map_err(io)?;
            file.write_all(HEXLOWER_PERMISSIVE.encode(&new.0).as_bytes()).map_err(io)?;
            file.as_file().sync_all().map_err(io)?;
            match file.persist_noclobber(path) {
                Ok(_) => return Ok(new),
                Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(io(error.error)),
            }
        }
        let text = fs::read_to_string(path).map_err(io)?;
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| SecretError::Content(path.to_owned()))
    }

    /// Makes a new secret.
    ///
    /// # Errors
    /// If the system returns no random bytes.
    pub fn random() -> Result<Self, SecretError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| SecretError::Randomness)?;
        Ok(Self(bytes))
    }

    /// Returns the HMAC-SHA-256 key for one purpose; keys of different purposes are independent.
    #[must_use]
    pub fn key(&self, purpose: &'static str) -> hmac::Key {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"shikaku").extract(&self.0);
        let info = [purpose.as_bytes()];
        let derived = root.expand(&info, hmac::HMAC_SHA256).expect("one block is always available");
        hmac::Key::from(derived)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(withheld)")
    }
}
