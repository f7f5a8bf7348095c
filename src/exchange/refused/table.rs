//! The table of errors of messages: every refusal has a code, an English title, and a Japanese message that fits into the
//! official ErrorMessage. `rows.rs` has the rows for messages, challenges and cards; `refusal.rs` adds the expected form to a
//! row. Remarks in answers are no refusals; `wire/message/remark.rs` has them.

use crate::identity::TokenError;

use super::kind::MessageRefused;
use super::row::{Row, row};
use super::rows::{card_row, challenge_row, message_row};

impl MessageRefused {
    /// Returns its row in the table.
    #[must_use]
    pub fn row(&self) -> Row {
        match self {
            Self::Message(fault) => message_row(fault),
            Self::BodyTooLarge => row("SHK1010", "The message is too large", "電文が大きすぎます"),
            Self::BodyIncomplete => {
                row("SHK1011", "The message did not arrive completely", "電文が最後まで届きませんでした")
            }
            Self::Framing(_) => row("SHK1016", "The HTTP framing is broken", "HTTPの区切りが正しくありません"),
            Self::ContentEncoding => row("SHK1012", "Compressed messages are refused", "圧縮された電文は受け付けません"),
            Self::UnknownMessage => row("SHK2001", "There is no message of this id", "未対応の電文IDです"),
            Self::InstitutionMismatch => row(
                "SHK3001",
                "The message names another institution than the certificate",
                "電文の医療機関コードが証明書と一致しません",
            ),
            Self::InstitutionUnknown => row("SHK3002", "The institution is not registered", "登録されていない医療機関です"),
            Self::InstitutionInactive => row("SHK3003", "The institution may not ask today", "利用期間外の医療機関です"),
            Self::Certificate(_) => {
                row("SHK3004", "The terminal's certificate is no longer valid", "端末の電子証明書が無効になっています")
            }
            Self::TokenMissing => row("SHK3005", "Log in first", "ログインしてください"),
            Self::Token(TokenError::Invalid) => {
                row("SHK3006", "The token is not of this terminal", "idTokenがこの端末のものではありません")
            }
            Self::Token(TokenError::Expired) => row("SHK3007", "The token has expired", "idTokenの有効期限が切れました"),
            Self::Challenge(refused) => challenge_row(*refused),
            Self::Card(refused) => card_row(*refused),
            Self::FilesInFlight => {
                row("SHK7001", "Too many files of this institution are in work", "処理中のファイルが多すぎます")
            }
            Self::PeopleOfDay => row(
                "SHK7002",
                "The institution has asked about too many different people today",
                "本日の照会人数の上限を超えます",
            ),
            Self::Misses(_) => row(
                "SHK7005",
                "Too many lookups of the institution found nobody",
                "該当なしの照会が多すぎます。時間をおいてください",
            ),
            Self::NoSuchFile => row("SHK7003", "There is no file of this reception number", "該当する受付番号がありません"),
            Self::OutsideResult(_) => row("SHK7006", "The result has no such part", "Rangeが結果の長さを超えています"),
            Self::ResultExpired => row("SHK7004", "The result can be fetched no more", "結果の保存期間が過ぎました"),
            Self::Busy => row("SHK5001", "Too many requests at once", "混み合っています"),
            Self::Unavailable => row("SHK5002", "The database does not answer", "データベースが応答しません"),
            Self::LogUnavailable => row("SHK5003", "The access log cannot be written", "アクセス記録を書き込めません"),
            Self::Timeout => row("SHK5004", "The answer took too long", "処理が時間内に終わりませんでした"),
            Self::Internal => row("SHK5005", "Internal error", "内部エラーが発生しました"),
            Self::Inconsistent => {
                row("SHK5006", "The stored data are inconsistent", "登録データに不整合があり回答できません")
            }
        }
    }
}
