//! The test PKI: a terminal CA, the server's certificate, one client certificate for each terminal, and the CRL; a card CA and
//! cards.
//!
//! Every subject says TEST. Nothing here comes from the real authority; the layout of subjects is ours, because the real one is
//! not public.

mod authority;
mod card;
mod files;
mod server_name;

pub use authority::{Authority, KeyKind};
pub use card::{CardAuthority, CardOrder, IssuedCard, NewCard, PeopleAuthority, VirtualCard};
pub use files::PkiFiles;
pub use server_name::{ServerName, ServerNameError};

use std::borrow::Cow;
use std::path::PathBuf;

use crate::language::{Bilingual, Japanese, Language};

/// The reason why the test PKI could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file could not be read or written.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// The operation.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// There is no CA yet.
    #[error("{} does not exist; run `shikaku pki init` first", .0.display())]
    NoAuthority(PathBuf),
    /// A file does not hold what its name says.
    #[error("{} is not {what}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Its expected content.
        what: Bilingual,
    },
    /// Another CA issued the server's certificate, and it lacks a name.
    #[error(
        "{} is not of this test CA and not for {name}: ask its issuer for that name, or remove it and `shikaku pki init` makes one",
        path.display()
    )]
    ForeignServer {
        /// The certificate.
        path: PathBuf,
        /// The first name that it lacks.
        name: ServerName,
    },
    /// No generation of the card CA covers the time of a certificate.
    #[error("no generation of the card CA covers the validity of this certificate")]
    NoGeneration,
    /// Not a certificate that a card CA issued.
    #[error("not a certificate of a card")]
    NotACard,
    /// The system returned no random bytes.
    #[error("no random bytes are to be had")]
    Random,
    /// Keys or certificates could not be made.
    #[error("making a certificate: {0}")]
    Make(#[from] rcgen::Error),
}

impl Japanese for PkiError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Io { path, source, .. } => format!("{}: {}", path.display(), source.japanese()).into(),
            Self::NoAuthority(path) => {
                format!("{}がありません。先に`shikaku pki init`を実行してください", path.display()).into()
            }
            Self::Content { path, what } => {
                format!("{}の内容が{}ではありません", path.display(), what.text(Language::Ja)).into()
            }
            Self::ForeignServer { path, name } => format!(
                "{}はこの試験用CAが発行したものではなく、{name}の証明書でもありません。\
                 発行者にその名前の証明書を依頼するか、ファイルを消してください（`shikaku pki init`が作り直します）",
                path.display()
            )
            .into(),
            Self::NoGeneration => "この証明書の有効期間に合うカードCAの世代がありません".into(),
            Self::NotACard => "カードの証明書ではありません".into(),
            Self::Random => "システムから乱数を取得できません".into(),
            Self::Make(error) => format!("証明書を作れません: {error}").into(),
        }
    }
}
