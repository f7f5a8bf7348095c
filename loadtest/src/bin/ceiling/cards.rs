//! Lookups by マイナンバーカード: the cards of some people, and messages with real signatures, made ahead of a window.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use data_encoding::BASE64;
use hyper::body::Bytes;
use jiff::civil::Date;
use serde::Deserialize;
use shikaku::domain::{AnswerCharset, Consent, HolderVerification, TreatmentKind};
use shikaku::language::Bilingual;
use shikaku::pki::VirtualCard;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use shikaku::wire::message::by_certificate::NewRequest;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::client::{CONNECTIONS, Way, ask, broken};
use crate::people::{Asked, INSTITUTION};
use crate::server::Server;

/// How long it may take to make the messages of a window: a challenge holds for a minute, and the window must fit into it too.
const MAKING: Duration = Duration::from_secs(40);

/// How long one card may take: the search for the primes of its key has no end that is sure.
const ONE: Duration = Duration::from_secs(60);

/// The cards of people who are asked about by card.
pub struct Cards(Vec<Arc<Held>>);

struct Held {
    card: VirtualCard,
    check_on: Date,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Challenge {
    challenge_id: Uuid,
    nonce: String,
}

impl Cards {
    /// Makes a card for each of these people, on every core.
    ///
    /// # Errors
    /// If one cannot be made.
    pub async fn make(server: &Server, people: &[&Asked]) -> Result<Self, Bilingual> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        for few in people.chunks(cores) {
            let making: Vec<_> = few.iter().map(|person| server.card(&person.id)).collect::<Result<_, _>>()?;
            for card in making {
                card.success(ONE).await?;
            }
        }
        let held = |person: &&Asked| {
            let card = VirtualCard::open(&server.pki, &person.id)?;
            Ok(Arc::new(Held { card, check_on: person.ask.check_on }))
        };
        people.iter().map(held).collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// Returns how many there are.
    pub fn number(&self) -> usize {
        self.0.len()
    }

    /// Gets so many challenges, and signs each with a card.
    ///
    /// # Errors
    /// If the server gives no challenge, or not in time.
    pub async fn messages(&self, terminal: &Terminal, format: Format, number: usize) -> Result<Vec<Bytes>, Bilingual> {
        let making = async {
            let mut tasks = JoinSet::new();
            let next = Arc::new(AtomicUsize::new(0));
            for _ in 0..CONNECTIONS {
                let (terminal, next, cards) = (terminal.clone(), next.clone(), self.0.clone());
                tasks.spawn(async move {
                    let mut connection = terminal.connect().await.map_err(broken)?;
                    let mut made = Vec::new();
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        if place >= number {
                            return Ok::<_, Bilingual>(made);
                        }
                        let way = Way::Post { path: "/card/challenges", format: Format::Json };
                        let reply = ask(&mut connection, &way, Bytes::from_static(b"{}")).await.map_err(broken)?;
                        made.push(signed(&cards[place % cards.len()], &reply.body, format)?);
                    }
                });
            }
            let mut all = Vec::with_capacity(number);
            while let Some(made) = tasks.join_next().await {
                all.extend(made.map_err(|error| Bilingual::from((error.to_string(), error.to_string())))??);
            }
            Ok(all)
        };
        tokio::time::timeout(MAKING, making).await.unwrap_or_else(|_| {
            let seconds = MAKING.as_secs();
            Err((
                format!("{number} challenges were not signed within {seconds} s"),
                format!("{number}件のチャレンジの署名が{seconds}秒で終わりませんでした"),
            )
                .into())
        })
    }
}

fn signed(held: &Held, challenge: &[u8], format: Format) -> Result<Bytes, Bilingual> {
    let unknown = || Bilingual::from(("the server gave no challenge", "サーバーがチャレンジを返しませんでした"));
    let challenge: Challenge = serde_json::from_slice(challenge).map_err(|_| unknown())?;
    let nonce = BASE64.decode(challenge.nonce.as_bytes()).map_err(|_| unknown())?;
    let signature = held.card.sign(&nonce)?;
    let request = NewRequest {
        institution: INSTITUTION,
        file_identifier: None,
        check_on: held.check_on,
        certificate: held.card.certificate(),
        holder: HolderVerification::Pin,
        challenge: challenge.challenge_id,
        signature: Some(&signature),
        treatment: TreatmentKind::Outpatient,
        consents: [Consent::Limit].into_iter().collect(),
    };
    Ok(request.write(format, AnswerCharset::Utf8).into())
}
