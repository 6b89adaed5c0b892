//! What servers of each kind say of themselves, and the sentence where they say nothing.

use std::time::Duration;

use graft_ls::config::{Config, Model};
use graft_ls::model::{ErrorClass, ModelDetails, ModelError, Models, Survey};
use serde_json::{Value, json};

use crate::support::model_server::{ModelServer, Reply, Script, whole};

/// A model `m` of a provider `p`.
fn model(kind: &str, url: &str, id: &str, more: Value) -> Model {
    let mut provider = json!({"kind": kind, "base_url": url});
    provider.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let settings = json!({"providers": {"p": provider}, "models": {"m": {"provider": "p", "model": id}}});
    Config::from_layers(None, &settings).unwrap().models["m"].clone()
}

async fn survey(kind: &str, url: &str, more: Value) -> Result<Survey, ModelError> {
    Models::new().survey(&model(kind, url, "x", more).provider).await
}

fn ids(survey: &Survey) -> Vec<&str> {
    survey.models.as_ref().unwrap().iter().map(|model| model.id.as_str()).collect()
}

#[tokio::test]
async fn an_ollama_tells_version_models_abilities_and_what_is_loaded() {
    let server = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b", "glm-4.6:cloud"])).await;
    let told = survey("ollama", &format!("{}/v1", server.url()), json!({})).await.unwrap();
    assert_eq!((told.version.as_deref(), ids(&told)), (Some("0.32.15"), vec!["qwen2.5-coder:7b", "glm-4.6:cloud"]));
    assert!(told.models.as_ref().unwrap()[1].is_remote);
    let model = model("ollama", &server.url(), "qwen2.5-coder:7b", json!({}));
    let details = Models::new().describe(&model).await;
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    let expected = ModelDetails {
        capabilities: words(&["completion", "tools", "insert"]),
        parameters: Some("7.6B".to_owned()),
        largest_context: Some(32_768),
        is_remote: false,
    };
    assert_eq!(details, expected);
    let running = Models::new().running(&model.provider).await;
    assert_eq!((running[0].context, running[0].size > running[0].size_vram), (Some(16_384), false));
    assert!(server.requests().iter().all(|request| !request.path.contains("chat")), "nothing is written for it");
}

#[tokio::test]
async fn a_llama_server_tells_its_build_its_window_and_whether_it_fills_in() {
    for (fills_in, last) in [(true, "insert"), (false, "completion")] {
        let server = ModelServer::start(whole::llama_server(8192, fills_in)).await;
        let url = format!("{}/v1", server.url());
        let told = survey("llamacpp", &url, json!({})).await.unwrap();
        assert_eq!(
            (told.version.as_deref(), ids(&told)),
            (Some("b11669-1a2b3c4d"), vec!["qwen2.5-coder-7b-q4_k_m.gguf"])
        );
        let model = model("llamacpp", &url, "any", json!({}));
        let details = Models::new().describe(&model).await;
        assert_eq!(details.capabilities.unwrap().last().unwrap(), last);
        assert_eq!(Models::new().slot_window(&model.provider).await, Some(8192));
    }
}

#[tokio::test]
async fn vllm_and_lm_studio_tell_their_windows() {
    let server = ModelServer::start(whole::vllm()).await;
    let told = survey("openai", &server.url(), json!({})).await.unwrap();
    assert_eq!((told.version.as_deref(), told.models.unwrap()[0].context), (Some("0.16.1"), Some(65_536)));
    let server = ModelServer::start(whole::lm_studio()).await;
    let told = survey("openai", &server.url(), json!({})).await.unwrap().models.unwrap();
    assert_eq!((told[0].context, told[0].largest_context, told[0].is_loaded), (Some(4096), Some(32_768), Some(true)));
}

#[tokio::test]
async fn clouds_are_asked_for_their_list_with_the_key_and_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, whole::KEY).unwrap();
    let key = json!({"api_key": {"file": file}, "privacy": "cloud"});
    for (kind, script) in [
        ("anthropic", whole::anthropic()),
        ("openai", whole::guarded(&["gpt-5"])),
        ("mistral", whole::guarded(&["codestral-latest"])),
    ] {
        let server = ModelServer::start(script).await;
        assert!(!ids(&survey(kind, &server.url(), key.clone()).await.unwrap()).is_empty());
        assert_eq!(server.requests().len(), 1, "{kind}");
        let refused = survey(kind, &server.url(), json!({"privacy": "cloud"})).await.unwrap_err();
        assert_eq!(refused.class, ErrorClass::Auth);
        assert!(
            refused.message.contains("p wants a key") && refused.message.ends_with("set providers.p.api_key"),
            "{refused}"
        );
        std::fs::write(&file, "sk-wrong-0123456789abcdef").unwrap();
        let refused = survey(kind, &server.url(), key.clone()).await.unwrap_err().message;
        assert!(refused.starts_with("p refuses the key") && !refused.contains("sk-wrong"), "{refused}");
        std::fs::write(&file, whole::KEY).unwrap();
    }
}

#[tokio::test]
async fn every_failure_has_its_sentence() {
    let html = || Script::always(Reply::bytes("text/html", "<html><title>Router</title></html>"));
    let list = |body: Value| Script::always(Reply::json(body));
    for (kind, script, class, sentence) in [
        ("ollama", html(), ErrorClass::BadAnswer, "p did not answer as ollama does (it sent: <html><title>Router"),
        ("openai", list(json!({"hello": 1})), ErrorClass::BadAnswer, "p did not answer as openai does"),
        (
            "llamacpp",
            whole::loading(),
            ErrorClass::Loading,
            "p is still loading its model (it said: Loading model); try again",
        ),
        (
            "ollama",
            Script::always(Reply::error(404, json!({"error": "404 page not found"}))),
            ErrorClass::BadRequest,
            "p does not know the address",
        ),
        (
            "anthropic",
            Script::always(Reply::error(529, json!({"error": {"type": "overloaded_error", "message": "Overloaded"}}))),
            ErrorClass::Overloaded,
            "p is overloaded",
        ),
        ("openai", Script::always(Reply::hang_up()), ErrorClass::Unreachable, "cannot reach p at http://127.0.0.1:"),
        (
            "openai",
            Script::always(Reply::error(302, json!({})).header("location", "http://elsewhere.example/")),
            ErrorClass::BadRequest,
            "p answered with a redirect to host elsewhere.example",
        ),
    ] {
        let server = ModelServer::start(script).await;
        let error = survey(kind, &server.url(), json!({})).await.unwrap_err();
        assert_eq!(error.class, class, "{error}");
        assert!(error.message.starts_with(sentence), "{error}");
    }
    let refused = survey("ollama", "http://127.0.0.1:1", json!({})).await.unwrap_err();
    assert!(refused.message.ends_with("; start it or correct providers.p.base_url"), "{refused}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_at_its_limit() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    let error = survey("ollama", &server.url(), json!({"first_token_timeout_s": 0.1})).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Timeout);
    assert!(
        error.message.contains("takes connections at 127.0.0.1:") && error.message.contains("says nothing for 0.1 s"),
        "{error}"
    );
    server.closed(0).await;
}

#[tokio::test]
async fn a_gateway_without_a_list_is_a_server_all_the_same() {
    let server = ModelServer::start(Script::always(Reply::error(404, json!({"error": {"message": "no route"}})))).await;
    let told = survey("openai", &server.url(), json!({})).await.unwrap();
    assert_eq!((told.models, told.took < Duration::from_secs(20)), (None, true));
}
