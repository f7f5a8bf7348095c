//! `shikaku registrations`: sends what insurers register to a running server.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use crate::domain::{InsurerNumber, InsurerNumberError};
use crate::language::{Bilingual, Japanese, Language};

use super::exit::Exit;
use super::operator::{OperatorOptions, Unanswered};
use super::output;

/// The most entries of one request.
const ENTRIES: usize = 1000;

/// The most bytes of the entries of one request; the server takes twice as many.
const BYTES: usize = 1024 * 1024;

/// The most bytes of a line: several times what an entry with every field has.
const LINE: usize = 64 * 1024;

/// The most lines that are no entries. With more, the file is something else.
const FAULTS: usize = 1000;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Send a file of entries, one JSON object a line, to the insurers' registrations of a running server.
    Apply(Apply),
}

#[derive(clap::Args)]
pub(super) struct Apply {
    /// The file; docs/registrations.md describes its lines
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 保険者番号 of the lines that have no `insurer`
    #[arg(long, value_name = "NUMBER")]
    insurer: Option<String>,
    #[command(flatten)]
    operator: OperatorOptions,
}

/// The entries of the next request: consecutive lines of one insurer.
#[derive(Default)]
struct Chunk {
    insurer: String,
    /// The numbers of the lines.
    lines: Vec<u64>,
    /// The entries, separated by commas.
    entries: String,
}

#[derive(Default)]
struct Counts {
    applied: u64,
    already_applied: u64,
    refused: usize,
    findings: usize,
    unread: usize,
}

/// What a line is.
enum Line {
    End,
    Blank,
    Entry { insurer: String, text: String },
    Fault(Bilingual),
}

pub(super) async fn run(command: Command, language: Language) -> Result<(), Exit> {
    let Command::Apply(options) = command;
    let named = |error: std::io::Error| {
        let (file, japanese) = (options.file.display().to_string(), error.japanese());
        Bilingual::from((format!("{file}: {error}"), format!("{file}: {japanese}")))
    };
    let file = File::open(&options.file).map_err(|error| Exit::data(named(error)))?;
    let insurer = options.insurer.as_deref().map(InsurerNumber::parse).transpose();
    let wrong = |reason: InsurerNumberError| Bilingual::from(reason).map(|text| format!("--insurer: {text}"));
    let insurer = insurer.map_err(|reason| Exit::usage(wrong(reason)))?.map(|number| number.to_string());
    let mut source = BufReader::new(file);
    let mut sending = Sending { options: &options, language, chunk: Chunk::default(), counts: Counts::default() };
    for number in 1.. {
        match read_line(&mut source, insurer.as_deref()).map_err(|error| Exit::environment(named(error)))? {
            Line::End => break,
            Line::Blank => {}
            Line::Fault(reason) => {
                eprintln!("{}:{number}: {}", options.file.display(), reason.text(language));
                sending.counts.unread += 1;
                if sending.counts.unread > FAULTS {
                    sending.send().await?;
                    sending.report()?;
                    return Err(Exit::data((
                        format!("more than {FAULTS} lines are no entries: stopped at line {number}"),
                        format!("{FAULTS}を超える行が登録ではありません。{number}行目で中止しました"),
                    )));
                }
            }
            Line::Entry { insurer, text } => sending.add(number, insurer, &text).await?,
        }
    }
    sending.send().await?;
    sending.report()?;
    match sending.counts.refused + sending.counts.unread {
        0 => Ok(()),
        many => Err(Exit::data((
            format!("lines not applied: {many}; mend them and send the file again: no line is applied twice"),
            format!(
                "登録されなかった行: {many}。直してからファイルを送り直してください（同じ行が二重に登録されることはありません）"
            ),
        ))),
    }
}

/// A file that is being sent.
struct Sending<'a> {
    options: &'a Apply,
    language: Language,
    chunk: Chunk,
    counts: Counts,
}

impl Sending<'_> {
    /// Adds an entry to the next request; sends what no longer fits.
    async fn add(&mut self, line: u64, insurer: String, text: &str) -> Result<(), Exit> {
        let full = self.chunk.lines.len() == ENTRIES || self.chunk.entries.len() + text.len() > BYTES;
        if full || self.chunk.insurer != insurer {
            self.send().await?;
            self.chunk.insurer = insurer;
        }
        if !self.chunk.lines.is_empty() {
            self.chunk.entries.push(',');
        }
        self.chunk.lines.push(line);
        self.chunk.entries.push_str(text);
        Ok(())
    }

    /// Sends the next request, and prints what was refused or found.
    async fn send(&mut self) -> Result<(), Exit> {
        let Chunk { insurer, lines, entries } = std::mem::take(&mut self.chunk);
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok(()) };
        let file = self.options.file.display();
        let path = format!("/api/insurers/{insurer}/registrations");
        let body = format!("{{\"entries\":[{entries}]}}");
        let range = match (first == last, self.language) {
            (true, Language::En) => format!("line {first}"),
            (true, Language::Ja) => format!("{first}行目"),
            (false, Language::En) => format!("lines {first} to {last}"),
            (false, Language::Ja) => format!("{first}行目から{last}行目まで"),
        };
        let answer = match self.options.operator.post(&path, body.into_bytes()).await {
            Ok(answer) => answer,
            // The lines of other insurers may be good.
            Err(Unanswered::NotFound(_)) => {
                self.counts.refused += lines.len();
                let text = match self.language {
                    Language::En => format!("the server has no insurer {insurer}; load it first"),
                    Language::Ja => format!("保険者{insurer}はサーバーに登録されていません。先に読み込んでください"),
                };
                eprintln!("{file}: {range}: insurer: {text}");
                return Ok(());
            }
            Err(Unanswered::Failed(exit)) => {
                match self.language {
                    Language::En => eprintln!("{file}: {range} and what follows: not applied"),
                    Language::Ja => eprintln!("{file}: {range}と、それより後の行は登録されていません"),
                }
                return Err(exit);
            }
        };
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| {
            Exit::environment((format!("the answer is not JSON: {error}"), format!("応答がJSONではありません（{error}）")))
        })?;
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
        self.counts.applied += count("applied");
        self.counts.already_applied += count("already_applied");
        self.counts.refused += usize::try_from(count("refused")).unwrap_or(usize::MAX);
        let results = answer.get("entries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (line, result) in lines.iter().zip(results) {
            self.counts.findings += print_result(&format!("{file}:{line}"), result, self.language);
        }
        Ok(())
    }

    fn report(&self) -> Result<(), Exit> {
        let Counts { applied, already_applied, refused, findings, unread } = &self.counts;
        let text = match self.language {
            Language::En => format!(
                "applied: {applied}, already applied: {already_applied}, refused: {refused}, no entries: {unread}; \
                 {findings} findings\n"
            ),
            Language::Ja => format!(
                "登録: {applied}件、登録済み: {already_applied}件、拒否: {refused}件、登録ではない行: {unread}件、指摘: \
                 {findings}件\n"
            ),
        };
        output::print(text.as_bytes())
    }
}

