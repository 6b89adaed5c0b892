//! The table of all ways to spoil a perfect answer, each with what must come of it. Refuses to hold any of them.

use super::samples::Sample;
use super::{harm, layout, packaging};

/// What must come of a spoilt answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The change that the answer meant, byte for byte.
    Exact,
    /// No edit.
    Refusal,
    /// Either of both: what was lost may be beyond repair.
    Either,
}

/// A spoilt answer.
pub struct Answer {
    /// What the model sent.
    pub text: String,
    /// The server's word for how it ended.
    pub finish_reason: Option<&'static str>,
    /// What must come of it.
    pub expect: Expect,
}

impl Answer {
    /// An answer that ended as it should.
    pub fn new(expect: Expect, text: impl Into<String>) -> Option<Answer> {
        Some(Answer { text: text.into(), finish_reason: Some("stop"), expect })
    }

    /// An answer that still says all it meant.
    pub fn exact(text: impl Into<String>) -> Option<Answer> {
        Answer::new(Expect::Exact, text)
    }

    /// An answer that must not make an edit.
    pub fn refused(text: impl Into<String>) -> Option<Answer> {
        Answer::new(Expect::Refusal, text)
    }

    /// An answer that may be beyond repair.
    pub fn either(text: impl Into<String>) -> Option<Answer> {
        Answer::new(Expect::Either, text)
    }
}

/// A way to spoil a perfect answer; nothing where it does not apply to a sample.
pub struct Mutator {
    /// Its name in reports.
    pub name: &'static str,
    /// The spoiling.
    pub make: fn(&Sample) -> Option<Answer>,
}

const fn row(name: &'static str, make: fn(&Sample) -> Option<Answer>) -> Mutator {
    Mutator { name, make }
}

/// All of them.
pub const ALL: &[Mutator] = &[
    row("bare", packaging::bare),
    row("fence", packaging::fence),
    row("fence-plain", packaging::fence_plain),
    row("fence-four", packaging::fence_four),
    row("fence-info", packaging::fence_info),
    row("tilde", packaging::tilde),
    row("fence-in-list", packaging::fence_in_list),
    row("fence-indented-alone", packaging::fence_indented_alone),
    row("prefill", packaging::prefill),
    row("prefill-chatter", packaging::prefill_chatter),
    row("unterminated", packaging::unterminated),
    row("chatter-before", packaging::chatter_before),
    row("chatter-after", packaging::chatter_after),
    row("chatter-around", packaging::chatter_around),
    row("chatter-without-fence", packaging::chatter_without_fence),
    row("think", packaging::think),
    row("think-close-only", packaging::think_close_only),
    row("think-with-code", packaging::think_with_code),
    row("two-fences-old-first", packaging::two_fences_old_first),
    row("two-fences-usage", packaging::two_fences_usage),
    row("two-fences-repeated", packaging::two_fences_repeated),
    row("bash-besides", packaging::bash_besides),
    row("whole-file", packaging::whole_file),
    row("whole-file-fenced", packaging::whole_file_fenced),
    row("tags", packaging::tags),
    row("control-token", packaging::control_token),
    row("language-line", packaging::language_line),
    row("json", packaging::json),
    row("json-fenced", packaging::json_fenced),
    row("html", packaging::html),
    row("numbers-colon", packaging::numbers_colon),
    row("numbers-bar", packaging::numbers_bar),
    row("unified-diff", packaging::unified_diff),
    row("search-replace", packaging::search_replace),
    row("crlf", layout::crlf),
    row("byte-order-mark", layout::byte_order_mark),
    row("blank-lines", layout::blank_lines),
    row("trailing-spaces", layout::trailing_spaces),
    row("dedent", layout::dedent),
    row("dedent-strings-too", layout::dedent_strings_too),
    row("dedent-first-line", layout::dedent_first_line),
    row("over-indent", layout::over_indent),
    row("over-indent-strings-too", layout::over_indent_strings_too),
    row("tabs", layout::tabs),
    row("two-spaces", layout::two_spaces),
    row("eight-spaces", layout::eight_spaces),
    row("dedent-two-spaces", layout::dedent_two_spaces),
    row("wrapper", layout::wrapper),
    row("wrapper-dedent", layout::wrapper_dedent),
    row("body-only", layout::body_only),
    row("body-only-dedent", layout::body_only_dedent),
    row("body-only-braces", layout::body_only_braces),
    row("trivia-dropped", layout::trivia_dropped),
    row("sibling-after", harm::sibling_after),
    row("sibling-before", harm::sibling_before),
    row("sibling-changed", harm::sibling_changed),
    row("cut-with-reason", harm::cut_with_reason),
    row("cut-at-line", harm::cut_at_line),
    row("cut-in-fence", harm::cut_in_fence),
    row("placeholder", harm::placeholder),
    row("placeholder-word", harm::placeholder_word),
    row("smart-quotes", harm::smart_quotes),
    row("bracket-lost", harm::bracket_lost),
    row("broken-then-usage", harm::broken_then_usage),
    row("line-over-indented", harm::line_over_indented),
    row("rename", harm::rename),
    row("only-sibling", harm::only_sibling),
    row("think-unclosed", harm::think_unclosed),
    row("refusal", harm::refusal),
    row("empty", harm::empty),
    row("prose", harm::prose),
    row("wrong-language", harm::wrong_language),
];
