//! Raises the limit of open files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit of open files as far as needed and allowed; returns the limit, which may be lower than needed.
#[must_use]
pub fn open_files(needed: u64) -> u64 {
    let limit = getrlimit(Resource::Nofile);
    if let Some(current) = raised(limit, needed) {
        // If the limit cannot be raised, the caller goes by what there is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: limit.maximum });
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
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
