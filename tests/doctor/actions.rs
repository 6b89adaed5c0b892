//! The line of each action: its chain by route and by rule, and what of it works; completion among them.

use graft_ls::doctor::{ActionChecked, State, text};
use graft_ls::engine::Effort;
use serde_json::json;

use super::examined;
use crate::support::model_server::{ModelServer, whole};

#[tokio::test]
async fn rules_that_may_count_are_named_and_chains_are_taken_as_written() {
    let settings = json!({"routes": {"default": "builtin"}, "rules": [
        {"when": {"action": "document"}, "use": "builtin"}, {"when": {"language": "rust"}, "use": "builtin"}]});
    let checkup = examined(&settings, Effort::Short).await;
    let numbers = |action: &ActionChecked| action.rules.iter().map(|rule| rule.number).collect();
    let rules: Vec<Vec<usize>> = checkup.actions.iter().map(numbers).collect();
    assert_eq!(rules, [&[2][..], &[2], &[2], &[1, 2], &[2], &[2]]);
    assert_eq!((checkup.actions[0].works, checkup.actions[3].reason.as_str()), (false, "routes.default"));
}

#[tokio::test]
async fn completion_is_a_line_of_its_own_and_says_why_a_model_cannot() {
    let ollama = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b", "llama3.1:8b"])).await;
    let settings = |chain: &str| {
        json!({"providers": {"p": {"kind": "ollama", "base_url": ollama.url()}},
            "models": {"coder": {"provider": "p", "model": "qwen2.5-coder:7b", "fim": "off"},
                "chatty": {"provider": "p", "model": "llama3.1:8b"}, "deep": {"provider": "p", "model": "qwen2.5-coder:7b"}},
            "routes": {"default": ["coder", "chatty"], "complete": chain}})
    };
    for (chain, works, sentence) in [("deep", true, ""), ("coder", false, "models.coder.fim is \"off\"; take it out")] {
        let checkup = examined(&settings(chain), Effort::Short).await;
        let complete = checkup.actions.last().unwrap();
        let problem = complete.problem.clone().unwrap_or_default();
        assert_eq!((complete.action, complete.works), ("complete", works), "{}", text(&checkup));
        assert!(problem.starts_with(sentence), "{problem}");
        // Nobody waits for a completion, so nothing is broken.
        assert!(checkup.ok && complete.state == if works { State::Ok } else { State::Note }, "{}", text(&checkup));
    }
}

#[tokio::test]
async fn a_rule_that_leads_to_nothing_that_works_is_seen() {
    let ollama = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b"])).await;
    let settings = json!({"providers": {"p": {"kind": "ollama", "base_url": ollama.url()}},
        "models": {"here": {"provider": "p", "model": "qwen2.5-coder:7b"}, "gone": {"provider": "p", "model": "nobody:1b"}},
        "routes": {"default": "here"}, "rules": [{"when": {"action": "refactor", "language": "rust"}, "use": "gone"}]});
    let checkup = examined(&settings, Effort::Short).await;
    let refactor = &checkup.actions[1];
    assert_eq!((refactor.action, refactor.state, refactor.works), ("refactor", State::Note, true));
    let told = text(&checkup);
    assert!(told.contains("rule 1 may count instead: gone (does not work); `graft-ls route refactor"), "{told}");
}
