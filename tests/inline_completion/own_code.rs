//! Completion from the user's own code and from what was suggested before, from the engine's door: what is read, what is shown, who is
//! not asked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use graft_ls::actions::{ActionId, Workspace};
use graft_ls::config::Config;
use graft_ls::engine::{Completion, Engine, Source, Suggested, Task, Wanted};
use graft_ls::inline_completion::Trigger;
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::model_server::{ModelServer, Reply, Script};

const OLD: &str = "use x;\n\nfn read() {\n    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;\n}\n";
const NEW: &str = "fn own() {\n    let file = std::fs::File::open(|\n}\n";
const REST: &str = "path).map_err(|e| e.to_string())?;";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn task(root: &Path, text: &str) -> Task {
    let offset = text.find('|').unwrap();
    let document = Document::new(Language::by_id("rust").unwrap(), &text.replacen('|', "", 1), None);
    Task {
        path: Some(root.join("src/own.rs")),
        workspace: Workspace { root: Some(root.to_owned()), disk: true, ..Workspace::default() },
        ..Task::new("t", ActionId::Generate, document, offset..offset)
    }
}

async fn ask(engine: &Engine, task: &Task, trigger: Trigger) -> Completion {
    let wanted = Wanted { trigger, patience: Some(Duration::from_secs(20)), ..Wanted::default() };
    engine.complete(task, &wanted).await
}

/// Text and source of each suggestion.
fn said(completion: &Completion) -> Vec<(String, String)> {
    let Ok(Suggested::Text(suggestions)) = &completion.result else { return Vec::new() };
    let source = |source: &Source| match source {
        Source::OwnCode(place) => place.clone(),
        Source::Model => "a model".to_owned(),
    };
    suggestions.iter().map(|own| (own.text.clone(), source(&own.source))).collect()
}

fn own(place: &str) -> (String, String) {
    (REST.to_owned(), place.to_owned())
}

fn configured(settings: &Value) -> Engine {
    Engine::new(Config::from_layers(None, settings).unwrap())
}

