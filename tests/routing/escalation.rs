//! The next step of a chain: when it is asked, when not, and what is said of it.

use graft_ls::actions::{ActionId, Workspace};
use graft_ls::engine::{Report, Task, troubles};
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use super::{answering, good, is_edit, prose, run, steps, task, two};
use crate::support::model_server::{ModelServer, Reply, Script, nowhere};

const ERRORS: &str = include_str!("../model/cases/errors.json");

#[tokio::test]
async fn every_error_of_a_server_leads_to_the_next_step_and_is_told() {
    let cases: Vec<Value> = serde_json::from_str(ERRORS).unwrap();
    let second = answering().await;
    for case in &cases {
        let body = case["body"].as_str().map_or_else(|| case["body"].to_string(), str::to_owned);
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let reply = Reply::bytes("application/json", body).status(status).header("retry-after", "60");
        let first = ModelServer::start(Script::always(reply)).await;
        // Only a server that is loading is waited for; a busy machine must not look like one.
        let limit = if case["class"] == "Loading" { 0.4 } else { 20.0 };
        let provider = json!({"kind": case["kind"], "first_token_timeout_s": limit});
        let (outcome, seen) = run(&two(&first.url(), &second.url(), provider), None).await;
        assert!(is_edit(&outcome), "{case}\n{outcome:?}");
        let first_outcome = if case["class"] == "Refused" { "refusal" } else { "provider" };
        // A window that turns out smaller than was thought is tried with half of it.
        let expected = match case["class"].as_str().unwrap() {
            "ContextOverflow" => vec![("quick", first_outcome), ("quick", first_outcome), ("deep", "edit")],
            _ => vec![("quick", first_outcome), ("deep", "edit")],
        };
        assert_eq!(steps(&outcome), expected, "{case}");
        let last = seen.last().unwrap();
        assert_eq!(last.after, troubles(&outcome.attempts), "{case}");
        assert!(!last.after.is_empty(), "{case}");
    }
}

#[tokio::test]
async fn so_does_a_server_that_is_not_there_too_slow_or_breaks_off() {
    let second = answering().await;
    let within = good().body_for("/v1/chat/completions").len() / 2;
    for (reply, outcome_word, after) in [
        (None, "provider", "no connection to one"),
        (Some(Reply::silence()), "provider", "a timeout of one"),
        (Some(good().hang_at(within)), "provider", "a timeout of one"),
        (Some(good().cut_at(within)), "truncated", "a truncated answer of small"),
        (Some(good().finish("length")), "truncated", "a truncated answer of small"),
        (Some(good().finish("refusal")), "refusal", "a refusal of small"),
    ] {
        let server = match reply {
            Some(reply) => Some(ModelServer::start([reply]).await),
            None => None,
        };
        let url = server.as_ref().map_or_else(nowhere, ModelServer::url);
        let limit = if after == "a timeout of one" { 0.3 } else { 20.0 };
        let limits = json!({"first_token_timeout_s": limit, "idle_timeout_s": limit});
        let (outcome, seen) = run(&two(&url, &second.url(), limits), None).await;
        assert_eq!(steps(&outcome), [("quick", outcome_word), ("deep", "edit")], "{after}");
        assert_eq!(seen.last().unwrap().after, after);
    }
}

#[tokio::test]
async fn an_invalid_answer_is_sent_back_once_before_the_next_step() {
    let (first, second) = (ModelServer::start([prose(), prose()]).await, answering().await);
    let (outcome, seen) = run(&two(&first.url(), &second.url(), json!({})), None).await;
    assert_eq!(steps(&outcome), [("quick", "no_code"), ("quick", "no_code"), ("deep", "edit")]);
    assert_eq!(seen.last().unwrap().after, "2 invalid answers of small");
    assert_eq!((first.requests().len(), second.requests().len()), (2, 1));
    let report = serde_json::to_value(Report::new(&outcome, "add.rs", None)).unwrap();
    assert_eq!(report["route"], json!({"chain": ["quick", "deep"], "reason": "routes.default", "privacy": "any"}));
    assert_eq!(report["attempts"][0]["message"].as_str().unwrap().split(':').next(), Some("the answer has no code"));
}

#[tokio::test]
async fn a_refusal_repeats_neither_the_instruction_nor_the_test_file() {
    let project = tempfile::tempdir().unwrap();
    let (told, tested) = ("cover the lunar calendar of 1752", "def test_of_the_secret_merger(): pass");
    std::fs::write(project.path().join("test_stats.py"), format!("{tested}\n")).unwrap();
    let said = format!("I can't do: {told}, nor {tested}");
    let (first, second) = (ModelServer::start([Reply::text(&said)]).await, answering().await);
    let document = Document::new(Language::by_id("python").unwrap(), "def mean(values):\n    return values\n", None);
    let task = Task {
        path: Some(project.path().join("stats.py")),
        instruction: Some(told.to_owned()),
        model: Some("quick".to_owned()),
        workspace: Workspace { root: Some(project.path().to_owned()), buffers: None, open: None, disk: true },
        ..Task::new("t", ActionId::AddTests, document, 5..5)
    };
    let outcome = two(&first.url(), &second.url(), json!({})).execute(&task, &mut |_| ()).await;
    assert!(first.requests()[0].body.to_string().contains("test_of_the_secret_merger"));
    assert_eq!(outcome.result.unwrap_err().message, "quick: the model declined: I can't do: …");
}

