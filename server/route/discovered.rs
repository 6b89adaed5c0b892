//! The models to take where nobody configured any: the best of those that servers on this machine have. Asks nobody.

use std::cmp::Reverse;

use crate::config::{Found, LocalModel, Provider, ProviderKind};
use crate::fim::Family;
use crate::model::{FoundServer, ListedModel, coder_family, millions_of_parameters, suggestion};

/// Words in ids of models that continue text and do not take instructions, or that think long before they answer.
const UNFIT: [&str; 6] = ["-base", ":base", "codellama:code", "-code:", "qwq", "deepseek-r1"];
/// What a model takes beside its weights: a window, and the rest of the machine.
const MEMORY_FOR_WEIGHTS: f64 = 1.25;

/// The best models for a machine with so many bytes of memory. For the actions: one that takes instructions, fits and was made for
/// code, the largest of those; of equal ones the better family, then the first. For completion: the smallest for code that fills in,
/// which one of unknown size is not.
pub fn choose(servers: &[FoundServer], memory: Option<u64>) -> Found {
    let all = || servers.iter().flat_map(|server| server.models.iter().map(move |model| (server, model)));
    let edits = all().min_by_key(|(_, model)| rank(model, memory));
    let other = |model: &ListedModel| edits.is_none_or(|(_, edits)| edits != model);
    // Two of one size would only push each other out of memory.
    let fills = all()
        .filter(|(_, model)| fills_in(model))
        .min_by_key(|(_, model)| (size(model).unwrap_or(u64::MAX), other(model)));
    let local = |(server, model): (&FoundServer, &ListedModel)| LocalModel {
        server: server.probe.server,
        kind: server.probe.kind,
        base_url: server.probe.base_url.clone(),
        model: model.id.clone(),
        context: model.context,
    };
    let edits = edits.map(local);
    let completes = fills.map(local).filter(|fills| Some(fills) != edits.as_ref());
    let bare = servers.first().filter(|_| edits.is_none()).map(|server| bare(server, memory));
    Found { edits, completes, bare }
}

/// Less is better.
fn rank(model: &ListedModel, memory: Option<u64>) -> (bool, bool, bool, Reverse<i128>, usize) {
    let id = model.id.to_lowercase();
    let family = coder_family(&id);
    let unfit = UNFIT.iter().any(|word| id.contains(word));
    let fits = fits(model, memory);
    let size = i128::from(size(model).unwrap_or(0));
    // What is too large is the better the smaller it is: a GPU may have the room that the machine has not.
    (unfit, !fits, family.is_none(), Reverse(if fits { size } else { -size }), family.unwrap_or(usize::MAX))
}

/// Whether there is room for it. What its server lists as in memory has found its room (llama.cpp tells, Ollama does not), and who
/// does not tell its size is believed.
fn fits(model: &ListedModel, memory: Option<u64>) -> bool {
    let takes = model.size.filter(|_| model.is_loaded != Some(true)).map(|bytes| bytes as f64 * MEMORY_FOR_WEIGHTS);
    takes.zip(memory).is_none_or(|(takes, memory)| takes <= memory as f64)
}

/// Whether it was made for code and fills in: by what its server says, else by its family.
fn fills_in(model: &ListedModel) -> bool {
    let says = |word: &String| word == "insert" || word.contains("fim");
    let can = model.capabilities.as_ref().map(|all| all.iter().any(says));
    coder_family(&model.id).is_some() && can.unwrap_or_else(|| Family::of_model(&model.id).is_some())
}

/// In millions of parameters, where that can be told.
fn size(model: &ListedModel) -> Option<u64> {
    millions_of_parameters(model.parameters.as_deref(), &model.id, model.size)
}

fn bare(server: &FoundServer, memory: Option<u64>) -> (Provider, String) {
    let name = server.probe.server;
    let next = match server.probe.kind {
        ProviderKind::Ollama => {
            let model = suggestion(memory.unwrap_or(0)).model;
            format!("fetch one with `ollama pull {model}`")
        }
        _ => "load one there".to_owned(),
    };
    let next = format!("{name} runs on this machine and has none that writes code; {next}");
    (Provider::new(name, server.probe.kind, server.probe.base_url.clone()), next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::usual_probes;

    fn found(servers: &[&[&str]], memory: Option<u64>) -> Found {
        let model = |id: &&str| {
            let (id, gigabytes) = id.split_once(' ').unwrap_or((id, ""));
            let size = gigabytes.parse().ok().map(|size: u64| size * 1_000_000_000);
            ListedModel { id: id.to_owned(), size, ..ListedModel::default() }
        };
        let server = |(ids, probe): (&&[&str], _)| FoundServer { probe, models: ids.iter().map(model).collect() };
        let found: Vec<FoundServer> = servers.iter().zip(usual_probes()).map(server).collect();
        choose(&found, memory)
    }

    #[test]
    fn a_model_for_code_comes_before_a_larger_one_for_talk() {
        for (servers, expected) in [
            (
                &[&["llama3.3:70b", "qwen2.5-coder:1.5b", "qwen2.5-coder:7b"][..]][..],
                "found Ollama with qwen2.5-coder:7b, and qwen2.5-coder:1.5b for completion",
            ),
            (&[&["qwen2.5-coder:32b-base", "codellama:7b"]], "found Ollama with codellama:7b"),
            (
                &[&["llama3.2:3b"], &["Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf"]],
                "found llama.cpp with Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf",
            ),
            (
                &[&["qwen2.5-coder:1.5b-base"], &["Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf"]],
                "found llama.cpp with Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf, and Ollama with qwen2.5-coder:1.5b-base for completion",
            ),
            (&[&["codestral:22b", "devstral:22b"]], "found Ollama with devstral:22b, and codestral:22b for completion"),
            (&[&["qwq:32b", "gemma3:12b"]], "found Ollama with gemma3:12b"),
            (&[&[], &["model.gguf"]], "found llama.cpp with model.gguf"),
            // Who does not tell its size is large: completion is to be quick.
            (
                &[&["deepseek-coder-v2", "qwen2.5-coder:7b", "qwen2.5-coder:1.5b"]],
                "found Ollama with qwen2.5-coder:7b, and qwen2.5-coder:1.5b for completion",
            ),
        ] {
            assert_eq!(found(servers, None).sentence().as_deref(), Some(expected));
        }
        assert_eq!(found(&[], None), Found::default());
    }

    #[test]
    fn the_largest_is_the_largest_that_fits() {
        let pulled: &[&[&str]] =
            &[&["qwen3-coder:480b 290", "qwen2.5-coder:32b 20", "qwen2.5-coder:7b 5", "llama3:8b 5"]];
        for (gigabytes, expected) in
            [(16, "qwen2.5-coder:7b"), (32, "qwen2.5-coder:32b"), (512, "qwen3-coder:480b"), (1, "qwen2.5-coder:7b")]
        {
            let edits = found(pulled, Some(gigabytes * 1_000_000_000)).edits.unwrap();
            assert_eq!(edits.model, expected, "{gigabytes} GB");
        }
    }

    #[test]
    fn a_server_without_a_model_has_a_next_step() {
        let (provider, next) = found(&[&[]], Some(16 << 30)).bare.unwrap();
        assert_eq!(provider.name, "Ollama");
        assert_eq!(
            next,
            "Ollama runs on this machine and has none that writes code; fetch one with `ollama pull qwen2.5-coder:7b`"
        );
    }
}
