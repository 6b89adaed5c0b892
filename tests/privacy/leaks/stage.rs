//! A world that runs: its files on disk, its servers, an engine, and the faces through which tasks are done.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use graft_ls::actions::Workspace;
use graft_ls::config::{Config, PrivacyClass, Said, Sources};
use graft_ls::engine::{Engine, Report, Task};
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use super::world::{FILES, Face, Job, World, code, mark};
use crate::support::binary::command;
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{ModelServer, Request};

/// A world that runs.
pub struct Stage<'w> {
    world: &'w World,
    home: tempfile::TempDir,
    /// Each with its boxes.
    servers: Vec<Vec<ModelServer>>,
    engine: Engine,
}

/// A result as a face tells it, and what it said besides.
pub struct Told {
    /// Null in an editor.
    pub json: Value,
    pub said: String,
    /// Whether the document is another one now.
    pub has_edited: bool,
}

impl<'w> Stage<'w> {
    pub async fn set(world: &'w World) -> Stage<'w> {
        let home = tempfile::tempdir().unwrap();
        let project = home.path().join("project");
        std::fs::create_dir_all(project.join(".git")).unwrap();
        let write = |name: &str, text: &str| {
            let path = project.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        FILES.iter().enumerate().for_each(|(file, name)| write(name, &code(file)));
        write(".gitignore", "/build/\n");
        write("notes/.graftignore", "*.py\n");
        write(".graft.toml", &world.project_config());
        #[cfg(unix)]
        for (name, file) in world.names().into_iter().skip(FILES.len()) {
            std::fs::create_dir_all(project.join("linked")).unwrap();
            std::os::unix::fs::symlink(Path::new("..").join(FILES[file]), project.join(name)).unwrap();
        }
        let mut servers = Vec::new();
        for server in &world.servers {
            servers.push(server.start().await);
        }
        let urls_of = |boxes: &Vec<ModelServer>| boxes.iter().map(ModelServer::url).collect();
        let urls: Vec<Vec<String>> = servers.iter().map(urls_of).collect();
        std::fs::write(home.path().join("config.toml"), world.user_config(&urls, home.path())).unwrap();
        let loaded = sources(home.path()).load(&Said { folder: Some(&project), ..Said::default() });
        let engine = Engine::new(loaded.result.unwrap_or_else(|error| panic!("{error}")).config);
        Stage { world, home, servers, engine }
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("project")
    }

    fn name(&self, job: &Job) -> (String, usize) {
        let names = self.world.names();
        names[job.file.index(names.len())].clone()
    }

    /// The class of a task's document: that of its name and of the file behind it.
    pub fn class_of(&self, job: &Job) -> PrivacyClass {
        let (name, file) = self.name(job);
        match job.face {
            Face::Untitled => self.world.class_of_name("untitled.py"),
            _ => self.world.class_of_name(&name).max(self.world.class_of_file(FILES[file])),
        }
    }

    /// The files whose marks a text holds, with their classes; a text that was never saved holds the mark of none.
    pub fn shown_in(&self, body: &str) -> Vec<(String, PrivacyClass)> {
        let shown = FILES.iter().enumerate().filter(|(file, _)| body.contains(&mark(*file)));
        let untitled = body.contains("NEVER-SAVED").then(|| ("untitled".to_owned(), PrivacyClass::Any));
        shown.map(|(_, name)| ((*name).to_owned(), self.world.class_of_file(name))).chain(untitled).collect()
    }

    /// Every box with its place: the server's number, and its own.
    fn boxes(&self) -> impl Iterator<Item = ((usize, usize), &ModelServer)> {
        self.servers
            .iter()
            .enumerate()
            .flat_map(|(server, boxes)| boxes.iter().enumerate().map(move |(number, own)| ((server, number), own)))
    }

    /// How many requests each box has had.
    pub fn counts(&self) -> Vec<usize> {
        self.boxes().map(|(_, own)| own.requests().len()).collect()
    }

    pub fn requests_since(&self, before: &[usize]) -> Vec<((usize, usize), Request)> {
        let new = |((at, own), before): (((usize, usize), &ModelServer), &usize)| {
            own.requests().into_iter().skip(*before).map(move |request| (at, request)).collect::<Vec<_>>()
        };
        self.boxes().zip(before).flat_map(new).collect()
    }

    pub async fn perform(&self, job: &Job) -> Told {
        let (name, file) = self.name(job);
        let model = job.model.as_ref().map(|index| self.world.model(index));
        match job.face {
            Face::Engine | Face::Untitled | Face::Replay => self.in_process(job, &name, file, model).await,
            Face::Editor => self.in_editor(job, &name, model).await,
            Face::Run => {
                let at = format!("{name}:1");
                let mut arguments = vec!["run", job.action.as_str(), &at, "--json"];
                arguments.extend(model.iter().flat_map(|model| ["--model", model.as_str()]));
                self.as_process(&arguments, String::new()).await
            }
            Face::Complete => {
                let at = format!("{name}:3:60");
                let mut arguments = vec!["complete", &at, "--json"];
                arguments.extend(model.iter().flat_map(|model| ["--model", model.as_str()]));
                self.as_process(&arguments, String::new()).await
            }
            Face::Batch => {
                let place = json!({"line": 0, "character": 5});
                let line = json!({"action": job.action.as_str(), "path": self.root().join(name), "text": code(file),
                    "range": {"start": place, "end": place}});
                self.as_process(&["batch"], format!("{line}\n")).await
            }
        }
    }

    async fn in_process(&self, job: &Job, name: &str, file: usize, model: Option<String>) -> Told {
        let text = match job.face {
            Face::Untitled => "def task(x):\n    return \"NEVER-SAVED\" + x\n".to_owned(),
            _ => code(file),
        };
        let document = Document::new(Language::by_id("python").unwrap(), &text, None);
        let task = Task { model, ..Task::new("t", job.action, document, 5..5) };
        let workspace = Workspace { root: Some(self.root()), buffers: None, open: None, disk: true };
        let task = match job.face {
            Face::Untitled => task,
            _ => Task { path: Some(self.root().join(name)), workspace, ..task },
        };
        let outcome = match job.face {
            Face::Replay => self.engine.replay(&task, "nothing", None),
            _ => self.engine.execute(&task, &mut |_| ()).await,
        };
        let json = serde_json::to_value(Report::new(&outcome, name, None)).unwrap();
        Told { json, said: outcome.warnings.join("; "), has_edited: false }
    }

    /// The language server with all files open, from the list of actions to the end of the job.
    async fn in_editor(&self, job: &Job, name: &str, model: Option<String>) -> Told {
        let sources = sources(self.home.path());
        let folder = json!([{"uri": format!("file://{}", self.root().display()), "name": "project"}]);
        let params = json!({"capabilities": capabilities(), "workspaceFolders": folder});
        let engine = Arc::new(Engine::new(Config::default()));
        let mut client = LspClient::start_with(engine, Arc::new(move |said| sources.load(said)), params).await;
        let uri = |name: &str| format!("file://{}", self.root().join(name).display());
        for (other, file) in self.world.names() {
            client.open(&uri(&other), "python", &code(file)).await;
        }
        let place = json!({"line": 0, "character": 5});
        let mut argument =
            json!({"action": job.action.as_str(), "uri": uri(name), "range": {"start": place, "end": place}});
        if let Some(model) = model {
            argument["model"] = model.into();
        }
        let before = client.text(&uri(name)).to_owned();
        let started = client.command("graft.run", json!([argument])).await;
        let ended = match &started {
            Ok(started) => client.ended(started["job"].as_str().unwrap()).await,
            Err(refused) => refused.to_string(),
        };
        // The last word comes behind the end of the progress, and behind what there was to say of the settings.
        let before_last = client.take_said();
        let last = match (&started, ended.as_str()) {
            (Err(_), _) => String::new(),
            (_, "no edit" | "no change") => client.message().await.1,
            _ => client.logged(&ended).await,
        };
        let has_edited = client.text(&uri(name)) != before;
        let said = format!("{before_last}\n{ended}\n{last}\n{}", client.take_said());
        client.shutdown().await;
        Told { json: Value::Null, said, has_edited }
    }

    async fn as_process(&self, arguments: &[&str], input: String) -> Told {
        let mut command = command(arguments, &self.root());
        command.env("GRAFT_CONFIG", self.home.path().join("config.toml")).env("NO_PROXY", "127.0.0.1");
        let output = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // Who needs no input may be gone already.
            let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
            child.wait_with_output().unwrap()
        });
        let output = output.await.unwrap();
        let json = serde_json::from_slice(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Told { json: json.unwrap_or_else(|error| panic!("{error}: {said}")), said, has_edited: false }
    }
}

fn sources(home: &Path) -> Sources {
    Sources { user: Some(home.join("config.toml")), ..Sources::default() }
}
