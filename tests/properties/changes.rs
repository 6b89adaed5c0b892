//! Small real changes of a scope: what a perfect answer changes. Refuses changes that do not parse.

use graft_ls::syntax::{BodyForm, Definition, Document, Scope, line_in_string};
use graft_ls::text::leading_whitespace;

use super::samples::is_sound;

/// The lines of a scope, with what is known of them.
struct Body<'a> {
    lines: Vec<&'a str>,
    in_string: Vec<bool>,
    /// First line that belongs to the body.
    first: usize,
    form: BodyForm,
    unit: String,
    comment: &'static str,
}

type Change = fn(&Body<'_>, usize) -> Option<String>;

const CHANGES: [(&str, Change); 7] = [
    ("insert", insert),
    ("comment", comment),
    ("literal", literal),
    ("wrap", wrap),
    ("rename", rename),
    ("delete", delete),
    ("two", two),
];

/// A change of the scope's text: its sort and the new text. `seed` says which and where; nothing where none fits.
pub fn change(
    document: &Document,
    definition: &Definition,
    scope: &Scope,
    seed: usize,
) -> Option<(&'static str, String)> {
    let old = scope.text(document);
    let body = definition.body.clone()?;
    let in_string = line_in_string(document, scope.range.clone());
    let language = document.language();
    let body = Body {
        lines: old.split('\n').collect(),
        in_string,
        first: document.slice(scope.range.start..body.start).matches('\n').count()
            + usize::from(language.body == BodyForm::Braces),
        form: language.body,
        unit: scope.unit.text(),
        comment: language.line_comment,
    };
    (0..CHANGES.len()).find_map(|turn| {
        let (name, make) = CHANGES[(seed + turn) % CHANGES.len()];
        let places = body.lines.len().saturating_sub(body.first);
        (0..places.min(6)).find_map(|attempt| {
            let at = body.first + (seed * 31 + attempt * 7) % places;
            let new = make(&body, at)?;
            (new != old && is_sound(document, scope, &new)).then_some((name, new))
        })
    })
}

impl Body<'_> {
    /// Whether a line is code of its own: not inside a string, not blank.
    fn is_plain(&self, at: usize) -> bool {
        let next = self.in_string.get(at + 1).copied().unwrap_or(false);
        !self.in_string[at] && !next && !self.lines[at].trim().is_empty()
    }

    fn with_before(&self, at: usize, new: &str) -> Option<String> {
        // Before a line that closes something, a line of its own has another depth.
        let closes = self.lines[at].trim_start().starts_with(['}', ')', ']']);
        (self.is_plain(at) && !closes).then(|| {
            let mut lines: Vec<String> = self.lines.iter().map(|line| (*line).to_owned()).collect();
            lines.insert(at, format!("{}{new}", leading_whitespace(self.lines[at])));
            lines.join("\n")
        })
    }

    fn with(&self, at: usize, new: &str) -> String {
        let mut lines = self.lines.clone();
        lines[at] = new;
        lines.join("\n")
    }
}

fn insert(body: &Body<'_>, at: usize) -> Option<String> {
    body.with_before(
        at,
        match body.form {
            BodyForm::Braces => "let added_total = 40 + 2;",
            BodyForm::Indented => "added_total = 40 + 2",
        },
    )
}

fn comment(body: &Body<'_>, at: usize) -> Option<String> {
    body.with_before(at, &format!("{} Checked by hand, see the notes.", body.comment))
}

fn literal(body: &Body<'_>, at: usize) -> Option<String> {
    let line = body.lines[at];
    let digit = line.find(|c: char| c.is_ascii_digit())?;
    body.is_plain(at).then(|| body.with(at, &format!("{}7{}", &line[..digit], &line[digit..])))
}

fn wrap(body: &Body<'_>, at: usize) -> Option<String> {
    let line = body.lines[at];
    let blanks = leading_whitespace(line);
    let inner = format!("{blanks}{}{}", body.unit, line.trim());
    match body.form {
        _ if !body.is_plain(at) => None,
        BodyForm::Braces if line.trim_end().ends_with(';') && !line.trim_start().starts_with("let") => {
            Some(body.with(at, &format!("{blanks}if ready() {{\n{inner}\n{blanks}}}")))
        }
        BodyForm::Indented if !line.trim_end().ends_with([':', ',']) => {
            Some(body.with(at, &format!("{blanks}if ready():\n{inner}")))
        }
        _ => None,
    }
}

fn rename(body: &Body<'_>, at: usize) -> Option<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let line = body.lines[at];
    let word = line.split(|c| !is_word(c)).filter(|word| word.len() > 3).max_by_key(|word| word.len())?;
    let header = body.lines[..body.first.min(at)].join("\n");
    if !body.is_plain(at) || header.contains(word) || word.starts_with(|c: char| c.is_numeric()) {
        return None;
    }
    let replaced = |line: &str| {
        let mut result = String::new();
        let mut rest = line;
        while let Some(found) = rest.find(word) {
            let (before, after) = (&rest[..found], &rest[found + word.len()..]);
            result.push_str(before);
            result.push_str(word);
            let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
            result.push_str(if whole { "_renamed" } else { "" });
            rest = after;
        }
        result + rest
    };
    let lines: Vec<String> = body
        .lines
        .iter()
        .zip(&body.in_string)
        .map(|(line, inside)| if *inside { (*line).to_owned() } else { replaced(line) })
        .collect();
    Some(lines.join("\n"))
}

fn delete(body: &Body<'_>, at: usize) -> Option<String> {
    let last = body.lines.len() - usize::from(body.form == BodyForm::Braces);
    (body.is_plain(at) && at < last && last > body.first + 1).then(|| {
        let lines: Vec<&str> =
            body.lines.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, line)| *line).collect();
        lines.join("\n").trim_end().to_owned()
    })
}

fn two(body: &Body<'_>, at: usize) -> Option<String> {
    let first = insert(body, at)?;
    let lines: Vec<&str> = first.split('\n').collect();
    let mut in_string = body.in_string.clone();
    in_string.insert(at, false);
    let again = Body { lines, in_string, unit: body.unit.clone(), ..*body };
    comment(&again, body.first + (at + 3) % (again.lines.len() - body.first))
}
