//! Chooses the format that the caller prefers, by `Accept` (RFC 9110 section 12.5.1).

use axum::http::{HeaderMap, header};

use crate::exchange::Packing;
use crate::wire::Format;

use super::content::{JSON, XML};
use super::media_type::{MediaType, split};

/// The media type of a packed result.
const ZIP: [&str; 1] = ["application/zip"];

/// The caller's preference for each of the formats, in thousandths; 0 means not acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accept {
    xml: u16,
    json: u16,
    zip: u16,
}

impl Accept {
    /// Reads `Accept`. Ignores a range without a well-formed weight. Without any range all formats are equally acceptable.
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let ranges: Vec<Range<'_>> = lines.flat_map(|line| split(line, ',')).filter_map(Range::of).collect();
        let quality = |names: &[&str]| if ranges.is_empty() { 1000 } else { quality(&ranges, names) };
        Self { xml: quality(&XML), json: quality(&JSON), zip: quality(&ZIP) }
    }

    /// Returns the format of the answer to a question in the format `asked`: the other format only if the caller prefers it. If
    /// the caller rules out both, disregards the header, as section 12.4.1 permits, because a patient waits for the answer.
    pub fn format(self, asked: Format) -> Format {
        let other = match asked {
            Format::Xml => Format::Json,
            Format::Json => Format::Xml,
        };
        if self.of_format(other) > self.of_format(asked) { other } else { asked }
    }

    /// Returns whether a result may be packed: preferred if ZIP has a higher weight than the format of the answer.
    pub fn packing(self, answer: Format) -> Packing {
        match self.zip {
            0 => Packing::Refused,
            zip if zip > self.of_format(answer) => Packing::Preferred,
            _ => Packing::Permitted,
        }
    }

    fn of_format(self, format: Format) -> u16 {
        match format {
            Format::Xml => self.xml,
            Format::Json => self.json,
        }
    }
}

/// One entry of the header. Parameters other than the weight do not distinguish our formats.
struct Range<'a> {
    media: MediaType<'a>,
    weight: u16,
}

impl<'a> Range<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let media = MediaType::of(text);
        let (kind, subtype) = media.name.split_once('/')?;
        if kind.is_empty() || subtype.is_empty() || (kind == "*" && subtype != "*") {
            return None;
        }
        let weight = match media.parameter("q").next() {
            Some(text) => weight(&text)?,
            None => 1000,
        };
        Some(Self { media, weight })
    }
}

