//! `shikaku ask bulk`: sends a file of questions, waits for its result, and prints it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use tokio::time::{Instant, sleep};
use unicode_width::UnicodeWidthStr;

use crate::clock::{system_now, tokyo_date};
use crate::domain::{AnswerCharset, BatchKind};
use crate::fixtures::Fixtures;
use crate::language::{Bilingual, Language};
use crate::terminal::{Connection, Reply};
use crate::wire::message::by_card::NewRequest;
use crate::wire::message::{MessageKind, bulk_fetch, bulk_register};
use crate::wire::{Bounds, Element, Format};

use super::labels::meaning;
use super::terminal::{Caller, OutputOptions, TerminalOptions, no_message};
use crate::cli::day::day;
use crate::cli::exit::Exit;
use crate::cli::output;

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// A file to send as it stands, in XML or JSON
    #[arg(long, value_name = "FILE", conflicts_with = "people", required_unless_present = "people")]
    file: Option<PathBuf>,
    /// People of the fixtures: all, or ids with commas between
    #[arg(long, value_name = "IDS")]
    people: Option<String>,
    /// 資格確認日 of --people; today in Tokyo by default
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with = "file")]
    on: Option<Date>,
    /// The file id of --file: OQSmuquc01, OQSmuimm01, OQSmuhvq01, OQSmuonq01 or OQSmutic01
    #[arg(long, value_name = "ID", default_value = "OQSmuquc01", value_parser = parse_message, conflicts_with = "people")]
    message: BatchKind,
    /// Where the result goes as it came, in the format of --format (text: JSON)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Fetch the result as ZIP; needs --out
    #[arg(long, requires = "out")]
    zip: bool,
    /// How long to wait for the result, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    patience: u64,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    terminal: TerminalOptions,
}

/// The first pause between two polls for the result; each pause is longer than the last, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Large enough for any result.
const RESULT: Bounds = Bounds { depth: 16, elements: usize::MAX };

pub(super) async fn run(options: Options, language: Language) -> Result<(), Exit> {
    let caller = options.terminal.caller(None, language)?;
    let (sent_as, file) = file(&options, &caller, language)?;
    let progress = spinner();
    let kib = file.len().div_ceil(1024);
    progress.set_message(match language {
        Language::Ja => format!("{kib} KiBを送信しています"),
        Language::En => format!("sending {kib} KiB"),
    });
    let mut connection = caller.connect().await?;
    let number = upload(&options, &mut connection, sent_as, file).await?;
    let reply = wait(&options, &caller, &mut connection, &number, &progress, language).await;
    progress.finish_and_clear();
    let reply = reply?;
    if let Some(path) = &options.out {
        std::fs::write(path, &reply.body).map_err(|error| Exit::environment(about(path, error)))?;
        let (bytes, path) = (reply.body.len(), path.display());
        match language {
            Language::Ja => eprintln!("受付番号 {number}、{bytes}バイトを{path}に保存しました"),
            Language::En => eprintln!("reception number {number}; {bytes} bytes are in {path}"),
        }
        return Ok(());
    }
    if !options.output.is_text() {
        return output::print(&reply.body);
    }
    let result = parse(&options, &reply.body)?;
    output::print(table(&number, &result, language).as_bytes())
}

fn parse_message(id: &str) -> Result<BatchKind, Bilingual> {
    match MessageKind::of(id) {
        Some(MessageKind::BulkRegister(kind)) => Ok(kind),
        _ => Err((
            "must be OQSmuquc01, OQSmuimm01, OQSmuhvq01, OQSmuonq01 or OQSmutic01",
            "OQSmuquc01、OQSmuimm01、OQSmuhvq01、OQSmuonq01、OQSmutic01のどれかを指定してください",
        )
            .into()),
    }
}

fn spinner() -> ProgressBar {
    let progress = ProgressBar::new_spinner();
    progress.set_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}").expect("a template of known names"));
    progress.enable_steady_tick(Duration::from_millis(100));
    progress
}

/// Returns the file to send, and its format.
fn file(options: &Options, caller: &Caller, language: Language) -> Result<(Format, Vec<u8>), Exit> {
    let Some(path) = &options.file else {
        let format = options.output.wire();
        return Ok((format, people_file(options, caller, format, language)?));
    };
    let file = std::fs::read(path).map_err(|error| Exit::usage(about(path, error)))?;
    let format = if file.trim_ascii_start().first() == Some(&b'{') { Format::Json } else { Format::Xml };
    Ok((format, file))
}

