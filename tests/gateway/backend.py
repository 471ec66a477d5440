"""A backend that records every byte it is sent, on a plain socket: nothing that a proxy sends can be missed."""

import socket
import threading
import time
from dataclasses import dataclass, field

RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Request:
    """A request as it arrived: its head, its decoded body, and what followed the last chunk."""

    head: bytes
    body: bytes
    trailers: bytes = b""

    def header(self, name: str) -> list[str]:
        """The values of a header, under exactly this name but in any case."""
        lines = [line.partition(b":") for line in self.head.split(b"\r\n")[1:]]
        return [value.strip().decode("latin-1") for key, _, value in lines if key.decode("latin-1").lower() == name]


@dataclass
class Backend:
    """Listens until it is closed."""

    connections: int = 0
    bytes: int = 0
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def seen(self) -> tuple[int, int, int]:
        """How many connections, bytes and whole requests there were so far."""
        with self.lock:
            return self.connections, self.bytes, len(self.requests)

    def last(self) -> Request:
        """The request that came last."""
        with self.lock:
            return self.requests[-1]

    def wait_for(self, requests: int) -> None:
        """Waits until so many requests have arrived."""
        end = time.monotonic() + 20
        while self.seen()[2] < requests:
            assert time.monotonic() < end, f"{self.seen()[2]} of {requests} requests arrived"
            time.sleep(0.01)

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream = _Recorded(connection, self)
        with connection:
            try:
                while request := _read(stream):
                    with self.lock:
                        self.requests.append(request)
                    connection.sendall(RESPONSE)
            except (OSError, ValueError):
                pass


class _Recorded:
    """Reads from a connection, and counts what it was sent."""

    def __init__(self, connection: socket.socket, backend: Backend) -> None:
        self.connection, self.backend, self.buffer = connection, backend, b""

    def _fill(self) -> bool:
        data = self.connection.recv(65536)
        with self.backend.lock:
            self.backend.bytes += len(data)
        self.buffer += data
        return bool(data)

    def until(self, end: bytes) -> bytes:
        while end not in self.buffer:
            if not self._fill():
                raise ValueError("the connection ended")
        found, _, self.buffer = self.buffer.partition(end)
        return found

    def exactly(self, length: int) -> bytes:
        while len(self.buffer) < length:
            if not self._fill():
                raise ValueError("the connection ended")
        found, self.buffer = self.buffer[:length], self.buffer[length:]
        return found


def _read(stream: _Recorded) -> Request:
    request = Request(stream.until(b"\r\n\r\n"), b"")
    if request.header("transfer-encoding"):
        while size := int(stream.until(b"\r\n"), 16):
            request.body += stream.exactly(size)
            stream.until(b"\r\n")
        while line := stream.until(b"\r\n"):
            request.trailers += line + b"\r\n"
    elif length := request.header("content-length"):
        request.body = stream.exactly(int(length[0]))
    return request
