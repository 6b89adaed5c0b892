//! Secrets inside a text: found by their shapes and by how random they are. Tells what was found and in which line, and shows
//! the value to nobody but the masking.

use std::collections::HashSet;
use std::sync::OnceLock;

use regex::{Regex, RegexSet};
use secrecy::{ExposeSecret, SecretString};

use super::shapes::{ADDRESS, NAMED, RANDOM, SHAPES};

/// A shorter one could stand anywhere by chance, and gives nothing away.
const SHORTEST: usize = 3;
/// A longer literal is data.
const LONGEST_LITERAL: usize = 200;
/// The same for one line of a private key.
const SHORTEST_LINE: usize = 8;

/// A secret that stands in a text. Its `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct Secret {
    /// What it is: `GitHub token`.
    pub name: &'static str,
    /// Its first line in the text, from 1; 0 where that means nothing.
    pub line: usize,
    pub(super) value: SecretString,
}

impl Secret {
    /// What it is and where, for messages: "GitHub token in line 3".
    pub fn describe(&self) -> String {
        match self.line {
            0 => self.name.to_owned(),
            line => format!("{} in line {line}", self.name),
        }
    }

    /// The same in a text whose lines mean nothing to the person.
    pub fn without_line(self) -> Secret {
        Secret { line: 0, ..self }
    }

    /// The secret itself, for keeping it out of files.
    pub fn value(&self) -> &SecretString {
        &self.value
    }
}

/// The secrets in a text, in order, each once. A private key counts line by line, so that what replaces it has as many lines.
pub fn find(text: &str) -> Vec<Secret> {
    let (set, shapes) = compiled();
    let mut found: Vec<(usize, Secret)> = Vec::new();
    for number in set.matches(text) {
        let (Some(regex), Some(shape)) = (shapes.get(number), SHAPES.get(number)) else { continue };
        for captures in regex.captures_iter(text) {
            let Some(group) = captures.get(1) else { continue };
            let context = text.get(line_start(text, group.start())..group.start()).unwrap_or_default();
            if entropy(group.as_str()) < shape.entropy || is_harmless(shape.name, context, group.as_str()) {
                continue;
            }
            for (start, value) in lines_of(group.start(), group.as_str()) {
                let secret = Secret { name: shape.name, line: 0, value: SecretString::from(value) };
                found.push((start, secret));
            }
        }
    }
    // The same value under two shapes is one secret; the shapes stand in the order in which they count.
    let mut seen = HashSet::new();
    found.retain(|(_, secret)| seen.insert(secret.value.expose_secret().to_owned()));
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().map(|(start, secret)| Secret { line: line_number(text, start), ..secret }).collect()
}

fn compiled() -> &'static (RegexSet, Vec<Regex>) {
    static COMPILED: OnceLock<(RegexSet, Vec<Regex>)> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let patterns = SHAPES.map(|shape| ascii(shape.pattern));
        let all: Option<Vec<Regex>> = patterns.iter().map(|pattern| Regex::new(pattern).ok()).collect();
        (RegexSet::new(&patterns).unwrap_or_default(), all.unwrap_or_default())
    })
}

/// Digits and the bounds of words in ASCII, which is all that keys are made of, and faster by far.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\w", "A-Za-z0-9_").replace(r"\d", "[0-9]").replace(r"\b", r"(?-u:\b)")
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

fn line_number(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1
}

/// The lines of a secret with their places; in a literal, `\n` is the end of one too.
fn lines_of(start: usize, value: &str) -> Vec<(usize, String)> {
    if !value.contains(['\n', '\\']) {
        return if value.len() >= SHORTEST { vec![(start, value.to_owned())] } else { Vec::new() };
    }
    let mut found = Vec::new();
    let mut at = start;
    for piece in value.split_inclusive('\n').flat_map(|line| line.split_inclusive("\\n")) {
        // What stands around a line of a key: blanks, quotes, comment marks, the escape itself.
        let bare = piece.trim_end_matches('\n').trim_end_matches("\\n").trim_end_matches("\\r");
        let line = bare.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '='));
        if line.len() >= SHORTEST_LINE && !line.contains([' ', ':']) {
            found.push((at, line.to_owned()));
        }
        at += piece.len();
    }
    found
}

/// Bits for each character, by how often each stands there.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

/// Words that stand in for a secret.
const STAND_INS: [&str; 14] = [
    "example",
    "sample",
    "dummy",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your_",
    "your-",
    "xxxx",
    "redacted",
    "****",
    "....",
    "<your",
];
/// Words that say what a long number really is.
const CHECKSUMS: [&str; 9] = ["sha", "hash", "digest", "checksum", "integrity", "md5", "etag", "fingerprint", "commit"];
/// Rows of letters that alphabets have and keys do not.
const ALPHABETS: [&str; 5] = ["abcdefgh", "ABCDEFGH", "01234567", "qwertyui", "zyxwvuts"];

