//! `shikaku ask card-number`: asks by the numbers on the insured person's card.

use jiff::civil::Date;

use crate::clock::{system_now, tokyo_date};
use crate::domain::AnswerCharset;
use crate::fixtures::Ask;
use crate::language::Language;
use crate::wire::Format;
use crate::wire::message::MessageKind;

use super::explain;
use super::terminal::{OutputOptions, TerminalOptions};
use crate::cli::day::day;
use crate::cli::exit::Exit;
use crate::cli::operator::OperatorOptions;

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
    #[arg(long, value_name = "DATE", value_parser = day, required_unless_present = "person")]
    birth: Option<Date>,
    /// 資格確認日; the fixture's, or today in Tokyo
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
    /// Whether the patient consents to showing the limit certificate
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    consent_limit: Option<bool>,
    /// Say which record and which rule stand behind each field (asks the operator listener)
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    terminal: TerminalOptions,
    #[command(flatten)]
    operator: OperatorOptions,
}

pub(super) async fn run(options: Options, language: Language) -> Result<(), Exit> {
    let ask = question(&options, language)?;
    let caller = options.terminal.caller(None, language)?;
    let institution = caller.institution;
    let format = options.output.wire();
    let body = ask.request(institution.as_str()).write(format, AnswerCharset::Utf8);
    let path = format!("/oqs/{}", MessageKind::ByCard.id());
    let reply = caller.connect().await?.ask(&path, format, body).await?;
    options.output.print(&reply, language)?;
    if options.explain {
        let question = ask.request(institution.as_str()).write(Format::Json, AnswerCharset::Utf8);
        explain::print(&options.operator, question, &options.output.parse(&reply)?, language).await?;
    }
    Ok(())
}

/// Returns the fixture's question, with its values replaced by those of the command line.
fn question(options: &Options, language: Language) -> Result<Ask, Exit> {
    let known = match &options.person {
        Some(id) => {
            let fixtures = options.terminal.fixtures.read(language)?;
            let person = fixtures.person(id).ok_or_else(|| {
                let directory = options.terminal.fixtures.directory.display();
                Exit::usage((
                    format!("no person {id} in {directory}; --insurer, --symbol, --number, --branch and --birth ask about others, as \
                         /api/people/{id} shows them"),
                    format!("人物{id}は{directory}にいません。ほかの人物は/api/people/{id}にある番号などを--insurer、--symbol、--number、\
                         --branch、--birthで指定してください"),
                ))
            })?;
            Some(person.ask.clone())
        }
        None => None,
    };
    let known = known.as_ref();
    let missing = || {
        Exit::usage((
            "give --person, or --insurer, --number and --birth",
            "--personか、--insurer・--number・--birthのすべてを指定してください",
        ))
    };
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
