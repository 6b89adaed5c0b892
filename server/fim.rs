//! Fill-in-the-middle as families of models were trained to it: a dated table of templates, and raw prompts made from them.
//! Guesses nothing of a model that no row names, and knows no server.

pub mod chat;
mod families;

pub use families::{FAMILIES, FAMILIES_AS_OF};

/// Servers refuse more stop strings than this; the rest is applied to what comes back.
pub const MOST_STOPS_SENT: usize = 4;
/// Put inside a control token that stands in code, so that a server reads it as text.
const SPLIT: char = '\u{200b}';

/// Which half of the code the model was trained to see first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What stands before the cursor, then what stands after it.
    PrefixFirst,
    /// What stands after the cursor, then what stands before it.
    SuffixFirst,
}

impl Order {
    /// A few words for tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::PrefixFirst => "prefix first",
            Order::SuffixFirst => "suffix first",
        }
    }
}

/// The families of models that are trained alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// What the config calls it.
    pub name: &'static str,
    /// How the ids of its models begin, in lower case, without a publisher before them.
    pub begins: &'static [&'static str],
    /// Words in an id that say that this model of the family was not trained to it.
    pub except: &'static [&'static str],
    /// Which half goes first.
    pub order: Order,
    /// Stands before the prefix.
    pub prefix: &'static str,
    /// Stands before the suffix.
    pub suffix: &'static str,
    /// Stands last; the answer follows it.
    pub middle: &'static str,
    /// What ends an answer, the likeliest first.
    pub stops: &'static [&'static str],
    /// How it sees several files; nothing where it was not trained to.
    pub repository: Option<Repository>,
}

/// Code with a hole: what stands before it and what stands after it, lines ended by `\n`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hole {
    /// Up to the cursor.
    pub prefix: String,
    /// From the cursor on.
    pub suffix: String,
    /// The file's path as it is shown; empty where it has none.
    pub path: String,
    /// Code of other files, what changes least first, so that a server has read the beginning before.
    pub others: Vec<OtherFile>,
}

impl Hole {
    /// Everything in it that is code.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.prefix, &self.suffix].into_iter().chain(self.others.iter().map(|other| &other.text)).map(String::as_str)
    }
}

/// Code of another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFile {
    /// Its path as it is shown.
    pub path: String,
    /// What of it is shown, lines ended by `\n`.
    pub text: String,
}

/// How a family was trained to see several files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repository {
    /// Stands before all of them.
    pub start: &'static str,
    /// Stands before each path.
    pub file: &'static str,
    /// Whether they stand behind the token of the prefix, as a part of it.
    pub in_prefix: bool,
}

impl Repository {
    /// The other files, and the head of the hole's own.
    fn text(&self, hole: &Hole, harmless: impl Fn(&str) -> String) -> String {
        if hole.others.is_empty() {
            return String::new();
        }
        let section = |path: &str, text: &str| format!("{}{}\n{}", self.file, harmless(path), harmless(text));
        let others = hole.others.iter().map(|other| section(&other.path, &format!("{}\n", other.text.trim_end())));
        let own = section(&hole.path, "");
        std::iter::once(self.start.to_owned()).chain(others).chain([own]).collect()
    }
}

/// How a raw prompt is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Which half goes first.
    pub order: Order,
    /// Stands before the prefix.
    pub prefix: String,
    /// Stands before the suffix.
    pub suffix: String,
    /// Stands last; may be empty.
    pub middle: String,
    /// What ends an answer, the likeliest first.
    pub stops: Vec<String>,
    /// How several files are written; nothing where there is no way.
    pub repository: Option<Repository>,
}

impl Family {
    /// The one of that name.
    pub fn named(name: &str) -> Option<&'static Family> {
        FAMILIES.iter().find(|family| family.name == name)
    }

    /// The one that a model belongs to by its id: `registry/publisher/NAME:TAG`, a file's path, or the bare name.
    pub fn of_model(id: &str) -> Option<&'static Family> {
        let id = id.rsplit(['/', '\\']).next().unwrap_or(id).to_ascii_lowercase();
        let fits = |family: &&Family| family.begins.iter().any(|begin| id.starts_with(begin));
        let longest =
            |family: &&Family| family.begins.iter().filter(|begin| id.starts_with(**begin)).map(|b| b.len()).max();
        let family = FAMILIES.iter().filter(fits).max_by_key(longest)?;
        (!family.except.iter().any(|word| id.contains(word))).then_some(family)
    }

    /// Its template.
    pub fn template(&self) -> Template {
        Template {
            order: self.order,
            prefix: self.prefix.to_owned(),
            suffix: self.suffix.to_owned(),
            middle: self.middle.to_owned(),
            stops: self.stops.iter().map(|stop| (*stop).to_owned()).collect(),
            repository: self.repository,
        }
    }
}

