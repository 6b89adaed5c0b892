//! `graft-ls trust`: shows what a project would be allowed, asks, and remembers. Refuses to take silence for a yes.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use super::settings::current_folder;
use super::{NO_EDIT, TrustArguments, UNTRIED, output};
use crate::config::{PROJECT_FILE, Sources, TrustRequest, TrustStore, project_file};
use crate::syntax::LANGUAGES;

/// Trusts a folder, trusts it no more, or lists those that are trusted.
pub(super) fn trust(arguments: &TrustArguments) -> ExitCode {
    let mut store = TrustStore::read(Sources::of_this_machine().trust);
    if arguments.list {
        let list: String = store.folders().map(|folder| format!("{folder}\n")).collect();
        return output::exit(output::print(&list), 0);
    }
    let Some(folder) = arguments.folder.clone().map_or_else(current_folder, Some) else {
        return refused("the current folder cannot be read; name one");
    };
    if arguments.remove {
        return match store.remove(&folder) {
            Ok(true) => output::exit(output::print(&format!("{} is trusted no more\n", folder.display())), 0),
            Ok(false) => refused(&format!("{} was not trusted", folder.display())),
            Err(why) => refused(&why),
        };
    }
    add(&mut store, &folder, arguments.yes)
}

fn add(store: &mut TrustStore, folder: &Path, yes: bool) -> ExitCode {
    let Some(folder) = std::fs::canonicalize(folder).ok().filter(|folder| folder.is_dir()) else {
        return refused(&format!("{} is no folder", folder.display()));
    };
    let request = match request(&folder) {
        Ok(request) => request,
        Err(why) => return refused(&why),
    };
    if store.trusts(&folder, &request.digest) {
        return output::exit(output::print(&format!("{} is trusted already\n", folder.display())), 0);
    }
    if let Err(error) = output::print(&described(&folder, &request)) {
        return output::exit(Err(error), UNTRIED);
    }
    if !yes {
        if !std::io::stdin().is_terminal() {
            return refused("nobody is here to ask; read the above, then pass --yes");
        }
        if !agrees() {
            output::say("not trusted");
            return ExitCode::from(NO_EDIT);
        }
    }
    match store.add(&folder, request.digest) {
        Ok(()) => output::exit(output::print(&format!("{} is trusted\n", folder.display())), 0),
        Err(why) => refused(&why),
    }
}

fn request(folder: &Path) -> Result<TrustRequest, String> {
    let file = project_file(folder).map_err(|mistake| mistake.to_string())?;
    TrustRequest::of(file.as_ref()).map_err(|mistakes| mistakes.sentence())
}

/// All that would be allowed.
fn described(folder: &Path, request: &TrustRequest) -> String {
    let linters = LANGUAGES.iter().flat_map(|language| language.linters);
    let names: BTreeSet<&str> = linters.filter(|linter| linter.runs_project_code).map(|linter| linter.name).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let mut text = format!("Trusting {} allows:\n", folder.display());
    text.push_str(&format!("- linters that run code of the project ({names})\n"));
    text.push_str(&match request.settings.is_empty() {
        true => format!("- whatever {PROJECT_FILE} says; today that is nothing that needs trust\n"),
        false => format!("- these settings of {PROJECT_FILE}, until they change:\n\n{}\n", request.settings),
    });
    text
}

fn agrees() -> bool {
    if output::print("Trust it? [y/N] ").is_err() {
        return false;
    }
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

fn refused(why: &str) -> ExitCode {
    output::say(why);
    ExitCode::from(UNTRIED)
}
