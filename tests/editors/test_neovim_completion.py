"""Ghost text in a real Neovim 0.12 or newer, by its own inline completion: seen, taken, typed over, taken down, switched off.

A scripted model that chats fills the holes. Run from the project's root: `python -m unittest tests.editors.test_neovim_completion`.
"""

from pathlib import Path

from tests import graft
from tests.editors import neovim_driver
from tests.editors.neovim_driver import Neovim
from tests.editors.sources import RUST
from tests.editors.project import block
from tests.editors.test_neovim import PLUGIN, Editing
from tests.scripted_model import Reply, ScriptedModel

# As the page on inline completion says: it has to be switched on, and a key takes it.
INIT = f"""{block("README.md", "In an editor", "lua")}
vim.lsp.inline_completion.enable()
vim.keymap.set('i', '<Tab>', function()
  if not vim.lsp.inline_completion.get() then
    return '<Tab>'
  end
end, {{ expr = true }})
"""
SHOWN = """
  local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
  local mark = namespace and vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })[1]
  local lines = mark and { mark[4].virt_text, unpack(mark[4].virt_lines or {}) } or {}
  local text = vim.tbl_map(function(line) return line[1][1] end, lines)
"""
GHOST = f"{SHOWN} return #text > 0 and table.concat(text, '\\n')"
NO_GHOST = f"{SHOWN} return #text == 0"
COUNTED = "lines.iter().filter(|line| line.contains(CRAB)).count()"


def setUpModule() -> None:
    print(neovim_driver.version(neovim_driver.newest()), flush=True)


class GhostText(Editing):
    """A function without a body, and the cursor in it."""

    program = staticmethod(neovim_driver.newest)
    plugin = None
    init = INIT

    def fills(self, *answers: str) -> ScriptedModel:
        """A model that fills one hole after the other; the last answer counts for all that follow."""
        left = list(answers)
        model = self.enterContext(ScriptedModel(lambda _: Reply(f"<fill>{left.pop(0) if len(left) > 1 else left[0]}</fill>")))
        config = graft.write_config(self.folder / "config.toml", "openai", model.url, model="scripted", context=8192, fim="chat")
        # Else suggestions from the user's own code would come first.
        config.write_text(f'{config.read_text(encoding="utf-8")}complete = ["tiny"]\n', encoding="utf-8")
        self.variables["GRAFT_CONFIG"] = str(config)
        return model

    def write(self) -> Neovim:
        """Opens the file and begins to write the body anew."""
        editor = self.edit("rust", "crabs")
        editor.type("jcc")
        return editor

    def log(self) -> str:
        return (Path(self.variables["XDG_STATE_HOME"]) / "graft" / "graft-ls.log").read_text(encoding="utf-8")

    def test_it_is_seen_and_taken(self) -> None:
        model = self.fills(f"let crabs = {COUNTED};\n    crabs\n}}\n\nfn more() {{}}")
        editor = self.write()
        self.assertEqual(editor.wait("ghost text", GHOST), f"let crabs = {COUNTED};\n    crabs")
        self.assertNotIn(COUNTED, editor.text())
        editor.type("<Tab>")
        taken = RUST.replace("todo!()", f"let crabs = {COUNTED};\n    crabs")
        editor.wait("the suggestion in the text", "return vim.fn.search('let crabs', 'n') > 0")
        editor.type("<Esc>")
        self.assertEqual(editor.text(), taken)
        editor.sync()
        self.assertIn("completion accepted", self.log())
        self.assertGreaterEqual(len(model.requests), 1)

    def test_who_types_on_does_not_get_it(self) -> None:
        self.fills(COUNTED, "")
        editor = self.write()
        editor.wait("ghost text", GHOST)
        editor.type("7 + ")
        # The editor itself shows the old one on; the answer that there is nothing takes it down.
        editor.wait("no ghost text", NO_GHOST)
        editor.type("1<Esc>")
        self.assertEqual(editor.text(), RUST.replace("todo!()", "7 + 1"))
        self.assertNotIn("completion accepted", self.log())

    def test_it_follows_what_is_typed(self) -> None:
        self.fills(COUNTED, "en() + 1")
        editor = self.write()
        editor.wait("ghost text", GHOST)
        editor.type("lines.l")
        editor.wait("the next ghost text", f"{SHOWN} return text[1] == 'en() + 1'")
        editor.type("<Tab>")
        editor.wait("the suggestion in the text", "return vim.fn.search('lines.len() + 1', 'n') > 0")
        editor.type("<Esc>")
        self.assertEqual(editor.text(), RUST.replace("todo!()", "lines.len() + 1"))

    def test_a_command_switches_it_off(self) -> None:
        model = self.fills(COUNTED)
        editor = self.edit("rust", "crabs")
        uri = (self.project / "src" / "lines.rs").as_uri()
        code = """
          local client = vim.lsp.get_clients({ name = 'graft' })[1]
          local command = { command = 'graft.toggle_completion', arguments = { { uri = ... } } }
          return client:request_sync('workspace/executeCommand', command, 10000, 0).result.on
        """
        self.assertIs(editor.lua(code, uri), False)
        editor.type("jcc")
        ask = """
          local client = vim.lsp.get_clients({ name = 'graft' })[1]
          local question = vim.lsp.util.make_position_params(0, client.offset_encoding)
          question.context = { triggerKind = 1 }
          local buffer = vim.api.nvim_get_current_buf()
          return client:request_sync('textDocument/inlineCompletion', question, 10000, buffer).result
        """
        self.assertEqual(editor.lua(ask), [])
        status = editor.sync()
        self.assertEqual(status["completion"]["documents"][0]["activation"], "off")
        self.assertEqual(model.requests, [])
        self.assertTrue(editor.lua(NO_GHOST))
        self.assertIn("inline completion is off in `lines.rs`", editor.told())