fn people_file(options: &Options, caller: &Caller, format: Format, language: Language) -> Result<Vec<u8>, Exit> {
    let fixtures = options.terminal.fixtures.read(language)?;
    let check_on = options.on.unwrap_or_else(|| tokyo_date(system_now()));
    let people = chosen(&fixtures, options.people.as_deref().unwrap_or("all"))?;
    let requests: Vec<NewRequest<'_>> = people
        .iter()
        .map(|person| NewRequest {
            check_on,
            file_identifier: Some("shikaku-ask-bulk"),
            identifier: person.person.fixture_id.get(..50).or(Some(&person.person.fixture_id)),
            ..person.ask.request(caller.institution.as_str())
        })
        .collect();
    Ok(bulk_register::people_file(&requests, format, AnswerCharset::Utf8))
}

fn chosen<'a>(fixtures: &'a Fixtures, ids: &str) -> Result<Vec<&'a crate::fixtures::FixturePerson>, Exit> {
    if ids == "all" {
        return Ok(fixtures.people.iter().collect());
    }
    let unknown = |id: &str| {
        let english = format!("no person {id}; /api/people lists all");
        Exit::usage((english, format!("人物{id}はいません。/api/peopleで一覧できます")))
    };
    let find = |id: &str| fixtures.person(id).ok_or_else(|| unknown(id));
    ids.split(',').map(|id| find(id.trim())).collect()
}

/// Puts the path of a file before the error that it caused.
fn about(path: &Path, error: std::io::Error) -> Bilingual {
    Bilingual::from(error).map(|error| format!("{}: {error}", path.display()))
}

/// Sends the file; returns its reception number.
async fn upload(options: &Options, connection: &mut Connection, sent_as: Format, file: Vec<u8>) -> Result<String, Exit> {
    let (media, accept) = (media(sent_as), media(options.output.wire()));
    let path = format!("/oqs/{}", MessageKind::BulkRegister(options.message).id());
    let reply = connection.post(&path, media, &[("accept", accept)], file).await?;
    let answer = parse(options, &reply.body)?;
    match text_of(&answer, "ReceptionNumber") {
        Some(number) => Ok(number.to_owned()),
        None => Err(refused(&reply, &answer)),
    }
}

/// Polls for the result, with growing pauses.
async fn wait(
    options: &Options,
    caller: &Caller,
    connection: &mut Connection,
    number: &str,
    progress: &ProgressBar,
    language: Language,
) -> Result<Reply, Exit> {
    let path = format!("/oqs/{}", MessageKind::BulkFetch(options.message).id());
    let format = options.output.wire();
    let request = bulk_fetch::request(caller.institution.as_str(), number, format, AnswerCharset::Utf8);
    let accept = if options.zip { "application/zip" } else { media(format) };
    let (begun, mut pause, mut looks) = (Instant::now(), FIRST_PAUSE, 0);
    loop {
        looks += 1;
        progress.set_message(match language {
            Language::Ja => format!("受付番号 {number}: 結果を待っています（処理中、{looks}回目の確認）"),
            Language::En => format!("reception number {number}: waiting for the result (処理中), look {looks}"),
        });
        sleep(pause).await;
        let reply = connection.post(&path, media(format), &[("accept", accept)], request.clone()).await?;
        let archive = reply.headers.get("content-type").is_some_and(|kind| kind == "application/zip");
        // A long answer is a result; only a short one can be anything else.
        if archive || (reply.status.is_success() && reply.body.len() > 4096) {
            return Ok(reply);
        }
        let answer = parse(options, &reply.body)?;
        match text_of(&answer, "SegmentOfResult") {
            Some("1") => return Ok(reply),
            Some("2") if begun.elapsed() < Duration::from_secs(options.patience) => {
                pause = (pause * 3 / 2).min(LONGEST_PAUSE);
            }
            Some("2") => {
                let seconds = options.patience;
                return Err(Exit::environment((
                    format!("the result of {number} is still not there after {seconds} s; --patience waits longer"),
                    format!("受付番号{number}の結果が{seconds}秒たっても出ません。--patienceで長く待てます"),
                )));
            }
            _ => return Err(refused(&reply, &answer)),
        }
    }
}

