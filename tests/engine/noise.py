"""Places in real source files for a model that talks noise to be asked about.

Owns where to look (Python's own library, this project's Rust) and the batch lines made from it. Asks nobody.
"""

import json
import random
import re
import sysconfig
from pathlib import Path

from tests.graft import ROOT

ACTIONS = ["document", "refactor", "add-tests", "generate", "fix-lint"]
DEFINITIONS = {
    "python": re.compile(r"^ *(?:async )?def (?=\w)", re.MULTILINE),
    "rust": re.compile(r"^ *(?:pub(?:\([a-z]+\))? )?(?:const )?(?:async )?fn (?=\w)", re.MULTILINE),
}
# A prompt is read byte by byte on one thread; larger files add nothing but time.
MOST_BYTES = 60_000


def source_files(language: str) -> list[Path]:
    """Real files of a language, in one order on each machine."""
    if language == "rust":
        return sorted((ROOT / "server").rglob("*.rs"))
    library = Path(sysconfig.get_path("stdlib"))
    return sorted(path for folder in ("", "json", "email", "http", "logging") for path in (library / folder).glob("*.py"))


def places(language: str, count: int, seed: int) -> list[tuple[Path, str, dict]]:
    """`count` files with the position of one of their functions, spread over the files; a file comes again where there are few."""
    chance = random.Random(seed)
    files = []
    for path in source_files(language):
        text = path.read_bytes().decode("utf-8", "replace")
        names = [match.end() for match in DEFINITIONS[language].finditer(text)]
        if names and len(text) < MOST_BYTES:
            files.append((path, text, names))
    chance.shuffle(files)
    found = []
    for turn in range(count):
        path, text, names = files[turn % len(files)]
        index = chance.choice(names)
        line = text.count("\n", 0, index)
        # Up to a definition's name a line is ASCII: a column is the same in every encoding.
        found.append((path, text, {"line": line, "character": index - text.rfind("\n", 0, index) - 1}))
    return found


def batch_lines(language: str, count: int, seed: int) -> list[dict]:
    """Lines for `graft-ls batch`, each asking a model; the actions take turns."""
    lines = []
    for number, (path, text, position) in enumerate(places(language, count, seed)):
        cursor = {"start": position, "end": position}
        line = {
            "id": f"{path.name}:{position['line'] + 1}#{number}",
            "action": ACTIONS[number % len(ACTIONS)],
            "language": language,
            "path": path.name,
            "text": text,
            "range": cursor,
        }
        if line["action"] == "generate":
            line["instruction"] = "Handle the empty case first."
        if line["action"] == "fix-lint":
            line["diagnostics"] = [{"range": cursor, "severity": 2, "source": "review", "message": "this name is misleading"}]
        lines.append(line)
    return lines


def as_stdin(lines: list[dict]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)
