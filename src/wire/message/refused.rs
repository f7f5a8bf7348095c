//! Refusals: answers that say why a message could not be processed (処理結果区分 9).

use crate::wire::object::{Object, Shape, shape};

use super::header::Processed;

/// The reason why a message could not be answered, in official header fields (処理結果区分 9).
#[derive(Debug, Clone)]
pub struct Refusal {
    /// エラーコード; synthetic, because the official list is not public.
    pub code: &'static str,
    /// エラーメッセージ, at most 60 characters.
    pub message: String,
}

static BODY: Shape = shape!["ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage"];

/// Writes a refusal with a body that holds nothing else.
pub(super) fn write(processed: &Processed, header: Object<'static>, refusal: &Refusal) -> Vec<u8> {
    let (header, body) = refused(header, Object::new(&BODY), refusal);
    processed.write(&header, &body)
}

/// Adds the reason to header and body. The body states it too, because clients read it there and fail if there is no body.
pub(super) fn refused(
    header: Object<'static>,
    body: Object<'static>,
    refusal: &Refusal,
) -> (Object<'static>, Object<'static>) {
    let header =
        header.text("SegmentOfResult", "9").text("ErrorCode", refusal.code).text("ErrorMessage", refusal.message.clone());
    let body = body
        .text("ProcessingResultStatus", "2")
        .text("ProcessingResultCode", refusal.code)
        .text("ProcessingResultMessage", refusal.message.clone());
    (header, body)
}
