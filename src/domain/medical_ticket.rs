//! 医療券・調剤券 of medical aid.

use super::institution::InstitutionCode;
use super::month::Month;
use super::period::Period;
use super::text::PersonalText;
use super::yen::Yen;

/// 医療券・調剤券: with it a welfare office entrusts the treatment of a person in a month to an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MedicalTicket {
    /// 医療券・調剤券の別.
    pub kind: TicketKind,
    /// 有効開始年月日 to 有効終了年月日.
    pub period: Period,
    /// 交付番号.
    pub issue_number: Option<PersonalText>,
    /// 診療年月.
    pub month: Month,
    /// 指定医療機関: the entrusted institution. No other institution is shown the ticket.
    pub institution: InstitutionCode,
    /// Its name, as written by the welfare office.
    pub institution_name: Option<PersonalText>,
    /// 処方箋発行元医療機関, of a 調剤券.
    pub prescriber: Option<Prescriber>,
    /// 傷病名, three at most.
    pub injuries: Vec<PersonalText>,
    /// 診療別.
    pub treatment: MedicalTreatment,
    /// 本人支払額.
    pub self_pay: Option<Yen>,
    /// 地区担当員名.
    pub district_contact: Option<PersonalText>,
    /// 取扱担当者名.
    pub handling_contact: Option<PersonalText>,
    /// Whether health insurance pays its part first (併用) or not (単独).
    pub combined: bool,
    /// The other payers.
    pub beside: Beside,
    /// Whether the office's data contradict each other (不整合).
    pub inconsistent: bool,
    /// 備考, three at most.
    pub remarks: Vec<PersonalText>,
}

impl MedicalTicket {
    /// The most 傷病名, and the most 備考, of a ticket.
    pub const LINES: usize = 3;

    /// An upper bound of what a ticket asks a patient to pay.
    pub const MOST_SELF_PAY: Yen = Yen::new(10_000_000);
}

/// Lists the reasons why a ticket, as far as it is known, cannot be one.
pub fn ticket_contradictions(
    kind: Option<TicketKind>,
    has_prescriber: bool,
    month: Option<Month>,
    period: Option<Period>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let outside = month
        .zip(period)
        .is_some_and(|(month, period)| Month::of(period.from()) != month || Month::of(period.through()) != month);
    [
        (
            kind == Some(TicketKind::Dispensing) && !has_prescriber,
            ("a 調剤券 (02) needs `prescriber`", "調剤券（02）には`prescriber`が必要です"),
        ),
        (
            kind == Some(TicketKind::Treatment) && has_prescriber,
            ("only a 調剤券 (02) has `prescriber`", "`prescriber`を書けるのは調剤券（02）だけです"),
        ),
        (outside, ("`from` and `through` must lie in `month`", "`from`と`through`は`month`の中の日です")),
    ]
    .into_iter()
    .filter_map(|(wrong, fault)| wrong.then_some(fault))
}

/// 処方箋発行元医療機関.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prescriber {
    /// 医療機関コード.
    pub institution: InstitutionCode,
    /// Its name, as written by the welfare office.
    pub name: Option<PersonalText>,
}

/// The other payers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beside {
    /// 社会保険.
    pub social_insurance: bool,
    /// 感染症 (公費).
    pub infection: bool,
    /// 後期高齢者医療.
    pub elderly_care: bool,
    /// 都道府県費.
    pub prefecture: bool,
}

/// 医療券・調剤券の別 (code table 018).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketKind {
    /// 01 医療券.
    Treatment,
    /// 02 調剤券.
    Dispensing,
}

/// 診療別 (code table 019).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MedicalTreatment {
    /// 01 入院.
    Inpatient,
    /// 02 入院外.
    Outpatient,
    /// 03 歯科.
    Dental,
    /// 04 調剤.
    Dispensing,
    /// 05 訪問看護.
    VisitingNursing,
}
