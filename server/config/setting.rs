//! What the config can hold, as tables: readers, schema, documentation and what a project may set all come from here.
//! Reads nothing.

use super::{
    budget, completion, document, fim, key, model, preset, price, privacy, provider, record, review, routes, rules,
};

/// One key of a table of the config.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The key.
    pub name: &'static str,
    /// What may stand there, in a few words.
    pub form: &'static str,
    /// What counts where nothing stands there: a TOML value in backticks, or words.
    pub default: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// A value as TOML has it.
    pub example: &'static str,
    /// What may stand there, for programs.
    pub shape: Shape,
    /// Whether a project may set it.
    pub project: InProject,
}

/// What may stand under a key.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A string that is not empty.
    Text,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// One of these strings, or a table of these.
    ChoiceOrTable(&'static [&'static str], &'static [Setting]),
    /// True or false.
    Boolean,
    /// A whole number, from and up to.
    Integer(i64, i64),
    /// A number, from and up to.
    Number(f64, f64),
    /// A list of strings.
    Texts,
    /// A step, or a list of steps that is not empty.
    Steps,
    /// A step, a list of steps, or a table of these.
    Chain(&'static [Setting]),
    /// A list of tables of these.
    List(&'static [Setting]),
    /// One of these strings, or a list of them.
    OneOrMore(&'static [&'static str]),
    /// A string, or a list of strings.
    TextOrTexts,
    /// A table that is passed on as it stands.
    Anything,
    /// A table of these.
    Table(&'static [Setting]),
    /// A table with exactly one of these.
    OneOf(&'static [Setting]),
    /// Tables of these, under names that the user chooses.
    Tables(&'static [Setting]),
}

/// What a project's own file may say, which comes with the code and may have been written by anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InProject {
    /// It harms nobody.
    Free,
    /// Where it is stricter than what counts without the project; the choices are listed the loosest first.
    Tighter,
    /// Where the user trusts the project.
    Trusted,
    /// It is the user's alone.
    Never,
}

impl InProject {
    /// One word for tables.
    pub fn as_str(self) -> &'static str {
        match self {
            InProject::Free => "yes",
            InProject::Tighter => "if stricter",
            InProject::Trusted => "trusted",
            InProject::Never => "no",
        }
    }
}

/// One table of the config.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its header; `NAME` stands for a name that the user chooses, and an empty one for the top of the file.
    pub name: &'static str,
    /// Its keys; `api_key` holds one of `API_KEY`'s.
    pub settings: &'static [Setting],
}

/// Every table that the config may hold, in the order of a file: the top comes first.
pub const SECTIONS: [Section; 16] = [
    Section { name: "", settings: &TOP },
    Section { name: "providers.NAME", settings: &provider::SETTINGS },
    Section { name: "providers.NAME.api_key", settings: &key::SETTINGS },
    Section { name: "models.NAME", settings: &model::SETTINGS },
    Section { name: "models.NAME.fim", settings: &fim::SETTINGS },
    Section { name: "models.NAME.price", settings: &price::SETTINGS },
    Section { name: "routes", settings: &routes::SETTINGS },
    Section { name: "routes.ACTION", settings: &routes::CHAIN },
    Section { name: "rules", settings: &rules::SETTINGS },
    Section { name: "rules.when", settings: &rules::WHEN },
    Section { name: "privacy", settings: &privacy::SETTINGS },
    Section { name: "budget", settings: &budget::SETTINGS },
    Section { name: "document", settings: &document::SETTINGS },
    Section { name: "completion", settings: &completion::SETTINGS },
    Section { name: "completion.languages", settings: &completion::LANGUAGES },
    Section { name: "completion.paths", settings: &completion::PATHS },
];

/// The top of the file: single keys, then tables, which the documentation describes one by one.
pub(super) const TOP: [Setting; 13] = [
    Setting {
        name: "preset",
        form: "`local`, `hybrid`, `cloud`",
        default: "none",
        meaning: "a starting point: everything else is laid over it",
        example: "\"hybrid\"",
        shape: Shape::Choice(&preset::NAMES),
        project: InProject::Trusted,
    },
    Setting {
        name: "discover",
        form: "`true`, `false`",
        default: "`true`",
        meaning: "where no provider and no model is configured, look for a model server on this machine, when an editor starts and when one is needed",
        example: "false",
        shape: Shape::Boolean,
        project: InProject::Never,
    },
    Setting {
        name: "trust",
        form: "`true`, `false`",
        default: "what `graft-ls trust` was told",
        meaning: "whether the project may set everything and linters may run its code",
        example: "true",
        shape: Shape::Boolean,
        project: InProject::Never,
    },
    review::SETTING,
    record::SETTING,
    table(
        "providers",
        "the servers, each by a name of your own",
        Shape::Tables(&provider::SETTINGS),
        InProject::Trusted,
    ),
    table("models", "the models, each by a name of your own", Shape::Tables(&model::SETTINGS), InProject::Trusted),
    table("routes", "who is asked for which action", Shape::Table(&routes::SETTINGS), InProject::Free),
    table("rules", "before the routes: the first rule that fits wins", Shape::List(&rules::SETTINGS), InProject::Free),
    table("privacy", "how far code may travel", Shape::Table(&privacy::SETTINGS), InProject::Free),
    table("budget", "what may be spent", Shape::Table(&budget::SETTINGS), InProject::Never),
    table("document", "how documentation is written", Shape::Table(&document::SETTINGS), InProject::Free),
    table("completion", "how inline completion comes", Shape::Table(&completion::SETTINGS), InProject::Free),
];

