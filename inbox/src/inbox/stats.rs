//! What an inbox holds.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::InboxNoticeKind;
use super::notice::Counters;
use super::store::{State, StateRow};

/// What an inbox holds, and what this process has counted since it opened it: see
/// [`Inbox::stats`](super::Inbox::stats).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InboxStats {
    /// Deliveries that wait to be handled.
    pub pending: StateStats,
    /// Deliveries that are being handled.
    pub running: StateStats,
    /// Deliveries that have no attempt left, or were rejected.
    pub dead: StateStats,
    /// Handled deliveries whose keys are kept.
    pub done: u64,
    /// When the tables were made, as a Unix time in milliseconds.
    pub made: i64,
    /// The kind of file system that a file is on, if it is lost with the container or the next start: `overlay` or
    /// `tmpfs`. What was answered with 200 is then lost, too: use a volume.
    pub lost_with: Option<&'static str>,
    counts: [u64; InboxNoticeKind::ALL.len()],
}

/// How many deliveries are in a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateStats {
    /// How many.
    pub number: u64,
    /// The bytes of their bodies.
    pub bytes: u64,
    /// How long ago the oldest of them was stored, if there are any, by this machine's clock.
    pub oldest: Option<Duration>,
}

impl InboxStats {
    /// How often this process has reported such a notice since it opened the inbox.
    #[must_use]
    pub const fn count(&self, kind: InboxNoticeKind) -> u64 {
        self.counts[kind as usize]
    }
}

pub(super) fn of(rows: &[StateRow], counters: &Counters, made: i64, file: Option<&Path>) -> InboxStats {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let age = |since: i64| now.saturating_sub(Duration::from_millis(u64::try_from(since).unwrap_or(0)));
    let of_state = |state| {
        let row = rows.iter().find(|row| row.state == state);
        row.map_or_else(StateStats::default, |row| StateStats {
            number: row.number,
            bytes: row.bytes,
            oldest: row.oldest.map(age),
        })
    };
    let mut counts = [0; InboxNoticeKind::ALL.len()];
    for (count, kind) in counts.iter_mut().zip(InboxNoticeKind::ALL) {
        *count = counters.of(*kind);
    }
    InboxStats {
        pending: of_state(State::Pending),
        running: of_state(State::Running),
        dead: of_state(State::Dead),
        done: of_state(State::Done).number,
        made,
        lost_with: file.and_then(lost_with),
        counts,
    }
}

/// The kind of a file system that does not last, from what Linux mounts.
fn lost_with(file: &Path) -> Option<&'static str> {
    let file = file.canonicalize().ok()?;
    of_mounts(&std::fs::read_to_string("/proc/self/mounts").ok()?, &file)
}

fn of_mounts(mounts: &str, file: &Path) -> Option<&'static str> {
    let mut found: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(at), Some(kind)) = (words.next(), words.next()) else { continue };
        let length = Path::new(at).components().count();
        // Of two mounts at one place, the later one is seen.
        if file.starts_with(at) && found.is_none_or(|(longest, _)| length >= longest) {
            found = Some((length, kind));
        }
    }
    ["overlay", "tmpfs"].into_iter().find(|kind| found.is_some_and(|(_, found)| found == *kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_on_the_disk_of_a_container_is_recognized_and_one_on_a_volume_is_not() {
        let mounts =
            "overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n/dev/sda /data ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0";
        for (file, expected) in [
            ("/app/inbox.db", Some("overlay")),
            ("/data/inbox.db", None),
            ("/database/inbox.db", Some("overlay")),
            ("/run/inbox.db", Some("tmpfs")),
        ] {
            assert_eq!(of_mounts(mounts, Path::new(file)), expected, "{file}");
        }
        assert_eq!(of_mounts("", Path::new("/inbox.db")), None);
    }
}
