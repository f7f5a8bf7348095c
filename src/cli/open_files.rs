//! Raises the limit of open files, and bounds terminal connections by it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

use super::exit::Exit;

/// Open files besides terminal connections: 128 operator connections, connections to the database, listeners, certificates, and
/// connections that are closed at once because there are too many.
const OTHERS: u64 = 256;

/// The least number of connections for which a server starts.
const FEWEST: u64 = 16;

/// Raises the limit of open files as far as needed and allowed, with room for `more` connections of another listener. Returns the
/// number of connections that fit: `wanted`, or fewer.
///
/// # Errors
/// If fewer fit than a server needs to start.
pub(super) fn connections(wanted: usize, more: usize) -> Result<usize, Exit> {
    let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
    let others = number(more).saturating_add(OTHERS);
    let needed = number(wanted).saturating_add(others);
    let limit = getrlimit(Resource::Nofile);
    if let Some(current) = raised(limit, needed) {
        // If the limit cannot be raised, the count below goes by what there is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: limit.maximum });
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let fitting = files.saturating_sub(others);
    if files >= needed {
        return Ok(wanted);
    }
    if fitting < FEWEST {
        return Err(Exit::environment((
            format!(
                "this process may have {files} files open at once, too few for a server; {wanted} connections \
                 (--max-connections) need {needed}. Raise the limit, as with `ulimit -n {needed}`"
            ),
            format!(
                "このプロセスが同時に開けるファイルは{files}個までで、サーバーには足りません。{wanted}接続（--max-connections）には\
                 {needed}個必要です。`ulimit -n {needed}`などで上限を上げてください"
            ),
        )));
    }
    warn!(
        files,
        needed,
        wanted,
        connections = fitting,
        "fewer terminal connections than wanted: the limit of open files is low"
    );
    Ok(usize::try_from(fitting).unwrap_or(wanted))
}

/// Returns the limit to set; None if there are enough files, or more are not allowed.
fn raised(limit: Rlimit, needed: u64) -> Option<u64> {
    let current = limit.current?;
    let possible = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    (current < needed && possible > current).then_some(possible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_needed_and_allowed_and_never_lowered() {
        let limit = |current, maximum| Rlimit { current, maximum };
        assert_eq!(raised(limit(Some(1024), Some(1_048_576)), 4352), Some(4352));
        assert_eq!(raised(limit(Some(1024), None), 4352), Some(4352));
        assert_eq!(raised(limit(Some(1024), Some(2048)), 4352), Some(2048));
        assert_eq!(raised(limit(Some(1024), Some(1024)), 4352), None);
        assert_eq!(raised(limit(Some(8192), Some(8192)), 4352), None);
        assert_eq!(raised(limit(None, None), 4352), None);
    }
}