#[tokio::test]
async fn the_command_line_says_who_made_it_and_what_failed_before() {
    let second = answering().await;
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[providers.one]\nkind = 'openai'\nbase_url = '{}'\n[providers.two]\nkind = 'ollama'\nbase_url = '{}'\n[models.quick]\nprovider = 'one'\nmodel = 'small'\n[models.deep]\nprovider = 'two'\nmodel = 'large'\n[routes]\ndefault = ['quick', 'deep']\n",
        nowhere(),
        second.url()
    );
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    std::fs::write(folder.path().join("a.rs"), super::ADD).unwrap();
    let run = move || {
        let mut command = crate::support::binary::command(&["run", "document", "a.rs:1"], folder.path());
        command.env("GRAFT_CONFIG", "config.toml").output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("made by large (deep), after no connection to one"), "{said}");
    assert!(output.status.success());
}

#[tokio::test]
async fn a_rule_is_named_in_the_result_and_while_its_model_is_waited_for() {
    let server = answering().await;
    let engine = super::engine(&json!({
        "providers": {"p": {"kind": "openai", "base_url": server.url()}},
        "models": {"quick": {"provider": "p", "model": "small"}},
        "rules": [{"when": {"path": "tests/**"}, "use": "builtin"}, {"when": {"path": "src/**"}, "use": "quick"}],
    }));
    let (outcome, seen) = run(&engine, None).await;
    assert_eq!(outcome.route.reason, "rule 2: path `src/**`");
    let named: Vec<&str> =
        seen.iter().filter(|progress| !progress.rule.is_empty()).map(|progress| progress.phase).collect();
    assert_eq!((named, seen[0].rule.as_str()), (vec!["waiting"], "rule 2: path `src/**`"));
}

#[tokio::test]
async fn who_cancels_is_not_taken_to_the_next_step() {
    let (first, second) = (ModelServer::start([Reply::silence()]).await, answering().await);
    let engine = two(&first.url(), &second.url(), json!({}));
    let running = tokio::spawn(async move { run(&engine, None).await.0 });
    first.request(0).await;
    running.abort();
    first.closed(0).await;
    assert!(running.await.unwrap_err().is_cancelled());
    assert_eq!(second.requests().len(), 0);
}

#[tokio::test]
async fn a_server_at_rest_is_passed_over_where_another_model_is_awake() {
    let second = answering().await;
    let engine = two(&nowhere(), &second.url(), json!({}));
    run(&engine, None).await;
    let (outcome, seen) = run(&engine, None).await;
    assert_eq!(steps(&outcome), [("quick", "provider"), ("deep", "edit")]);
    let message = &outcome.attempts[0].message;
    assert!(message.starts_with("not asked: it rests for ") && message.contains("cannot reach one"), "{message}");
    assert_eq!(seen.last().unwrap().after, "a rest of one");
    let status = &engine.providers()[0];
    assert_eq!((status.name.as_str(), status.state), ("one", "unreachable"));
}

#[tokio::test]
async fn the_only_step_that_a_person_asks_for_is_asked_in_any_rest() {
    let first = ModelServer::start([Reply::error(401, json!({"error": {"message": "no"}})), good()]).await;
    let engine = two(&first.url(), &nowhere(), json!({}));
    assert_eq!(steps(&run(&engine, Some("quick")).await.0), [("quick", "provider")]);
    assert_eq!(engine.providers()[0].state, "resting");
    assert!(is_edit(&run(&engine, Some("quick")).await.0));
    assert_eq!(engine.providers()[0].state, "ready");
}

#[tokio::test]
async fn where_all_rest_all_are_asked_and_a_new_config_forgets_what_was() {
    let engine = two(&nowhere(), &nowhere(), json!({}));
    for _ in 0..2 {
        let (outcome, _) = run(&engine, None).await;
        assert!(outcome.attempts.iter().all(|attempt| attempt.message.starts_with("cannot reach")), "{outcome:?}");
        assert_eq!(outcome.attempts.len(), 2);
    }
    engine.configure((*engine.config()).clone());
    assert!(engine.providers().iter().all(|provider| provider.state == "unknown"));
}

#[tokio::test]
async fn a_server_is_left_alone_as_long_as_it_asks() {
    let busy = Reply::error(429, json!({"error": {"message": "slow down"}})).header("retry-after", "1800");
    let (first, second) = (ModelServer::start([busy]).await, answering().await);
    let engine = two(&first.url(), &second.url(), json!({}));
    run(&engine, None).await;
    let (outcome, _) = run(&engine, None).await;
    assert!(outcome.attempts[0].message.starts_with("not asked: it rests for 1800 s more"), "{outcome:?}");
    assert_eq!(first.requests().len(), 1);
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_tried_once_in_half_the_window() {
    let overflow = "request (9000 tokens) exceeds the available context size (2048 tokens), try increasing it";
    let first = ModelServer::start([Reply::error(400, json!({"error": {"message": overflow}})), good()]).await;
    let (outcome, _) = run(&two(&first.url(), &nowhere(), json!({})), None).await;
    assert_eq!(steps(&outcome), [("quick", "provider"), ("quick", "edit")]);
}

#[tokio::test]
async fn who_waits_for_a_place_is_told_so_and_may_leave_at_once() {
    let (first, second) = (ModelServer::start([Reply::silence()]).await, answering().await);
    let engine = two(&first.url(), &second.url(), json!({}));
    let busy = tokio::spawn({
        let engine = engine.clone();
        async move { run(&engine, None).await.0 }
    });
    first.request(0).await;
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let queued = tokio::spawn(async move {
        let task = task(None);
        engine.execute(&task, &mut |progress| drop(sender.send(progress))).await
    });
    let detail = loop {
        let progress = seen.recv().await.unwrap();
        if !progress.detail.is_empty() {
            break format!("{} {}", progress.phase, progress.detail);
        }
    };
    assert_eq!(detail, "waiting for a free place at one");
    queued.abort();
    assert!(queued.await.unwrap_err().is_cancelled());
    busy.abort();
    assert_eq!((first.requests().len(), second.requests().len()), (1, 0));
}
