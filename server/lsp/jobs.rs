//! The jobs that run: who they are, how far they are, and how they are stopped. Refuses to know what they do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_lsp::gen_lsp_types::Uri;

use crate::actions::ActionId;
use crate::engine::Progress;

/// One running job.
#[derive(Debug)]
pub(super) struct Job {
    /// Its name for the client, and the token of its progress.
    pub(super) id: String,
    pub(super) action: ActionId,
    pub(super) uri: Uri,
    /// Fires when somebody no longer wants the job.
    pub(super) cancelled: CancellationToken,
    progress: Mutex<Option<Progress>>,
    number: u64,
}

impl Job {
    /// How far it is; nothing before the engine's first word.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.progress.lock().ok().and_then(|progress| progress.clone())
    }

    /// Notes how far it is.
    pub(super) fn note(&self, progress: Progress) {
        if let Ok(mut current) = self.progress.lock() {
            *current = Some(progress);
        }
    }
}

/// All running jobs of a connection.
pub(super) struct Jobs {
    running: DashMap<String, Arc<Job>>,
    started: AtomicU64,
    stop: CancellationToken,
    /// The tasks that jobs run in.
    pub(super) tasks: TaskTracker,
}

impl Jobs {
    pub(super) fn new() -> Jobs {
        Jobs {
            running: DashMap::new(),
            started: AtomicU64::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Makes a job known.
    pub(super) fn add(&self, action: ActionId, uri: Uri) -> Arc<Job> {
        let number = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let job = Arc::new(Job {
            id: format!("graft-{number}"),
            action,
            uri,
            cancelled: self.stop.child_token(),
            progress: Mutex::new(None),
            number,
        });
        self.running.insert(job.id.clone(), job.clone());
        job
    }

    /// Takes a job off the list.
    pub(super) fn remove(&self, id: &str) {
        self.running.remove(id);
    }

    /// All of them, the oldest first.
    pub(super) fn list(&self) -> Vec<Arc<Job>> {
        let mut jobs: Vec<Arc<Job>> = self.running.iter().map(|job| job.clone()).collect();
        jobs.sort_by_key(|job| job.number);
        jobs
    }

    /// Stops a job. False where there is none of that name: it may have ended a moment ago.
    pub(super) fn cancel(&self, id: &str) -> bool {
        let job = self.running.get(id).map(|job| job.clone());
        job.is_some_and(|job| {
            job.cancelled.cancel();
            true
        })
    }

    /// Stops all of them; returns their names.
    pub(super) fn cancel_all(&self) -> Vec<String> {
        let jobs = self.list();
        jobs.iter().for_each(|job| job.cancelled.cancel());
        jobs.iter().map(|job| job.id.clone()).collect()
    }

    /// Stops all of them and everything that they wait for, for good: the client is gone.
    pub(super) fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
    }

    /// Ends when the client is gone.
    pub(super) async fn stopped(&self) {
        self.stop.cancelled().await;
    }
}
