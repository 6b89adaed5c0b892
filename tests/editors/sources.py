"""Two files, what a model answers about them, and what comes of it: the same for every editor.

Both files have characters of two and four bytes before and on the way to each function, where a wrong encoding would show.
"""

from dataclasses import dataclass

RUST = """//! Lines — measured. 🦀

pub const CRAB: &str = "🦀";

pub fn widest(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count()).max().unwrap_or(0)
}

/// The number of lines — with a 🦀.
pub fn crabs(lines: &[String]) -> usize {
    todo!()
}
"""
RUST_WIDEST = RUST[RUST.index("pub fn widest") : RUST.index("\n\n/// The number")]
RUST_CRABS = RUST[RUST.index("/// The number") :].rstrip("\n")
RUST_COMMENT = "/// The length of the longest line, in characters — not bytes. 🦀\n"
RUST_FOLDED = RUST_WIDEST.replace(".max().unwrap_or(0)", ".fold(0, usize::max)")
RUST_WRITTEN = RUST_CRABS.replace("todo!()", "lines.iter().filter(|line| line.contains(CRAB)).count()")
RUST_TESTS = """#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_zero_wide() {
        assert_eq!(widest(&[]), 0);
    }
}
"""

PYTHON = '''"""Lines — measured. 🐍"""

SNAKE = "🐍"


def widest(lines: list[str]) -> int:
    return max((len(line) for line in lines), default=0)


def snakes(lines: list[str]) -> int:
    """Return the number of lines — with a 🐍."""
    raise NotImplementedError
'''
PYTHON_WIDEST = PYTHON[PYTHON.index("def widest") : PYTHON.index("\n\n\ndef snakes")]
PYTHON_HEAD = "def widest(lines: list[str]) -> int:\n"
PYTHON_SNAKES = PYTHON[PYTHON.index("def snakes") :].rstrip("\n")
PYTHON_COMMENT = '    """Measure the longest line — in characters. 🐍"""\n'
PYTHON_MAPPED = PYTHON_WIDEST.replace("(len(line) for line in lines)", "map(len, lines)")
PYTHON_WRITTEN = PYTHON_SNAKES.replace("raise NotImplementedError", "return sum(SNAKE in line for line in lines)")
PYTHON_TESTS = """from lines import widest


def test_nothing_is_zero_wide():
    assert widest([]) == 0
"""

SOURCES = {"rust": RUST, "python": PYTHON}
FILES = {"rust": "src/lines.rs", "python": "lines.py"}


@dataclass(frozen=True)
class Case:
    """One action on one of the files: where the cursor is, what the menu calls it, and what a model makes of it."""

    language: str
    action: str
    symbol: str
    title: str
    answer: str
    result: str
    # Where the result stands, if not in the file itself.
    file: str | None = None

    @property
    def source(self) -> str:
        return SOURCES[self.language]


def _fenced(language: str, code: str) -> str:
    return f"Here it is:\n\n```{language}\n{code}\n```\n"


def _case(language: str, action: str, symbol: str, old: str, new: str, title: str = "") -> Case:
    return Case(
        language,
        action,
        symbol,
        title or f"Graft: {action} `{symbol}`",
        _fenced(language, new),
        SOURCES[language].replace(old, new),
    )


DOCUMENT = {
    "rust": _case("rust", "document", "widest", RUST_WIDEST, RUST_COMMENT + RUST_WIDEST),
    "python": _case("python", "document", "widest", PYTHON_WIDEST, PYTHON_WIDEST.replace(PYTHON_HEAD, PYTHON_HEAD + PYTHON_COMMENT)),
}
FIX = {
    "rust": _case("rust", "fix-lint", "widest", RUST_WIDEST, RUST_FOLDED, "Graft: fix problems in `widest`"),
    "python": _case("python", "fix-lint", "widest", PYTHON_WIDEST, PYTHON_MAPPED, "Graft: fix problems in `widest`"),
}
CASES = [
    *DOCUMENT.values(),
    _case("rust", "refactor", "widest", RUST_WIDEST, RUST_FOLDED),
    _case("python", "refactor", "widest", PYTHON_WIDEST, PYTHON_MAPPED),
    _case("rust", "generate", "crabs", RUST_CRABS, RUST_WRITTEN),
    _case("python", "generate", "snakes", PYTHON_SNAKES, PYTHON_WRITTEN),
    Case("rust", "add-tests", "widest", "Graft: add tests for `widest`", _fenced("rust", RUST_TESTS), f"{RUST}\n{RUST_TESTS}"),
    Case("python", "add-tests", "widest", "Graft: add tests for `widest`", _fenced("python", PYTHON_TESTS), PYTHON_TESTS, "tests/test_lines.py"),
]
