//! Finds the private PostgreSQL that another process runs.

use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::Path;

use sqlx::postgres::PgConnectOptions;

use super::cluster_directory::{root_beside, socket_of};
use super::server::login;
use super::{PostgresError, PrivatePostgres};

impl PrivatePostgres {
    /// Returns the login options for `database` on the server that another process runs on `directory`, the directory passed to
    /// [`PrivatePostgres::start`]. Starts and locks nothing.
    ///
    /// # Errors
    /// [`PostgresError::NotRunning`] if no server runs there; [`PostgresError::Io`] if this process may not reach it.
    pub fn running_on(directory: &Path, database: &str) -> Result<PgConnectOptions, PostgresError> {
        // A directory that does not exist has no server, and no second place either.
        let Ok(wanted) = directory.canonicalize() else { return Err(PostgresError::NotRunning(directory.to_owned())) };
        // Which of the two places it is depends on the account that started the server, which may be another one.
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
