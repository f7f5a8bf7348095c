//! Property tests of readers and writers: they hold for any bytes and any texts.

use proptest::prelude::*;

use crate::domain::{AnswerCharset, CardKey, CardNumber, CardSymbol, InsurerNumber, fold};

use super::message::by_card::{NewRequest, Request};
use super::{Bounds, Format, java_order};

/// Text that an element may hold: no control characters.
fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ -~ぁ-んァ-ヶ一-龠０-９Ａ-Ｚ髙｡-ﾟ&<>\"']{1,20}").unwrap()
}

proptest! {
    #[test]
    fn no_bytes_bring_a_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in [Format::Xml, Format::Json] {
            // The reader must return; the value does not matter.
            let _ = format.parse(&bytes, Bounds::SINGLE).map(|root| Request::parse(&root));
        }
    }

    #[test]
    fn no_near_miss_brings_a_reader_down(place in 0..600_usize, byte in any::<u8>()) {
        for format in [Format::Xml, Format::Json] {
            let mut bytes = request("12", "345").write(format, AnswerCharset::Utf8);
            let place = place % bytes.len();
            bytes[place] = byte;
            let _ = format.parse(&bytes, Bounds::SINGLE).map(|root| Request::parse(&root));
        }
    }

    #[test]
    fn what_is_written_is_read_back(symbol in text(), number in text()) {
        prop_assume!(!fold(&symbol).is_empty() && CardNumber::parse(&number).is_ok());
        for format in [Format::Xml, Format::Json] {
            let bytes = request(&symbol, &number).write(format, AnswerCharset::Utf8);
            let root = format.parse(&bytes, Bounds::SINGLE).unwrap();
            let read = Request::parse(&root).map_err(|(fault, _)| fault).unwrap();
            let key = read.query.key;
            // Blanks around a value do not count.
            prop_assert_eq!(key.symbol.map(|found| found.as_str().to_owned()), Some(symbol.trim_matches(' ').to_owned()));
            prop_assert_eq!(key.number.as_str(), number.trim_matches(' '));
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more(text in "\\PC{0,30}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), &*once);
    }

    /// The alphabet is small, so that both are often one card in different widths.
    #[test]
    fn two_cards_are_one_if_their_search_forms_are(
        one in ("[1１－-]{1,2}", "[aａ1 ]{1,2}"), other in ("[1１－-]{1,2}", "[aａ1 ]{1,2}")
    ) {
        let key = |(symbol, number): &(String, String)| Some(CardKey {
            insurer: InsurerNumber::parse("01130012").unwrap(),
            symbol: CardSymbol::parse(symbol).ok(),
            number: CardNumber::parse(number).ok()?,
            branch: None,
        });
        let (Some(one), Some(other)) = (key(&one), key(&other)) else { return Ok(()) };
        prop_assert_eq!(one.is_same_card(&other), one.search_key() == other.search_key());
    }

    #[test]
    fn an_order_names_every_key_once(keys in proptest::collection::hash_set("[A-Za-z0-9]{1,12}", 0..80)) {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut places = java_order(&keys);
        places.sort_unstable();
        prop_assert_eq!(places, (0..keys.len()).collect::<Vec<_>>());
    }
}

fn request<'a>(symbol: &'a str, number: &'a str) -> NewRequest<'a> {
    NewRequest {
        institution: "1310012344",
        file_identifier: Some("A"),
        check_on: jiff::civil::date(2026, 11, 22),
        insurer: "01130012",
        symbol: Some(symbol),
        number,
        branch: Some("00"),
        birth_on: jiff::civil::date(1980, 1, 1),
        limit_consent: true,
        identifier: None,
    }
}