impl Template {
    /// The raw prompt for a hole with all its files, as far as there is a way for them.
    pub fn whole_prompt(&self, hole: &Hole) -> String {
        let Some(repository) = &self.repository else { return self.prompt(&hole.prefix, &hole.suffix) };
        let head = repository.text(hole, |code| self.harmless(code));
        match repository.in_prefix {
            true => self.joined(&format!("{head}{}", self.harmless(&hole.prefix)), &self.harmless(&hole.suffix)),
            false => format!("{head}{}", self.prompt(&hole.prefix, &hole.suffix)),
        }
    }

    /// The raw prompt for a hole between `prefix` and `suffix`. Control tokens that stand in the code are split, so that none
    /// of it counts as one.
    pub fn prompt(&self, prefix: &str, suffix: &str) -> String {
        self.joined(&self.harmless(prefix), &self.harmless(suffix))
    }

    /// The halves, in which nothing passes for a control token, with the template's own around them.
    fn joined(&self, before: &str, after: &str) -> String {
        match self.order {
            Order::PrefixFirst => [&self.prefix, before, &self.suffix, after, &self.middle].concat(),
            Order::SuffixFirst => [&self.suffix, after, &self.prefix, before, &self.middle].concat(),
        }
    }

    /// Code in which no control token of the template, and none of the usual form, can be read as one.
    pub fn harmless(&self, code: &str) -> String {
        let mut code = code.to_owned();
        for token in self.control_tokens() {
            if code.contains(token) {
                let mut letters = token.chars();
                let split: String = letters.next().into_iter().chain([SPLIT]).chain(letters).collect();
                code = code.replace(token, &split);
            }
        }
        harmless(&code)
    }

    /// The stop strings to send: no more than servers take.
    pub fn stops_sent(&self) -> &[String] {
        self.stops.get(..MOST_STOPS_SENT).unwrap_or(&self.stops)
    }

    /// Where an answer ends because a stop string or a control token begins there; its length where none does.
    pub fn end_of(&self, answer: &str) -> usize {
        let tokens = self.control_tokens().chain(self.stops.iter().map(String::as_str));
        tokens.filter_map(|token| answer.find(token)).min().unwrap_or(answer.len()).min(end_of(answer))
    }

    /// What no code of a person's own may pass for: the tokens of the template, and what ends an answer.
    fn control_tokens(&self) -> impl Iterator<Item = &str> {
        let own = [&self.prefix, &self.suffix, &self.middle].into_iter().map(|token| token.trim());
        own.chain(self.stops.iter().map(|stop| stop.trim_matches('\n'))).filter(|token| !token.is_empty())
    }
}

/// How most tokenizers begin their control tokens, more than a template names; none is code of a usual language.
const USUAL: [(&str, char); 2] = [("<|", '|'), ("<｜", '｜')];

/// Code in which no control token of the usual form can be read as one, for servers that put the prompt together themselves.
pub fn harmless(code: &str) -> String {
    let mut code = code.to_owned();
    for (open, bar) in USUAL {
        if code.contains(open) {
            code = code.replace(open, &format!("<{SPLIT}{bar}"));
        }
    }
    code
}

