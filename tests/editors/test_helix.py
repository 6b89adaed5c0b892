"""Graft in a real Helix, with the files of editors/helix as a person would copy them.

Keys are typed and the screen is read (`helix_driver`); behind the server is a scripted model. Run from the project's root:
`python -m unittest tests.editors.test_helix`.
"""

import os
import re
import shutil
import tomllib
import unittest
from pathlib import Path

from tests import graft
from tests.editors import helix_driver
from tests.editors.helix_driver import SECONDS, Helix
from tests.editors.project import ProjectTest, block
from tests.editors.sources import CASES, DOCUMENT, FILES, FIX, SOURCES, Case
from tests.scripted_model import Held, Reply, ScriptedModel

HELIX = graft.ROOT / "editors" / "helix"


def setUpModule() -> None:
    print(helix_driver.version(), flush=True)


class HelixTest(ProjectTest):
    """A home with the files that a person would copy, and an editor in the project."""

    # By its name in Helix's own folder.
    copied = {name: (HELIX / name).read_text(encoding="utf-8") for name in ("languages.toml", "config.toml")}

    def setUp(self) -> None:
        super().setUp()
        # Of the servers that the copied file names beside Graft there is ruff; what is on this machine besides must not matter.
        folders = [Path(graft.binary()).parent, Path(shutil.which("ruff")).parent, "/usr/bin", "/bin"]
        self.variables["PATH"] = os.pathsep.join(map(str, folders))
        graft.write_files(self.folder, {f"config/helix/{name}": text for name, text in self.copied.items()})

    def edit(self, language: str, symbol: str = "widest", text: str | None = None) -> Helix:
        """An editor with the file open, served, and the cursor on a function's name."""
        graft.write_files(self.project, {FILES[language]: text or SOURCES[language]})
        editor = self.enterContext(Helix(self.project, self.variables, FILES[language]))
        editor.sees("Lines — measured.")
        text = text or SOURCES[language]
        line = text[: text.index(f" {symbol}(")].count("\n") + 1
        editor.command(f"goto {line}")
        editor.settled()
        self.menu(editor)
        editor.leave(" Graft: ")
        return editor

    def menu(self, editor: Helix) -> list[str]:
        """Opens the menu of code actions; before the server is there, Helix says that there is none."""
        while True:
            editor.press("Space", "a")
            screen = editor.wait("menu", lambda screen: re.search(r" Graft: |No code actions|No configured", screen))
            if titles := re.findall(r" (Graft: .*?`.*?`|Graft: cancel)", screen):
                return titles
            editor.settled()

    def pick(self, editor: Helix, title: str) -> None:
        """Opens the menu and picks an action; the first one is chosen when it opens."""
        editor.settled()
        titles = self.menu(editor)
        self.assertIn(title, titles)
        editor.press(*["Down"] * titles.index(title), "Enter")


class Files(unittest.TestCase):
    def test_the_block_names_every_language(self) -> None:
        block = tomllib.loads((HELIX / "languages.toml").read_text(encoding="utf-8"))
        named = {language["name"] for language in block["language"] if "graft" in language["language-servers"]}
        self.assertEqual(named - {"jsx"}, graft.languages())


class ReadmesBlock(HelixTest):
    """README's few lines, and no model."""

    copied = {"languages.toml": block("README.md", "In an editor", "toml helix")}

    def test_documents_as_the_command_line_does(self) -> None:
        editor = self.edit("rust")
        self.pick(editor, "Graft: document `widest`")
        editor.sees("/// TODO")
        self.assertEqual(editor.text(FILES["rust"]), self.documented("rust"))


class Actions(HelixTest):
    def check(self, case: Case) -> None:
        with self.subTest(language=case.language, action=case.action):
            model = self.model(case.answer)
            editor = self.edit(case.language, case.symbol)
            self.pick(editor, case.title)
            editor.sees("done by scripted (tiny)")
            self.assertEqual(len(model.requests), 1)
            if case.file:
                editor.command(f"open {case.file}")
                self.assertEqual(editor.text(case.file), case.result)
                return
            self.assertEqual(editor.text(FILES[case.language]), case.result)
            editor.press("u")
            self.assertEqual(editor.text(FILES[case.language]), case.source)

    def test_each_action_in_rust(self) -> None:
        for case in CASES:
            if case.language == "rust":
                self.check(case)

    def test_each_action_in_python(self) -> None:
        for case in CASES:
            if case.language == "python":
                self.check(case)

    def test_documents_by_llama_cpp(self) -> None:
        for language, case in DOCUMENT.items():
            with self.subTest(language=language):
                self.engine(case.answer)
                editor = self.edit(language, case.symbol)
                self.pick(editor, case.title)
                editor.sees("done by tiny.gguf")
                self.assertEqual(editor.text(FILES[language]), case.result)

    def test_an_action_by_its_key(self) -> None:
        case = DOCUMENT["python"]
        self.model(case.answer)
        editor = self.edit("python")
        editor.press("Space", "x", "d")
        editor.sees("done by scripted (tiny)")
        self.assertEqual(editor.text(FILES["python"]), case.result)

    def test_fixes_what_a_linter_finds(self) -> None:
        # Helix tells a server only of its own diagnostics, so Graft asks ruff itself.
        case = FIX["python"]
        model = self.model(case.answer)
        text = case.source.replace("int:\n    return max", "int:\n    import os\n    return max")
        editor = self.edit("python", text=text)
        self.pick(editor, case.title)
        editor.sees("done by scripted (tiny)")
        self.assertEqual(editor.text(FILES["python"]), case.result)
        self.assertIn("F401", str(model.requests[0]["messages"]))

    def test_takes_the_instruction_from_a_comment(self) -> None:
        case = next(case for case in CASES if (case.language, case.action) == ("python", "refactor"))
        model = self.model(case.answer)
        text = case.source.replace("def widest", "# graft: use map — please\ndef widest")
        editor = self.edit("python", text=text)
        self.pick(editor, "Graft: refactor `widest`")
        editor.sees("done by scripted (tiny)")
        self.assertEqual(editor.text(FILES["python"]), case.result)
        self.assertIn("use map — please", str(model.requests[0]["messages"]))


