//! The table of all ways to spoil a perfect answer, each with what must come of it, and which of them go together. Refuses to
//! hold any of them.

use super::chance::Chance;
use super::code::{Answer, Code, Require};
use super::samples::Sample;
use super::{body_only, content, cuts, harm, layout, packaging, wrapping};
use Require::{Exact, ExactOrRefused, Refused};

type OfCode = fn(&Sample, Code) -> Option<Code>;
type OfAnswer = fn(&Sample, &Code) -> Option<String>;

/// What a mutator works on, and so what it goes together with.
#[derive(Clone, Copy)]
pub enum Step {
    /// The scope's code, in the form in which the scope has it.
    Shape(OfCode),
    /// The scope's code among other code, or in another form: indentation is not the scope's any more.
    Content(OfCode),
    /// A part of the scope's code.
    Part(OfCode),
    /// Indentation.
    Layout(OfCode),
    /// Ends of lines and of the code.
    Finish(OfCode),
    /// What says where the code starts and ends.
    Marked(OfAnswer),
    /// What does not.
    Unmarked(OfAnswer),
    /// Several blocks.
    Blocks(OfAnswer),
    /// A form that holds the old code too.
    Patch(OfAnswer),
    /// An answer that is cut, or says something else.
    Other(OfAnswer),
}

/// A way to spoil a perfect answer.
pub struct Mutator {
    /// Its name in reports.
    pub name: &'static str,
    /// The spoiling; nothing where it does not apply.
    pub step: Step,
    /// What must come of it.
    pub require: Require,
    /// The server's word for how the answer ended.
    pub finish_reason: Option<&'static str>,
}

impl Mutator {
    /// Whether it is a way to package code, rather than to change it.
    pub fn is_packaging(&self) -> bool {
        use Step::{Blocks, Marked, Other, Patch, Unmarked};
        matches!(self.step, Marked(_) | Unmarked(_) | Blocks(_) | Patch(_) | Other(_))
    }
}

const fn row(name: &'static str, step: Step, require: Require) -> Mutator {
    Mutator { name, step, require, finish_reason: Some("stop") }
}

const fn ended(name: &'static str, step: Step, require: Require, finish_reason: Option<&'static str>) -> Mutator {
    Mutator { name, step, require, finish_reason }
}

