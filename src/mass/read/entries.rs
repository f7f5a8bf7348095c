//! The people of a directory, one by one, each with everything that is registered.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::domain::{CardId, InsurerNumber, Protection, RegisteredDays, death_contradiction, plain_text, stable_id};
use crate::fixtures::FixtureFault;
use crate::language::Japanese;
use crate::mass::kind::Kind;
use crate::mass::manifest::Manifest;
use crate::store::registry::{NewCard, NewPerson};

use super::card::cards;
use super::coverage::{certificates, check_parts, coverages, ratios, tickets};
use super::distinct::{Digests, Distinct, Pairs};
use super::faults::Faults;
use super::fields::{Fields, Place};
use super::row::Row;
use super::situation::{CardSituation, Situation, situations};
use super::table::Table;

/// A person of a directory.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The person.
    pub person: NewPerson,
    /// The rules that the person's registrations contradict on purpose, by `situations.csv`.
    pub deliberate: Vec<String>,
    /// Questions by number about the person with the answers that the law expects, by `situations.csv`.
    pub situations: Vec<Situation>,
    /// The same by card.
    pub card_situations: Vec<CardSituation>,
}

/// The people of a directory in the order of `people.csv`; in the place of one with faults, those faults. After the last person follow
/// the faults that span people: values that stand twice, and rows that belong to nobody. Holds one person at a time, and for each
/// value that must be distinct 24 bytes: up to 36 MiB of them in memory, and the others in a temporary file without a name.
///
/// A load takes the people only if no item is an error.
pub struct Entries {
    days: RegisteredDays,
    /// None if not all insurers could be read.
    insurers: Option<Arc<HashSet<InsurerNumber>>>,
    /// The number of people by the description of the directory.
    wanted: u64,
    /// The numbers of rows by the description of the directory.
    counted: Vec<(Kind, u64)>,
    description: std::path::PathBuf,
    state: State,
}

enum State {
    /// Nothing can be read, for these reasons; empty once they are told.
    Closed(Faults),
    Reading(Box<Reading>),
    /// All rows are read; what stands twice is still to be told.
    Comparing(Vec<(Unique, std::path::PathBuf, Pairs)>),
}

/// What must be distinct among all people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unique {
    Person,
    CardKey,
    Certificate,
}

struct Reading {
    /// Faults that were found before the first person.
    before: Faults,
    people: Table,
    others: Vec<(Kind, Table)>,
    digests: Digests,
    ids: Distinct,
    keys: Distinct,
    certificates: Distinct,
    /// The number of rows of people.
    found: u64,
    /// The rows of the present person in each of the other files.
    rows: Vec<Vec<Row>>,
}

impl Entries {
    /// Begins to read the files of kinds in `files`, people first; tells `before` first.
    pub(super) fn begin(
        files: Vec<(Kind, std::path::PathBuf)>,
        days: RegisteredDays,
        insurers: Option<Arc<HashSet<InsurerNumber>>>,
        manifest: &Manifest,
        description: &Path,
        before: Faults,
    ) -> Self {
        let mut faults = Faults::default();
        let mut tables = Vec::new();
        for (kind, path) in files {
            match Table::open(&path, kind) {
                Ok(table) => tables.push((kind, table)),
                Err(fault) => faults.add(|| fault),
            }
        }
        let mut people = None;
        tables = tables
            .into_iter()
            .filter_map(|(kind, table)| match kind {
                Kind::People => {
                    people = Some(table);
                    None
                }
                _ => Some((kind, table)),
            })
            .collect();
        let state = match people {
            Some(people) if faults.is_empty() => State::Reading(Box::new(Reading {
                before,
                people,
                rows: tables.iter().map(|_| Vec::new()).collect(),
                others: tables,
                digests: Digests::new(),
                ids: Distinct::new(),
                keys: Distinct::new(),
                certificates: Distinct::new(),
                found: 0,
            })),
            _ => {
                let mut all = before;
                all.absorb(faults);
                State::Closed(all)
            }
        };
        let (wanted, counted) = (manifest.people, manifest.rows.clone());
        Self { days, insurers, wanted, counted, description: description.to_owned(), state }
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, Faults>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match &mut self.state {
                State::Closed(faults) => {
                    let faults = std::mem::take(faults);
                    return if faults.is_empty() { None } else { Some(Err(faults)) };
                }
                State::Reading(reading) => {
                    if !reading.before.is_empty() {
                        return Some(Err(std::mem::take(&mut reading.before)));
                    }
                    let mut faults = Faults::default();
                    match reading.person(self.days, self.insurers.as_deref(), &mut faults) {
                        Ok(Some(entry)) if faults.is_empty() => return Some(Ok(entry)),
                        Ok(None) => self.end(&mut faults),
                        Ok(Some(_)) => {}
                        Err(error) => {
                            faults.add(|| unkept(&error));
                            self.state = State::Closed(Faults::default());
                        }
                    }
                    if !faults.is_empty() {
                        return Some(Err(faults));
                    }
                }
                State::Comparing(left) => {
                    let Some((unique, path, pairs)) = left.last_mut() else {
                        self.state = State::Closed(Faults::default());
                        continue;
                    };
                    match pairs.next() {
                        Ok(Some((first, later))) => {
                            let mut faults = Faults::default();
                            faults.push(path, later, || unique.reason(first));
                            return Some(Err(faults));
                        }
                        Ok(None) => {
                            left.pop();
                        }
                        Err(error) => {
                            self.state = State::Closed(Faults::default());
                            return Some(Err(unkept(&error).into()));
                        }
                    }
                }
            }
        }
    }
}

