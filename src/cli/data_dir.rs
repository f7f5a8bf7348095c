//! The option for the directory that holds a server's state.

use std::path::PathBuf;

/// Where the state of a server that was started here lies.
#[derive(clap::Args)]
pub(super) struct DataDir {
    /// Directory of the database, the test PKI and the secret
    #[arg(long, value_name = "DIR", default_value = ".shikaku", env = "SHIKAKU_DATA_DIR")]
    pub data_dir: PathBuf,
}

impl DataDir {
    pub fn pki(&self) -> PathBuf {
        self.data_dir.join("pki")
    }

    pub fn postgres(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    pub fn secret(&self) -> PathBuf {
        self.data_dir.join("secret.key")
    }
}
