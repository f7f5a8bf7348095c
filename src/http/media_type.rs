//! Parses media types in Content-Type and Accept (RFC 9110 sections 5.6.6 and 8.3.1).

use std::borrow::Cow;

/// A media type or range with its parameters.
pub(super) struct MediaType<'a> {
    /// `type/subtype`, as spelled.
    pub name: &'a str,
    parameters: &'a str,
}

impl<'a> MediaType<'a> {
    /// Splits a text into name and parameters. A text that is no media type gets a name that matches nothing.
    pub fn of(text: &'a str) -> Self {
        let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
        Self { name: name.trim_matches(BLANKS), parameters }
    }

    /// Returns whether it has one of these names, ignoring case.
    pub fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// Returns the values of every parameter of this name, in order, without quotes.
    pub fn parameter(&self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        split(self.parameters, ';').filter_map(move |parameter| {
            let (found, value) = parameter.split_once('=')?;
            found.trim_matches(BLANKS).eq_ignore_ascii_case(name).then(|| unquoted(value.trim_matches(BLANKS)))
        })
    }
}

/// The blanks allowed between the parts of a header.
const BLANKS: [char; 2] = [' ', '\t'];

/// Splits a header at the separators outside of quoted strings.
pub(super) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        let inside = quoted;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = inside && c == '\\' && !escaped;
        !inside && c == separator
    })
}

fn unquoted(value: &str) -> Cow<'_, str> {
    match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(inner) if inner.contains('\\') => inner.replace('\\', "").into(),
        Some(inner) => inner.into(),
        None => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_with_and_without_quotes() {
        let media = MediaType::of(" application/XML ; Charset = \"utf\\-8\";x=\"a;charset=no\" ; charset=B; charset");
        assert!(media.is_one_of(&["text/xml", "application/xml"]) && !media.is_one_of(&["application/json"]));
        assert_eq!(media.parameter("charset").collect::<Vec<_>>(), ["utf-8", "B"]);
        assert_eq!(MediaType::of("application/xml").parameter("charset").count(), 0);
    }

    #[test]
    fn separators_in_quoted_strings_separate_nothing() {
        let parts: Vec<_> = split(r#"a;p="x,y\",z", b,,c"#, ',').collect();
        assert_eq!(parts, [r#"a;p="x,y\",z""#, " b", "", "c"]);
    }
}
