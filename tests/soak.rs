//! Somebody works for as long as one likes, at random, with the real binary and with model servers that fail in every way:
//! whatever happens, texts stay the same on both sides, each request has one answer, and nothing grows. How it went for an hour
//! stands in `docs/reliability.md`.

mod flaky;
mod ledger;
mod session;
mod sources;
mod typist;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use session::Session;

/// What a session is to be like.
pub struct Orders {
    /// The same seed means the same choices; what comes of them hangs on how fast everybody is.
    seed: u64,
    until: Until,
    /// Steps between two looks at everything.
    check_every: usize,
    /// How long a silent model server is waited for, in seconds.
    patience_s: f64,
    /// Folders with files to work on, beside the case files.
    trees: Vec<PathBuf>,
    /// A real llama.cpp server that fills in completions half of the time.
    engine: Option<String>,
}

/// What a session is no use without.
const WANTED: [&str; 4] = ["edits made", "completions shown", "texts compared", "scopes compared"];

/// When it ends.
pub enum Until {
    /// After so many steps, once all of [`WANTED`] was seen: when that is hangs on how fast everybody is.
    Seen(usize),
    Then(Instant),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_session_at_random_holds_together() {
    let orders =
        Orders { seed: 1, until: Until::Seen(600), check_every: 200, patience_s: 0.2, trees: Vec::new(), engine: None };
    let ledger = Session::start(orders).await.run().await;
    assert_eq!(ledger.counted("requests"), ledger.counted("answers"));
    for what in WANTED {
        assert!(ledger.counted(what) > 0, "no {what}\n{}", ledger.table());
    }
}

/// `GRAFT_SOAK_SECONDS=3600 cargo test soak -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as GRAFT_SOAK_SECONDS says"]
#[allow(clippy::print_stdout, reason = "the table is what it is run for")]
async fn a_long_session_at_random_holds_together() {
    let number = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let seconds = number("GRAFT_SOAK_SECONDS", 60);
    let own = ["server", "tests"].map(|folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder));
    let more = std::env::var_os("GRAFT_SOAK_TREES").unwrap_or_default();
    let orders = Orders {
        seed: number("GRAFT_SOAK_SEED", 1),
        until: Until::Then(Instant::now() + Duration::from_secs(seconds)),
        check_every: 500,
        patience_s: 0.5,
        trees: own.into_iter().chain(std::env::split_paths(&more)).collect(),
        engine: std::env::var("GRAFT_SOAK_LLAMA").ok(),
    };
    let ledger = Session::start(orders).await.run().await;
    println!("{}", ledger.table());
    ledger.is_flat();
}
