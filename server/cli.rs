//! The command line: what can be typed, and what the exit code says of it. Refuses to decide about edits; knows nothing of
//! the Language Server Protocol but the shape of positions and diagnostics in JSON.

mod batch;
mod complete;
mod config;
mod diagnostics;
mod doctor;
mod job;
mod languages;
mod output;
mod place;
mod route;
mod run;
mod settings;
mod shipped;
mod source;
mod trust;
mod write;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::actions::ActionId;
use crate::engine::Failure;
use crate::route::Purpose;
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
    /// Print what a model would put at a cursor, as inline completion shows it
    Complete(CompleteArguments),
    /// Do the tasks on stdin, one JSON object a line, and answer each with one, in the same order
    Batch(BatchArguments),
    /// Explain which models an action at a place would ask, in which order, with what, and why; asks none
    Route(RouteArguments),
    /// Check settings, servers, models and editors, and say what to do about what is wrong; sends no code
    Doctor(DoctorArguments),
    /// Check, show or start the settings
    #[command(subcommand)]
    Config(config::Verb),
    /// Allow a project to set everything and to have its code run by linters: shows what that means, then asks
    Trust(TrustArguments),
    /// List the languages that are served
    Languages {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    #[command(flatten)]
    Shipped(shipped::Verb),
}

/// The option that sets single values.
#[derive(Debug, Args)]
struct SetOption {
    /// A setting for this run alone, such as `document.docstring_style=\"numpy\"`; may be given again
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
struct RouteArguments {
    /// What would be done
    #[arg(value_parser = purpose_parser())]
    action: Purpose,
    /// Where
    #[arg(value_name = "FILE[:LINE[:COL]][-LINE[:COL]]")]
    target: OsString,
    /// A model of the config, or `builtin`, in place of the action's chain
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: SetOption,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Each model of your own says a few words; one that may cost money is only looked up, unless there is --bench.

Exit code: 0 every action has a step that works; 1 one has none, or the settings have mistakes; 2 usage.")]
struct DoctorArguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Measure with a long prompt and a longer answer, also models that cost money
    #[arg(long)]
    bench: bool,
    #[command(flatten)]
    options: SetOption,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Line and column count from 1, the column in characters; one past the line's end means its end.

Exit code: 0 there is a completion, or nothing to add, which stderr says; 1 nobody could be asked, and stderr says why; 2 it \
could not be tried.")]
struct CompleteArguments {
    /// Where
    #[arg(value_name = "FILE:LINE:COL")]
    target: OsString,
    /// A model of the config in place of the chain of `routes.complete`
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Print one JSON object: the completion, who made it, and what it took
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: SetOption,
}

#[derive(Debug, Args)]
struct BatchArguments {
    #[command(flatten)]
    options: SetOption,
}

#[derive(Debug, Args)]
struct TrustArguments {
    /// The project's folder; by default the one around the current folder
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// List the folders that are trusted
    #[arg(long, conflicts_with_all = ["folder", "yes", "remove"])]
    list: bool,
    /// Trust the folder no more
    #[arg(long, conflicts_with = "yes")]
    remove: bool,
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
    #[command(flatten)]
    options: SetOption,
}

fn action_parser() -> impl TypedValueParser<Value = ActionId> {
    PossibleValuesParser::new(ActionId::ALL.map(ActionId::as_str))
        .try_map(|name| ActionId::parse(&name).ok_or("no such action"))
}

fn purpose_parser() -> impl TypedValueParser<Value = Purpose> {
    PossibleValuesParser::new(Purpose::ids()).try_map(|name| Purpose::parse(&name).ok_or("no such action"))
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
        Verb::Complete(arguments) => complete::complete(&arguments),
        Verb::Route(arguments) => route::route(&arguments),
        Verb::Doctor(arguments) => doctor::doctor(&arguments),
        Verb::Batch(arguments) => batch::batch(&arguments.options.set),
        Verb::Config(verb) => config::config(&verb),
        Verb::Trust(arguments) => trust::trust(&arguments),
        Verb::Languages { json } => languages::languages(json),
        Verb::Shipped(verb) => shipped::shipped(&verb),
        Verb::Lsp { .. } => ExitCode::from(UNTRIED),
    }
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
            [&["run", "rewrite", "a.rs"][..], &["run", "document"], &["docter"], &["run", "document", "a.rs", "--fim"]]
        {
            assert_eq!(format!("{:?}", parsed(arguments).err()), format!("{:?}", Some(ExitCode::from(2))));
        }
    }
}
