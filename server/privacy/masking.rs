//! Secrets out of a text and back into the answer to it: each becomes a name of its own, the same each time, that is one token
//! wherever the secret was. Refuses an answer that changed a name or made one up.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use secrecy::ExposeSecret;

use super::secrets::Secret;
use super::shapes::PRIVATE_KEY;

/// How the names begin.
const MARK: &str = "GRAFT_SECRET_";
/// Where a text was cut, so much of a secret's beginning is taken out like the whole.
const TELLING: usize = 12;
/// Digits behind the mark.
const DIGITS: usize = 12;

/// The names of some secrets.
#[derive(Debug, Clone, Default)]
pub struct Masking {
    mark: String,
    /// The longest secret first, so that one within another does not come before it.
    named: Vec<(String, Secret)>,
}

impl Masking {
    /// Names for secrets, none of which stands in `texts`. Of equal secrets the first counts.
    pub fn new<'t>(secrets: &[Secret], texts: impl Iterator<Item = &'t str> + Clone) -> Masking {
        if secrets.is_empty() {
            return Masking::default();
        }
        let mut mark = MARK.to_owned();
        while texts.clone().any(|text| found(text, &mark).is_some()) {
            mark.insert(MARK.len() - 1, 'X');
        }
        let name = |secret: &Secret| {
            let digits = format!("{:016X}", salt().hash_one(secret.value.expose_secret()));
            (format!("{mark}{}", digits.get(..DIGITS).unwrap_or_default()), secret.clone())
        };
        let mut seen = HashSet::new();
        let mut named: Vec<(String, Secret)> = secrets.iter().map(name).collect();
        named.retain(|(name, _)| seen.insert(name.clone()));
        named.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.value.expose_secret().len()));
        Masking { mark, named }
    }

    /// Each secret and its line: "GitHub token in line 3".
    pub fn described(&self) -> Vec<String> {
        let mut secrets: Vec<&Secret> = self.secrets().collect();
        secrets.sort_by_key(|secret| secret.line);
        described(&secrets)
    }

    /// The secrets themselves.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.named.iter().map(|(_, secret)| secret)
    }

    /// How the names begin, to tell a model of them.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// The secrets that a text shows, whole or cut off, described.
    pub fn shown_in(&self, text: &str) -> Vec<String> {
        let mut shown: Vec<&Secret> =
            self.secrets().filter(|secret| at(text, secret.value.expose_secret()).is_some()).collect();
        shown.sort_by_key(|secret| secret.line);
        described(&shown)
    }

    /// A text with names in the place of secrets.
    pub fn mask(&self, text: &str) -> String {
        self.replaced(text, |name| name)
    }

    /// A text for people, without secrets.
    pub fn hide(&self, text: &str) -> String {
        self.replaced(text, |_| "***")
    }

    fn replaced<'a>(&'a self, text: &str, by: impl Fn(&'a str) -> &'a str) -> String {
        let mut text = text.to_owned();
        for (name, secret) in &self.named {
            let value = secret.value.expose_secret();
            let mut clean = String::with_capacity(text.len());
            let mut rest = text.as_str();
            while let Some((start, length)) = at(rest, value) {
                let (before, tail) = rest.split_at(start);
                clean.push_str(before);
                clean.push_str(by(name));
                rest = tail.get(length..).unwrap_or_default();
            }
            clean.push_str(rest);
            text = clean;
        }
        text
    }

    /// An answer with the secrets in the place of their names.
    ///
    /// # Errors
    /// A sentence: a name in it was changed, or stands for nothing.
    pub fn restore(&self, answer: &str) -> Result<String, String> {
        let mut whole = String::with_capacity(answer.len());
        let mut rest = answer;
        while let Some(start) = found(rest, &self.mark).filter(|_| !self.named.is_empty()) {
            let (before, tail) = rest.split_at(start);
            let meant = self.named.iter().find(|(name, _)| {
                let goes_on = tail.get(name.len()..).and_then(|after| after.chars().next());
                tail.starts_with(name.as_str()) && !goes_on.is_some_and(|next| next.is_ascii_alphanumeric())
            });
            let Some((name, secret)) = meant else {
                let word: String =
                    tail.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
                return Err(format!(
                    "`{word}` stands for no hidden value; repeat the names of hidden values letter by letter, and make up none"
                ));
            };
            whole.push_str(before);
            whole.push_str(secret.value.expose_secret());
            rest = tail.get(name.len()..).unwrap_or_default();
        }
        whole.push_str(rest);
        Ok(whole)
    }
}

