"""Graft against a real engine: llama.cpp's server with a model of random weights.

Bound by a grammar it gives exactly one shape of answer, and the edit must arrive whole through both faces; unbound it talks noise,
and nothing may change. Run from the project's root: `python -m unittest tests.engine.test_engine`.
"""

import json
import tempfile
import unittest
from pathlib import Path

from tests import graft
from tests.engine import noise
from tests.engine.cases import CASES, Case, pattern
from tests.engine.engine import Engine
from tests.engine.tiny_model import BYTES, CONTROL
from tests.lsp_client import Client

KINDS = {
    "generate": "refactor.rewrite.graft.generate",
    "refactor": "refactor.rewrite.graft.refactor",
    "add-tests": "refactor.rewrite.graft.add-tests",
    "document": "refactor.rewrite.graft.document",
    "fix-lint": "quickfix.graft.fix-lint",
}
# utf-16 is all that VS Code offers, utf-8 what Neovim prefers.
ENCODINGS = {"rust": ["utf-16"], "python": ["utf-8", "utf-16"]}
END_OF_TURN = BYTES + CONTROL.index("<|im_end|>")
# What may become of an answer that holds no edit. Anything else (a provider's error, no route) would mean that no answer was judged.
JUDGEMENTS = {"truncated", "no_code", "wrong_name", "syntax", "lazy", "outside_scope", "homoglyph", "refusal", "no_change"}

engine: Engine


def setUpModule() -> None:
    global engine
    engine = Engine()
    unittest.addModuleCleanup(engine.close)


class EngineTest(unittest.TestCase):
    """A home folder of its own for each test."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="graft-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def variables(self, **model: object) -> dict[str, str]:
        """An environment with a config whose only model is the engine's."""
        config = graft.write_config(self.folder / "config.toml", "llamacpp", engine.url, context=8192, **model)
        return graft.environment(self.folder, config)

    def action(self, client: Client, case: Case) -> dict:
        """The code action at the case's cursor, as the editor's menu would offer it."""
        line, column = case.cursor
        cursor = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column}}
        where = case.diagnostics[0]["range"] if case.diagnostics else cursor
        uri = next(iter(client.workspace.documents))
        context = {"diagnostics": case.diagnostics, "triggerKind": 1}
        offered = client.request("textDocument/codeAction", {"textDocument": {"uri": uri}, "range": where, "context": context})
        for item in offered:
            self.assertTrue(item["title"].startswith("Graft: "), item)
            self.assertEqual(item["tags"], [1])
            self.assertNotIn("edit", item)
        wanted = [item for item in offered if item["command"]["arguments"][:1] and item["kind"] == KINDS[case.action]]
        self.assertTrue(wanted, f"{case} is not offered: {[item['title'] for item in offered]}")
        self.assertEqual(wanted[0]["command"]["command"], "graft.run")
        self.assertEqual(wanted[0]["command"]["arguments"][0]["action"], case.action)
        return wanted[0]

    def start_job(self, client: Client, case: Case) -> str:
        command = self.action(client, case)["command"]
        request = {"command": command["command"], "arguments": command["arguments"]}
        return client.request("workspace/executeCommand", request)["job"]


