//! Our readings of 高額療養費 where our sources are silent or from memory. Each is one constant here or one row of a table;
//! [`readings`](super::readings) returns those on which a cap rests.

use super::band::Note;
use crate::domain::Month;

/// The first month of amounts that are newer than every published example of half amounts and of 特定疾病.
pub(super) const WITHOUT_EXAMPLES_SINCE: Month = Month::new(2026, 8);

/// Whether amounts of 2026-08 and later are halved in the month of the 75th birthday like earlier ones (健康保険法施行令42条). A
/// reading of ours, from memory.
const HALVES_SINCE_2026_08: bool = true;

/// Returns whether amounts of `month` are halved in the month of the 75th birthday, as far as it is a reading
/// (健康保険法施行令42条).
pub(super) fn is_halved_in(month: Month) -> bool {
    HALVES_SINCE_2026_08 || month < WITHOUT_EXAMPLES_SINCE
}

/// The sum of a household of both ages: see [`household()`](super::household()).
pub const BOTH_AGES: Note = Note {
    english: "that what stays with people of 70 and over joins the items under 70 against the cap under 70 is a reading of ours",
    japanese: "70歳以上の上限を適用した残りを、70歳未満の分と合算し、70歳未満の上限と比べると解釈した",
};

pub(super) const HALVED_SINCE_2026_08: Note = Note {
    english: "that amounts are halved in the month of the 75th birthday after 2026-08 too is a reading of ours",
    japanese: "75歳到達月の特例が2026年8月以降も同じと解釈した",
};

pub(super) const HALVED_UPPER_DISEASE: Note = Note {
    english: "that the month of the 75th birthday halves the 20,000 yen of 特定疾病 too is a reading of ours: one source says so",
    japanese: "75歳到達月は特定疾病の20,000円も半分になると解釈した（出典は一つ）",
};

pub(super) const SPECIFIC_DISEASE_SINCE_2026_08: Note = Note {
    english: "that the amounts of 特定疾病 are the same after 2026-08 is a reading of ours",
    japanese: "特定疾病の額が2026年8月以降も同じと解釈した",
};
