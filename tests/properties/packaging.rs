//! What models put around an answer: fences, chatter, reasoning, wrappings. Refuses to touch the code itself.

use graft_ls::text::FileSide;

use super::mutators::Answer;
use super::samples::Sample;

fn word(sample: &Sample) -> &'static str {
    sample.document.language().fences[0]
}

fn fenced(sample: &Sample, code: &str) -> String {
    format!("```{}\n{code}\n```", word(sample))
}

/// Whether the code has lines that look like fences at its margin, which no reader could tell from real ones.
fn has_fence(sample: &Sample) -> bool {
    let margin = |text: &str| {
        text.lines().any(|line| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~"))
    };
    margin(&sample.new) || margin(&sample.old)
}

pub fn bare(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample)).then(|| Answer::exact(sample.new.as_str()))?
}

pub fn fence(sample: &Sample) -> Option<Answer> {
    Answer::exact(fenced(sample, &sample.new))
}

pub fn fence_plain(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("```\n{}\n```\n", sample.new))
}

pub fn fence_four(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("````{}\n{}\n````", word(sample), sample.new))
}

pub fn fence_info(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("```{} title=\"src/x\"\n{}\n```", sample.document.language().title, sample.new))
}

pub fn tilde(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample)).then(|| Answer::exact(format!("~~~{}\n{}\n~~~", word(sample), sample.new)))?
}

pub fn fence_in_list(sample: &Sample) -> Option<Answer> {
    let block = fenced(sample, &sample.new);
    let indented: Vec<String> =
        block.lines().map(|line| if line.is_empty() { String::new() } else { format!("   {line}") }).collect();
    (!has_fence(sample)).then(|| Answer::exact(format!("1. The code:\n\n{}\n", indented.join("\n"))))?
}

pub fn fence_indented_alone(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample)).then(|| Answer::exact(format!("  ```{}\n{}\n  ```", word(sample), sample.new)))?
}

pub fn prefill(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample)).then(|| Answer::exact(format!("{}\n```", sample.new)))?
}

pub fn prefill_chatter(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample))
        .then(|| Answer::exact(format!("{}\n```\n\nThis keeps the behaviour as it was.", sample.new)))?
}

pub fn unterminated(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample)).then(|| Answer::exact(format!("```{}\n{}\n", word(sample), sample.new)))?
}

pub fn chatter_before(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("Sure! Here's the updated code:\n\n{}", fenced(sample, &sample.new)))
}

pub fn chatter_after(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("{}\n\n### Notes\n- I changed `one line` only.\n- Let me know!", fenced(sample, &sample.new)))
}

pub fn chatter_around(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("I looked at it; class by class:\n{}\nIt's done (see above).", fenced(sample, &sample.new)))
}

pub fn chatter_without_fence(sample: &Sample) -> Option<Answer> {
    let text = format!("Here is the updated code:\n\n{}\n\nI kept everything else as it was.", sample.new);
    (!has_fence(sample)).then(|| Answer::either(text))?
}

/// Nothing where the document speaks of reasoning tags itself.
pub fn unknown_tag(sample: &Sample) -> Option<()> {
    (!sample.document.source().contains("think>")).then_some(())
}

pub fn think(sample: &Sample) -> Option<Answer> {
    unknown_tag(sample)?;
    Answer::exact(format!("<think>\nThey want one change.\n</think>\n\n{}", fenced(sample, &sample.new)))
}

pub fn think_close_only(sample: &Sample) -> Option<Answer> {
    unknown_tag(sample)?;
    Answer::exact(format!("One change it is.\n</think>\n{}", fenced(sample, &sample.new)))
}

pub fn think_with_code(sample: &Sample) -> Option<Answer> {
    unknown_tag(sample)?;
    let wrong = sample.new.replace('1', "2");
    Answer::exact(format!("<think>\n{}\nno, wait\n</think>\n{}", fenced(sample, &wrong), fenced(sample, &sample.new)))
}

pub fn two_fences_old_first(sample: &Sample) -> Option<Answer> {
    let (old, new) = (fenced(sample, &sample.old), fenced(sample, &sample.new));
    Answer::exact(format!("Before:\n{old}\n\nAfter:\n{new}"))
}

