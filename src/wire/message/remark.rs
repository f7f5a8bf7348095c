//! Remarks about a person or a file that accompany a result: a code (synthetic like all our codes; docs/errors.md lists them) and
//! a Japanese text of at most 60 characters.

use crate::domain::{BatchFailure, BatchState, CardUnusable};

use super::refused::Refusal;

fn remark(code: &'static str, message: &str) -> Refusal {
    Refusal { code, message: message.to_owned() }
}

/// Returns the notice to a patient whose card cannot be used.
#[must_use]
pub fn card(unusable: CardUnusable) -> Refusal {
    match unusable {
        CardUnusable::Revoked(_) => remark("SHK6101", "電子証明書が失効しています"),
        CardUnusable::Superseded => remark("SHK6102", "電子証明書は更新済みです。新しいものを使ってください"),
        CardUnusable::Expired => remark("SHK6103", "電子証明書の有効期限が切れています"),
        CardUnusable::NotYetValid => remark("SHK6104", "電子証明書の有効期間が始まっていません"),
        CardUnusable::Unknown => remark("SHK6105", "電子証明書の状態を確認できません"),
        CardUnusable::Blocked => remark("SHK6106", "このカードはマイナ保険証として利用できません"),
        CardUnusable::Stale => remark("SHK6107", "失効情報が古いため、電子証明書を確認できません"),
    }
}

/// Returns the notice to a patient whose card's certificate expires within three months.
#[must_use]
pub fn runs_out_soon() -> Refusal {
    remark("SHK6201", "電子証明書の有効期限が3か月以内に切れます。更新してください")
}

/// Returns the reason why a file will have no result.
#[must_use]
pub fn given_up(state: BatchState, failure: Option<BatchFailure>) -> Refusal {
    match (state, failure) {
        (BatchState::Cancelled, _) => remark("SHK7102", "運用者が処理を取り消しました"),
        (_, Some(BatchFailure::Ordered)) => remark("SHK7103", "運用者の指示により処理を中止しました"),
        _ => remark("SHK7101", "処理に失敗しました。ファイルをもう一度送ってください"),
    }
}

/// Returns the reason for a person of a file if the operator has ordered the failure.
#[must_use]
pub fn ordered() -> Refusal {
    remark("SHK7201", "運用者の指示により処理できませんでした")
}

/// Returns the reason for a person of a file whose stored data are inconsistent.
#[must_use]
pub fn inconsistent() -> Refusal {
    remark("SHK7202", "登録データに不整合があり、回答できません")
}

/// Returns one remark of each kind, for tests and documents.
#[must_use]
pub fn examples() -> Vec<Refusal> {
    use CardUnusable as U;
    let reason = crate::domain::RevocationReason::Lost;
    let unusable = [U::Revoked(reason), U::Superseded, U::Expired, U::NotYetValid, U::Unknown, U::Blocked, U::Stale];
    let others = [
        runs_out_soon(),
        given_up(BatchState::Failed, Some(BatchFailure::TriedTooOften)),
        given_up(BatchState::Cancelled, None),
        given_up(BatchState::Failed, Some(BatchFailure::Ordered)),
        ordered(),
        inconsistent(),
    ];
    unusable.into_iter().map(card).chain(others).collect()
}
