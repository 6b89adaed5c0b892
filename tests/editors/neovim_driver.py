"""A real, headless Neovim that a test drives: keys are typed into its own loop, questions are answered, its buffers read back.

Owns the process and the wire to it (Neovim's own, in MessagePack). Knows nothing of Graft but its name.
"""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import msgpack

PROBE = Path(__file__).parent / "neovim" / "probe.lua"
# No wait for one thing is longer, and no session of an editor.
WAIT = 30
SECONDS = 90


def oldest() -> str:
    """The oldest Neovim that will do: `NVIM`, else the one on the PATH."""
    found = os.environ.get("NVIM") or shutil.which("nvim")
    if not found:
        raise FileNotFoundError("there is no nvim: `pip install -r tests/requirements.txt`, or name one in NVIM")
    return found


def newest() -> str:
    """Neovim 0.12 or newer, in the folder that `GRAFT_EDITORS` names."""
    folder = os.environ.get("GRAFT_EDITORS")
    if not folder:
        raise FileNotFoundError("GRAFT_EDITORS is not set: `export GRAFT_EDITORS=$(.ci/debian-editors FOLDER)` fetches Neovim 0.12")
    return str(Path(folder) / "nvim")


def version(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


class Neovim:
    """One editor, with an `init.lua` that says what `config` says. Use it with `with`."""

    def __init__(self, program: str, folder: Path, variables: dict[str, str], config: str, plugin: Path | None = None) -> None:
        # A folder of a plugin is put on the runtime path, as every plugin manager does.
        before = f"vim.opt.runtimepath:prepend({str(plugin)!r})\n" if plugin else ""
        settings = folder / "init.lua"
        settings.write_text(f"dofile({str(PROBE)!r})\n{before}{config}\n", encoding="utf-8")
        command = [program, "--headless", "--embed", "-i", "NONE", "-u", str(settings)]
        self._process = subprocess.Popen(command, cwd=folder, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._unpacker = msgpack.Unpacker()
        self._asked = 0
        self._guard = threading.Timer(SECONDS, self._process.kill)
        self._guard.start()

    def __enter__(self) -> "Neovim":
        return self

    def __exit__(self, *_: object) -> None:
        # It leaves when its channel closes, and asks about nothing.
        self._process.stdin.close()
        self._process.wait()
        self._guard.cancel()
        self._process.stdout.close()

    def _request(self, method: str, *arguments: object) -> object:
        self._asked += 1
        self._process.stdin.write(msgpack.packb([0, self._asked, method, arguments]))
        self._process.stdin.flush()
        while data := os.read(self._process.stdout.fileno(), 1 << 16):
            self._unpacker.feed(data)
            for kind, *rest in self._unpacker:
                if kind == 1 and rest[0] == self._asked:
                    if rest[1]:
                        raise AssertionError(f"{method}: {rest[1][1]}")
                    return rest[2]
        raise AssertionError(f"Neovim ended in {method}, or took more than {SECONDS} s in all")

    def lua(self, code: str, *arguments: object) -> object:
        """Runs Lua in the editor; its arguments are `...`."""
        return self._request("nvim_exec_lua", code, arguments)

    def wait(self, what: str, condition: str, *arguments: object) -> object:
        """Waits until Lua code gives something that is neither nil nor false."""
        end = time.monotonic() + WAIT
        while not (found := self.lua("return probe.wait(...)", condition, *arguments)):
            if time.monotonic() > end:
                raise AssertionError(f"no {what} within {WAIT} s; told: {self.told()}")
        return found

    def command(self, command: str) -> None:
        self._request("nvim_command", command)

    def type(self, keys: str) -> None:
        """Types as a person does: mappings, undo steps and autocommands take part. Returns when the keys have been read."""
        self._request("nvim_input", keys)
        self._request("nvim_eval", "1")

    def open(self, path: Path) -> None:
        """Opens a file and waits until Graft serves it."""
        self.command(f"edit {path}")
        self.wait("attached server", "return probe.client(vim.api.nvim_get_current_buf())")

    def go_to(self, symbol: str) -> None:
        """Puts the cursor on the name that a function is defined by."""
        self.command("call cursor(1, 1)")
        found = self.lua(r"return vim.fn.search([[\<\(fn\|def\) \zs]] .. ... .. [[\>]])", symbol)
        assert found, f"the file does not define {symbol}"

    def question(self) -> dict:
        """Waits for a question to the person: `prompt`, and the `titles` to choose from."""
        return self.wait("question", "return probe.question()")

    def answer(self, chosen: str | None) -> None:
        """Answers the question: by a title, by what would be typed, or by closing it (None)."""
        self.lua("probe.answer(...)", chosen)

    def pick(self, title: str) -> list[str]:
        """Opens the editor's own menu of code actions and picks one; returns the whole menu."""
        self.lua("vim.lsp.buf.code_action()")
        titles = self.question()["titles"]
        self.answer(title)
        return titles

    def ended(self, count: int = 1) -> str:
        """Waits until that many jobs have ended; returns the last word of the last."""
        return self.wait("end of the job", "local ended, count = probe.ended, ...; return #ended >= count and ended[#ended]", count)

    def text(self, name: str | None = None) -> str:
        """A buffer to the byte; without a name, the current one."""
        return self.lua("return probe.text(vim.fn.bufnr(...))", f"/{name}$" if name else "%")

    def told(self) -> str:
        """Everything that was said to the person."""
        return self.lua("return probe.told()")

    def heard(self, words: str) -> str:
        """Waits until the person was told something with these words; the reason comes right behind the end of a job."""
        self.wait(f"word of {words!r}", "return probe.told():find(..., 1, true)", words)
        return self.told()

    def sync(self) -> dict:
        """Waits until the server has heard of all changes; returns its status."""
        return self.lua("return probe.sync(vim.api.nvim_get_current_buf()).result")
