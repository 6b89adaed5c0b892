//! The models: whether the server has each, what it is, and what it does in a short trial. A model that may cost money is tried
//! only when that is asked for.

use futures_util::{StreamExt, stream};

use super::checkup::{Context, ModelChecked, Speed, State};
use super::providers::Surveyed;
use super::{AT_A_TIME, Subject};
use crate::config::{Config, Model, Ownership, ProviderKind};
use crate::engine::{Effort, Engine, Trial};
use crate::model::{
    ErrorClass, ListedModel, ModelDetails, RunningModel, Thinking, Tier, coder_family, fits_gpu, known_model,
    millions_of_parameters, suggestion, way,
};

/// Looks at all models: of several servers at a time, of one server one after the other, as they share its memory.
pub(super) async fn examine(
    engine: &Engine,
    subject: &Subject<'_>,
    config: &Config,
    surveyed: &[Surveyed],
) -> Vec<ModelChecked> {
    let of_one = |server: &'_ Surveyed| {
        let models: Vec<Model> =
            config.models.values().filter(|model| model.provider.name == server.provider.name).cloned().collect();
        let examination =
            Examination { engine, subject, config, surveyed: surveyed_of(surveyed, &server.provider.name) };
        async move {
            let (mut checked, mut hangs) = (Vec::new(), false);
            for model in models {
                let (one, class) = examination.of(&model, hangs).await;
                hangs |= class == Some(ErrorClass::Timeout);
                checked.push(one);
            }
            checked
        }
    };
    let asked: Vec<_> = surveyed.iter().map(of_one).collect();
    let mut checked: Vec<ModelChecked> = stream::iter(asked).buffered(AT_A_TIME).concat().await;
    checked.sort_by_key(|model| config.models.get_index_of(&model.name));
    checked
}

fn surveyed_of<'a>(surveyed: &'a [Surveyed], provider: &str) -> Option<&'a Surveyed> {
    surveyed.iter().find(|server| server.provider.name == provider)
}

/// One look at one server's models.
struct Examination<'a> {
    engine: &'a Engine,
    subject: &'a Subject<'a>,
    config: &'a Config,
    surveyed: Option<&'a Surveyed>,
}

