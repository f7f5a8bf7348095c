//! Lookups by マイナンバーカード: messages with real signatures over real challenges, made ahead of a window.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::body::Bytes;
use shikaku::domain::InstitutionCode;
use shikaku::language::Bilingual;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use shikaku_load::people::Holder;
use shikaku_load::scenario::by_card;
use tokio::task::JoinSet;

use crate::client::{CONNECTIONS, broken};
use crate::people::INSTITUTION;

/// How long it may take to make the messages of a window: a challenge holds for a minute, and the window must fit into it too.
const MAKING: Duration = Duration::from_secs(40);

/// The holders of cards who are asked about by card.
pub struct Cards(Vec<Arc<Holder>>);

impl Cards {
    /// Takes these holders.
    ///
    /// # Errors
    /// If there are none.
    pub fn of(holders: Vec<Holder>) -> Result<Self, Bilingual> {
        if holders.is_empty() {
            return Err(("nobody has a card in use", "使用中のカードを持つ人物がいません").into());
        }
        Ok(Self(holders.into_iter().map(Arc::new).collect()))
    }

    /// Returns how many there are.
    pub fn number(&self) -> usize {
        self.0.len()
    }

    /// Gets so many challenges, and lets a card sign each, the next ones after those of the window before.
    ///
    /// # Errors
    /// If the server gives no challenge, or not in time.
    pub async fn messages(
        &self,
        terminal: &Terminal,
        format: Format,
        number: usize,
        window: usize,
    ) -> Result<Vec<Bytes>, Bilingual> {
        let making = async {
            let mut tasks = JoinSet::new();
            let next = Arc::new(AtomicUsize::new(0));
            let from = window * number;
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
                        let holder = &cards[(from + place) % cards.len()];
                        let asked = by_card::challenge_message(holder);
                        let reply = connection.ask(&asked.path, asked.format, asked.body).await.map_err(broken)?;
                        made.push(signed(holder, &reply.body, format)?);
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

/// Lets the card sign a challenge; returns the message.
fn signed(holder: &Holder, challenge: &[u8], format: Format) -> Result<Bytes, Bilingual> {
    let unknown = || Bilingual::from(("the server gave no challenge", "サーバーがチャレンジを返しませんでした"));
    let signed = by_card::sign(holder, by_card::challenge(challenge).ok_or_else(unknown)?)?;
    let message = by_card::message(format, InstitutionCode::parse(INSTITUTION)?, holder, &signed)?;
    Ok(message.ok_or_else(unknown)?.body.into())
}
