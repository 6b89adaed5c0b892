"""Stands in graft-ls's place, starts it, and tells the test of every message that passes, unchanged, in either direction.

Run by an editor as `relay.py`; `GRAFT_LS` is the server, `GRAFT_TEST_PORT` the test that listens.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from typing import BinaryIO

told = threading.Lock()


def read(stream: BinaryIO) -> tuple[bytes, dict] | None:
    head = b""
    while line := stream.readline():
        head += line
        if line == b"\r\n":
            length = next(int(field.split(b":")[1]) for field in head.split(b"\r\n") if field.lower().startswith(b"content-length"))
            body = stream.read(length)
            return head + body, json.loads(body)
    return None


def carry(source: BinaryIO, target: BinaryIO, sender: str, test: socket.socket) -> None:
    try:
        while message := read(source):
            with told:
                test.sendall(json.dumps({"event": "message", "from": sender, "message": message[1]}).encode() + b"\n")
            target.write(message[0])
            target.flush()
    except BrokenPipeError:
        pass
    finally:
        target.close()


def main() -> int:
    test = socket.create_connection(("127.0.0.1", int(os.environ["GRAFT_TEST_PORT"])))
    server = subprocess.Popen([os.environ["GRAFT_LS"], *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    back = threading.Thread(target=carry, args=(server.stdout, sys.stdout.buffer, "server", test))
    back.start()
    carry(sys.stdin.buffer, server.stdin, "editor", test)
    back.join()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())
