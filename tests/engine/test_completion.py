"""Graft's inline completion against a real engine: llama.cpp's server, with a model that knows fill-in-the-middle tokens and one that does not.

Bound by a grammar it gives exactly one text; unbound it talks noise, and nothing that parses worse may be shown. Run from the project's
root: `python -m unittest tests.engine.test_completion`.
"""

import json
import tempfile
import unittest
from pathlib import Path

from tests import graft
from tests.engine.engine import Engine

CODE = "fn add(a: u8, b: u8) -> u8 {\n    \n}\n"
# What a model writes that does not stop: the function's end, and another one.
RUN_ON = 'root ::= "a + b\\n}\\n\\nfn other" [a-z]{1,200}'


class Completion(unittest.TestCase):
    """A project with one file, and a config whose only model is the engine's."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="graft-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def complete(
        self, engine: Engine, place: str, **model: object
    ) -> tuple[int, dict, str]:
        """The exit code, the report and what was said."""
        config = graft.write_config(
            self.folder / "config.toml", "llamacpp", engine.url, context=8192, **model
        )
        variables = graft.environment(self.folder, config)
        project = graft.new_project(
            self.folder / "project", {"add.rs": CODE}, variables
        )
        done = graft.run(["complete", f"add.rs:{place}", "--json"], project, variables)
        self.assertTrue(done.stdout, done.stderr)
        return done.returncode, json.loads(done.stdout), done.stderr

    def test_fills_the_hole_and_stops_at_the_function_s_end(self) -> None:
        with Engine() as engine:
            code, report, said = self.complete(
                engine, "2:5", extra_body={"grammar": RUN_ON, "seed": 11}
            )
            self.assertEqual((code, report["completion"]), (0, "a + b"), said)
            engine.wait_until_busy(False, 1)

    def test_says_what_to_set_for_a_model_without_the_tokens_and_then_asks_by_a_template(
        self,
    ) -> None:
        extra_body = {"grammar": RUN_ON, "seed": 11}
        with Engine("--no-fim") as engine:
            code, report, said = self.complete(engine, "2:5", extra_body=extra_body)
            self.assertEqual((code, report["reason"]["code"]), (1, "no_route"), said)
            self.assertIn("set models.tiny.fim", report["reason"]["message"])
            own = {"prefix": "<P>", "suffix": "<S>", "middle": "<M>"}
            for fim in ("qwen-coder", own):
                with self.subTest(fim):
                    code, report, said = self.complete(
                        engine, "2:5", fim=fim, extra_body=extra_body
                    )
                    self.assertEqual((code, report["completion"]), (0, "a + b"), said)

    def test_shows_no_noise_that_parses_worse(self) -> None:
        with Engine() as engine:
            for seed in range(20):
                with self.subTest(seed):
                    free = {
                        "top_k": 0,
                        "top_p": 1.0,
                        "min_p": 0.0,
                        "seed": seed,
                        "ignore_eos": True,
                    }
                    code, report, said = self.complete(
                        engine, "2:5", temperature=1.5, extra_body=free
                    )
                    self.assertEqual(code, 0, said)
                    self.assertEqual(
                        report["attempts"][0]["outcome"],
                        "edit" if report["completion"] else "no_change",
                    )
                    self.assertFalse(
                        any(
                            ord(letter) < 32 and letter not in "\n\t"
                            for letter in report["completion"] or ""
                        )
                    )


if __name__ == "__main__":
    unittest.main()