/// Whether it only looks like a secret. `before` is its line up to it. Keys of known form are taken as they are.
fn is_harmless(name: &str, before: &str, value: &str) -> bool {
    if matches!(name, NAMED | RANDOM | ADDRESS) && value.len() > LONGEST_LITERAL {
        return true;
    }
    let lower = value.to_ascii_lowercase();
    match name {
        NAMED => is_stand_in(&lower) || is_wording(value) || is_reference(value) || is_checksum(before, value),
        RANDOM => !is_random(value) || is_stand_in(&lower) || is_checksum(before, value) || is_wording(value),
        ADDRESS | "bearer token" => {
            is_stand_in(&lower) || lower == "password" || is_wording(value) && name == "bearer token"
        }
        _ => false,
    }
}

fn is_stand_in(lower: &str) -> bool {
    STAND_INS.iter().any(|word| lower.contains(word))
}

/// Words, names and paths: letters in one case, with what separates words.
fn is_wording(value: &str) -> bool {
    let words = value.split(['_', '-', '.', '/', ':', ' ', '[', ']', '(', ')', '@', '#', ',']);
    words.filter(|word| !word.is_empty()).all(|word| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = word.len() - letters.len();
        let camel = letters.split(|c: char| c.is_ascii_uppercase()).skip(1).all(|part| part.len() >= 2);
        digits <= 2 && letters.chars().all(char::is_alphabetic) && (camel || letters.chars().all(char::is_uppercase))
    })
}

/// What names another place where the secret is: `${TOKEN}`, `{{ token }}`, `%(token)s`, `$TOKEN`, an address.
fn is_reference(value: &str) -> bool {
    value.starts_with(['$', '%', '{', '<', '(', '[', '/', '#', '.'])
        || value.contains("${")
        || value.contains("{{")
        || value.contains("://")
        || value.contains("%s")
}

/// A hash, a UUID, a checksum of a lock file.
fn is_checksum(before: &str, value: &str) -> bool {
    let before = before.to_ascii_lowercase();
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let named = CHECKSUMS.iter().any(|word| before.contains(word));
    let marked = ["sha1-", "sha256-", "sha384-", "sha512-", "h1:"].iter().any(|mark| value.starts_with(mark));
    let uuid = value.len() == 36 && is_hex && value.matches('-').count() == 4;
    marked || uuid || named && !before.contains("secret") && !before.contains("password") && !before.contains("token")
}

