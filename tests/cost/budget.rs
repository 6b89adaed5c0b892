//! The day's budget: one engine, several at once, and processes that know nothing of each other.

use std::path::Path;
use std::process::{Child, Output};

use graft_ls::config::Config;
use graft_ls::engine::{Engine, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{cloud, settings};
use crate::routing::{ADD, good, is_edit, prose, run, steps, task};
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

/// What one call for [`ADD`] may cost at most lies between these.
const LITTLE: f64 = 0.002;
const PLENTY: f64 = 1.0;

fn limited(url: &str, usd_per_day: f64) -> Engine {
    cloud(url, &json!({"budget": {"usd_per_day": usd_per_day}}))
}

/// An engine that shares a file with others.
fn sharing(url: &str, usd_per_day: f64, file: &Path) -> Engine {
    let settings = settings(url, &json!({"budget": {"usd_per_day": usd_per_day}}));
    let mut config = Config::from_layers(None, &settings).unwrap();
    config.budget.ledger = Some(file.to_owned());
    Engine::new(config)
}

fn spent(file: &Path) -> f64 {
    // Where nothing was ever set aside there is none.
    let Ok(text) = std::fs::read(file) else { return 0.0 };
    serde_json::from_slice::<Value>(&text).unwrap()["usd"].as_f64().unwrap()
}

fn cost(outcome: &Outcome) -> f64 {
    outcome.cost_usd().unwrap()
}

#[tokio::test]
async fn past_it_chains_go_on_with_what_is_free_and_say_so_once() {
    let server = ModelServer::start([]).await;
    let engine = limited(&server.url(), LITTLE);
    for first in [true, false] {
        let (outcome, _) = run(&engine, None).await;
        assert_eq!(steps(&outcome), [("deep", "no_route"), ("builtin", "edit")]);
        let why = &outcome.attempts[0].message;
        assert!(why.starts_with("not asked: it may cost up to about $0.0"), "{why}");
        assert!(
            why.ends_with("$0.00 of today's $0.0020 is spent; raise budget.usd_per_day, or wait until midnight UTC"),
            "{why}"
        );
        let said = [
            "$0.00 of today's $0.0020 is spent, so jobs go on with what is free; raise budget.usd_per_day, or wait until midnight UTC",
        ];
        assert_eq!(outcome.warnings, if first { said.as_slice() } else { &[] });
        assert_eq!(graft_ls::engine::troubles(&outcome.attempts), "no budget left for claude-sonnet-5-5");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn where_nothing_free_is_left_the_refusal_says_what_to_do_and_says_it_once() {
    let server = ModelServer::start([]).await;
    let (outcome, _) = run(&limited(&server.url(), 0.0), Some("deep")).await;
    let failure = outcome.result.unwrap_err();
    assert_eq!(failure.code.as_str(), "no_route");
    assert!(failure.message.contains("raise budget.usd_per_day") && outcome.warnings.is_empty(), "{failure:?}");
}

#[tokio::test]
async fn what_costs_nothing_is_asked_at_any_time() {
    let server = ModelServer::start([good()]).await;
    let mine = json!({"budget": {"usd_per_day": 0}, "providers": {"cloud": {"privacy": "mine"}}});
    assert!(is_edit(&run(&cloud(&server.url(), &mine), Some("deep")).await.0));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_is_not_sent_back_where_that_may_cost_too_much() {
    // Half a dollar of prompt: no second call fits.
    let server = ModelServer::start([prose().usage(240_000, 1000)]).await;
    let (outcome, _) = run(&limited(&server.url(), 0.5), None).await;
    assert_eq!(steps(&outcome), [("deep", "no_code"), ("deep", "no_route"), ("builtin", "edit")]);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_price_that_nobody_knows_counts_for_nothing_is_said_once_and_ends_with_the_rest() {
    let server = ModelServer::start([good(), good()]).await;
    let unknown = |limit: f64| {
        cloud(&server.url(), &json!({"models": {"deep": {"model": "unheard-of"}}, "budget": {"usd_per_day": limit}}))
    };
    let engine = unknown(PLENTY);
    let (outcome, _) = run(&engine, None).await;
    assert!(outcome.warnings[0].ends_with("set models.deep.price"), "{:?}", outcome.warnings);
    assert_eq!((outcome.cost_usd(), outcome.warnings.len()), (None, 1));
    assert_eq!(run(&engine, None).await.0.warnings, [""; 0]);
    assert_eq!(steps(&run(&unknown(0.0), None).await.0), [("deep", "no_route"), ("builtin", "edit")]);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn what_was_spent_is_kept_for_the_next_engine() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state/spending.json");
    let server = ModelServer::start([good().usage(100_000, 1000), Reply::error(500, json!({})), good()]).await;
    let (outcome, _) = run(&sharing(&server.url(), 0.25, &file), None).await;
    assert_eq!((cost(&outcome), spent(&file)), (0.21, 0.21));
    // A call without an answer gives all back that was set aside for it.
    let engine = sharing(&server.url(), 0.25, &file);
    assert_eq!(steps(&run(&engine, None).await.0), [("deep", "provider"), ("builtin", "edit")]);
    assert!((spent(&file) - 0.21).abs() < 1e-9);
    let (outcome, _) = run(&sharing(&server.url(), 0.2, &file), None).await;
    assert_eq!(outcome.attempts[0].outcome, "no_route");
    assert!(outcome.attempts[0].message.contains("$0.21 of today's $0.20 is spent"));
}

#[tokio::test]
async fn a_file_that_cannot_be_used_ends_no_job_and_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = ModelServer::start(vec![good(); 2]).await;
    // A folder in its place.
    let engine = sharing(&server.url(), PLENTY, folder.path());
    let (outcome, _) = run(&engine, None).await;
    assert!(is_edit(&outcome));
    let [warning] = outcome.warnings.as_slice() else { panic!("{:?}", outcome.warnings) };
    assert!(
        warning.contains("only what this process knows of counts") && warning.contains("holds something else; until"),
        "{warning}"
    );
    let (outcome, _) = run(&engine, None).await;
    assert!(is_edit(&outcome) && outcome.warnings.is_empty(), "{outcome:?}");
}

#[tokio::test]
async fn who_cancels_pays_for_what_had_come() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spending.json");
    let body = good().body_for("/v1/messages").len();
    let server = ModelServer::start([good().hang_at(body - 200)]).await;
    let engine = sharing(&server.url(), PLENTY, &file);
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let running = tokio::spawn(async move {
        let task = task(None);
        engine.execute(&task, &mut |progress| drop(sender.send(progress))).await
    });
    while seen.recv().await.unwrap().tokens == 0 {}
    let set_aside = spent(&file);
    running.abort();
    server.closed(0).await;
    assert!(running.await.unwrap_err().is_cancelled());
    settled(&file, set_aside).await;
    assert!(spent(&file) > 0.0 && spent(&file) < set_aside, "{} of {set_aside}", spent(&file));
}

#[tokio::test]
async fn who_cancels_before_the_first_token_pays_for_the_prompt() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spending.json");
    let server = ModelServer::start([Reply::silence()]).await;
    let engine = sharing(&server.url(), PLENTY, &file);
    let running = tokio::spawn(async move { engine.execute(&task(None), &mut |_| ()).await });
    server.request(0).await;
    let set_aside = spent(&file);
    running.abort();
    server.closed(0).await;
    assert!(running.await.unwrap_err().is_cancelled());
    settled(&file, set_aside).await;
    assert!(spent(&file) > 0.0 && spent(&file) < set_aside / 2.0, "{} of {set_aside}", spent(&file));
}

/// What was set aside is set right once the job's end is written down.
async fn settled(file: &Path, set_aside: f64) {
    let settled = async {
        while spent(file) == set_aside {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), settled).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    /// However many ask at once, the sum stays within the limit, and what is kept is what was paid.
    #[test]
    fn no_more_is_spent_than_allowed(limit in 0.0..0.08_f64, engines in 1..4_usize, jobs in 1..5_usize, tokens in 1..4000_u64) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("spending.json");
            let server = ModelServer::start(Script::by(move |n, _| {
                let reply = if n % 3 == 0 { prose() } else { good() };
                reply.usage(100, tokens % (n as u64 + 200))
            })).await;
            let running: Vec<_> = (0..engines)
                .flat_map(|_| {
                    let engine = sharing(&server.url(), limit, &file);
                    vec![engine; jobs]
                })
                .map(|engine| tokio::spawn(async move { run(&engine, None).await.0 }))
                .collect();
            let mut paid = 0.0;
            for job in running {
                let outcome = job.await.unwrap();
                assert!(is_edit(&outcome), "{outcome:?}");
                paid += cost(&outcome);
            }
            assert!(paid <= limit + 1e-9, "{paid} of {limit}");
            assert!((spent(&file) - paid).abs() < 1e-9, "{paid} {}", spent(&file));
        });
    }
}

