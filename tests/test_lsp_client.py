"""The strict client is strict: it takes a well-behaved server, and each kind of bad one fails the session.

Owns a fake server of a few lines. Without this a slack client would make every other test pass.
"""

import sys
import tempfile
import unittest
from pathlib import Path

from tests.lsp_client import Client
from tests.lsp_document import BadEdit, Document, StaleEdit, Workspace, offset, position

FAKE_SERVER = r"""
import json, sys
mode = sys.argv[1]
def say(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body)); sys.stdout.buffer.flush()
def hear():
    length = 0
    while (line := sys.stdin.buffer.readline()) not in (b"\r\n", b""):
        length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length)) if line else None
def progress(kind):
    say({"method": "$/progress", "params": {"token": "t", "value": {"kind": kind, "title": "x"}}})
version, uri = 0, ""
while message := hear():
    method, number = message.get("method"), message.get("id")
    if method == "initialize":
        say({"id": number, "result": {"capabilities": {"positionEncoding": "utf-8"}}})
    elif method in ("textDocument/didOpen", "textDocument/didChange"):
        version, uri = message["params"]["textDocument"]["version"], message["params"]["textDocument"]["uri"]
        say({"method": "test/seen", "params": {}}) if mode == "unknown" else None
    elif method == "workspace/executeCommand":
        say({"id": number, "result": {}})
        if mode == "twice": say({"id": number, "result": {}})
        if mode == "stdout": sys.stdout.buffer.write(b"hello\n"); sys.stdout.buffer.flush()
        if mode != "uncreated": say({"id": "p", "method": "window/workDoneProgress/create", "params": {"token": "t"}})
        progress("begin")
        column = {"past": 99, "inside": 6}.get(mode, 9)
        place = {"line": 0, "character": column}
        edits = [{"range": {"start": place, "end": place}, "newText": "!"}]
        change = {"textDocument": {"uri": uri, "version": version - (mode == "stale")}, "edits": edits}
        say({"id": "e", "method": "workspace/applyEdit", "params": {"label": "x", "edit": {"documentChanges": [change]}}})
        if mode == "message": say({"method": "window/showMessage", "params": {"type": 3, "message": "Graft: no"}})
        if mode != "endless": progress("end")
        if mode == "after": progress("report")
    elif method == "shutdown":
        say({"id": number, "result": None})
    elif method == "exit":
        sys.exit(3 if mode == "code" else 0)
"""


class StrictClient(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="graft-test-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        (self.root / "server.py").write_text(FAKE_SERVER)
        (self.root / "text").write_text("a = '🦀'")

    def session(self, mode: str) -> str:
        """The text after one command and the edit that follows it."""
        command = [sys.executable, str(self.root / "server.py"), mode]
        with Client(command, self.root, {}, ["utf-8", "utf-16"]) as client:
            document = client.open(self.root / "text", "text")
            client.request("workspace/executeCommand", {"command": "x"})
            client.wait(lambda: client.edits and client.job_ended("t"), "end", seconds=5 if mode != "endless" else 0.2)
        return document.text

    def test_takes_a_good_server(self) -> None:
        self.assertEqual(self.session("good"), "a = '🦀!'")

    def test_refuses_bad_servers(self) -> None:
        reasons = {
            "twice": "nobody waits for",
            "stdout": "not a header",
            "uncreated": "never created",
            "past": "past the end",
            "inside": "inside a character",
            "message": "nobody expected",
            "endless": "within",
            "after": "out of order",
            "unknown": "no editor knows",
            "code": "left with 3",
        }
        for mode, reason in reasons.items():
            with self.subTest(mode), self.assertRaisesRegex(AssertionError, reason):
                self.session(mode)

    def test_a_stale_edit_is_answered_not_applied(self) -> None:
        self.assertEqual(self.session("stale"), "a = '🦀'")


class Documents(unittest.TestCase):
    def test_positions_in_each_encoding(self) -> None:
        text = "é\r\n🦀x\ry\n"
        for encoding, column in (("utf-8", 4), ("utf-16", 2), ("utf-32", 1)):
            self.assertEqual(offset(text, {"line": 1, "character": column}, encoding), text.index("x"))
            for index in (0, text.index("x"), text.index("y"), len(text)):
                self.assertEqual(offset(text, position(text, index, encoding), encoding), index)

    def test_overlapping_edits_are_refused(self) -> None:
        def edit(start: int, end: int, new: str) -> dict:
            return {"range": {"start": {"line": 0, "character": start}, "end": {"line": 0, "character": end}}, "newText": new}

        document = Document("file:///a", "text", "abcdef")
        self.assertEqual(document.edited([edit(4, 6, "Y"), edit(0, 2, "X")], "utf-8"), "XcdY")
        with self.assertRaises(BadEdit):
            document.edited([edit(0, 3, "X"), edit(2, 4, "Y")], "utf-8")

    def test_an_edit_lands_whole_or_not_at_all(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            uri, new = "file:///open", (Path(folder) / "new").as_uri()
            workspace = Workspace({uri: Document(uri, "text", "x", 2)})
            create = {"kind": "create", "uri": new}
            stale = {"textDocument": {"uri": uri, "version": 1}, "edits": []}
            with self.assertRaises(StaleEdit):
                workspace.apply({"documentChanges": [create, stale]}, "utf-8")
            self.assertFalse((Path(folder) / "new").exists())
            workspace.apply({"documentChanges": [create]}, "utf-8")
            self.assertTrue((Path(folder) / "new").exists())


if __name__ == "__main__":
    unittest.main()
