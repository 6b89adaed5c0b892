"""Documents as an editor holds them, and the edits that a server asks for.

Owns positions in the three encodings, the order in which edits apply, and which versions they may speak of. Speaks to nobody.
It is written apart from the server's own arithmetic on purpose, and refuses what a real editor might let pass: overlaps, half
characters, lines that are not there.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlparse

UNITS = {
    "utf-8": lambda character: len(character.encode()),
    "utf-16": lambda character: len(character.encode("utf-16-le")) // 2,
    "utf-32": lambda _: 1,
}


class BadEdit(AssertionError):
    """An edit that an editor could not have applied."""


class StaleEdit(BadEdit):
    """An edit of a version that is no longer there: no fault of the server, which has to be told."""


def line_starts(text: str) -> list[int]:
    """The index of each line's first character; `\\n`, `\\r\\n` and a lone `\\r` end a line."""
    starts = [0]
    for index, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
            starts.append(index + 1)
    return starts


def offset(text: str, position: dict, encoding: str) -> int:
    """The index of a position's character."""
    starts = line_starts(text)
    line, column = position["line"], position["character"]
    if not 0 <= line < len(starts):
        raise BadEdit(f"line {line} of a document of {len(starts)} lines")
    end = starts[line + 1] if line + 1 < len(starts) else len(text)
    content = text[starts[line] : end].rstrip("\r\n")
    index = 0
    while index < len(content) and column > 0:
        column -= UNITS[encoding](content[index])
        index += 1
    if column:
        raise BadEdit(f"{position} ({encoding}) is inside a character or past the end of {content!r}")
    return starts[line] + index


def position(text: str, index: int, encoding: str) -> dict:
    """Where the character with that index stands."""
    starts = [start for start in line_starts(text) if start <= index]
    units = sum(UNITS[encoding](character) for character in text[starts[-1] : index])
    return {"line": len(starts) - 1, "character": units}


@dataclass
class Document:
    """One open document: its text and the version that the server was last told."""

    uri: str
    language: str
    text: str
    version: int = 1

    def edited(self, edits: list[dict], encoding: str) -> str:
        """The text after the edits, all of which speak of the text before."""
        spans = []
        for edit in edits:
            start = offset(self.text, edit["range"]["start"], encoding)
            end = offset(self.text, edit["range"]["end"], encoding)
            if end < start:
                raise BadEdit(f"an edit ends before it starts: {edit}")
            spans.append((start, end, edit["newText"]))
        spans.sort(key=lambda span: span[:2])
        parts, last = [], 0
        for start, end, new in spans:
            if start < last:
                raise BadEdit(f"edits overlap: {edits}")
            parts += [self.text[last:start], new]
            last = end
        return "".join(parts) + self.text[last:]


def path_of(uri: str) -> Path:
    """The file that a `file:` address names."""
    return Path(unquote(urlparse(uri).path))


@dataclass
class Workspace:
    """The open documents, above the files on the disk."""

    documents: dict[str, Document] = field(default_factory=dict)

    def apply(self, edit: dict, encoding: str) -> list[tuple[Document, str]]:
        """All of an edit or nothing. Files that are not open are written; what the open ones are to become is given back."""
        if set(edit) - {"changeAnnotations"} != {"documentChanges"}:
            raise BadEdit(f"an edit without versions: {edit}")
        texts: dict[str, tuple[Document, str]] = {}
        for change in edit["documentChanges"]:
            if "kind" in change:
                uri = change["uri"]
                texts[uri] = (self._created(change), "")
            else:
                uri = change["textDocument"]["uri"]
                document, text = texts.get(uri) or self._existing(change["textDocument"])
                texts[uri] = (document, Document(uri, "", text).edited(change["edits"], encoding))
        for uri, (_, text) in texts.items():
            if uri not in self.documents:
                path_of(uri).parent.mkdir(parents=True, exist_ok=True)
                path_of(uri).write_bytes(text.encode())
        return [changed for uri, changed in texts.items() if uri in self.documents]

    def _created(self, change: dict) -> Document:
        uri = change["uri"]
        if change["kind"] != "create":
            raise BadEdit(f"a {change['kind']} was not offered")
        if path_of(uri).exists() or uri in self.documents:
            raise BadEdit(f"{uri} exists already")
        return Document(uri, "", "")

    def _existing(self, identifier: dict) -> tuple[Document, str]:
        uri, version = identifier["uri"], identifier["version"]
        document = self.documents.get(uri)
        if document is None:
            if version is not None or not path_of(uri).exists():
                raise BadEdit(f"{uri} is not open")
            document = Document(uri, "", path_of(uri).read_bytes().decode())
        elif version != document.version:
            raise StaleEdit(f"the edit is for version {version}, the document has version {document.version}")
        return document, document.text
