use jiff::civil::Date;

use crate::clock::{system_now, tokyo_date};
use crate::domain::{AnswerCharset, InstitutionCode};
use crate::fixtures::Ask;
use crate::pki::PkiFiles;
use crate::terminal::{Reply, Terminal};
use crate::wire::message::by_card::ID;
use crate::wire::{Bounds, Element, Format};

use super::{explain, table};
use crate::cli::DataDir;
use crate::cli::exit::Exit;
use crate::cli::fixtures::Directory;
use crate::cli::language::Language;
use crate::cli::output;

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// A person of the fixtures; their card, their check date and consent are used unless given otherwise
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// 保険者番号
    #[arg(long, value_name = "NUMBER", required_unless_present = "person")]
    insurer: Option<String>,
    /// 記号
    #[arg(long)]
    symbol: Option<String>,
    /// 番号
    #[arg(long, required_unless_present = "person")]
    number: Option<String>,
    /// 枝番
    #[arg(long)]
    branch: Option<String>,
    /// 生年月日, such as 1951-05-03
    #[arg(long, value_name = "DATE", required_unless_present = "person")]
    birth: Option<Date>,
    /// 資格確認日; the fixture's, or today in Tokyo
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Whether the patient consents to showing the limit certificate
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    consent_limit: Option<bool>,
    /// How the answer is printed: as it came in XML or JSON, or as a table
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// Language of the table; by default that of the locale
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// Say which record and which rule stand behind each field (asks the operator listener)
    #[arg(long)]
    explain: bool,
    /// 医療機関コード of the terminal that asks; by default the first institution of the fixtures
    #[arg(long, value_name = "CODE")]
    institution: Option<String>,
    /// Name of the terminal that asks; by default the institution's first
    #[arg(long, value_name = "NAME")]
    terminal: Option<String>,
    /// The server's terminal listener
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443", env = "SHIKAKU_TERMINAL_ADDR")]
    terminal_addr: String,
    /// The server's operator listener, for --explain
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "SHIKAKU_OPERATOR_ADDR")]
    operator_addr: String,
    /// Bearer token of the operator listener
    #[arg(long, value_name = "TOKEN", env = "SHIKAKU_OPERATOR_TOKEN", hide_env_values = true)]
    operator_token: Option<String>,
    #[command(flatten)]
    data: DataDir,
    #[command(flatten)]
    fixtures: Directory,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OutputFormat {
    Xml,
    Json,
    Text,
}

pub(super) async fn run(options: Options) -> Result<(), Exit> {
    let ask = question(&options)?;
    let (institution, terminal) = caller(&options)?;
    // JSON gives the elements in the order of the specification, which also reads best.
    let format = if options.format == OutputFormat::Xml { Format::Xml } else { Format::Json };
    let files = PkiFiles::at(&options.data.pki());
    let (certificate, key) = (files.terminal(&institution, &terminal), files.terminal_key(&institution, &terminal));
    let terminal = Terminal::new(&options.terminal_addr, &files.ca(), Some((&certificate, &key)))?;
    let body = ask.request(institution.as_str()).write(format, AnswerCharset::Utf8);
    let reply = terminal.connect().await?.ask(&format!("/oqs/{ID}"), format, body).await?;
    print(&options, format, &reply)?;
    if !reply.status.is_success() {
        return Err(Exit::data(format!("the server refused the question with HTTP status {}", reply.status)));
    }
    if options.explain {
        let language = options.lang.unwrap_or_else(Language::of_environment);
        let question = ask.request(institution.as_str()).write(Format::Json, AnswerCharset::Utf8);
        let answer = parse(format, &reply)?;
        explain::print(&options.operator_addr, options.operator_token.as_deref(), question, &answer, language).await?;
    }
    Ok(())
}

/// The fixture's question, with what the command line puts in its place.
fn question(options: &Options) -> Result<Ask, Exit> {
    let known = match &options.person {
        Some(id) => {
            let fixtures = options.fixtures.read()?;
            let person = fixtures.person(id).ok_or_else(|| {
                Exit::usage(format!("no person {id} in {}; /api/people lists all", options.fixtures.directory.display()))
            })?;
            Some(person.ask.clone())
        }
        None => None,
    };
    let known = known.as_ref();
    let missing = || Exit::usage("give --person, or --insurer, --number and --birth");
    let today = || tokyo_date(system_now());
    Ok(Ask {
        insurer: options.insurer.clone().or_else(|| known.map(|ask| ask.insurer.clone())).ok_or_else(missing)?,
        symbol: options.symbol.clone().or_else(|| known?.symbol.clone()),
        number: options.number.clone().or_else(|| known.map(|ask| ask.number.clone())).ok_or_else(missing)?,
        branch: options.branch.clone().or_else(|| known?.branch.clone()),
        birth_on: options.birth.or_else(|| known.map(|ask| ask.birth_on)).ok_or_else(missing)?,
        check_on: options.on.or_else(|| known.map(|ask| ask.check_on)).unwrap_or_else(today),
        limit_consent: options.consent_limit.or_else(|| known.map(|ask| ask.limit_consent)).unwrap_or(false),
    })
}

/// Whose certificate is shown.
fn caller(options: &Options) -> Result<(InstitutionCode, String), Exit> {
    if let (Some(code), Some(terminal)) = (&options.institution, &options.terminal) {
        return Ok((InstitutionCode::parse(code).map_err(Exit::usage)?, terminal.clone()));
    }
    let fixtures = options.fixtures.read()?;
    let wanted = options.institution.as_deref().map(InstitutionCode::parse).transpose().map_err(Exit::usage)?;
    let entry = fixtures
        .institutions
        .iter()
        .find(|entry| wanted.is_none_or(|code| entry.institution.code == code))
        .ok_or_else(|| Exit::usage("the institution is not in the fixtures; give --terminal too"))?;
    let first = entry.terminals.first().cloned().unwrap_or_default();
    Ok((entry.institution.code, options.terminal.clone().unwrap_or(first)))
}

fn parse(format: Format, reply: &Reply) -> Result<Element, Exit> {
    format.parse(&reply.body, Bounds::ANSWER).map_err(|_| {
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        Exit::environment(format!("the server did not answer with an official message:\n{text}"))
    })
}

fn print(options: &Options, format: Format, reply: &Reply) -> Result<(), Exit> {
    let mut text = reply.body.to_vec();
    if options.format == OutputFormat::Text {
        let language = options.lang.unwrap_or_else(Language::of_environment);
        text = table::render(&parse(format, reply)?, language).into_bytes();
    } else if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    output::print(&text)
}
