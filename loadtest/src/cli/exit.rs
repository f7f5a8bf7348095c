//! How a command fails: its message and its exit code.

use std::io::Write;
use std::process::ExitCode;

use shikaku::fixtures::FixtureFault;
use shikaku::language::{Bilingual, Japanese, Language};
use shikaku::pki::PkiError;

use crate::people::PeopleError;
use crate::run::RunError;

/// A failure of a command.
#[derive(Debug)]
pub(super) struct Exit {
    code: u8,
    lines: Vec<Bilingual>,
}

impl Exit {
    /// The plan or the command line asks for something impossible: exit code 2.
    pub fn usage(message: impl Into<Bilingual>) -> Self {
        Self { code: 2, lines: vec![message.into()] }
    }

    /// Something in the environment is missing or refuses: exit code 3.
    pub fn environment(message: impl Into<Bilingual>) -> Self {
        Self { code: 3, lines: vec![message.into()] }
    }

    /// Faults of files, and the number of those that are not listed: exit code 2 for plans, 3 for others.
    pub fn faults(code: u8, faults: &[FixtureFault], more: u64) -> Self {
        let mut lines: Vec<Bilingual> = faults.iter().map(|fault| (fault.to_string(), fault.japanese()).into()).collect();
        if more > 0 {
            lines.push((format!("and {more} more faults"), format!("ほかに{more}件の誤りがあります")).into());
        }
        Self { code, lines }
    }

    /// Prints the message and returns the code.
    pub fn report(self, language: Language) -> ExitCode {
        for line in &self.lines {
            // If standard error is closed, the code still tells.
            let _ = writeln!(std::io::stderr(), "shikaku-load: {}", line.text(language));
        }
        ExitCode::from(self.code)
    }
}

/// The most faults of people that are shown.
const MOST_SHOWN: usize = 20;

impl From<PeopleError> for Exit {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Nobody => Self::environment((
                "there is nobody to ask about: every person of the directory is left out; docs/load-testing.md says who is",
                "対象の人物がいません。ディレクトリーの全員が対象外です。対象外となる人はdocs/load-testing.ja.mdにあります",
            )),
            PeopleError::NoCards => Self::environment((
                "there is nobody whose card could be shown: the directory of people has no card in use, of somebody who is not left out",
                "提示できるカードがありません。人物のディレクトリーに、対象となる人物の使用中のカードがありません",
            )),
            PeopleError::Pki(PkiError::NoAuthority(path)) => {
                let path = path.display();
                Self::environment((
                    format!(
                        "{path} does not exist, and without it no cards of generated people can be made: start the demo again, or run \
                         `shikaku pki init`, which makes it, and let the server reload its certificates"
                    ),
                    format!(
                        "{path}がなく、生成した人物のカードを作れません。demoを起動し直すか、`shikaku pki init`を実行すると作られます。\
                         その後、サーバーに証明書を読み直させてください"
                    ),
                ))
            }
            PeopleError::Pki(error) => Self::environment(error),
            PeopleError::Faults(mut faults, more) => {
                let hidden = faults.len().saturating_sub(MOST_SHOWN);
                faults.truncate(MOST_SHOWN);
                Self::faults(3, &faults, more + hidden as u64)
            }
        }
    }
}

impl From<RunError> for Exit {
    fn from(error: RunError) -> Self {
        match error {
            RunError::TooFewConnections { .. } | RunError::NoInsurer | RunError::NoOperator => Self::usage(error),
            _ => Self::environment(error),
        }
    }
}
