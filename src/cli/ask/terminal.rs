//! The terminal that `shikaku ask` plays, and the format of its output.

use crate::cli::data_dir::DataDir;
use crate::cli::exit::Exit;
use crate::cli::fixtures::FixturesDirectory;
use crate::cli::output;
use crate::domain::InstitutionCode;
use crate::language::Language;
use crate::pki::PkiFiles;
use crate::terminal::{Connection, Reply, Terminal};
use crate::wire::{Bounds, Element, Format};

use super::table;

/// Which terminal is played, and towards which server.
#[derive(clap::Args)]
pub(super) struct TerminalOptions {
    /// 医療機関コード of the terminal that asks; by default the first institution of the fixtures
    #[arg(long, value_name = "CODE")]
    institution: Option<String>,
    /// Name of the terminal that asks; by default the institution's first
    #[arg(long, value_name = "NAME")]
    terminal: Option<String>,
    /// The server's terminal listener
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443", env = "SHIKAKU_TERMINAL_ADDR")]
    terminal_addr: String,
    #[command(flatten)]
    data: DataDir,
    #[command(flatten)]
    pub fixtures: FixturesDirectory,
}

/// A terminal that is ready to ask.
pub(super) struct Caller {
    pub institution: InstitutionCode,
    pub files: PkiFiles,
    terminal: Terminal,
}

impl TerminalOptions {
    /// Returns the terminal with its certificate; `usual` is the institution unless the command line names another.
    pub fn caller(&self, usual: Option<InstitutionCode>, language: Language) -> Result<Caller, Exit> {
        let named = self.institution.as_deref().map(InstitutionCode::parse).transpose().map_err(Exit::usage)?;
        let (institution, name) = match (named, &self.terminal) {
            (Some(code), Some(terminal)) => (code, terminal.clone()),
            _ => self.of_fixtures(named.or(usual), language)?,
        };
        let files = PkiFiles::at(&self.data.pki());
        if !files.ca().exists() {
            let directory = files.root().display();
            return Err(Exit::environment((
                format!(
                    "there is no test PKI in {directory}: start ./demo, which makes one, or name its directory with --data-dir"
                ),
                format!(
                    "{directory}に試験用PKIがありません。./demoを起動して作るか、demoのディレクトリーを--data-dirで指定してください"
                ),
            )));
        }
        let (certificate, key) = (files.terminal(&institution, &name), files.terminal_key(&institution, &name));
        if !certificate.exists() {
            let path = certificate.display();
            return Err(Exit::environment((
                format!("there is no certificate {path}: `shikaku pki institution {institution} {name}` makes it"),
                format!("証明書{path}がありません。`shikaku pki institution {institution} {name}`で発行できます"),
            )));
        }
        let terminal = Terminal::new(&self.terminal_addr, &files.ca(), Some((&certificate, &key)))?;
        Ok(Caller { institution, files, terminal })
    }

    fn of_fixtures(&self, wanted: Option<InstitutionCode>, language: Language) -> Result<(InstitutionCode, String), Exit> {
        let fixtures = self.fixtures.read(language)?;
        let entry =
            fixtures.institutions.iter().find(|entry| wanted.is_none_or(|code| entry.institution.code == code)).ok_or_else(
                || {
                    Exit::usage((
                        "the institution is not in the fixtures; give --terminal too",
                        "この医療機関はfixturesにありません。--terminalも指定してください",
                    ))
                },
            )?;
        let first = entry.terminals.first().cloned().unwrap_or_default();
        Ok((entry.institution.code, self.terminal.clone().unwrap_or(first)))
    }
}

impl Caller {
    pub async fn connect(&self) -> Result<Connection, Exit> {
        Ok(self.terminal.connect().await?)
    }
}

/// How the answer is printed.
#[derive(clap::Args)]
pub(super) struct OutputOptions {
    /// How the answer is printed: as it came in XML or JSON, or as a table
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OutputFormat {
    Xml,
    Json,
    Text,
}

impl OutputOptions {
    /// Returns the format to ask for. JSON has the elements in the order of the specification, which also reads best.
    pub fn wire(&self) -> Format {
        if self.format == OutputFormat::Xml { Format::Xml } else { Format::Json }
    }

    /// Returns whether the answer is printed as a table.
    pub fn is_text(&self) -> bool {
        self.format == OutputFormat::Text
    }

    /// Prints the answer. A refusal by the server is printed too, and returns a failure.
    pub fn print(&self, reply: &Reply, language: Language) -> Result<(), Exit> {
        let mut text = reply.body.to_vec();
        if self.format == OutputFormat::Text {
            text = table::render(&self.parse(reply)?, language).into_bytes();
        } else if !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        output::print(&text)?;
        if reply.status.is_success() {
            return Ok(());
        }
        let status = reply.status;
        Err(Exit::data((
            format!("the server refused the question with HTTP status {status}"),
            format!("サーバーが照会を拒否しました（HTTPステータス{status}）"),
        )))
    }

    pub fn parse(&self, reply: &Reply) -> Result<Element<'static>, Exit> {
        self.wire().parse(&reply.body, Bounds::ANSWER).map_err(|_| no_message(&reply.body))
    }
}

/// The failure of a server that answers with something else than an official message.
pub(super) fn no_message(body: &[u8]) -> Exit {
    let text = String::from_utf8_lossy(body);
    Exit::environment((
        format!("the server did not answer with an official message:\n{text}"),
        format!("サーバーの応答が所定の電文ではありません:\n{text}"),
    ))
}
