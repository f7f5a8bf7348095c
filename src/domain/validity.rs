//! 資格有効性, the result of an eligibility check.

/// 資格有効性 (code table 006): the national side's result about a person's eligibility on the check date.
///
/// Each is an answer, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Validity {
    /// 1 有効.
    Valid,
    /// 2 無効.
    Invalid,
    /// 3 無効（新しい資格あり）.
    InvalidNewerExists,
    /// 4 該当資格なし.
    NoneFound,
    /// 5 複数該当.
    SeveralMatch,
    /// 6 有効（未登録）: medical aid in force, without a ticket for the asking institution.
    ValidUnregistered,
}
