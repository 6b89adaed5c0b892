"""Graft in a real VS Code: its extension from the package, its menus, its messages; the buffer read back to the byte.

One program serves all tests, as it takes seconds to start; each test has files of its own. Pictures are kept in
target/vscode. Run from the project's root: `python -m unittest tests.editors.test_vscode`.
"""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests import graft
from tests.editors import code_server, recorded
from tests.editors.code_server import CodeServer
from tests.editors.vscode_cases import CASES, EXTENSIONS, SOURCES, changed, position
from tests.engine.cases import grammar
from tests.engine.engine import Engine
from tests.scripted_model import Held, Reply, ScriptedModel

SHOTS = graft.ROOT / "target" / "vscode"
# Actions by the scripted model, completion by llama.cpp's server, which a grammar binds to one text; two models for whoever asks for them.
CONFIG = """[providers.scripted]
kind = "openai"
base_url = "{scripted}"

[providers.llama]
kind = "llamacpp"
base_url = "{llama}"

[models.deep]
provider = "scripted"
model = "scripted"
context = 8192
price = {{ input = 100, output = 1000 }}

[models.quick]
provider = "llama"
model = "tiny"
context = 8192
extra_body = {{ seed = 11, grammar = 'root ::= "a + b\\n}}\\n\\nfn other" [a-z]{{1,200}}' }}

[models.rust]
provider = "llama"
model = "tiny"
context = 8192
extra_body = {{ grammar = {rust} }}

[models.python]
provider = "llama"
model = "tiny"
context = 8192
extra_body = {{ grammar = {python} }}

[routes]
default = ["deep"]
complete = "quick"
"""
STATUS = "#graft-ls\\.graft\\.graft\\.status"
SECONDS = 60
TOAST = ".notification-toast"
# What a stranger's project would say to reach a server, a key or a program of its own.
HOSTILE = {
    "graft.path": "/bin/false",
    "graft.providers": {"engine": {"kind": "openai", "base_url": "http://127.0.0.1:9"}},
    "graft.providers.engine.base_url": "http://127.0.0.1:9",
    "graft.routes.default": ["stranger"],
    "graft.trust": True,
}
FIRST = {"first.py": "def first():\n    pass\n", ".vscode/settings.json": json.dumps(HOSTILE), "Cargo.toml": "[package]\nname = 'lines'\n"}


class Started:
    """The program, started as on somebody's first day: no graft-ls at hand, in a folder that nobody trusts yet."""

    def __init__(self, home: Path, model: ScriptedModel, engine: Engine) -> None:
        self.project = home / "project"
        graft.write_files(self.project, FIRST)
        config = home / "config.toml"
        bound = {language: graft.toml(grammar([CASES[language]["document"].answer])) for language in SOURCES}
        config.write_text(CONFIG.format(scripted=model.url, llama=engine.url, **bound), encoding="utf-8")
        self.model = model
        self.code = CodeServer(self.project, graft.environment(home, config), {}, SHOTS)

    def start(self) -> None:
        code = self.code
        code.start()
        code.probe("open", path=str(self.project / "first.py"))
        self.told = code.screen("see", selector=TOAST, text="graft-ls")
        code.shot("no-graft-ls")
        self.settings = {"graft.path": str(code.server())}
        code.set(self.settings)
        code.wait(lambda: code.sent("editor", "initialized"), "the server")
        self.dismiss()
        self.untrusted = code.sent("editor", "initialize")[0]["initializationOptions"]
        code.probe("command", name="workbench.trust.manage")
        code.screen("click", selector=".workspace-trust-editor .monaco-button", pattern="^Trust$")
        code.wait(lambda: code.trusted, "trust")
        self.trusted = code.wait(lambda: code.sent("editor", "workspace/didChangeConfiguration"), "the settings")[-1]
        code.probe("command", name="workbench.action.closeActiveEditor")

    def dismiss(self) -> None:
        self.code.probe("command", name="notifications.clearAll")
        self.code.screen("gone", selector=TOAST)