impl Examination<'_> {
    /// The model as it is found, and what kept it from answering.
    async fn of(&self, model: &Model, hangs: bool) -> (ModelChecked, Option<ErrorClass>) {
        let mut checked = blank(self.engine, model);
        if let Some(failure) = self.surveyed.and_then(Surveyed::failure) {
            checked.problem = Some(format!("its server {} cannot be used, see above", model.provider.name));
            return (checked, Some(failure.class));
        }
        let listed = match self.listed(model) {
            Listed::Missing(sentence) => {
                checked.problem = Some(sentence);
                return (checked, Some(ErrorClass::ModelMissing));
            }
            Listed::Unknown => None,
            Listed::Here(listed) => Some(listed),
        };
        let details = self.engine.describe(model).await;
        describe(&mut checked, model, listed, &details);
        checked.remote = checked.remote || self.engine.is_passed_on(model).await;
        let class = self.attempt(&mut checked, model, listed, hangs).await;
        self.measure(&mut checked, model, listed).await;
        conclude(&mut checked, model);
        (checked, class)
    }

    fn listed(&self, model: &Model) -> Listed<'_> {
        let Some(models) = self.surveyed.and_then(Surveyed::survey).and_then(|survey| survey.models.as_ref()) else {
            return Listed::Unknown;
        };
        match (matching(model, models), models.as_slice()) {
            (Some(listed), _) => Listed::Here(listed),
            (None, models) => Listed::Missing(self.missing(model, models)),
        }
    }

    /// What to do about a model that the server does not have.
    fn missing(&self, model: &Model, models: &[ListedModel]) -> String {
        let (provider, id, name) = (&model.provider.name, model.id_sent(), &model.name);
        let writing: Vec<&str> = models.iter().filter(|model| model.writes()).map(|model| model.id.as_str()).collect();
        let near = writing.iter().min_by_key(|other| strsim::damerau_levenshtein(other, id));
        let fits = || self.subject.machine.memory.map(suggestion).filter(|_| model.provider.is_loopback());
        let pull = match model.provider.kind {
            ProviderKind::Ollama => format!("run `ollama pull {id}` there, or "),
            _ => String::new(),
        };
        let next = match (near, fits()) {
            (Some(near), _) => format!("{pull}set models.{name}.model to one that it has, such as `{near}`"),
            (None, Some(row)) if model.provider.kind == ProviderKind::Ollama && row.model != id => {
                format!("{pull}take one that fits this machine for sure: `ollama pull {}`", row.model)
            }
            (None, _) => format!("{pull}correct models.{name}.model"),
        };
        format!("{provider} has no model `{id}`; {next}")
    }

    /// Has it say a few words, where that costs nothing or is asked for.
    async fn attempt(
        &self,
        checked: &mut ModelChecked,
        model: &Model,
        listed: Option<&ListedModel>,
        hangs: bool,
    ) -> Option<ErrorClass> {
        let costs = checked.remote || model.provider.ownership == Ownership::Cloud;
        if listed.is_some_and(|listed| !listed.writes()) {
            checked.problem = Some(format!(
                "`{}` writes no text; set models.{}.model to one that takes instructions",
                model.model, model.name
            ));
            return None;
        }
        if hangs {
            checked.untried = Some(format!("{} did not answer in time before", model.provider.name));
            return None;
        }
        if costs && self.subject.effort == Effort::Short {
            checked.untried = Some("an answer may cost money, `--bench` asks for one".to_owned());
            checked.works = true;
            return None;
        }
        match self.engine.trial(self.config, model, self.subject.effort).await {
            Ok(trial) => {
                checked.works = true;
                checked.speed = trial.map(|trial| speed(&trial, self.subject.effort));
                let busy = || format!("{} is busy with other requests", model.provider.name);
                checked.untried = trial.is_none().then(busy);
                None
            }
            Err(error) => {
                let fits = self.subject.machine.memory.map(suggestion).filter(|row| row.model != model.model);
                let is_tight = error.class == ErrorClass::OutOfMemory && model.provider.is_loopback();
                let fits = fits.filter(|_| is_tight).map(|row| format!("; `{}` fits this machine", row.model));
                checked.problem = Some(format!("{}{}", error.message, fits.unwrap_or_default()));
                Some(error.class)
            }
        }
    }

    /// The real window and the place in memory: known for sure once it is loaded.
    async fn measure(&self, checked: &mut ModelChecked, model: &Model, listed: Option<&ListedModel>) {
        let id = checked.matched.as_deref().unwrap_or(&model.model);
        let running = self.engine.running(&model.provider).await;
        let running = running.iter().find(|running| running.id == id).filter(|_| !checked.remote);
        let running = running.filter(|running| running.size > 0);
        // More on the GPU than there is of it is a server's rounding.
        let percent = |running: &RunningModel| running.size_vram.min(running.size) * 100 / running.size;
        checked.gpu_percent = running.map(percent);
        if let Some(running) = running.filter(|running| (1..100).contains(&percent(running))) {
            let fits = fits_gpu(running.size_vram).map(|row| format!(", such as `{}`", row.model));
            checked.notes.push(format!(
                "only {} % of it is on the GPU, which makes it slow; take a smaller model{}, or lower models.{}.context",
                percent(running),
                fits.unwrap_or_default(),
                model.name
            ));
        }
        let slot = self.engine.slot_window(&model.provider).await;
        let loaded = running.and_then(|running| running.context);
        checked.context.real = slot.or(loaded).or(listed.and_then(|listed| listed.context));
    }
}

/// Whether a server has a model.
enum Listed<'a> {
    Here(&'a ListedModel),
    /// What to do.
    Missing(String),
    /// The server keeps no list.
    Unknown,
}

/// The model of a list that a request for `model` would get.
fn matching<'a>(model: &Model, models: &'a [ListedModel]) -> Option<&'a ListedModel> {
    let id = model.id_sent();
    let named = |name: &str| models.iter().find(|listed| listed.id == name);
    let dated = |listed: &&ListedModel| {
        let date = listed.id.strip_prefix(id).and_then(|rest| rest.strip_prefix('-'));
        date.is_some_and(|date| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()))
    };
    named(id).or_else(|| match (model.provider.kind, models) {
        (ProviderKind::Ollama, _) => named(&format!("{id}:latest")),
        (ProviderKind::Anthropic, _) => models.iter().rev().find(dated),
        // With one model, the name in a request does not count.
        (ProviderKind::LlamaCpp, [only]) => Some(only),
        _ => None,
    })
}

fn blank(engine: &Engine, model: &Model) -> ModelChecked {
    ModelChecked {
        state: State::Problem,
        name: model.name.clone(),
        provider: model.provider.name.clone(),
        model: model.id_sent().to_owned(),
        matched: None,
        parameters: None,
        tier: None,
        coding: false,
        insert: None,
        thinking: None,
        remote: model.ownership() == Ownership::Cloud,
        context: Context { asked: engine.asked_window(model), real: None, largest: None },
        gpu_percent: None,
        speed: None,
        untried: None,
        works: false,
        no_completion: None,
        problem: None,
        notes: Vec::new(),
    }
}