/// All of them.
pub const ALL: &[Mutator] = &[
    row("fence", Step::Marked(packaging::fence), Exact),
    ended("fence-no-reason", Step::Marked(packaging::fence_plain), Exact, None),
    row("fence-four", Step::Marked(packaging::fence_four), Exact),
    row("fence-info", Step::Marked(packaging::fence_info), Exact),
    row("tilde", Step::Marked(packaging::tilde), Exact),
    row("fence-in-list", Step::Marked(packaging::fence_in_list), Exact),
    row("fence-indented-alone", Step::Marked(packaging::fence_indented_alone), Exact),
    row("chatter-before", Step::Marked(packaging::chatter_before), Exact),
    row("chatter-after", Step::Marked(packaging::chatter_after), Exact),
    row("chatter-around", Step::Marked(packaging::chatter_around), Exact),
    row("think", Step::Marked(packaging::think), Exact),
    row("think-close-only", Step::Marked(packaging::think_close_only), Exact),
    row("think-with-code", Step::Marked(packaging::think_with_code), Exact),
    row("thinking-tag", Step::Marked(packaging::thinking_tag), Exact),
    row("bash-besides", Step::Marked(packaging::bash_besides), Exact),
    row("control-token", Step::Marked(packaging::control_token), Exact),
    row("byte-order-mark", Step::Marked(packaging::byte_order_mark), Exact),
    row("colours", Step::Marked(packaging::colours), Exact),
    row("answer-tag", Step::Marked(wrapping::answer_tag), Exact),
    row("output-tag", Step::Marked(wrapping::output_tag), Exact),
    row("code-tag", Step::Marked(wrapping::code_tag), Exact),
    row("json", Step::Marked(wrapping::json), Exact),
    row("json-fenced", Step::Marked(wrapping::json_fenced), Exact),
    row("json-string", Step::Marked(wrapping::json_string), Exact),
    row("html", Step::Marked(wrapping::html), Exact),
    row("numbers-colon", Step::Marked(wrapping::numbers_colon), Exact),
    row("numbers-bar", Step::Marked(wrapping::numbers_bar), Exact),
    row("numbers-tab", Step::Marked(wrapping::numbers_tab), Exact),
    row("bare", Step::Unmarked(packaging::bare), Exact),
    ended("bare-no-reason", Step::Unmarked(packaging::bare), Exact, None),
    row("prefill", Step::Unmarked(packaging::prefill), Exact),
    row("prefill-chatter", Step::Unmarked(packaging::prefill_chatter), Exact),
    row("unterminated", Step::Unmarked(packaging::unterminated), Exact),
    row("chatter-without-fence", Step::Unmarked(packaging::chatter_without_fence), ExactOrRefused),
    row("chatter-before-without-fence", Step::Unmarked(packaging::chatter_before_without_fence), ExactOrRefused),
    row("think-bare", Step::Unmarked(packaging::think_bare), Exact),
    row("end-token", Step::Unmarked(packaging::end_token), Exact),
    row("language-line", Step::Unmarked(packaging::language_line), Exact),
    row("two-fences-old-first", Step::Blocks(packaging::two_fences_old_first), Exact),
    row("two-fences-usage", Step::Blocks(packaging::two_fences_usage), Exact),
    row("two-fences-usage-first", Step::Blocks(packaging::two_fences_usage_first), Exact),
    row("two-fences-repeated", Step::Blocks(packaging::two_fences_repeated), Exact),
    row("two-fences-changed-line", Step::Blocks(packaging::two_fences_changed_line), Exact),
    row("other-language-besides", Step::Blocks(packaging::other_language_besides), Exact),
    // A context that stands there twice is refused, rightly.
    row("unified-diff", Step::Patch(wrapping::unified_diff), ExactOrRefused),
    row("diff-without-numbers", Step::Patch(wrapping::diff_without_numbers), ExactOrRefused),
    row("search-replace", Step::Patch(wrapping::search_replace), Exact),
    row("crlf", Step::Finish(layout::crlf), Exact),
    row("blank-lines", Step::Finish(layout::blank_lines), Exact),
    row("trailing-spaces", Step::Finish(layout::trailing_spaces), Exact),
    row("dedent", Step::Layout(layout::dedent), Exact),
    row("dedent-strings-too", Step::Layout(layout::dedent_strings_too), Exact),
    row("dedent-first-line", Step::Layout(layout::dedent_first_line), Exact),
    row("stray-space", Step::Layout(layout::stray_space), Exact),
    row("over-indent", Step::Layout(layout::over_indent), Exact),
    row("over-indent-by-one", Step::Layout(layout::over_indent_by_one), Exact),
    row("over-indent-strings-too", Step::Layout(layout::over_indent_strings_too), Exact),
    row("tabs", Step::Layout(layout::tabs), Exact),
    row("two-spaces", Step::Layout(layout::two_spaces), Exact),
    row("three-spaces", Step::Layout(layout::three_spaces), Exact),
    row("four-spaces", Step::Layout(layout::four_spaces), Exact),
    row("eight-spaces", Step::Layout(layout::eight_spaces), Exact),
    row("dedent-two-spaces", Step::Layout(layout::dedent_two_spaces), Exact),
    row("dedent-four-spaces", Step::Layout(layout::dedent_four_spaces), Exact),
    row("no-break-indentation", Step::Layout(layout::no_break_indentation), ExactOrRefused),
    row("trivia-dropped", Step::Shape(content::trivia_dropped), Exact),
    row("twice", Step::Content(content::twice), ExactOrRefused),
    row("wrapper", Step::Content(content::wrapper), Exact),
    row("wrapper-dedent", Step::Content(content::wrapper_dedent), Exact),
    row("whole-file", Step::Content(content::whole_file), Exact),
    row("whole-file-abbreviated", Step::Content(content::whole_file_abbreviated), Exact),
    row("whole-file-without-sibling", Step::Content(content::whole_file_without_sibling), Exact),
    row("sibling-after", Step::Content(content::sibling_after), Exact),
    row("sibling-before", Step::Content(content::sibling_before), Exact),
    row("sibling-changed", Step::Content(content::sibling_changed), ExactOrRefused),
    row("helper", Step::Content(content::helper), Exact),
    row("import", Step::Content(content::import), Exact),
    row("helper-and-import", Step::Content(content::helper_and_import), Exact),
    row("demonstration", Step::Content(content::demonstration), Exact),
    row("body-only", Step::Part(body_only::alone), Exact),
    row("body-only-dedent", Step::Part(body_only::dedent), Exact),
    row("body-only-braces", Step::Part(body_only::braces), Exact),
    row("body-only-closed", Step::Part(body_only::closed), Exact),
    row("body-only-remark", Step::Part(body_only::remark), Exact),
    row("placeholder", Step::Shape(harm::placeholder), Refused),
    row("placeholder-word", Step::Shape(harm::placeholder_word), Refused),
    row("placeholder-bare", Step::Shape(harm::placeholder_bare), Refused),
    row("smart-quotes", Step::Shape(harm::smart_quotes), Refused),
    row("no-break-space", Step::Shape(harm::no_break_space), ExactOrRefused),
    row("zero-width", Step::Shape(harm::zero_width), ExactOrRefused),
    row("bracket-lost", Step::Content(harm::bracket_lost), Refused),
    row("quote-lost", Step::Content(harm::quote_lost), Refused),
    row("line-over-indented", Step::Content(harm::line_over_indented), Refused),
    row("rename", Step::Content(harm::rename), Refused),
    row("only-sibling", Step::Content(harm::only_sibling), Refused),
    row("wrong-language", Step::Content(harm::wrong_language), Refused),
    row("usage-only", Step::Content(harm::usage_only), Refused),
    row("empty-block", Step::Content(harm::empty), Refused),
    ended("cut-with-reason", Step::Other(cuts::anywhere), Refused, Some("length")),
    ended("cut-by-filter", Step::Other(cuts::anywhere), Refused, Some("content_filter")),
    ended("cut-after-all", Step::Other(cuts::after_all), ExactOrRefused, Some("length")),
    ended("cut-at-line", Step::Other(cuts::at_line), Refused, None),
    ended("cut-at-line-in-fence", Step::Other(cuts::at_line_in_fence), Refused, None),
    ended("cut-at-character", Step::Other(cuts::at_character), Refused, None),
    ended("cut-at-character-in-fence", Step::Other(cuts::at_character_in_fence), Refused, Some("stop")),
    row("think-unclosed", Step::Other(packaging::think_unclosed), Refused),
    row("refusal", Step::Other(packaging::refusal), Refused),
    row("prose", Step::Other(packaging::prose), Refused),
    row("empty", Step::Other(packaging::nothing), Refused),
];