/// Parses a weight into thousandths: `0` or `1` with up to three decimals, and at most 1.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// Returns the weight of a format with these names: the best among the most specific ranges that match it.
fn quality(ranges: &[Range<'_>], names: &[&str]) -> u16 {
    let best = |fits: &dyn Fn(&MediaType<'_>) -> bool| {
        ranges.iter().filter(|range| fits(&range.media)).map(|range| range.weight).max()
    };
    let of_its_kind = |media: &MediaType<'_>| {
        let kinds = names.iter().filter_map(|name| name.split_once('/'));
        media.name.split_once('/').is_some_and(|(kind, subtype)| {
            subtype == "*" && kinds.into_iter().any(|(name, _)| name.eq_ignore_ascii_case(kind))
        })
    };
    best(&|media| media.is_one_of(names))
        .or_else(|| best(&of_its_kind))
        .or_else(|| best(&|media| media.name == "*/*"))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use Format::{Json, Xml};

    fn accept(lines: &[&'static str]) -> Accept {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        Accept::of(&headers)
    }

    /// Checks the format of the answer to a question in XML and to one in JSON.
    #[test]
    fn the_format_that_is_liked_better_wins_and_the_question_decides_a_draw() {
        for (header, to_xml, to_json) in [
            ("*/*", Xml, Json),
            // The default of a common JavaScript client.
            ("application/json, text/plain, */*", Xml, Json),
            ("application/json", Json, Json),
            ("Application/JSON ; charset=utf-8", Json, Json),
            ("application/xml", Xml, Xml),
            ("text/xml", Xml, Xml),
            ("text/*", Xml, Xml),
            ("application/*", Xml, Json),
            ("application/xml, application/json", Xml, Json),
            ("application/json;q=0.9, application/xml", Xml, Xml),
            ("application/json;q=0.9, */*", Xml, Xml),
            ("application/xml;q=0.5, application/json;q=0.501", Json, Json),
            ("application/xml;q=0.5, application/*;q=1", Json, Json),
            ("text/*;q=0.3, application/*;q=0.7, */*;q=1", Xml, Json),
            // The most specific range counts, even if another has a higher weight.
            ("application/json;q=0.1, application/*;q=0.8, */*;q=0.9", Xml, Xml),
            ("application/xml;q=0, */*", Json, Json),
            ("application/json;q=0, */*;q=0.001", Xml, Xml),
            ("application/json;q=0.000", Xml, Json),
            // Two names of one format: the better one counts.
            ("text/xml;q=0.1, application/xml;q=0.9, application/json;q=0.5", Xml, Xml),
            ("application/json;v=1;q=0.2, application/json;v=2;q=0.8, application/xml;q=0.5", Json, Json),
            // Neither is acceptable: the header is disregarded.
            ("text/html", Xml, Json),
            ("application/xml;q=0, application/json;q=0", Xml, Json),
            ("*/*;q=0", Xml, Json),
            // Malformed ranges are ignored.
            ("", Xml, Json),
            (",, ,", Xml, Json),
            ("json", Xml, Json),
            ("*/json", Xml, Json),
            ("*", Xml, Json),
            ("application/json;q=high", Xml, Json),
            ("application/json;q=1.5, application/xml;q=0.1", Xml, Xml),
            ("application/json;q=-1, application/xml;q=0.1", Xml, Xml),
            ("application/json;q=0.1234, application/xml;q=0.1", Xml, Xml),
            ("application/json;q=, application/xml;q=0.1", Xml, Xml),
            ("application/json;q=\"0.9\", application/xml;q=0.1", Json, Json),
            ("application/json;Q=0.05, application/xml;q=0.1", Xml, Xml),
            ("application/json; q=1.000, application/xml; q=0.999", Json, Json),
            ("text/x;p=\"a,application/json\", application/xml", Xml, Xml),
        ] {
            let accept = accept(&[header]);
            assert_eq!((accept.format(Xml), accept.format(Json)), (to_xml, to_json), "{header}");
        }
        assert_eq!((accept(&[]).format(Xml), accept(&[]).format(Json)), (Xml, Json));
        // Several header lines form one list.
        assert_eq!(accept(&["application/xml;q=0.5", "application/json"]).format(Xml), Json);
        assert_eq!(accept(&["applicatión/xml", "application/json"]).format(Xml), Json);
    }

    #[test]
    fn a_result_is_packed_when_that_is_liked_better() {
        use Packing::{Permitted, Preferred, Refused};
        for (header, to_xml, to_json) in [
            ("application/zip", Preferred, Preferred),
            ("application/zip, */*", Permitted, Permitted),
            ("application/zip, */*;q=0.1", Preferred, Preferred),
            ("application/zip, application/xml", Permitted, Permitted),
            ("application/xml, application/zip;q=0.9", Permitted, Permitted),
            ("application/xml;q=0.9, application/zip", Preferred, Preferred),
            ("application/*", Permitted, Permitted),
            ("*/*", Permitted, Permitted),
            ("application/json", Refused, Refused),
            ("application/xml", Refused, Refused),
            ("application/zip;q=0", Refused, Refused),
            ("application/zip;q=0, */*", Refused, Refused),
            ("text/*", Refused, Refused),
        ] {
            let accept = accept(&[header]);
            let packing = [Xml, Json].map(|asked| accept.packing(accept.format(asked)));
            assert_eq!(packing, [to_xml, to_json], "{header}");
        }
        assert_eq!(accept(&[]).packing(Xml), Permitted);
    }
}
