//! A check-up as people read it: one line a thing, what is to be done below it. Refuses to say anything that is not in the
//! data.

use std::fmt::Write;

use super::checkup::{
    ActionChecked, Checkup, ConfigChecked, EditorChecked, ModelChecked, ProviderChecked, RuleChecked, Speed, State,
};
use crate::route::Purpose;

/// The whole of it.
pub fn text(checkup: &Checkup) -> String {
    let mut page = Page(String::new());
    page.config(&checkup.config);
    page.section("servers", &checkup.providers, Page::provider);
    if checkup.providers.is_empty() && checkup.config.mistakes.is_empty() {
        page.no_server(checkup);
    }
    page.section("models", &checkup.models, Page::model);
    page.section("actions", &checkup.actions, Page::action);
    page.section("editors", &checkup.editors, Page::editor);
    page.end(checkup);
    page.0
}

struct Page(String);

impl Page {
    /// A line, and below it what is to be done.
    fn thing(&mut self, state: State, line: &str, below: impl IntoIterator<Item = impl AsRef<str>>) {
        let mark = match state {
            State::Ok => "ok",
            State::Note => "note",
            State::Problem => "PROBLEM",
        };
        let _ = writeln!(self.0, "  {mark:<8} {}", one_line(line));
        for sentence in below {
            let _ = writeln!(self.0, "           {}", one_line(sentence.as_ref()));
        }
    }

    fn section<T>(&mut self, title: &str, things: &[T], one: fn(&mut Page, &T)) {
        if !things.is_empty() {
            let _ = writeln!(self.0, "\n{title}");
            things.iter().for_each(|thing| one(self, thing));
        }
    }

    fn config(&mut self, config: &ConfigChecked) {
        self.0.push_str("settings\n");
        for file in &config.files {
            match file.found {
                true => self.thing(file.state, &file.path, NOTHING),
                false => self.thing(file.state, &format!("{} (there is none)", file.path), NOTHING),
            }
        }
        for mistake in &config.mistakes {
            self.thing(State::Problem, mistake, NOTHING);
        }
        for warning in &config.warnings {
            self.thing(State::Note, warning, NOTHING);
        }
    }

    fn no_server(&mut self, checkup: &Checkup) {
        self.0.push_str("\nservers\n");
        let memory = checkup.memory_bytes.map_or(0, |bytes| (bytes as f64 / f64::from(1 << 30)).round() as u64);
        let fits = checkup.fits.map(|model| {
            format!("with {memory} GB of memory `ollama pull {model}` fits, once Ollama is installed and runs")
        });
        self.thing(State::Note, "none is configured, and none was found on this machine", &fits);
    }

    fn provider(&mut self, provider: &ProviderChecked) {
        let ProviderChecked { name, kind, url, privacy, .. } = provider;
        let mut parts = Vec::new();
        parts.extend(provider.version.as_ref().map(|version| format!("version {version}")));
        parts.extend(provider.models.map(|count| format!("{count} {}", plural(count, "model", "models"))));
        parts.extend(provider.seconds.map(|seconds| format!("{:.0} ms", seconds * 1000.0)));
        parts.extend(provider.found.then(|| "found, not configured".to_owned()));
        let told = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        self.thing(provider.state, &format!("{name} ({kind}, {privacy}) at {url}{told}"), &provider.problem);
    }

    fn model(&mut self, model: &ModelChecked) {
        let matched = model.matched.as_ref().filter(|matched| **matched != model.model);
        let matched = matched.map(|matched| format!(" -> {matched}")).unwrap_or_default();
        let sizes: Vec<&str> = model.parameters.as_deref().into_iter().chain(model.tier).collect();
        let sizes = if sizes.is_empty() { String::new() } else { format!(" ({})", sizes.join(", ")) };
        let line = format!("{}: {}{matched}{sizes} at {}", model.name, model.model, model.provider);
        let facts = facts(model);
        let facts = (model.matched.is_some() || model.works).then(|| facts.join(", "));
        let untried = model.untried.as_ref().map(|why| format!("not asked: {why}"));
        let below = model.problem.iter().chain(&model.notes).chain(&facts).chain(&untried);
        self.thing(model.state, &line, below);
    }

