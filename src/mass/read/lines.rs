//! Reads a file line by line, with a bound of their length.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use crate::language::Bilingual;

use super::input::{Input, unreadable};

/// The bytes that a line may have. The longest legal line, of a ticket full of texts, has fewer.
pub(super) const LONGEST: usize = 1 << 14;

/// The lines of a file.
pub(super) struct Lines {
    path: PathBuf,
    input: Input,
    bytes: Vec<u8>,
    number: u64,
}

/// What stands in a file next.
pub(super) enum Next<'a> {
    /// A line without its end.
    Line(&'a str),
    /// A line that is no text; others follow it.
    Faulty(Bilingual),
    /// Something after which the file cannot be read.
    Broken(Bilingual),
    /// The end of the file.
    End,
}

impl Lines {
    pub fn new(path: &Path, input: Input) -> Self {
        Self { path: path.to_owned(), input, bytes: Vec::new(), number: 0 }
    }

    /// Returns the number of the line that was read last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Reads the next line. A carriage return before the line feed, and a byte order mark at the beginning, are left out.
    pub fn next(&mut self) -> Next<'_> {
        self.bytes.clear();
        let bounded = (&mut self.input).take(LONGEST as u64 + 1).read_until(b'\n', &mut self.bytes);
        self.number += 1;
        match bounded {
            Ok(0) => return Next::End,
            Ok(_) => {}
            Err(error) => return Next::Broken(unreadable(&self.path, &error)),
        }
        let Some(line) = self.bytes.strip_suffix(b"\n") else {
            return Next::Broken(if self.bytes.len() > LONGEST {
                let english = format!(
                    "the line has more than {LONGEST} bytes, so the rest of the file is not read: rows end with a line feed"
                );
                let japanese =
                    format!("行が{LONGEST}バイトより長いので、以降は読みません。行の終わりには改行（LF）を入れてください");
                (english, japanese).into()
            } else {
                (
                    "the file ends in the middle of this line, without a line feed: it was cut off",
                    "ファイルが行の途中で終わっています（最後に改行がありません）。途切れたファイルです",
                )
                    .into()
            });
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Err(error) => {
                let byte = error.valid_up_to() + 1;
                Next::Faulty(
                    (
                        format!("byte {byte} of the line is not UTF-8: save the file as UTF-8"),
                        format!("行の{byte}バイト目がUTF-8ではありません。UTF-8で保存してください"),
                    )
                        .into(),
                )
            }
            Ok(line) if line.contains('\0') => Next::Faulty(
                (
                    "the line holds a NUL character: the file is damaged, or not saved as UTF-8",
                    "行にNUL文字があります。ファイルが壊れているか、UTF-8で保存されていません",
                )
                    .into(),
            ),
            Ok(line) if self.number == 1 => Next::Line(line.strip_prefix('\u{feff}').unwrap_or(line)),
            Ok(line) => Next::Line(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Lists the lines of a text: a legal one as it is, another as the word for it.
    fn read(text: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(Path::new("people.csv"), Box::new(Cursor::new(text.to_vec())));
        let mut found = Vec::new();
        loop {
            match lines.next() {
                Next::Line(line) => found.push(line.to_owned()),
                Next::Faulty(reason) => found.push(format!("faulty: {reason}")),
                Next::Broken(reason) => {
                    found.push(format!("broken: {reason}"));
                    return found;
                }
                Next::End => return found,
            }
        }
    }

    #[test]
    fn ends_of_lines_and_the_byte_order_mark_are_left_out() {
        assert_eq!(read("\u{feff}a,b\r\n\n山,\r\n".as_bytes()), ["a,b", "", "山,"]);
        assert_eq!(read(b""), [""; 0]);
    }

    #[test]
    fn what_is_no_text_is_named_and_the_next_line_is_read() {
        let found = read(b"a\nab\x8e\nb\0\nc\n");
        assert_eq!((found[0].as_str(), found[3].as_str()), ("a", "c"));
        assert!(found[1].starts_with("faulty: byte 3 of the line is not UTF-8"), "{found:?}");
        assert!(found[2].starts_with("faulty: the line holds a NUL"), "{found:?}");
    }

    #[test]
    fn a_file_that_is_cut_off_and_an_endless_line_end_it() {
        assert!(read(b"a\nb").last().is_some_and(|last| last.contains("in the middle of this line")));
        let longest = [vec![b'x'; LONGEST - 1], b"\n".to_vec()].concat();
        assert_eq!(read(&longest)[0].len(), LONGEST - 1);
        let found = read(&vec![b'x'; 10 * LONGEST]);
        assert!(found.len() == 1 && found[0].contains("more than 16384 bytes"), "{found:?}");
    }
}
