//! The rows of one file, joined to the people in their order.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crate::fixtures::FixtureFault;
use crate::mass::kind::Kind;

use super::faults::Faults;
use super::input;
use super::lines::{Lines, Next};
use super::row::Row;

/// How many rows are read ahead to find a person whose rows do not come next. Rows that stand in a wrong place are then passed over,
/// so that the people after them still get theirs.
const AHEAD: usize = 16;

/// The rows that one person may have in a file.
const MOST_ROWS: usize = 500;

/// The bytes that all rows of one person in a file may have.
const MOST_BYTES: usize = 1 << 20;

/// The rows of one file, from the first one after its header.
pub(super) struct Table {
    pub path: PathBuf,
    kind: Kind,
    lines: Lines,
    /// The number of rows that were read, those with faults included.
    pub rows: u64,
    ended: bool,
    ahead: VecDeque<Row>,
    spare: Vec<Row>,
}

impl Table {
    /// Opens a file and checks its header.
    ///
    /// # Errors
    /// If it cannot be read, or its first line does not name the columns.
    pub fn open(path: &Path, kind: Kind) -> Result<Self, FixtureFault> {
        let mut lines = Lines::new(path, input::open(path)?);
        let wanted = kind.columns().join(",");
        let reason = match lines.next() {
            Next::Line(line) if line == wanted => {
                let (path, ahead, spare) = (path.to_owned(), VecDeque::new(), Vec::new());
                return Ok(Self { path, kind, lines, rows: 0, ended: false, ahead, spare });
            }
            Next::Faulty(reason) | Next::Broken(reason) => reason,
            Next::Line(_) | Next::End => {
                let english = format!("the first line must name the columns of format {}: {wanted}", super::VERSION);
                let japanese = format!("1行目には形式{}の列名を書いてください: {wanted}", super::VERSION);
                (english, japanese).into()
            }
        };
        Err(FixtureFault { file: path.to_owned(), line: 1, reason })
    }

    /// Returns the next row, whoever it is about. The caller gives it back by [`Table::give_back`].
    pub fn next(&mut self, faults: &mut Faults) -> Option<Row> {
        self.fill(1, faults);
        self.ahead.pop_front()
    }

    /// Keeps the memory of a row for another one.
    pub fn give_back(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.spare.extend(rows);
        self.spare.truncate(2 * AHEAD);
    }

    /// Takes the rows of a person, who is the next one in the order of the people. Rows of others that stand before them are faults.
    pub fn take(&mut self, person: &str, rows: &mut Vec<Row>, faults: &mut Faults) {
        self.fill(1, faults);
        let is_of = |row: &Row| row.field(0) == person;
        match self.ahead.front() {
            None => return,
            Some(first) if is_of(first) => {}
            Some(_) => {
                self.fill(AHEAD, faults);
                let Some(place) = self.ahead.iter().position(is_of) else { return };
                self.pass_over(place, person, faults);
            }
        }
        let mut bytes = 0;
        let mut excess = None;
        while let Some(row) = self.ahead.pop_front_if(|row| is_of(row)) {
            bytes += row.bytes();
            if rows.len() < MOST_ROWS && bytes < MOST_BYTES {
                rows.push(row);
            } else {
                excess.get_or_insert(row.line);
                self.give_back([row]);
            }
            self.fill(1, faults);
        }
        if let Some(line) = excess {
            faults.push(&self.path, line, || {
                let english = format!("person {person} has more than {MOST_ROWS} rows here, or too long ones");
                (english, format!("人物{person}の行が{MOST_ROWS}行を超えているか、長すぎます"))
            });
        }
    }

    /// Drops rows before those of `person`, and reports the first one of each person.
    fn pass_over(&mut self, rows: usize, person: &str, faults: &mut Faults) {
        let mut last = String::new();
        for _ in 0..rows {
            let Some(row) = self.ahead.pop_front() else { return };
            if row.field(0) != last {
                row.field(0).clone_into(&mut last);
                let named = shown(&last);
                faults.push(&self.path, row.line, || {
                    (
                        format!(
                            "`person`: {named} is not in people.csv, or stands there at another place: rows stand in the order of \
                             people.csv, the rows of a person together, and here follows {person}"
                        ),
                        format!(
                            "`person`: {named}はpeople.csvにないか、位置が違います。行はpeople.csvの順に、一人の行を続けて書いてください（ここの次は{person}）"
                        ),
                    )
                });
            }
            self.give_back([row]);
        }
    }

    /// Reads the rows that belong to nobody once all people are read; reports the first and the number of the others.
    pub fn drain(&mut self, faults: &mut Faults) {
        let Some(row) = self.next(faults) else { return };
        let (line, person) = (row.line, shown(row.field(0)));
        self.give_back([row]);
        let mut others: u64 = 0;
        while let Some(row) = self.next(faults) {
            self.give_back([row]);
            others += 1;
        }
        faults.push(&self.path, line, || {
            (
                format!(
                    "`person`: {person} is not in people.csv, or stands there before the people of the rows above; the {others} \
                     rows after this line were not checked"
                ),
                format!(
                    "`person`: {person}はpeople.csvにないか、上の行の人物より前にあります。この後の{others}行は検査していません"
                ),
            )
        });
    }

    /// Reads rows until so many are ahead or the file ends.
    fn fill(&mut self, wanted: usize, faults: &mut Faults) {
        while !self.ended && self.ahead.len() < wanted {
            let mut row = self.spare.pop().unwrap_or_default();
            let line = self.lines.number() + 1;
            let next = self.lines.next();
            self.rows += u64::from(!matches!(next, Next::End));
            match next {
                Next::Line(text) => match row.split(line, text) {
                    Ok(()) if row.fields() == self.kind.columns().len() => {
                        self.ahead.push_back(row);
                        continue;
                    }
                    Ok(()) => {
                        let (found, columns) = (row.fields(), self.kind.columns().len());
                        faults.push(&self.path, line, || {
                            let english = format!("the line has {found} fields instead of {columns}");
                            (english, format!("行の項目が{found}個あります。{columns}個書いてください"))
                        });
                    }
                    Err(reason) => faults.push(&self.path, line, || reason),
                },
                Next::Faulty(reason) => faults.push(&self.path, line, || reason),
                Next::Broken(reason) => {
                    faults.push(&self.path, line, || reason);
                    self.ended = true;
                }
                Next::End => self.ended = true,
            }
            self.spare.push(row);
        }
    }
}

/// Returns an id as messages show it: anything else may be long, or hold personal data in a wrong column.
fn shown(id: &str) -> String {
    match crate::domain::stable_id(id) {
        Ok(id) => id,
        Err(_) => "(no id)".to_owned(),
    }
}
