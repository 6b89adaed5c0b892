//! The command line: what can be typed, and what the exit code says of it. Refuses to decide about edits; knows nothing of
//! the Language Server Protocol but the shape of positions and diagnostics in JSON.

mod batch;
mod diagnostics;
mod job;
mod languages;
mod output;
mod place;
mod run;
mod source;
mod write;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::actions::ActionId;
use crate::config::Config;
use crate::engine::{Engine, Failure};
use crate::validate::ReasonCode;

/// It could not be tried: usage, config, an unreadable file, an unknown language, a line outside the file.
const UNTRIED: u8 = 2;
/// It was tried, and there is no edit.
const NO_EDIT: u8 = 1;

/// Which face was asked for.
#[derive(Debug)]
pub enum Invocation {
    /// The language server on stdin and stdout.
    LanguageServer,
    /// Something to do here; for [`execute`].
    Command(Command),
}

/// A command with its arguments.
#[derive(Debug)]
pub struct Command(Verb);

#[derive(Debug, Parser)]
#[command(
    name = "graft-ls",
    version,
    about = "Grafts model-written code onto a syntax tree: a language server and a command line",
    after_help = "Without a command, graft-ls is a language server on stdin and stdout; editors start it that way.",
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Serve on stdin and stdout (the only way there is; accepted because editors pass it)
    #[arg(long, hide = true)]
    stdio: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Be a language server on stdin and stdout
    Lsp {
        /// Serve on stdin and stdout (the only way there is; accepted because editors pass it)
        #[arg(long)]
        stdio: bool,
    },
    /// Do an action to a place in a file, and print the change as a unified diff
    Run(RunArguments),
    /// Do the tasks on stdin, one JSON object a line, and answer each with one, in the same order
    Batch,
    /// List the languages that are served
    Languages {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Lines and columns count from 1, columns in characters. A line means the definition around it, LINE-LINE those lines, and no \
line the whole file.

Exit code: 0 there is a change, or nothing to change; 1 there is no edit, and stderr says why; 2 it could not be tried.")]
struct RunArguments {
    /// What to do
    #[arg(value_parser = action_parser())]
    action: ActionId,
    /// Where
    #[arg(value_name = "FILE[:LINE[:COL]][-LINE[:COL]]")]
    target: OsString,
    /// Write the change to the file
    #[arg(long)]
    write: bool,
    /// Print one JSON object: the change, who made it, and what it took
    #[arg(long)]
    json: bool,
    /// What you want, in your words
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    instruction: Option<String>,
    /// A model of the config, or `builtin`, in place of the action's chain
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Print what would be sent, where, and why there; send nothing
    #[arg(long, conflicts_with_all = ["write", "reply"])]
    show_prompt: bool,
    /// Read a model's raw answer from a file (`-` is stdin) in place of calling one
    #[arg(long, value_name = "FILE")]
    reply: Option<PathBuf>,
    /// LSP diagnostics as JSON (`-` is stdin); without it fix-lint runs the linter
    #[arg(long, value_name = "FILE")]
    diagnostics: Option<PathBuf>,
}

fn action_parser() -> impl TypedValueParser<Value = ActionId> {
    PossibleValuesParser::new(ActionId::ALL.map(ActionId::as_str))
        .try_map(|name| ActionId::parse(&name).ok_or("no such action"))
}

/// Reads the arguments, program name first. Where there is nothing left to do (help, version, a mistake), what there is to
/// say has been printed, and the exit code comes back.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, ExitCode> {
    let arguments = Arguments::try_parse_from(arguments).map_err(|error| {
        // Nobody is left to hear that stderr is closed.
        let _ = error.print();
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(UNTRIED))
    })?;
    match arguments.verb {
        None if !arguments.stdio && std::io::stdin().is_terminal() => {
            let help = Arguments::command().render_long_help().to_string();
            Err(output::exit(output::print(&help), 0))
        }
        None | Some(Verb::Lsp { .. }) => Ok(Invocation::LanguageServer),
        Some(verb) => Ok(Invocation::Command(Command(verb))),
    }
}

/// Does a command.
pub fn execute(command: Command) -> ExitCode {
    match command.0 {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Batch => batch::batch(),
        Verb::Languages { json } => languages::languages(json),
        Verb::Lsp { .. } => ExitCode::from(UNTRIED),
    }
}

/// An engine under the user's config; no editor is there to add to it.
fn engine() -> Result<Engine, Failure> {
    Config::load(&serde_json::Value::Null).map(Engine::new).map_err(|error| bad_request(error.to_string()))
}

fn bad_request(message: impl Into<String>) -> Failure {
    Failure { code: ReasonCode::BadRequest, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Invocation, ExitCode> {
        parse(std::iter::once("graft-ls").chain(arguments.iter().copied()).map(OsString::from))
    }

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn takes_what_editors_pass() {
        for arguments in [&["lsp"][..], &["lsp", "--stdio"], &["--stdio"]] {
            assert!(matches!(parsed(arguments), Ok(Invocation::LanguageServer)), "{arguments:?}");
        }
    }

    #[test]
    fn takes_an_instruction_that_looks_like_an_option() {
        let Ok(Invocation::Command(Command(Verb::Run(run)))) =
            parsed(&["run", "refactor", "a.rs:3", "--instruction", "--fast, please"])
        else {
            panic!("not a run")
        };
        assert_eq!(run.instruction.as_deref(), Some("--fast, please"));
        assert_eq!(run.action, ActionId::Refactor);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for arguments in
            [&["run", "rewrite", "a.rs"][..], &["run", "document"], &["doctor"], &["run", "document", "a.rs", "--fim"]]
        {
            assert_eq!(format!("{:?}", parsed(arguments).err()), format!("{:?}", Some(ExitCode::from(2))));
        }
    }
}
