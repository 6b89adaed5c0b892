//! llama.cpp's own completions, `/infill` and `/completion`, as they stream: server-sent events that end with `stop: true` and
//! no `[DONE]`. Its chats are OpenAI's.

use serde_json::Value;

use super::answer::Finish;
use super::usage::Input;
use super::wire::{self, Delta, WireFailure};

pub(super) fn decode(event: &[u8]) -> Result<Vec<Delta>, WireFailure> {
    if event.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let chunk = wire::parse(event)?;
    let mut deltas = Vec::new();
    deltas.extend(wire::text(&chunk, "content").map(|text| Delta::Text(text.to_owned())));
    if chunk.get("stop").and_then(Value::as_bool) == Some(true) {
        let count = |key: &str| chunk.get(key).and_then(Value::as_u64);
        let input = count("tokens_evaluated").map(|total| Input { total, ..Input::default() });
        deltas.extend(wire::model_file(&chunk).map(|id| Delta::Model(id.to_owned())));
        deltas.push(Delta::Usage { input, output: count("tokens_predicted") });
        deltas.push(Delta::Finish(match wire::text(&chunk, "stop_type") {
            Some("eos" | "word") => Finish::Stop,
            Some("limit") => Finish::Length,
            _ => Finish::Unknown,
        }));
        deltas.push(Delta::End);
    }
    Ok(deltas)
}