def setUpModule() -> None:
    version = subprocess.run([*code_server.command(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    browser = subprocess.run([code_server.chromium(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"code-server {version}, {browser}", flush=True)
    folder = tempfile.TemporaryDirectory(prefix="graft-test-", ignore_cleanup_errors=True)
    unittest.addModuleCleanup(folder.cleanup)
    model = unittest.enterModuleContext(ScriptedModel(lambda _: Reply("")))
    engine = unittest.enterModuleContext(Engine())
    VSCodeTest.started = started = Started(Path(folder.name).resolve(), model, engine)
    unittest.addModuleCleanup(started.code.stop)
    started.start()


class VSCodeTest(unittest.TestCase):
    """What a person does, and what they see."""

    started: Started

    def setUp(self) -> None:
        self.code, self.project, self.model = self.started.code, self.started.project, self.started.model
        self.model.requests.clear()
        self.addCleanup(self.started.dismiss)
        self.addCleanup(self.code.shot, self.id().rpartition(".")[2])


    def open(self, name: str, text: str) -> Path:
        path = self.code.open(name, text)
        self.wait_text(path, text)
        return path

    def pick(self, title: str) -> None:
        """Takes an action from the menu."""
        self.code.screen("pick", text=title)

    def wait_text(self, path: Path, text: str) -> None:
        try:
            self.code.wait(lambda: self.code.texts.get(str(path)) == text, f"the text of {path.name}")
        except AssertionError:
            self.assertEqual(self.code.texts.get(str(path)), text)

    def diagnose(self, path: Path, source: str, diagnostics: list[dict]) -> None:
        """Shows another extension's diagnostics of the texts that they name."""
        for one in diagnostics:
            line, column = position(source, one["at"])
            placed = {**one, "at": [line, column, line, column + len(one["at"])]}
            self.code.probe("diagnose", path=str(path), diagnostics=[placed])

    def answer(self, text: str, held: Held | None = None, **how: object) -> None:
        self.model.answer = lambda _: Reply(text, held=held, **how)

    def hold(self, text: str) -> Held:
        held = Held()
        self.addCleanup(held.close)
        self.answer(text, held)
        return held


class Settings(VSCodeTest):
    def test_says_what_to_do_where_there_is_no_graft_ls(self) -> None:
        # A workspace that names another one is not heard.
        self.assertIn("there is no graft-ls on the PATH", self.started.told)
        self.assertIn("cargo install graft-ls", self.started.told)

    def test_takes_nothing_from_the_settings_of_a_workspace(self) -> None:
        self.assertEqual(self.started.untrusted, {"providers": {}, "trust": False})
        self.assertEqual(self.started.trusted, {"settings": {"graft": {"providers": {}}}})


class Actions(VSCodeTest):
    def check_action(self, language: str, action: str) -> None:
        case, source = CASES[language][action], SOURCES[language]
        module = f"{action.replace('-', '_')}_lines"
        path = self.open(f"{module}.{EXTENSIONS[language]}", source)
        self.answer(case.answer.replace("{module}", module))
        self.diagnose(path, source, case.diagnostics)
        self.code.put_cursor(path, source, case.at)
        self.pick(f"Graft: {action.replace('add-tests', 'add tests').replace('fix-lint', 'fix')}")
        if case.beside:
            name, text = (part.replace("{module}", module) for part in case.beside)
            self.wait_text(self.project / name, text)
        self.wait_text(path, changed(source, case))
        self.assertEqual(len(self.model.requests), 1)
        if not case.beside:
            self.code.shot(f"{language}-{action}")
            self.code.screen("press", keys=["Control+z"])
            self.wait_text(path, source)


def add_actions() -> None:
    for language, cases in CASES.items():
        for action in cases:
            def test(self: Actions, language: str = language, action: str = action) -> None:
                self.check_action(language, action)

            setattr(Actions, f"test_{action.replace('-', '_')}_in_{language}", test)


add_actions()


class WhileAModelWorks(VSCodeTest):
    """The answer is held back, and meanwhile something happens."""

    def begin(self, name: str, language: str) -> tuple[Path, Held]:
        path = self.open(f"{name}.{EXTENSIONS[language]}", SOURCES[language])
        held = self.hold(CASES[language]["document"].answer)
        self.code.put_cursor(path, SOURCES[language], "widest(")
        self.pick("Graft: document `widest`")
        self.assertTrue(held.reached.wait(SECONDS), "the model was never asked")
        return path, held

    def check_typing_above(self, language: str, comment: str) -> None:
        source = SOURCES[language]
        path, held = self.begin("above", language)
        first = source.splitlines()[0]
        self.code.probe("select", at=[0, len(first.encode("utf-16-le")) // 2])
        self.code.screen("see", selector=".statusbar-item", pattern="Ln 1, ")
        self.code.screen("press", keys=["Enter"])
        self.code.screen("type", text=comment)
        typed = source.replace(first, f"{first}\n{comment}", 1)
        self.wait_text(path, typed)
        held.release()
        merged = changed(typed, CASES[language]["document"])
        self.wait_text(path, merged)
        self.code.screen("press", keys=["Control+z"])
        self.wait_text(path, typed)

    def test_merges_what_is_typed_above_in_rust(self) -> None:
        self.check_typing_above("rust", "//! Typed meanwhile.")

    def test_merges_what_is_typed_above_in_python(self) -> None:
        self.check_typing_above("python", "# typed meanwhile")

    def test_leaves_a_changed_function_alone_and_says_so(self) -> None:
        path, held = self.begin("inside", "rust")
        self.code.screen("type", text="over_")
        typed = SOURCES["rust"].replace("widest", "over_widest")
        self.wait_text(path, typed)
        held.release()
        self.code.screen("see", selector=TOAST, text="Graft:")
        self.code.shot("stale")
        self.wait_text(path, typed)

    def test_cancels_by_the_button_of_its_progress(self) -> None:
        path, held = self.begin("cancelled", "python")
        self.code.screen("click", selector=".statusbar-item", text="Graft: document `widest`")
        self.code.shot("progress")
        self.code.screen("click", selector=".notifications-center .monaco-button, .notifications-toasts .monaco-button", text="Cancel")
        self.assertTrue(held.hung_up.wait(SECONDS), "the connection to the model was not closed")
        self.code.screen("see", selector=STATUS, text="cancelled")
        self.wait_text(path, SOURCES["python"])

    def test_cancels_by_a_shortcut(self) -> None:
        path, held = self.begin("stopped", "rust")
        self.code.screen("press", keys=["Control+Alt+g", "x"])
        self.assertTrue(held.hung_up.wait(SECONDS), "the connection to the model was not closed")
        self.code.screen("see", selector=STATUS, text="cancelled")
        self.wait_text(path, SOURCES["rust"])


class Commands(VSCodeTest):
    def test_asks_for_an_instruction_and_hands_it_on(self) -> None:
        case = CASES["rust"]["refactor"]
        path = self.open("asked.rs", SOURCES["rust"])
        self.answer(case.answer)
        self.code.put_cursor(path, SOURCES["rust"], case.at)
        self.code.screen("press", keys=["Control+Alt+g", "r"])
        self.code.screen("see", selector=".quick-input-widget", text="What to change?")
        self.code.screen("type", text="spare the zero")
        self.code.shot("instruction")
        self.code.screen("press", keys=["Enter"])
        self.wait_text(path, changed(SOURCES["rust"], case))
        self.assertIn("spare the zero", json.dumps(self.model.requests))

    def test_hands_other_extensions_diagnostics_over(self) -> None:
        case = CASES["python"]["fix-lint"]
        path = self.open("linted.py", SOURCES["python"])
        self.answer(case.answer)
        self.diagnose(path, SOURCES["python"], case.diagnostics)
        self.code.put_cursor(path, SOURCES["python"], case.at)
        self.code.screen("press", keys=["Control+Alt+g", "l"])
        self.wait_text(path, changed(SOURCES["python"], case))
        self.assertIn("assigned to but never used", json.dumps(self.model.requests))

    def test_says_why_there_is_no_edit_and_what_to_do(self) -> None:
        path = self.open("refused.rs", SOURCES["rust"])
        self.answer("I am sorry, I cannot help with that.")
        self.code.put_cursor(path, SOURCES["rust"], "widest(")
        self.pick("Graft: document `widest`")
        told = self.code.screen("see", selector=TOAST, text="Graft:")
        self.code.shot("no-edit")
        self.assertRegex(told, r"Graft: \S+")
        self.wait_text(path, SOURCES["rust"])

    def test_shows_model_and_cost_and_a_check_up_at_a_click(self) -> None:
        path = self.open("priced.py", SOURCES["python"])
        case = CASES["python"]["document"]
        self.answer(case.answer)
        self.code.put_cursor(path, SOURCES["python"], case.at)
        self.code.screen("press", keys=["Control+Alt+g", "d"])
        self.wait_text(path, changed(SOURCES["python"], case))
        self.code.screen("see", selector=STATUS, text="done by scripted (deep) for $0.030")
        self.answer("yes")
        self.code.screen("click", selector=STATUS)
        self.code.wait(lambda: [path for path in self.code.texts if path.endswith("/Graft check-up")], "the check-up")
        self.code.screen("see", selector=".tab.active", text="Graft check-up")
        self.code.shot("check-up")

    def test_shows_the_status(self) -> None:
        self.code.screen("press", keys=["Control+Alt+g", "s"])
        shown = lambda: [text for path, text in self.code.texts.items() if path.endswith("/Graft status.json")]
        status = json.loads(self.code.wait(shown, "the status")[-1])
        self.assertCountEqual([provider["name"] for provider in status["providers"]], ["llama", "scripted"])

    def test_switches_inline_completion_off_and_on(self) -> None:
        self.open("switched.rs", SOURCES["rust"])
        for state in ("off", "on"):
            self.code.screen("press", keys=["Control+Alt+g", "c"])
            self.code.screen("see", selector=TOAST, text=f"inline completion is {state}")


class InlineCompletion(VSCodeTest):
    """Ghost text, from llama.cpp's server."""

    CODE = "fn add(a: u8, b: u8) -> u8 {\n}\n"
    GHOST = ".view-line:has(.ghost-text-decoration)"
    # Its blanks are not the usual ones.
    SUGGESTED = r"a\s\+\sb"

    def type_to_the_ghost(self, name: str) -> Path:
        path = self.open(name, self.CODE)
        self.code.put_cursor(path, self.CODE, "\n}")
        self.code.screen("press", keys=["Enter"])
        self.code.screen("type", text="    ")
        self.code.screen("see", selector=self.GHOST, pattern=self.SUGGESTED)
        return path

    def test_shows_ghost_text_that_tab_accepts(self) -> None:
        path = self.type_to_the_ghost("accepted.rs")
        self.code.shot("ghost-text")
        self.code.screen("press", keys=["Tab"])
        self.wait_text(path, "fn add(a: u8, b: u8) -> u8 {\n    a + b\n}\n")

    def test_takes_ghost_text_back_as_somebody_types_on(self) -> None:
        path = self.type_to_the_ghost("rejected.rs")
        self.code.screen("type", text="b")
        self.code.screen("gone", selector=self.GHOST, pattern=self.SUGGESTED)
        self.wait_text(path, "fn add(a: u8, b: u8) -> u8 {\n    b\n}\n")


class Engines(VSCodeTest):
    """Actions by llama.cpp's server."""

    def check(self, language: str) -> None:
        case, source = CASES[language]["document"], SOURCES[language]
        path = self.open(f"engine.{EXTENSIONS[language]}", source)
        self.code.put_cursor(path, source, case.at)
        self.code.probe("command", name="graft.document", arguments=[{"model": language}])
        self.wait_text(path, changed(source, case))
        self.assertEqual(self.model.requests, [])

    def test_documents_in_rust(self) -> None:
        self.check("rust")

    def test_documents_in_python(self) -> None:
        self.check("python")


class Recorded(VSCodeTest):
    """The session that tests/lsp/recorded.rs replays; `GRAFT_UPDATE_RECORDINGS=1` writes it anew."""

    def test_speaks_as_the_recording_says(self) -> None:
        source, name = SOURCES["rust"], "recorded.rs"
        path = self.open(name, source)
        self.code.put_cursor(path, source, "widest(")
        self.code.screen("press", keys=["Control+."])
        self.code.screen("see", selector=".action-widget .monaco-list-row", text="Graft: document `widest`")
        self.code.screen("press", keys=["Escape"])
        self.code.probe("command", name="graft.document", arguments=[{"model": "builtin"}])
        self.code.wait(lambda: any(name in str(one) for one in self.code.sent("editor", "textDocument/didChange")), "the change")
        # The answer to the edit and the news of the change come in any order, the end of the job after both.
        self.code.screen("see", selector=STATUS, text="done by builtin/docs")
        with self.code.heard:
            recording = recorded.session(self.code.traffic, str(self.project), name)
        if os.environ.get("GRAFT_UPDATE_RECORDINGS"):
            recorded.VSCODE.write_text(json.dumps(recording, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        self.maxDiff = None
        self.assertEqual(recording, json.loads(recorded.VSCODE.read_text(encoding="utf-8")))


class Review(VSCodeTest):
    """With `review = "confirm"`: the edit as VS Code's own diff, and nothing made before a yes."""

    def setUp(self) -> None:
        super().setUp()
        self.tell({"graft.review": "confirm"})
        self.addCleanup(self.tell, {})

    def tell(self, settings: dict[str, object]) -> None:
        told = len(self.code.sent("editor", "workspace/didChangeConfiguration"))
        self.code.set(self.started.settings | settings)
        self.code.wait(lambda: len(self.code.sent("editor", "workspace/didChangeConfiguration")) > told, "the new settings")

    def propose(self, name: str) -> tuple[Path, str]:
        case, source = CASES["rust"]["document"], SOURCES["rust"]
        path = self.open(name, source)
        self.answer(case.answer)
        self.code.put_cursor(path, source, case.at)
        self.pick("Graft: document `widest`")
        self.code.screen("see", selector=".monaco-diff-editor .modified-in-monaco-diff-editor .line-insert")
        self.assertEqual(self.code.texts[str(path)], source)
        return path, changed(source, case)

    def decide(self, button: str) -> None:
        self.code.screen("click", selector=f".editor-actions .action-label[aria-label^='{button}']")
        self.code.screen("gone", selector=".monaco-diff-editor")

    def test_shows_the_diff_and_makes_the_edit_after_a_yes(self) -> None:
        path, text = self.propose("reviewed.rs")
        self.code.shot("review")
        self.decide("Apply this edit")
        self.wait_text(path, text)
        self.code.screen("see", selector=f".editor-instance .monaco-editor.focused[data-uri$='/{path.name}']")
        self.code.screen("press", keys=["Control+z"])
        self.wait_text(path, SOURCES["rust"])

    def test_goes_back_to_the_file_though_another_was_opened_behind_the_diff(self) -> None:
        other = self.open("behind.rs", SOURCES["rust"])
        self.code.probe("command", name="workbench.action.closeActiveEditor")
        path, text = self.propose("fronted.rs")
        # As VS Code does with a new file that is not saved yet, a moment after it was made.
        self.code.probe("behind", path=str(other))
        self.code.screen("see", selector=".tabs-container .tab", text=other.name)
        self.decide("Apply this edit")
        self.wait_text(path, text)
        self.code.screen("see", selector=f".editor-instance .monaco-editor.focused[data-uri$='/{path.name}']")

    def test_shows_a_new_file_before_it_is_made(self) -> None:
        case = CASES["python"]["add-tests"]
        path = self.open("proposed.py", SOURCES["python"])
        name, text = (part.replace("{module}", "proposed") for part in case.beside)
        self.answer(case.answer.replace("{module}", "proposed"))
        self.code.put_cursor(path, SOURCES["python"], case.at)
        self.pick("Graft: add tests")
        self.code.screen("see", selector=".monaco-diff-editor .modified-in-monaco-diff-editor .line-insert")
        self.assertFalse((self.project / name).exists())
        self.decide("Apply this edit")
        self.wait_text(self.project / name, text)

    def check_nothing_is_made(self, path: Path) -> None:
        answers = [message["result"] for sender, message in self.code.traffic if sender == "editor" and "applied" in str(message.get("result"))]
        self.assertEqual(answers[-1], {"applied": False})
        self.wait_text(path, SOURCES["rust"])

    def test_makes_nothing_after_a_no(self) -> None:
        path, _ = self.propose("discarded.rs")
        self.decide("Discard this edit")
        self.code.screen("see", selector=STATUS, text="discarded")
        self.check_nothing_is_made(path)

    def test_takes_the_diff_back_when_its_job_is_cancelled(self) -> None:
        path, _ = self.propose("withdrawn.rs")
        self.code.screen("press", keys=["Control+Alt+g", "x"])
        self.code.screen("gone", selector=".monaco-diff-editor")
        self.code.screen("see", selector=STATUS, text="cancelled")
        self.check_nothing_is_made(path)

    def test_takes_a_closed_diff_for_a_no(self) -> None:
        path, _ = self.propose("closed.rs")
        self.code.probe("command", name="workbench.action.closeActiveEditor")
        self.code.screen("see", selector=STATUS, text="discarded")
        self.check_nothing_is_made(path)


if __name__ == "__main__":
    unittest.main()
