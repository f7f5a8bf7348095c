//! Reads one row of a CSV file (RFC 4180, without line breaks in fields).

use crate::language::Bilingual;

/// The fields of a row.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The line of the row, from 1.
    pub line: usize,
    text: String,
    /// The end of each field in `text`.
    ends: Vec<usize>,
}

impl Row {
    /// Takes the fields of a line in place of those of the row before.
    ///
    /// # Errors
    /// If a field begins with a quotation mark and does not end with one.
    pub fn split(&mut self, line: &str) -> Result<(), Bilingual> {
        self.text.clear();
        self.ends.clear();
        let mut rest = line;
        loop {
            let after = match rest.strip_prefix('"') {
                None => {
                    let end = rest.find(',').unwrap_or(rest.len());
                    self.text.push_str(&rest[..end]);
                    &rest[end..]
                }
                Some(quoted) => self.quoted(quoted)?,
            };
            self.ends.push(self.text.len());
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None if after.is_empty() => return Ok(()),
                None => {
                    let field = self.ends.len();
                    return Err((
                        format!("field {field}: after the closing quotation mark comes a comma or the end of the line"),
                        format!("{field}番目の項目: 閉じる引用符の次はコンマか行末です"),
                    )
                        .into());
                }
            }
        }
    }

    /// Takes a field after its opening quotation mark; returns what comes after the closing one.
    fn quoted<'a>(&mut self, mut rest: &'a str) -> Result<&'a str, Bilingual> {
        loop {
            let Some((text, after)) = rest.split_once('"') else {
                let field = self.ends.len() + 1;
                return Err((
                    format!("field {field}: the closing quotation mark is missing in this line"),
                    format!("{field}番目の項目: この行に閉じる引用符がありません"),
                )
                    .into());
            };
            self.text.push_str(text);
            match after.strip_prefix('"') {
                Some(more) => {
                    self.text.push('"');
                    rest = more;
                }
                None => return Ok(after),
            }
        }
    }

    /// Returns the number of fields.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a field, counted from 0; beyond the last, an empty one.
    pub fn field(&self, place: usize) -> &str {
        let begin = place.checked_sub(1).and_then(|before| self.ends.get(before).copied()).unwrap_or(0);
        self.ends.get(place).map_or("", |end| &self.text[begin..*end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Result<Vec<String>, String> {
        let mut row = Row::default();
        row.split(line).map_err(|fault| fault.to_string())?;
        Ok((0..row.len()).map(|place| row.field(place).to_owned()).collect())
    }

    #[test]
    fn fields_are_read_as_spreadsheets_write_them() {
        assert_eq!(fields("a,,\"b,\"\"c\"\"\",d"), Ok(["a", "", "b,\"c\"", "d"].map(str::to_owned).to_vec()));
        assert_eq!(fields(""), Ok(vec![String::new()]));
        assert_eq!(fields("\"\","), Ok(vec![String::new(), String::new()]));
        assert_eq!(fields("say \"a\""), Ok(vec!["say \"a\"".to_owned()]));
    }

    #[test]
    fn half_a_field_is_refused_with_its_place() {
        assert_eq!(fields("a,\"b"), Err("field 2: the closing quotation mark is missing in this line".to_owned()));
        let after = "field 1: after the closing quotation mark comes a comma or the end of the line";
        assert_eq!(fields("\"a\"b,c"), Err(after.to_owned()));
    }
}
