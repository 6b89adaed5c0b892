//! A prompt for an edit, section by section. Refuses to leave out the scope; everything else gives way to the budget.

use super::context::{enclosing, imports, named_definitions};
use super::{Prompt, Role, Turn, estimated_tokens};
use crate::syntax::{Diagnostic, Document, Scope};

/// What an action wants said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What to do, in a sentence or two.
    pub task: String,
    /// The form of the answer, after the code.
    pub answer: String,
    /// Titled texts that the task needs besides: an existing test file for one. Dropped last of all context.
    pub notes: Vec<(String, String)>,
}

/// What a prompt is made from.
#[derive(Debug, Clone, Copy)]
pub struct Sections<'a> {
    /// The document, with `\n` line ends.
    pub document: &'a Document,
    /// What the task is about.
    pub scope: &'a Scope,
    /// The path to show, from the project's root.
    pub path: Option<&'a str>,
    /// The action's words.
    pub ask: &'a Ask,
    /// What the person asked for.
    pub instruction: Option<&'a str>,
    /// What is to be fixed.
    pub diagnostics: &'a [Diagnostic],
}

/// The prompt, its context cut to fit into `budget` estimated tokens; the scope itself is never cut.
pub fn build(sections: &Sections<'_>, budget: u64) -> Prompt {
    let language = sections.document.language();
    let system = format!(
        "You are an experienced {} programmer. You edit code in someone's editor. Your whole reply is one fenced code block and nothing else: no explanation, no placeholders for code left out.",
        language.title
    );
    let head = head(sections);
    let tail = tail(sections);
    let mut left =
        budget.saturating_sub(estimated_tokens(&system) + estimated_tokens(&head) + estimated_tokens(&tail) + 16);
    let mut context = String::new();
    let optional = sections.ask.notes.iter().map(|(title, text)| (title.clone(), text.clone())).chain([
        ("The file's imports".to_owned(), imports(sections.document)),
        ("It stands in".to_owned(), enclosing(sections.document, sections.scope)),
    ]);
    for (title, text) in optional.filter(|(_, text)| !text.trim().is_empty()) {
        let section = format!("{title}:\n{}\n\n", fenced(&text, language.fences[0]));
        let cost = estimated_tokens(&section);
        if cost <= left {
            left -= cost;
            context.push_str(&section);
        }
    }
    let named = named_definitions(sections.document, sections.scope, left.saturating_sub(16));
    if !named.is_empty() {
        context
            .push_str(&format!("Definitions of this file that it names:\n{}\n\n", fenced(&named, language.fences[0])));
    }
    Prompt { system, turns: vec![Turn { role: Role::User, text: format!("{head}{context}{tail}") }] }
}

fn head(sections: &Sections<'_>) -> String {
    let mut text = format!("{}\n", sections.ask.task);
    if let Some(instruction) = sections.instruction.map(str::trim).filter(|text| !text.is_empty()) {
        text.push_str(&format!("Instruction: {instruction}\n"));
    }
    if let Some(path) = sections.path {
        text.push_str(&format!("File: {path}\n"));
    }
    text.push('\n');
    text
}

fn tail(sections: &Sections<'_>) -> String {
    let code = sections.scope.text(sections.document);
    let mut text = String::new();
    if !sections.diagnostics.is_empty() {
        let first = sections.document.slice(0..sections.scope.range.start).matches('\n').count();
        text.push_str("Problems to fix (lines counted from the start of the code below):\n");
        for diagnostic in sections.diagnostics {
            let line = sections.document.slice(0..diagnostic.range.start).matches('\n').count();
            let line = line.saturating_sub(first) + 1;
            text.push_str(&format!("- line {line}, {}: {}\n", diagnostic.severity.word(), diagnostic.summary()));
        }
        text.push('\n');
    }
    let what = sections.scope.describe();
    text.push_str(&format!(
        "The code ({what}):\n{}\n\n{}\n",
        fenced(code, sections.document.language().fences[0]),
        sections.ask.answer
    ));
    text
}

/// `text` in a fence longer than any run of backticks in it.
fn fenced(text: &str, info: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{info}\n{}\n{fence}", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn prompt(budget: u64) -> String {
        let text = "use std::fmt;\n\nstruct Big { field: u32 }\n\nimpl Big {\n    fn get(&self) -> Big {\n        Big { field: 1 }\n    }\n}\n\nfn unrelated() {}\n";
        let document = Document::new(Language::by_id("rust").unwrap(), text, None);
        let at = text.find("fn get").unwrap();
        let scope = Scope::at(&document, at..at).unwrap();
        let ask = Ask { task: "Document it.".to_owned(), answer: "Reply.".to_owned(), notes: Vec::new() };
        let sections = Sections {
            document: &document,
            scope: &scope,
            path: Some("a.rs"),
            ask: &ask,
            instruction: None,
            diagnostics: &[],
        };
        build(&sections, budget).turns.remove(0).text
    }

    #[test]
    fn shows_the_scope_whole_and_what_it_names() {
        let text = prompt(4000);
        for part in [
            "fn get(&self) -> Big {\n        Big { field: 1 }\n    }",
            "use std::fmt;",
            "impl Big\n",
            "struct Big { field: u32 }",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("unrelated"));
    }

    #[test]
    fn context_gives_way_to_the_budget_and_the_scope_does_not() {
        let text = prompt(10);
        assert!(text.contains("Big { field: 1 }") && !text.contains("use std::fmt"), "{text}");
    }

    #[test]
    fn a_fence_is_longer_than_those_it_holds() {
        assert_eq!(fenced("```\n", "md"), "````md\n```\n````");
    }
}
