//! Watches a window of a measurement: how much was done, and what client, server, database and others spent on it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shikaku::language::Bilingual;

use crate::priority;
use crate::processor::{self, Process};

/// How often a warm-up looks whether it is over.
const LOOK: Duration = Duration::from_millis(5);

/// The processes of a measurement.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// The server's process; what is below it counts too.
    pub server: Option<u32>,
    /// The database's process, which may be below the server and is counted apart from it.
    pub database: Option<u32>,
    /// Whether their sessions are raised.
    pub raised: bool,
}

/// When a window opens and closes.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From the first request to the opening.
    pub warm_up: Duration,
    /// The requests after which it opens in any case.
    pub most_warm_up: u64,
    /// From the opening to the closing.
    pub window: Duration,
}

/// What a window has shown.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Requests a second.
    pub rate: f64,
    /// Processor time of the client for a request, in microseconds.
    pub client: f64,
    /// The same of the server; none if there is no server but the database.
    pub server: Option<f64>,
    /// The same of the database; none if there is none.
    pub database: Option<f64>,
    /// Memory of the server in bytes.
    pub memory: Option<u64>,
    /// The share of the machine's processors that all others took, from 0 to 1.
    pub others: f64,
}

/// What was spent until a moment.
struct Moment {
    at: Instant,
    done: u64,
    client: Duration,
    of_ended: Duration,
    server: Duration,
    database: Duration,
    busy: Duration,
}

impl Watch {
    /// Watches requests that tasks of this process send, and count in `done`, until the time is over or `ended` is done.
    ///
    /// # Errors
    /// If `/proc` cannot be read, or nothing was done in the window.
    pub async fn window(
        &self,
        timing: Timing,
        done: &AtomicU64,
        ended: impl Future<Output = ()>,
    ) -> Result<Measured, Bilingual> {
        tokio::pin!(ended);
        let opens = Instant::now() + timing.warm_up;
        while Instant::now() < opens && done.load(Ordering::Relaxed) < timing.most_warm_up {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = &mut ended => return Err(nothing()),
            }
        }
        // The database has a process for each connection by now.
        self.raise(None)?;
        let before = self.moment(done.load(Ordering::Relaxed))?;
        tokio::select! {
            () = tokio::time::sleep(timing.window) => {}
            () = &mut ended => {}
        }
        let after = self.moment(done.load(Ordering::Relaxed))?;
        let client = after.client.saturating_sub(before.client);
        self.measured(&before, &after, client)
    }

    /// Watches a client that is another program. `run` starts it, waits for its end, and returns the number of its requests, and how
    /// many it did a second.
    ///
    /// # Errors
    /// If `/proc` cannot be read, or `run` fails.
    pub async fn program(&self, run: impl AsyncFnOnce() -> Result<(u64, f64), Bilingual>) -> Result<Measured, Bilingual> {
        let before = self.moment(0)?;
        let (done, rate) = run().await?;
        let after = self.moment(done)?;
        let client = after.of_ended.saturating_sub(before.of_ended);
        Ok(Measured { rate, ..self.measured(&before, &after, client)? })
    }

    /// Raises the sessions of server and database, and of another process, if they are to be.
    ///
    /// # Errors
    /// If it is not permitted; it was at the beginning.
    pub fn raise(&self, also: Option<u32>) -> Result<(), Bilingual> {
        if !self.raised {
            return Ok(());
        }
        let all = [self.server, self.database, also].into_iter().flatten().flat_map(processor::tree);
        Ok(priority::raise(all.map(|process| process.id))?)
    }

    fn moment(&self, done: u64) -> Result<Moment, Bilingual> {
        let at = Instant::now();
        let (server, database) = (self.of_server(), self.of_database());
        let (client, of_ended) = processor::own()?;
        let [server, database] = [&server, &database].map(|processes| processor::spent(processes));
        Ok(Moment { at, done, client, of_ended, server, database, busy: processor::busy()? })
    }

    fn of_database(&self) -> Vec<Process> {
        self.database.map(processor::tree).unwrap_or_default()
    }

    fn of_server(&self) -> Vec<Process> {
        let apart = self.of_database();
        let mut all = self.server.map(processor::tree).unwrap_or_default();
        all.retain(|process| !apart.iter().any(|other| other.id == process.id));
        all
    }

    fn measured(&self, before: &Moment, after: &Moment, client: Duration) -> Result<Measured, Bilingual> {
        let done = (after.done - before.done) as f64;
        if done == 0.0 {
            return Err(nothing());
        }
        let lasted = (after.at - before.at).as_secs_f64();
        let server = after.server.saturating_sub(before.server);
        let database = after.database.saturating_sub(before.database);
        let all = (after.busy.saturating_sub(before.busy)).as_secs_f64();
        let ours = (client + server + database).as_secs_f64();
        let cores = std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
        let each = |time: Duration| time.as_secs_f64() * 1e6 / done;
        Ok(Measured {
            rate: done / lasted,
            client: each(client),
            server: self.server.map(|_| each(server)),
            database: self.database.map(|_| each(database)),
            memory: self.server.and_then(|_| processor::memory(&self.of_server())),
            others: ((all - ours) / (lasted * cores)).clamp(0.0, 1.0),
        })
    }
}

fn nothing() -> Bilingual {
    ("no request was answered in the window", "測定の間に回答が一つもありませんでした").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: Instant, done: u64, millis: [u64; 4]) -> Moment {
        let [client, server, database, busy] = millis.map(Duration::from_millis);
        Moment { at, done, client, of_ended: Duration::ZERO, server, database, busy }
    }

    #[test]
    fn what_was_spent_is_shared_out_among_the_requests() {
        let watch = Watch { server: Some(1), database: Some(1), raised: false };
        let begun = Instant::now();
        let cores = std::thread::available_parallelism().unwrap().get() as u64;
        let before = moment(begun, 500, [100, 100, 100, 1000]);
        // In two seconds: 1000 requests, 50 + 40 + 30 ms of ours, and a tenth of the machine besides.
        let after = moment(begun + Duration::from_secs(2), 1500, [150, 140, 130, 1000 + 120 + 200 * cores]);
        let measured = watch.measured(&before, &after, Duration::from_millis(50)).unwrap();
        let near = |found: f64, wanted: f64| (found - wanted).abs() < 1e-6;
        assert!(near(measured.rate, 500.0) && near(measured.client, 50.0) && near(measured.others, 0.1), "{measured:?}");
        assert!(near(measured.server.unwrap(), 40.0) && near(measured.database.unwrap(), 30.0), "{measured:?}");
        assert!(watch.measured(&before, &before, Duration::ZERO).is_err());
    }
}
