//! Reads people: the rows of one person from all files at once.

use std::collections::HashSet;
use std::io;

use crate::domain::{
    CardId, CardKind, CardState, CertificateSerial, Coverage, InsurerNumber, Protection, RegistrableDays, check_remark,
    check_stable_id, death_contradictions,
};
use crate::file_fault::FileFault;
use crate::language::{Bilingual, Japanese};
use crate::mass::Kind;
use crate::store::jlis::CardRecord;
use crate::store::registry::{NewCard, NewPerson};
use crate::wire::code;

use super::coverage::{self, Part};
use super::distinct::Distinct;
use super::table::{Fields, Table};

use data_encoding::HEXLOWER;

/// A person of the files.
#[derive(Debug)]
pub struct MassPerson {
    /// The person to load.
    pub person: NewPerson,
    /// The line of `people.csv`, from 1.
    pub line: usize,
    /// The rules that the registrations contradict on purpose, as `situations.csv` says.
    pub deliberate: Vec<String>,
}

/// The people of a directory, in their order; each is read from all files at once, so that only one is in memory. A person with faults
/// is an error that lists them. After the last person come the faults that are about all: rows of nobody, people and cards that stand
/// twice, numbers of rows that are not those of `population.toml`.
pub struct People {
    pub(super) insurers: HashSet<InsurerNumber>,
    pub(super) days: RegistrableDays,
    pub(super) people: Table,
    /// The files whose rows belong to people, from [`Kind::Coverages`] on.
    pub(super) parts: [Table; 6],
    /// The number of rows that each file must have, and that of insurers that was read.
    pub(super) rows: Option<[u64; Kind::COUNT]>,
    pub(super) ids: Distinct,
    pub(super) card_keys: Distinct,
    pub(super) certificates: Distinct,
    pub(super) finished: bool,
}

const COVERAGES: usize = 0;
const RATIOS: usize = 1;
const CERTIFICATES: usize = 2;
const CARDS: usize = 3;
const TICKETS: usize = 4;
const SITUATIONS: usize = 5;

impl Iterator for People {
    type Item = Result<MassPerson, Vec<FileFault>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let mut faults = Vec::new();
        if self.people.fill(&mut faults) {
            let person = self.person(&mut faults);
            return Some(match person {
                Some(person) if faults.is_empty() => Ok(person),
                _ => Err(faults),
            });
        }
        self.finished = true;
        self.check_whole(&mut faults);
        (!faults.is_empty()).then_some(Err(faults))
    }
}

impl People {
    /// Reads the rows of the person whose row waits.
    fn person(&mut self, faults: &mut Vec<FileFault>) -> Option<MassPerson> {
        let name = self.people.person().to_owned();
        let mut row = self.people.take(self.days, faults);
        let id = row.require(check_stable_id);
        let about = row.maybe(check_remark);
        let (address_withheld, self_information_blocked) = (row.flag(), row.flag());
        let died_on = row.maybe_date();
        let line = self.people.line();
        self.add(Which::Ids, &[name.as_bytes()], line, line, faults);
        let mut coverages = self.coverages(&name, line, faults);
        for file in [RATIOS, CERTIFICATES, TICKETS] {
            self.certify(file, &name, &mut coverages, faults);
        }
        for (coverage, line) in &coverages {
            let table = &self.parts[COVERAGES];
            faults.extend(coverage::faults(coverage).map(|reason| table.fault(*line, reason)));
        }
        let cards = self.cards(&name, line, faults);
        let deliberate = self.situations(&name, faults);
        let coverages: Vec<Coverage> = coverages.into_iter().map(|(coverage, _)| coverage).collect();
        if let Some(Some(died_on)) = died_on {
            faults
                .extend(death_contradictions(died_on, &coverages).into_iter().map(|reason| self.people.fault(line, reason)));
        }
        let protection =
            Protection { address_withheld: address_withheld?, self_information_blocked: self_information_blocked? };
        let person = NewPerson {
            fixture_id: id?,
            about: about?.unwrap_or_default(),
            protection,
            died_on: died_on?,
            coverages,
            cards,
        };
        Some(MassPerson { person, line, deliberate })
    }

