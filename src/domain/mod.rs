//! The domain's types: insurers, card keys, people, coverages, certificates, periods.
//!
//! Every type here holds valid values only; parsing is the only way to make one. Nothing here does I/O or knows a message format.
//! `Debug` of personal data prints a placeholder, never the value.

mod batch;
mod batch_views;
mod birth;
mod card;
mod card_key;
mod certificate_change;
mod check_digit;
mod consent;
mod coverage;
mod coverage_change;
mod fold;
mod instant;
mod institution;
mod insurer;
mod limit;
mod medical_ticket;
mod moment;
mod month;
mod notice;
mod notice_file;
mod period;
mod person;
mod query;
mod ratio;
mod recipient_number;
mod registered_days;
mod registrable;
mod specific_disease;
mod text;
mod ticket_change;
mod validity;
mod written_date;
mod yen;

pub use batch::{
    BatchEnding, BatchFailure, BatchKind, BatchState, ConsentDays, DayOf, ReceptionNumber, ReceptionNumberError,
    ReferenceNumber, ReferenceNumberError, WantedPeople,
};
pub use batch_views::{Batch, BatchFilter, BatchLine, NewSlice, Simulation};
pub use birth::{BirthDate, BirthDateError};
pub use card::{
    CardFacts, CardId, CardKind, CardStanding, CardState, CardUnusable, CertificateSerial, CertificateSerialError,
    HolderVerification, KnownCard, LIST_LASTS, PEOPLE_ISSUER, RevocationReason,
};
pub use card_key::{BranchNumber, CardKey, CardKeyError, CardNumber, CardSymbol, SearchKey};
pub use certificate_change::{CertificateKind, IssuedCertificate, ReturnedCertificate};
pub use check_digit::{check_digit, has_valid_check_digit};
pub use consent::{CONSENT_LASTS, Consent, Consents, TreatmentKind};
pub use coverage::{
    CardClass, CardDates, Coverage, ElderlyCertificate, Identity, Loss, LossReason, Registration, Relationship, Sex,
};
pub use coverage_change::CoverageChange;
pub use fold::{digits, fold, is_incomparable, is_invisible};
pub use instant::{InstantError, parse_instant};
pub use institution::{
    AnswerCharset, AnswerForm, DiseaseList, Format, Institution, InstitutionCode, InstitutionCodeError, InstitutionKind,
    ResultLists, TerminalNameError, check_terminal_name, institution_check_digit,
};
pub use insurer::{Insurer, InsurerNumber, InsurerNumberError, InsurerSize, Scheme};
pub use limit::{LimitCategory, LimitCertificate, LimitKind};
pub use medical_ticket::{Beside, MedicalTicket, MedicalTreatment, Prescriber, TicketKind, ticket_contradictions};
pub use moment::Moment;
pub use month::{Month, MonthError};
pub use notice::{CardLink, CoverageName, Notice, NoticeAction, NoticeRefused, ProtectionChange, check_notice_id};
pub use notice_file::{CarriedOut, NotedPerson, NoticeContent, NoticeOutcome, NoticeRecord, NoticeState, SentNotice};
pub use period::{Period, PeriodError};
pub use person::{InspectedPerson, PersonFacts, PersonId, Protection};
pub use query::{CardQuery, CertificateQuery, Subject};
pub use ratio::{CopayRatio, DatedRatio};
pub use recipient_number::{RecipientNumberError, check_recipient_number};
pub use registered_days::RegisteredDays;
pub use registrable::{Parts, contradictions, date_contradictions, death_contradiction, number_contradiction};
pub use specific_disease::{SpecificDisease, SpecificDiseaseCertificate};
pub use text::{PersonalText, PostNumber, TextError, plain_text, stable_id};
pub use ticket_change::TicketName;
pub use validity::Validity;
pub use written_date::{WrittenDateError, parse_date};
pub use yen::{Yen, YenError, grouped};
