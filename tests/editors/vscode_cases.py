"""The code that the tests for VS Code work on: for each language and action where the cursor goes, what the model answers, and
what should become of the text. Both files have characters of two and four bytes, where a wrong encoding would show.
"""

from dataclasses import dataclass, field

RUST = """//! Lines — measured. 🦀

pub const CRAB: &str = "🦀";

pub fn widest(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count()).max().unwrap_or(0)
}

/// The number of empty lines.
pub fn empty(lines: &[String]) -> usize {
    todo!()
}

pub fn total(lines: &[String]) -> usize {
    let mut sum = lines.iter().map(|line| line.len()).sum();
    sum
}
"""
PYTHON = '''"""Lines — measured. 🐍"""

SNAKE = "🐍"


def widest(lines: list[str]) -> int:
    return max((len(line) for line in lines), default=0)


def empty(lines: list[str]) -> int:
    """The number of empty lines."""
    raise NotImplementedError


def total(lines: list[str]) -> int:
    unused = 0
    return sum(len(line) for line in lines)
'''


@dataclass
class Case:
    """One action: the cursor goes before `at`, the model says `answer`, and each `old` becomes its `new`."""

    at: str
    answer: str
    changes: list[tuple[str, str]]
    diagnostics: list[dict] = field(default_factory=list)
    # Another file that the edit belongs to, as the text it has then; "{module}" is the tested file's.
    beside: tuple[str, str] | None = None


SOURCES = {"rust": RUST, "python": PYTHON}
EXTENSIONS = {"rust": "rs", "python": "py"}
RUST_HEAD = "pub fn widest(lines: &[String]) -> usize {\n"
RUST_BODY = "    lines.iter().map(|line| line.chars().count()).max().unwrap_or(0)\n"
RUST_CLEARER = "    lines.iter().map(|line| line.chars().count()).max().unwrap_or_default()\n"
RUST_COMMENT = "/// The length of the longest line, in characters — not bytes. 🦀\n"
RUST_TESTS = """
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_widest() {
        assert_eq!(widest(&["🦀🦀".to_owned()]), 2);
    }
}
"""
PYTHON_HEAD = "def widest(lines: list[str]) -> int:\n"
PYTHON_BODY = "    return max((len(line) for line in lines), default=0)\n"
PYTHON_CLEARER = "    return max(map(len, lines), default=0)\n"
PYTHON_COMMENT = '    """Measure the longest line — in characters. 🐍"""\n'
PYTHON_TESTS = """from {module} import widest


def test_finds_the_widest():
    assert widest(["🐍🐍"]) == 2
"""

CASES = {
    "rust": {
        "generate": Case(
            "empty(",
            "```rust\npub fn empty(lines: &[String]) -> usize {\n    lines.iter().filter(|line| line.is_empty()).count()\n}\n```",
            [("    todo!()\n", "    lines.iter().filter(|line| line.is_empty()).count()\n")],
        ),
        "refactor": Case("widest(", f"```rust\n{RUST_HEAD}{RUST_CLEARER}}}\n```", [(RUST_BODY, RUST_CLEARER)]),
        "add-tests": Case("widest(", f"```rust{RUST_TESTS}```", [("    sum\n}\n", "    sum\n}\n" + RUST_TESTS)]),
        "document": Case(
            "widest(", f"Here it is:\n\n```rust\n{RUST_COMMENT}{RUST_HEAD}{RUST_BODY}}}\n```\n", [(RUST_HEAD, RUST_COMMENT + RUST_HEAD)]
        ),
        "fix-lint": Case(
            "mut sum",
            "```rust\npub fn total(lines: &[String]) -> usize {\n    let sum = lines.iter().map(|line| line.len()).sum();\n    sum\n}\n```",
            [("let mut sum", "let sum")],
            [{"at": "mut sum", "message": "variable does not need to be mutable", "code": "unused_mut"}],
        ),
    },
    "python": {
        "generate": Case(
            "empty(",
            '```python\ndef empty(lines: list[str]) -> int:\n    """The number of empty lines."""\n    return lines.count("")\n```',
            [("    raise NotImplementedError\n", '    return lines.count("")\n')],
        ),
        "refactor": Case("widest(", f"```python\n{PYTHON_HEAD}{PYTHON_CLEARER}```", [(PYTHON_BODY, PYTHON_CLEARER)]),
        "add-tests": Case("widest(", f"```python\n{PYTHON_TESTS}```", [], beside=("tests/test_{module}.py", PYTHON_TESTS)),
        "document": Case(
            "widest(", f"```python\n{PYTHON_HEAD}{PYTHON_COMMENT}{PYTHON_BODY}```", [(PYTHON_HEAD, PYTHON_HEAD + PYTHON_COMMENT)]
        ),
        "fix-lint": Case(
            "unused",
            "```python\ndef total(lines: list[str]) -> int:\n    return sum(len(line) for line in lines)\n```",
            [("    unused = 0\n", "")],
            [{"at": "unused", "message": "local variable 'unused' is assigned to but never used", "code": "F841"}],
        ),
    },
}


def changed(source: str, case: Case) -> str:
    for old, new in case.changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def position(text: str, mark: str) -> list[int]:
    """Line and column of `mark`'s first place, as VS Code counts: in UTF-16."""
    before = text[: text.index(mark)]
    line = before.count("\n")
    return [line, len(before[before.rfind("\n") + 1 :].encode("utf-16-le")) // 2]