    /// Reads the coverages of a person, each with its line.
    fn coverages(&mut self, name: &str, owner: usize, faults: &mut Vec<FileFault>) -> Vec<(Coverage, usize)> {
        let mut coverages = Vec::new();
        while self.waits(COVERAGES, name, faults) {
            let Some((place, coverage)) = coverage::coverage(self.take(COVERAGES, faults)) else { continue };
            let line = self.parts[COVERAGES].line();
            let wanted = coverages.len() + 1;
            if place != wanted as u64 {
                let english = format!("`coverage`: must be {wanted}: coverages are counted from 1 for each person");
                let japanese = format!("`coverage`: {wanted}としてください。資格は人ごとに1から数えます");
                faults.push(self.parts[COVERAGES].fault(line, (english, japanese)));
            }
            let insurer = coverage.key.insurer;
            if !self.insurers.contains(&insurer) {
                let english = format!("`insurer`: {insurer} is not in insurers.csv");
                faults.push(
                    self.parts[COVERAGES].fault(line, (english, format!("`insurer`: {insurer}がinsurers.csvにありません"))),
                );
            }
            let key = coverage.key.search_key();
            let branch = coverage.key.branch.as_ref().map_or("", |branch| branch.as_str());
            self.add(Which::CardKeys, &[key.as_str().as_bytes(), branch.as_bytes()], owner, line, faults);
            coverages.push((coverage, line));
        }
        coverages
    }

    /// Reads the rows of a file that belong to coverages of a person.
    fn certify(&mut self, file: usize, name: &str, coverages: &mut [(Coverage, usize)], faults: &mut Vec<FileFault>) {
        while self.waits(file, name, faults) {
            let row = self.take(file, faults);
            let read: Option<(u64, Part)> = match file {
                RATIOS => coverage::ratio(row),
                CERTIFICATES => coverage::certificate(row),
                _ => coverage::ticket(row),
            };
            let Some((place, part)) = read else { continue };
            let coverage = usize::try_from(place).ok().and_then(|place| coverages.get_mut(place.checked_sub(1)?));
            match coverage {
                Some((coverage, _)) => part.add_to(coverage),
                None => {
                    let table = &self.parts[file];
                    let english = format!("`coverage`: this person has no coverage {place}");
                    faults.push(
                        table.fault(table.line(), (english, format!("`coverage`: この人に{place}番目の資格はありません"))),
                    );
                }
            }
        }
    }

    fn cards(&mut self, name: &str, owner: usize, faults: &mut Vec<FileFault>) -> Vec<NewCard> {
        let mut cards: Vec<NewCard> = Vec::new();
        let mut in_use: Vec<CardKind> = Vec::new();
        let mut successors: Vec<(CardId, usize)> = Vec::new();
        while self.waits(CARDS, name, faults) {
            let Some(card) = card(self.take(CARDS, faults)) else { continue };
            let line = self.parts[CARDS].line();
            self.add(Which::Certificates, &[&card.id.issuer, card.id.serial.as_bytes()], owner, line, faults);
            if cards.iter().any(|other| other.id == card.id) {
                let twice = ("this certificate stands twice", "この証明書は重複しています");
                faults.push(self.parts[CARDS].fault(line, twice));
            }
            if let Some(record) = &card.record {
                if record.state == CardState::Good {
                    if in_use.contains(&record.kind) {
                        let two = (
                            "the person has two certificates of one `medium` in use",
                            "使用中の同じ`medium`の証明書が2枚あります",
                        );
                        faults.push(self.parts[CARDS].fault(line, two));
                    }
                    in_use.push(record.kind);
                }
                successors.extend(record.superseded_by.clone().map(|successor| (successor, line)));
            }
            cards.push(card);
        }
        for (_, line) in successors.iter().filter(|(id, _)| !cards.iter().any(|card| card.id == *id)) {
            let reason =
                ("`superseded_by`: this person has no such certificate", "`superseded_by`: この人にその証明書はありません");
            faults.push(self.parts[CARDS].fault(*line, reason));
        }
        cards
    }

