//! A job's life: started at once, shown, cancelled in every way, ended with exactly one word.

use serde_json::{Value, json};

use crate::support::lsp_client::{LspClient, any_settings};
use crate::support::scripted_work::ScriptedWork;

const URI: &str = "file:///w/a.rs";

fn argument(instruction: &str) -> Value {
    let range = json!({"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 3}});
    json!({"action": "document", "uri": URI, "range": range, "instruction": instruction})
}

async fn open(work: std::sync::Arc<ScriptedWork>) -> LspClient {
    let mut client = LspClient::start(work).await;
    client.open(URI, "rust", "fn a() {}").await;
    client
}

#[tokio::test]
async fn shows_phase_model_and_tokens_and_ends() {
    let mut client = open(ScriptedWork::new()).await;
    let job = client.run(argument("block")).await;
    client.shows(&job, "writing · quick · 3 tokens").await;
    let begin = client.progress[&job][1].clone();
    assert_eq!(begin, json!({"kind": "begin", "title": "Graft: document `fn a() {}`", "cancellable": true}));
    client.command("graft.cancel", json!([{"job": job}])).await.unwrap();
    assert_eq!(client.ended(&job).await, "cancelled");
    client.logged("Graft: document `fn a() {}`: cancelled").await;
    client.shutdown().await;
}

#[tokio::test]
async fn ends_with_one_message_that_says_why() {
    let mut client = open(ScriptedWork::new()).await;
    for (instruction, kind, text) in [
        ("provider", 1, "Graft: ollama is not running; start it"),
        ("lazy", 2, "Graft: the model left code out; try another"),
        ("nothing", 3, "Graft: `f` is documented already"),
        (
            "panic",
            1,
            "Graft: a bug in Graft ended `document` and nothing was changed; please report it with graft-ls.log",
        ),
    ] {
        let job = client.run(argument(instruction)).await;
        assert_eq!(client.message().await, (kind, text.to_owned()));
        client.ended(&job).await;
        assert_eq!(client.command("graft.status", json!([])).await.unwrap()["jobs"], json!([]));
    }
    client.shutdown().await;
}

#[tokio::test]
async fn cancels_one_several_or_all_and_answers_at_once() {
    let work = ScriptedWork::new();
    let mut client = open(work.clone()).await;
    let mut jobs = Vec::new();
    for _ in 0..6 {
        jobs.push(client.run(argument("block")).await);
    }
    for job in &jobs {
        client.shows(job, "writing").await;
    }
    let cancel = |arguments: Value| ("graft.cancel", arguments);
    for ((command, arguments), expected) in [
        (cancel(json!([{"job": jobs[1]}])), json!([jobs[1]])),
        (cancel(json!([jobs[2]])), json!([jobs[2]])),
        (cancel(json!([{"job": "graft-999"}])), json!([])),
    ] {
        let answer = client.command(command, arguments.clone()).await;
        assert_eq!(answer, Ok(json!({"cancelled": expected})), "{arguments}");
    }
    client.notify("window/workDoneProgress/cancel", json!({"token": jobs[3]})).await;
    client.notify("window/workDoneProgress/cancel", json!({"token": 17})).await;
    client.notify("window/workDoneProgress/cancel", json!(null)).await;
    client.ended(&jobs[3]).await;
    assert!(client.command("graft.cancel", json!([17])).await.is_err());
    assert_eq!(
        client.command("graft.cancel", json!([null])).await,
        Ok(json!({"cancelled": [jobs[0], jobs[4], jobs[5]]}))
    );
    for job in &jobs {
        assert_eq!(client.ended(job).await, "cancelled");
    }
    work.has_dropped(6).await;
    assert_eq!(client.command("graft.cancel", Value::Null).await, Ok(json!({"cancelled": []})));
    client.shutdown().await;
}

#[tokio::test]
async fn a_cancel_sent_right_behind_the_run_finds_the_job() {
    let mut client = open(ScriptedWork::new()).await;
    let run =
        client.ask("workspace/executeCommand", json!({"command": "graft.run", "arguments": [argument("block")]})).await;
    let cancel = client.ask("workspace/executeCommand", json!({"command": "graft.cancel"})).await;
    let job = client.answer(run).await.unwrap()["job"].clone();
    assert_eq!(client.answer(cancel).await.unwrap(), json!({"cancelled": [job]}));
    client.ended(job.as_str().unwrap()).await;
    client.shutdown().await;
}

#[tokio::test]
async fn a_second_cancel_finds_nothing_and_harms_nothing() {
    let work = ScriptedWork::new();
    let mut client = open(work.clone()).await;
    let job = client.run(argument("block")).await;
    work.has_started(1).await;
    let cancel = json!({"command": "graft.cancel", "arguments": [{"job": job}]});
    let first = client.ask("workspace/executeCommand", cancel.clone()).await;
    // The second may still find the job on its way out.
    let second = client.ask("workspace/executeCommand", cancel).await;
    assert_eq!(client.answer(first).await, Ok(json!({"cancelled": [job]})));
    assert!(client.answer(second).await.is_ok());
    assert_eq!(client.ended(&job).await, "cancelled");
    client.notify("window/workDoneProgress/cancel", json!({"token": job})).await;
    for arguments in [json!([{"job": job}]), json!([]), json!([{"job": ""}]), json!(["graft-0"])] {
        let answer = client.command("graft.cancel", arguments.clone()).await;
        assert_eq!(answer, Ok(json!({"cancelled": []})), "{arguments}");
    }
    let next = client.run(argument("nothing")).await;
    assert_ne!(next, job);
    client.message().await;
    assert_eq!(client.ended(&next).await, "no change");
    client.shutdown().await;
}

#[tokio::test]
async fn tells_the_status() {
    let mut client = open(ScriptedWork::new()).await;
    let job = client.run(argument("block")).await;
    client.shows(&job, "writing").await;
    let status = client.command("graft.status", Value::Null).await.unwrap();
    assert_eq!(
        status["jobs"],
        json!([{"job": job, "action": "document", "uri": URI, "phase": "writing", "model": "quick"}])
    );
    assert_eq!(status["providers"], json!([{"name": "ollama", "state": "failing", "reason": "connection refused"}]));
    client.command("graft.cancel", json!([])).await.unwrap();
    client.ended(&job).await;
    client.shutdown().await;
}

#[tokio::test]
async fn runs_without_progress_where_the_client_has_none_or_does_not_answer() {
    let mut client = LspClient::start_with(ScriptedWork::new(), any_settings(), json!({"capabilities": {}})).await;
    client.open(URI, "rust", "fn a() {}").await;
    client.run(argument("lazy")).await;
    client.message().await;
    assert!(client.progress.is_empty());
    client.shutdown().await;

    let mut client = open(ScriptedWork::new()).await;
    client.agrees_to_progress = false;
    client.run(argument("lazy")).await;
    client.message().await;
    client.request_from_server("window/workDoneProgress/create").await;
    client.shutdown().await;
}

#[tokio::test]
async fn refuses_what_it_cannot_start_on() {
    let mut client = open(ScriptedWork::new()).await;
    client.open("file:///w/Makefile", "makefile", "all:\n").await;
    client.change(URI, vec![json!({"text": "fn b() {}"})]).await;
    let mut stale = argument("nothing");
    stale["version"] = json!(1);
    let mut unopened = argument("nothing");
    unopened["uri"] = json!("file:///w/none.rs");
    let mut foreign = argument("nothing");
    foreign["uri"] = json!("file:///w/Makefile");
    for (argument, kind, part) in [
        (stale, 2, "`a.rs` changed since the action was offered"),
        (unopened, 1, "`none.rs` is not open in the editor"),
        (foreign, 2, "the language of `Makefile`"),
    ] {
        client.run(argument).await;
        let (shown, message) = client.message().await;
        assert!(message.starts_with(&format!("Graft: {part}")), "{message}");
        assert_eq!(shown, kind, "{message}");
    }
    client.shutdown().await;
}

#[tokio::test]
async fn answers_wrong_arguments_with_a_sentence() {
    let work = ScriptedWork::new();
    let mut client = open(work.clone()).await;
    let with = |field: &str, value: Value| {
        let mut argument = argument("nothing");
        argument[field] = value;
        json!([argument])
    };
    let place = |line: Value| json!({"start": {"line": line, "character": 0}, "end": {"line": 1, "character": 0}});
    for (arguments, part) in [
        (json!([]), "there is none"),
        (json!([{"action": "document"}]), "missing field `uri`"),
        (json!([{"action": "document", "uri": URI}]), "missing field `range`"),
        (json!(["document"]), "invalid type"),
        (json!([null]), "invalid type"),
        (with("action", json!("translate")), "there is no action `translate`, only generate"),
        (with("action", json!(3)), "invalid type: integer `3`"),
        (with("uri", json!(null)), "invalid type: null"),
        (with("range", json!("all of it")), "invalid type: string"),
        (with("range", json!({"start": {"line": 0, "character": 0}})), "missing field `end`"),
        (with("range", place(json!(-1))), "invalid value: integer `-1`"),
        (with("range", place(json!(0.5))), "invalid type: floating point `0.5`"),
        (with("range", place(json!(1u64 << 40))), "invalid value: integer"),
        (with("version", json!("two")), "invalid type: string"),
        (with("diagnostics", json!([{"message": "x"}])), "missing field `range`"),
    ] {
        let error = client.command("graft.run", arguments.clone()).await.unwrap_err();
        assert_eq!(error["code"], -32602, "{arguments}");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("graft.run takes one object {action, uri, range,"), "{message}");
        assert!(message.contains(part), "{arguments}: {message}");
    }
    assert_eq!(client.command("graft.status", json!([])).await.unwrap()["jobs"], json!([]));
    assert_eq!(work.tasks.lock().unwrap().len(), 0);
    client.shutdown().await;
}

#[tokio::test]
async fn gives_the_engine_what_the_client_sent() {
    let work = ScriptedWork::new();
    let mut client =
        LspClient::start_with(work.clone(), any_settings(), json!({"capabilities": {}, "rootUri": "file:///w"})).await;
    client.open(URI, "rust", "/*🦀*/ fn a() {}").await;
    let place = json!({"start": {"line": 0, "character": 7}, "end": {"line": 0, "character": 9}});
    let diagnostic = json!({"range": place, "message": {"kind": "markdown", "value": "**no**"}, "code": 7});
    client.run(json!({"action": "fix-lint", "uri": URI, "range": place, "version": 1, "instruction": "nothing", "model": "deep", "diagnostics": [diagnostic]})).await;
    client.message().await;
    let task = work.tasks.lock().unwrap()[0].clone();
    assert_eq!(
        (task.range, task.model.as_deref(), task.path.unwrap().to_str().unwrap()),
        (9..11, Some("deep"), "/w/a.rs")
    );
    let diagnostic = &task.diagnostics.unwrap()[0];
    assert_eq!(
        (diagnostic.range.clone(), diagnostic.message.as_str(), diagnostic.code.as_deref()),
        (9..11, "**no**", Some("7"))
    );
    assert_eq!(task.workspace.root.unwrap().to_str(), Some("/w"));
    assert_eq!(task.workspace.buffers.unwrap()(std::path::Path::new("/w/a.rs")).unwrap().1, Some(1));
    client.shutdown().await;
}