const fn table(name: &'static str, meaning: &'static str, shape: Shape, project: InProject) -> Setting {
    let (form, example) = match shape {
        Shape::Tables(_) => ("tables by name", "{}"),
        Shape::List(_) => ("a list of tables", "[]"),
        _ => ("a table", "{}"),
    };
    Setting { name, form, default: "none", meaning, example, shape, project }
}

/// The names that a table allows.
pub(super) fn names(settings: &'static [Setting]) -> impl Iterator<Item = &'static str> + Clone {
    settings.iter().map(|setting| setting.name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::{ACTION_IDS, Config, ConfigFile, ProviderKind};

    fn read(text: &str) -> Config {
        let file = ConfigFile { path: "/home/me/config.toml".into(), text: text.to_owned() };
        Config::from_layers(Some(&file), &Value::Null).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// A config that has what `section` needs, ending in its header.
    fn opened(section: &Section) -> String {
        let provider = "[providers.local]\nkind = \"ollama\"\n";
        let model =
            "[models.quick]\nprovider = \"local\"\nmodel = \"m\"\n[models.deep]\nprovider = \"local\"\nmodel = \"m\"\n";
        match section.name {
            "providers.NAME" => provider.to_owned(),
            "providers.NAME.api_key" => format!("{provider}[providers.local.api_key]\n"),
            "models.NAME" => format!("{provider}{model}"),
            "models.NAME.fim" => {
                format!("{provider}{model}[models.deep.fim]\nprefix = \"<P>\"\nsuffix = \"<S>\"\nmiddle = \"<M>\"\n")
            }
            "models.NAME.price" => format!("{provider}{model}[models.deep.price]\ninput = 1\noutput = 2\n"),
            "" => String::new(),
            "routes.ACTION" => format!("{provider}{model}[routes.refactor]\nuse = \"quick\"\n"),
            "rules" => format!("{provider}{model}[[rules]]\nuse = \"quick\"\n"),
            "rules.when" => format!("{provider}{model}[[rules]]\nuse = \"quick\"\n[rules.when]\n"),
            name => format!("{provider}{model}[{name}]\n"),
        }
    }

    fn with(section: &Section, setting: &Setting, value: &str) -> Config {
        let opened = opened(section);
        let own = |line: &&str| !line.starts_with(&format!("{} =", setting.name));
        let tail = opened.rfind('[').unwrap_or(0);
        let kept: String = opened[tail..].lines().filter(own).map(|line| format!("{line}\n")).collect();
        read(&format!("{}{kept}{} = {value}\n", &opened[..tail], setting.name))
    }

    #[test]
    fn every_example_is_valid() {
        for section in &SECTIONS {
            for setting in section.settings {
                with(section, setting, setting.example);
            }
        }
    }

    #[test]
    fn a_default_written_out_changes_nothing() {
        let mut checked = 0;
        for section in &SECTIONS {
            for setting in section.settings {
                let literal = setting.default.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
                if let Some(value) = literal {
                    let (said, unsaid) = (with(section, setting, value), read(&opened(section)));
                    assert_eq!(format!("{said:?}"), format!("{unsaid:?}"), "{}.{}", section.name, setting.name);
                    checked += 1;
                }
            }
        }
        assert!(checked >= 6, "only {checked} settings have a default that could be checked");
    }

    #[test]
    fn choices_are_listed_in_full() {
        let form = |settings: &[Setting], name: &str| {
            settings.iter().find(|setting| setting.name == name).map(|setting| setting.form).unwrap()
        };
        let kinds: Vec<String> = ProviderKind::all().map(|kind| format!("`{}`", kind.as_str())).collect();
        assert_eq!(form(&provider::SETTINGS, "kind"), kinds.join(", "));
        let error = Config::from_layers(None, &json!({"document": {"docstring_style": "x"}})).unwrap_err().to_string();
        let (_, styles) = error.split_once("expected one of ").unwrap();
        assert_eq!(form(&document::SETTINGS, "docstring_style").replace('`', ""), styles);
        let routes: Vec<&str> = names(&routes::SETTINGS).filter(|name| *name != "default").collect();
        assert_eq!(routes, ACTION_IDS);
    }

    #[test]
    fn every_table_of_the_top_is_described() {
        for setting in TOP.iter().filter(|setting| matches!(setting.shape, Shape::Table(_) | Shape::Tables(_))) {
            let described = |section: &Section| section.name.split('.').next() == Some(setting.name);
            assert!(SECTIONS.iter().any(described), "{}", setting.name);
        }
    }
}
