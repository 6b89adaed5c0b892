//! What the page on privacy shows: transcripts of the program itself in a project made for it. Only the folder's name is another.

use std::fmt::Write;

use crate::support::binary::command;

const CONFIG: &str = r#"[providers.ollama]
kind = "ollama"

[providers.claude]
kind = "anthropic"
api_key = { env = "ANTHROPIC_API_KEY" }

[models.quick]
provider = "ollama"
model = "qwen2.5-coder:7b"
context = 16384

[models.deep]
provider = "claude"
model = "claude-sonnet-5-5"

[routes]
default = ["deep", "quick"]

[privacy]
local_only = ["**/billing/**"]
"#;

/// A file that stays at home, and one with a secret inside.
pub(super) fn transcript() -> String {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("project");
    std::fs::create_dir_all(project.join("billing")).unwrap();
    std::fs::create_dir(project.join(".git")).unwrap();
    std::fs::write(home.path().join("config.toml"), CONFIG).unwrap();
    std::fs::write(project.join("billing/invoice.py"), "def total(items):\n    return sum(items)\n").unwrap();
    let key = concat!("gh", "p_16C7e42F292c6912E7710c838347Ae178B4a");
    let code = format!("def login(user):\n    token = \"{key}\"\n    return connect(user, token)\n");
    std::fs::write(project.join("login.py"), code).unwrap();
    let mut text = format!("```toml\n{CONFIG}```\n\n```text\n");
    for arguments in [["route", "refactor", "billing/invoice.py:1"], ["route", "refactor", "login.py:1"]] {
        let config = home.path().join("config.toml");
        let output = command(&arguments, &project).env("GRAFT_CONFIG", &config).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let said = said.replace(&config.display().to_string(), "/home/me/.config/graft/config.toml");
        let _ = write!(text, "$ graft-ls {}\n{said}\n", arguments.join(" "));
    }
    format!("{}\n```\n", text.trim_end())
}
