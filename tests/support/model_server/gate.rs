//! What a test holds a reply with.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Holds a reply until the test opens it.
#[derive(Clone)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    pub fn shut() -> Gate {
        Gate(Arc::new(Semaphore::new(0)))
    }

    /// For good.
    pub fn open(&self) {
        self.0.close();
    }

    pub(super) async fn passed(&self) {
        // Closing is the signal; nobody hands out permits.
        drop(self.0.acquire().await);
    }
}
