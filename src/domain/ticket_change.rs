//! Changes of 医療券・調剤券: tickets that are issued and withdrawn.

use super::institution::InstitutionCode;
use super::medical_ticket::{MedicalTicket, MedicalTreatment, TicketKind};
use super::month::Month;
use super::text::PersonalText;

/// How a welfare office names one of its tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketName {
    /// 医療券・調剤券の別.
    pub kind: TicketKind,
    /// 診療年月.
    pub month: Month,
    /// 指定医療機関.
    pub institution: InstitutionCode,
    /// 診療別.
    pub treatment: MedicalTreatment,
    /// 処方箋発行元医療機関, of a 調剤券.
    pub prescriber: Option<InstitutionCode>,
    /// 交付番号, if the ticket has one.
    pub issue_number: Option<PersonalText>,
}

impl TicketName {
    fn of(ticket: &MedicalTicket) -> Self {
        Self {
            kind: ticket.kind,
            month: ticket.month,
            institution: ticket.institution,
            treatment: ticket.treatment,
            prescriber: ticket.prescriber.as_ref().map(|prescriber| prescriber.institution),
            issue_number: ticket.issue_number.clone(),
        }
    }
}

/// Adds a ticket. One of the same name is replaced, and the new one takes its place.
pub(super) fn issue_ticket(tickets: &mut Vec<MedicalTicket>, new: &MedicalTicket) {
    let name = TicketName::of(new);
    let place = tickets.iter().position(|one| TicketName::of(one) == name).unwrap_or(tickets.len());
    tickets.retain(|one| TicketName::of(one) != name);
    tickets.insert(place, new.clone());
}

/// Removes the ticket of this name; returns whether there is one.
pub(super) fn withdraw_ticket(tickets: &mut Vec<MedicalTicket>, name: &TicketName) -> bool {
    let before = tickets.len();
    tickets.retain(|one| TicketName::of(one) != *name);
    tickets.len() < before
}