/// Mutators that are applied one after the other: some to the code, the last one packages it.
#[derive(Clone)]
pub struct Recipe(Vec<&'static Mutator>);

impl Recipe {
    /// One mutator; code goes into a plain fence.
    pub fn single(mutator: &'static Mutator) -> Recipe {
        let fence = &ALL[0];
        Recipe(if mutator.is_packaging() { vec![mutator] } else { vec![mutator, fence] })
    }

    /// Several that go together; nothing where chance picked others.
    pub fn several(chance: &mut Chance) -> Option<Recipe> {
        let packaging = chance.pick(ALL).filter(|mutator| mutator.is_packaging())?;
        let code: Vec<&Mutator> = ALL.iter().filter(|mutator| !mutator.is_packaging()).collect();
        let mut picked: Vec<&'static Mutator> =
            (0..1 + chance.within(0..2)).filter_map(|_| chance.pick(&code).copied()).collect();
        picked.sort_by_key(|mutator| order(mutator));
        let apart = picked.windows(2).all(|pair| order(pair[0]) != order(pair[1]));
        picked.push(packaging);
        (apart && fits(&picked)).then_some(Recipe(picked))
    }

    /// Its mutators by name.
    pub fn name(&self) -> String {
        self.parts().iter().map(|mutator| mutator.name).collect::<Vec<_>>().join(" + ")
    }

    /// Its mutators; the plain fence around a single one is none.
    pub fn parts(&self) -> &[&'static Mutator] {
        match self.0.as_slice() {
            [code @ .., fence] if !code.is_empty() && fence.name == ALL[0].name => code,
            all => all,
        }
    }

    /// Whether the answer holds the old code as what is to be replaced: on the edited text it means nothing.
    pub fn is_patch(&self) -> bool {
        self.0.iter().any(|mutator| matches!(mutator.step, Step::Patch(_)))
    }

    /// The sample's answer spoilt; nothing where a mutator does not apply.
    pub fn make(&self, sample: &Sample) -> Option<Answer> {
        let mut code = Code::perfect(sample);
        let mut require = self.0.iter().map(|mutator| mutator.require).max()?;
        let part = self.0.iter().any(|mutator| matches!(mutator.step, Step::Part(_)));
        for mutator in &self.0 {
            match mutator.step {
                Step::Shape(make)
                | Step::Content(make)
                | Step::Part(make)
                | Step::Layout(make)
                | Step::Finish(make) => {
                    code = make(sample, code)?;
                }
                Step::Marked(make)
                | Step::Unmarked(make)
                | Step::Blocks(make)
                | Step::Patch(make)
                | Step::Other(make) => {
                    let unmarked = matches!(mutator.step, Step::Unmarked(_));
                    // Statements that nothing sets off from prose.
                    require = if unmarked && part { require.max(ExactOrRefused) } else { require };
                    let text = make(sample, &code)?;
                    return Some(Answer { text, finish_reason: mutator.finish_reason, require, meant: code.meant });
                }
            }
        }
        None
    }
}

fn order(mutator: &Mutator) -> usize {
    match mutator.step {
        Step::Shape(_) | Step::Content(_) | Step::Part(_) => 0,
        Step::Layout(_) => 1,
        Step::Finish(_) => 2,
        _ => 3,
    }
}

fn fits(picked: &[&Mutator]) -> bool {
    let has = |is: fn(&Step) -> bool| picked.iter().any(|mutator| is(&mutator.step));
    let other_code = has(|step| matches!(step, Step::Content(_) | Step::Part(_)));
    let layout = has(|step| matches!(step, Step::Layout(_)));
    let changed = picked.len() > 1 && !picked[..picked.len() - 1].iter().all(|m| matches!(m.step, Step::Finish(_)));
    match picked.last().map(|mutator| mutator.step) {
        Some(Step::Patch(_)) => false,
        Some(Step::Other(_)) => !changed || (layout && !other_code && !has(|step| matches!(step, Step::Shape(_)))),
        Some(Step::Blocks(_)) => !other_code,
        _ => !(other_code && layout),
    }
}
