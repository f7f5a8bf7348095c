//! The option that sets the time that users of a server see.

use std::io::Write;

use jiff::Timestamp;

use crate::clock::{Clock, system_now};
use crate::language::Language;

use super::instant::{instant, written};

#[derive(clap::Args)]
pub(super) struct DomainTime {
    /// The time that users see, at the start, such as 2027-03-01T09:00:00+09:00; it goes on from there. By default the system's time
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    clock: Option<Timestamp>,
}

impl DomainTime {
    /// The instant at which domain time begins, or the present.
    pub fn start(&self) -> Timestamp {
        self.clock.unwrap_or_else(system_now)
    }

    /// Begins domain time now. Says on standard error if it is not the system's.
    pub fn begin(&self, language: Language) -> Clock {
        let Some(start) = self.clock else { return Clock::system() };
        let shown = written(start);
        let text = match language {
            Language::Ja => format!(
                "時計を{shown}に合わせ、ここから進めます。端末の証明書やサーバー自身の動作はシステムの時刻に従います"
            ),
            Language::En => format!(
                "the clock is set to {shown} and goes on from there; terminals' certificates and the work of the server itself \
                 follow the system's time"
            ),
        };
        // A full disk or a closed pipe behind standard error must not prevent the start.
        let _ = writeln!(std::io::stderr(), "{text}");
        Clock::beginning_at(start)
    }
}
