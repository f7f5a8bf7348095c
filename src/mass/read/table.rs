//! Reads the rows of one file, and the fields of a row in the order of its columns.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::domain::{CopayRatio, Period, RegistrableDays, parse_date};
use crate::file_fault::FileFault;
use crate::language::{Bilingual, Japanese};
use crate::mass::Kind;

use super::lines::Lines;
use super::row::Row;

/// One file of the mass format.
pub(super) struct Table {
    pub path: PathBuf,
    kind: Kind,
    lines: Lines,
    row: Row,
    /// Whether `row` has been read and not been taken.
    waiting: bool,
    /// The number of rows that were read, those with faults included.
    pub rows: u64,
}

impl Table {
    /// Opens a file of `directory`, and reads its first line.
    pub fn open(directory: &Path, kind: Kind) -> Result<Self, FileFault> {
        let path = directory.join(kind.file());
        let lines = Lines::open(&path).map_err(|error| {
            let japanese = error.japanese().into_owned();
            FileFault::of_file(&path, (error.to_string(), japanese))
        })?;
        let mut table = Self { path, kind, lines, row: Row::default(), waiting: false, rows: 0 };
        table.check_columns().map_err(|reason| FileFault { file: table.path.clone(), line: 1, reason })?;
        Ok(table)
    }

    fn check_columns(&mut self) -> Result<(), Bilingual> {
        let columns = self.kind.columns();
        let wanted = columns.join(",");
        let names = || {
            let english = format!("the first line must name the columns: {wanted}");
            Bilingual::from((english, format!("1行目には次の列名を書いてください: {wanted}")))
        };
        let line = self.lines.next().ok_or_else(names)??;
        self.row.split(line)?;
        let right =
            self.row.len() == columns.len() && columns.iter().enumerate().all(|(at, name)| self.row.field(at) == *name);
        if right { Ok(()) } else { Err(names()) }
    }

    /// Makes a fault of a line.
    pub fn fault(&self, line: usize, reason: impl Into<Bilingual>) -> FileFault {
        FileFault { file: self.path.clone(), line, reason: reason.into() }
    }

    /// Reads up to the next row with the right number of fields, which waits until it is taken. False after the last row. Others are
    /// faults.
    pub fn fill(&mut self, faults: &mut Vec<FileFault>) -> bool {
        while !self.waiting {
            let read = match self.lines.next() {
                None => return false,
                Some(line) => line.and_then(|line| self.row.split(line)),
            };
            self.row.line = self.lines.number();
            self.rows += 1;
            let (given, wanted) = (self.row.len(), self.kind.columns().len());
            let read = read.and_then(|()| {
                let fields = || {
                    (
                        format!("a row has {wanted} fields; this one has {given}"),
                        format!("1行は{wanted}項目です。この行には{given}項目あります"),
                    )
                };
                if given == wanted { Ok(()) } else { Err(fields().into()) }
            });
            match read {
                Ok(()) => self.waiting = true,
                Err(reason) => faults.push(self.fault(self.row.line, reason)),
            }
        }
        true
    }

    /// Returns the first field of the row that waits: the person.
    pub fn person(&self) -> &str {
        self.row.field(0)
    }

    /// Returns the line of the row that waits or was taken last.
    pub fn line(&self) -> usize {
        self.row.line
    }

    /// Takes the row that waits.
    pub fn take<'a>(&'a mut self, days: RegistrableDays, faults: &'a mut Vec<FileFault>) -> Fields<'a> {
        self.waiting = false;
        Fields { path: &self.path, columns: self.kind.columns(), row: &self.row, place: 0, days, faults }
    }
}

