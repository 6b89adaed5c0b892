//! Just enough of Rust's surface to list the paths and macros that a file names: comments and strings blanked out, `use`
//! trees spelled out. Refuses to understand the language any further.

/// The paths of a text with the line that each is on, counted from 1. Those of a `use` tree are written out in full.
pub(super) fn paths(text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(&code_only(text));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((line, token)) = tokens.get(at) {
        match token.as_str() {
            "use" => at = spell_out(&tokens, at + 1, "", &mut found),
            token if is_name(token) => {
                let (end, path) = path_at(&tokens, at);
                if path.contains("::") && !follows_path(&tokens, at) {
                    found.push((*line, path));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Names of the macros that are called, with their lines.
pub(super) fn macros(text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(&code_only(text));
    tokens
        .windows(3)
        .filter(|three| is_name(&three[0].1) && three[1].1 == "!" && matches!(three[2].1.as_str(), "(" | "{" | "["))
        .map(|three| three[0].clone())
        .collect()
}

/// The text up to its unit tests, which may do what the code may not.
pub(super) fn without_tests(text: &str) -> String {
    let end = text.find("\n#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text[..end].to_owned()
}

/// The text with comments and the insides of strings as blanks; line ends stay where they are.
pub(super) fn code_only(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = skip(&bytes, at);
        match end {
            Some(end) => {
                code.extend(bytes[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
                at = end;
            }
            None => {
                code.push(bytes[at]);
                at += 1;
            }
        }
    }
    code
}

/// The end of the comment, string or character that starts at `at`, if one does.
fn skip(text: &[char], at: usize) -> Option<usize> {
    let starts = |pattern: &str| pattern.chars().enumerate().all(|(i, c)| text.get(at + i) == Some(&c));
    let in_word = at > 0 && (text[at - 1].is_alphanumeric() || text[at - 1] == '_');
    if starts("//") {
        return Some(find(text, at, |c| c == '\n'));
    }
    if starts("/*") {
        return Some(block_comment(text, at));
    }
    if starts("\"") {
        return Some(quoted(text, at + 1, '"'));
    }
    if !in_word && (starts("r\"") || starts("r#") || starts("br\"") || starts("br#")) {
        return raw_string(text, at);
    }
    // 'a' and '\n' are characters, 'a without an end is a lifetime.
    if starts("'") && (text.get(at + 1) == Some(&'\\') || text.get(at + 2) == Some(&'\'')) {
        return Some(quoted(text, at + 1, '\''));
    }
    None
}

fn find(text: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    (from..text.len()).find(|&at| wanted(text[at])).unwrap_or(text.len())
}

fn block_comment(text: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(text: &[char], mut at: usize, end: char) -> usize {
    while at < text.len() && text[at] != end {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

fn raw_string(text: &[char], start: usize) -> Option<usize> {
    let marks = find(text, start, |c| c == '#' || c == '"');
    let quote = find(text, marks, |c| c != '#');
    if text.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - marks;
    let closes = |at: usize| text[at] == '"' && (1..=hashes).all(|i| text.get(at + i) == Some(&'#'));
    let end = (quote + 1..text.len()).find(|&at| closes(at));
    Some(end.map_or(text.len(), |end| end + 1 + hashes))
}

/// Names, `::`, and every other visible character, with lines from 1.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                c if c.is_alphanumeric() || c == '_' => {
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
                }
                _ if rest.starts_with("::") => 2,
                c => c.len_utf8(),
            };
            found.push((number + 1, rest[..length].to_owned()));
            rest = rest[length..].trim_start();
        }
    }
    found
}

fn is_name(token: &str) -> bool {
    token.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

/// Whether what comes before makes the name at `at` a field, or the rest of a path that began with a type.
fn follows_path(tokens: &[(usize, String)], at: usize) -> bool {
    at > 0 && matches!(tokens[at - 1].1.as_str(), "." | "::")
}

fn path_at(tokens: &[(usize, String)], start: usize) -> (usize, String) {
    let mut path = tokens[start].1.clone();
    let mut at = start + 1;
    while let [(_, colons), (_, name), ..] = &tokens[at..] {
        if colons != "::" || !is_name(name) {
            break;
        }
        path = format!("{path}::{name}");
        at += 2;
    }
    (at, path)
}

/// Lists the paths of the `use` tree at `at` under `prefix`; gives the place after it.
fn spell_out(tokens: &[(usize, String)], mut at: usize, prefix: &str, found: &mut Vec<(usize, String)>) -> usize {
    let mut path = prefix.to_owned();
    let mut written = false;
    while let Some((line, token)) = tokens.get(at) {
        match token.as_str() {
            "{" => {
                at = spell_out(tokens, at + 1, &path, found);
                written = true;
                continue;
            }
            "," | "}" | ";" => {
                if !written && !path.is_empty() && path != prefix {
                    found.push((*line, path.trim_end_matches("::").to_owned()));
                }
                if token != "," {
                    return at + 1;
                }
                path = prefix.to_owned();
                written = false;
            }
            "as" => at += 1,
            "self" if !path.is_empty() => {
                found.push((*line, path.trim_end_matches("::").to_owned()));
                written = true;
            }
            token => path.push_str(token),
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Vec<String> {
        paths(text).into_iter().map(|(line, path)| format!("{line} {path}")).collect()
    }

    #[test]
    fn spells_use_trees_out() {
        assert_eq!(
            listed("use a::{b::{self, c}, d as e,\n f::*};\nuse x;\nuse crate::y;\n"),
            ["1 a::b", "1 a::b::c", "1 a::d", "2 a::f::*", "3 x", "4 crate::y"]
        );
    }

    #[test]
    fn finds_paths_in_code_and_not_in_words() {
        assert_eq!(
            listed(
                "fn f(x: &a::B<c::D>) -> 'static { e::f(); x.g::<h>(); } // i::j\nconst S: &str = r#\"k::l\"#; let c = '\"'; m::n();"
            ),
            ["1 a::B", "1 c::D", "1 e::f", "2 m::n"]
        );
    }

    #[test]
    fn passes_over_nested_comments_and_escapes() {
        assert_eq!(listed("/* a /* b::c */ d::e */ f::g(\"\\\"h::i\", '\\'', b\"j::k\");"), ["1 f::g"]);
    }

    #[test]
    fn lists_macros() {
        assert_eq!(macros("x!(); y! {} z != 1; \"w!()\""), [(1, "x".to_owned()), (1, "y".to_owned())]);
    }
}
