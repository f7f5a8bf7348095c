//! Loads a directory of the mass format, and shows how far it has come.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc::{Sender, channel};

use crate::clock::{system_now, tokyo_date};
use crate::file_fault::FileFault;
use crate::language::{Bilingual, Japanese, Language};
use crate::mass::MassDirectory;
use crate::store::Store;
use crate::store::registry::{Batch, LoadCounts, NewPerson, Progress};

use super::exit::Exit;
use super::output;
use super::progress;
use super::run::Signals;

/// People that are handed on at once.
const BATCH: usize = 1_000;

/// The most faults that are shown; the others are counted.
const SHOWN: usize = 1_000;

/// Loads the directory in one transaction. Faults are printed to standard error; then nothing has changed.
pub(super) async fn load(directory: &Path, store: &Store, reset: bool, language: Language) -> Result<(), Exit> {
    let at = system_now();
    let mass = MassDirectory::open(directory, tokyo_date(at))
        .map_err(|faults| refused(directory, &faults, faults.len(), language))?;
    let people = mass.people().map_err(|faults| refused(directory, &faults, faults.len(), language))?;
    let total = mass.manifest().rows.map(|rows| rows[1]);
    let bar = bar(total, language);
    let mut signals = Signals::listen()?;
    let (send, receive) = channel(4);
    let reading = tokio::task::spawn_blocking(move || read(people, &send));
    let told = Arc::new(bar.clone());
    let tell = move |progress: Progress| show(&told, progress, language);
    let loaded = tokio::select! {
        loaded = store.load_mass(mass.insurers(), receive, at, reset, &tell) => Some(loaded),
        () = signals.stop() => None,
    };
    bar.finish_and_clear();
    let Some(loaded) = loaded else {
        // The load's connections are closed, which ends its transaction.
        store.forget_load().await?;
        return Err(Exit::environment(("stopped; nothing was loaded", "中止しました。何も読み込んでいません")));
    };
    let loaded = loaded?;
    let (faults, number) = reading.await.expect("reading does not panic");
    match loaded {
        Some(counts) => output::print(summary(counts, language).as_bytes()),
        None => Err(refused(directory, &faults, number, language)),
    }
}

/// Reads everybody; the first faults, and the number of all. After a fault nobody is handed on, so that nothing is loaded.
fn read(people: crate::mass::People, send: &Sender<Batch>) -> (Vec<FileFault>, usize) {
    let (mut faults, mut number) = (Vec::new(), 0);
    let mut batch: Vec<NewPerson> = Vec::with_capacity(BATCH);
    for person in people {
        match person {
            Ok(read) if number == 0 => {
                batch.push(read.person);
                if batch.len() == BATCH && send.blocking_send(Batch::People(std::mem::take(&mut batch))).is_err() {
                    // The load has failed, and says why.
                    return (faults, number);
                }
            }
            Ok(_) => {}
            Err(found) => {
                number += found.len();
                let room = SHOWN.saturating_sub(faults.len());
                faults.extend(found.into_iter().take(room));
            }
        }
    }
    if number == 0 {
        // If the load has failed meanwhile, it says why.
        let _ = send.blocking_send(Batch::People(batch)).and_then(|()| send.blocking_send(Batch::End));
    }
    (faults, number)
}

/// Prints faults, and says how many there are in all.
pub(super) fn refused(directory: &Path, faults: &[FileFault], number: usize, language: Language) -> Exit {
    for fault in faults {
        match language {
            Language::Ja => eprintln!("{}", fault.japanese()),
            Language::En => eprintln!("{fault}"),
        }
    }
    let directory = directory.display();
    let noun = if number == 1 { "fault" } else { "faults" };
    let (more, more_japanese) = match number - faults.len() {
        0 => (String::new(), String::new()),
        more => (format!(", of which {more} are not shown"), format!("（うち{more}件は表示していません）")),
    };
    Exit::data((
        format!("{number} {noun} in {directory}{more}; nothing was loaded"),
        format!("{directory}に{number}件の誤りがあります{more_japanese}。何も読み込みませんでした"),
    ))
}

fn summary(counts: LoadCounts, language: Language) -> String {
    let LoadCounts { insurers, people, coverages, cards, .. } = counts;
    match language {
        Language::Ja => format!("loaded: 保険者{insurers}、人物{people}（資格{coverages}、カード{cards}）\n"),
        Language::En => {
            format!("loaded: {insurers} insurers, {people} people with {coverages} coverages and {cards} cards\n")
        }
    }
}

fn show(bar: &ProgressBar, progress: Progress, language: Language) {
    let step = |text: Bilingual| {
        bar.set_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("a template of known names"));
        bar.set_message(text.text(language).to_owned());
    };
    match progress {
        // The bar itself would print nothing unless standard error is a terminal.
        Progress::Leftovers => bar.suspend(|| match language {
            Language::Ja => eprintln!("途中で止められた以前の読み込みの残りを取り除きました"),
            Language::En => eprintln!("removed what a load left that was killed"),
        }),
        Progress::People(people) => bar.set_position(people),
        Progress::Keeping => step(("copying what is kept of the registry", "残す登録を写しています").into()),
        Progress::Index(name) => step((format!("making {name}"), format!("{name}を作っています")).into()),
        Progress::References => step(("checking references", "参照を確かめています").into()),
        Progress::Swap => step(("waiting for running lookups, then swapping", "実行中の照会を待って切り替えます").into()),
    }
}

fn bar(people: Option<u64>, language: Language) -> ProgressBar {
    let bar = match people {
        Some(people) => ProgressBar::new(people).with_style(progress::people(language)),
        None => ProgressBar::new_spinner(),
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