    /// Reads the rules that the registrations of a person contradict on purpose. What else the rows say is for people who test.
    fn situations(&mut self, name: &str, faults: &mut Vec<FileFault>) -> Vec<String> {
        let mut deliberate = Vec::new();
        while self.waits(SITUATIONS, name, faults) {
            let mut row = self.take(SITUATIONS, faults);
            let situation = row.require(check_remark);
            let finding = row.last();
            if situation.is_some() && !finding.is_empty() {
                deliberate.push(finding.to_owned());
            }
        }
        deliberate
    }

    /// Reads up to the next row of a file; returns whether it is of this person.
    fn waits(&mut self, file: usize, name: &str, faults: &mut Vec<FileFault>) -> bool {
        self.parts[file].fill(faults) && self.parts[file].person() == name
    }

    /// Takes the row that waits, and its person.
    fn take<'a>(&'a mut self, file: usize, faults: &'a mut Vec<FileFault>) -> Fields<'a> {
        let mut row = self.parts[file].take(self.days, faults);
        row.skip();
        row
    }

    fn add(&mut self, which: Which, key: &[&[u8]], owner: usize, line: usize, faults: &mut Vec<FileFault>) {
        let (distinct, table) = match which {
            Which::Ids => (&mut self.ids, &self.people),
            Which::CardKeys => (&mut self.card_keys, &self.parts[COVERAGES]),
            Which::Certificates => (&mut self.certificates, &self.parts[CARDS]),
        };
        if let Err(error) = distinct.add(key, owner, line) {
            faults.push(table.fault(0, not_compared(&error)));
        }
    }

    /// Adds the faults that are about all people.
    fn check_whole(&mut self, faults: &mut Vec<FileFault>) {
        for table in &mut self.parts {
            if table.fill(faults) {
                let reason = (
                    "`person`: is not in people.csv, or stands there before the person of the row above; what follows was not read",
                    "`person`: people.csvにないか、上の行の人より前にあります。これより後の行は読んでいません",
                );
                faults.push(table.fault(table.line(), reason));
                continue;
            }
        }
        let given = [&self.people].into_iter().chain(&self.parts).map(|table| table.rows);
        if let Some(rows) = self.rows
            && faults.is_empty()
        {
            // The insurers were counted before.
            for ((table, given), wanted) in [&self.people].into_iter().chain(&self.parts).zip(given).zip(&rows[1..]) {
                if given != *wanted {
                    faults.push(table.fault(0, rows_differ(given, *wanted)));
                }
            }
        }
        let ids = std::mem::take(&mut self.ids);
        let keys = std::mem::take(&mut self.card_keys);
        let certificates = std::mem::take(&mut self.certificates);
        twice(ids, &self.people, ("the same person", "同じ人"), faults);
        twice(
            keys,
            &self.parts[COVERAGES],
            ("the same insurer, symbol, number and branch, of another person", "別の人の、同じ保険者番号・記号・番号・枝番"),
            faults,
        );
        twice(certificates, &self.parts[CARDS], ("the same certificate, of another person", "別の人の、同じ証明書"), faults);
    }
}

/// Makes the fault of a file with another number of rows than `population.toml` says.
pub(super) fn rows_differ(given: u64, wanted: u64) -> Bilingual {
    (
        format!(
            "has {given} rows, but population.toml says {wanted}: a part is missing, or the file is of another population"
        ),
        format!("{given}行ありますが、population.tomlでは{wanted}行です。一部が欠けているか、別の人々のファイルです"),
    )
        .into()
}

/// What must be distinct.
enum Which {
    Ids,
    CardKeys,
    Certificates,
}

fn not_compared(error: &io::Error) -> Bilingual {
    let japanese = format!("重複を調べるための一時ファイルを使えません: {}", error.japanese());
    (format!("cannot use a temporary file to look for what stands twice: {error}"), japanese).into()
}

