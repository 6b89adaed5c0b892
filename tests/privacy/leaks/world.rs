//! Random worlds: files and links, a config, servers with moods, tasks; and the class of each file, by a table of its own.

use std::path::Path;

use graft_ls::actions::ActionId;
use graft_ls::config::{Ownership, PrivacyClass};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::server::{Box, Mood, Server};

/// Every file; each holds a mark that stands nowhere else.
pub const FILES: [&str; 9] = [
    "a.py",
    "src/b.py",
    "src/billing/c.py",
    "Vault/d.py",
    "build/e.py",
    "notes/f.py",
    ".env.py",
    "tests/test_a.py",
    "tests/test_b.py",
];
/// Globs, and whether they mean a name, which starts at the project's root and is in lower case.
const GLOBS: [(&str, Means); 7] = [
    ("**/billing/**", |name| name.contains("/billing/")),
    ("vault", |name| name.starts_with("/vault/")),
    ("*.py", |name| name.ends_with(".py")),
    ("/src/*.py", |name| name.strip_prefix("/src/").is_some_and(|rest| !rest.contains('/'))),
    ("tests/", |name| name.starts_with("/tests/")),
    ("linked/**", |name| name.starts_with("/linked/")),
    ("**", |_| true),
];
type Means = fn(&str) -> bool;

const KINDS: [&str; 4] = ["ollama", "openai", "llamacpp", "anthropic"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Engine,
    /// The language server, with every file open.
    Editor,
    Untitled,
    Run,
    /// `graft-ls complete` behind the line with the mark.
    Complete,
    Batch,
    Replay,
}

#[derive(Debug, Clone)]
pub struct Job {
    pub file: Index,
    pub action: ActionId,
    pub face: Face,
    pub model: Option<Index>,
}

#[derive(Debug, Clone)]
pub struct World {
    globs: Vec<(usize, bool)>,
    project_globs: Vec<(usize, bool)>,
    classes: [Option<PrivacyClass>; 3],
    /// What becomes of secrets, as the config has it.
    handling: Option<&'static str>,
    /// Where a link stands (`linked/` or `src/`), and what it leads to.
    links: Vec<(bool, Index)>,
    pub servers: Vec<Server>,
    chain: Vec<Index>,
    rule: Option<(usize, Index)>,
    /// Whether the project tries to loosen things and to lead its code to the last model.
    hostile: bool,
    pub tasks: Vec<Job>,
}

pub fn worlds() -> impl Strategy<Value = World> {
    use Mood::*;
    let mood = select(vec![
        Echoes,
        Documents,
        Documents,
        Documents,
        Chats,
        Garbles,
        Fails,
        RepeatsTheRequest,
        Babbles,
        Declines,
        RefusesTheKey,
        HangsUp,
        BreaksOff,
        StopsShort,
    ]);
    let said = select(vec![None, None, Some(Ownership::Cloud), Some(Ownership::Cloud), Some(Ownership::Mine)]);
    let own = (prop::bool::weighted(0.3), vec(mood, 1..4)).prop_map(|(passes_on, moods)| Box { passes_on, moods });
    let boxes = (vec(own, 1..3), prop::bool::weighted(0.3)).prop_map(|(mut boxes, is_pool)| {
        boxes.truncate(if is_pool { 2 } else { 1 });
        boxes
    });
    let server = (select(KINDS.to_vec()), said, boxes);
    let server = server.prop_map(|(kind, said, boxes)| Server { number: 0, kind, said, boxes });
    let servers = vec(server, 2..4).prop_map(|mut servers| {
        servers.iter_mut().enumerate().for_each(|(number, server)| server.number = number);
        servers
    });
    let glob = || (0..GLOBS.len() - 1, any::<bool>());
    let everything =
        prop::bool::weighted(0.1).prop_map(|all| if all { vec![(GLOBS.len() - 1, false)] } else { Vec::new() });
    let globs = (vec(glob(), 0..3), everything).prop_map(|(some, all)| [some, all].concat());
    let class = || option::weighted(0.3, select(PrivacyClass::ALL.to_vec()));
    let face = select(vec![
        Face::Engine,
        Face::Engine,
        Face::Editor,
        Face::Editor,
        Face::Untitled,
        Face::Run,
        Face::Complete,
        Face::Complete,
        Face::Batch,
        Face::Replay,
    ]);
    let action = select(vec![ActionId::Document, ActionId::Document, ActionId::Refactor, ActionId::AddTests]);
    let job = (any::<Index>(), action, face, option::weighted(0.3, any::<Index>()));
    let job = job.prop_map(|(file, action, face, model)| Job { file, action, face, model });
    let handling = option::of(select(vec!["mask", "send", "local"]));
    let policy =
        (globs, vec(glob(), 0..2), ([class(), class(), class()], handling), vec((any::<bool>(), any::<Index>()), 0..3));
    let routes = (vec(any::<Index>(), 1..4), option::of((0..4_usize, any::<Index>())), any::<bool>());
    (policy, servers, routes, vec(job, 2..6)).prop_map(|(policy, servers, (chain, rule, hostile), tasks)| {
        let (globs, project_globs, (classes, handling), links) = policy;
        World { globs, project_globs, classes, handling, links, servers, chain, rule, hostile, tasks }
    })
}

/// The mark of a file.
pub fn mark(file: usize) -> String {
    format!("MARK-{file}-OF-A-FILE")
}

/// The secret in a file.
pub fn secret(file: usize) -> String {
    // Put together here: a whole key in a source file would be a finding of other people's scanners.
    format!("{}_{}{}", "ghp", "16C7e42F292c6912E7710c838347Ae178B4", file)
}

