"""What the engine is made to answer, and what must then stand in the files: five actions, two languages.

Owns the projects, the answers and the expected texts; starts nothing. An answer is written once, as pieces that are either
fixed or free within a character class; the grammar that binds the engine and the pattern that checks the result both come from them.
"""

import json
import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Free:
    """Characters that the model chooses: a class and a count, which GBNF and regular expressions write alike."""

    characters: str


Pieces = list[str | Free]
WORD = Free("[a-z]{3,9}")
NUMBER = Free("[1-9][0-9]{0,2}")


def grammar(pieces: Pieces) -> str:
    """The GBNF grammar that allows these pieces and nothing else."""
    return "root ::= " + " ".join(
        piece.characters if isinstance(piece, Free) else json.dumps(piece, ensure_ascii=False) for piece in pieces
    )


def pattern(pieces: Pieces) -> re.Pattern[str]:
    """The regular expression of the same texts, to be matched in full."""
    return re.compile("".join(piece.characters if isinstance(piece, Free) else re.escape(piece) for piece in pieces))


@dataclass(frozen=True)
class Case:
    """One action at one place of a project."""

    action: str
    language: str
    files: dict[str, str]
    path: str
    symbol: str
    answer: Pieces
    """What the model says between the fences."""
    expected: dict[str, Pieces]
    """The files that the edit changes or makes; all others stay as they are."""
    diagnostics: list[dict] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.action} in {self.language}"

    @property
    def text(self) -> str:
        return self.files[self.path]

    @property
    def cursor(self) -> tuple[int, int]:
        """Line and column of the symbol in its definition, from 0; the line is ASCII up to there."""
        index = re.search(rf"\b(?:fn|def) (?={self.symbol}\b)", self.text).end()
        return self.text.count("\n", 0, index), index - self.text.rfind("\n", 0, index) - 1

    @property
    def grammar(self) -> str:
        return grammar([f"```{self.language}\n", *self.answer, "\n```"])


def cut(text: str, start: str, end: str) -> tuple[str, str, str]:
    """Before, from the one `start` to the next `end` inclusive, and after."""
    before, rest = text.split(start)
    middle, after = rest.split(end, 1)
    return before, start + middle + end, after


def diagnostic(text: str, words: str, source: str, code: str, message: str) -> dict:
    """A finding on the first occurrence of `words`, on a line that is ASCII up to there."""
    index = text.index(words)
    line, column = text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1
    return {
        "range": {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + len(words)}},
        "severity": 2,
        "source": source,
        "code": code,
        "message": message,
    }


RUST = """//! Shapes — measured in whole units. 🦀

/// Sides, smallest first.
pub const SIDES: [u32; 3] = [1, 2, 3];

pub fn area(width: u32, height: u32) -> u32 {
    width * height
}

pub fn perimeter(width: u32, height: u32) -> u32 {
    let sum = width + height;
    return sum * 2;
}

/// Reads a scale such as `2x`.
pub fn parse_scale(text: &str) -> Option<u32> {
    todo!()
}

pub fn label(width: u32) -> String {
    let crab = "🦀"; format!("{crab}{width}")
}
"""

PYTHON = '''"""Shapes — measured in whole units. 🦀"""

SIDES = (1, 2, 3)


def area(width: int, height: int) -> int:
    return width * height


def is_missing(value: object) -> bool:
    return value == None


def parse_scale(text: str) -> int:
    """Read a scale such as ``2x``."""
    raise NotImplementedError


def label(width: int) -> str:
    crab = "🦀"; return crab + str(width)
'''

RUST_FILES = {
    "Cargo.toml": '[package]\nname = "shapes"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": RUST,
}
PYTHON_FILES = {
    "pyproject.toml": '[project]\nname = "shapes"\nversion = "0.1.0"\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
    "shapes.py": PYTHON,
    "tests/test_sides.py": "from shapes import SIDES\n\n\ndef test_sides():\n    assert len(SIDES) == 3\n",
}


def rust(action: str, symbol: str, answer: Pieces, diagnostics: list[dict] | None = None) -> Case:
    """The answer takes the place of the function, its documentation included."""
    start = "/// Reads" if symbol == "parse_scale" else f"pub fn {symbol}"
    before, _, after = cut(RUST, start, "\n}")
    expected = {"src/lib.rs": [before, *answer, after]}
    return Case(action, "rust", RUST_FILES, "src/lib.rs", symbol, answer, expected, diagnostics or [])


def python(action: str, symbol: str, last_line: str, answer: Pieces, diagnostics: list[dict] | None = None) -> Case:
    """The answer takes the place of the function, from `def` to its last line."""
    before, _, after = cut(PYTHON, f"def {symbol}", last_line)
    expected = {"shapes.py": [before, *answer, after]}
    return Case(action, "python", PYTHON_FILES, "shapes.py", symbol, answer, expected, diagnostics or [])


def rust_tests() -> Case:
    module: Pieces = [
        "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn area_of_",
        WORD,
        "() {\n        assert_eq!(area(2, 3), ",
        NUMBER,
        ");\n    }\n}",
    ]
    return Case("add-tests", "rust", RUST_FILES, "src/lib.rs", "area", module, {"src/lib.rs": [RUST, "\n", *module, "\n"]})


def python_tests() -> Case:
    module: Pieces = ["from shapes import area\n\n\ndef test_area_of_", WORD, "():\n    assert area(2, 3) == ", NUMBER]
    expected = {"tests/test_shapes.py": [*module, "\n"]}
    return Case("add-tests", "python", PYTHON_FILES, "shapes.py", "area", module, expected)


CASES = [
    rust(
        "generate",
        "parse_scale",
        [
            "/// Reads a scale such as `2x`.\npub fn parse_scale(text: &str) -> Option<u32> {\n    text.trim_end_matches('",
            Free("[a-z]"),
            "').parse().ok()\n}",
        ],
    ),
    rust(
        "refactor",
        "label",
        ['pub fn label(width: u32) -> String {\n    let crab = "🦀"; format!("{crab} {width:>', NUMBER, '}")\n}'],
    ),
    rust_tests(),
    rust(
        "document",
        "area",
        ["/// ", WORD, " ", WORD, " ", WORD, ".\npub fn area(width: u32, height: u32) -> u32 {\n    width * height\n}"],
    ),
    rust(
        "fix-lint",
        "perimeter",
        ["pub fn perimeter(width: u32, height: u32) -> u32 {\n    let sum = width + height;\n    sum * ", Free("[2-9]"), "\n}"],
        [diagnostic(RUST, "return sum * 2;", "clippy", "needless_return", "unneeded `return` statement")],
    ),
    python(
        "generate",
        "parse_scale",
        "raise NotImplementedError",
        [
            'def parse_scale(text: str) -> int:\n    """Read a scale such as ``2x``."""\n    return int(text.rstrip("',
            Free("[a-z]"),
            '"))',
        ],
    ),
    python(
        "refactor",
        "label",
        "str(width)",
        ['def label(width: int) -> str:\n    crab = "🦀"; return crab + str(width).rjust(', NUMBER, ")"],
    ),
    python_tests(),
    python(
        "document",
        "area",
        "width * height",
        [
            'def area(width: int, height: int) -> int:\n    """',
            WORD,
            " ",
            WORD,
            " ",
            WORD,
            '."""\n    return width * height',
        ],
    ),
    python(
        "fix-lint",
        "is_missing",
        "== None",
        ["def is_missing(value: object) -> bool:\n    return value in (None, ", NUMBER, ")"],
        [diagnostic(PYTHON, "None", "flake8", "E711", "comparison to None should be 'if cond is None:'")],
    ),
]
