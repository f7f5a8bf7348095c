//! The table of official messages: the file id of each, its kind, and the type that reads it.

use crate::domain::BatchKind;
use crate::wire::code;
use crate::wire::object::{Object, Shape, shape};

use super::header::Processed;
use super::refused::{self, Refusal};
use super::request::{Message, Understood};
use super::{bulk_fetch, bulk_register, by_card, by_certificate, reference_number};

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// 資格確認 by the data on the insured person's card.
    ByCard,
    /// 資格確認 by マイナンバーカード.
    ByCertificate,
    /// 照会番号登録.
    ReferenceNumber,
    /// Sends a file with many people, or with the question that selects them.
    BulkRegister(BatchKind),
    /// Fetches the result of a file.
    BulkFetch(BatchKind),
}

/// Every message with a file id. The message of the real card reader is not public, so that the question by card has no row.
macro_rules! messages {
    ($($id:literal => $kind:ident $(($file:ident))?, $request:ty;)*) => {
        impl MessageKind {
            /// Returns the kind of message of a file id without `req` and `res`; None if there is none.
            #[must_use]
            pub fn of(id: &str) -> Option<Self> {
                match id {
                    $($id => Some(Self::$kind $((BatchKind::$file))?),)*
                    _ => None,
                }
            }

            /// Returns the file id of the message without `req` and `res`. For a question by card it is that of the answer, whose
            /// file is `OQSsiquc01res_face_…`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$kind $((BatchKind::$file))? => $id,)*
                    Self::ByCertificate => Self::ByCard.id(),
                }
            }

            fn refusal(self, processed: &Processed, understood: &Understood, reason: &Refusal) -> Vec<u8> {
                match self {
                    $(Self::$kind $((BatchKind::$file))? => <$request>::refusal(processed, understood, reason),)*
                    Self::ByCertificate => by_certificate::Request::refusal(processed, understood, reason),
                }
            }
        }
    };
}

messages! {
    "OQSsiquc01" => ByCard, by_card::Request;
    "OQSsiimm01" => ReferenceNumber, reference_number::Request;
    "OQSmuquc01" => BulkRegister(Qualification), bulk_register::Upload;
    "OQSmuquc02" => BulkFetch(Qualification), bulk_fetch::Request;
    "OQSmuimm01" => BulkRegister(ReferenceNumbers), bulk_register::Upload;
    "OQSmuimm02" => BulkFetch(ReferenceNumbers), bulk_fetch::Request;
    "OQSmuhvq01" => BulkRegister(Visit), bulk_register::Upload;
    "OQSmuhvq02" => BulkFetch(Visit), bulk_fetch::Request;
    "OQSmuonq01" => BulkRegister(Online), bulk_register::Upload;
    "OQSmuonq02" => BulkFetch(Online), bulk_fetch::Request;
    "OQSmutic01" => BulkRegister(MedicalAid), bulk_register::Upload;
    "OQSmutic02" => BulkFetch(MedicalAid), bulk_fetch::Request;
}

/// Writes the answer that a message could not be processed (処理結果区分 9). For a message of unknown kind it has the members
/// that all answers share.
#[must_use]
pub fn refusal(kind: Option<MessageKind>, processed: &Processed, understood: &Understood, reason: &Refusal) -> Vec<u8> {
    static HEADER: Shape = shape![
        "ProcessExecutionTime",
        "MedicalInstitutionCode",
        "SegmentOfResult",
        "ErrorCode",
        "ErrorMessage",
        "CharacterCodeIdentifier",
    ];
    match kind {
        Some(kind) => kind.refusal(processed, understood, reason),
        None => {
            let header = Object::new(&HEADER)
                .text("ProcessExecutionTime", processed.at_text())
                .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
                .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()));
            refused::write(processed, header, reason)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_under_its_id_alone() {
        assert_eq!(MessageKind::of("OQSsiquc01"), Some(MessageKind::ByCard));
        for kind in BatchKind::ALL {
            for message in [MessageKind::BulkRegister(kind), MessageKind::BulkFetch(kind)] {
                assert_eq!(MessageKind::of(message.id()), Some(message));
            }
        }
        for id in ["", "OQSsiquc", "OQSsiquc01req", "oqssiquc01", "OQSsiquc01 ", "OQSsiquc1", "OQSsiquc001"] {
            assert_eq!(MessageKind::of(id), None, "{id}");
        }
    }
}