/// What the model is.
fn describe(checked: &mut ModelChecked, model: &Model, listed: Option<&ListedModel>, details: &ModelDetails) {
    let id = listed.map_or(model.model.as_str(), |listed| listed.id.as_str());
    let known = known_model(id).or_else(|| known_model(&model.model));
    let told = details.parameters.clone().or_else(|| listed.and_then(|listed| listed.parameters.clone()));
    let capabilities = details.capabilities.as_ref().or(listed.and_then(|listed| listed.capabilities.as_ref()));
    let can = |word: &str| capabilities.map(|all| all.iter().any(|own| own.contains(word)));
    checked.matched = listed.map(|listed| listed.id.clone());
    checked.remote |= details.is_remote || listed.is_some_and(|listed| listed.is_remote);
    let millions = millions_of_parameters(told.as_deref(), id, listed.and_then(|listed| listed.size));
    let by_size = millions.map(Tier::of_size);
    checked.tier = match model.provider.ownership {
        Ownership::Cloud => Some(by_size.unwrap_or_else(|| Tier::of_cloud(id))),
        Ownership::Mine => by_size,
    }
    .map(Tier::as_str);
    checked.parameters = told;
    checked.coding = coder_family(id).or_else(|| coder_family(&model.model)).is_some();
    checked.insert = can("insert").filter(|can| *can).or(can("fim")).or(can("insert"));
    let thinks = known.map(|known| known.thinking != Thinking::Plain).filter(|thinks| *thinks);
    checked.thinking = can("thinking").or(thinks);
    checked.no_completion = way(model, capabilities.map(Vec::as_slice)).err().map(|why| why.to_string());
    let largest = details.largest_context.or(listed.and_then(|listed| listed.largest_context));
    checked.context.largest = largest.or(known.and_then(|known| known.window));
}

fn speed(trial: &Trial, effort: Effort) -> Speed {
    Speed {
        first_token_seconds: trial.first_token.as_secs_f64(),
        tokens_per_second: trial.tokens_per_second(),
        tokens_read_per_second: trial.tokens_read_per_second().filter(|_| effort == Effort::Bench),
    }
}

/// What could be better, and the state of it all.
fn conclude(checked: &mut ModelChecked, model: &Model) {
    let Context { asked, real, largest } = checked.context;
    let name = &model.name;
    if let Some(least) = [real, largest].into_iter().flatten().min().filter(|least| *least < asked) {
        checked.notes.push(format!(
            "prompts are fitted to {asked} tokens and it takes {least}; set models.{name}.context to {least}, or give the server more"
        ));
    }
    if checked.remote && model.provider.ownership == Ownership::Mine {
        let provider = &model.provider.name;
        checked.notes.push(format!(
            "{provider} only passes it on to somebody else's machine; private files do not go there, take a model that runs at {provider} for those"
        ));
    }
    checked.state = match (checked.works, checked.notes.is_empty()) {
        (false, _) => State::Problem,
        (true, false) => State::Note,
        (true, true) => State::Ok,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matched(kind: &str, id: &str, listed: &[&str]) -> Option<String> {
        let settings = json!({"providers": {"p": {"kind": kind}}, "models": {"m": {"provider": "p", "model": id}}});
        let config = Config::from_layers(None, &settings).unwrap();
        let listed: Vec<ListedModel> =
            listed.iter().map(|id| ListedModel { id: (*id).to_owned(), ..ListedModel::default() }).collect();
        matching(&config.models["m"], &listed).map(|listed| listed.id.clone())
    }

    #[test]
    fn a_name_matches_what_the_server_would_take_it_for() {
        for (kind, id, listed, expected) in [
            ("ollama", "qwen3-coder", &["qwen3", "qwen3-coder:latest"][..], Some("qwen3-coder:latest")),
            ("ollama", "qwen3-coder:30b", &["qwen3-coder:latest"], None),
            ("llamacpp", "anything", &["model.gguf"], Some("model.gguf")),
            ("llamacpp", "anything", &["a", "b"], None),
            (
                "anthropic",
                "claude-haiku-4-5",
                &["claude-haiku-4-5-20251001", "claude-haiku-4-5-fast"],
                Some("claude-haiku-4-5-20251001"),
            ),
            ("openai", "gpt-5", &["gpt-5-mini"], None),
        ] {
            assert_eq!(matched(kind, id, listed).as_deref(), expected, "{kind} {id}");
        }
    }
}
