//! Holes in a file: at the end of lines, and from a line of a function to the end of its body. Each is filled with what models give:
//! the right code, the real code that runs on, spoilt code, noise. Counts what is shown of it; refuses to print.

use graft_ls::inline_completion::{Ending, Place, Trigger, finish};
use graft_ls::syntax::{Census, Document};

use super::chance::Chance;

/// The longest body that is cut out, in lines.
const LONGEST: usize = 30;
/// How far an answer runs on, in characters.
const RUN_ON: usize = 400;

/// What came of the holes of a language.
#[derive(Default)]
pub struct Tally {
    pub holes: usize,
    answers: usize,
    shown: usize,
    pub worse: usize,
    pub repeats: usize,
    perfect: (usize, usize),
    run_on: (usize, usize),
}

impl Tally {
    /// Its cells in a table.
    pub fn row(&self) -> String {
        let share = |(right, all): (usize, usize)| format!("{:.1} %", 100.0 * right as f64 / all.max(1) as f64);
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            self.holes,
            self.answers,
            share((self.shown, self.answers)),
            self.worse,
            self.repeats,
            share(self.perfect),
            share(self.run_on)
        )
    }

    /// The share of run-on answers that were cut at the right place.
    pub fn cut_right(&self) -> f64 {
        self.run_on.0 as f64 / self.run_on.1.max(1) as f64
    }
}

/// Hears what went wrong, and how.
pub type Hear<'a> = &'a mut dyn FnMut(&str, &dyn Fn() -> String);

/// A piece of a file that is cut out.
struct Hole {
    from: usize,
    to: usize,
    /// Whether it goes to the end of a body.
    is_body: bool,
}

/// Cuts up to `most` holes into a file, others in each round.
pub fn holes(file: &Document, round: u64, most: usize, tally: &mut Tally, hear: Hear<'_>) {
    let text = file.source();
    let mut chance = Chance::of(7 + round, text);
    let bodies = bodies(file);
    for number in 0..most {
        let hole = match number % 2 {
            0 => chance.pick(&bodies).and_then(|body| within(file, body.clone(), &mut chance)),
            _ => line_end(text, &mut chance),
        };
        if let Some(hole) = hole {
            fill(file, &hole, &mut chance, tally, hear);
        }
    }
}

/// The insides of functions: whole lines.
fn bodies(file: &Document) -> Vec<std::ops::Range<usize>> {
    let text = file.source();
    let of = |body: &std::ops::Range<usize>| {
        let inner = text.get(body.clone())?;
        let (start, end) = match inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(_) => (body.start + inner.find('\n')? + 1, body.start + inner.rfind('\n')? + 1),
            // A body by indentation begins behind its blanks.
            None => (text.get(..body.start)?.rfind('\n')? + 1, body.end),
        };
        let lines = text.get(start..end)?;
        let is_block = lines.get(..lines.len() - lines.trim_start().len())?
            == lines.get(..lines.find(|c: char| !c.is_whitespace())?)?;
        (is_block && !lines.trim().is_empty()).then_some(start..end)
    };
    let callable = file.outline().definitions.iter().filter(|definition| definition.kind.is_callable());
    callable.filter_map(|definition| of(definition.body.as_ref()?)).collect()
}

/// From the first character of a line of a body to the body's end.
fn within(file: &Document, body: std::ops::Range<usize>, chance: &mut Chance) -> Option<Hole> {
    let text = file.source();
    let is_string = |at: usize| file.outline().strings.iter().any(|string| string.start < at && at < string.end);
    let inside = text.get(body.clone())?;
    let base = inside.lines().find(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len())?;
    let mut starts = Vec::new();
    let mut at = body.start;
    for line in inside.split_inclusive('\n') {
        let depth = line.len() - line.trim_start().len();
        let begins = line.trim_start().starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if !line.trim().is_empty() && depth == base && begins && !is_string(at + depth) {
            starts.push(at + depth);
        }
        at += line.len();
    }
    // The first line counts as often as all others.
    let from = if chance.within(0..2) == 0 { *starts.first()? } else { *chance.pick(&starts)? };
    let to = body.start + inside.trim_end().len();
    let is_short = text.get(from..to)?.lines().count() <= LONGEST;
    // Where the line goes on behind the body, only the rest of one line is asked for.
    let ends_line = text.get(to..)?.lines().next().unwrap_or_default().trim().is_empty();
    (is_short && ends_line && from < to).then_some(Hole { from, to, is_body: true })
}

