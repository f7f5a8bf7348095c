//! Rows of the error table for messages, challenges and cards.

use crate::identity::card::CardRefused;
use crate::query::ChallengeRefused;
use crate::wire::Fault;

use super::row::{Row, row};

/// Returns the row of a fault in a message; its code tells the client's developer where to look.
pub(super) fn message_row(fault: &Fault) -> Row {
    match fault {
        Fault::Empty => row("SHK1001", "The message is empty", "電文が空です"),
        Fault::Malformed => row("SHK1002", "The message is not well-formed", "電文の形式が壊れています"),
        Fault::Forbidden => row("SHK1003", "DOCTYPE and entities are refused", "DOCTYPEや実体参照は使えません"),
        Fault::TooLarge => row("SHK1004", "Too deep or too many elements", "要素が深すぎるか多すぎます"),
        Fault::Charset | Fault::CharsetParameter(_) => row("SHK1005", "Wrong character set", "文字コードが正しくありません"),
        Fault::Unknown(_) | Fault::Attribute(_) => row("SHK1006", "Unknown element", "未知の項目です"),
        Fault::Duplicate(_) => row("SHK1007", "Duplicate element", "項目が重複しています"),
        Fault::Missing(_) => row("SHK1008", "Missing element", "必須項目がありません"),
        Fault::Nobody => row("SHK1013", "The file names nobody", "対象者がありません"),
        Fault::TooManyPeople(_) => row("SHK1014", "The file names too many people", "対象者が上限を超えています"),
        Fault::AfterEnd(_) => {
            row("SHK1015", "Something stands after the end of the message", "電文の終わりの後に余分なものがあります")
        }
        Fault::Value { .. } => row("SHK1009", "Impossible value", "項目の値が不正です"),
    }
}

/// Returns the row of a refused challenge.
pub(super) fn challenge_row(refused: ChallengeRefused) -> Row {
    use ChallengeRefused as R;
    match refused {
        R::Unknown => row("SHK6001", "There is no such challenge", "チャレンジがありません"),
        R::Used => row("SHK6002", "The challenge was used before", "チャレンジは使用済みです"),
        R::Early => row("SHK6008", "The challenge is of a later time than the server's", "サーバー間の時計がずれています"),
        R::Expired => row("SHK6003", "The challenge has expired", "チャレンジの有効期限が切れました"),
        R::OtherInstitution | R::OtherTerminal | R::OtherPurpose => row(
            "SHK6004",
            "The challenge was made for another terminal or purpose",
            "チャレンジの発行先か診療区分が違います",
        ),
    }
}

/// Returns the row of a refused card; the text of the refusal names the broken rule.
pub(super) fn card_row(refused: CardRefused) -> Row {
    match refused {
        CardRefused::Signature => row("SHK6006", "The card's signature is wrong", "カードの署名が正しくありません"),
        CardRefused::VisualNotPermitted => {
            row("SHK6007", "This institution may not check by sight", "目視確認を許可されていない医療機関です")
        }
        _ => row("SHK6005", "The card's certificate is not accepted", "利用者証明用電子証明書を受け付けません"),
    }
}