class WithThePlugin(GhostText):
    """Nothing but the plugin and keys for it; the tests above hold with it too."""

    plugin = PLUGIN
    init = """
      vim.keymap.set('i', '<C-l>', '<Plug>(graft-accept)')
      vim.keymap.set('i', '<C-k>', '<Plug>(graft-accept-word)')
      vim.keymap.set('i', '<Tab>', function()
        return require('graft.completion').accept() and '' or '<Tab>'
      end, { expr = true })
    """

    def test_a_key_takes_it(self) -> None:
        self.fills(COUNTED)
        editor = self.write()
        editor.wait("ghost text", GHOST)
        editor.type("<C-l>")
        editor.wait("the suggestion in the text", "return vim.fn.search('lines.iter().filter', 'n') > 0")
        editor.type("<Esc>")
        self.assertEqual(editor.text(), RUST.replace("todo!()", COUNTED))

    def test_a_key_takes_its_next_word(self) -> None:
        self.fills(COUNTED)
        editor = self.write()
        for text in ("    lines", "    lines.", "    lines.iter"):
            editor.wait("ghost text", GHOST)
            editor.type("<C-k>")
            editor.wait("the word", "return vim.api.nvim_get_current_line() == ...", text)
        editor.type("<Esc>")
        self.assertEqual(editor.text(), RUST.replace("todo!()", "lines.iter"))

    def test_a_command_of_the_plugin_switches_it_off_and_on(self) -> None:
        self.fills(COUNTED)
        editor = self.edit("rust", "crabs")
        for activation in ("off", "auto"):
            editor.command("Graft toggle")
            editor.wait("switch", "return probe.sync(1).result.completion.documents[1].activation == ...", activation)
        editor.type("jcc")
        editor.wait("ghost text", GHOST)
        editor.type("<Esc>")

    def test_it_stays_off_where_the_user_wants_that(self) -> None:
        model = self.fills(COUNTED)
        self.init = "vim.g.graft = { completion = false }"
        editor = self.write()
        self.assertFalse(editor.lua("return vim.lsp.inline_completion.is_enabled({ bufnr = 0 })"))
        self.assertEqual((editor.lua(NO_GHOST), model.requests), (True, []))
