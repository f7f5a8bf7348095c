//! Views of a batch: what its institution and the operator see of it, what the operator selects and orders, and a new slice.

use jiff::Timestamp;
use jiff::civil::Date;

use super::batch::{BatchFailure, BatchKind, BatchState};
use super::institution::Format;

/// A batch as its institution sees it.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its id.
    pub id: i64,
    /// What it asks for.
    pub kind: BatchKind,
    /// 任意のファイル識別子.
    pub file_identifier: Option<String>,
    /// 資格確認日.
    pub check_on: Date,
    /// The format of the units.
    pub format: Format,
    /// Its state.
    pub state: BatchState,
    /// Why it failed.
    pub failure: Option<BatchFailure>,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// Number of slices.
    pub slices: i32,
    /// People with 処理結果状況 1.
    pub normal: i32,
    /// People with 処理結果状況 2.
    pub errors: i32,
    /// Size of the units, in bytes.
    pub result_bytes: i64,
    /// Whether the operator has ordered the result to be held back at this moment.
    pub held: bool,
}

/// A slice of a batch.
#[derive(Debug, Clone)]
pub struct NewSlice {
    /// How many people it holds.
    pub persons: i32,
    /// The people, packed.
    pub entries: Vec<u8>,
}

/// A batch as the operator sees it; holds nothing about its people.
#[derive(Debug, Clone)]
pub struct BatchLine {
    /// 受付番号.
    pub reception_number: String,
    /// What it asks for.
    pub kind: BatchKind,
    /// The institution that sent it.
    pub institution: String,
    /// Its state.
    pub state: BatchState,
    /// Why it failed.
    pub failure: Option<BatchFailure>,
    /// Number of people in it.
    pub persons: i32,
    /// Number of slices.
    pub slices: i32,
    /// Number of slices without a result.
    pub open_slices: i32,
    /// Number of slices under a lease at the time asked for.
    pub leased_slices: i64,
    /// People with 処理結果状況 1 so far.
    pub normal: i32,
    /// People with 処理結果状況 2 so far.
    pub errors: i32,
    /// Size of the units so far, in bytes.
    pub result_bytes: i64,
    /// How often a slice was started again.
    pub retries: i32,
    /// When it was received.
    pub received_at: Timestamp,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// When its result expires.
    pub expires_at: Option<Timestamp>,
}

/// Selects batches; `None` in a field selects all.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    /// Only the batch of this 受付番号.
    pub number: Option<String>,
    /// Only batches of this institution.
    pub institution: Option<String>,
    /// Only batches in this state.
    pub state: Option<BatchState>,
    /// Only batches received before the batch of this 受付番号.
    pub before: Option<String>,
}

/// The failures to simulate for batches received from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Simulation {
    /// How many fetches are answered with 処理中 before the result is returned.
    pub hold_fetches: i32,
    /// For how many seconds after reception fetches are answered with 処理中.
    pub hold_seconds: i32,
    /// How many of the next batches fail.
    pub fail_next: i32,
    /// The number of the person who fails in every batch, from 1.
    pub fail_person: Option<i32>,
}
