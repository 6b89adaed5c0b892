"""Graft in real Neovims, the oldest that will do and one of today: with the plugin, and by the plain block of README.

A person's hands and eyes are the test's (`neovim_driver`); behind the server is a scripted model or none. Run from the project's
root: `python -m unittest tests.editors.test_neovim`.
"""

import re
import unittest
from pathlib import Path

from tests import graft
from tests.editors import neovim_driver, sources
from tests.editors.neovim_driver import SECONDS, Neovim
from tests.editors.project import ProjectTest, block
from tests.editors.sources import CASES, DOCUMENT, FILES, FIX, SOURCES, Case
from tests.scripted_model import Held

PLUGIN = graft.ROOT / "editors" / "neovim"
PROBLEM = {"rust": "`max().unwrap_or(0)` — use a fold 🦀", "python": "a generator — where `map` will do 🐍"}


def setUpModule() -> None:
    for program in (neovim_driver.oldest(), neovim_driver.newest()):
        print(neovim_driver.version(program), flush=True)


class Editing(ProjectTest):
    """An editor in the project. Subclasses say which."""

    program = staticmethod(neovim_driver.oldest)
    plugin: Path | None = PLUGIN
    init = ""
    config: dict[str, object] = {}

    def edit(self, language: str, symbol: str = "widest") -> Neovim:
        """An editor with the file open and the cursor on a function's name."""
        editor = self.enterContext(Neovim(self.program(), self.folder, self.variables, self.init, self.plugin))
        editor.open(self.project / FILES[language])
        editor.go_to(symbol)
        return editor


class Menu(Editing):
    """Each action, picked from Neovim's own menu."""

    def check(self, case: Case) -> None:
        with self.subTest(language=case.language, action=case.action):
            model = self.model(case.answer)
            editor = self.edit(case.language, case.symbol)
            editor.pick(case.title)
            self.assertRegex(editor.ended(), r"^done by scripted \(tiny\)", editor.told())
            self.assertEqual(editor.text(case.file), case.result)
            self.assertEqual(len(model.requests), 1)
            if not case.file:
                editor.type("u")
                self.assertEqual(editor.text(), case.source)

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
                editor.pick(case.title)
                self.assertRegex(editor.ended(), r"^done by tiny\.gguf", editor.told())
                self.assertEqual(editor.text(), case.result)

    def test_merges_what_is_typed_above_while_the_model_works(self) -> None:
        # Ctrl-U: Neovim's Rust settings go on with the comment below, and would put its mark in front.
        for language, comment in (("rust", "// 🦀 typed meanwhile"), ("python", "# 🐍 typed meanwhile")):
            with self.subTest(language=language):
                case, held = DOCUMENT[language], self.held()
                self.model(case.answer, held)
                editor = self.edit(language)
                editor.pick(case.title)
                self.reached(held)
                editor.type(f"ggO<C-u>{comment}<Esc>")
                editor.sync()
                held.release()
                editor.ended()
                self.assertEqual(editor.text(), f"{comment}\n{case.result}", editor.told())
                editor.type("u")
                self.assertEqual(editor.text(), f"{comment}\n{case.source}")

    def test_leaves_code_alone_that_was_changed_meanwhile_and_says_so(self) -> None:
        for language in SOURCES:
            with self.subTest(language=language):
                case, held = DOCUMENT[language], self.held()
                self.model(case.answer, held)
                editor = self.edit(language)
                editor.pick(case.title)
                self.reached(held)
                editor.go_to("widest")
                editor.type("iover_<Esc>")
                editor.sync()
                held.release()
                editor.ended()
                self.assertEqual(editor.text(), case.source.replace("widest", "over_widest", 1))
                editor.heard("Graft: the code changed while")

    def test_does_no_damage_where_the_editor_has_not_told_of_a_change(self) -> None:
        # Neovim opens documents as version 0, and checks no version below 1: an edit sent as version 0 lands wherever its lines now are.
        case, held = DOCUMENT["rust"], self.held()
        self.model(case.answer, held)
        editor = self.edit("rust")
        editor.pick(case.title)
        self.reached(held)
        editor.type("ggO<C-u>// first<Esc>")
        held.release()
        editor.ended()
        self.assertIn(editor.text(), (f"// first\n{case.source}", f"// first\n{case.result}"))

    def test_cancels_from_the_menu(self) -> None:
        case, held = DOCUMENT["rust"], self.held()
        self.model(case.answer, held)
        editor = self.edit("rust")
        editor.pick(case.title)
        self.reached(held)
        self.assertIn("Graft: cancel", editor.pick("Graft: cancel"))
        self.assertEqual(editor.ended(), "cancelled")
        self.assertTrue(held.hung_up.wait(SECONDS), "the model was left working")
        self.assertEqual(editor.text(), case.source)

    def test_shows_why_there_is_no_edit(self) -> None:
        self.model("I would rather not.")
        editor = self.edit("python")
        editor.pick("Graft: document `widest`")
        editor.ended()
        self.assertRegex(editor.heard("Graft: "), r"Graft: .*(no code|refus|declin)")
        self.assertEqual(editor.text(), SOURCES["python"])


