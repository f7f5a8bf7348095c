//! `shikaku ask card`: asks by マイナンバーカード with a virtual card.

use data_encoding::BASE64;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::clock::{system_now, tokyo_date};
use crate::domain::{AnswerCharset, Consent, Consents, HolderVerification, TreatmentKind};
use crate::fixtures::CardAsk;
use crate::language::{Bilingual, Japanese, Language};
use crate::pki::VirtualCard;
use crate::terminal::Connection;
use crate::wire::code;
use crate::wire::message::by_certificate::NewRequest;

use super::explain;
use super::terminal::{OutputOptions, TerminalOptions};
use crate::cli::day::day;
use crate::cli::exit::Exit;
use crate::cli::operator::OperatorOptions;

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// A person of the fixtures, whose first card is shown, or the name of a card below pki/cards
    #[arg(long, value_name = "ID")]
    person: String,
    /// 資格確認日; the fixture's, or today in Tokyo
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
    /// What the patient consents to: all, none, or a list such as limit,drug; by default the fixture's, or all
    #[arg(long, value_name = "LIST", value_parser = parse_consents)]
    consent: Option<Consents>,
    /// How the holder is made sure of: pin, face, visual or phone; by default the fixture's, or pin
    #[arg(long, value_name = "WAY", value_parser = parse_holder)]
    holder: Option<HolderVerification>,
    /// 診療区分: 1 外来, 2 訪問診療等, 3 オンライン診療等; by default the fixture's, or 1
    #[arg(long, value_name = "CODE", value_parser = parse_treatment)]
    treatment: Option<TreatmentKind>,
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
    let fixtures = options.terminal.fixtures.read(language)?;
    let fixture = fixtures.card(&options.person);
    let ask = fixture.map(|card| &card.ask);
    let caller = options.terminal.caller(ask.and_then(|ask| ask.institution), language)?;
    let name = fixture.map_or(options.person.as_str(), |card| card.name.as_str());
    let card = VirtualCard::open(&caller.files, name).map_err(|error| {
        let why = error.japanese();
        Exit::usage(match fixture {
            Some(_) => (format!("{error}; `shikaku pki init` makes it"), format!("{why}。`shikaku pki init`で作れます")),
            None => (
                format!("{error}; `shikaku pki card --person {name}` makes a card for a person"),
                format!("{why}。人物のカードは`shikaku pki card --person {name}`で作れます"),
            ),
        })
    })?;

    let shown = question(&options, ask);
    let mut connection = caller.connect().await?;
    let challenge = challenge(&mut connection, shown.treatment).await?;
    let signature = match shown.holder.signs() {
        true => Some(card.sign(&challenge.nonce()?)?),
        false => None,
    };
    let format = options.output.wire();
    let request = NewRequest {
        institution: caller.institution.as_str(),
        file_identifier: None,
        check_on: shown.check_on,
        certificate: card.certificate(),
        holder: shown.holder,
        challenge: challenge.challenge_id,
        signature: signature.as_deref(),
        treatment: shown.treatment,
        consents: shown.consents,
    };
    let reply = connection.ask("/card/lookups", format, request.write(format, AnswerCharset::Utf8)).await?;
    options.output.print(&reply, language)?;
    if options.explain {
        let words: Vec<&str> = shown.consents.iter().map(code::consent_word).collect();
        let certificate = std::fs::read_to_string(caller.files.card(name)).map_err(Exit::environment)?;
        let question = json!({
            "certificate": certificate, "check_on": shown.check_on, "consents": words,
            "institution": caller.institution.as_str(),
        });
        let answer = options.output.parse(&reply)?;
        explain::print(&options.operator, question.to_string().into_bytes(), &answer, language).await?;
    }
    Ok(())
}

/// Returns what happens at the reader: the fixture's values, replaced by those of the command line.
fn question(options: &Options, fixture: Option<&CardAsk>) -> CardAsk {
    let usual = CardAsk {
        check_on: tokyo_date(system_now()),
        holder: HolderVerification::Pin,
        treatment: TreatmentKind::Outpatient,
        consents: Consents::all(),
        institution: None,
    };
    let known = fixture.unwrap_or(&usual);
    CardAsk {
        check_on: options.on.unwrap_or(known.check_on),
        holder: options.holder.unwrap_or(known.holder),
        treatment: options.treatment.unwrap_or(known.treatment),
        consents: options.consent.unwrap_or(known.consents),
        institution: None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Challenge {
    challenge_id: Uuid,
    nonce: String,
}

impl Challenge {
    fn nonce(&self) -> Result<Vec<u8>, Exit> {
        BASE64
            .decode(self.nonce.as_bytes())
            .map_err(|_| Exit::data(("the server's challenge is not base64", "サーバーのチャレンジがbase64ではありません")))
    }
}

async fn challenge(connection: &mut Connection, treatment: TreatmentKind) -> Result<Challenge, Exit> {
    let wanted = format!(r#"{{"MedicalTreatmentFlag":"{}"}}"#, code::treatment(treatment));
    let reply = connection.post("/card/challenges", "application/json", &[], wanted).await?;
    let text = || {
        let body = String::from_utf8_lossy(&reply.body);
        Exit::data((
            format!("the server gave no challenge: {body}"),
            format!("サーバーがチャレンジを返しませんでした: {body}"),
        ))
    };
    if !reply.status.is_success() {
        return Err(text());
    }
    serde_json::from_slice(&reply.body).map_err(|_| text())
}

fn parse_consents(text: &str) -> Result<Consents, Bilingual> {
    match text {
        "all" => Ok(Consents::all()),
        "none" => Ok(Consents::NONE),
        list => {
            list.split(',').map(|word| code::parse_consent_word(word.trim()).ok_or(word)).collect::<Result<_, _>>().map_err(
                |word| {
                    let known: Vec<&str> = Consent::ALL.into_iter().map(code::consent_word).collect();
                    let known = known.join(", ");
                    (format!("{word} is none of {known}"), format!("{word}は次のどれでもありません: {known}")).into()
                },
            )
        }
    }
}

fn parse_holder(word: &str) -> Result<HolderVerification, Bilingual> {
    let wrong = ("must be pin, face, visual or phone", "pin、face、visual、phoneのどれかを指定してください");
    code::parse_holder(word).ok_or_else(|| wrong.into())
}

fn parse_treatment(word: &str) -> Result<TreatmentKind, Bilingual> {
    let wrong = ("must be 1, 2 or 3", "1、2、3のどれかを指定してください");
    code::parse_treatment(word).ok_or_else(|| wrong.into())
}
