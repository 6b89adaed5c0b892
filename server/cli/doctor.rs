//! `graft-ls doctor`: what is missing between this machine and working actions. Prints what the room `doctor` finds.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use super::settings::{Settings, current_folder};
use super::{DoctorArguments, NO_EDIT, UNTRIED, output};
use crate::config::{Config, Machine};
use crate::doctor::{self, Subject};
use crate::engine::{Effort, Engine};
use crate::model::usual_probes;

/// Examines the installation.
pub(super) fn doctor(arguments: &DoctorArguments) -> ExitCode {
    let loading = Settings::new(&arguments.options.set).load(current_folder().as_deref());
    let config = loading.result.as_ref().ok().map(|loaded| Arc::new(loaded.config.clone()));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::say(&format!("cannot start: {error}"));
            return ExitCode::from(UNTRIED);
        }
    };
    let watched = std::io::stderr().is_terminal();
    if watched {
        output::show_status("graft-ls: asking servers, models and editors");
    }
    let effort = if arguments.bench { Effort::Bench } else { Effort::Short };
    let engine = Engine::discovering(Config::default(), usual_probes());
    let checkup = runtime.block_on(async {
        let machine = Machine::this().await;
        doctor::examine(&engine, &Subject { loading: &loading, config, machine: &machine, effort }).await
    });
    runtime.shutdown_background();
    if watched {
        output::show_status("");
    }
    let printed = match arguments.json {
        true => output::print_json(&checkup),
        false => output::print(&doctor::text(&checkup)),
    };
    output::exit(printed, if checkup.ok { 0 } else { NO_EDIT })
}
