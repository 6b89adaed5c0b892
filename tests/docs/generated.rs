//! The generated parts of the pages, each made of what the program itself says. Refuses to word anything that the code words.

use std::collections::BTreeSet;
use std::fmt::Write;

use graft_ls::actions::ActionId;
use graft_ls::config::{ProviderKind, SECTIONS, Section, Shape};
use graft_ls::engine::{Lesson, lesson};
use graft_ls::fim::{FAMILIES, FAMILIES_AS_OF};
use graft_ls::model::{AS_OF, ErrorClass, KNOWN_MODELS, LIST_PRICES, PRICES_AS_OF};
use graft_ls::privacy::{SECRET_FILES, SHAPES};
use graft_ls::prompt::Prompt;
use graft_ls::route::builtin_serves;
use graft_ls::syntax::{Complexity, Documentation, LANGUAGES, Language, TestPlace};
use graft_ls::validate::ReasonCode;

use super::page::root;
use super::read_config;
use super::{checkup, kept};
use crate::faults;
use crate::support::binary::graft;

const MISTAKE: &str = r#"[providers.local]
kind = "ollama"

[models.quick]
provider = "local"
model = "qwen2.5-coder:7b"
contxt = 16384
"#;

/// A part's name and what writes it.
type Part = (&'static str, fn() -> String);

/// The parts that are not a section of the settings.
const PARTS: [Part; 24] = [
    ("kinds", kinds),
    ("mistake", mistake),
    ("help", help),
    ("reasons", reasons),
    ("languages", languages),
    ("complexity", complexity),
    ("known-models", known_models),
    ("fim-families", fim_families),
    ("failures", failures),
    ("prices", prices),
    ("secret-files", secret_files),
    ("secret-shapes", secret_shapes),
    ("kept", kept::transcript),
    ("doctor-healthy", checkup::healthy),
    ("doctor-broken", checkup::broken),
    ("doctor-bare", checkup::bare),
    ("first-minutes", crate::first_minutes::page),
    ("tiers", checkup::tiers),
    ("suggestions", checkup::suggestions),
    ("editors", checkup::editors),
    ("faults-servers", faults::servers),
    ("faults-editor", faults::editor),
    ("faults-files", faults::files),
    ("faults-disk", faults::disk),
];

/// The names of all parts.
pub(super) fn names() -> Vec<String> {
    SECTIONS.iter().map(part_name).chain(PARTS.iter().map(|(name, _)| (*name).to_owned())).collect()
}

/// The part of that name.
pub(super) fn part(name: &str) -> String {
    let own = PARTS.iter().find(|(own, _)| *own == name);
    own.map_or_else(|| settings(name), |(_, part)| part())
}

fn part_name(section: &Section) -> String {
    if section.name.is_empty() { "top".to_owned() } else { section.name.to_owned() }
}

fn settings(name: &str) -> String {
    let section = SECTIONS.iter().find(|section| part_name(section) == name);
    let section = section.unwrap_or_else(|| panic!("there is no part `{name}`"));
    let mut table =
        String::from("| key | type | default | meaning | example | in a project |\n|---|---|---|---|---|---|\n");
    // What the other tables hold has its own.
    for setting in
        section.settings.iter().filter(|setting| !matches!(setting.shape, Shape::Table(_) | Shape::Tables(_)))
    {
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | `{}` | {} |",
            setting.name,
            setting.form,
            setting.default,
            setting.meaning,
            setting.example,
            setting.project.as_str()
        );
    }
    table
}

fn kinds() -> String {
    let mut table = String::from("| kind | default `base_url` | asked at |\n|---|---|---|\n");
    for kind in ProviderKind::all() {
        let text =
            format!("[providers.p]\nkind = \"{0}\"\n[models.m]\nprovider = \"p\"\nmodel = \"m\"\n", kind.as_str());
        let config = read_config(&text).unwrap();
        let request =
            graft_ls::model::request(&config.models["m"], &Prompt { system: String::new(), turns: Vec::new() }, 1);
        let _ = writeln!(table, "| `{}` | `{}` | `{}` |", kind.as_str(), kind.default_base_url(), request.path);
    }
    table
}

fn mistake() -> String {
    let said = read_config(MISTAKE).unwrap_err();
    format!("```toml mistake\n{MISTAKE}```\n```text\n{said}\n```\n")
}

/// What `--help` prints for the program and each of its commands.
fn help() -> String {
    let of = |arguments: &[&str]| String::from_utf8(graft(arguments, &root(), "").stdout).unwrap();
    let main = of(&["--help"]);
    let (_, rest) = main.split_once("Commands:\n").unwrap();
    let commands = rest.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let mut text = format!("```text\n{}\n```\n", main.trim_end());
    for command in commands.filter(|command| *command != "help") {
        let help = of(&[command, "--help"]);
        let _ = write!(text, "\n### {command}\n\n```text\n{}\n```\n", help.trim_end());
        let inner = help.split_once("Commands:\n").map_or("", |(_, rest)| rest);
        let inner = inner.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
        for verb in inner.filter(|verb| *verb != "help") {
            let _ = write!(text, "\n```text\n{}\n```\n", of(&[command, verb, "--help"]).trim_end());
        }
    }
    text
}

fn reasons() -> String {
    let mut table = String::from("| code | meaning |\n|---|---|\n");
    for code in ReasonCode::ALL {
        let _ = writeln!(table, "| `{}` | {} |", code.as_str(), code.meaning());
    }
    table
}