class BoundByAGrammar(EngineTest):
    """The model can give one shape of answer only: the edit must arrive."""

    def check_case(self, case: Case) -> None:
        # Without the engine's prompt cache the same prompt and seed give the same text, whatever was asked before.
        extra_body = {"grammar": case.grammar, "seed": 11, "cache_prompt": False}
        variables = self.variables(max_tokens=1024, temperature=0.8, extra_body=extra_body)
        # The same folder for both, one after the other: a path may stand in the prompt.
        project = self.folder / "project"
        in_editor = self.by_lsp(case, graft.new_project(project, case.files, variables), variables)
        by_command = self.by_command_line(case, graft.new_project(project, case.files, variables), variables)
        for path, pieces in case.expected.items():
            self.assertRegex(in_editor.get(path, ""), rf"\A(?:{pattern(pieces).pattern})\Z", f"{case}, {path}")
        untouched = {path: text for path, text in in_editor.items() if path not in case.expected}
        self.assertEqual(untouched, {path: text for path, text in case.files.items() if path not in case.expected})
        self.assertEqual(in_editor, by_command)

    def by_lsp(self, case: Case, project: Path, variables: dict[str, str]) -> dict[str, str]:
        """All files after the session, with the open buffer in the place of its file."""
        with Client([graft.binary()], project, variables, ENCODINGS[case.language]) as client:
            self.assertEqual(client.encoding, ENCODINGS[case.language][0])
            document = client.open(project / case.path, case.language)
            job = self.start_job(client, case)
            client.wait_for_job(job)
            self.assertEqual(client.messages, [])
            self.assertEqual(len(client.edits), 1)
            self.assertIn("tiny", client.edits[0]["label"])
            self.assertIn("tiny", client.progress[job][-1].get("message", ""))
            return graft.read_files(project) | {case.path: document.text}

    def by_command_line(self, case: Case, project: Path, variables: dict[str, str]) -> dict[str, str]:
        """All files after `git apply` of what `graft-ls run` printed."""
        line, column = case.cursor
        arguments = ["run", case.action, f"{case.path}:{line + 1}:{column + 1}"]
        if case.diagnostics:
            findings = self.folder / "diagnostics.json"
            findings.write_text(json.dumps(case.diagnostics), encoding="utf-8")
            arguments += ["--diagnostics", str(findings)]
        done = graft.run(arguments, project, variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        graft.git(project, variables, "apply", "--check", stdin=done.stdout)
        graft.git(project, variables, "apply", stdin=done.stdout)
        return graft.read_files(project)


def add_case(case: Case) -> None:
    name = f"test_{case}".replace(" ", "_").replace("-", "_")
    setattr(BoundByAGrammar, name, lambda self: self.check_case(case))


for each in CASES:
    add_case(each)


class TheEngineItself(EngineTest):
    """What the other tests stand on, so that a failure there can be told from one of the engine."""

    def test_says_what_the_grammar_allows_and_stops(self) -> None:
        for case in CASES:
            with self.subTest(str(case)):
                choice = engine.chat(grammar=case.grammar, seed=11, temperature=0.8, max_tokens=1024, cache_prompt=False)
                self.assertEqual(choice["finish_reason"], "stop")
                fenced = [f"```{case.language}\n", *case.answer, "\n```"]
                self.assertRegex(choice["message"]["content"], rf"\A(?:{pattern(fenced).pattern})\Z")


class TalkingNoise(EngineTest):
    """The model says what comes to it: no buffer may change and no diff may come out."""

    def check_noise(self, language: str, count: int, seed: int, **extra_body: object) -> None:
        free = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "seed": seed}
        variables = self.variables(max_tokens=64, temperature=1.5, extra_body=free | extra_body)
        lines = noise.batch_lines(language, count, seed)
        done = graft.run(["batch"], self.folder, variables, stdin=noise.as_stdin(lines))
        results = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([result["id"] for result in results], [line["id"] for line in lines], done.stderr)
        judged = 0
        for line, result in zip(lines, results, strict=True):
            about = f"{line['id']} {line['action']}: {json.dumps(result)[:2000]}"
            self.assertTrue(result["text"] == line["text"], about)
            self.assertFalse(result.get("diff") or result.get("edits"), about)
            code = (result.get("reason") or {}).get("code")
            self.assertTrue(not result["success"] or code == "no_change", about)
            if result["attempts"]:
                self.assertIn(code, JUDGEMENTS, about)
                judged += 1
        # An action that does not apply to a place is refused without a model; most must have been judged by an answer.
        self.assertGreaterEqual(judged, count * 3 // 4)

    def test_cut_off_noise_on_pythons_library(self) -> None:
        self.check_noise("python", 80, 1, ignore_eos=True)

    def test_cut_off_noise_on_this_project(self) -> None:
        self.check_noise("rust", 60, 2, ignore_eos=True)

    def test_finished_noise_on_pythons_library(self) -> None:
        self.check_noise("python", 120, 3, logit_bias=[[END_OF_TURN, 2.0]])

    def test_finished_noise_on_this_project(self) -> None:
        self.check_noise("rust", 80, 4, logit_bias=[[END_OF_TURN, 2.0]])

    def test_noise_in_a_fence_on_pythons_library(self) -> None:
        self.check_noise("python", 60, 5, grammar='root ::= "```python\\n" [ -_a-~\\n]{10,50} "\\n```"')

    def test_noise_in_a_fence_on_this_project(self) -> None:
        self.check_noise("rust", 60, 6, grammar='root ::= "```rust\\n" [ -_a-~\\n]{10,50} "\\n```"')

    def test_noise_leaves_buffers_alone(self) -> None:
        variables = self.variables(max_tokens=64, temperature=1.5, extra_body={"seed": 7})
        for case in CASES:
            with self.subTest(str(case)):
                self.check_buffer(case, variables)

    def check_buffer(self, case: Case, variables: dict[str, str]) -> None:
        project = graft.new_project(self.folder / "project", case.files, variables)
        with Client([graft.binary()], project, variables, ENCODINGS[case.language]) as client:
            document = client.open(project / case.path, case.language)
            job = self.start_job(client, case)
            self.assertRegex(client.message(), "^Graft:")
            client.wait_for_job(job)
            self.assertEqual(client.edits, [])
            self.assertEqual(document.text, case.text)
            self.assertEqual(graft.read_files(project), case.files)

    def test_noise_gives_no_diff(self) -> None:
        variables = self.variables(max_tokens=64, temperature=1.5, extra_body={"seed": 8})
        case = next(case for case in CASES if case.action == "document")
        project = graft.new_project(self.folder / "project", case.files, variables)
        done = graft.run(["run", case.action, f"{case.path}:{case.cursor[0] + 1}"], project, variables)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.strip())


class Cancelled(EngineTest):
    """A person changes their mind while the model is at it."""

    def test_cancel_frees_the_engine(self) -> None:
        # Left alone it would go on for many times the deadline below.
        slow = {"ignore_eos": True, "seed": 9}
        variables = self.variables(max_tokens=24000, temperature=1.5, extra_body=slow)
        case = next(case for case in CASES if case.action == "document")
        project = graft.new_project(self.folder / "project", case.files, variables)
        with Client([graft.binary()], project, variables, ENCODINGS[case.language]) as client:
            document = client.open(project / case.path, case.language)
            job = self.start_job(client, case)
            engine.wait_until_busy(True, seconds=20)
            client.request("workspace/executeCommand", {"command": "graft.cancel", "arguments": [{"job": job}]})
            engine.wait_until_busy(False, seconds=5)
            client.wait_for_job(job)
            said = [client.progress[job][-1].get("message", ""), *client.messages]
            client.messages.clear()
            self.assertTrue(any("cancel" in words.lower() for words in said), said)
            self.assertEqual((client.edits, document.text), ([], case.text))
            status = client.request("workspace/executeCommand", {"command": "graft.status", "arguments": []})
            self.assertEqual(status["jobs"], [])


if __name__ == "__main__":
    unittest.main()