/// Prints why an entry was refused and what was found, after the place of its line; returns the number of findings.
fn print_result(place: &str, result: &Value, language: Language) -> usize {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(error) = result.get("error").filter(|error| error.is_object()) {
        let title = if language == Language::Ja { "message" } else { "title" };
        eprintln!("{place}: {} {}: {}", text(error, "code"), text(error, title), text(error, "detail"));
    }
    let findings = result.get("findings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for finding in findings {
        let rule = text(finding, "rule");
        match language {
            Language::En => eprintln!(
                "{place}: finding: {} does not fit the rule {rule}: {}",
                text(finding, "registered_english"),
                text(finding, "english")
            ),
            Language::Ja => eprintln!(
                "{place}: 指摘: {}は規則{rule}に合わない: {}",
                text(finding, "registered_japanese"),
                text(finding, "japanese")
            ),
        }
    }
    findings.len()
}

/// Reads one line, and never more of it than an entry may have.
fn read_line(source: &mut impl BufRead, insurer: Option<&str>) -> std::io::Result<Line> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LINE + 1).unwrap_or(u64::MAX);
    if source.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(Line::End);
    }
    if bytes.len() > LINE && bytes.last() != Some(&b'\n') {
        skip_line(source)?;
        return Ok(fault(
            format!("the line is longer than {LINE} bytes; an entry is one JSON object on one line"),
            format!("行が{LINE}バイトを超えています。1件の登録は、1行に1つのJSONオブジェクトです"),
        ));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii();
    if bytes.is_empty() {
        return Ok(Line::Blank);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(fault("the line is not UTF-8", "行の文字コードがUTF-8ではありません"));
    };
    let Ok(Value::Object(entry)) = serde_json::from_str(text) else {
        return Ok(fault("the line is not one JSON object", "行が1つのJSONオブジェクトではありません"));
    };
    let named = entry.get("insurer").map(|number| number.as_str().map(InsurerNumber::parse));
    Ok(match (named, insurer) {
        (Some(Some(Ok(number))), _) => Line::Entry { insurer: number.to_string(), text: text.to_owned() },
        (Some(Some(Err(reason))), _) => Line::Fault(Bilingual::from(reason).map(|text| format!("insurer: {text}"))),
        (Some(None), _) => fault("insurer: must be a text", "insurer: 文字列で書いてください"),
        (None, Some(number)) => Line::Entry { insurer: number.to_owned(), text: text.to_owned() },
        (None, None) => fault(
            "the entry has no `insurer`; give it, or --insurer for all lines without one",
            "`insurer`がありません。行に書くか、--insurerで指定してください",
        ),
    })
}

fn fault(english: impl Into<Cow<'static, str>>, japanese: impl Into<Cow<'static, str>>) -> Line {
    Line::Fault((english, japanese).into())
}

/// Reads on to the end of the line, and keeps nothing of it.
fn skip_line(source: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let read = end.map_or(buffer.len(), |end| end + 1);
        source.consume(read);
        if end.is_some() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<String> {
        let mut source = text;
        std::iter::from_fn(|| match read_line(&mut source, None).unwrap() {
            Line::End => None,
            Line::Blank => Some("blank".to_owned()),
            Line::Entry { insurer, .. } => Some(insurer),
            Line::Fault(reason) => Some(reason.to_string().split(';').next().unwrap().to_owned()),
        })
        .collect()
    }

    #[test]
    fn a_line_is_an_entry_or_a_fault_and_the_next_line_is_read_anyway() {
        let mut text = b"\xef\xbb\xbf{\"insurer\":\"01130012\"}\r\n\n[1]\n{\"insurer\":\"01130013\"}\n\xff\xfe\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', 200_000));
        text.extend(b"\n{\"insurer\":7}\n{}\n{\"insurer\":\"01130012\"}");
        assert_eq!(
            lines(&text),
            [
                "01130012",
                "blank",
                "the line is not one JSON object",
                "insurer: the check digit of the insurer number is wrong",
                "the line is not UTF-8",
                "the line is longer than 65536 bytes",
                "insurer: must be a text",
                "the entry has no `insurer`",
                "01130012",
            ]
        );
    }
}
