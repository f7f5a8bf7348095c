//! Writes rows in the binary format of COPY (PostgreSQL, "COPY: Binary Format").

use jiff::Timestamp;
use jiff::civil::{Date, date};

/// The first day of PostgreSQL's calendar.
const EPOCH: Date = date(2000, 1, 1);
/// Seconds from 1970 to that day.
const EPOCH_SECONDS: i64 = 946_684_800;

/// OIDs of built-in types, which are the same in every database.
const SMALLINT: u32 = 21;
const INTEGER: u32 = 23;
const TEXT: u32 = 25;
const BOOLEAN: u32 = 16;
const DATE: u32 = 1082;
const TEXTS: u32 = 1009;

/// Rows of one table.
pub(super) struct CopyRows {
    bytes: Vec<u8>,
}

impl CopyRows {
    /// Begins the stream of a table.
    pub fn begin() -> Self {
        let mut bytes = b"PGCOPY\n\xff\r\n\0".to_vec();
        // No flags, no extension.
        bytes.extend([0; 8]);
        Self { bytes }
    }

    /// Returns the number of bytes that wait to be sent.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Takes the bytes that wait to be sent.
    pub fn take(&mut self) -> Vec<u8> {
        let room = self.bytes.capacity();
        std::mem::replace(&mut self.bytes, Vec::with_capacity(room))
    }

    /// Ends the stream.
    pub fn end(&mut self) {
        self.bytes.extend((-1_i16).to_be_bytes());
    }

    /// Begins a row.
    pub fn row(&mut self, columns: usize) -> Fields<'_> {
        self.bytes.extend(i16::try_from(columns).unwrap_or(i16::MAX).to_be_bytes());
        Fields { bytes: &mut self.bytes, typed: false }
    }
}

/// The fields of a row or of a composite value, which are written in the order of the columns.
pub(super) struct Fields<'a> {
    bytes: &'a mut Vec<u8>,
    /// Whether each field is preceded by its type, as in composite values.
    typed: bool,
}

impl Fields<'_> {
    fn field(&mut self, oid: u32, value: &[u8]) {
        self.oid(oid);
        self.bytes.extend(length(value.len()));
        self.bytes.extend_from_slice(value);
    }

    fn null(&mut self, oid: u32) {
        self.oid(oid);
        self.bytes.extend((-1_i32).to_be_bytes());
    }

    fn oid(&mut self, oid: u32) {
        if self.typed {
            self.bytes.extend(oid.to_be_bytes());
        }
    }

    fn maybe<T>(&mut self, oid: u32, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(oid),
        }
    }

    pub fn bigint(&mut self, value: i64) {
        self.field(20, &value.to_be_bytes());
    }

    pub fn smallint(&mut self, value: i16) {
        self.field(SMALLINT, &value.to_be_bytes());
    }

    pub fn maybe_smallint(&mut self, value: Option<i16>) {
        self.maybe(SMALLINT, value, Self::smallint);
    }

    pub fn maybe_integer(&mut self, value: Option<i32>) {
        self.maybe(INTEGER, value, |fields, value| fields.field(INTEGER, &value.to_be_bytes()));
    }

    pub fn boolean(&mut self, value: bool) {
        self.field(BOOLEAN, &[u8::from(value)]);
    }

    pub fn text(&mut self, value: &str) {
        self.field(TEXT, value.as_bytes());
    }

    pub fn maybe_text(&mut self, value: Option<&str>) {
        self.maybe(TEXT, value, Self::text);
    }

    pub fn octets(&mut self, value: &[u8]) {
        self.field(17, value);
    }

    pub fn maybe_octets(&mut self, value: Option<&[u8]>) {
        self.maybe(17, value, Self::octets);
    }

    pub fn date(&mut self, value: Date) {
        self.field(DATE, &(value - EPOCH).get_days().to_be_bytes());
    }

    pub fn maybe_date(&mut self, value: Option<Date>) {
        self.maybe(DATE, value, Self::date);
    }

    pub fn instant(&mut self, value: Timestamp) {
        self.field(1184, &(value.as_microsecond() - EPOCH_SECONDS * 1_000_000).to_be_bytes());
    }

    pub fn maybe_instant(&mut self, value: Option<Timestamp>) {
        self.maybe(1184, value, Self::instant);
    }

    /// Writes an array of texts; null if there are none.
    pub fn texts<'a>(&mut self, values: impl ExactSizeIterator<Item = &'a str>) {
        self.array(TEXTS, TEXT, values, |bytes, text| bytes.extend_from_slice(text.as_bytes()));
    }

    /// Writes an array of composite values of the type `element`; null if there are none.
    pub fn composites<T>(
        &mut self,
        element: u32,
        values: impl ExactSizeIterator<Item = T>,
        fields: usize,
        write: impl Fn(&mut Fields<'_>, T),
    ) {
        // The type of the array stands nowhere: composite values hold no arrays of composite values.
        self.array(0, element, values, |bytes, value| {
            bytes.extend(length(fields));
            write(&mut Fields { bytes, typed: true }, value);
        });
    }

    fn array<T>(
        &mut self,
        oid: u32,
        element: u32,
        values: impl ExactSizeIterator<Item = T>,
        write: impl Fn(&mut Vec<u8>, T),
    ) {
        let number = values.len();
        if number == 0 {
            return self.null(oid);
        }
        self.oid(oid);
        sized(self.bytes, |bytes| {
            // One dimension, no nulls, counted from 1.
            bytes.extend(1_i32.to_be_bytes());
            bytes.extend(0_i32.to_be_bytes());
            bytes.extend(element.to_be_bytes());
            bytes.extend(length(number));
            bytes.extend(1_i32.to_be_bytes());
            for value in values {
                sized(bytes, |bytes| write(bytes, value));
            }
        });
    }
}

/// Writes a value after its length.
fn sized(bytes: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let begin = bytes.len();
    bytes.extend([0; 4]);
    write(bytes);
    let written = length(bytes.len() - begin - 4);
    bytes[begin..begin + 4].copy_from_slice(&written);
}

fn length(length: usize) -> [u8; 4] {
    i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_form_that_postgresql_documents() {
        let mut rows = CopyRows::begin();
        let mut row = rows.row(3);
        row.bigint(258);
        row.maybe_text(None);
        row.date(date(2000, 1, 3));
        rows.end();
        let mut wanted = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
        wanted
            .extend([0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 4, 0, 0, 0, 2, 0xff, 0xff]);
        assert_eq!(rows.take(), wanted);
    }

    #[test]
    fn composite_values_carry_their_lengths_and_types() {
        let mut rows = CopyRows::begin();
        rows.take();
        rows.row(1).composites(77, [1_i16].into_iter(), 1, |fields, value| fields.smallint(value));
        let wanted = [
            [0, 1].as_slice(),
            // The array: 38 octets, one dimension, no nulls, the type, one element, from 1.
            &[0, 0, 0, 38, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 77, 0, 0, 0, 1, 0, 0, 0, 1],
            // The element: 14 octets, one field of the type 21 with two octets.
            &[0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 1],
        ];
        assert_eq!(rows.take(), wanted.concat());
    }
}