impl Entries {
    /// Ends reading: looks for rows that belong to nobody, and compares what must be distinct.
    fn end(&mut self, faults: &mut Faults) {
        let State::Reading(reading) = std::mem::replace(&mut self.state, State::Closed(Faults::default())) else { return };
        let Reading { people, mut others, ids, keys, certificates, found, .. } = *reading;
        for (_, table) in &mut others {
            table.drain(faults);
        }
        if found != self.wanted {
            let wanted = self.wanted;
            faults.push(&self.description, 0, || {
                (
                    format!("`people` is {wanted}, but people.csv has {found} rows: a file is cut off, or rows were added"),
                    format!(
                        "`people`は{wanted}ですが、people.csvは{found}行です。途切れたファイルか、行を足したファイルです"
                    ),
                )
            });
        }
        for (kind, table) in &others {
            let wanted = self.counted.iter().find(|(one, _)| one == kind).map(|(_, rows)| *rows);
            let found = table.rows;
            if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
                faults.push(&table.path, 0, || {
                    (
                        format!(
                            "has {found} rows, but population.toml counts {wanted}: a file is cut off, or rows were added"
                        ),
                        format!(
                            "{found}行ですが、population.tomlでは{wanted}行です。途切れたファイルか、行を足したファイルです"
                        ),
                    )
                });
            }
        }
        let path = |kind: Kind| others.iter().find(|(one, _)| *one == kind).map(|(_, table)| table.path.clone());
        let mut left = Vec::new();
        // The last one is told first.
        let kinds = [
            (Unique::Certificate, path(Kind::Cards), certificates),
            (Unique::CardKey, path(Kind::Coverages), keys),
            (Unique::Person, Some(people.path), ids),
        ];
        for (unique, path, values) in kinds {
            let Some(path) = path else { continue };
            match values.pairs() {
                Ok(pairs) => left.push((unique, path, pairs)),
                Err(error) => faults.add(|| unkept(&error)),
            }
        }
        self.state = State::Comparing(left);
    }
}

impl Unique {
    fn reason(self, first: u64) -> (String, String) {
        match self {
            Self::Person => (
                format!("`person`: the id stands on line {first} too"),
                format!("`person`: idが{first}行目と重複しています"),
            ),
            Self::CardKey => (
                format!("another person has the same insurer, symbol, number and branch, on line {first}"),
                format!("保険者番号・記号・番号・枝番が、{first}行目の別の人物と同じです"),
            ),
            Self::Certificate => (
                format!("the certificate (`issuer` and `serial`) stands on line {first} too"),
                format!("証明書（`issuer`と`serial`）が{first}行目と重複しています"),
            ),
        }
    }
}