pub fn two_fences_usage(sample: &Sample) -> Option<Answer> {
    let name = &sample.definition.name;
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_') && sample.definition.kind.is_callable();
    plain.then(|| {
        let usage = fenced(sample, &format!("{name}(1)"));
        Answer::exact(format!("{}\n\nUse it so:\n{usage}", fenced(sample, &sample.new)))
    })?
}

pub fn two_fences_repeated(sample: &Sample) -> Option<Answer> {
    let block = fenced(sample, &sample.new);
    Answer::exact(format!("{block}\n\nOnce more, in full:\n\n{block}"))
}

pub fn bash_besides(sample: &Sample) -> Option<Answer> {
    let run = "```bash\nmake test\n```";
    Answer::exact(format!("First:\n{run}\nthen\n{}\nand\n{run}\n", fenced(sample, &sample.new)))
}

pub fn whole_file(sample: &Sample) -> Option<Answer> {
    let file = sample.with(&sample.new);
    let has_fence = file.lines().any(|line| line.trim_start().starts_with("```"));
    (!has_fence && file.len() < 60_000).then(|| Answer::exact(file))?
}

pub fn whole_file_fenced(sample: &Sample) -> Option<Answer> {
    let file = sample.with(&sample.new);
    let has_fence = file.lines().any(|line| line.starts_with("```"));
    (!has_fence && file.len() < 60_000).then(|| Answer::exact(fenced(sample, file.trim_end())))?
}

pub fn tags(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("<output>\n{}\n</output>", sample.new)).filter(|_| !has_fence(sample))
}

pub fn control_token(sample: &Sample) -> Option<Answer> {
    let known = sample.document.source().contains("<|");
    (!known).then(|| Answer::exact(format!("{}\n<|im_end|>\n<|im_start|>user\n", fenced(sample, &sample.new))))?
}

pub fn language_line(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample)).then(|| Answer::exact(format!("{}\n{}", word(sample), sample.new)))?
}

pub fn json(sample: &Sample) -> Option<Answer> {
    (!has_fence(sample)).then(|| Answer::exact(serde_json::json!({"code": sample.new, "done": true}).to_string()))?
}

pub fn json_fenced(sample: &Sample) -> Option<Answer> {
    let value = serde_json::json!({"explanation": "One line was changed.", "code": sample.new});
    (!has_fence(sample)).then(|| Answer::exact(format!("```json\n{value:#}\n```")))?
}

pub fn html(sample: &Sample) -> Option<Answer> {
    let text = &sample.new;
    let plain =
        !text.contains('&') || !["&lt;", "&gt;", "&amp;", "&quot;", "&#"].iter().any(|mark| text.contains(mark));
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    (plain && escaped != *text).then(|| Answer::exact(fenced(sample, &escaped)))?
}

fn numbered(sample: &Sample, mark: &str) -> String {
    let lines = sample.new.lines().enumerate().map(|(at, line)| format!("{:>4}{mark}{line}", at + 12));
    fenced(sample, &lines.collect::<Vec<_>>().join("\n"))
}

pub fn numbers_colon(sample: &Sample) -> Option<Answer> {
    Answer::exact(numbered(sample, ": "))
}

pub fn numbers_bar(sample: &Sample) -> Option<Answer> {
    Answer::exact(numbered(sample, " | "))
}

pub fn unified_diff(sample: &Sample) -> Option<Answer> {
    let side = |text: &str| text.to_owned() + "\n";
    let (before, after) = (FileSide::Path("x"), FileSide::Path("x"));
    let diff = graft_ls::text::unified_diff(&side(&sample.old), &side(&sample.new), before, after);
    // A context that stands there twice is refused, rightly.
    (sample.new != sample.old).then(|| Answer::either(format!("```diff\n{diff}```")))?
}

pub fn search_replace(sample: &Sample) -> Option<Answer> {
    let text = format!("<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE", sample.old, sample.new);
    let marked = sample.old.lines().any(|line| line.starts_with("====="));
    (!marked && !has_fence(sample)).then(|| Answer::exact(text))?
}
