"""A model that says what the test tells it to, over real HTTP: OpenAI's streaming chat completions on the loopback.

Owns the wire and the pace. What is answered is the test's business, request by request. It can hold an answer back until the
test lets it go, and notices when the other side hangs up meanwhile.
"""

import json
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = 60


class Held:
    """Holds an answer back until it is released."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.hung_up = threading.Event()
        # A pair of sockets, because one `select` then waits for the release and for a hang-up alike.
        self._here, self._there = socket.socketpair()

    def release(self) -> None:
        self._there.send(b"x")

    def wait(self, connection: socket.socket) -> bool:
        """Whether it was released; not so where the other side hung up or nothing happened in time."""
        self.reached.set()
        ready, _, _ = select.select([self._here, connection], [], [], SECONDS)
        if connection in ready:
            self.hung_up.set()
        return self._here in ready

    def close(self) -> None:
        self._here.close()
        self._there.close()


@dataclass
class Reply:
    """One answer: its text, how it ends, and whether it is held back after its first byte."""

    text: str
    finish_reason: str = "stop"
    held: Held | None = None


@dataclass
class ScriptedModel:
    """The server. `answer` gets a request's body and says what comes back. Use it with `with`."""

    answer: Callable[[dict], Reply]
    requests: list[dict] = field(default_factory=list)

    def __enter__(self) -> "ScriptedModel":
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                models = {"object": "list", "data": [{"id": "scripted", "object": "model"}]}
                self.send_whole(200 if self.path == "/v1/models" else 404, models)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path != "/v1/chat/completions" or not body.get("stream"):
                    self.send_whole(400, {"error": {"message": f"only streamed chat completions here, not {self.path}"}})
                    return
                model.requests.append(body)
                try:
                    self.send_stream(model.answer(body), body)
                except ConnectionError:
                    # Who has enough of an answer hangs up.
                    self.close_connection = True

            def send_whole(self, status: int, value: dict) -> None:
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def send_stream(self, reply: Reply, body: dict) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.send_delta({"role": "assistant", "content": ""})
                if reply.held and not reply.held.wait(self.connection):
                    self.close_connection = True
                    return
                # Pieces of seven characters: fences, names and line ends come apart somewhere.
                for start in range(0, len(reply.text), 7):
                    self.send_delta({"content": reply.text[start : start + 7]})
                self.send_delta({}, reply.finish_reason)
                if body.get("stream_options", {}).get("include_usage"):
                    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
                    self.send_event(json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [], "usage": usage}))
                self.send_event("[DONE]")
                self.wfile.write(b"0\r\n\r\n")

            def send_delta(self, delta: dict, finish_reason: str | None = None) -> None:
                choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
                chunk = {"id": "1", "object": "chat.completion.chunk", "model": "scripted", "choices": [choice]}
                self.send_event(json.dumps(chunk))

            def send_event(self, data: str) -> None:
                event = f"data: {data}\n\n".encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                self.wfile.flush()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"
