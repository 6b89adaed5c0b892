//! Characters that are not what they seem: invisible, reordering, or look-alikes of plain ones. Refuses only those new to the file.

use std::ops::Range;

use crate::syntax::Document;

/// A character that must not come in unseen.
pub struct LookAlike {
    /// Byte offset in the new document.
    pub at: usize,
    /// What it is called, with its code point.
    pub name: String,
}

/// The first such character in `range` of the new document that the old one has nowhere.
pub fn new_look_alike(old: &Document, new: &Document, range: Range<usize>) -> Option<LookAlike> {
    let text = new.slice(range.clone());
    if text.is_ascii() {
        return None;
    }
    let indents = |text: &str, c: char| text.lines().any(|line| margin(line).contains(c));
    // A file may hold such a blank in a text, and yet none that lines are indented with.
    let unknown = |at: usize, c: char| {
        let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        match line.trim().is_empty() && c.is_whitespace() {
            true => !indents(old.source(), c),
            false => !old.source().contains(c),
        }
    };
    let seen = text.char_indices().find_map(|(at, c)| Some((at, c, deceptive(c)?)).filter(|_| unknown(at, c)));
    if let Some((at, c, what)) = seen {
        return Some(LookAlike { at: range.start + at, name: format!("{what} (U+{:04X})", c as u32) });
    }
    let mixed = words(text).find(|word| mixes_scripts(word) && !old.source().contains(word))?;
    Some(LookAlike {
        at: range.start + text.find(mixed).unwrap_or(0),
        name: format!("a name in mixed alphabets (`{mixed}`)"),
    })
}

/// The blanks of any kind that a line starts with.
fn margin(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// Runs of letters, digits and underscores, in comments and strings too: a look-alike hides anywhere.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_ascii())
}

fn deceptive(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}' | '\u{180E}' => {
            "an invisible character"
        }
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}' => {
            "a text direction mark"
        }
        '\u{00A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
            "a space that is not a plain one"
        }
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{2032}' => "a curly quote",
        '\u{201C}'..='\u{201F}' | '\u{2033}' => "a curly quote",
        '\u{037E}' | '\u{FF1B}' => "a look-alike of a semicolon",
        '\u{2212}' | '\u{FF0D}' => "a look-alike of a minus sign",
        '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{E007F}' => "an unassigned or tag character",
        _ => return None,
    })
}

/// Latin letters next to Cyrillic ones, or to Greek ones that look Latin, in one word. Symbols such as `Δx` and `μs` are none.
fn mixes_scripts(word: &str) -> bool {
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    latin && word.chars().any(|c| matches!(c, '\u{0400}'..='\u{04FF}') || "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn found(old: &str, new: &str) -> Option<String> {
        let rust = Language::by_id("rust").unwrap();
        let (old, new) = (Document::new(rust, old, None), Document::new(rust, new, None));
        new_look_alike(&old, &new, 0..new.source().len()).map(|found| found.name)
    }

    #[test]
    fn sees_quotes_spaces_and_mixed_names() {
        assert_eq!(found("", "// it’s\n").as_deref(), Some("a curly quote (U+2019)"));
        assert!(found("", "let a\u{a0}= 1;\n").is_some());
        assert!(found("", "let p\u{0430}ssword = 1;\n").is_some());
        assert!(found("", "// the p\u{0430}ssword\n").is_some());
    }

    #[test]
    fn lets_other_languages_and_known_characters_be() {
        assert_eq!(found("", "// naïve — größer, 漢字, привет, Δx, 5μs\nlet größe = \"Ж\";\n"), None);
        assert_eq!(found("// it’s\n", "// that’s\n"), None);
    }
}