/// Upper and lower case and digits in no order that people write.
fn is_random(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().filter(|byte| test(byte)).count() >= 3;
    let slashes = value.matches('/').count();
    has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && slashes <= 2 + value.len() / 24
        && !ALPHABETS.iter().any(|alphabet| value.contains(alphabet))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of what is found, and the values.
    fn found(text: &str) -> Vec<(&'static str, String)> {
        find(text).into_iter().map(|secret| (secret.name, secret.value.expose_secret().to_owned())).collect()
    }

    /// `count` characters of no pattern.
    fn random(count: usize, alphabet: &str) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            letters[(state >> 33) as usize % letters.len()]
        };
        (0..count).map(next).collect()
    }

    const ALL: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const HEX: &str = "0123456789abcdef";

    #[test]
    fn finds_the_documented_shapes_of_keys() {
        // Put together here: a whole key in a source file would be a finding of other people's scanners.
        let keys = [
            ("AWS access key id", format!("AKIA{}", random(16, UPPER))),
            ("Google API key", format!("AIza{}", random(35, ALL))),
            ("Google OAuth client secret", format!("GOCSPX-{}", random(28, ALL))),
            ("Google access token", format!("ya29.{}", random(60, ALL))),
            ("GitHub token", format!("ghs_{}", random(36, ALL))),
            ("GitHub fine-grained token", format!("github_pat_{}_{}", random(22, ALL), random(59, ALL))),
            ("GitLab token", format!("glpat-{}", random(20, ALL))),
            ("Slack token", format!("xoxb-{}-{}", random(12, "0123456789"), random(24, ALL))),
            (
                "Slack app token",
                format!("xapp-1-A{}-{}-{}", random(10, UPPER), random(13, "123456789"), random(64, HEX)),
            ),
            ("Stripe key", format!("sk_live_{}", random(24, ALL))),
            ("Stripe webhook secret", format!("whsec_{}", random(32, ALL))),
            ("Anthropic key", format!("sk-ant-api03-{}", random(93, ALL))),
            ("OpenAI key", format!("sk-proj-{}", random(48, ALL))),
            ("OpenAI key", format!("sk-{}T3BlbkFJ{}", random(20, ALL), random(20, ALL))),
            ("Hugging Face token", format!("hf_{}", random(34, ALL))),
            ("Groq key", format!("gsk_{}", random(52, ALL))),
            ("xAI key", format!("xai-{}", random(80, ALL))),
            ("npm token", format!("npm_{}", random(36, ALL))),
            ("PyPI token", format!("pypi-AgEIcHlwaS5vcmc{}", random(80, ALL))),
            ("crates.io token", format!("cio{}", random(32, ALL))),
            ("RubyGems token", format!("rubygems_{}", random(48, HEX))),
            ("Docker token", format!("dckr_pat_{}", random(27, ALL))),
            ("DigitalOcean token", format!("dop_v1_{}", random(64, HEX))),
            ("Databricks token", format!("dapi{}", random(32, HEX))),
            ("HashiCorp Vault token", format!("hvs.{}", random(60, ALL))),
            ("Shopify token", format!("shpat_{}", random(32, HEX))),
            ("SendGrid key", format!("SG.{}.{}", random(22, ALL), random(43, ALL))),
            ("Telegram bot token", format!("{}:AA{}", random(9, "123456789"), random(33, ALL))),
            ("age secret key", format!("AGE-SECRET-KEY-1{}", random(58, UPPER))),
            ("JSON web token", format!("eyJ{}.eyJ{}.{}", random(30, ALL), random(60, ALL), random(43, ALL))),
        ];
        let mut names: HashSet<&str> = HashSet::new();
        for (name, key) in &keys {
            for text in [format!("k = \"{key}\"\n"), format!("// use {key} here\n")] {
                assert_eq!(found(&text), [(*name, key.clone())], "{text}");
            }
            names.insert(name);
        }
        let key = random(40, ALL);
        for (name, text, value) in [
            ("AWS secret access key", format!("aws_secret_access_key = '{key}'"), key.clone()),
            (
                "Azure storage key",
                format!("AccountName=a;AccountKey={}==;", random(86, ALL)),
                format!("{}==", random(86, ALL)),
            ),
            (
                "Slack webhook",
                format!("https://hooks.slack.com/services/T{}", random(43, ALL)),
                format!("T{}", random(43, ALL)),
            ),
            (
                "password in an address",
                "\"postgres://app:s3cr3t-Pa55@db.example.net/x\"".to_owned(),
                "s3cr3t-Pa55".to_owned(),
            ),
            ("bearer token", format!("Authorization: Bearer {key}"), key.clone()),
            (NAMED, "db_password = \"T0p-s3cret!\"".to_owned(), "T0p-s3cret!".to_owned()),
            (NAMED, "let api_key: &str = \"q9XmZ72kLw\";".to_owned(), "q9XmZ72kLw".to_owned()),
            (NAMED, "\"client_secret\": \"7f3aC9e1bD\",".to_owned(), "7f3aC9e1bD".to_owned()),
            (NAMED, "config[\"token\"] = 'aB3dE6gH9jK2';".to_owned(), "aB3dE6gH9jK2".to_owned()),
            (RANDOM, format!("seed(\"{key}\")"), key.clone()),
        ] {
            assert_eq!(found(&text), [(name, value)], "{text}");
            names.insert(name);
        }
        names.insert("private key");
        assert!(SHAPES.iter().all(|shape| names.contains(shape.name) && !shape.source.is_empty()));
        assert_eq!(compiled().1.len(), SHAPES.len());
    }

    #[test]
    fn leaves_alone_what_only_looks_like_one() {
        let (hex, base64) = (random(64, HEX), random(43, ALL));
        for text in [
            format!("checksum = \"{hex}\""),
            format!("COMMIT: &str = \"{}\";", &hex[..40]),
            format!("\"integrity\": \"sha512-{base64}==\""),
            format!("example.com/x v1.2.3 h1:{base64}="),
            format!("sha256 = \"{base64}=\""),
            "id = \"123e4567-e89b-12d3-a456-426614174000\"".to_owned(),
            "password = \"your_password_here\"".to_owned(),
            "password = input(\"Password: \")".to_owned(),
            "token = os.environ[\"SERVICE_TOKEN\"]".to_owned(),
            "token = \"${SERVICE_TOKEN}\"".to_owned(),
            "PASSWORD_FIELD = \"password_field\"".to_owned(),
            "tokens = [\"identifier\", \"whitespace\"]".to_owned(),
            "case TokenKind::Secret => \"SecretToken\",".to_owned(),
            "alphabet = \"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\"".to_owned(),
            "url = \"postgres://user:password@localhost/db\"".to_owned(),
            "url = f\"postgres://{user}:{password}@localhost/db\"".to_owned(),
            "import \"github.com/some/Very/Long/Path2/That3/Goes4/OnAndOn\"".to_owned(),
            "\"NonSerializableObjectReferenceException\"".to_owned(),
            "class_name = \"text-gray-900 hover:bg-gray-50\"".to_owned(),
            "x = \"org.springframework.boot.autoconfigure.SpringBootApplication\"".to_owned(),
        ] {
            assert_eq!(found(&text), [], "{text}");
        }
    }

    #[test]
    fn tells_the_line_and_never_the_value() {
        let key = format!("ghs_{}", random(36, ALL));
        let text = format!("a\nb = \"{key}\"\nc = \"{key}\"\n");
        let secrets = find(&text);
        assert_eq!(secrets.iter().map(Secret::describe).collect::<Vec<_>>(), ["GitHub token in line 2"]);
        assert!(!format!("{secrets:?}").contains(&key));
    }
}
