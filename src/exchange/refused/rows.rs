//! Rows of the error table for messages, challenges and cards.

use crate::identity::card::CardRefused;
use crate::query::ChallengeRefused;
use crate::wire::Fault;

use super::row::{Row, row};

/// Returns the row of a fault in a message; its code tells the client's developer where to look.
pub(super) fn message_row(fault: &Fault) -> Row {
    match fault {
        Fault::Empty => row("SHK1001", "The message is empty", "電文が空です"),
        Fault::Malformed => row("SHK1002", "The message is not well-formed", "電文がXML・JSONとして正しくありません"),
        Fault::Forbidden => row(
            "SHK1003",
            "DOCTYPE, entities and processing instructions are refused",
            "DOCTYPE・実体参照・処理命令は使えません",
        ),
        Fault::TooLarge => row(
            "SHK1004",
            "Elements are nested too deeply, or there are too many",
            "要素の階層が深すぎるか、要素が多すぎます",
        ),
        Fault::Charset | Fault::CharsetParameter(_) => row("SHK1005", "Wrong character set", "文字コードが正しくありません"),
        Fault::Unknown(_) | Fault::Attribute(_) => row("SHK1006", "Unknown element or attribute", "未知の要素か属性です"),
        Fault::Duplicate(_) => row("SHK1007", "Duplicate element", "要素が重複しています"),
        Fault::Missing(_) => row("SHK1008", "Missing element", "必須の要素がありません"),
        Fault::Nobody => row("SHK1013", "The file names no person", "ファイルに対象者がいません"),
        Fault::TooManyPeople(_) => row("SHK1014", "The file names too many people", "対象者が上限を超えています"),
        Fault::AfterEnd(_) => {
            row("SHK1015", "There is something after the end of the message", "電文の後ろに余分なデータがあります")
        }
        Fault::Value { .. } => row("SHK1009", "Invalid value", "要素の値が不正です"),
    }
}

/// Returns the row of a refused challenge.
pub(super) fn challenge_row(refused: ChallengeRefused) -> Row {
    use ChallengeRefused as R;
    match refused {
        R::Unknown => row("SHK6001", "There is no such challenge", "該当するチャレンジがありません"),
        R::Used => row("SHK6002", "The challenge was used before", "チャレンジは使用済みです"),
        R::Early => {
            row("SHK6008", "The challenge was issued later than this server's time", "サーバー間で時計がずれています")
        }
        R::Expired => row("SHK6003", "The challenge has expired", "チャレンジの有効期限が切れました"),
        R::OtherInstitution | R::OtherTerminal | R::OtherPurpose => row(
            "SHK6004",
            "The challenge was issued for another institution, terminal or purpose (診療区分)",
            "チャレンジの発行先（医療機関・端末）か診療区分が違います",
        ),
    }
}

/// Returns the row of a refused card; the text of the refusal names the broken rule.
pub(super) fn card_row(refused: CardRefused) -> Row {
    match refused {
        CardRefused::Signature => row("SHK6006", "The card's signature is wrong", "カードの署名が正しくありません"),
        CardRefused::VisualNotPermitted => {
            row("SHK6007", "This institution may not verify a holder by sight", "目視確認を許可されていない医療機関です")
        }
        _ => row("SHK6005", "The card's certificate is not accepted", "この利用者証明用電子証明書は受け付けられません"),
    }
}