/// Adds a fault for each key that stands twice.
fn twice(keys: Distinct, table: &Table, (english, japanese): (&str, &str), faults: &mut Vec<FileFault>) {
    let found = keys.finish(|twice| {
        let first = twice.first;
        let english = format!("stands twice: line {first} has {english}");
        faults.push(table.fault(twice.line, (english, format!("重複しています: {first}行目に{japanese}があります"))));
    });
    if let Err(error) = found {
        faults.push(table.fault(0, not_compared(&error)));
    }
}

fn octets(text: &str) -> Result<Vec<u8>, (&'static str, &'static str)> {
    let octets = HEXLOWER.decode(text.as_bytes()).ok();
    octets.ok_or(("must be octets in lower-case hexadecimal", "小文字の16進数で書いてください"))
}

fn issuer(text: &str) -> Result<Vec<u8>, (&'static str, &'static str)> {
    let octets = octets(text)?;
    if octets.len() <= 64 { Ok(octets) } else { Err(("must have 64 octets at most", "64バイトまでです")) }
}

fn serial(text: &str) -> Result<CertificateSerial, (&'static str, &'static str)> {
    let wrong = ("a serial number has 1 to 20 octets and is positive", "シリアル番号は1〜20バイトの正の数です");
    CertificateSerial::new(&octets(text)?).map_err(|_| wrong)
}

fn card(mut row: Fields<'_>) -> Option<NewCard> {
    let (issuer, serial_number) = (row.require(issuer), row.require(serial));
    let kind = row
        .maybe_code(code::parse_card_kind, ("must be card, android or ios", "card、android、iosのどれかを書いてください"));
    let states = ["good", "revoked", "superseded", "unknown"];
    let state = row.require(|text| {
        states.into_iter().find(|state| *state == text).ok_or((
            "must be good, revoked, superseded or unknown",
            "good、revoked、superseded、unknownのどれかを書いてください",
        ))
    })?;
    if state == "unknown" {
        row.none(6);
        let id = CardId { issuer: issuer?, serial: serial_number? };
        if kind?.is_some() {
            row.fault((
                "`medium` must be empty if J-LIS does not know the certificate",
                "J-LISが知らない証明書の`medium`は空にしてください",
            ));
        }
        return Some(NewCard { id, record: None });
    }
    let reason = row.maybe_code(
        code::parse_revocation_reason,
        ("must be lost, key_compromise or ceased", "lost、key_compromise、ceasedのどれかを書いてください"),
    );
    let (changed_at, as_of) = (row.instant(), row.maybe_instant());
    let (valid_from, valid_through) = (row.instant(), row.instant());
    let superseded_by = row.maybe(|text| {
        let form = (
            "must be issuer and serial number with a colon between them",
            "発行者とシリアル番号をコロンでつないで書いてください",
        );
        let (by_issuer, by_serial) = text.split_once(':').ok_or(form)?;
        Ok::<_, (&str, &str)>(CardId { issuer: self::issuer(by_issuer)?, serial: serial(by_serial)? })
    });
    let state = match (state, reason?) {
        ("revoked", Some(reason)) => Some(CardState::Revoked(reason)),
        ("good", None) => Some(CardState::Good),
        ("superseded", None) => Some(CardState::Superseded),
        _ => None,
    };
    if state.is_none() {
        row.fault(("`reason` goes with the state revoked", "`reason`は状態revokedと一緒に使います"));
    }
    let id = CardId { issuer: issuer?, serial: serial_number? };
    let Some(kind) = kind? else {
        row.fault(("`medium` must not be empty", "`medium`は空にはできません"));
        return None;
    };
    let (state, valid_from, valid_through, superseded_by) = (state?, valid_from?, valid_through?, superseded_by?);
    if valid_through < valid_from {
        row.fault(("`valid_through` lies before `valid_from`", "`valid_through`が`valid_from`より前です"));
    }
    if superseded_by.is_some() && state != CardState::Superseded {
        row.fault(("`superseded_by` goes with the state superseded", "`superseded_by`は状態supersededと一緒に使います"));
    }
    let record = CardRecord {
        id: id.clone(),
        kind,
        state,
        superseded_by,
        changed_at: changed_at?,
        as_of: as_of?,
        valid_from,
        valid_through,
    };
    Some(NewCard { id, record: Some(record) })
}
