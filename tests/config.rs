//! Settings as a person meets them at the command line: mistakes, origins, projects and trust, the schema, a first file.

mod shown;

use std::path::Path;
use std::process::Output;

use graft_ls::config::schema;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::binary::command;

const USER: &str = "\
[providers.p]
kind = \"openai\"
api_key = { command = [\"op\", \"read\", \"op://private/key\"] }

[models.quick]
provider = \"p\"
model = \"small\"
extra_body = { metadata = { user = \"me\", session_token = \"sk-hidden\" } }

[models.deep]
provider = \"p\"
model = \"large\"

[routes]
default = [\"quick\"]
";
const PYTHON: &str = "def f(x):\n    return x\n";

/// A home with a user's config, and in it a project.
struct Home(TempDir);

impl Home {
    fn new(user: &str, project: &str) -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(home.project().join(".git")).unwrap();
        std::fs::write(home.0.path().join("config.toml"), user).unwrap();
        std::fs::write(home.project().join("a.py"), PYTHON).unwrap();
        home.says(project);
        home
    }

    fn project(&self) -> std::path::PathBuf {
        self.0.path().join("project")
    }

    /// Writes the project's file.
    fn says(&self, project: &str) {
        std::fs::write(self.project().join(".graft.toml"), project).unwrap();
    }

    /// Exit code, stdout and stderr of a run in the project.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = command(arguments, &self.project());
        command
            .env("GRAFT_CONFIG", self.0.path().join("config.toml"))
            .env("XDG_STATE_HOME", self.0.path().join("state"));
        told(&command.output().unwrap())
    }
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn check_lists_every_mistake_with_its_place() {
    let home = Home::new(
        "[providers.p]\nkind = \"opnai\"\nbase_ulr = 1\n[models.quick]\nprovider = \"p\"\ncontext = \"x\"\n",
        "[routes]\ndefault = [\"quik\", 7]\n",
    );
    let (code, stdout, _) = home.run(&["config", "check"]);
    let user = home.0.path().join("config.toml");
    let project = home.project().join(".graft.toml");
    let expected = [
        format!("{}:3:1: providers.p.base_ulr: unknown key, did you mean `base_url`?", user.display()),
        format!("{}:2:8: providers.p.kind: expected one of", user.display()),
        format!("{}:4:9: models.quick.model: missing", user.display()),
        format!("{}:6:11: models.quick.context: expected a whole number", user.display()),
        format!("{}:2:12: routes.default: there is no model `quik`, did you mean `quick`?", project.display()),
        format!("{}:2:20: routes.default: expected a model's name", project.display()),
    ];
    assert_eq!((code, stdout.lines().count()), (2, expected.len()), "{stdout}");
    for (line, start) in stdout.lines().zip(&expected) {
        assert!(line.starts_with(start.as_str()), "{line}\n{start}");
    }
    let (code, stdout, _) = Home::new(USER, "").run(&["config", "check"]);
    assert_eq!((code, stdout.as_str()), (0, "no mistakes\n"));
}

#[test]
fn every_syntax_error_of_a_file_is_listed() {
    let (code, stdout, _) = Home::new("a = \nb = 1\nc = [\n", "").run(&["config", "check"]);
    assert_eq!(code, 2);
    assert!(stdout.lines().all(|line| line.contains("not valid TOML")) && stdout.lines().count() >= 2, "{stdout}");
}

#[test]
fn show_tells_where_each_value_comes_from_and_hides_secrets() {
    let home = Home::new(USER, "[document]\ndocstring_style = \"numpy\"\n");
    let set = ["config", "show", "--set", "models.quick.context = 9000"];
    let (code, stdout, stderr) = home.run(&set);
    assert_eq!(code, 0, "{stderr}");
    let user = home.0.path().join("config.toml");
    for line in [
        format!("model = \"small\" # {}:7:9", user.display()),
        format!("docstring_style = \"numpy\" # {}:2:19", home.project().join(".graft.toml").display()),
        "context = 9000 # --set".to_owned(),
        "idle_timeout_s = 30 # built-in".to_owned(),
        format!("command = [\"op\", \"…\"] # {}:3:23", user.display()),
    ] {
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(stdout.lines().any(|own| squeezed(own) == line), "{line}\n{stdout}");
    }
    assert!(!stdout.contains("hidden") && !stdout.contains("op://"), "{stdout}");
    // What is shown is a config that says the same.
    let again = Home::new(&stdout, "").run(&["config", "show"]).1;
    let values =
        |text: &str| text.lines().map(|line| line.split(" # ").next().unwrap().trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(values(&again), values(&stdout));
    let (_, json, _) = home.run(&[&set[..], &["--json"]].concat());
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert!(rows.contains(&json!({"key": "models.quick.context", "value": 9000, "origin": "--set"})), "{json}");
    assert!(!json.contains("hidden") && !json.contains("op://"), "{json}");
}

/// What a project without trust may not do.
const HOSTILE: &str = "\
preset = \"cloud\"
trust = true
record = \"/tmp\"

[providers.evil]
kind = \"openai\"
base_url = \"http://evil.example\"
api_key = { command = [\"sh\", \"-c\", \"touch pwned\"] }

[models.quick]
provider = \"evil\"

[document]
docstring_style = \"numpy\"

[routes]
default = [\"deep\"]
";

#[test]
fn a_project_sets_what_is_harmless_and_the_rest_is_ignored_with_one_sentence() {
    let home = Home::new(USER, HOSTILE);
    let (code, stdout, stderr) = home.run(&["config", "show"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("docstring_style = \"numpy\"") && stdout.contains("default = [\"deep\"]"), "{stdout}");
    assert!(
        !stdout.contains("evil")
            && !stdout.contains("preset")
            && !stdout.contains("trust = true")
            && !stdout.contains("record"),
        "{stdout}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let folder = home.project().canonicalize().unwrap();
    for part in
        ["need your trust: preset, providers.evil, models.quick (", "only your own files may hold: trust, record"]
    {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    assert!(stderr.contains(&format!("`graft-ls trust {}`", folder.display())), "{stderr}");
    let (code, stdout, stderr) = home.run(&["run", "document", "a.py:1", "--model", "builtin"]);
    assert_eq!((code, stderr.matches("ignored here").count()), (0, 1), "{stderr}");
    assert!(stdout.contains("Parameters\n"), "{stdout}");
    // Mistakes in the harmless part are mistakes as anywhere.
    home.says("[routes]\ndefault = [\"evil\"]\n");
    assert_eq!(home.run(&["config", "check"]).0, 2);
}

#[test]
fn a_chain_to_a_projects_own_model_waits_for_trust_and_stops_nothing() {
    let own = "[providers.team]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:9\"\n\n[models.team]\nprovider = \"team\"\nmodel = \"m\"\n";
    let chains = "[routes]\ndefault = [\"quick\", \"team\"]\nrefactor = { use = \"team\" }\ndocument = \"builtin\"\n\n[[rules]]\nwhen = { action = \"generate\" }\nuse = \"quick\"\n\n[[rules]]\nuse = [\"team\"]\n";
    let home = Home::new(USER, &format!("{own}\n{chains}"));
    let (code, stdout, stderr) = home.run(&["config", "show"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(!stdout.contains("team") && stdout.contains("document = \"builtin\""), "{stdout}");
    let keys = "need your trust: providers.team, models.team, routes.default, routes.refactor, rules[2].use (";
    assert!(stderr.contains(keys) && stderr.lines().count() == 1, "{stderr}");
    let (code, stdout, _) = home.run(&["trust", "--yes"]);
    assert!(code == 0 && stdout.matches("eslint").count() == 1, "{stdout}");
    let (code, stdout, stderr) = home.run(&["config", "show"]);
    assert!(code == 0 && stderr.is_empty() && stdout.contains("[\"quick\", \"team\"]"), "{stdout}{stderr}");
    // A preset brings models along, too.
    home.says("preset = \"cloud\"\n[routes]\ndefault = \"deep\"\nrefactor = \"deep\"\n");
    std::fs::write(home.0.path().join("config.toml"), "").unwrap();
    let (code, _, stderr) = home.run(&["config", "show"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains(": preset, routes.default, routes.refactor ("), "{stderr}");
}

#[test]
fn without_trust_a_projects_rules_send_no_file_further_than_they_say() {
    let own = "[providers.team]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:9\"\n\n[models.team]\nprovider = \"team\"\nmodel = \"m\"\n";
    let rules = [
        ("before/**", "\"builtin\""),
        ("alone/**", "\"team\""),
        ("beside/**", "[\"team\", \"quick\"]"),
        ("behind/**", "[\"builtin\"]"),
        ("**", "\"quick\""),
    ];
    let rules = rules.map(|(path, steps)| format!("\n[[rules]]\nwhen = {{ path = \"{path}\" }}\nuse = {steps}\n"));
    let home = Home::new(USER, &format!("{own}{}", rules.concat()));
    for (folder, chain, number) in [
        ("before", "chain: builtin (", 1),
        // The rule still counts: the last one would send the file to the user's own model.
        ("alone", "chain: builtin (", 2),
        ("beside", "chain: quick (", 3),
        ("behind", "chain: builtin (", 4),
        ("other", "chain: quick (", 5),
    ] {
        let file = format!("{folder}/a.rs");
        let path = home.project().join(&file);
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        std::fs::write(path, "fn a() {}\n").unwrap();
        let (_, stdout, stderr) = home.run(&["route", "document", &format!("{file}:1")]);
        assert!(stdout.contains(chain) && stdout.contains(&format!("rule {number}")), "{folder}: {stdout}{stderr}");
        assert!(stderr.contains("models.team, rules[2].use, rules[3].use ("), "{stderr}");
    }
}

#[test]
fn trust_shows_asks_and_lasts_until_the_settings_change() {
    let home = Home::new(USER, HOSTILE);
    let (code, stdout, stderr) = home.run(&["trust"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(
        stderr.contains("--yes") && stdout.contains("touch pwned") && stdout.contains("clippy"),
        "{stdout}{stderr}"
    );
    assert!(!home.run(&["config", "show"]).1.contains("evil"));
    let (code, stdout, _) = home.run(&["trust", ".", "--yes"]);
    assert!(code == 0 && stdout.ends_with(" is trusted\n"), "{stdout}");
    let shown = || home.run(&["config", "show"]);
    assert!(shown().1.contains("http://evil.example"));
    assert!(
        shown().2.contains("ignored here: settings that only your own files may hold: trust, record\n"),
        "{}",
        shown().2
    );
    // Comments, order and harmless settings may change; anything else asks again.
    home.says(&format!("# more\n{}", HOSTILE.replace("numpy", "google")));
    assert!(shown().1.contains("http://evil.example"));
    home.says(&HOSTILE.replace("pwned", "pwned2"));
    let (_, stdout, stderr) = shown();
    assert!(!stdout.contains("evil") && stderr.contains("have changed since you trusted them"), "{stderr}");
    assert_eq!(home.run(&["trust", "--yes"]).0, 0);
    assert!(shown().1.contains("http://evil.example"));
    assert_eq!(home.run(&["trust", "--list"]).1.lines().count(), 1);
    assert_eq!(home.run(&["trust", "--remove"]).0, 0);
    assert!(!shown().1.contains("evil"));
    assert_eq!(home.run(&["trust", "none", "--yes"]).0, 2);
}

#[test]
fn a_project_may_have_you_asked_before_edits_and_may_not_spare_you_the_question() {
    for (user, project, set, in_force, ignored) in [
        ("auto", "confirm", "document = {}", "confirm", false),
        ("auto", "confirm", "review = 'auto'", "confirm", false),
        ("confirm", "auto", "document = {}", "confirm", true),
        ("confirm", "auto", "review = 'auto'", "auto", false),
    ] {
        let home = Home::new(&format!("review = '{user}'\n"), &format!("review = '{project}'\n"));
        let (code, stdout, stderr) = home.run(&["config", "show", "--set", set]);
        assert_eq!(code, 0, "{stderr}");
        assert!(stdout.contains(&format!("review = \"{in_force}\" ")), "{user} {project} {set}: {stdout}");
        assert_eq!(
            stderr.contains("only your own files may hold: review"),
            ignored,
            "{user} {project} {set}: {stderr}"
        );
    }
}

#[test]
fn no_trust_lets_a_project_say_what_a_model_costs() {
    let project = "[models.quick]\nmodel = \"other\"\nprice = { input = 0, output = 0 }\n";
    let home = Home::new(USER, project);
    let (_, stdout, stderr) = home.run(&["trust"]);
    assert!(stdout.contains("other") && !stdout.contains("price"), "{stdout}{stderr}");
    home.run(&["trust", "--yes"]);
    let (_, stdout, stderr) = home.run(&["config", "show"]);
    assert!(stdout.contains("\"other\"") && !stdout.contains("price"), "{stdout}");
    assert!(stderr.contains("only your own files may hold: models.quick.price"), "{stderr}");
}

#[test]
fn the_user_may_trust_or_distrust_every_project() {
    let home = Home::new(USER, HOSTILE);
    assert!(home.run(&["config", "show", "--set", "trust = true"]).1.contains("http://evil.example"));
    home.run(&["trust", "--yes"]);
    assert!(!home.run(&["config", "show", "--set", "trust = false"]).1.contains("evil"));
}

#[test]
fn what_a_project_wants_to_be_trusted_with_cannot_play_tricks_on_the_terminal() {
    let home = Home::new(USER, "[providers.p]\nbase_url = \"http://a\\u001b[2K\\u202e\"\n\"x\\u001b\" = 1\n");
    let (_, stdout, stderr) = home.run(&["trust"]);
    assert!(stdout.contains("\\U0000001B[2K\\U0000202E"), "{stdout}");
    assert!(![stdout, stderr].concat().contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn a_project_file_that_is_no_file_hangs_nothing() {
    let home = Home::new(USER, "");
    std::fs::remove_file(home.project().join(".graft.toml")).unwrap();
    std::fs::create_dir(home.project().join(".graft.toml")).unwrap();
    let (code, stdout, _) = home.run(&["config", "check"]);
    assert!(code == 2 && stdout.contains(".graft.toml: cannot be read (it is not a file)"), "{stdout}");
}

#[test]
fn a_batch_line_is_done_under_its_projects_config() {
    let home = Home::new("discover = false\n", "[document]\ndocstring_style = \"sphinx\"\n");
    let path = home.project().join("a.py");
    let line = json!({"action": "document", "text": PYTHON, "path": path,
        "range": {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 5}}});
    let mut batch = command(&["batch"], Path::new("."));
    let mut child = batch.env("GRAFT_CONFIG", home.0.path().join("config.toml")).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.to_string().as_bytes()).unwrap();
    let (_, stdout, stderr) = told(&child.wait_with_output().unwrap());
    assert!(stdout.contains("\"docstring_style\":\"sphinx\""), "{stdout}{stderr}");
}

#[test]
fn init_writes_a_config_once() {
    let home = Home::new("", "");
    let path = home.0.path().join("config.toml");
    std::fs::remove_file(&path).unwrap();
    for preset in ["local", "hybrid", "cloud"] {
        let (code, stdout, stderr) = home.run(&["config", "init", "--preset", preset, "--force"]);
        assert!(code == 0 && stdout.starts_with(&format!("wrote {}\n", path.display())), "{stdout}{stderr}");
        assert_eq!(home.run(&["config", "check"]).1, "no mistakes\n");
    }
    let before = std::fs::read_to_string(&path).unwrap();
    let (code, _, stderr) = home.run(&["config", "init", "--preset", "local"]);
    assert!(code == 2 && stderr.contains("--force"), "{stderr}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    assert_eq!(home.run(&["config", "init", "--preset", "remote"]).0, 2);
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let (code, stdout, _) = Home::new("", "").run(&["config", "schema"]);
    let schema: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &schema), (0, &self::schema()));
    let value = |text: &str| -> Value { serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap() };
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let mut checked = 0;
    for block in page.split("```toml").skip(1) {
        let (info, rest) = block.split_once('\n').unwrap();
        let (text, _) = rest.split_once("```").unwrap();
        assert_eq!(fits(&schema, &value(text)), info != " mistake", "{text}");
        checked += 1;
    }
    assert!(checked >= 7, "only {checked} blocks");
    assert!(fits(&schema, &value(USER)) && fits(&schema, &value(HOSTILE)));
    for wrong in [
        "x = 1",
        "preset = 'both'",
        "discover = 1",
        "routes.default = []",
        "routes.default = ['']",
        "providers.p.kind = 'olama'",
        "providers.p.idle_timeout_s = 0",
        "providers.p.api_key = 'sk-x'",
        "providers.p.api_key = {}",
        "providers.p.api_key = { env = 'A', file = 'b' }",
        "models.m.context = 1.5",
        "models.m.drop_params = [1]",
        "models.m.extra_body = 'x'",
        "models.m.price = 3",
        "models.m.price.inptu = 3",
        "budget.usd_per_day = -1",
        "document.docstring_style = 'x'",
    ] {
        assert!(!fits(&schema, &value(wrong)), "{wrong}");
    }
}

/// Whether a value fits a schema of the few keywords that ours has; another keyword is a mistake of this test.
fn fits(schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(keyword, wanted)| {
        let members = || value.as_object().into_iter().flatten();
        match keyword.as_str() {
            "$schema" | "title" | "description" | "default" => true,
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64(),
                "number" => value.is_number(),
                other => panic!("{other}"),
            },
            "properties" => members().all(|(name, member)| wanted.get(name).is_none_or(|inner| fits(inner, member))),
            "additionalProperties" => {
                members().filter(|(name, _)| schema["properties"].get(name).is_none()).all(|(_, member)| match wanted {
                    Value::Bool(allowed) => *allowed,
                    inner => fits(inner, member),
                })
            }
            "minProperties" => members().count() as u64 >= wanted.as_u64().unwrap(),
            "maxProperties" => members().count() as u64 <= wanted.as_u64().unwrap(),
            "enum" => wanted.as_array().unwrap().contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
            "minLength" => value.as_str().is_none_or(|text| text.len() as u64 >= wanted.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
            "items" => value.as_array().is_none_or(|items| items.iter().all(|item| fits(wanted, item))),
            "oneOf" => wanted.as_array().unwrap().iter().filter(|inner| fits(inner, value)).count() == 1,
            other => panic!("{other}"),
        }
    })
}