fn media(format: Format) -> &'static str {
    match format {
        Format::Xml => "application/xml",
        Format::Json => "application/json",
    }
}

fn parse(options: &Options, body: &[u8]) -> Result<Element<'static>, Exit> {
    options.output.wire().parse(body, RESULT).map_err(|_| no_message(body))
}

fn refused(reply: &Reply, answer: &Element) -> Exit {
    let text = |name| text_of(answer, name).unwrap_or_default();
    let (code, message, status) = (text("ErrorCode"), text("ErrorMessage"), reply.status);
    if reply.status.is_success() {
        return Exit::data((
            format!("there will be no result: {code} {message}"),
            format!("結果は出ません: {code} {message}"),
        ));
    }
    Exit::data((
        format!("the server refused: {code} {message} (HTTP status {status})"),
        format!("サーバーが拒否しました: {code} {message}（HTTPステータス{status}）"),
    ))
}

/// Returns the text of the first element of this name.
fn text_of<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    if element.name == name {
        return Some(&element.text);
    }
    element.children.iter().find_map(|child| text_of(child, name))
}

/// Renders the counts, and a line for each person. Columns align whatever the width of the characters.
fn table(number: &str, result: &Element, language: Language) -> String {
    let (header, body) = (child(result, "MessageHeader"), child(result, "MessageBody"));
    let count = |name| header.and_then(|header| text_of(header, name)).unwrap_or("0");
    let (all, normal, errors) =
        (count("NumberOfProcessingResult"), count("NumberOfNormalProcessing"), count("NumberOfError"));
    let mut text = match language {
        Language::Ja => format!("受付番号 {number}  {all}人（正常 {normal}、エラー {errors}）\n"),
        Language::En => format!("reception number {number}  {all} people ({normal} normal, {errors} errors)\n"),
    };
    let units = body.map(|body| body.children.as_slice()).unwrap_or_default();
    let rows: Vec<[String; 5]> = units.iter().map(|unit| row(unit, language)).collect();
    let widths: [usize; 5] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or_default());
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line += &format!("{cell}{:gap$}", "", gap = width - cell.width() + 2);
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn child<'a>(element: &'a Element<'_>, name: &str) -> Option<&'a Element<'a>> {
    element.children.iter().find(|child| child.name == name)
}

/// Returns the columns of a person: who, result, name, insurer, and whether the limit certificate has changed.
fn row(unit: &Element, language: Language) -> [String; 5] {
    let echo = child(unit, "QualificationConfirmSearchInfo").or_else(|| child(unit, "ReferenceNumberRegistrationInfo"));
    let asked = |name| echo.and_then(|echo| text_of(echo, name));
    let who = asked("ArbitraryIdentifier").map(str::to_owned).unwrap_or_else(|| {
        let parts = ["InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber"];
        parts.into_iter().filter_map(asked).collect::<Vec<_>>().join(" ")
    });
    let outcome = match (text_of(unit, "QualificationValidity"), text_of(unit, "ProcessingResultCode")) {
        (Some(validity), _) => format!("{validity} {}", meaning("QualificationValidity", validity, language)),
        (None, Some(code)) => format!("{code} {}", text_of(unit, "ProcessingResultMessage").unwrap_or_default()),
        (None, None) => match language {
            Language::Ja => "登録済み".to_owned(),
            Language::En => "registered".to_owned(),
        },
    };
    let shown = |name| child(unit, "ResultOfQualificationConfirmation").and_then(|record| text_of(record, name));
    let changed = match (shown("LimitApplicationCertificateChanged"), language) {
        (Some("1"), Language::Ja) => "限度額適用認定証: 変更あり、または判定不能",
        (Some("1"), Language::En) => "limit certificate: changed or not known",
        (Some("0"), Language::Ja) => "限度額適用認定証: 変更なし",
        (Some("0"), Language::En) => "limit certificate: unchanged",
        _ => "",
    };
    let text = |name| shown(name).unwrap_or_default().to_owned();
    [who, outcome, text("Name"), text("InsurerName"), changed.to_owned()]
}
