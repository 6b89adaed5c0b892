//! `graft-ls route`: the same choice, explained.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::binary::graft;

const CONFIG: &str = r#"
[providers.home]
kind = "ollama"

[providers.away]
kind = "anthropic"

[models.quick]
provider = "home"
model = "qwen2.5-coder:7b"
temperature = 0.5

[models.deep]
provider = "away"
model = "claude-sonnet-5-5"

[routes]
default = "quick"

[[rules]]
when = { action = "refactor", language = "rust", min_lines = 120 }
use = "deep"

[[rules]]
when = { action = "refactor", kind = "function" }
use = ["quick", "deep"]
temperature = 0.1
"#;

fn explained(folder: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    std::fs::write(folder.join("config.toml"), CONFIG).unwrap();
    std::fs::write(folder.join("a.rs"), super::ADD).unwrap();
    let output = crate::support::binary::command(&[&["route"], arguments].concat(), folder)
        .env("GRAFT_CONFIG", folder.join("config.toml"))
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn says_the_chain_the_parameters_and_why_each_rule_counts_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let (text, _, code) = explained(folder.path(), &["refactor", "a.rs:2"]);
    let expected = "\
refactor of function add (rust, 3 lines, complexity XS with 3 points)
chain: quick, deep (rule 2: refactor, scope function)
privacy: any
cost: at most about $0.024, if every model is asked, and asked to mend its answer (estimated)
1. quick: qwen2.5-coder:7b at home (http://127.0.0.1:11434; mine)
   context = 4096 (built-in)
   temperature = 0.1 (from the rule or route)
2. deep: claude-sonnet-5-5 at away (https://api.anthropic.com; cloud)
   context = 1000000 (known of the model)
   at most about $0.011 (190 tokens of prompt, 1046 of answer), $0.024 with an answer to mend
rule 1 does not count: the scope has 3 lines, not 120 or more
rule 2 counts: refactor, scope function
";
    assert_eq!((text.as_str(), code), (expected, Some(0)));
}

#[test]
fn prints_the_same_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let (text, _, _) = explained(folder.path(), &["document", "a.rs:2", "--json"]);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["route"], json!({"chain": ["quick"], "reason": "routes.default", "privacy": "any"}));
    assert_eq!(value["scope"]["complexity"], "XS");
    assert_eq!(value["rules"][0]["why"], "the action is document, not refactor");
    assert_eq!(value["steps"][0]["parameters"][1], json!({"name": "temperature", "value": 0.5, "from": "model"}));
}

#[test]
fn says_what_the_budget_still_holds_and_which_price_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let told = |more: &[&str]| explained(folder.path(), &[&["refactor", "a.rs:2"], more].concat()).0;
    let text = told(&["--set", "budget.usd_per_day = 2"]);
    assert!(text.contains("\nbudget: $0.00 of today's $2.00 is spent\n"), "{text}");
    let text = told(&["--set", "models.deep.model = 'unheard-of'"]);
    assert!(text.contains("\ncost: not known\n") && text.contains("set models.deep.price\n"), "{text}");
    let text = told(&["--model", "quick"]);
    assert!(text.contains("\ncost: nothing\n") && !text.contains("$"), "{text}");
}

#[test]
fn inline_completion_has_a_chain_and_rules_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let told = |more: &[&str]| explained(folder.path(), &[&["complete", "a.rs:2:5"], more].concat()).0;
    let text = told(&["--set", "routes.complete = 'deep'"]);
    assert!(text.starts_with("complete of function add (rust, 3 lines") && !text.contains("not apply"), "{text}");
    assert!(text.contains("\nchain: deep (routes.complete)\n"), "{text}");
    let text = told(&["--set", "rules = [{ when = { action = 'complete' }, use = 'quick', max_tokens = 60 }]"]);
    assert!(text.contains("\nchain: quick (rule 1: complete)\n") && text.contains("max_tokens = 60"), "{text}");
}

#[test]
fn says_where_the_action_does_not_apply_and_what_cannot_be_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (text, _, code) = explained(folder.path(), &["generate", "a.rs:2"]);
    assert!(text.contains("the action does not apply here: ") && text.contains("chain: quick"), "{text}");
    assert_eq!(code, Some(0));
    let (_, said, code) = explained(folder.path(), &["document", "a.rs:2", "--model", "quik"]);
    assert!(said.contains("did you mean `quick`?"), "{said}");
    assert_eq!(code, Some(2));
    let none = graft(&["route", "document", "a.rs:99"], folder.path(), "");
    assert_eq!(none.status.code(), Some(2));
}