/// Says that the values to compare cannot be kept.
fn unkept(error: &io::Error) -> FixtureFault {
    let directory = std::env::temp_dir();
    FixtureFault::of_file(
        &directory,
        (
            format!("cannot keep what must be distinct (24 bytes for each value): {error}; TMPDIR names another directory"),
            format!(
                "重複を調べるための一時ファイル（値ごとに24バイト）を書けません: {}。TMPDIRで別のディレクトリーを指定できます",
                error.japanese()
            ),
        ),
    )
}

impl Reading {
    /// Reads the next person; None after the last. A person who is returned beside faults is not whole.
    fn person(
        &mut self,
        days: RegisteredDays,
        insurers: Option<&HashSet<InsurerNumber>>,
        faults: &mut Faults,
    ) -> io::Result<Option<Entry>> {
        let Some(row) = self.people.next(faults) else { return Ok(None) };
        self.found += 1;
        for ((_, table), rows) in self.others.iter_mut().zip(&mut self.rows) {
            table.take(row.field(0), rows, faults);
        }
        let of = |wanted: Kind| {
            let place = self.others.iter().position(|(kind, _)| *kind == wanted);
            place.map_or_else(
                || (&[][..], Path::new(wanted.file())),
                |place| (self.rows[place].as_slice(), self.others[place].1.path.as_path()),
            )
        };
        let file = |kind: Kind| Place { path: of(kind).1, kind, days, person: row.field(0) };
        let rows = |kind: Kind| of(kind).0;

        let of_people = Place { path: &self.people.path, kind: Kind::People, days, person: row.field(0) };
        let mut fields = Fields::of(of_people, &row, faults);
        let id = fields.require(stable_id);
        let about = fields.maybe(plain_text);
        let protection = Protection { address_withheld: fields.flag(), self_information_blocked: fields.flag() };
        let died_on = fields.maybe_date();

        let mut registered = coverages(file(Kind::Coverages), rows(Kind::Coverages), insurers, faults);
        ratios(file(Kind::Ratios), rows(Kind::Ratios), &mut registered, faults);
        certificates(file(Kind::Certificates), rows(Kind::Certificates), &mut registered, faults);
        tickets(file(Kind::Tickets), rows(Kind::Tickets), &mut registered, faults);
        check_parts(file(Kind::Coverages), rows(Kind::Coverages), &registered, faults);
        let cards = cards(file(Kind::Cards), rows(Kind::Cards), faults);
        let told = situations(file(Kind::Situations), rows(Kind::Situations), &cards, faults);

        self.ids.add(self.digests.of(row.field(0)), row.line)?;
        let mut own = Vec::new();
        for (row, coverage) in rows(Kind::Coverages).iter().zip(&registered) {
            let Some(key) = coverage.as_ref().map(|coverage| &coverage.key) else { continue };
            let branch = key.branch.as_ref().map_or("", |branch| branch.as_str());
            let digest = self.digests.of((key.search_key().as_str(), branch));
            // The person may have had one card twice.
            if !own.contains(&digest) {
                own.push(digest);
                self.keys.add(digest, row.line)?;
            }
        }
        for (row, card) in rows(Kind::Cards).iter().zip(&cards) {
            if let Some(NewCard { id: CardId { issuer, serial }, .. }) = card {
                self.certificates.add(self.digests.of((issuer, serial)), row.line)?;
            }
        }

        let whole: Option<Vec<_>> = registered.into_iter().collect();
        if let Some(reason) = died_on.and_then(|died_on| death_contradiction(died_on, whole.as_deref()?)) {
            Fields::of(of_people, &row, faults).fault(reason);
        }
        for ((_, table), rows) in self.others.iter_mut().zip(&mut self.rows) {
            table.give_back(rows.drain(..));
        }
        self.people.give_back([row]);
        let person = NewPerson {
            fixture_id: id.unwrap_or_default(),
            about: about.unwrap_or_default(),
            protection,
            died_on,
            coverages: whole.unwrap_or_default(),
            cards: cards.into_iter().flatten().collect(),
        };
        Ok(Some(Entry {
            person,
            deliberate: told.deliberate,
            situations: told.questions,
            card_situations: told.card_questions,
        }))
    }
}
