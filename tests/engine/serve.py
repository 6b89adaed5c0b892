"""Runs llama.cpp's own server (out of the `xllamacpp` package) with the tiny model on a free port of the loopback.

Owns the engine's process and nothing that is said to it. Prints one line, `LISTENING http://127.0.0.1:PORT`, once it answers;
stops at SIGTERM, SIGINT or the end of its standard input, so that it cannot outlive what started it.
"""

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

import xllamacpp

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tiny_model  # noqa: E402


def parameters(model: Path) -> xllamacpp.CommonParams:
    settings = xllamacpp.CommonParams()
    settings.model.path = str(model)
    settings.n_ctx = tiny_model.CONTEXT
    # One slot and one thread: sums are then taken in one order, and the same seed gives the same text.
    settings.n_parallel = 1
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    # No store of past prompts: what a request costs and says does not hang on those before it.
    settings.cache_ram_mib = 0
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.endpoint_slots = True
    settings.use_jinja = True
    settings.warmup = False
    settings.ui = False
    return settings


def wait_for_the_end() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def drain() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        stop.set()

    threading.Thread(target=drain, daemon=True).start()
    stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the tiny model with llama.cpp on a free port.")
    parser.add_argument("--model", type=Path, help="a GGUF file; without it the tiny model is written first")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="graft-engine-") as folder:
        model = arguments.model or Path(folder) / "tiny.gguf"
        if arguments.model is None:
            tiny_model.write_model(model)
        server = xllamacpp.Server(parameters(model))
        print("LISTENING", server.listening_address, flush=True)
        wait_for_the_end()
        del server


if __name__ == "__main__":
    main()
