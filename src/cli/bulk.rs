//! Options that bound files with questions about many people.

use jiff::SignedDuration;

use crate::config::BulkLimits;

use super::exit::Exit;

/// Bounds on files with questions about many people; the official ones are not public.
#[derive(clap::Args)]
pub(super) struct BulkOptions {
    /// People in a file
    #[arg(long, value_name = "N", default_value_t = BulkLimits::default().persons, help_heading = "Bulk files")]
    bulk_persons: usize,
    /// Size of a file, in MiB
    #[arg(long, value_name = "MIB", default_value_t = BulkLimits::default().file_bytes / MIB, help_heading = "Bulk files")]
    bulk_file_mib: usize,
    /// Files of one institution in work at once; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = BulkLimits::default().in_flight, help_heading = "Bulk files")]
    bulk_in_flight: usize,
    /// Different people that one institution asks about in files of one day; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = BulkLimits::default().people_a_day, help_heading = "Bulk files")]
    bulk_people_a_day: usize,
    /// How long a result can be fetched, in hours
    #[arg(long, value_name = "HOURS", default_value_t = BulkLimits::default().keep.as_hours(), help_heading = "Bulk files")]
    bulk_keep_hours: i64,
    /// Results in XML of more MiB come as ZIP, asked for or not
    #[arg(long, value_name = "MIB", default_value_t = BulkLimits::default().zip_above / MIB, help_heading = "Bulk files")]
    bulk_zip_above_mib: usize,
    /// Slices of files that this process works on at once
    #[arg(long, value_name = "N", default_value_t = BulkLimits::default().workers, help_heading = "Bulk files")]
    bulk_workers: usize,
    /// For how many seconds a slice belongs to the worker that took it; if the worker dies, its work goes on after that
    #[arg(long, value_name = "SECONDS", default_value_t = BulkLimits::default().lease.as_secs(), help_heading = "Bulk files")]
    bulk_lease_seconds: i64,
    /// How many seconds the clocks of the processes on one database may be apart; so much later a dead worker's work goes on
    #[arg(long, value_name = "SECONDS", default_value_t = BulkLimits::default().skew.as_secs(), help_heading = "Bulk files")]
    bulk_clock_skew_seconds: i64,
    /// Tries at a slice before its file is given up; a worker that dies or loses its lease has tried too
    #[arg(long, value_name = "N", default_value_t = BulkLimits::default().attempts, help_heading = "Bulk files")]
    bulk_attempts: i16,
}

const MIB: usize = 1024 * 1024;

impl BulkOptions {
    pub fn limits(&self) -> Result<BulkLimits, Exit> {
        let usual = BulkLimits::default();
        let positive = |name: &str, good: bool| match good {
            true => Ok(()),
            false => Err(Exit::usage((format!("{name} must be at least 1"), format!("{name}は1以上です")))),
        };
        positive("--bulk-persons", self.bulk_persons > 0)?;
        positive("--bulk-file-mib", self.bulk_file_mib > 0)?;
        positive("--bulk-keep-hours", self.bulk_keep_hours > 0)?;
        positive("--bulk-lease-seconds", self.bulk_lease_seconds > 0)?;
        positive("--bulk-attempts", self.bulk_attempts > 0)?;
        if self.bulk_clock_skew_seconds < 0 {
            return Err(Exit::usage((
                "--bulk-clock-skew-seconds must not be negative",
                "--bulk-clock-skew-seconds に負の値は指定できません",
            )));
        }
        let file_bytes = self.bulk_file_mib.saturating_mul(MIB);
        let hours = |hours: i64| SignedDuration::try_from_hours(hours).unwrap_or(SignedDuration::MAX);
        Ok(BulkLimits {
            persons: self.bulk_persons,
            file_bytes,
            // A file of the largest size must be able to arrive, and one institution's files take at most half of this.
            arriving_bytes: usual.arriving_bytes.max(2 * file_bytes),
            in_flight: self.bulk_in_flight,
            people_a_day: self.bulk_people_a_day,
            keep: hours(self.bulk_keep_hours),
            zip_above: self.bulk_zip_above_mib.saturating_mul(MIB),
            workers: self.bulk_workers,
            lease: SignedDuration::from_secs(self.bulk_lease_seconds),
            skew: SignedDuration::from_secs(self.bulk_clock_skew_seconds),
            attempts: self.bulk_attempts,
            ..usual
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        bulk: BulkOptions,
    }

    fn limits(words: &[&str]) -> Option<BulkLimits> {
        Words::try_parse_from([&["shikaku"], words].concat()).ok()?.bulk.limits().ok()
    }

    #[test]
    fn lease_and_skew_are_those_that_are_given() {
        let given = limits(&["--bulk-lease-seconds", "70", "--bulk-clock-skew-seconds", "7"]).unwrap();
        assert_eq!((given.lease, given.skew), (SignedDuration::from_secs(70), SignedDuration::from_secs(7)));
        let usual = limits(&[]).unwrap();
        assert_eq!((usual.lease, usual.skew), (BulkLimits::default().lease, BulkLimits::default().skew));
        assert_eq!(limits(&["--bulk-clock-skew-seconds", "0"]).unwrap().skew, SignedDuration::ZERO);
        assert_eq!((usual.attempts, limits(&["--bulk-attempts", "9"]).unwrap().attempts), (5, 9));
        for wrong in [["--bulk-clock-skew-seconds=-1"], ["--bulk-lease-seconds=0"], ["--bulk-attempts=0"]] {
            assert!(limits(&wrong).is_none(), "{wrong:?}");
        }
    }
}