class Meanwhile(HelixTest):
    """While a model works."""

    def held_job(self, language: str) -> tuple[Helix, Case, Held]:
        case, held = DOCUMENT[language], self.held()
        self.model(case.answer, held)
        editor = self.edit(language)
        self.pick(editor, case.title)
        self.reached(held)
        return editor, case, held

    def test_merges_what_is_typed_above(self) -> None:
        for language, comment in (("rust", "// typed meanwhile"), ("python", "# typed meanwhile")):
            with self.subTest(language=language):
                editor, case, held = self.held_job(language)
                editor.press("g", "g", "O")
                editor.type(comment)
                editor.leave(" INS ")
                editor.settled()
                held.release()
                editor.sees("done by scripted (tiny)")
                self.assertTrue(editor.text(FILES[language]).endswith(f"{comment}\n{case.result}"))
                editor.press("u")
                self.assertTrue(editor.text(FILES[language]).endswith(f"{comment}\n{case.source}"))

    def test_leaves_code_alone_that_was_changed_and_says_so(self) -> None:
        for language in SOURCES:
            with self.subTest(language=language):
                editor, case, held = self.held_job(language)
                editor.press("g", "s", "i")
                editor.type("async ")
                editor.leave(" INS ")
                editor.settled()
                held.release()
                editor.sees("Graft: the code changed while")
                head = "pub fn widest" if language == "rust" else "def widest"
                self.assertEqual(editor.text(FILES[language]), case.source.replace(head, f"async {head}", 1))

    def test_cancels_by_key_and_from_the_menu(self) -> None:
        for way in ("key", "menu"):
            with self.subTest(way=way):
                editor, case, held = self.held_job("rust")
                if way == "key":
                    editor.press("Space", "x", "c")
                else:
                    self.pick(editor, "Graft: cancel")
                editor.sees("cancelled")
                self.assertTrue(held.hung_up.wait(SECONDS), "the model was left working")
                self.assertEqual(editor.text(FILES["rust"]), case.source)

    def test_shows_why_there_is_no_edit(self) -> None:
        self.model("I would rather not.")
        editor = self.edit("python")
        self.pick(editor, "Graft: document `widest`")
        editor.wait("reason", lambda screen: re.search(r"\nGraft: .*(no code|refus|declin)", screen))
        self.assertEqual(editor.text(FILES["python"]), SOURCES["python"])


class Review(HelixTest):
    def asked(self) -> tuple[Helix, Case]:
        case = DOCUMENT["rust"]
        self.model(case.answer, review="confirm")
        editor = self.edit("rust")
        self.pick(editor, case.title)
        editor.sees("would change `lines.rs` (+1 -0): apply it?")
        return editor, case

    def test_makes_the_edit_after_a_yes(self) -> None:
        editor, case = self.asked()
        editor.sees("Apply")
        editor.press("Enter")
        editor.sees("done by scripted (tiny)")
        self.assertEqual(editor.text(FILES["rust"]), case.result)

    def test_shows_the_diff_and_asks_again(self) -> None:
        editor, case = self.asked()
        editor.sees("Show diff")
        editor.press("Down", "Enter")
        editor.sees("+++ b/lines.rs")
        editor.sees("Discard")
        editor.press("Enter")
        editor.sees("done by scripted (tiny)")
        editor.command(f"open {FILES['rust']}")
        self.assertEqual(editor.text(FILES["rust"]), case.result)

    def test_changes_nothing_without_a_yes(self) -> None:
        for keys in (["Down", "Down", "Enter"], ["Escape"]):
            with self.subTest(keys=keys):
                editor, case = self.asked()
                editor.sees("Discard")
                editor.press(*keys)
                editor.sees("Graft: discarded: document `widest`; nothing was changed")
                self.assertEqual(editor.text(FILES["rust"]), case.source)


class Menu(HelixTest):
    """Suggestions as entries of Helix's completion menu, as it shows no ghost text."""

    def test_offers_what_a_model_fills_in(self) -> None:
        body = "lines.iter().filter(|line| line.contains(CRAB)).count()"
        model = self.enterContext(ScriptedModel(lambda _: Reply(f"<fill>{body}</fill>")))
        config = graft.write_config(self.folder / "config.toml", "openai", model.url, model="scripted", context=8192, fim="chat")
        text = f'{config.read_text(encoding="utf-8")}complete = ["tiny"]\n[completion]\nmenu = "auto"\n'
        config.write_text(text, encoding="utf-8")
        self.variables["GRAFT_CONFIG"] = str(config)
        source = SOURCES["rust"].replace("todo!()", "")
        editor = self.edit("rust", "crabs", source)
        editor.press("j", "A")
        editor.sees(" INS ")
        editor.press_until("line.contains(CRAB)", "C-x")
        # Tab chooses the entry and Enter takes it.
        editor.press("Tab", "Enter")
        editor.leave(" INS ")
        self.assertEqual(editor.text(FILES["rust"]), source.replace("{\n    \n}", f"{{\n    {body}\n}}"))


if __name__ == "__main__":
    unittest.main()