/// The fields of a row, taken in the order of the columns. What cannot be read is None, and a fault.
pub(super) struct Fields<'a> {
    path: &'a Path,
    columns: &'static [&'static str],
    row: &'a Row,
    /// The place of the next field.
    place: usize,
    days: RegistrableDays,
    faults: &'a mut Vec<FileFault>,
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> &'a str {
        let text = self.row.field(self.place);
        self.place += 1;
        text
    }

    /// Passes over a field.
    pub fn skip(&mut self) {
        self.place += 1;
    }

    /// Returns the last field of the row.
    pub fn last(&self) -> &'a str {
        self.row.field(self.columns.len().saturating_sub(1))
    }

    /// Adds a fault of the row.
    pub fn fault(&mut self, reason: impl Into<Bilingual>) {
        self.faults.push(FileFault { file: self.path.to_owned(), line: self.row.line, reason: reason.into() });
    }

    /// Adds a fault of the field that was taken last.
    fn fault_here(&mut self, reason: impl Into<Bilingual>) {
        let column = self.columns.get(self.place.saturating_sub(1)).copied().unwrap_or_default();
        self.fault(reason.into().map(|reason| format!("`{column}`: {reason}")));
    }

    /// Takes a field that must not be empty.
    pub fn require<T, E: Into<Bilingual>>(&mut self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        match self.maybe(parse) {
            Some(None) => {
                self.fault_here(("must not be empty", "空にはできません"));
                None
            }
            read => read.flatten(),
        }
    }

    /// Takes a field that may be empty.
    #[expect(clippy::option_option, reason = "a field that cannot be read is another thing than an empty one")]
    pub fn maybe<T, E: Into<Bilingual>>(&mut self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<Option<T>> {
        let text = self.next();
        if text.is_empty() {
            return Some(None);
        }
        match parse(text) {
            Ok(value) => Some(Some(value)),
            Err(reason) => {
                self.fault_here(reason);
                None
            }
        }
    }

    /// Takes a code of a table, which must not be empty.
    pub fn code<T>(&mut self, parse: fn(&str) -> Option<T>, known: (&'static str, &'static str)) -> Option<T> {
        self.require(|text| parse(text).ok_or(known))
    }

    /// Takes a code of a table, which may be empty.
    #[expect(clippy::option_option, reason = "a field that cannot be read is another thing than an empty one")]
    pub fn maybe_code<T>(&mut self, parse: fn(&str) -> Option<T>, known: (&'static str, &'static str)) -> Option<Option<T>> {
        self.maybe(|text| parse(text).ok_or(known))
    }

    pub fn date(&mut self) -> Option<Date> {
        let days = self.days_of_column();
        self.require(|text| read_date(text, days))
    }

    #[expect(clippy::option_option, reason = "a field that cannot be read is another thing than an empty one")]
    pub fn maybe_date(&mut self) -> Option<Option<Date>> {
        let days = self.days_of_column();
        self.maybe(|text| read_date(text, days))
    }

    /// Returns the days that the next column may have; the last day of a period may be without an end.
    fn days_of_column(&self) -> (RegistrableDays, bool) {
        (self.days, self.columns.get(self.place).is_some_and(|column| column.ends_with("through")))
    }

    /// Takes two dates.
    pub fn period(&mut self) -> Option<Period> {
        let (from, through) = (self.date(), self.date());
        match Period::new(from?, through?) {
            Ok(period) => Some(period),
            Err(reason) => {
                self.fault(reason);
                None
            }
        }
    }

    #[expect(clippy::option_option, reason = "a field that cannot be read is another thing than an empty one")]
    pub fn maybe_instant(&mut self) -> Option<Option<Timestamp>> {
        self.maybe(|text| {
            let form = ("must be an instant such as 2026-11-30T15:00:00Z", "2026-11-30T15:00:00Zの形の日時を書いてください");
            text.parse::<Timestamp>().map_err(|_| form)
        })
    }

    pub fn instant(&mut self) -> Option<Timestamp> {
        match self.maybe_instant() {
            Some(None) => {
                self.fault_here(("must not be empty", "空にはできません"));
                None
            }
            read => read.flatten(),
        }
    }

    pub fn number(&mut self) -> Option<u64> {
        self.require(read_number)
    }

    #[expect(clippy::option_option, reason = "a field that cannot be read is another thing than an empty one")]
    pub fn maybe_number(&mut self) -> Option<Option<u64>> {
        self.maybe(read_number)
    }

    pub fn flag(&mut self) -> Option<bool> {
        self.require(|text| match text {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(("must be 1 or 0", "1か0を書いてください")),
        })
    }

    pub fn wari(&mut self) -> Option<CopayRatio> {
        self.require(|text| {
            let ratio = text.parse().ok().and_then(CopayRatio::from_tenths);
            ratio.ok_or(("must be 1, 2 or 3", "1、2、3のどれかを書いてください"))
        })
    }

    /// Takes fields that must be empty in this row.
    pub fn none(&mut self, fields: usize) {
        for _ in 0..fields {
            if !self.next().is_empty() {
                self.fault_here(("must be empty in a row of this kind", "この種類の行では空にしてください"));
            }
        }
    }
}

fn read_number(text: &str) -> Result<u64, (&'static str, &'static str)> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.ok_or(("must be a whole number", "整数を書いてください"))
}

/// Reads a date of the form `2026-12-01`.
fn read_date(text: &str, (days, may_be_open): (RegistrableDays, bool)) -> Result<Date, Bilingual> {
    let form = || {
        Bilingual::from(("must be a date such as 2026-12-01 that exists", "実在する2026-12-01の形の日付を書いてください"))
    };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
        // As people write dates, such as S23.7.29.
        return parse_date(text).map_err(Bilingual::from).and_then(|day| days.check(day).map_err(Into::into));
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    let (Some(year), Some(month), Some(day)) = (number(&[y1, y2, y3, y4]), number(&[m1, m2]), number(&[d1, d2])) else {
        return Err(form());
    };
    let short = |number: i16| i8::try_from(number).map_err(|_| form());
    let day = Date::new(year, short(month)?, short(day)?).map_err(|_| form())?;
    if may_be_open && day == date(9999, 12, 31) {
        return Ok(day);
    }
    days.check(day).map_err(Into::into)
}
