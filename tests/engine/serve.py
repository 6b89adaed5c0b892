"""Runs llama.cpp's own server (out of the `xllamacpp` package) with the tiny model on a free port of the loopback.

Owns the engine's process and nothing that is said to it. Prints one line, `LISTENING http://127.0.0.1:PORT`, once it answers;
stops at SIGTERM, SIGINT or the end of its standard input, so that it cannot outlive what started it.
"""

import argparse
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

import xllamacpp

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tiny_model  # noqa: E402


def parameters(model: Path, context: int, key: str | None) -> xllamacpp.CommonParams:
    settings = xllamacpp.CommonParams()
    settings.model.path = str(model)
    settings.n_ctx = context
    settings.api_keys = [key] if key else []
    # One slot and one thread: sums are then taken in one order, and the same seed gives the same text.
    settings.n_parallel = 1
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    # No store of past prompts: what a request costs and says does not hang on those before it.
    settings.cache_ram_mib = 0
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.endpoint_slots = True
    settings.endpoint_props = True
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


def load_for_ever(model: Path, port: int) -> None:
    """Loads from a pipe that nobody writes to: the server is up and says that it is loading, as long as it lives."""
    settings = parameters(model, tiny_model.CONTEXT, None)
    settings.port = port
    xllamacpp.Server(settings)


def serve_loading(model: Path) -> None:
    os.mkfifo(model)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # A process of its own: while it loads, it hears no signal and sees no end of input.
    loader = multiprocessing.get_context("spawn").Process(target=load_for_ever, args=(model, port), daemon=True)
    loader.start()
    while loader.is_alive():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    print(f"LISTENING http://127.0.0.1:{port}", flush=True)
    wait_for_the_end()
    loader.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the tiny model with llama.cpp on a free port.")
    parser.add_argument("--model", type=Path, help="a GGUF file; without it the tiny model is written first")
    parser.add_argument("--context", type=int, default=tiny_model.CONTEXT, help="the window, in tokens")
    parser.add_argument("--key", help="the key that every request needs")
    parser.add_argument("--no-fim", action="store_true", help="a model that cannot fill in code")
    parser.add_argument("--loading", action="store_true", help="never finish loading")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="graft-engine-") as folder:
        model = arguments.model or Path(folder) / "tiny.gguf"
        if arguments.loading:
            return serve_loading(model)
        if arguments.model is None:
            tiny_model.write_model(model, fills_in=not arguments.no_fim)
        server = xllamacpp.Server(parameters(model, arguments.context, arguments.key))
        print("LISTENING", server.listening_address, flush=True)
        wait_for_the_end()
        del server


if __name__ == "__main__":
    main()
