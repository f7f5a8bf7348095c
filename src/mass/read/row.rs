//! Splits a line into its fields (RFC 4180, but no field holds a line break).

use crate::language::Bilingual;

/// The fields of a line.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The number of the line, from 1.
    pub line: u64,
    /// All fields one after the other, without quotation marks.
    text: String,
    /// Where each field ends in `text`.
    ends: Vec<usize>,
}

impl Row {
    /// Returns the number of fields.
    pub fn fields(&self) -> usize {
        self.ends.len()
    }

    /// Returns a field, from 0; an empty text if there are fewer fields.
    pub fn field(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let end = self.ends.get(place).copied();
        start.zip(end).map_or("", |(start, end)| &self.text[start..end])
    }

    /// Returns the bytes of all fields.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Takes the fields of a line in place of the present ones.
    ///
    /// # Errors
    /// If a quotation mark stands in a wrong place.
    pub fn split(&mut self, line: u64, text: &str) -> Result<(), Bilingual> {
        self.line = line;
        self.text.clear();
        self.ends.clear();
        if text.as_bytes().contains(&b'"') {
            return self.split_quoted(text);
        }
        for field in text.split(',') {
            self.text.push_str(field);
            self.ends.push(self.text.len());
        }
        Ok(())
    }

    fn split_quoted(&mut self, text: &str) -> Result<(), Bilingual> {
        let mut rest = text;
        loop {
            if let Some(quoted) = rest.strip_prefix('"') {
                rest = self.quoted(quoted)?;
            } else {
                let end = rest.find(',').unwrap_or(rest.len());
                if rest[..end].contains('"') {
                    return Err(self.misplaced());
                }
                self.text.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            self.ends.push(self.text.len());
            if rest.is_empty() {
                return Ok(());
            }
            rest = rest.strip_prefix(',').ok_or_else(|| self.misplaced())?;
        }
    }

    /// Takes a field up to its closing quotation mark, and returns what follows it.
    fn quoted<'a>(&mut self, mut rest: &'a str) -> Result<&'a str, Bilingual> {
        loop {
            let Some(end) = rest.find('"') else {
                let place = self.ends.len() + 1;
                return Err((
                    format!("field {place} begins with a quotation mark that no other ends on this line"),
                    format!("{place}番目の項目の引用符が、この行の中で閉じていません"),
                )
                    .into());
            };
            self.text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    self.text.push('"');
                    rest = after;
                }
                None => return Ok(rest),
            }
        }
    }

    fn misplaced(&self) -> Bilingual {
        let place = self.ends.len() + 1;
        (
            format!("field {place} holds a quotation mark in a wrong place: write the whole field in quotation marks, and \"\" for one"),
            format!("{place}番目の項目の引用符の位置が違います。項目の全体を引用符で囲み、中の引用符は\"\"と書いてください"),
        )
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Result<Vec<String>, String> {
        let mut row = Row::default();
        row.split(1, text).map_err(|reason| reason.to_string())?;
        Ok((0..row.fields()).map(|place| row.field(place).to_owned()).collect())
    }

    #[test]
    fn fields_are_those_of_spreadsheets() {
        assert_eq!(split("a,,b").unwrap(), ["a", "", "b"]);
        assert_eq!(split("").unwrap(), [""]);
        assert_eq!(split("\"a,b\",\"say \"\"c\"\"\",\"\",d").unwrap(), ["a,b", "say \"c\"", "", "d"]);
        assert_eq!(split("山,\"\"\"\"").unwrap(), ["山", "\""]);
    }

    #[test]
    fn quotation_marks_in_wrong_places_are_named() {
        for (text, reason) in [
            ("a,\"b", "field 2 begins with a quotation mark that no other ends"),
            ("a,b\"c", "field 2 holds a quotation mark in a wrong place"),
            ("\"a\"b,c", "field 2 holds a quotation mark in a wrong place"),
        ] {
            let found = split(text).unwrap_err();
            assert!(found.starts_with(reason), "{text} {found}");
        }
    }
}