/// Where an answer ends because a control token of the usual form begins there; its length where none does.
pub fn end_of(answer: &str) -> usize {
    let begins =
        USUAL.iter().flat_map(|(open, bar)| answer.match_indices(open).map(|(at, open)| (at, at + open.len(), *bar)));
    let is_token = |(_, name, bar): &(usize, usize, char)| {
        let rest = answer.get(*name..).unwrap_or_default();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '▁'))).unwrap_or(rest.len());
        length > 0
            && rest.get(length..).is_some_and(|rest| rest.starts_with(*bar) && rest[bar.len_utf8()..].starts_with('>'))
    };
    begins.filter(is_token).map(|(at, ..)| at).min().unwrap_or(answer.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rendered(family: &str) -> String {
        Family::named(family).unwrap().template().prompt("P", "S")
    }

    #[test]
    fn renders_each_family_as_its_card_has_it() {
        for (family, expected) in [
            ("qwen-coder", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            ("codestral", "[SUFFIX]S[PREFIX]P"),
            ("deepseek-coder", "<｜fim▁begin｜>P<｜fim▁hole｜>S<｜fim▁end｜>"),
            ("codellama", "<PRE> P <SUF>S <MID>"),
            ("starcoder", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
            ("codegemma", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            ("granite", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            ("seed-coder", "<[fim-suffix]>S<[fim-prefix]>P<[fim-middle]>"),
            ("mellum", "<fim_suffix>S<fim_prefix>P<fim_middle>"),
            ("glm", "<|code_prefix|>P<|code_suffix|>S<|code_middle|>"),
        ] {
            assert_eq!(rendered(family), expected, "{family}");
        }
        assert_eq!(FAMILIES.len(), 10, "each family has its line above");
    }

    #[test]
    fn several_files_stand_as_the_family_was_trained_to_see_them() {
        let other = OtherFile { path: "a.rs".to_owned(), text: "fn a() {} // <|file_sep|>\n".to_owned() };
        let hole = |others| Hole { prefix: "P".to_owned(), suffix: "S".to_owned(), path: "b.rs".to_owned(), others };
        for (family, expected) in [
            (
                "qwen-coder",
                "<|repo_name|>project\n<|file_sep|>a.rs\nfn a() {} // <\u{200b}|file_sep|>\n<|file_sep|>b.rs\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
            ),
            ("codestral", "[SUFFIX]S[PREFIX]+++++ a.rs\nfn a() {} // <\u{200b}|file_sep|>\n+++++ b.rs\nP"),
            (
                "mellum",
                "<filename>a.rs\nfn a() {} // <\u{200b}|file_sep|>\n<filename>b.rs\n<fim_suffix>S<fim_prefix>P<fim_middle>",
            ),
            ("codellama", "<PRE> P <SUF>S <MID>"),
        ] {
            let template = Family::named(family).unwrap().template();
            assert_eq!(template.whole_prompt(&hole(vec![other.clone()])), expected, "{family}");
            assert_eq!(template.whole_prompt(&hole(Vec::new())), template.prompt("P", "S"), "{family}");
        }
    }

    #[test]
    fn finds_the_family_by_the_name_whoever_publishes_it() {
        for (id, expected) in [
            ("qwen2.5-coder:7b", Some("qwen-coder")),
            ("Qwen/Qwen2.5-Coder-7B-Instruct", Some("qwen-coder")),
            ("hf.co/unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:Q4_K_M", Some("qwen-coder")),
            ("/models/qwen2.5-coder-1.5b-q8_0.gguf", Some("qwen-coder")),
            ("C:\\models\\codestral-22b.gguf", Some("codestral")),
            ("codestral-latest", Some("codestral")),
            ("deepseek-coder-v2:16b", Some("deepseek-coder")),
            ("codellama:7b-code", Some("codellama")),
            ("codellama:7b-python", None),
            ("CodeLlama-34b-hf", None),
            ("bigcode/starcoder2-7b", Some("starcoder")),
            ("granite-code:8b", Some("starcoder")),
            ("ibm-granite/granite-8b-code-base-4k", Some("starcoder")),
            ("granite4:3b", Some("granite")),
            ("granite3.3:8b", None),
            ("google/codegemma-7b-it", None),
            ("codegemma:7b-code", Some("codegemma")),
            ("ByteDance-Seed/Seed-Coder-8B-Base", Some("seed-coder")),
            ("JetBrains/Mellum-4b-base", Some("mellum")),
            ("glm-4.5-air", Some("glm")),
            ("qwen3:8b", None),
            ("llama3.1:8b", None),
            ("qwq:32b", None),
            ("claude-sonnet-5-5", None),
            ("", None),
        ] {
            assert_eq!(Family::of_model(id).map(|family| family.name), expected, "{id}");
        }
    }

    #[test]
    fn code_that_has_control_tokens_is_text() {
        for family in &FAMILIES {
            let template = family.template();
            let plain = template.prompt("", "");
            for token in template.control_tokens() {
                let prompt = template.prompt(&format!("x = \"{token}\""), &format!("{token}{token}"));
                let count = |text: &str| text.matches(token).count();
                assert_eq!(count(&prompt), count(&plain), "{}: {token}", family.name);
            }
        }
    }

    #[test]
    fn sends_four_stops_and_applies_all() {
        for family in &FAMILIES {
            let template = family.template();
            assert!(!template.stops_sent().is_empty() && template.stops_sent().len() <= MOST_STOPS_SENT);
            for stop in &template.stops {
                assert_eq!(template.end_of(&format!("a + b{stop}c")), 5, "{}: {stop}", family.name);
            }
        }
        assert_eq!(FAMILIES[0].template().end_of("a + b"), 5);
    }

    proptest! {
        #[test]
        fn the_halves_of_plain_code_are_kept_to_the_byte(prefix in "[a-z é\n(){}]{0,40}", suffix in "[a-z é\n(){}]{0,40}") {
            for family in &FAMILIES {
                let prompt = family.template().prompt(&prefix, &suffix);
                let (before, after) = (format!("{}{prefix}", family.prefix), format!("{}{suffix}", family.suffix));
                prop_assert!(prompt.contains(&before) && prompt.contains(&after), "{prompt}");
            }
        }
    }
}