fn languages() -> String {
    let titles: Vec<&str> = LANGUAGES.iter().map(|language| language.title).collect();
    let mut table = format!("| | {} |\n|---|{}\n", titles.join(" | "), "---|".repeat(titles.len()));
    let mut row = |name: &str, cell: &dyn Fn(&Language) -> String| {
        let cells: Vec<String> = LANGUAGES.iter().map(|language| cell(language)).collect();
        let _ = writeln!(table, "| {name} | {} |", cells.join(" | "));
    };
    row("name", &|language| format!("`{}`", language.name));
    row("files", &|language| language.extensions.iter().map(|e| format!("`.{e}`")).collect::<Vec<_>>().join(", "));
    for action in ActionId::ALL {
        let serves = |language: &Language| {
            builtin_serves(action) && (action != ActionId::FixLint || !language.linters.is_empty())
        };
        row(&format!("`{}`", action.as_str()), &|language| {
            if serves(language) { "model, built-in" } else { "model" }.to_owned()
        });
    }
    row("documentation", &|language| match (language.documentation, language.documentation_style) {
        (Documentation::LeadingComment(mark), Some(style)) => format!("{style}: `{mark}` above the definition"),
        (Documentation::LeadingComment(mark), None) => format!("`{mark}` above the definition"),
        (Documentation::BlockComment(form), style) => {
            format!("{}: `{}` comments above the definition", style.unwrap_or("comments"), form.open)
        }
        (Documentation::Docstring, _) => "docstrings".to_owned(),
    });
    row("tests go", &|language| match language.tests {
        TestPlace::Module { .. } => "into the file's own test module".to_owned(),
        TestPlace::File { names, .. } => format!("into a file of their own, such as `{}`", names[0]),
    });
    row("test frameworks", &|language| {
        // One may have several rows: one for each way to import it.
        list(language.frameworks.iter().map(|framework| framework.name).collect::<BTreeSet<_>>().into_iter())
    });
    row("linters", &|language| match language.linters.is_empty() {
        true => "none: the editor's diagnostics".to_owned(),
        false => list(language.linters.iter().map(|linter| linter.name)),
    });
    table
}

fn complexity() -> String {
    let mut table = String::from("| | points | typically |\n|---|---|---|\n");
    for size in Complexity::ALL {
        let points = match size.points() {
            (start, Some(end)) => format!("{start} to {}", end - 1),
            (start, None) => format!("from {start}"),
        };
        let _ = writeln!(table, "| `{}` | {points} | {} |", size.as_str(), size.typical());
    }
    table
}

fn known_models() -> String {
    let mut table =
        format!("As of {AS_OF}.\n\n| id | window | temperature | top_p | thinking |\n|---|---|---|---|---|\n");
    for model in KNOWN_MODELS {
        let window = model.window.map_or(String::new(), |window| window.to_string());
        let number = |value: Option<f64>, none: &str| value.map_or(none.to_owned(), |value| value.to_string());
        let _ = writeln!(
            table,
            "| `{}…` | {window} | {} | {} | {} |",
            model.id,
            number(model.temperature, "none"),
            number(model.top_p, ""),
            model.thinking.as_str()
        );
    }
    table
}

fn prices() -> String {
    let mut table = format!(
        "As of {PRICES_AS_OF}, in USD for a million tokens.\n\n| id | prompt | answer | prompt from a cache | | list of |\n|---|---|---|---|---|---|\n"
    );
    for row in LIST_PRICES {
        let at = row.at.map(|domain| format!("at {domain}"));
        let long = row.long.map(|long| match long.input_times == long.output_times {
            true => format!("{} times as much beyond {} tokens of prompt", long.input_times, long.beyond),
            false => format!(
                "beyond {} tokens of prompt {} times as much, the answer {} times",
                long.beyond, long.input_times, long.output_times
            ),
        });
        let list = row.source.split('/').nth(2).unwrap_or_default();
        let notes: Vec<String> = at.into_iter().chain(long).collect();
        let price = row.price;
        let _ = writeln!(
            table,
            "| `{}` | {:.2} | {:.2} | {} | {} | [{list}]({}) |",
            row.id,
            price.input,
            price.output,
            price.cache_read,
            notes.join("; "),
            row.source
        );
    }
    table
}

/// Kinds of failure, and what becomes of their servers.
fn failures() -> String {
    let mut table = String::from("| failure | its server rests |\n|---|---|\n");
    for class in ErrorClass::ALL {
        let rest = match lesson(class) {
            None => "no: the request is at fault".to_owned(),
            Some(Lesson { after: 1, rest }) => format!("{} s", rest.as_secs()),
            Some(Lesson { after, rest }) => format!("{} s after {after} in a row", rest.as_secs()),
        };
        let _ = writeln!(table, "| {} | {rest} |", class.meaning());
    }
    table
}

fn secret_files() -> String {
    let mut table = String::from("| | files |\n|---|---|\n");
    for (what, globs) in SECRET_FILES {
        let globs: Vec<String> = globs.iter().map(|glob| format!("`{glob}`")).collect();
        let _ = writeln!(table, "| {what} | {} |", globs.join(", "));
    }
    table
}

fn fim_families() -> String {
    let mut table = format!(
        "As of {FAMILIES_AS_OF}.\n\n| family | names that begin with | but not with | order |\n|---|---|---|---|\n"
    );
    let listed = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    for family in &FAMILIES {
        let (begins, except, order) = (listed(family.begins), listed(family.except), family.order.as_str());
        let _ = writeln!(table, "| `{}` | {begins} | {except} | {order} |", family.name);
    }
    table
}

fn secret_shapes() -> String {
    let mut table = String::from("| what | described by |\n|---|---|\n");
    let rows: BTreeSet<String> =
        SHAPES.iter().map(|shape| format!("| {} | {} |\n", shape.name, shape.source)).collect();
    table.extend(rows);
    table
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
