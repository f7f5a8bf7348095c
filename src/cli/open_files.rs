//! Bounds terminal connections by the limit of open files, which is raised as far as possible.

use tracing::warn;

use super::exit::Exit;
use crate::command_line::open_files;

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
    let files = open_files(needed);
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
