"""Starts the engine for a test and asks it directly, past Graft.

Owns the engine's process as a test sees it. What it is asked and what must come of it stand in the tests.
"""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

SECONDS = 60


class Engine:
    """A running llama.cpp server with the tiny model, started with the options of `serve.py`. Use it with `with`, or `close` it."""

    def __init__(self, *options: str) -> None:
        # The engine's own log is of no use until a start fails; then it is the only thing that is.
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("serve.py")), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line.startswith("LISTENING "):
            self.close()
            raise AssertionError(f"the engine did not start: run `{sys.executable} tests/engine/serve.py` to see why")
        self.url = line.split()[1]

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(SECONDS)
        self._process.stdout.close()

    def chat(self, **body: object) -> dict:
        """The first choice of a chat completion: `message` and `finish_reason`."""
        messages = [{"role": "user", "content": "Say it."}]
        request = urllib.request.Request(
            f"{self.url}/v1/chat/completions",
            json.dumps({"messages": messages, **body}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            return json.load(response)["choices"][0]

    def busy(self) -> bool:
        """Whether its one slot is at work."""
        with urllib.request.urlopen(f"{self.url}/slots", timeout=SECONDS) as response:
            return json.load(response)[0]["is_processing"]

    def wait_until_busy(self, wanted: bool, seconds: float) -> None:
        """Asks again and again whether the slot is at work (the engine offers nothing to wait on); fails at the deadline."""
        deadline = time.monotonic() + seconds
        while self.busy() != wanted:
            if time.monotonic() > deadline:
                raise AssertionError(f"the engine's slot is still {'idle' if wanted else 'busy'} after {seconds} s")
