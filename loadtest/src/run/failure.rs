//! Failures: why a request got no answer.

use std::borrow::Cow;

use shikaku::language::Bilingual;
use shikaku::terminal::TerminalError;

use crate::operator::OperatorError;

/// Why a request got no answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// No server listens, or it cannot be reached.
    Unreachable,
    /// The server refused the terminal's certificate.
    Certificate,
    /// The handshake or the connection broke.
    Broken,
    /// No whole answer came within the time of a request.
    TimedOut,
    /// The server refused the request.
    Refused {
        /// HTTP status.
        status: u16,
        /// The official code of the error; empty if the refusal has none.
        code: Cow<'static, str>,
    },
    /// The result of a file did not come in the time that the plan gives it.
    NoResult,
    /// The server gave a file up, with this code.
    GivenUp(String),
    /// The server refused an entry of an insurer, with this code.
    EntryRefused(String),
    /// A card could not be read or could not sign.
    Card,
}

impl Failure {
    /// Returns whether the server said nothing.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Broken | Self::TimedOut)
    }

    /// Returns its name for programs.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Unreachable => "unreachable".to_owned(),
            Self::Certificate => "certificate_refused".to_owned(),
            Self::Broken => "connection_broken".to_owned(),
            Self::TimedOut => "timed_out".to_owned(),
            Self::Refused { status, code } if code.is_empty() => format!("http_{status}"),
            Self::Refused { status, code } => format!("http_{status}_{code}"),
            Self::NoResult => "no_result".to_owned(),
            Self::GivenUp(code) => format!("file_given_up_{code}"),
            Self::EntryRefused(code) => format!("entry_refused_{code}"),
            Self::Card => "card_unusable".to_owned(),
        }
    }

    /// Reads a name for programs.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Some(match key {
            "unreachable" => Self::Unreachable,
            "certificate_refused" => Self::Certificate,
            "connection_broken" => Self::Broken,
            "timed_out" => Self::TimedOut,
            refused => {
                let refused = refused.strip_prefix("http_")?;
                let (status, code) = refused.split_once('_').unwrap_or((refused, ""));
                Self::Refused { status: status.parse().ok()?, code: code.to_owned().into() }
            }
        })
    }

    /// Describes it for people.
    #[must_use]
    pub fn words(&self) -> Bilingual {
        match self {
            Self::Unreachable => ("the server cannot be reached", "サーバーに接続できない").into(),
            Self::Certificate => ("the server refused the terminal's certificate", "端末の証明書が拒否された").into(),
            Self::Broken => ("the handshake or the connection broke", "ハンドシェイクまたは接続が切れた").into(),
            Self::TimedOut => ("no whole answer in time", "時間内に回答が届かなかった").into(),
            Self::Refused { status, code } => {
                let code = if code.is_empty() { String::new() } else { format!(" {code}") };
                (format!("refused with HTTP {status}{code}"), format!("拒否された（HTTP {status}{code}）")).into()
            }
            Self::NoResult => ("the result of a file did not come in time", "一括照会の結果が時間内に出なかった").into(),
            Self::GivenUp(code) => {
                (format!("the server gave a file up ({code})"), format!("サーバーが一括照会の処理を断念した（{code}）"))
                    .into()
            }
            Self::EntryRefused(code) => {
                (format!("an entry was refused ({code})"), format!("登録が拒否された（{code}）")).into()
            }
            Self::Card => ("a card could not be read or could not sign", "カードを読めないか、署名できなかった").into(),
        }
    }
}

impl From<&OperatorError> for Failure {
    fn from(error: &OperatorError) -> Self {
        match error {
            OperatorError::Broken(_) => Self::Unreachable,
            OperatorError::TooMuch => Self::TimedOut,
        }
    }
}

impl From<&TerminalError> for Failure {
    fn from(error: &TerminalError) -> Self {
        match error {
            TerminalError::Connect { .. } => Self::Unreachable,
            TerminalError::Refused { .. } => Self::Certificate,
            // No file is read while requests are sent.
            TerminalError::Broken(_) | TerminalError::File { .. } => Self::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_by_its_name() {
        let refused = |code: &'static str| Failure::Refused { status: 429, code: code.into() };
        let others = [Failure::Unreachable, Failure::Certificate, Failure::Broken, Failure::TimedOut];
        for failure in others.into_iter().chain([refused(""), refused("SHK4001")]) {
            assert_eq!(Failure::from_key(&failure.key()), Some(failure));
        }
        assert_eq!((Failure::from_key("http_x"), Failure::from_key("tired")), (None, None));
    }
}