class MenuOfToday(Menu):
    program = staticmethod(neovim_driver.newest)


class Review(Editing):
    """`review = "confirm"`: asked in every Neovim, whatever it says of itself."""

    def asked(self, held: Held | None = None) -> tuple[Neovim, Case]:
        case = DOCUMENT["rust"]
        self.model(case.answer, held, review="confirm")
        editor = self.edit("rust")
        editor.pick(case.title)
        return editor, case

    def test_makes_the_edit_after_a_yes(self) -> None:
        editor, case = self.asked()
        question = editor.question()
        self.assertRegex(question["prompt"], r"would change `lines.rs` \(\+1 -0\)")
        self.assertEqual(question["titles"], ["Apply", "Show diff", "Discard"])
        self.assertEqual(editor.text(), case.source)
        editor.answer("Apply")
        self.assertRegex(editor.ended(), "^done by")
        self.assertEqual(editor.text(), case.result)

    def test_shows_the_diff_beside_the_code(self) -> None:
        editor, case = self.asked()
        editor.question()
        editor.answer("Show diff")
        editor.question()
        names = editor.lua("return vim.tbl_map(function(own) return vim.fs.basename(vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(own))) end, vim.api.nvim_list_wins())")
        self.assertIn("lines.rs", names)
        diff = next(name for name in names if name.endswith(".diff"))
        shown = editor.lua("return vim.api.nvim_buf_get_lines(vim.fn.bufnr('/' .. ... .. '$'), 0, -1, false)", diff)
        self.assertIn(f"+{sources.RUST_COMMENT.rstrip()}", shown)
        editor.answer("Apply")
        editor.ended()
        self.assertEqual(editor.text("lines.rs"), case.result)

    def test_changes_nothing_without_a_yes(self) -> None:
        for answer in ("Discard", None):
            with self.subTest(answer=answer):
                editor, case = self.asked()
                editor.question()
                editor.answer(answer)
                self.assertEqual(editor.ended(), "discarded")
                self.assertEqual(editor.text(), case.source)
                editor.heard("Graft: discarded: document `widest`; nothing was changed")

    def test_merges_what_is_typed_before_the_answer(self) -> None:
        editor, case = self.asked()
        editor.question()
        editor.type("ggO<C-u>// thinking<Esc>")
        editor.sync()
        editor.answer("Apply")
        editor.ended()
        self.assertEqual(editor.text(), f"// thinking\n{case.result}")


class ReviewOfToday(Review):
    program = staticmethod(neovim_driver.newest)


