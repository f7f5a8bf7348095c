//! The account under which the private server runs.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::PostgresError;

/// The account that the server runs as: our own, or an unprivileged one if we are root, because PostgreSQL refuses root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
    /// Whether the server runs under another account than ours.
    pub dropped: bool,
}

impl Account {
    pub fn choose() -> Result<Self, PostgresError> {
        let uid = rustix::process::geteuid();
        if !uid.is_root() {
            return Ok(Self { uid: uid.as_raw(), gid: rustix::process::getegid().as_raw(), dropped: false });
        }
        let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"].iter().find_map(|name| Self::named(&accounts, name)).ok_or(PostgresError::NoAccount)
    }

    fn named(accounts: &str, name: &str) -> Option<Self> {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2);
        Some(Self { uid: ids.next()?.parse().ok()?, gid: ids.next()?.parse().ok()?, dropped: true })
    }

    /// Returns whether this account can pass through every directory above `path`.
    pub fn reaches(&self, path: &Path) -> bool {
        path.ancestors().skip(1).filter_map(|parent| parent.metadata().ok()).all(|parent| {
            let bit = if parent.uid() == self.uid {
                0o100
            } else if parent.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            parent.mode() & bit != 0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_from_the_list() {
        let list = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
        let nobody = Account::named(list, "nobody").unwrap();
        assert_eq!((nobody.uid, nobody.gid), (65534, 65534));
        assert!(Account::named(list, "postgres").is_none());
    }
}
