//! Reads a file line by line, in bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::language::{Bilingual, Japanese};

/// The most bytes of a line: more than any row can take.
pub(super) const LONGEST: usize = 64 * 1024;

/// The lines of a file, each ended by a line feed.
pub(super) struct Lines {
    reader: Box<dyn BufRead + Send>,
    /// The number of the line that was read last, from 1.
    number: usize,
    line: Vec<u8>,
}

impl Lines {
    pub fn open(path: &Path) -> io::Result<Self> {
        let reader = BufReader::with_capacity(1 << 18, File::open(path)?);
        Ok(Self::of(Box::new(reader)))
    }

    pub fn of(reader: Box<dyn BufRead + Send>) -> Self {
        Self { reader, number: 0, line: Vec::new() }
    }

    /// Returns the number of the line that was read last, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Reads the next line, without its end; None after the last. A carriage return before the line feed belongs to the end, and a
    /// byte order mark before the first line is skipped, because spreadsheets write them.
    pub fn next(&mut self) -> Option<Result<&str, Bilingual>> {
        self.line.clear();
        let mut length = 0;
        let ended = loop {
            let (taken, ended) = match self.reader.fill_buf() {
                Ok([]) => break false,
                Ok(bytes) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let taken = end.unwrap_or(bytes.len());
                    // The rest of a line that is too long is passed over.
                    let room = LONGEST.saturating_sub(self.line.len());
                    self.line.extend_from_slice(&bytes[..taken.min(room)]);
                    (taken, end.is_some())
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.number += 1;
                    // Nothing can be read after it.
                    self.reader = Box::new(io::empty());
                    let japanese = format!("読めません: {}", error.japanese());
                    return Some(Err((format!("cannot be read: {error}"), japanese).into()));
                }
            };
            self.reader.consume(taken + usize::from(ended));
            length += taken;
            if ended {
                break true;
            }
        };
        if length == 0 && !ended {
            return None;
        }
        self.number += 1;
        if length > LONGEST {
            let japanese = format!("1行は{LONGEST}バイトまでです。この行は{length}バイトあります");
            return Some(Err((format!("a line has {LONGEST} bytes at most; this one has {length}"), japanese).into()));
        }
        if !ended {
            let fault = (
                "the last line has no line feed: the file was cut off, or its writer does not end lines",
                "最後の行に改行がありません。ファイルが途中で切れているか、行末の改行が書かれていません",
            );
            return Some(Err(fault.into()));
        }
        let mut line = self.line.as_slice();
        if self.number == 1 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Some(str::from_utf8(line).map_err(|error| {
            let place = error.valid_up_to() + 1;
            (
                format!("byte {place} is not UTF-8: save the file as UTF-8"),
                format!("{place}バイト目がUTF-8ではありません。UTF-8で保存してください"),
            )
                .into()
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn all(bytes: Vec<u8>) -> Vec<Result<String, String>> {
        let mut lines = Lines::of(Box::new(Cursor::new(bytes)));
        let mut read = Vec::new();
        while let Some(line) = lines.next() {
            read.push(line.map(str::to_owned).map_err(|fault| fault.to_string()));
        }
        read
    }

    #[test]
    fn lines_end_with_a_line_feed_as_spreadsheets_write_it() {
        let read = all(b"\xef\xbb\xbfa,b\r\n\nc\n".to_vec());
        assert_eq!(read, [Ok("a,b".to_owned()), Ok(String::new()), Ok("c".to_owned())]);
        assert!(all(Vec::new()).is_empty());
    }

    #[test]
    fn the_longest_line_is_read_and_a_longer_one_is_passed_over() {
        let mut bytes = vec![b'x'; LONGEST];
        bytes.push(b'\n');
        bytes.extend(vec![b'y'; LONGEST + 1]);
        bytes.extend(b"\nz\n");
        let read = all(bytes);
        assert_eq!(read[0].as_ref().map(String::len), Ok(LONGEST));
        assert_eq!(read[1], Err("a line has 65536 bytes at most; this one has 65537".to_owned()));
        assert_eq!(read[2], Ok("z".to_owned()));
        assert_eq!(read.len(), 3);
    }

    #[test]
    fn a_file_that_is_cut_off_is_noticed() {
        let read = all(b"a\nb".to_vec());
        assert_eq!(read[0], Ok("a".to_owned()));
        assert!(read[1].as_ref().unwrap_err().starts_with("the last line has no line feed"));
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn other_character_codes_are_refused_with_their_place() {
        let read = all(b"ok\n\x8e\x91\x8a\x69\n".to_vec());
        assert_eq!(read[1], Err("byte 1 is not UTF-8: save the file as UTF-8".to_owned()));
    }
}