/// From a place between two words to the end of its line.
fn line_end(text: &str, chance: &mut Chance) -> Option<Hole> {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let near = *chance.pick(&places)?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let inside = text.get(..near)?.ends_with(is_word);
    let from = if inside { near + text.get(near..)?.find(|c| !is_word(c))? } else { near };
    let to = from + text.get(from..)?.find('\n')?;
    (!text.get(from..to)?.trim().is_empty()).then_some(Hole { from, to, is_body: false })
}

fn fill(file: &Document, hole: &Hole, chance: &mut Chance, tally: &mut Tally, hear: Hear<'_>) {
    let source = file.source();
    let (gone, after) = (&source[hole.from..hole.to], &source[hole.to..]);
    let text = format!("{}{after}", &source[..hole.from]);
    let document = Document::new(file.language(), &text, None);
    let Ok(place) = Place::of(&document, hole.from, Trigger::Invoked) else { return };
    tally.holes += 1;
    let before = Census::of(&document, 0..text.len()).len();
    for (what, answer) in answers(chance, gone, after, source) {
        tally.answers += 1;
        let shown = finish(&place, &answer, Ending::Whole).text;
        let story = || {
            let line = text[..hole.from].rsplit('\n').next().unwrap_or_default();
            let next: String = after.chars().take(120).collect();
            format!(
                "{what}\n--- at: {line}|{next:?}\n--- answer: {answer:?}\n--- meant: {gone:?}\n--- shown: {shown:?}"
            )
        };
        if what == "perfect" || what == "runs on" && hole.is_body {
            let is_right = shown.as_deref().is_some_and(|shown| is_right(shown, gone));
            let counts = if what == "perfect" { &mut tally.perfect } else { &mut tally.run_on };
            counts.1 += 1;
            counts.0 += usize::from(is_right);
            if !is_right && what != "perfect" {
                hear("cut wrong", &story);
            }
        }
        let Some(shown) = &shown else { continue };
        tally.shown += 1;
        let new = format!("{}{shown}{}", &text[..hole.from], &text[hole.from..]);
        if Census::of(&Document::new(file.language(), &new, None), 0..new.len()).len() > before {
            tally.worse += 1;
            hear("parses worse", &story);
        }
        if repeats(shown, &text[hole.from..]) {
            tally.repeats += 1;
            hear("repeats", &story);
        }
    }
}

/// All that was cut out, or up to a blank line: there a paragraph ends.
fn is_right(shown: &str, gone: &str) -> bool {
    let (shown, gone) = (shown.trim(), gone.trim());
    let ends = |rest: &str| {
        rest.is_empty() || rest.starts_with("\n\n") || rest.trim_start_matches([' ', '\t']).starts_with('\n')
    };
    gone.strip_prefix(shown).is_some_and(|rest| {
        ends(rest) && (rest.is_empty() || rest.trim_start_matches([' ', '\t', '\n']).len() + 1 < rest.len())
    })
}

/// Whether what is shown ends in the line that follows it anyway.
fn repeats(shown: &str, suffix: &str) -> bool {
    let says = |line: &&str| line.chars().any(char::is_alphanumeric);
    let Some(next) = suffix.lines().map(str::trim).find(|line| !line.is_empty()).filter(says) else { return false };
    shown.lines().map(str::trim).rfind(|line| !line.is_empty()) == Some(next)
}

fn answers(chance: &mut Chance, gone: &str, after: &str, file: &str) -> Vec<(&'static str, String)> {
    let run_on: String = gone.chars().chain(after.chars().take(RUN_ON)).collect();
    let half: String = gone.chars().take(gone.chars().count() / 2).collect();
    let mut words: Vec<&str> = file.split_inclusive(|c: char| !c.is_alphanumeric()).take(2000).collect();
    chance.shuffle(&mut words);
    let noise: String = words.iter().take(20).copied().collect();
    let deeper: String = gone.split_inclusive('\n').map(|line| format!("    {line}")).collect();
    vec![
        ("perfect", gone.to_owned()),
        ("runs on", run_on),
        ("half", half),
        ("twice", format!("{gone}\n{gone}")),
        ("open", gone.replace([')', '}', ']'], "")),
        ("closed", format!("{gone}))}}}}")),
        ("fenced", format!("```\n{gone}\n```\nThis code does what you asked for.")),
        ("deeper", deeper),
        ("next line", after.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()),
        ("noise", noise),
    ]
}
