"""What the tests share that start an editor each: a project, a home of its own, a model for it, and README's blocks. Knows no editor."""

import re
import tempfile
import unittest
from pathlib import Path

from tests import graft
from tests.editors.sources import FILES, SOURCES
from tests.engine.cases import grammar
from tests.engine.engine import Engine
from tests.scripted_model import Held, Reply, ScriptedModel

# No model is waited for longer.
SECONDS = 60


def block(page: str, heading: str, language: str) -> str:
    """The first block in that language below a heading of a page, as a reader would copy it."""
    text = (graft.ROOT / page).read_text(encoding="utf-8")
    return re.search(rf"^## {heading}\n.*?```{language}\n(.*?)```", text, re.M | re.S)[1]


class ProjectTest(unittest.TestCase):
    """`graft-ls` is on the `PATH`, and no model is configured until `model` is called."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="graft-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.project = self.folder / "project"
        graft.write_files(self.project, {FILES[language]: SOURCES[language] for language in SOURCES})
        (self.project / ".git").mkdir()
        self.variables = graft.environment(self.folder)
        self.variables["PATH"] = f"{Path(graft.binary()).parent}:{self.variables['PATH']}"

    def model(self, answer: str, held: Held | None = None, **top: object) -> ScriptedModel:
        """A model that always says `answer`, and a config that names it; `top` stands at the config's top."""
        model = self.enterContext(ScriptedModel(lambda _: Reply(answer, held=held)))
        config = graft.write_config(self.folder / "config.toml", "openai", model.url, model="scripted", context=8192)
        head = "".join(f"{key} = {graft.toml(value)}\n" for key, value in top.items())
        config.write_text(head + config.read_text(encoding="utf-8"), encoding="utf-8")
        self.variables["GRAFT_CONFIG"] = str(config)
        return model

    def engine(self, answer: str) -> None:
        """The real server of llama.cpp, bound by a grammar to `answer`, and a config that names it."""
        engine = self.enterContext(Engine())
        bound = {"grammar": grammar([answer])}
        config = graft.write_config(self.folder / "config.toml", "llamacpp", engine.url, context=8192, max_tokens=2048, extra_body=bound)
        self.variables["GRAFT_CONFIG"] = str(config)

    def held(self) -> Held:
        held = Held()
        self.addCleanup(held.close)
        return held

    def reached(self, held: Held) -> None:
        self.assertTrue(held.reached.wait(SECONDS), "the model was never asked")

    def documented(self, language: str) -> str:
        """The file after the command line has documented `widest` in it, without a model."""
        beside = self.folder / "beside" / language
        graft.write_files(beside, {FILES[language]: SOURCES[language]})
        line = SOURCES[language][: SOURCES[language].index("widest(")].count("\n") + 1
        run = graft.run(["run", "document", f"{FILES[language]}:{line}", "--write"], beside, graft.environment(self.folder))
        self.assertEqual(run.returncode, 0, run.stderr)
        text = graft.read_files(beside)[FILES[language]]
        self.assertNotEqual(text, SOURCES[language])
        return text
