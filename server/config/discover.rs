//! `GRAFT_DISCOVER`: where to look for a model server on this machine, in place of the usual ports. Looks nowhere itself.

use std::env;

use url::Url;

use super::error::{ConfigError, Place};
use super::provider::{self, ProviderKind};

const VARIABLE: &str = "GRAFT_DISCOVER";
/// What the variable says for "nowhere".
const NOWHERE: &str = "none";

/// The places that the environment names; nothing where it names none, and the usual ones count.
///
/// # Errors
/// A place that is none, or that is not on this machine.
pub fn places_of_environment() -> Result<Option<Vec<(ProviderKind, Url)>>, ConfigError> {
    let said = env::var_os(VARIABLE).filter(|said| !said.is_empty());
    said.map(|said| places(&said.to_string_lossy())).transpose()
}

fn places(said: &str) -> Result<Vec<(ProviderKind, Url)>, ConfigError> {
    match said.trim() {
        NOWHERE => Ok(Vec::new()),
        said => said.split_whitespace().map(place).collect(),
    }
}

fn place(said: &str) -> Result<(ProviderKind, Url), ConfigError> {
    let read = || {
        let (kind, url) = said.split_once('=')?;
        let kind = ProviderKind::all().find(|known| known.as_str() == kind)?;
        Some((kind, Url::parse(url).ok().filter(provider::is_loopback)?))
    };
    read().ok_or_else(|| {
        let message = format!(
            "expected `{NOWHERE}`, or places on this machine such as `ollama=http://127.0.0.1:11434`, with blanks between"
        );
        ConfigError::new(&Place::Environment(VARIABLE), "", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_places_on_this_machine_and_nothing_else() {
        let two = places("ollama=http://127.0.0.1:1 openai=http://localhost:2/v1").unwrap();
        assert_eq!(two.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [ProviderKind::Ollama, ProviderKind::OpenAi]);
        assert_eq!(places(" none "), Ok(Vec::new()));
        for wrong in ["http://127.0.0.1:1", "olama=http://127.0.0.1:1", "ollama=http://box.example:1", "ollama=x"] {
            let said = places(wrong).unwrap_err().to_string();
            assert!(said.starts_with("GRAFT_DISCOVER: expected `none`, or places on this machine"), "{said}");
        }
    }
}
