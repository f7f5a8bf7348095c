//! `shikaku pki`: makes and changes the test PKI.

mod card;

use std::path::PathBuf;

use clap::Subcommand;

use crate::domain::{InstitutionCode, check_terminal_name};
use crate::fixtures::Fixtures;
use crate::language::Language;
use crate::pki::{Authority, KeyKind, PkiError, PkiFiles, ServerName};

use crate::cli::data_dir::DataDir;
use crate::cli::exit::Exit;
use crate::cli::fixtures::FixturesDirectory;
use crate::clock::system_now;

#[derive(Subcommand)]
pub(in crate::cli) enum Command {
    /// Make what is missing: CA, server certificate, revocation list, a certificate for every terminal of the fixtures.
    Init(Init),
    /// Make a certificate for one more terminal of an institution.
    Institution(Institution),
    /// Put a terminal's certificate on the revocation list. A running server takes it over on SIGHUP.
    Revoke(Revoke),
    /// Make a card for a person and tell the running server's simulated J-LIS; or revoke or renew one.
    Card(Box<card::Options>),
}

#[derive(clap::Args)]
pub(super) struct Init {
    #[command(flatten)]
    data: DataDir,
    #[command(flatten)]
    fixtures: FixturesDirectory,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    names: ServerNames,
}

/// What terminals call the server.
#[derive(clap::Args)]
pub(in crate::cli) struct ServerNames {
    /// DNS name or IP address that the server's certificate is for, beside localhost, 127.0.0.1, ::1 and what it is for already; any
    /// number of them
    #[arg(long = "server-name", value_name = "NAME", num_args = 1..)]
    pub server_names: Vec<ServerName>,
}

#[derive(clap::Args)]
pub(super) struct Institution {
    /// 医療機関コード, ten digits
    code: String,
    /// Name of the terminal: letters, digits and hyphens
    #[arg(default_value = "reception-1")]
    terminal: String,
    #[command(flatten)]
    data: DataDir,
    #[command(flatten)]
    key: Key,
}

#[derive(clap::Args)]
pub(super) struct Revoke {
    /// The certificate file, such as .shikaku/pki/institutions/1310012344/reception-1.pem
    certificate: PathBuf,
    #[command(flatten)]
    data: DataDir,
}

#[derive(clap::Args)]
struct Key {
    /// RSA keys with 2,048 bits instead of ECDSA on P-256
    #[arg(long)]
    rsa: bool,
}

impl Key {
    fn kind(&self) -> KeyKind {
        if self.rsa { KeyKind::Rsa } else { KeyKind::Ecdsa }
    }
}

pub(in crate::cli) async fn run(command: Command, language: Language) -> Result<(), Exit> {
    match command {
        Command::Init(options) => {
            let files = PkiFiles::at(&options.data.pki());
            let made = init(&files, &options.fixtures.read(language)?, options.key.kind(), &options.names.server_names)?;
            let (directory, terminals, cards) = (files.root().display(), made.terminals, made.cards);
            match language {
                Language::Ja => println!("{directory}: 端末の証明書{terminals}枚とカード{cards}枚を新しく作りました"),
                Language::En => println!("{directory}: {terminals} new terminal certificates, {cards} new cards"),
            }
            if let Some(names) = made.server {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                let names = names.join(", ");
                match language {
                    Language::Ja => {
                        println!("サーバー証明書を作り直しました（{names}）。動いているサーバーにはSIGHUPで反映されます");
                    }
                    Language::En => {
                        println!("a new server certificate for {names}; a running server takes it over on SIGHUP");
                    }
                }
            }
        }
        Command::Institution(options) => {
            let code = InstitutionCode::parse(&options.code).map_err(Exit::usage)?;
            check_terminal_name(&options.terminal).map_err(Exit::usage)?;
            let files = PkiFiles::at(&options.data.pki());
            let made = Authority::open(&files)?.issue_terminal(&code, &options.terminal, options.key.kind())?;
            let path = files.terminal(&code, &options.terminal);
            let known = match language {
                Language::Ja => "はすでにあります",
                Language::En => " exists already",
            };
            println!("{}{}", path.display(), if made { "" } else { known });
        }
        Command::Revoke(options) => {
            let files = PkiFiles::at(&options.data.pki());
            let done = Authority::open(&files)?.revoke(&options.certificate)?;
            let path = options.certificate.display();
            let how = match (done, language) {
                (true, Language::Ja) => "を失効させました",
                (false, Language::Ja) => "はすでに失効しています",
                (true, Language::En) => " is revoked",
                (false, Language::En) => " was revoked already",
            };
            match language {
                Language::Ja => println!("{path}{how}。動いているサーバーにはSIGHUPで反映されます"),
                Language::En => println!("{path}{how}; a running server takes it over on SIGHUP"),
            }
        }
        Command::Card(options) => return card::run(*options, language).await,
    }
    Ok(())
}

/// What was missing and has been made.
pub(in crate::cli) struct Made {
    terminals: usize,
    cards: usize,
    /// The names in the server's certificate, if it was made anew.
    server: Option<Vec<ServerName>>,
}

/// Makes what is missing. Also makes the server's certificate anew if it lacks one of the `names`.
pub(in crate::cli) fn init(
    files: &PkiFiles,
    fixtures: &Fixtures,
    kind: KeyKind,
    names: &[ServerName],
) -> Result<Made, PkiError> {
    let authority = Authority::init(files)?;
    let server = authority.certify_server(names)?;
    let mut terminals = 0;
    for entry in &fixtures.institutions {
        for terminal in &entry.terminals {
            terminals += usize::from(authority.issue_terminal(&entry.institution.code, terminal, kind)?);
        }
    }
    Ok(Made { terminals, cards: fixtures.issue_cards(files, system_now())?, server })
}
