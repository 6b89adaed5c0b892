//! The model to take where nobody configured one: the best of those that servers on this machine have. Asks nobody.

use crate::config::LocalModel;
use crate::model::{FoundServer, ListedModel, coder_family, millions_of_parameters};

/// Words in ids of models that continue text and do not take instructions, or that think long before they answer.
const UNFIT: [&str; 6] = ["-base", ":base", "codellama:code", "-code:", "qwq", "deepseek-r1"];

/// The best model: one for code before any other, then one that takes instructions, then the largest, since whoever has it
/// has room for it; where all that is equal, the better family, then the first.
pub fn choose(found: &[FoundServer]) -> Option<LocalModel> {
    let models = found.iter().flat_map(|server| server.models.iter().map(move |model| (server, model)));
    let mut ranked: Vec<_> = models.collect();
    ranked.sort_by_key(|(_, model)| rank(model));
    ranked.first().map(|(server, model)| LocalModel {
        server: server.probe.server,
        kind: server.probe.kind,
        base_url: server.probe.base_url.clone(),
        model: model.id.clone(),
        context: model.context,
    })
}

/// Less is better.
fn rank(model: &ListedModel) -> (bool, bool, std::cmp::Reverse<u64>, usize) {
    let id = model.id.to_lowercase();
    let family = coder_family(&id);
    let unfit = UNFIT.iter().any(|word| id.contains(word));
    (unfit, family.is_none(), std::cmp::Reverse(size(model)), family.unwrap_or(usize::MAX))
}

/// In millions of parameters.
fn size(model: &ListedModel) -> u64 {
    millions_of_parameters(model.parameters.as_deref(), &model.id, model.size).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::usual_probes;

    fn chosen(servers: &[&[&str]]) -> Option<String> {
        let model = |id: &&str| ListedModel { id: (*id).to_owned(), ..ListedModel::default() };
        let server = |(ids, probe): (&&[&str], _)| FoundServer { probe, models: ids.iter().map(model).collect() };
        let found: Vec<FoundServer> = servers.iter().zip(usual_probes()).map(server).collect();
        choose(&found).map(|model| format!("{} {}", model.server, model.model))
    }

    #[test]
    fn a_model_for_code_comes_before_a_larger_one_for_talk() {
        for (servers, expected) in [
            (&[&["llama3.3:70b", "qwen2.5-coder:1.5b", "qwen2.5-coder:7b"][..]][..], "Ollama qwen2.5-coder:7b"),
            (&[&["qwen2.5-coder:32b-base", "codellama:7b"]], "Ollama codellama:7b"),
            (
                &[&["llama3.2:3b"], &["Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf"]],
                "llama.cpp Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf",
            ),
            (&[&["codestral:22b", "devstral:22b"]], "Ollama devstral:22b"),
            (&[&["qwq:32b", "gemma3:12b"]], "Ollama gemma3:12b"),
            (&[&[], &["model.gguf"]], "llama.cpp model.gguf"),
        ] {
            assert_eq!(chosen(servers).as_deref(), Some(expected));
        }
        assert_eq!(chosen(&[&[], &[]]), None);
    }
}
