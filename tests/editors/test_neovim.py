"""Graft in a real Neovim: its own client, its own code-action call, the buffer read back to the byte.

Runs `neovim/document.lua` in a headless editor, with a scripted model behind the server or with none at all. Run from the
project's root: `python -m unittest tests.editors.test_neovim`.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from tests import graft
from tests.scripted_model import Held, Reply, ScriptedModel

DRIVER = Path(__file__).parent / "neovim" / "document.lua"
SECONDS = 90

# Both have characters of two and four bytes before and on the way to the function, where a wrong encoding would show.
RUST = """//! Lines — measured. 🦀

pub const CRAB: &str = "🦀";

pub fn widest(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count()).max().unwrap_or(0)
}

pub fn is_empty(lines: &[String]) -> bool {
    lines.is_empty()
}
"""
RUST_FUNCTION = RUST[RUST.index("pub fn widest") : RUST.index("\n\npub fn is_empty")]
RUST_COMMENT = "/// The length of the longest line, in characters — not bytes. 🦀\n"

PYTHON = '''"""Lines — measured. 🐍"""

SNAKE = "🐍"


def widest(lines: list[str]) -> int:
    return max((len(line) for line in lines), default=0)


def is_empty(lines: list[str]) -> bool:
    return not lines
'''
PYTHON_HEAD = "def widest(lines: list[str]) -> int:\n"
PYTHON_BODY = "    return max((len(line) for line in lines), default=0)"
PYTHON_COMMENT = '    """Measure the longest line — in characters. 🐍"""\n'

ANSWERS = {
    "rust": f"Here it is:\n\n```rust\n{RUST_COMMENT}{RUST_FUNCTION}\n```\n",
    "python": f"```python\n{PYTHON_HEAD}{PYTHON_COMMENT}{PYTHON_BODY}\n```",
}
SOURCES = {"rust": RUST, "python": PYTHON}
DOCUMENTED = {
    "rust": RUST.replace(RUST_FUNCTION, RUST_COMMENT + RUST_FUNCTION),
    "python": PYTHON.replace(PYTHON_HEAD, PYTHON_HEAD + PYTHON_COMMENT),
}
FILES = {"rust": "src/lines.rs", "python": "lines.py"}


def neovim() -> str:
    """The editor: `NVIM`, else the one on the PATH."""
    found = os.environ.get("NVIM") or shutil.which("nvim")
    if not found:
        raise FileNotFoundError("there is no nvim: `pip install -r tests/requirements.txt`, or name one in NVIM")
    return found


def setUpModule() -> None:
    print(subprocess.run([neovim(), "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0], flush=True)


class NeovimTest(unittest.TestCase):
    """A project with one file, a home of its own, and a run of the driver."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="graft-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.project = self.folder / "project"
        self.config: Path | None = None

    def drive(self, language: str, held: Held | None = None, **typing: object) -> dict[str, dict]:
        """What the editor told, by event. Where something is typed, it is while the answer is held."""
        path = self.project / FILES[language]
        graft.write_files(self.project, {FILES[language]: SOURCES[language]})
        where = {"root": str(self.project), "file": str(path), "filetype": language, "symbol": "widest"}
        task = {"command": [graft.binary()], **where, **typing}
        editor = subprocess.Popen(
            [neovim(), "--clean", "--headless", "-l", str(DRIVER), json.dumps(task)],
            cwd=self.project,
            env=graft.environment(self.folder, self.config),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        guard = threading.Timer(SECONDS, editor.kill)
        guard.start()
        try:
            return self.listen(editor, held)
        finally:
            guard.cancel()
            editor.kill()
            editor.communicate()

    def listen(self, editor: subprocess.Popen, held: Held | None) -> dict[str, dict]:
        events: dict[str, dict] = {}
        if held:
            self.assertTrue(held.reached.wait(SECONDS), "the model was never asked")
            editor.stdin.write("held\n")
            editor.stdin.flush()
        for line in editor.stdout:
            event = json.loads(line)
            events[event["event"]] = event
            if event["event"] == "typed":
                held.release()
        self.assertIn("done", events, f"{events}\n{editor.stderr.read()}")
        return events

    def ask_model(self, model: ScriptedModel) -> None:
        self.config = graft.write_config(self.folder / "config.toml", "openai", model.url, context=8192)


class WithAModel(NeovimTest):
    def answer_at_once(self, language: str) -> None:
        with ScriptedModel(lambda _: Reply(ANSWERS[language])) as model:
            self.ask_model(model)
            done = self.drive(language)["done"]
        self.assertEqual(done["text"], DOCUMENTED[language])
        self.assertEqual(done["undone"], SOURCES[language])
        self.assertEqual(len(model.requests), 1)

    def test_documents_rust(self) -> None:
        self.answer_at_once("rust")

    def test_documents_python(self) -> None:
        self.answer_at_once("python")

    def hold_while_typing(self, language: str, **typing: object) -> dict[str, dict]:
        held = Held()
        self.addCleanup(held.close)
        with ScriptedModel(lambda _: Reply(ANSWERS[language], held=held)) as model:
            self.ask_model(model)
            return self.drive(language, held, **typing)

    def check_typing_above(self, language: str, comment: str) -> None:
        # Ctrl-U: Neovim's Rust settings go on with the comment below, and would put its mark in front.
        events = self.hold_while_typing(language, keys=f"ggO<C-u>{comment}<Esc>")
        self.assertEqual(events["typed"]["text"], f"{comment}\n{SOURCES[language]}")
        self.assertEqual(events["done"]["text"], f"{comment}\n{DOCUMENTED[language]}")
        self.assertEqual(events["done"]["undone"], f"{comment}\n{SOURCES[language]}")

    def test_merges_what_is_typed_above_in_rust(self) -> None:
        self.check_typing_above("rust", "// 🦀 typed meanwhile")

    def test_merges_what_is_typed_above_in_python(self) -> None:
        self.check_typing_above("python", "# 🐍 typed meanwhile")

    def check_typing_inside(self, language: str) -> None:
        events = self.hold_while_typing(language, keys="iover_<Esc>")
        typed = SOURCES[language].replace("widest", "over_widest")
        self.assertEqual(events["typed"]["text"], typed)
        self.assertEqual(events["done"]["text"], typed)
        self.assertRegex(events["done"]["messages"], r"(?m)^(?:LSP\[graft\]\S* )?Graft:")

    def test_leaves_a_changed_rust_function_alone_and_says_so(self) -> None:
        self.check_typing_inside("rust")

    def test_leaves_a_changed_python_function_alone_and_says_so(self) -> None:
        self.check_typing_inside("python")

    def test_does_no_damage_where_the_editor_has_not_told_of_a_change(self) -> None:
        # Neovim opens documents as version 0, and checks no version below 1: an edit sent as version 0 lands wherever its lines now are.
        events = self.hold_while_typing("rust", keys="ggO<C-u>// first<Esc>", unheard=True)
        typed, merged = f"// first\n{RUST}", f"// first\n{DOCUMENTED['rust']}"
        self.assertEqual(events["typed"]["text"], typed)
        self.assertIn(events["done"]["text"], (typed, merged))


class WithoutAModel(NeovimTest):
    """No config: the built-in provider, and the same result as on the command line."""

    def check_built_in(self, language: str, mark: str) -> None:
        done = self.drive(language)["done"]
        beside = self.folder / "beside"
        graft.write_files(beside, {FILES[language]: SOURCES[language]})
        line = SOURCES[language][: SOURCES[language].index("widest(")].count("\n") + 1
        run = graft.run(["run", "document", f"{FILES[language]}:{line}", "--write"], beside, graft.environment(self.folder))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual({FILES[language]: done["text"]}, graft.read_files(beside))
        self.assertEqual(done["undone"], SOURCES[language])
        self.assertGreater(done["text"].count(mark), SOURCES[language].count(mark))

    def test_documents_rust(self) -> None:
        self.check_built_in("rust", "///")

    def test_documents_python(self) -> None:
        self.check_built_in("python", '"""')


if __name__ == "__main__":
    unittest.main()