    fn action(&mut self, action: &ActionChecked) {
        let mut line = action.action.to_owned();
        if !action.chain.is_empty() {
            let _ = write!(line, ": {} ({})", steps(action, &action.chain, &action.working), action.reason);
        }
        let rules: Vec<String> = action.rules.iter().map(|rule| rule_line(action, rule)).collect();
        let left: Vec<String> =
            action.left_out.iter().map(|left| format!("{} is left out: {}", left.step, left.why)).collect();
        self.thing(action.state, &line, action.problem.iter().chain(&left).chain(&rules));
    }

    fn editor(&mut self, editor: &EditorChecked) {
        let version = editor.version.as_deref().unwrap_or("of unknown version");
        let config = editor.config.as_ref().map(|config| format!(", {config} names graft-ls"));
        let line = format!("{} {version} ({}){}", editor.name, editor.program, config.unwrap_or_default());
        self.thing(editor.state, &line, &editor.problem);
    }

    fn end(&mut self, checkup: &Checkup) {
        if let Some(log) = &checkup.log {
            let _ = writeln!(self.0, "\nlog: {log}");
        }
        let broken: Vec<&str> = checkup
            .actions
            .iter()
            .filter(|action| action.state == State::Problem)
            .map(|action| action.action)
            .collect();
        let verdict = match (checkup.config.mistakes.len(), broken.as_slice()) {
            (0, []) => "every action has a step that works".to_owned(),
            (0, broken) => format!("no step works for {}", broken.join(", ")),
            (1, _) => "the settings have a mistake: correct it, then run this again".to_owned(),
            (count, _) => format!("the settings have {count} mistakes: correct them, then run this again"),
        };
        let _ = writeln!(self.0, "\n{verdict}");
    }
}

const NOTHING: [&str; 0] = [];

/// A chain, with a word at those of its steps that do not work.
fn steps(action: &ActionChecked, chain: &[String], working: &[String]) -> String {
    // What completes nothing may do well at all else.
    let does = if action.action == Purpose::Complete.as_str() { "complete" } else { "work" };
    let step = |step: &String| match working.contains(step) {
        true => step.clone(),
        false => format!("{step} (does not {does})"),
    };
    chain.iter().map(step).collect::<Vec<_>>().join(", ")
}

/// A rule that may count instead of an action's route.
fn rule_line(action: &ActionChecked, rule: &RuleChecked) -> String {
    let RuleChecked { number, chain, working } = rule;
    let steps = steps(action, chain, working);
    format!("rule {number} may count instead: {steps}; `graft-ls route {} FILE:LINE` tells", action.action)
}

/// What is known of a model.
fn facts(model: &ModelChecked) -> Vec<String> {
    let mut facts = Vec::new();
    let can = [
        (model.coding, "for code"),
        (model.insert == Some(true), "fills in"),
        (model.thinking == Some(true), "can think"),
        (model.remote, "remote"),
    ];
    facts.extend(can.into_iter().filter(|(can, _)| *can).map(|(_, words)| words.to_owned()));
    let context = model.context;
    facts.push(match context.real.or(context.largest).filter(|real| *real != context.asked) {
        Some(real) => format!("context {} of {real}", context.asked),
        None => format!("context {}", context.asked),
    });
    facts.extend(model.gpu_percent.map(|percent| match percent {
        0 => "on the CPU".to_owned(),
        100 => "on the GPU".to_owned(),
        percent => format!("{percent} % on the GPU"),
    }));
    facts.extend(model.speed.iter().flat_map(speed));
    if model.gpu_percent.is_none() && model.speed.is_some() && !model.remote {
        facts.push("GPU or CPU: not told".to_owned());
    }
    facts
}

fn speed(speed: &Speed) -> Vec<String> {
    let mut words = vec![format!("first token after {:.1} s", speed.first_token_seconds)];
    words.extend(speed.tokens_per_second.map(|rate| format!("writes {rate:.0} tokens/s")));
    words.extend(speed.tokens_read_per_second.map(|rate| format!("reads {rate:.0} tokens/s")));
    words
}

fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// Other people's words hold no line ends and nothing that moves a cursor.
fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.trim_end().to_owned()
}
