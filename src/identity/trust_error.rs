//! The reasons why PKI files are refused.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::language::{Bilingual, Japanese, Language};

/// The reason why the PKI files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A file is missing or does not hold what it should.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason why it is refused.
        reason: Bilingual,
    },
    /// The new revocation list is older than the one in use.
    #[error("{}: its number is lower than that of the list in use", .0.display())]
    OlderList(PathBuf),
    /// The new revocation list has the number of the one in use, but other content.
    #[error("{}: it has the number of the list in use, and says something else; a new list has a higher number", .0.display())]
    OtherList(PathBuf),
}

impl Japanese for TrustError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::File { path, reason } => format!("{}: {}", path.display(), reason.text(Language::Ja)).into(),
            Self::OlderList(path) => format!("{}: 番号が使用中の失効リストより小さいです", path.display()).into(),
            Self::OtherList(path) => format!(
                "{}: 番号が使用中の失効リストと同じなのに、内容が違います。新しいリストには大きい番号を付けてください",
                path.display()
            )
            .into(),
        }
    }
}

/// Errors of files in PEM.
impl Japanese for rustls::pki_types::pem::Error {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Io(error) => error.japanese(),
            Self::NoItemsFound => "PEMの中に必要なものがありません".into(),
            _ => format!("PEMとして読めません: {self}").into(),
        }
    }
}
