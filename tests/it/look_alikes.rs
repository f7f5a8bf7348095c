//! 保険者番号, 記号, 番号, 枝番 and birth dates as people and devices write them: found, or refused with an error.

use serde_json::json;
use shikaku::domain::AnswerCharset;
use shikaku::fixtures::Ask;
use shikaku::terminal::{Connection, Reply};
use shikaku::wire::Format;
use shikaku::wire::message::bulk_register::people_file;
use shikaku::wire::message::reference_number;

use crate::support::bulk::{Clinic, outcomes, parse, text, units};
use crate::support::process::http;
use crate::support::{SHIFT_JIS_CLINIC, TEST_CLINIC, World, ask_of, message, outcome, refused};

/// Registered as １２－３４５.
const HYPHEN: &str = "full-width-symbol";

/// Registered as 警・東京.
const DOT: &str = "police-mutual-kanji-symbol";

/// Returns spellings of a card's symbol, each with the person whose card it is.
fn spellings() -> Vec<(&'static str, String)> {
    let dashes = "-－ー─━—–‐‑‒―−ｰ﹣﹘⁃˗";
    let unseen = [
        "\u{200b}",
        "\u{200d}",
        "\u{ad}",
        "\u{feff}",
        "\u{fe0f}",
        "\u{e0100}",
        "\u{200e}",
        "\u{2066}",
        "\u{a0}",
        "\u{3000}",
        "\u{2009}",
    ];
    let mut all: Vec<_> = dashes.chars().map(|dash| (HYPHEN, format!("12{dash}345"))).collect();
    all.extend(unseen.map(|unseen| (HYPHEN, format!("{unseen}１{unseen}2-345"))));
    all.extend("・･·•‧∙⋅".chars().map(|dot| (DOT, format!("警{dot}東京"))));
    all.push((DOT, "警 ・ 東\u{e0101}京".to_owned()));
    all
}

async fn ask(connection: &mut Connection, ask: &Ask, format: Format) -> Reply {
    let body = message(ask, TEST_CLINIC, format, AnswerCharset::Utf8);
    connection.ask("/oqs/OQSsiquc01", format, body).await.unwrap()
}

/// Returns the validity of an answer, or the code of a refusal.
fn verdict(format: Format, reply: &Reply) -> String {
    let answer = parse(format, &reply.body);
    text(&answer, "QualificationValidity").or_else(|| text(&answer, "ErrorCode")).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_alike_of_a_symbol_finds_the_card() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    for (person, symbol) in spellings() {
        let question = Ask { symbol: Some(symbol.clone()), ..ask_of(person) };
        for format in [Format::Xml, Format::Json] {
            let reply = ask(&mut connection, &question, format).await;
            assert_eq!(verdict(format, &reply), "1", "{symbol:?}");
            // The question comes back to the letter, and the registered symbol as it was registered.
            let answer = parse(format, &reply.body);
            let of = |group: &str| text(find(&answer, group), "InsuredCardSymbol").unwrap().to_owned();
            assert_eq!(of("QualificationConfirmSearchInfo"), symbol);
            let registered = if person == HYPHEN { "１２－３４５" } else { "警・東京" };
            assert_eq!(of("ResultList"), registered, "{symbol:?}");
        }
    }
    world.stop().await;
}

fn find<'a>(element: &'a shikaku::wire::Element<'a>, name: &str) -> &'a shikaku::wire::Element<'a> {
    fn below<'a>(element: &'a shikaku::wire::Element<'a>, name: &str) -> Option<&'a shikaku::wire::Element<'a>> {
        if element.name == name { Some(element) } else { element.children.iter().find_map(|child| below(child, name)) }
    }
    below(element, name).unwrap_or_else(|| panic!("no {name}"))
}