pub fn code(file: usize) -> String {
    format!("def task_{file}(x):\n    key = \"{}\"\n    return \"{}\" + x + key\n", secret(file), mark(file))
}

impl World {
    pub fn keys(&self) -> impl Iterator<Item = String> + '_ {
        self.servers.iter().map(Server::key)
    }

    /// What must be in no log and no message.
    pub fn secrets(&self) -> Vec<String> {
        let files = 0..FILES.len();
        self.keys().chain(files.clone().map(mark)).chain(files.map(secret)).collect()
    }

    /// Whether secrets in code may go to a cloud.
    pub fn sends_secrets(&self) -> bool {
        self.handling == Some("send")
    }

    /// The class of a file by its name and by the secret in it.
    pub fn class_of_file(&self, name: &str) -> PrivacyClass {
        let by_secret = if self.handling == Some("local") { PrivacyClass::LocalOnly } else { PrivacyClass::Any };
        self.class_of_name(name).max(by_secret)
    }

    /// The class of one name of a file, from the project's root.
    pub fn class_of_name(&self, name: &str) -> PrivacyClass {
        let name = format!("/{}", name.to_lowercase());
        let glob = |(number, never): &(usize, bool)| {
            let class = if *never { PrivacyClass::Never } else { PrivacyClass::LocalOnly };
            if (GLOBS[*number].1)(&name) { class } else { PrivacyClass::Any }
        };
        let globs = self.globs.iter().chain(&self.project_globs).map(glob).max().unwrap_or_default();
        let [secret, git, graft] = self.classes;
        let listed = [
            ("/.env.py", secret.unwrap_or(PrivacyClass::Never)),
            ("/build/", git.unwrap_or(PrivacyClass::LocalOnly)),
            ("/notes/", graft.unwrap_or(PrivacyClass::LocalOnly)),
        ];
        listed
            .into_iter()
            .filter(|(part, _)| name.contains(part))
            .map(|(_, class)| class)
            .fold(globs, PrivacyClass::max)
    }

    /// All names that tasks may use, and the file behind each.
    pub fn names(&self) -> Vec<(String, usize)> {
        let own = FILES.iter().enumerate().map(|(file, name)| ((*name).to_owned(), file));
        let links = self.links.iter().enumerate().map(|(n, (place, to))| {
            let folder = if *place { "linked" } else { "src" };
            (format!("{folder}/link_{n}.py"), to.index(FILES.len()))
        });
        own.chain(if cfg!(unix) { links.collect() } else { Vec::new() }).collect()
    }

    pub fn model(&self, index: &Index) -> String {
        format!("model_{}", index.index(self.servers.len()))
    }

    /// `urls` are those of each server's boxes.
    pub fn user_config(&self, urls: &[Vec<String>], keys: &Path) -> String {
        let mut providers = serde_json::Map::new();
        let mut models = serde_json::Map::new();
        for (server, urls) in self.servers.iter().zip(urls) {
            let name = format!("server_{}", server.number);
            let key = keys.join(&name);
            std::fs::write(&key, server.key()).unwrap();
            let mut provider =
                json!({"kind": server.kind, "base_urls": urls, "api_key": {"file": key}, "first_token_timeout_s": 20});
            if let Some(said) = server.said {
                provider["privacy"] = said.as_str().into();
            }
            providers.insert(name.clone(), provider);
            models.insert(
                format!("model_{}", server.number),
                json!({"provider": name, "model": format!("m{}", server.number), "fim": server.fim()}),
            );
        }
        let mut settings = json!({"providers": providers, "models": models, "privacy": globs(&self.globs)});
        let chain: Vec<String> = self.chain.iter().map(|index| self.model(index)).collect();
        let documenting = [chain.clone(), vec!["builtin".to_owned()]].concat();
        settings["routes"] = json!({"default": chain, "document": documenting, "complete": chain});
        if let Some((condition, to)) = &self.rule {
            let when = [
                json!({"privacy": "local_only"}),
                json!({"path": "**/b.py"}),
                json!({"action": "refactor"}),
                json!({}),
            ];
            settings["rules"] = json!([{"when": when[*condition], "use": self.model(to)}]);
        }
        for (key, class) in ["secret_files", "gitignored", "graftignored"].iter().zip(self.classes) {
            if let Some(class) = class {
                settings["privacy"][key] = class.as_str().into();
            }
        }
        if let Some(handling) = self.handling {
            settings["privacy"]["secrets"] = handling.into();
        }
        toml::to_string(&settings).unwrap()
    }

    pub fn project_config(&self) -> String {
        let mut settings = json!({"privacy": globs(&self.project_globs)});
        if self.hostile {
            for key in ["secret_files", "gitignored", "graftignored"] {
                settings["privacy"][key] = "any".into();
            }
            settings["privacy"]["secrets"] = "send".into();
            let last = format!("model_{}", self.servers.len() - 1);
            settings["rules"] = json!([{"when": {"path": "src/**"}, "use": last}]);
            settings["providers"] = json!({"server_0": {"privacy": "mine"}});
        }
        toml::to_string(&settings).unwrap()
    }
}

fn globs(chosen: &[(usize, bool)]) -> Value {
    let of = |wanted: bool| -> Vec<&str> {
        chosen.iter().filter(|(_, never)| *never == wanted).map(|(number, _)| GLOBS[*number].0).collect()
    };
    json!({"never": of(true), "local_only": of(false)})
}
