//! `[models.NAME] fim`: how a model is asked to complete code between what stands before and after the cursor. Asks nothing.

use super::error::suggestion;
use super::fields::Fields;
use super::setting::{InProject, Setting, Shape};
use super::tree::{Node, Value};
use crate::fim::{FAMILIES, Family, Order, Template};

/// The words beside the families' names.
const WORDS: [&str; 3] = ["auto", "off", "chat"];
/// All that may stand there as a string.
pub(super) const NAMES: [&str; WORDS.len() + FAMILIES.len()] = {
    let mut names = ["auto"; WORDS.len() + FAMILIES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = if at < WORDS.len() { WORDS[at] } else { FAMILIES[at - WORDS.len()].name };
        at += 1;
    }
    names
};

pub(super) const SETTINGS: [Setting; 4] = [
    token("prefix", "required", "stands before the code above the cursor", "\"<fim_prefix>\""),
    token("suffix", "required", "stands before the code below the cursor", "\"<fim_suffix>\""),
    token("middle", "required", "stands last; the model goes on from there", "\"<fim_middle>\""),
    Setting {
        name: "stop",
        form: "a list of strings",
        default: "`[]`",
        meaning: "what ends an answer besides the three; the first four are sent, all are applied",
        example: "[\"<|endoftext|>\"]",
        shape: Shape::Texts,
        project: InProject::Trusted,
    },
];

const fn token(name: &'static str, default: &'static str, meaning: &'static str, example: &'static str) -> Setting {
    let (form, shape, project) = ("a string", Shape::Text, InProject::Trusted);
    Setting { name, form, default, meaning, example, shape, project }
}

/// How a model is asked to fill in the middle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fim {
    /// As its name and its server tell.
    #[default]
    Auto,
    /// Not at all.
    Off,
    /// By a question, as one asks a model that only chats.
    Chat,
    /// As this family was trained.
    Family(&'static Family),
    /// By a template of the user's own.
    Template(Template),
}

/// Reads the setting; nothing where it has a mistake.
pub(super) fn read(fields: &Fields<'_>, key: &str) -> Option<Fim> {
    let node = fields.node(key)?;
    match &node.value {
        Value::String(word) => word_of(fields, key, node, word),
        Value::Table(_) => template(&fields.table(key)?).map(Fim::Template),
        _ => fields.wrong(key, node, "one of the words, a family's name, or { prefix, suffix, middle, stop }"),
    }
}

fn word_of(fields: &Fields<'_>, key: &str, node: &Node, word: &str) -> Option<Fim> {
    match word {
        "auto" => return Some(Fim::Auto),
        "off" => return Some(Fim::Off),
        "chat" => return Some(Fim::Chat),
        _ => {}
    }
    let family = Family::named(word).map(Fim::Family);
    if family.is_none() {
        let listed = NAMES.join(", ");
        let hint = suggestion(word, NAMES);
        fields.note_at(
            &node.place,
            key,
            format!("expected one of {listed}, or {{ prefix, suffix, middle, stop }}{hint}"),
        );
    }
    family
}

fn template(fields: &Fields<'_>) -> Option<Template> {
    let expected = "the token as the model's card has it";
    let [prefix, suffix, middle] =
        ["prefix", "suffix", "middle"].map(|key| fields.required(key, fields.string(key), expected));
    let (prefix, suffix, middle) = (prefix?.to_owned(), suffix?.to_owned(), middle?.to_owned());
    let mut stops = fields.strings("stop").unwrap_or_default();
    stops.retain(|stop| !stop.is_empty());
    stops
        .extend([&prefix, &suffix, &middle].map(|token| token.trim().to_owned()).into_iter().filter(|s| !s.is_empty()));
    Some(Template { order: Order::PrefixFirst, prefix, suffix, middle, stops, repository: None })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::Config;

    fn read(fim: &Value) -> Result<Fim, String> {
        let model = json!({"provider": "p", "model": "m", "fim": fim});
        let settings = json!({"providers": {"p": {"kind": "ollama"}}, "models": {"m": model}});
        let config = Config::from_layers(None, &settings).map_err(|mistakes| mistakes.to_string())?;
        Ok(config.models["m"].fim.clone())
    }

    #[test]
    fn takes_words_and_the_names_of_families() {
        assert_eq!(read(&Value::Null), Ok(Fim::Auto));
        for name in NAMES {
            let fim = read(&json!(name)).unwrap();
            let said = match fim {
                Fim::Auto => "auto",
                Fim::Off => "off",
                Fim::Chat => "chat",
                Fim::Family(family) => family.name,
                Fim::Template(_) => "",
            };
            assert_eq!(said, name);
        }
    }

    #[test]
    fn takes_a_template_whose_tokens_end_an_answer_too() {
        let fim = read(&json!({"prefix": "<P>", "suffix": "<S>", "middle": "<M>", "stop": ["<E>"]})).unwrap();
        let Fim::Template(template) = fim else { panic!("{fim:?}") };
        assert_eq!(template.prompt("a", "b"), "<P>a<S>b<M>");
        assert_eq!(template.stops, ["<E>", "<P>", "<S>", "<M>"]);
    }

    #[test]
    fn a_mistake_says_what_may_stand_there_and_the_nearest_name() {
        for (fim, expected) in [
            (json!("qwen-codr"), "models.m.fim: expected one of auto, off, chat, qwen-coder, codestral, "),
            (json!("qwen-codr"), "did you mean `qwen-coder`?"),
            (json!("of"), "did you mean `off`?"),
            (
                json!(true),
                "models.m.fim: expected one of the words, a family's name, or { prefix, suffix, middle, stop }, found",
            ),
            (json!({"prefix": "<P>", "suffix": "<S>"}), "models.m.fim.middle: missing, expected the token"),
            (
                json!({"prefx": "<P>", "suffix": "<S>", "middle": "<M>"}),
                "models.m.fim.prefx: unknown key, did you mean `prefix`?",
            ),
        ] {
            let said = read(&fim).unwrap_err();
            assert!(said.contains(expected), "{fim}: {said}");
        }
    }
}
