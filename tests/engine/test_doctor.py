"""The check-up of a real engine: llama.cpp's server as it is well, wants a key, loads, and has too small a window.

Run from the project's root: `python -m unittest tests.engine.test_doctor`.
"""

import json
import tempfile
import unittest
from pathlib import Path

from tests import graft
from tests.engine.engine import Engine

KEY = "sk-engine-0123456789abcdef"


class Doctor(unittest.TestCase):
    """What `graft-ls doctor` says of it, and whether the same holds for a job."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="graft-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def variables(self, url: str, kind: str = "llamacpp", provider: dict | None = None, **model: object) -> dict[str, str]:
        config = graft.write_config(self.folder / "config.toml", kind, url, provider, **model)
        return graft.environment(self.folder, config)

    def examined(self, variables: dict[str, str], *options: str) -> tuple[int, dict]:
        done = graft.run(["doctor", "--json", *options], self.folder, variables)
        self.assertEqual(done.stderr, "")
        return done.returncode, json.loads(done.stdout)

    def refused(self, variables: dict[str, str]) -> str:
        """The sentence of a job that gets no answer."""
        (self.folder / "a.py").write_text("def f(x):\n    return x\n", encoding="utf-8")
        done = graft.run(["run", "refactor", "a.py:1"], self.folder, variables)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr

    def test_an_engine_that_is_well(self) -> None:
        with Engine("--context", "8192") as engine:
            # Left to itself a model of random weights may have nothing to say.
            variables = self.variables(engine.url, context=8192, extra_body={"ignore_eos": True})
            code, found = self.examined(variables)
            self.assertEqual((code, found["ok"]), (0, True), found)
            [provider], [model] = found["providers"], found["models"]
            self.assertEqual((provider["state"], provider["models"], provider["privacy"]), ("ok", 1, "mine"))
            self.assertRegex(provider["version"], r"^b\d+")
            self.assertEqual((model["state"], model["works"], model["problem"], model["notes"]), ("ok", True, None, []))
            self.assertTrue(model["matched"].endswith("tiny.gguf"), model)
            self.assertEqual(model["context"], {"asked": 8192, "real": 8192, "largest": 32768})
            self.assertEqual((model["insert"], model["tier"]), (True, "small"))
            self.assertGreater(model["speed"]["first_token_seconds"], 0)
            self.assertGreater(model["speed"]["tokens_per_second"], 1)
            text = graft.run(["doctor"], self.folder, variables).stdout
            self.assertIn("fills in, context 8192, first token after ", text)
            self.assertIn("tokens/s, GPU or CPU: not told\n", text)

    def test_a_model_that_cannot_fill_in(self) -> None:
        with Engine("--no-fim") as engine:
            _, found = self.examined(self.variables(engine.url))
            self.assertIs(found["models"][0]["insert"], False)

    def test_a_name_that_an_openai_server_does_not_have(self) -> None:
        with Engine() as engine:
            code, found = self.examined(self.variables(engine.url, kind="openai"))
            self.assertEqual((code, found["providers"][0]["state"]), (1, "ok"))
            problem = found["models"][0]["problem"]
            self.assertRegex(problem, r"^engine has no model `tiny`; set models\.tiny\.model to one that it has, such as `.*tiny\.gguf`$")

    def test_a_wrong_key_and_the_right_one(self) -> None:
        key = self.folder / "key"
        with Engine("--key", KEY) as engine:
            for said, expected in (
                ("sk-wrong-0123456789abcdef", "engine refuses the key (it said: Invalid API Key)"),
                (None, "engine wants a key (it said: Invalid API Key); set providers.engine.api_key"),
            ):
                key.write_text(said or "", encoding="utf-8")
                variables = self.variables(engine.url, provider={"api_key": {"file": str(key)}} if said else None)
                code, found = self.examined(variables)
                self.assertEqual(code, 1)
                self.assertIn(expected, found["providers"][0]["problem"])
                self.assertIn(expected, self.refused(variables))
                self.assertNotIn("sk-wrong", json.dumps(found))
            key.write_text(KEY, encoding="utf-8")
            code, found = self.examined(self.variables(engine.url, provider={"api_key": {"file": str(key)}}))
            self.assertEqual((code, found["models"][0]["state"]), (0, "ok"), found)
            self.assertNotIn(KEY, json.dumps(found))

    def test_an_engine_that_is_loading(self) -> None:
        with Engine("--loading") as engine:
            variables = self.variables(engine.url, provider={"first_token_timeout_s": 0.7})
            code, found = self.examined(variables)
            self.assertEqual(code, 1)
            self.assertIn("engine is still loading its model (it said: Loading model)", found["providers"][0]["problem"])
            # A job waits for it, as long as the first token may take.
            self.assertIn("engine is still loading `tiny` (it said: Loading model)", self.refused(variables))

    def test_a_window_that_is_smaller_than_was_thought(self) -> None:
        with Engine("--context", "2048") as engine:
            variables = self.variables(engine.url, context=16384)
            code, found = self.examined(variables)
            [model] = found["models"]
            self.assertEqual((code, model["state"], model["context"]["real"]), (0, "note", 2048))
            self.assertIn("set models.tiny.context to 2048", model["notes"][0])
            # A prompt of that length is refused by the engine itself.
            code, found = self.examined(variables, "--bench")
            self.assertEqual((code, found["models"][0]["works"]), (1, False))
            self.assertIn("the prompt does not fit the window of `tiny`", found["models"][0]["problem"])

    def test_an_engine_that_is_gone(self) -> None:
        with Engine() as engine:
            variables = self.variables(engine.url)
        code, found = self.examined(variables)
        self.assertEqual(code, 1)
        self.assertRegex(found["providers"][0]["problem"], r"^cannot reach engine at http://127\.0\.0\.1:\d+ \(.*\); start it or correct")
        works = {action["action"]: action["works"] for action in found["actions"]}
        actions = dict.fromkeys(("generate", "refactor", "add-tests", "document", "fix-lint"), False)
        # One's own code is there without an engine.
        self.assertEqual(works, {**actions, "complete": True})


if __name__ == "__main__":
    unittest.main()
