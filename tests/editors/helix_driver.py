"""A real Helix on a screen of its own (tmux) that a test drives: keys are typed, the screen is watched, files are read back.

Owns the processes and the waiting: a look at the screen after each change of it, of which tmux tells in its control mode. Knows nothing
of Graft.
"""

import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# No wait is longer.
SECONDS = 60
WIDTH, HEIGHT = 180, 50


def program(name: str) -> str:
    """One of the programs in the folder that `GRAFT_EDITORS` names."""
    folder = os.environ.get("GRAFT_EDITORS")
    if not folder:
        raise FileNotFoundError("GRAFT_EDITORS is not set: `export GRAFT_EDITORS=$(.ci/debian-editors FOLDER)` fetches Helix")
    return str(Path(folder) / name)


def version() -> str:
    return subprocess.run([program("hx"), "--version"], capture_output=True, text=True, check=True).stdout.strip()


class Helix:
    """One editor in `folder`; `variables` is its whole environment. Use it with `with`."""

    def __init__(self, folder: Path, variables: dict[str, str], *files: str) -> None:
        self._folder = folder
        self._home = tempfile.TemporaryDirectory(prefix="graft-tmux-")
        self._socket = str(Path(self._home.name) / "socket")
        self._environment = {**variables, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        command = [program("hx"), *files]
        size = ["-x", str(WIDTH), "-y", str(HEIGHT)]
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(folder), *command)
        self._tmux("set-option", "-g", "escape-time", "0")
        self._events = subprocess.Popen(
            [program("tmux"), "-u", "-S", self._socket, "-C", "attach", "-f", "ignore-size"],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._marks = 0

    def _tmux(self, *arguments: str) -> str:
        command = [program("tmux"), "-u", "-S", self._socket, *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=SECONDS)
        assert done.returncode == 0, f"tmux {arguments}: {done.stderr}"
        return done.stdout

    def __enter__(self) -> "Helix":
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server")
        self._events.stdin.close()
        self._events.wait(SECONDS)
        self._events.stdout.close()
        self._home.cleanup()

    def screen(self) -> str:
        """What a person sees."""
        return self._tmux("capture-pane", "-p")

    def wait(self, what: str, condition: Callable[[str], bool]) -> str:
        """Waits until the screen fulfils a condition; returns the screen."""
        end = time.monotonic() + SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self._events.stdout, selectors.EVENT_READ)
            while not condition(screen := self.screen()):
                if not selector.select(max(0, end - time.monotonic())) or not os.read(self._events.stdout.fileno(), 1 << 16):
                    raise AssertionError(f"no {what} within {SECONDS} s:\n{screen}")
        return screen

    def sees(self, text: str) -> str:
        """Waits until a text is on the screen."""
        return self.wait(repr(text), lambda screen: text in screen)

    def press(self, *keys: str) -> None:
        """Presses keys by their names: `Escape`, `Enter`, `g`."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Types a text as it is."""
        self._tmux("send-keys", "-l", text)

    def press_until(self, text: str, *keys: str) -> str:
        """Presses keys again and again until a text is on the screen: for what is there a moment after it was first asked for."""
        end = time.monotonic() + SECONDS
        while text not in (screen := self.screen()):
            assert time.monotonic() < end, f"no {text!r} within {SECONDS} s:\n{screen}"
            self.press(*keys)
        return screen

    def leave(self, what: str) -> None:
        """Presses Escape and waits until a text is off the screen: a key right behind it would be taken for one with Alt."""
        self.press("Escape")
        self.wait(f"end of {what}", lambda screen: what not in screen)

    def command(self, command: str) -> None:
        """Runs a command of Helix's own command line, from Normal mode."""
        self.type(f":{command}")
        self.press("Enter")

    def settled(self) -> None:
        """Waits until all keys so far have been read: the last of them writes a mark into the status line."""
        self._marks += 1
        self.command(f"echo mark-{self._marks}-")
        self.sees(f"mark-{self._marks}-\n")

    def text(self, path: str) -> str:
        """The file's bytes after saving it, as text."""
        self.settled()
        self.command("write!")
        self.sees(" written, ")
        return (self._folder / path).read_bytes().decode()
