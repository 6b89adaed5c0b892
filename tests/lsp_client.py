"""A small, strict language client over a server's standard streams.

Owns framing, ids and what an editor answers to a server. Knows nothing of Graft. Waits are for events and have a deadline;
whatever breaks the protocol (an unknown id, a second answer, progress without its token, an edit of a wrong version) is kept
as a fault, and `close` fails with it.
"""

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.lsp_document import BadEdit, Document, StaleEdit, Workspace

SECONDS = 30.0
CAPABILITIES = {
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"], "failureHandling": "abort"},
    },
    "textDocument": {
        "synchronization": {},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "refactor.rewrite"]}},
            "tagSupport": {"valueSet": [1]},
        },
    },
    "window": {"workDoneProgress": True, "showMessage": {}},
}


class RequestFailed(AssertionError):
    """The server answered a request with an error."""


class Client:
    """A session: started, initialized, used, closed. Use it with `with`."""

    def __init__(self, command: list[str], root: Path, variables: dict[str, str], encodings: list[str], options: object = None):
        self.workspace = Workspace()
        self.progress: dict[str | int, list[dict]] = {}
        self.messages: list[str] = []
        self.logs: list[str] = []
        self.edits: list[dict] = []
        self.faults: list[str] = []
        self._answers: dict[int, dict] = {}
        self._asked: set[int] = set()
        self._next_id = 0
        self._ended = False
        self._changed = threading.Condition(threading.RLock())
        self._process = subprocess.Popen(
            command, cwd=root, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._errors: list[bytes] = []
        self._threads = [
            threading.Thread(target=self._read_messages, daemon=True),
            threading.Thread(target=lambda: self._errors.extend(self._process.stderr), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.encoding = "utf-16"
        self.server = self._initialize(root, encodings, options)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._kill()

    # What an editor says.

    def _initialize(self, root: Path, encodings: list[str], options: object) -> dict:
        try:
            result = self.request(
                "initialize",
                {
                    "processId": None,
                    "clientInfo": {"name": "strict client"},
                    "rootUri": root.as_uri(),
                    "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
                    "capabilities": CAPABILITIES | {"general": {"positionEncodings": encodings}},
                    "initializationOptions": options,
                },
            )
        except BaseException:
            self._kill()
            raise
        self.encoding = result["capabilities"].get("positionEncoding", "utf-16")
        if self.encoding not in [*encodings, "utf-16"]:
            self.faults.append(f"the server chose {self.encoding}, which was not offered")
        self.notify("initialized", {})
        return result

    def open(self, path: Path, language: str) -> Document:
        """Opens a file with the text that it has on the disk."""
        document = Document(path.as_uri(), language, path.read_bytes().decode())
        self.workspace.documents[document.uri] = document
        item = {"uri": document.uri, "languageId": language, "version": document.version, "text": document.text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return document

    def change(self, document: Document, text: str) -> None:
        """Replaces a document's whole text, as the next version."""
        with self._changed:
            document.text, document.version = text, document.version + 1
            identifier = {"uri": document.uri, "version": document.version}
            self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [{"text": text}]})

    def request(self, method: str, params: object, seconds: float = SECONDS) -> object:
        """Sends a request and waits for its result."""
        with self._changed:
            self._next_id += 1
            number = self._next_id
            self._asked.add(number)
            self._send({"id": number, "method": method, "params": params})
        self.wait(lambda: number in self._answers, f"an answer to {method}", seconds)
        answer = self._answers[number]
        if "error" in answer:
            raise RequestFailed(f"{method}: {answer['error']}")
        return answer.get("result")

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def wait(self, condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
        """Waits until the condition holds; it is asked again at each message. Fails at the deadline, at a fault and at the server's end."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not condition():
                if self.faults or self._ended:
                    raise AssertionError(f"no {what}: {self.faults or 'the server ended'}\n{self._said()}")
                if not self._changed.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise AssertionError(f"no {what} within {seconds} s\n{self._said()}")

    def message(self) -> str:
        """Waits for the next message to the person, and takes it: one that nobody takes is a fault."""
        self.wait(lambda: self.messages, "a message")
        return self.messages.pop(0)

    def wait_for_job(self, token: str) -> None:
        """Waits until the progress of that token has come to its end."""
        self.wait(lambda: self.job_ended(token), f"end of {token}")

    def job_ended(self, job: str) -> bool:
        """Whether the job's progress has come to its end."""
        values = self.progress.get(job, [])
        return bool(values) and values[-1]["kind"] == "end"

    def close(self) -> None:
        """Shuts the server down by the protocol; fails with each fault of the session, and where it does not leave with 0."""
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self._process.stdin.close()
            code = self._process.wait(SECONDS)
            if code:
                self.faults.append(f"the server left with {code}")
            for thread in self._threads:
                thread.join(SECONDS)
            self.faults += [f"no answer to request {number}" for number in self._asked - set(self._answers)]
            self.faults += [f"progress {token} never ended" for token in self.progress if not self.job_ended(token)]
            self.faults += [f"nobody expected the message {message!r}" for message in self.messages]
        finally:
            self._kill()
        if self.faults:
            raise AssertionError("\n".join([*self.faults, self._said()]))

    # What a server says.

    def _read_messages(self) -> None:
        try:
            while (message := self._read_message()) is not None:
                with self._changed:
                    self._handle(message)
                    self._changed.notify_all()
        except Exception as problem:
            self.faults.append(f"what the server sent cannot be read: {problem!r}")
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_message(self) -> dict | None:
        length = None
        while line := self._process.stdout.readline():
            if line == b"\r\n":
                break
            name, _, value = line.decode("ascii").partition(":")
            if not line.endswith(b"\r\n") or name.lower() not in ("content-length", "content-type"):
                raise ValueError(f"not a header: {line!r}")
            if name.lower() == "content-length":
                length = int(value)
        if not line:
            return None
        message = json.loads(self._process.stdout.read(length))
        if message.get("jsonrpc") != "2.0":
            raise ValueError(f"not JSON-RPC 2.0: {message}")
        return message

    def _handle(self, message: dict) -> None:
        if "method" not in message:
            self._take_answer(message)
        elif "id" in message:
            self._answer(message)
        else:
            self._take_notification(message["method"], message.get("params"))

    def _take_answer(self, message: dict) -> None:
        number = message.get("id")
        if number not in self._asked or number in self._answers:
            self.faults.append(f"an answer that nobody waits for: {message}")
        elif ("result" in message) == ("error" in message):
            self.faults.append(f"an answer needs a result or an error: {message}")
        else:
            self._answers[number] = message

    def _answer(self, message: dict) -> None:
        method, params = message["method"], message.get("params")
        if method == "workspace/applyEdit":
            changed, result = self._apply(params)
        elif method == "window/workDoneProgress/create":
            changed, result = [], self._create_progress(params["token"])
        elif method == "workspace/configuration":
            changed, result = [], [None] * len(params["items"])
        else:
            self.faults.append(f"a request that this client does not offer: {method}")
            self._send({"id": message["id"], "error": {"code": -32601, "message": f"no {method} here"}})
            return
        self._send({"id": message["id"], "result": result})
        # As Neovim and VS Code do: first the answer, then what has become of the text.
        for document, text in changed:
            self.change(document, text)

    def _create_progress(self, token: str | int) -> None:
        if token in self.progress:
            self.faults.append(f"progress {token} was created twice")
        self.progress.setdefault(token, [])

    def _take_notification(self, method: str, params: dict) -> None:
        if method == "$/progress":
            self._take_progress(params["token"], params["value"])
        elif method == "window/showMessage":
            self.messages.append(params["message"])
        elif method == "window/logMessage":
            self.logs.append(params["message"])
        elif not method.startswith(("$/", "textDocument/publishDiagnostics")):
            self.faults.append(f"a notification that no editor knows: {method}")

    def _take_progress(self, token: str | int, value: dict) -> None:
        values = self.progress.get(token)
        if values is None:
            self.faults.append(f"progress {token} was never created")
        elif bool(values) == (value["kind"] == "begin") or self.job_ended(token):
            self.faults.append(f"progress {token} out of order: {values[-1:]} then {value}")
        else:
            values.append(value)

    def _apply(self, params: dict) -> tuple[list[tuple[Document, str]], dict]:
        """What is to become of the open documents, and the answer."""
        self.edits.append(params)
        if not params.get("label"):
            self.faults.append(f"an edit without a label: {params}")
        try:
            return self.workspace.apply(params["edit"], self.encoding), {"applied": True}
        except StaleEdit as problem:
            return [], {"applied": False, "failureReason": str(problem)}
        except BadEdit as problem:
            self.faults.append(f"an edit that cannot be applied: {problem}")
            return [], {"applied": False, "failureReason": str(problem)}

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        with self._changed:
            try:
                self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                self._process.stdin.flush()
            except OSError as problem:
                self._ended = True
                self.faults.append(f"the server does not read any more: {problem}")

    def _said(self) -> str:
        errors = b"".join(self._errors).decode(errors="replace")
        return f"messages: {self.messages}\nlog: {self.logs}\nprogress: {self.progress}\nstandard error: {errors}"

    def _kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(SECONDS)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