/// Every dash of Windows-31J by its bytes, and the middle dot in both widths.
#[tokio::test(flavor = "multi_thread")]
async fn the_dashes_of_shift_jis_find_the_card() {
    let world = World::start().await;
    let mut clinic = Clinic::at(&world, SHIFT_JIS_CLINIC).await;
    let dashes: [&[u8]; 8] = [b"-", b"\x81\x7c", b"\x81\x5d", b"\x81\x5c", b"\x81\x5b", b"\xb0", b"\x84\x9f", b"\x84\xaa"];
    let dots: [&[u8]; 2] = [b"\x81\x45", b"\xa5"];
    for (person, symbol, marks) in [(HYPHEN, "12@345", &dashes[..]), (DOT, "警@東京", &dots[..])] {
        let question = Ask { symbol: Some(symbol.to_owned()), ..ask_of(person) };
        let body = message(&question, SHIFT_JIS_CLINIC, Format::Xml, AnswerCharset::ShiftJis);
        let place = body.iter().position(|byte| *byte == b'@').unwrap();
        for mark in marks {
            let body = [&body[..place], mark, &body[place + 1..]].concat();
            let reply = clinic.post("OQSsiquc01", Format::Xml, body.clone()).await;
            assert_eq!(verdict(Format::Xml, &reply), "1", "{mark:02x?}");
            let echoed = &body[place - 4..place + mark.len() + 3];
            assert!(reply.body.windows(echoed.len()).any(|bytes| bytes == echoed), "{mark:02x?}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_on_the_card_is_read_in_any_width() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    let wide = [
        ("<InsurerNumber>01130012<", "<InsurerNumber>０１１３００１２<"),
        (">21700023<", ">２１７０００２３<"),
        (">1234567<", ">１２３４\u{200b}５６７<"),
        ("<InsuredBranchNumber>00<", "<InsuredBranchNumber>００<"),
        ("<Birthdate>19810514<", "<Birthdate>１９８１０５１４<"),
    ];
    let plain = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let mut body = String::from_utf8(plain).unwrap();
    for (narrow, wide) in wide {
        assert!(body.contains(narrow), "{narrow}");
        body = body.replace(narrow, wide);
        let reply = connection.ask("/oqs/OQSsiquc01", Format::Xml, body.clone().into_bytes()).await.unwrap();
        assert_eq!(verdict(Format::Xml, &reply), "1", "{wide}");
        assert!(String::from_utf8_lossy(&reply.body).contains(wide), "{wide} is not repeated");
    }
    // XML that claims to be JSON is refused.
    let reply = connection.ask("/oqs/OQSsiquc01", Format::Json, body.into_bytes()).await;
    assert_eq!(reply.unwrap().status, 400, "XML in the place of JSON");
    // Values that programs make must be ASCII.
    for (element, narrow, wide) in [
        ("QualificationConfirmationDate", "20261122", "２０２６１１２２"),
        ("MedicalInstitutionCode", "1310012344", "１３１００１２３４４"),
        ("LimitApplicationCertificateRelatedConsFlg", "1", "１"),
    ] {
        let plain = message(&ask_of("kyokai-insured-tokyo"), TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
        let body = String::from_utf8(plain).unwrap();
        let spoiled = body.replace(&format!("<{element}>{narrow}<"), &format!("<{element}>{wide}<"));
        assert_ne!(spoiled, body, "{element}");
        let reply = connection.ask("/oqs/OQSsiquc01", Format::Xml, spoiled.into_bytes()).await.unwrap();
        assert_eq!(outcome(Format::Xml, &reply), refused(400, "SHK1009"), "{element}");
        assert!(String::from_utf8_lossy(&reply.body).contains(element), "{element} is not named");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_found_whatever_zeros_stand_before_them() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    // Registered as 1234567.
    for number in ["1234567", "01234567", "0000001234567", "００１２３４５６７"] {
        let question = Ask { number: number.to_owned(), ..ask_of("kyokai-insured-tokyo") };
        let reply = ask(&mut connection, &question, Format::Json).await;
        assert_eq!(verdict(Format::Json, &reply), "1", "{number}");
        let answer = parse(Format::Json, &reply.body);
        assert_eq!(text(find(&answer, "ResultList"), "InsuredIdentificationNumber"), Some("1234567"));
    }
    // Zeros behind the number, or before the symbol, mean another card.
    for (symbol, number) in [("21700023", "12345670"), ("021700023", "1234567")] {
        let question = Ask { symbol: Some(symbol.to_owned()), number: number.to_owned(), ..ask_of("kyokai-insured-tokyo") };
        assert_eq!(verdict(Format::Json, &ask(&mut connection, &question, Format::Json).await), "4", "{symbol} {number}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_characters_are_other_cards_and_lost_ones_are_refused() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    for (symbol, expected) in [
        ("12一345", "4"),
        ("12二345", "4"),
        ("12~345", "4"),
        ("12345", "4"),
        ("12\u{fffd}345", "SHK1009"),
        ("\u{200b}", "SHK1009"),
        ("\u{feff}\u{2060}", "SHK1009"),
        // Digits, dashes and kanji in looks only, and a private-use character, which differs from machine to machine.
        ("١٢-٣٤٥", "SHK1009"),
        ("❶❷-345", "SHK1009"),
        ("12㇐345", "SHK1009"),
        ("12ㅡ345", "SHK1009"),
        ("12\u{e000}345", "SHK1009"),
    ] {
        let question = Ask { symbol: Some(symbol.to_owned()), ..ask_of(HYPHEN) };
        for format in [Format::Xml, Format::Json] {
            assert_eq!(verdict(format, &ask(&mut connection, &question, format).await), expected, "{symbol:?}");
        }
    }
    for insurer in ["０６１３２０１４", "０６１３ー２０１３", "0613201３\u{200b}0"] {
        let question = Ask { insurer: insurer.to_owned(), ..ask_of(HYPHEN) };
        let reply = ask(&mut connection, &question, Format::Json).await;
        assert_eq!(verdict(Format::Json, &reply), "SHK1009", "{insurer}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_numbers_and_explanations_fold_as_lookups_do() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    let asks: Vec<Ask> = spellings()
        .into_iter()
        .map(|(person, symbol)| {
            let known = ask_of(person);
            Ask { symbol: Some(symbol), number: format!("00{}", known.number), insurer: wide(&known.insurer), ..known }
        })
        .collect();
    for format in [Format::Xml, Format::Json] {
        let requests: Vec<_> = asks.iter().map(|ask| ask.request(TEST_CLINIC)).collect();
        let number = clinic.upload_as("OQSmuquc01", format, people_file(&requests, format, AnswerCharset::Utf8)).await;
        let result = parse(format, &clinic.result_as("OQSmuquc02", format, &number).await.body);
        let valid = ("1".to_owned(), None, Some("1".to_owned()));
        assert!(outcomes(&result).iter().all(|outcome| *outcome == valid), "{:?}", outcomes(&result));
        assert_eq!(outcomes(&result).len(), asks.len());
    }

    // A number that is registered under one form of a card is shown under every other.
    let card = ask_of(HYPHEN);
    let insurer = wide(&card.insurer);
    let registration = reference_number::NewRequest {
        institution: TEST_CLINIC,
        file_identifier: None,
        reference: "P-1",
        insurer: &insurer,
        symbol: Some("12ー345"),
        number: &format!("0{}", card.number),
        branch: Some("０\u{200b}０"),
    };
    let reply = clinic.post("OQSsiimm01", Format::Json, registration.write(Format::Json, AnswerCharset::Utf8)).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let answer = parse(Format::Json, &ask(&mut clinic.connection, &card, Format::Json).await.body);
    assert_eq!(text(&answer, "ReferenceNumber"), Some("P-1"));
    let number = clinic.upload(&[HYPHEN]).await;
    assert_eq!(text(&units(&clinic.result(&number).await)[0], "ReferenceNumber"), Some("P-1"));

    // The explanation finds the same person in every form.
    let operator = world.app.operator_addr().to_string();
    for ask in &asks {
        let body = String::from_utf8(message(ask, TEST_CLINIC, Format::Json, AnswerCharset::Utf8)).unwrap();
        let (status, text, _) =
            http(&operator, "POST", "/api/explain", &[("content-type", "application/json")], &body).await;
        let explained: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &explained["validity"]), (200, &json!("1")), "{text}");
    }
    world.stop().await;
}

/// Writes ASCII digits in full width.
fn wide(digits: &str) -> String {
    digits.chars().map(|c| char::from_u32(u32::from(c) - u32::from('0') + u32::from('０')).unwrap()).collect()
}