/// One model, and what goes with it.
fn with_model(server: &ModelServer, more: &Value) -> Engine {
    let mut settings = json!({
        "providers": {"p": {"kind": "openai", "base_url": server.url(), "privacy": "mine"}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}},
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    configured(&settings)
}

#[tokio::test]
async fn completes_without_any_model_and_says_from_where() {
    let folder = project(&[("src/old.rs", OLD)]);
    let engine = Engine::new(Config::default());
    for trigger in [Trigger::Automatic, Trigger::Invoked] {
        let completion = ask(&engine, &task(folder.path(), NEW), trigger).await;
        assert_eq!(said(&completion), [own("src/old.rs:4")], "{completion:?}");
        assert_eq!(completion.route.chain, ["builtin"]);
    }
    let completion = ask(&engine, &task(folder.path(), &NEW.replace("fn own", "fn mine")), Trigger::Invoked).await;
    let attempt = &completion.attempts[0];
    assert_eq!((attempt.model.as_str(), attempt.outcome.as_str()), ("builtin/own-code", "edit"));
    let unsure = ask(&engine, &task(folder.path(), "fn own() {\n    other(|\n}\n"), Trigger::Invoked).await;
    assert!(matches!(unsure.result, Ok(Suggested::Nothing(_))), "{unsure:?}");
}

#[tokio::test]
async fn what_is_private_or_ignored_is_not_read() {
    for (more, ignored) in [
        (json!({}), "old.rs\n"),
        (json!({"privacy": {"never": ["**/old.rs"]}}), ""),
        (json!({"privacy": {"gitignored": "never"}}), "old.rs\n"),
    ] {
        let folder = project(&[("src/old.rs", OLD), (".git/HEAD", ""), (".gitignore", ignored)]);
        let completion = ask(&configured(&more), &task(folder.path(), NEW), Trigger::Automatic).await;
        assert_eq!(said(&completion), [], "{more}");
    }
    // What was let in under other settings is not shown any more.
    let folder = project(&[("src/old.rs", OLD)]);
    let engine = Engine::new(Config::default());
    assert_eq!(said(&ask(&engine, &task(folder.path(), NEW), Trigger::Automatic).await).len(), 1);
    engine.configure(Config::from_layers(None, &json!({"privacy": {"never": ["**/old.rs"]}})).unwrap());
    assert_eq!(said(&ask(&engine, &task(folder.path(), NEW), Trigger::Automatic).await), []);
}

#[tokio::test]
async fn an_open_document_counts_as_it_is_now() {
    let folder = project(&[("src/old.rs", OLD)]);
    let engine = Engine::new(Config::default());
    let open = |text: &str, version: i32| {
        let document = Document::new(Language::by_id("rust").unwrap(), text, Some(version));
        let listed = vec![(folder.path().join("src/old.rs"), document)];
        let mut task = task(folder.path(), NEW);
        task.workspace.open = Some(Arc::new(move || listed.clone()));
        task
    };
    let changed = open(&OLD.replace("path)", "name)"), 1);
    let texts = |completion: &Completion| said(completion).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    assert_eq!(texts(&ask(&engine, &changed, Trigger::Automatic).await), [REST.replace("path", "name")]);
    // The same place is served from what was shown there; another one by what the document says now.
    let gone = Task { range: NEW.len() - 2..NEW.len() - 2, ..open("fn nothing() {}\n", 2) };
    let gone = Task { document: gone.document.edited(0..0, "\n", None), ..gone };
    assert_eq!(texts(&ask(&engine, &gone, Trigger::Automatic).await), Vec::<String>::new());
}

#[tokio::test]
async fn own_code_comes_first_while_somebody_types_and_second_where_they_ask() {
    let folder = project(&[("src/old.rs", OLD)]);
    let server = ModelServer::start(Script::always(Reply::text("name)?;"))).await;
    for routes in [json!({}), json!({"routes": {"default": "m"}}), json!({"routes": {"complete": ["builtin", "m"]}})] {
        let engine = with_model(&server, &routes);
        let before = server.requests().len();
        let typing = ask(&engine, &task(folder.path(), NEW), Trigger::Automatic).await;
        assert_eq!((said(&typing), server.requests().len()), (vec![own("src/old.rs:4")], before), "{routes}");
        let asking = ask(&engine, &task(folder.path(), NEW), Trigger::Invoked).await;
        assert_eq!(said(&asking), [("name)?;".to_owned(), "a model".to_owned()), own("src/old.rs:4")], "{routes}");
    }
    // A chain that a person wrote is taken as written.
    let engine = with_model(&server, &json!({"routes": {"complete": "m"}}));
    let typing = ask(&engine, &task(folder.path(), NEW), Trigger::Automatic).await;
    assert_eq!(said(&typing), [("name)?;".to_owned(), "a model".to_owned())]);
}

#[tokio::test]
async fn own_code_stands_in_for_a_model_that_cannot_be_reached() {
    let folder = project(&[("src/old.rs", OLD)]);
    let settings = json!({
        "providers": {"p": {"kind": "openai", "base_url": "http://127.0.0.1:9"}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"complete": ["m", "builtin"]},
    });
    let completion = ask(&configured(&settings), &task(folder.path(), NEW), Trigger::Automatic).await;
    assert_eq!(said(&completion), [own("src/old.rs:4")]);
    assert_eq!(completion.attempts.iter().map(|own| own.step.as_str()).collect::<Vec<_>>(), ["m", "builtin"]);
}

#[tokio::test]
async fn who_types_along_asks_once() {
    let folder = project(&[]);
    let server = ModelServer::start(Script::always(Reply::text("add(a, b);\n    more();\n"))).await;
    let engine = with_model(&server, &json!({"routes": {"complete": "m"}}));
    let text = "add(a, b);\n    more();";
    let mut ids = Vec::new();
    for typed in ["", "a", "add(", "add(a, b)", "add(", ""] {
        let task = task(folder.path(), &format!("fn own() {{\n    {typed}|\n}}\n"));
        let completion = ask(&engine, &task, Trigger::Automatic).await;
        assert_eq!(said(&completion)[0].0, text[typed.len()..], "{completion:?}");
        let Ok(Suggested::Text(suggestions)) = completion.result else { continue };
        ids.push(suggestions.best.id);
    }
    assert_eq!(server.requests().len(), 1);
    ids.dedup();
    assert_eq!(ids.len(), 1, "it is one suggestion all the time");
    let (_, _, uptake) = engine.uptake().remove(0);
    assert_eq!(uptake.suggested, 1);
    // Another config is another engine, as far as what was said goes.
    let config = (*engine.config()).clone();
    engine.configure(config);
    ask(&engine, &task(folder.path(), "fn own() {\n    |\n}\n"), Trigger::Automatic).await;
    assert_eq!(server.requests().len(), 2);
}