class Commands(Editing):
    """The plugin's commands, mappings and questions."""

    def test_runs_an_action_by_a_command(self) -> None:
        case = DOCUMENT["python"]
        self.model(case.answer)
        editor = self.edit("python")
        editor.command("Graft document")
        editor.ended()
        self.assertEqual(editor.text(), case.result)

    def test_asks_for_the_instruction_and_sends_it(self) -> None:
        case = next(case for case in CASES if (case.language, case.action) == ("rust", "refactor"))
        model = self.model(case.answer)
        editor = self.edit("rust")
        editor.lua("vim.keymap.set('n', 'gR', '<Plug>(graft-refactor)')")
        editor.type("gR")
        self.assertRegex(editor.question()["prompt"], "What should change")
        editor.answer("fold — it 🦀")
        editor.ended()
        self.assertEqual(editor.text(), case.result)
        self.assertIn("fold — it 🦀", str(model.requests[0]["messages"]))

    def test_takes_the_instruction_from_the_command_and_asks_nothing(self) -> None:
        case = next(case for case in CASES if (case.language, case.action) == ("python", "refactor"))
        model = self.model(case.answer)
        editor = self.edit("python")
        editor.command("Graft refactor use map for it")
        editor.ended()
        self.assertEqual(editor.text(), case.result)
        self.assertIn("use map for it", str(model.requests[0]["messages"]))

    def test_a_closed_question_asks_no_model(self) -> None:
        model = self.model("")
        editor = self.edit("rust")
        editor.command("Graft generate")
        editor.question()
        editor.answer(None)
        self.assertEqual((editor.sync()["jobs"], model.requests), ([], []))

    def test_works_on_a_visual_selection(self) -> None:
        case = DOCUMENT["rust"]
        self.model(case.answer)
        editor = self.edit("rust", "crabs")
        editor.lua("vim.keymap.set('x', 'gD', '<Plug>(graft-document)')")
        editor.go_to("widest")
        editor.type("VjjgD")
        editor.ended()
        self.assertEqual(editor.text(), case.result)
        self.assertEqual(editor.lua("return vim.fn.mode()"), "n")

    def report(self, editor: Neovim, language: str) -> None:
        """A problem of another server, over the whole name of the function."""
        editor.lua(
            """
            local message = ...
            local line = vim.fn.line('.') - 1
            vim.diagnostic.set(vim.api.nvim_create_namespace('other'), 0,
              { { lnum = line, col = 4, end_col = 10, message = message, source = 'other', code = 'E7', severity = 2 } })
            """,
            PROBLEM[language],
        )

    def test_hands_over_the_problems_that_another_server_reported(self) -> None:
        for language, case in FIX.items():
            with self.subTest(language=language):
                model = self.model(case.answer)
                editor = self.edit(language)
                self.report(editor, language)
                editor.command("Graft fix-lint")
                editor.ended()
                self.assertEqual(editor.text(), case.result, editor.told())
                self.assertIn(PROBLEM[language], str(model.requests[0]["messages"]))

    def test_lists_those_problems_in_its_menu(self) -> None:
        case = FIX["rust"]
        model = self.model(case.answer)
        editor = self.edit("rust")
        self.report(editor, "rust")
        editor.command("Graft")
        titles = editor.question()["titles"]
        fix = next(title for title in titles if "use a fold" in title)
        self.assertTrue(all(title.startswith("Graft: ") for title in titles), titles)
        editor.answer(fix)
        editor.ended()
        self.assertEqual(editor.text(), case.result)
        self.assertIn(PROBLEM["rust"], str(model.requests[0]["messages"]))

    def test_cancels_and_shows_what_runs(self) -> None:
        held = self.held()
        self.model(DOCUMENT["rust"].answer, held)
        editor = self.edit("rust")
        editor.command("Graft document")
        self.reached(held)
        status = editor.wait("status", "local own = require('graft').status(); return own:find('tiny') and own")
        self.assertRegex(status, r"^graft: \w+ · tiny")
        editor.command("Graft status")
        editor.wait("list of jobs", "return probe.told():find('graft%-1: document in lines.rs')")
        editor.command("Graft cancel")
        self.assertEqual(editor.ended(), "cancelled")
        editor.wait("word of it", "return probe.told():find('Graft: cancelled 1 job')")
        self.assertEqual(editor.lua("return require('graft').status()"), "")
        self.assertEqual(editor.text(), SOURCES["rust"])

    def test_names_its_commands(self) -> None:
        editor = self.edit("rust")
        names = editor.lua("return vim.fn.getcompletion('Graft ', 'cmdline')")
        expected = ["generate", "refactor", "add-tests", "document", "fix-lint", "cancel", "doctor", "status", "toggle"]
        self.assertEqual(names, expected)
        self.assertEqual(editor.lua("return vim.fn.getcompletion('Graft re', 'cmdline')"), ["refactor"])
        editor.command("Graft translate")
        self.assertIn("Graft: there is no `translate`; try one of generate,", editor.told())

    def test_health_shows_the_servers_check_up(self) -> None:
        self.model("ok")
        editor = self.edit("rust")
        editor.command("checkhealth graft")
        report = "\n".join(editor.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)"))
        for line in (r"OK.* graft-ls \d", r"OK.* it runs; buffers that it serves: 1", r"OK.* model tiny", r"OK.* action refactor: tiny"):
            self.assertRegex(report, line)
        self.assertNotIn("ERROR", report)

    def test_health_says_what_is_missing(self) -> None:
        self.init = "vim.g.graft = { cmd = { 'no-such-program' } }"
        editor = self.enterContext(Neovim(self.program(), self.folder, self.variables, self.init, self.plugin))
        editor.command("checkhealth graft")
        report = "\n".join(editor.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)"))
        self.assertRegex(report, "ERROR.* `no-such-program` is not an executable")
        self.assertIn("cargo install graft-ls", report)

    def test_takes_settings_and_can_stay_off(self) -> None:
        for init in ("vim.g.graft = { enable = false }", "require('graft').setup({ enable = false })"):
            self.init = init
            editor = self.enterContext(Neovim(self.program(), self.folder, self.variables, self.init, self.plugin))
            editor.command(f"edit {self.project / FILES['rust']}")
            self.assertFalse(editor.lua("return vim.lsp.is_enabled and vim.lsp.is_enabled('graft') or #vim.lsp.get_clients() > 0"))
        self.model(DOCUMENT["rust"].answer)
        self.init = "require('graft').setup({ settings = { review = 'confirm' } })"
        editor = self.edit("rust")
        editor.command("Graft document")
        self.assertIn("would change", editor.question()["prompt"])
        editor.answer("Discard")
        editor.ended()

    def test_its_help_has_tags(self) -> None:
        editor = self.edit("rust")
        (self.folder / "doc").mkdir()
        (self.folder / "doc" / "graft.txt").write_bytes((PLUGIN / "doc" / "graft.txt").read_bytes())
        editor.command(f"helptags {self.folder / 'doc'}")
        tags = {line.split("\t")[0] for line in (self.folder / "doc" / "tags").read_text(encoding="utf-8").splitlines()}
        named = set(re.findall(r"\|([^|\s]+)\|", (PLUGIN / "doc" / "graft.txt").read_text(encoding="utf-8")))
        self.assertIn(":Graft", tags)
        self.assertEqual({name for name in named if "graft" in name.lower()} - tags, set())


