"""An editor's session, told so that it can be said again: tests/lsp/recorded.rs replays what this writes.

Owns what is left out, because it differs from run to run: paths, process ids, numbers of jobs, progress, log lines.
"""

import json
import re
from collections.abc import Iterable

from tests import graft

VSCODE = graft.ROOT / "tests" / "fixtures" / "recorded" / "vscode.json"


def session(traffic: Iterable[tuple[str, dict]], project: str, name: str) -> dict:
    """What editor and server said to each other of the file `name`, after what they said first."""
    text = json.dumps(list(traffic)).replace(project, "/w")
    traffic = json.loads(re.sub(r"graft-[0-9]+\b", "graft-1", text))
    answers = {(sender, message["id"]): message.get("result") for sender, message in traffic if "id" in message and "method" not in message}
    first = next(message for sender, message in traffic if message.get("method") == "initialize")
    steps = []
    for sender, message in traffic:
        method = message.get("method")
        if method not in ("textDocument/didOpen", "textDocument/didChange", "textDocument/codeAction", "workspace/executeCommand", "workspace/applyEdit"):
            continue
        # What VS Code asks by itself as the cursor moves depends on how fast it does.
        if name not in json.dumps(message) or message["params"].get("context", {}).get("triggerKind") == 2:
            continue
        other = "server" if sender == "editor" else "editor"
        step = {"step": "told" if "id" not in message else "asked" if sender == "editor" else "replied"}
        step |= {"method": method, "params": message["params"]}
        if "id" in message:
            step["result"] = answers.get((other, message["id"]))
        if step not in steps:
            steps.append(step)
    return {
        "initialize": first["params"] | {"processId": 1, "initializationOptions": None},
        "encoding": answers["server", first["id"]]["capabilities"]["positionEncoding"],
        "session": steps,
    }