/// A user with a budget and a project.
struct Home(TempDir);

impl Home {
    fn new(url: &str, usd_per_day: f64) -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        std::fs::write(home.0.path().join("a.rs"), ADD).unwrap();
        home.limit(url, usd_per_day);
        home
    }

    fn limit(&self, url: &str, usd_per_day: f64) {
        let config = format!(
            "[providers.cloud]\nkind = 'anthropic'\nbase_url = '{url}'\nprivacy = 'cloud'\n[models.deep]\nprovider = 'cloud'\nmodel = 'claude-sonnet-5-5'\n[budget]\nusd_per_day = {usd_per_day:?}\n"
        );
        std::fs::write(self.0.path().join("config.toml"), config).unwrap();
    }

    fn start(&self) -> Child {
        self.spawn(&["run", "document", "a.rs:1", "--json", "--model", "deep"])
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = crate::support::binary::command(arguments, self.0.path());
        command.env("GRAFT_CONFIG", self.0.path().join("config.toml"));
        command.env("XDG_STATE_HOME", self.0.path().join("state"));
        command.spawn().unwrap()
    }
}

fn result(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn ended(child: Child) -> Value {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    result(&output)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_it() {
    let gate = Gate::shut();
    let waiting = good().usage(1000, 100).hold(&gate);
    let server = ModelServer::start(Script::always(waiting)).await;
    let home = Home::new(&server.url(), PLENTY);
    let file = home.0.path().join("state/graft/spending.json");
    let first = home.start();
    server.request(0).await;
    let most = spent(&file);
    let explained = ended(home.spawn(&["route", "document", "a.rs:1", "--json", "--model", "deep"])).await;
    assert_eq!(explained["steps"][0]["estimated_cost"]["one_usd"].as_f64(), Some(most), "{explained}");
    assert_eq!(explained["estimated_cost"]["spent_today_usd"].as_f64(), Some(most), "{explained}");
    assert!(most > 0.0 && most < PLENTY, "{most}");
    // Room for two of them; the first one is still on its way.
    home.limit(&server.url(), 2.5 * most);
    let second = home.start();
    server.request(1).await;
    let third = ended(home.start()).await;
    assert_eq!((&third["success"], &third["reason"]["code"]), (&json!(false), &json!("no_route")), "{third}");
    assert!(third["reason"]["message"].as_str().unwrap().contains("of today's"), "{third}");
    gate.open();
    for child in [first, second] {
        let result = ended(child).await;
        assert_eq!((&result["success"], &result["cost_usd"]), (&json!(true), &json!(0.003)), "{result}");
    }
    assert!((spent(&file) - 0.006).abs() < 1e-9);
    // What they had set aside and did not need is there again.
    assert_eq!(ended(home.start()).await["success"], json!(true));
    assert_eq!(server.requests().len(), 3);
}