/// One line for each kind of secret in one place: the lines of a private key are one.
fn described(secrets: &[&Secret]) -> Vec<String> {
    let mut described: Vec<String> = Vec::new();
    let mut last: Option<&Secret> = None;
    for secret in secrets {
        if !last
            .is_some_and(|last| last.name == secret.name && secret.name == PRIVATE_KEY && secret.line <= last.line + 1)
        {
            described.push(secret.describe());
        }
        last = Some(secret);
    }
    described
}

/// The same for the life of the process, and nobody else's: a name tells nothing of its secret.
fn salt() -> &'static RandomState {
    static SALT: OnceLock<RandomState> = OnceLock::new();
    SALT.get_or_init(RandomState::new)
}

/// Where a mark stands, in whatever case.
fn found(text: &str, mark: &str) -> Option<usize> {
    text.as_bytes().windows(mark.len().max(1)).position(|window| window.eq_ignore_ascii_case(mark.as_bytes()))
}

/// Where a secret stands, and how much of it: all, or its beginning where the line ends before it does.
fn at(text: &str, secret: &str) -> Option<(usize, usize)> {
    let telling = secret.get(..TELLING.min(secret.len())).unwrap_or(secret);
    text.match_indices(telling).find_map(|(start, _)| {
        let tail = text.get(start..)?;
        let same: usize = tail.chars().zip(secret.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        let is_cut = matches!(tail.get(same..)?.chars().next(), None | Some('\n'));
        (same == secret.len() || is_cut && same >= TELLING).then_some((start, same))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::find;

    const KEY: &str = concat!("gh", "p_16C7e42F292c6912E7710c838347Ae178B4a");

    fn masking(text: &str) -> Masking {
        Masking::new(&find(text), std::iter::once(text))
    }

    #[test]
    fn what_goes_out_comes_back() {
        let text = format!("token = \"{KEY}\"\nother = '{KEY}' # é\n");
        let masking = masking(&text);
        let masked = masking.mask(&text);
        assert!(!masked.contains(KEY) && masked.matches(masking.mark()).count() == 2, "{masked}");
        assert_eq!(masking.restore(&masked).unwrap(), text);
        assert_eq!(masking.hide(&text), "token = \"***\"\nother = '***' # é\n");
        assert_eq!(masking.mask(&text), masked, "the same each time");
    }

    #[test]
    fn a_name_that_was_changed_or_made_up_is_refused() {
        let text = format!("token = \"{KEY}\"\n");
        let masking = masking(&text);
        let masked = masking.mask(&text);
        let name = masked.split('"').nth(1).unwrap();
        for wrong in [
            name.to_lowercase(),
            name[..name.len() - 1].to_owned(),
            format!("{name}0"),
            format!("{}000000000000", masking.mark()),
            masking.mark().to_owned(),
        ] {
            let refused = masking.restore(&format!("é {wrong}\"")).unwrap_err();
            assert!(refused.contains("stands for no hidden value") && !refused.contains(KEY), "{refused}");
        }
        assert!(masking.restore(&format!("{name}_suffix {name}.")).is_ok());
    }

    #[test]
    fn a_text_that_has_the_mark_itself_gets_another() {
        let text = format!("graft_secret_x = \"{KEY}\"\n");
        let masking = masking(&text);
        assert_eq!(masking.mark(), "GRAFT_SECRETX_");
        assert_eq!(masking.restore(&masking.mask(&text)).unwrap(), text);
    }

    #[test]
    fn the_beginning_of_a_secret_that_was_cut_off_is_hidden_too() {
        let masking = masking(&format!("token = \"{KEY}\"\n"));
        let cut = format!("x = \"{}\ny", &KEY[..20]);
        assert!(!masking.mask(&cut).contains(&KEY[..12]) && masking.shown_in(&cut) == ["GitHub token in line 1"]);
        let like = format!("x = \"{}zz\"", &KEY[..20]);
        assert_eq!(masking.mask(&like), like, "that is another value");
    }

    #[test]
    fn a_private_key_keeps_its_lines() {
        let line = "MIIEowIBAAKCAQEA7bq3hX9Zk2VtYc0sQmPnR8uLwJfGdE5aT1oK4iU6yHbC";
        let text = format!(
            "K = \"\"\"-----BEGIN RSA {}-----\n{line}\n{}\nx9Qw==\n-----END RSA\n\"\"\"\n",
            "PRIVATE KEY",
            &line[4..]
        );
        let masking = masking(&text);
        let masked = masking.mask(&text);
        assert!(!masked.contains(&line[8..30]) && masked.lines().count() == text.lines().count(), "{masked}");
        assert_eq!(masking.restore(&masked).unwrap(), text);
    }
}
