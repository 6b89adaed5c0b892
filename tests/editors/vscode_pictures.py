"""Takes the pictures of editors/vscode/README.md from the running program: `python -m tests.editors.vscode_pictures`. Look at them."""

import tempfile
from pathlib import Path

from tests import graft
from tests.editors.code_server import CodeServer
from tests.engine.engine import Engine
from tests.scripted_model import Reply, ScriptedModel

IMAGES = graft.ROOT / "editors" / "vscode" / "images"
CLIP = {"x": 0, "y": 0, "width": 1200, "height": 400}
STATUS = "#graft-ls\\.graft\\.graft\\.status"
SETTINGS = {
    "security.workspace.trust.enabled": False,
    "editor.minimap.enabled": False,
    "editor.stickyScroll.enabled": False,
    "workbench.activityBar.location": "hidden",
    "workbench.layoutControl.enabled": False,
    "breadcrumbs.enabled": False,
    "window.commandCenter": False,
}
BODY = """    let mut best = None;
    for shape in shapes {
        if best.is_none_or(|other: &Shape| shape.area() > other.area()) {
            best = Some(shape);
        }
    }
    best
"""
CODE = f"""use crate::Shape;

pub fn area(width: f64, height: f64) -> f64 {{
}}

pub fn largest(shapes: &[Shape]) -> Option<&Shape> {{
{BODY}}}
"""
ANSWER = """```rust
pub fn largest(shapes: &[Shape]) -> Option<&Shape> {
    shapes.iter().max_by(|one, other| one.area().total_cmp(&other.area()))
}
```"""
CONFIG = """[providers.cloud]
kind = "openai"
base_url = "{cloud}"
[providers.local]
kind = "llamacpp"
base_url = "{local}"
[models.deep]
provider = "cloud"
model = "claude-sonnet-5-5"
context = 8192
price = {{ input = 3, output = 15 }}
[models.quick]
provider = "local"
model = "tiny"
context = 8192
extra_body = {{ seed = 11, grammar = 'root ::= "width * height\\n}}\\n\\nfn other" [a-z]{{1,200}}' }}
[routes]
default = ["deep"]
complete = "quick"
"""


class Pictures:
    def __init__(self, code: CodeServer) -> None:
        self.code = code

    def open(self, name: str, mark: str) -> None:
        self.code.put_cursor(self.code.open(name, CODE), CODE, mark)

    def keep(self, name: str) -> None:
        self.code.shot(name, clip=CLIP)

    def take(self) -> None:
        self.open("shapes.rs", "largest(")
        self.code.screen("press", keys=["Control+."])
        self.code.screen("see", selector=".action-widget .monaco-list-row", text="Graft: document")
        self.keep("menu")
        self.code.screen("press", keys=["Escape", "Control+Alt+g", "r"])
        self.code.screen("see", selector=".quick-input-widget", text="What to change?")
        self.code.screen("type", text="an iterator instead of the loop")
        self.keep("instruction")
        self.code.screen("press", keys=["Enter"])
        self.code.screen("see", selector=".monaco-diff-editor .modified-in-monaco-diff-editor .line-insert")
        self.keep("review")
        self.code.screen("click", selector=".editor-actions .action-label[aria-label^='Apply this edit']")
        self.code.screen("see", selector=STATUS, text="done by")
        self.open("sizes.rs", "\n}")
        self.code.screen("press", keys=["Enter"])
        self.code.screen("type", text="    ")
        self.code.screen("see", selector=".view-line:has(.ghost-text-decoration)")
        self.keep("ghost-text")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="graft-pictures-", ignore_cleanup_errors=True) as folder:
        home = Path(folder).resolve()
        project, config = home / "project", home / "config.toml"
        graft.write_files(project, {"shapes.rs": CODE})
        with ScriptedModel(lambda _: Reply(ANSWER)) as model, Engine() as engine:
            config.write_text(CONFIG.format(cloud=model.url, local=engine.url), encoding="utf-8")
            code = CodeServer(project, graft.environment(home, config), {"graft.review": "confirm"}, IMAGES, SETTINGS)
            code.set({"graft.review": "confirm", "graft.path": str(code.server())})
            try:
                code.start()
                code.probe("open", path=str(project / "shapes.rs"))
                code.wait(lambda: code.sent("editor", "initialized"), "the server")
                code.probe("command", name="workbench.action.toggleSidebarVisibility")
                Pictures(code).take()
            finally:
                code.stop()


if __name__ == "__main__":
    main()
