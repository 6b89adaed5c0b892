//! Where there is inline completion at all: by the settings, by the command that goes over them, as `graft.status` tells.

use serde_json::json;

use super::{AUTOMATIC, INVOKED, METHOD, URI, at, client_with};
use crate::support::lsp_client::LspClient;
use crate::support::model_server::{ModelServer, Reply, Script};

#[tokio::test]
async fn settings_say_where_typing_asks_and_where_nobody_does() {
    for (completion, automatic, invoked, why) in [
        (json!({"trigger": "manual"}), false, true, "completion.trigger"),
        (json!({"trigger": "off"}), false, false, "completion.trigger"),
        (json!({"languages": {"off": ["rust"]}}), false, false, "completion.languages"),
        (json!({"languages": {"off": ["python"]}, "paths": {"manual": "b.rs"}}), true, true, "completion.trigger"),
        (json!({"paths": {"manual": "**/a.rs"}}), false, true, "completion.paths"),
    ] {
        let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
        let mut client = client_with(&server, "qwen2.5-coder", completion.clone()).await;
        for (trigger, is_given) in [(AUTOMATIC, automatic), (INVOKED, invoked)] {
            let answer = client.request(METHOD, at(1, 4, trigger)).await.unwrap();
            assert_eq!(answer != json!([]), is_given, "{completion} {trigger}");
        }
        let status = client.command("graft.status", json!([])).await.unwrap();
        let activation = if automatic {
            "auto"
        } else if invoked {
            "manual"
        } else {
            "off"
        };
        let documents = json!([{"uri": URI, "activation": activation, "why": why}]);
        let (on, told) = (&status["completion"]["on"], &status["completion"]["documents"]);
        assert_eq!((on, told), (&json!(true), &documents), "{completion}");
        client.shutdown().await;
    }
}

#[tokio::test]
async fn a_command_switches_a_file_or_everything() {
    const TOGGLE: &str = "graft.toggle_completion";
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let mut client = client_with(&server, "qwen2.5-coder", json!({"languages": {"off": "python"}})).await;
    const PYTHON: &str = "file:///w/b.py";
    client.open(PYTHON, "python", "def add(a, b):\n    \n").await;
    let is_given = async |client: &mut LspClient, uri: &str| {
        let mut params = at(1, 4, INVOKED);
        params["textDocument"]["uri"] = json!(uri);
        client.request(METHOD, params).await.unwrap() != json!([])
    };
    for (argument, on, said, rust, python) in [
        (json!([{"uri": URI}]), false, "off in `a.rs`", false, false),
        (json!([{"uri": URI}]), true, "on in `a.rs`", true, false),
        (json!([{"uri": PYTHON}]), true, "on in `b.py`", true, true),
        (json!([]), false, "off everywhere", false, false),
        (json!([{"uri": PYTHON, "on": true}]), true, "on in `b.py`", false, true),
        (json!([{"on": true}]), true, "on everywhere", true, false),
    ] {
        assert_eq!(client.command(TOGGLE, argument.clone()).await, Ok(json!({"on": on})), "{argument}");
        assert_eq!(client.message().await, (3, format!("Graft: inline completion is {said}")));
        assert_eq!(
            (is_given(&mut client, URI).await, is_given(&mut client, PYTHON).await),
            (rust, python),
            "{argument}"
        );
    }
    for argument in [json!([{"uri": "file:///w/none.rs"}]), json!([{"url": URI}]), json!([7])] {
        let error = client.command(TOGGLE, argument).await.unwrap_err();
        assert!(error["message"].as_str().unwrap().contains(TOGGLE), "{error}");
    }
    client.shutdown().await;
}
