//! `graft-ls config`: what is wrong with the settings, what is in force and why, the schema, and a first file. Refuses to write
//! over a file that is there, unless told to.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::settings::{Settings, current_folder};
use super::{SetOption, UNTRIED, output};
use crate::config::{self, Found, Preset};
use crate::model::{probe, usual_probes};
use crate::route::choose;

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List all mistakes in the settings that count in the current folder; exit code 2 where there are any
    Check {
        #[command(flatten)]
        options: SetOption,
    },
    /// Print the settings in force in the current folder as TOML, each with where it comes from
    Show {
        /// Print a JSON list of {key, value, origin}
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        options: SetOption,
    },
    /// Print a JSON schema of the settings
    Schema,
    /// Write a first config file, fit for the model servers and keys that are found on this machine
    Init {
        /// Where code may go; by default what was found decides
        #[arg(long, value_name = "PRESET", value_parser = preset_parser())]
        preset: Option<Preset>,
        /// Write over the file that is there
        #[arg(long)]
        force: bool,
    },
}

fn preset_parser() -> impl TypedValueParser<Value = Preset> {
    PossibleValuesParser::new(Preset::ALL.map(Preset::as_str))
        .try_map(|name| Preset::parse(&name).ok_or("no such preset"))
}

/// Does one of the commands.
pub(super) fn config(verb: &Verb) -> ExitCode {
    match verb {
        Verb::Check { options } => check(&options.set),
        Verb::Show { json, options } => show(*json, &options.set),
        Verb::Schema => schema(),
        Verb::Init { preset, force } => init(*preset, *force),
    }
}

fn check(set: &[String]) -> ExitCode {
    match Settings::new(set).load(current_folder().as_deref()).result {
        Ok(loaded) => {
            loaded.warnings.iter().for_each(|warning| output::say(warning));
            output::exit(output::print("no mistakes\n"), 0)
        }
        Err(mistakes) => output::exit(output::print(&format!("{mistakes}\n")), UNTRIED),
    }
}

fn show(json: bool, set: &[String]) -> ExitCode {
    match Settings::new(set).load(current_folder().as_deref()).result {
        Ok(loaded) => {
            loaded.warnings.iter().for_each(|warning| output::say(warning));
            let printed = match json {
                true => output::print_json(&loaded.to_json()),
                false => output::print(&loaded.to_toml()),
            };
            output::exit(printed, 0)
        }
        Err(mistakes) => {
            mistakes.iter().for_each(|mistake| output::say(&mistake.to_string()));
            ExitCode::from(UNTRIED)
        }
    }
}

fn schema() -> ExitCode {
    let text = serde_json::to_string_pretty(&config::schema()).unwrap_or_default();
    output::exit(output::print(&format!("{text}\n")), 0)
}

fn init(preset: Option<Preset>, force: bool) -> ExitCode {
    let Some(path) = config::user_config_path() else {
        output::say("this user has no home folder; set GRAFT_CONFIG to where the config is to be");
        return ExitCode::from(UNTRIED);
    };
    if path.exists() && !force {
        output::say(&format!("{} exists and stays as it is; --force writes over it", path.display()));
        return ExitCode::from(UNTRIED);
    }
    let (found, clouds) = (found_here(), config::clouds_with_keys());
    let cloud = clouds.first().copied();
    let preset = preset.unwrap_or(match (&found.edits, cloud) {
        (Some(_), None) => Preset::Local,
        (None, Some(_)) => Preset::Cloud,
        _ => Preset::Hybrid,
    });
    let text = format!("{HEAD}{}", preset.text(Some(&found), cloud));
    if let Err(error) = write(&path, &text) {
        output::say(&format!("{} cannot be written: {error}", path.display()));
        return ExitCode::from(UNTRIED);
    }
    output::exit(output::print(&told(&path, preset, &found, cloud.map(|cloud| cloud.variable))), 0)
}

const HEAD: &str = "\
# Graft's settings. `graft-ls config check` finds mistakes, `graft-ls config show` says what is in force and why.
# Completion in editors with a TOML plugin: `graft-ls config schema > config.schema.json` here, and as the first line
# #:schema ./config.schema.json

";

fn told(path: &Path, preset: Preset, found: &Found, variable: Option<&str>) -> String {
    let mut text = format!("wrote {}\npreset {}: {}\n", path.display(), preset.as_str(), preset.meaning());
    if preset != Preset::Cloud {
        text.push_str(&match (found.sentence(), &found.bare) {
            (Some(sentence), _) => format!("{sentence}\n"),
            (None, Some((_, next))) => format!("{next}\n"),
            (None, None) => {
                "no model server answers on this machine: start one, or correct base_url and model\n".to_owned()
            }
        });
    }
    if preset != Preset::Local {
        text.push_str(&match variable {
            Some(variable) => format!("{variable} is set\n"),
            None => "no key is in the environment: set the variable that api_key names\n".to_owned(),
        });
    }
    text.push_str("`graft-ls doctor` tries it\n");
    text
}

/// What the servers that answer on this machine have.
fn found_here() -> Found {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return Found::default();
    };
    runtime.block_on(async { choose(&probe(&usual_probes()).await, config::memory().await) })
}

/// Never half written, and never through a link to somewhere else.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
