//! Finds the private PostgreSQL that another process runs.

use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::Path;

use sqlx::postgres::PgConnectOptions;

use super::directory::{root_beside, socket_of};
use super::server::login;
use super::{PostgresError, PrivatePostgres};

impl PrivatePostgres {
    /// Returns how to log in to `database` on the server that another process runs on `directory`, the directory that it gave to
    /// [`PrivatePostgres::start`]. Starts and locks nothing.
    ///
    /// # Errors
    /// [`PostgresError::NotRunning`] when no server runs there; [`PostgresError::Io`] when this process may not reach it.
    pub fn running_on(directory: &Path, database: &str) -> Result<PgConnectOptions, PostgresError> {
        // A directory that was never made has no server, and no other name either.
        let Ok(wanted) = directory.canonicalize() else { return Err(PostgresError::NotRunning(directory.to_owned())) };
        // Which of the two it is depends on the account that started it, which need not be ours.
        for root in [wanted.clone(), root_beside(&wanted)] {
            let socket = socket_of(&root);
            match UnixStream::connect(socket.join(".s.PGSQL.5432")) {
                Ok(_) => return Ok(login(&socket, database)),
                // No socket, or one that a killed server left behind.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {}
                Err(error) => return Err(PostgresError::io("connecting to", socket)(error)),
            }
        }
        Err(PostgresError::NotRunning(directory.to_owned()))
    }
}