class CommandsOfToday(Commands):
    program = staticmethod(neovim_driver.newest)


class PlainBlock(Editing):
    """No plugin: what README says is enough for the actions."""

    plugin = None
    init = block("README.md", "In an editor", "lua")

    def test_documents_with_a_model(self) -> None:
        for language, case in DOCUMENT.items():
            with self.subTest(language=language):
                self.model(case.answer)
                editor = self.edit(language)
                editor.pick(case.title)
                editor.ended()
                self.assertEqual(editor.text(), case.result)

    def test_documents_without_one_as_the_command_line_does(self) -> None:
        for language in SOURCES:
            with self.subTest(language=language):
                editor = self.edit(language)
                editor.pick("Graft: document `widest`")
                editor.ended()
                self.assertEqual(editor.text(), self.documented(language))

    def test_it_names_every_language(self) -> None:
        self.assertEqual(block("README.md", "In an editor", "lua"), block("docs/editors.md", "Neovim", "lua"))
        editor = self.edit("rust")
        served = {{"typescriptreact": "tsx"}.get(name, name) for name in editor.lua("return vim.lsp.config.graft.filetypes")}
        self.assertEqual(served - {"javascriptreact"}, graft.languages())


class PackagedConfig(PlainBlock):
    """The entry for nvim-lspconfig, which is a folder of such files on the runtime path."""

    plugin = graft.ROOT / "docs" / "packaging" / "nvim-lspconfig"
    init = "vim.lsp.enable('graft')"


class PluginsConfig(PlainBlock):
    """The plugin's own server config."""

    plugin = PLUGIN
    init = ""


class PlainBlockOfToday(PlainBlock):
    program = staticmethod(neovim_driver.newest)


if __name__ == "__main__":
    unittest.main()
