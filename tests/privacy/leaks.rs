//! Whatever the config, the files, the failures and the face: no byte of a file reaches a server that its class does not allow,
//! and no key another server, a message, a log or JSON. What each file's class is, this works out by itself.

mod server;
mod stage;
mod world;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use graft_ls::config::PrivacyClass;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

use self::stage::Stage;
use self::world::{Face, World, worlds};

/// So many worlds are tried at a time; each has several tasks.
const WORLDS: u32 = 40;
/// Worlds are random: a round may lack a kind of task's end. More rounds than that have all, or something is wrong.
const ROUNDS: u32 = 8;

/// What the runs came to, so that the test cannot pass by doing nothing.
#[derive(Default)]
struct Tally {
    /// Requests with code that reached a cloud, as they may.
    to_clouds: AtomicUsize,
    /// The same, of one's own servers, with code that stays at home.
    kept_at_home: AtomicUsize,
    /// Tasks that ended for privacy's sake.
    refused: AtomicUsize,
    /// Requests with names in the place of secrets.
    masked: AtomicUsize,
    /// Edits that were made.
    edits: AtomicUsize,
    /// Edits that an editor made.
    edits_in_editor: AtomicUsize,
    /// Completions for which a model was asked.
    completions: AtomicUsize,
    /// Requests to one of several machines of a provider.
    to_pools: AtomicUsize,
}

impl Tally {
    fn counts(&self) -> [(&'static str, usize); 8] {
        [
            ("to clouds", &self.to_clouds),
            ("kept at home", &self.kept_at_home),
            ("refused", &self.refused),
            ("masked", &self.masked),
            ("edits", &self.edits),
            ("edits in an editor", &self.edits_in_editor),
            ("completions", &self.completions),
            ("to pools", &self.to_pools),
        ]
        .map(|(what, count)| (what, count.load(Ordering::Relaxed)))
    }

    fn has_all(&self) -> bool {
        self.counts().iter().all(|(_, count)| *count >= 5)
    }
}

#[test]
fn no_byte_reaches_a_server_that_its_file_s_class_does_not_allow() {
    let tally = Tally::default();
    let config = Config { cases: WORLDS, failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    for _ in 0..ROUNDS {
        let result = TestRunner::new(config.clone()).run(&worlds(), |world| tokio_run(&world, &tally));
        result.unwrap_or_else(|error| panic!("{error}"));
        if tally.has_all() {
            return;
        }
    }
    panic!("{:?}", tally.counts());
}

fn tokio_run(world: &World, tally: &Tally) -> Result<(), TestCaseError> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(check(world, tally))?;
    let log = log.text();
    for secret in world.secrets() {
        wants(!log.contains(&secret), || format!("`{secret}` is in the log:\n{log}"))?;
    }
    Ok(())
}

async fn check(world: &World, tally: &Tally) -> Result<(), TestCaseError> {
    let stage = Stage::set(world).await;
    for task in &world.tasks {
        let before = stage.counts();
        let report = stage.perform(task).await;
        check_report(world, &report.json, &report.said)?;
        let class = stage.class_of(task);
        let told = report.json["route"]["privacy"].as_str().unwrap_or("any");
        let told = PrivacyClass::ALL.into_iter().find(|class| class.as_str() == told).unwrap();
        // An editor is told no class.
        wants(told >= class || report.json.is_null(), || format!("{task:?} is {class:?}: {}", report.json))?;
        if report.json["reason"]["code"] == "privacy" {
            tally.refused.fetch_add(1, Ordering::Relaxed);
        }
        if report.json["diff"].as_str().is_some_and(|diff| !diff.is_empty()) {
            tally.edits.fetch_add(1, Ordering::Relaxed);
        }
        if task.face == Face::Complete {
            tally.completions.fetch_add(usize::from(stage.counts() != before), Ordering::Relaxed);
        }
        if task.face == Face::Editor {
            let edits = report.said.contains("Graft: ") && report.has_edited;
            tally.edits_in_editor.fetch_add(usize::from(edits), Ordering::Relaxed);
        }
        for ((server, number), request) in stage.requests_since(&before) {
            let body = request.body.to_string();
            let shown: Vec<(String, PrivacyClass)> = stage.shown_in(&body);
            let strictest = shown.iter().map(|(_, class)| *class).max().unwrap_or_default();
            let strictest = if shown.is_empty() { PrivacyClass::Any } else { strictest.max(class) };
            let owner = world.servers[server].owner(number);
            tally.to_pools.fetch_add(usize::from(world.servers[server].boxes.len() > 1), Ordering::Relaxed);
            wants(strictest.allows(owner), || format!("{strictest:?} went to {owner:?}, {task:?}: {shown:?}\n{body}"))?;
            let shows_secret = (0..world::FILES.len()).any(|file| body.contains(&world::secret(file)[..20]));
            let may = world.sends_secrets() || owner == graft_ls::config::Ownership::Mine;
            wants(may || !shows_secret, || format!("a secret went to {owner:?}, {task:?}\n{body}"))?;
            if body.contains("GRAFT_SECRET_") {
                tally.masked.fetch_add(1, Ordering::Relaxed);
            }
            for key in world.keys().filter(|key| *key != world.servers[server].key()) {
                wants(!format!("{request:?}").contains(&key), || format!("`{key}` went to server {server}"))?;
            }
            match (shown.is_empty(), owner) {
                (true, _) => {}
                (_, graft_ls::config::Ownership::Cloud) => drop(tally.to_clouds.fetch_add(1, Ordering::Relaxed)),
                _ if strictest == PrivacyClass::LocalOnly => drop(tally.kept_at_home.fetch_add(1, Ordering::Relaxed)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Nothing but the edit itself repeats code, and nothing at all a key.
fn check_report(world: &World, report: &Value, said: &str) -> Result<(), TestCaseError> {
    let whole = report.to_string();
    let mut told = report.clone();
    for part in ["output", "diff", "edits", "text"] {
        told[part] = Value::Null;
    }
    let told = format!("{told}\n{said}");
    for key in world.keys() {
        wants(!whole.contains(&key) && !said.contains(&key), || format!("`{key}` is told: {whole}\n{said}"))?;
    }
    for secret in world.secrets() {
        wants(!told.contains(&secret), || format!("`{secret}` is told: {told}"))?;
    }
    Ok(())
}

fn wants(holds: bool, complaint: impl FnOnce() -> String) -> Result<(), TestCaseError> {
    if holds { Ok(()) } else { Err(TestCaseError::fail(complaint())) }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
