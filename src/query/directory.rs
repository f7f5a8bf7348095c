//! Keeps a copy of insurers and institutions in memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use sqlx::postgres::PgListener;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::decide::Record;
use crate::domain::{Institution, InstitutionCode, InsurerNumber};
use crate::store::reference::CHANGED;
use crate::store::{Store, StoreError};

use super::{QueryError, failed};

/// The longest time for which a copy is used without an announcement of a change.
const REFRESH: Duration = Duration::from_secs(10);

/// The pause before listening again after the connection was lost.
const PAUSE: Duration = Duration::from_millis(200);

/// Keeps insurers and institutions in memory: a few thousand names and some 200,000 codes, needed for every answer and seldom
/// changed. A change is announced when it commits and taken over within milliseconds. A number that is not in memory is looked up
/// in the database before it counts as unknown. The copy holds nothing about people.
pub struct Directory {
    store: Store,
    copy: ArcSwap<Copy>,
}

#[derive(Default)]
struct Copy {
    insurers: HashMap<InsurerNumber, Arc<str>>,
    institutions: HashMap<InstitutionCode, Arc<Institution>>,
}

impl Directory {
    /// Reads both tables.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn load(store: Store) -> Result<Self, StoreError> {
        let copy = read(&store).await?;
        Ok(Self { store, copy: ArcSwap::from_pointee(copy) })
    }

    /// Follows announced changes until `stop`.
    pub async fn follow(self: Arc<Self>, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow_for_ever() => {}
        }
    }

    async fn follow_for_ever(&self) {
        let mut listener = None;
        loop {
            if listener.is_none() {
                listener = self.listen().await;
            }
            let announced = async {
                match &mut listener {
                    Some(listener) => listener.try_recv().await.is_ok_and(|announcement| announcement.is_some()),
                    None => std::future::pending().await,
                }
            };
            let still_listening = tokio::select! {
                () = tokio::time::sleep(REFRESH) => true,
                still_listening = announced => still_listening,
            };
            if !still_listening {
                listener = None;
                tokio::time::sleep(PAUSE).await;
            }
            self.refresh().await;
        }
    }

    /// Returns the name of the insurer of a coverage. The registry holds no coverage without its insurer, so an insurer is
    /// missing only if the registry was just emptied.
    ///
    /// # Errors
    /// If the insurer is not in memory, and the database does not answer or does not have it.
    pub async fn insurer_name(&self, number: InsurerNumber) -> Result<Arc<str>, QueryError> {
        if let Some(name) = self.copy.load().insurers.get(&number) {
            return Ok(name.clone());
        }
        let insurer = found(self.store.insurer(number)).await?.ok_or(QueryError::Unavailable)?;
        Ok(insurer.name.into())
    }

    /// Pairs each record with the name of its insurer.
    ///
    /// # Errors
    /// As for [`Directory::insurer_name`].
    pub async fn named(&self, records: Vec<Record>) -> Result<Vec<(Record, Arc<str>)>, QueryError> {
        let mut named = Vec::with_capacity(records.len());
        for record in records {
            let insurer = self.insurer_name(record.coverage.key.insurer).await?;
            named.push((record, insurer));
        }
        Ok(named)
    }

    /// Returns the institution; None if it is not registered.
    ///
    /// # Errors
    /// If the institution is not in memory and the database does not answer.
    pub async fn institution(&self, code: InstitutionCode) -> Result<Option<Arc<Institution>>, QueryError> {
        if let Some(institution) = self.copy.load().institutions.get(&code) {
            return Ok(Some(institution.clone()));
        }
        // Boxed, because this future is large and seldom needed.
        Ok(Box::pin(found(self.store.institution(code))).await?.map(Arc::new))
    }

    async fn listen(&self) -> Option<PgListener> {
        let mut listener = PgListener::connect_with(self.store.pool()).await.ok()?;
        listener.listen(CHANGED).await.ok()?;
        // Catches up on changes made while the connection was lost.
        self.refresh().await;
        Some(listener)
    }

    async fn refresh(&self) {
        match read(&self.store).await {
            Ok(copy) => self.copy.store(Arc::new(copy)),
            Err(error) => warn!(error = %error, "insurers and institutions could not be read anew"),
        }
    }
}

/// Awaits the lookup of one row that was not in memory.
async fn found<T>(row: impl Future<Output = Result<Option<T>, StoreError>>) -> Result<Option<T>, QueryError> {
    row.await.map_err(failed("reference"))
}

/// Leaves out a row with an illegal value, so that only questions about that row fail.
fn legal<T>(row: Result<T, StoreError>) -> Option<T> {
    row.inspect_err(|error| error!(error = %error, "an insurer or institution is left out")).ok()
}

async fn read(store: &Store) -> Result<Copy, StoreError> {
    let insurers = store.insurers().await?.into_iter().filter_map(legal);
    let institutions = store.institutions().await?.into_iter().filter_map(legal);
    Ok(Copy {
        insurers: insurers.map(|insurer| (insurer.number, insurer.name.into())).collect(),
        institutions: institutions.map(|institution| (institution.code, Arc::new(institution))).collect(),
    })
}
