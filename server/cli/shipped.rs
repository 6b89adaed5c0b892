//! `graft-ls completions` and `graft-ls man`: what packages ship beside the program, made from the command line's own definition.

use std::process::ExitCode;

use clap::{CommandFactory, Subcommand};
use clap_complete::Shell;

use super::{Arguments, output};

/// What can be printed; people are not shown it.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print what completes this command line in a shell; for packages
    #[command(hide = true)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page; for packages
    #[command(hide = true)]
    Man,
}

/// Prints it.
pub(super) fn shipped(verb: &Verb) -> ExitCode {
    let mut bytes = Vec::new();
    let made = match verb {
        Verb::Completions { shell } => {
            clap_complete::generate(*shell, &mut Arguments::command(), "graft-ls", &mut bytes);
            Ok(())
        }
        Verb::Man => clap_mangen::Man::new(Arguments::command()).render(&mut bytes),
    };
    output::exit(made.and_then(|()| output::print(&String::from_utf8_lossy(&bytes))), 0)
}
