//! Answers to institutions that want Shift_JIS: their bytes are Windows-31J.

use shikaku::domain::AnswerCharset;
use shikaku::wire::Format;

use crate::support::bulk::Clinic;
use crate::support::{SHIFT_JIS_CLINIC, World, ask_of, message};

const PERSON: &str = "kyokai-insured-tokyo";

fn holds(body: &[u8], bytes: &[u8]) -> bool {
    body.windows(bytes.len()).any(|window| window == bytes)
}

/// Holds for registered texts, alone and in a file, and for what an answer repeats of a question in UTF-8.
#[tokio::test(flavor = "multi_thread")]
async fn characters_with_two_mappings_and_composed_ones_keep_their_codes() {
    let world = World::start().await;
    world
        .database
        .execute(
            "update coverage set name = U&'\\304B\\3099\\FF76\\3099\\301C\\2016\\00A2\\00A3\\00AC\\2014\\2212\\845B\\+0E0100\\9AD9\\+02123D'
              where number = '1234567' and symbol = '21700023'",
        )
        .await;
    // が ｶ ﾞ 〜 ‖ ¢ £ ¬ — − 葛 髙, and ● for a character without a code.
    let name =
        b"<Name>\x82\xaa\xb6\xde\x81\x60\x81\x61\x81\x91\x81\x92\x81\xca\x81\x5c\x81\x7c\x8a\x8b\xfb\xfc\x81\x9c</Name>";
    let mut clinic = Clinic::at(&world, SHIFT_JIS_CLINIC).await;
    let question = message(&ask_of(PERSON), SHIFT_JIS_CLINIC, Format::Xml, AnswerCharset::Utf8);
    let question = String::from_utf8(question).unwrap().replace("TEST-0001", "〜‖¢£¬—か\u{3099}");
    let reply = clinic.post("OQSsiquc01", Format::Xml, question.into_bytes()).await;
    let shown = String::from_utf8_lossy(&reply.body).into_owned();
    assert!(holds(&reply.body, name), "{shown}");
    let identifier = b"Identifier>\x81\x60\x81\x61\x81\x91\x81\x92\x81\xca\x81\x5c\x82\xaa</";
    assert!(holds(&reply.body, identifier), "{shown}");
    // The same in a file. In JSON, which is UTF-8, everything is as it was registered.
    let number = clinic.upload(&[PERSON]).await;
    let reply = clinic.result_as("OQSmuquc02", Format::Xml, &number).await;
    assert!(holds(&reply.body, name), "{}", String::from_utf8_lossy(&reply.body));
    let reply = clinic.result_as("OQSmuquc02", Format::Json, &number).await;
    assert!(holds(&reply.body, "か\u{3099}ｶ\u{3099}〜‖¢£¬—−葛\u{e0100}髙\u{2123d}".as_bytes()));
    world.stop().await;
}
