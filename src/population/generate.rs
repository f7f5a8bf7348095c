//! Makes a population: blocks of households on several threads, written in their order.

use std::borrow::Cow;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use jiff::civil::{Date, date};

use crate::language::Japanese;
use crate::mass::{Draft, DraftError, Kind, MadeFrom, Manifest, Packing, Rows};

use super::frame::{Frame, Made};
use super::insurers::Insurers;
use super::numbers::{HOUSEHOLDS, Numbers};
use super::people::household;
use super::profile::Profile;

/// What is made.
#[derive(Debug, Clone)]
pub struct Order {
    /// The number of people.
    pub people: u64,
    /// The seed: one seed always makes the same people.
    pub seed: u64,
    /// The day as of which the population is made.
    pub as_of: Date,
    /// The shares.
    pub profile: Profile,
    /// The number of threads; it does not affect what is made.
    pub threads: NonZero<usize>,
}

/// The first and the last day as of which a population can be made: certificates reach back for two years before the last August,
/// and 2割 of 後期高齢者医療 begins in October 2022; codes of categories are known until July 2027.
pub const AS_OF: (Date, Date) = (date(2025, 8, 1), date(2027, 7, 31));

/// The day as of which a population is made by default. It does not follow the calendar, so that one seed makes the same people on every
/// day.
pub const DEFAULT_AS_OF: Date = date(2026, 12, 1);

/// The most people.
pub const MOST_PEOPLE: u64 = 130_000_000;

/// The reason why nothing is made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The day is outside of what is known.
    #[error(
        "a population can be made as of {first} through {last}, not {0}: its certificates go back for two years before August, all \
         under the law since October 2022 (2割 of 後期高齢者医療), and the codes of 適用区分 are known until July 2027",
        first = AS_OF.0,
        last = AS_OF.1
    )]
    AsOf(Date),
    /// Too many people or none.
    #[error("a population has 1 to {MOST_PEOPLE} people, not {0}")]
    People(u64),
    /// It was stopped.
    #[error("stopped; nothing was written")]
    Stopped,
    /// It cannot be written.
    #[error(transparent)]
    Draft(#[from] DraftError),
}

impl Japanese for GenerateError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::AsOf(day) => {
                let (first, last) = AS_OF;
                format!(
                    "{first}から{last}までの時点の人々を作れます（{day}は不可）。証類は直前の8月より2年前までさかのぼり、すべて2022年10月\
                     からの法令（後期高齢者医療の2割）によります。適用区分のコードが分かっているのは2027年7月までです"
                )
                .into()
            }
            Self::People(people) => format!("人数は1から{MOST_PEOPLE}までです（{people}は不可）").into(),
            Self::Stopped => "中止しました。何も書いていません".into(),
            Self::Draft(error) => error.japanese(),
        }
    }
}

/// Households of one block; it bounds the memory, and does not affect what is made.
const BLOCK: u64 = 512;

/// Makes a population in the directory `out`, which must not exist or be empty. `progress` is told the number of people written;
/// if `stop` becomes true, nothing is left behind.
///
/// # Errors
/// See [`GenerateError`]; then `out` is as it was.
pub fn generate(order: &Order, out: &Path, stop: &AtomicBool, progress: impl FnMut(u64)) -> Result<(), GenerateError> {
    generate_packed(order, out, Packing::Plain, stop, progress)
}

/// As [`generate()`], with files that are compressed or not.
///
/// # Errors
/// See [`GenerateError`]; then `out` is as it was.
pub fn generate_packed(
    order: &Order,
    out: &Path,
    packing: Packing,
    stop: &AtomicBool,
    progress: impl FnMut(u64),
) -> Result<(), GenerateError> {
    check(order)?;
    let mut draft = Draft::begin(out, &Kind::GENERATED, packing)?;
    let mut insurers = Rows::default();
    for insurer in &Insurers::get().list {
        insurers.insurer(insurer);
    }
    draft.append(&insurers)?;
    blocks(order, stop, progress, |rows| draft.append(rows))?;
    let made = MadeFrom { seed: order.seed, as_of: order.as_of, profile: order.profile.sha256().to_owned() };
    let manifest = Manifest { people: order.people, made: Some(made), rows: Vec::new() };
    draft.finish(&manifest)?;
    Ok(())
}

fn check(order: &Order) -> Result<(), GenerateError> {
    if !(AS_OF.0..=AS_OF.1).contains(&order.as_of) {
        return Err(GenerateError::AsOf(order.as_of));
    }
    if !(1..=MOST_PEOPLE).contains(&order.people) {
        return Err(GenerateError::People(order.people));
    }
    Ok(())
}

/// Makes the people of an order in memory, household by household without end of its own: the caller takes as many as it wants. They are
/// the people of [`generate()`], in its order.
pub fn households(order: &Order) -> impl Iterator<Item = Vec<Made>> + Send + use<> {
    let (order, numbers) = (order.clone(), Numbers::new(order.seed));
    (0..HOUSEHOLDS).map(move |number| {
        let frame = Frame { seed: order.seed, as_of: order.as_of, profile: &order.profile, numbers: &numbers };
        household(&frame, number)
    })
}

/// Makes the rows of all people, and hands them on block by block in the order of the households.
fn blocks(
    order: &Order,
    stop: &AtomicBool,
    mut progress: impl FnMut(u64),
    mut write: impl FnMut(&Rows) -> Result<(), DraftError>,
) -> Result<(), GenerateError> {
    let numbers = Numbers::new(order.seed);
    let frame = Frame { seed: order.seed, as_of: order.as_of, profile: &order.profile, numbers: &numbers };
    let finished = AtomicBool::new(false);
    let threads = order.threads.get() as u64;
    thread::scope(|scope| {
        // Thread t makes the blocks t, t + threads, …; each waits until its last but one block is taken.
        let made: Vec<Receiver<Rows>> = (0..threads)
            .map(|thread| {
                let (send, receive) = sync_channel(1);
                let (frame, finished) = (&frame, &finished);
                scope.spawn(move || make(frame, thread, threads, finished, &send));
                receive
            })
            .collect();
        let mut written = 0;
        let result = 'all: loop {
            for receive in &made {
                if stop.load(Ordering::Relaxed) {
                    break 'all Err(GenerateError::Stopped);
                }
                let Ok(mut rows) = receive.recv() else { break 'all Err(GenerateError::People(order.people)) };
                let wanted = order.people - written;
                rows.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
                written += rows.people() as u64;
                if let Err(error) = write(&rows) {
                    break 'all Err(error.into());
                }
                progress(written);
                if written == order.people {
                    break 'all Ok(());
                }
            }
        };
        finished.store(true, Ordering::Relaxed);
        // Wakes threads that wait to hand on a block.
        drop(made);
        result
    })
}

/// Makes every block of one thread until nobody wants more.
fn make(frame: &Frame<'_>, thread: u64, threads: u64, finished: &AtomicBool, send: &SyncSender<Rows>) {
    let mut block = thread;
    while !finished.load(Ordering::Relaxed) {
        let mut rows = Rows::default();
        for number in block * BLOCK..(block + 1) * BLOCK {
            if number >= HOUSEHOLDS {
                break;
            }
            for (person, questions) in household(frame, number) {
                rows.person(&person, &questions);
            }
        }
        if rows.people() == 0 || send.send(rows).is_err() {
            return;
        }
        block += threads;
    }
}
