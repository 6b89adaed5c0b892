//! Whether the editor's process is still there: one that was killed says no goodbye, and its end of the streams may live on in
//! others that it started. Refuses to watch a process that it cannot see at the start, as from within a container.

use std::time::Duration;

/// How often is looked.
const PAUSE: Duration = Duration::from_secs(2);

/// A process that was there when it was looked for first.
pub(super) struct Parent(
    #[cfg_attr(not(unix), allow(dead_code, reason = "there, streams end with their process"))] i32,
);

impl Parent {
    /// The process of that id, where it is there and can be watched.
    pub(super) fn alive(id: i32) -> Option<Parent> {
        Parent(id).is_alive().unwrap_or(false).then_some(Parent(id))
    }

    /// Ends when the process has ended.
    pub(super) async fn ended(self) {
        while self.is_alive() != Some(false) {
            tokio::time::sleep(PAUSE).await;
        }
    }

    #[cfg(unix)]
    fn is_alive(&self) -> Option<bool> {
        let id = rustix::process::Pid::from_raw(self.0)?;
        // Another user's may not be asked, but is there.
        Some(!matches!(rustix::process::test_kill_process(id), Err(rustix::io::Errno::SRCH)))
    }

    #[cfg(not(unix))]
    fn is_alive(&self) -> Option<bool> {
        None
    }
}
