//! Writes one row of a CSV file (RFC 4180, with `\n` between rows).

use jiff::Timestamp;
use jiff::civil::Date;

/// One row; fields are appended in the order of the columns.
pub(super) struct Row<'a> {
    out: &'a mut Vec<u8>,
    fields: usize,
}

impl<'a> Row<'a> {
    pub fn on(out: &'a mut Vec<u8>) -> Self {
        Self { out, fields: 0 }
    }

    fn separate(&mut self) {
        if self.fields > 0 {
            self.out.push(b',');
        }
        self.fields += 1;
    }

    /// Appends a text, in quotes if it holds a comma, a quote or a line break.
    pub fn text(mut self, text: &str) -> Self {
        self.separate();
        if !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.out.extend_from_slice(text.as_bytes());
            return self;
        }
        self.out.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                self.out.push(b'"');
            }
            self.out.push(byte);
        }
        self.out.push(b'"');
        self
    }

    /// Appends a text, or nothing.
    pub fn maybe(self, text: Option<&str>) -> Self {
        self.text(text.unwrap_or_default())
    }

    /// Appends a date as `2026-12-01`.
    pub fn date(mut self, day: Date) -> Self {
        self.separate();
        push_date(self.out, day);
        self
    }

    /// Appends a date, or nothing.
    pub fn maybe_date(mut self, day: Option<Date>) -> Self {
        match day {
            Some(day) => self.date(day),
            None => {
                self.separate();
                self
            }
        }
    }

    /// Appends an instant in UTC as `2026-12-01T00:00:00Z`, with the fraction of the second if there is one; or nothing.
    pub fn maybe_instant(self, instant: Option<Timestamp>) -> Self {
        self.maybe(instant.map(|instant| instant.to_string()).as_deref())
    }

    /// Appends a whole number.
    pub fn number(self, number: u64) -> Self {
        let mut digits = [0; 20];
        let mut rest = number;
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + u8::try_from(rest % 10).expect("a remainder of ten is below ten");
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let text = std::str::from_utf8(&digits[start..]).expect("digits are ASCII");
        self.text(text)
    }

    /// Appends a whole number, or nothing.
    pub fn maybe_number(self, number: Option<u64>) -> Self {
        match number {
            Some(number) => self.number(number),
            None => self.text(""),
        }
    }

    /// Appends `1` or `0`.
    pub fn flag(self, flag: bool) -> Self {
        self.text(if flag { "1" } else { "0" })
    }

    /// Ends the row, which must have as many fields as the file has columns.
    pub fn end(self, columns: &[&str]) {
        debug_assert_eq!(self.fields, columns.len(), "{columns:?}");
        self.out.push(b'\n');
    }
}

fn push_date(out: &mut Vec<u8>, day: Date) {
    let (year, month, day) = (day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs());
    let digit = |number: u16| b'0' + u8::try_from(number % 10).expect("a remainder of ten is below ten");
    out.extend([digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), b'-']);
    let (month, day) = (u16::from(month), u16::from(day));
    out.extend([digit(month / 10), digit(month), b'-', digit(day / 10), digit(day)]);
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_row_is_what_spreadsheets_read() {
        let mut out = Vec::new();
        let row = Row::on(&mut out).text("a,b").text("say \"c\"").maybe(None).date(date(2026, 2, 3)).maybe_date(None);
        let midnight = "2026-12-01T00:00:00+09:00".parse().unwrap();
        row.number(0).number(12_034).maybe_number(None).flag(true).maybe_instant(Some(midnight)).end(&[""; 10]);
        let expected = "\"a,b\",\"say \"\"c\"\"\",,2026-02-03,,0,12034,,1,2026-11-30T15:00:00Z\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
