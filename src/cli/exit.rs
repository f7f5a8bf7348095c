//! How a command fails: its message and its exit code.

use std::io::Write;
use std::process::ExitCode;

use crate::app::StartError;
use crate::config::SecretError;
use crate::fixtures::LoadError;
use crate::language::{Bilingual, Japanese, Language};
use crate::pki::PkiError;
use crate::postgres::PostgresError;
use crate::store::StoreError;
use crate::terminal::TerminalError;

/// A failure of a command.
#[derive(Debug)]
pub(super) struct Exit {
    code: u8,
    /// None if everything has been printed already.
    message: Option<Bilingual>,
}

impl Exit {
    /// The command line asks for something impossible, whatever the state of the system: exit code 2.
    pub fn usage(message: impl Into<Bilingual>) -> Self {
        Self { code: 2, message: Some(message.into()) }
    }

    /// Something in the environment is missing or refuses: exit code 3.
    pub fn environment(message: impl Into<Bilingual>) -> Self {
        Self { code: 3, message: Some(message.into()) }
    }

    /// The data is not acceptable: exit code 4.
    pub fn data(message: impl Into<Bilingual>) -> Self {
        Self { code: 4, message: Some(message.into()) }
    }

    /// The data is not acceptable, and the output says why: exit code 4 without a message.
    pub fn data_as_printed() -> Self {
        Self { code: 4, message: None }
    }

    /// Prints the message, if there is one, and returns the code.
    pub fn report(self, language: Language) -> ExitCode {
        if let Some(message) = self.message {
            // If standard error is closed, the code still tells.
            let _ = writeln!(std::io::stderr(), "shikaku: {}", message.text(language));
        }
        ExitCode::from(self.code)
    }
}

impl From<PostgresError> for Exit {
    fn from(error: PostgresError) -> Self {
        Self::environment(error)
    }
}

impl From<PkiError> for Exit {
    fn from(error: PkiError) -> Self {
        Self::environment(error)
    }
}

impl From<SecretError> for Exit {
    fn from(error: SecretError) -> Self {
        Self::environment(error)
    }
}

impl From<TerminalError> for Exit {
    fn from(error: TerminalError) -> Self {
        Self::environment(error)
    }
}

impl From<StoreError> for Exit {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Inconsistent { .. } => Self::data(error),
            _ => Self::environment(error),
        }
    }
}

impl From<LoadError> for Exit {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => error.into(),
            LoadError::Pki(error) => error.into(),
        }
    }
}

impl From<StartError> for Exit {
    fn from(error: StartError) -> Self {
        match error {
            StartError::OpenOperator(_) => Self::usage(error),
            StartError::Listen { .. } => Self::environment((
                format!(
                    "{error}\nAnother address can be chosen with --terminal-addr and --operator-addr; port 0 takes a free one."
                ),
                format!(
                    "{}\n別のアドレスは--terminal-addrと--operator-addrで指定できます。ポート0なら空きポートを使います。",
                    error.japanese()
                ),
            )),
            StartError::Store(error) => error.into(),
            StartError::Trust(_) => Self::environment(error),
        }
    }
}
