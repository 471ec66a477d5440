"""Clients that send exactly what a test says, over HTTP/1.1 and HTTP/2."""

import hashlib
import hmac
import json
import socket
import time
from dataclasses import dataclass
from typing import Any

import h2.config
import h2.connection
import h2.events

SECRET = "a secret of the gateway's tests"
NEW_SECRET = "the next secret of these tests"
PATH = "/webhooks/contio"

Headers = list[tuple[str, str]]


def event(**fields: Any) -> bytes:
    """An event that happened just now."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps(
        {
            "event_type": "meeting.completed",
            "event_id": "evt-1",
            "timestamp": now,
            "partner_app_id": "app-1",
            "data": {"meeting_id": "m-1", "title": "t", "workspace_id": "w-1", "completed_at": now},
            **fields,
        }
    ).encode()


def large_event(size: int) -> bytes:
    """An event of exactly so many bytes."""
    return event(padding="x" * (size - len(event(padding=""))))


def signed(body: bytes, secret: str = SECRET, age: int = 0) -> Headers:
    """The headers of a genuine delivery, by the standard library's HMAC."""
    timestamp = str(int(time.time()) - age)
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return [("X-Contio-Signature", mac.hexdigest()), ("X-Contio-Timestamp", timestamp)]


@dataclass
class Delivery:
    """What to send, and how."""

    headers: Headers
    body: bytes
    path: str = PATH
    method: str = "POST"
    chunk: int = 0
    trailers: Headers | None = None

    def http1(self) -> bytes:
        """The whole request in HTTP/1.1; in chunks if a size is set or there are trailers."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not (self.chunk or self.trailers):
            head = "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", ""])
            return head.encode("latin-1") + self.body
        head = "\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""])
        size = self.chunk or 4096
        chunks = [self.body[at : at + size] for at in range(0, len(self.body), size)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
        trailers = "".join(f"{name}: {value}\r\n" for name, value in self.trailers or [])
        return head.encode("latin-1") + body + b"0\r\n" + trailers.encode() + b"\r\n"


def genuine(body: bytes, secret: str = SECRET, **how: Any) -> Delivery:
    """A genuine delivery of this body."""
    return Delivery(signed(body, secret), body, **how)


def forged(body: bytes, **how: Any) -> Delivery:
    """The same with one bit of the signature changed."""
    (name, signature), *rest = signed(body)
    return Delivery([(name, f"{int(signature[0], 16) ^ 1:x}{signature[1:]}"), *rest], body, **how)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def send(port: int, delivery: Delivery) -> tuple[int, bytes]:
    """Sends over HTTP/1.1, and returns the status and the body of the answer."""
    with connect(port) as connection:
        try:
            connection.sendall(delivery.http1())
        except OSError:
            pass  # It was answered before its end.
        return receive(connection)


def receive(connection: socket.socket) -> tuple[int, bytes]:
    """Reads one answer."""
    data = b""
    while True:
        head, found, body = data.partition(b"\r\n\r\n")
        if found:
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
            if len(body) >= int(fields.get(b"content-length", 0)):
                return int(head.split(b" ")[1]), body
        try:
            received = connection.recv(65536)
        except ConnectionError:
            received = b""
        if not received:
            assert found, f"no answer, only {data!r}"
            return int(head.split(b" ")[1]), body
        data += received


def send2(port: int, delivery: Delivery) -> tuple[int, bytes]:
    """Sends over HTTP/2 without TLS."""
    pseudo = [(":method", delivery.method), (":scheme", "http"), (":authority", "localhost"), (":path", delivery.path)]
    headers = [(name.lower(), value) for name, value in delivery.headers]
    config = h2.config.H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False)
    http = h2.connection.H2Connection(config)
    with connect(port) as connection:
        http.initiate_connection()
        rest, is_sent, status, answer = delivery.body, False, 0, b""
        ends_at_once = not rest and not delivery.trailers
        http.send_headers(1, pseudo + headers, end_stream=ends_at_once)
        is_sent = ends_at_once
        while True:
            while rest and not is_sent and http.local_flow_control_window(1) > 0:
                size = min(len(rest), http.local_flow_control_window(1), http.max_outbound_frame_size)
                http.send_data(1, rest[:size], end_stream=size == len(rest) and not delivery.trailers)
                rest = rest[size:]
                is_sent = not rest and not delivery.trailers
            if not rest and not is_sent:
                http.send_headers(1, delivery.trailers or [], end_stream=True)
                is_sent = True
            connection.sendall(http.data_to_send())
            data = connection.recv(65536)
            assert data, "the connection ended without an answer"
            for happened in http.receive_data(data):
                if isinstance(happened, h2.events.ResponseReceived):
                    fields = {bytes(name): bytes(value) for name, value in happened.headers or []}
                    status = int(fields[b":status"])
                elif isinstance(happened, h2.events.DataReceived):
                    answer += happened.data or b""
                    http.acknowledge_received_data(happened.flow_controlled_length or 0, 1)
                elif isinstance(happened, h2.events.StreamReset) and status:
                    return status, answer
                elif isinstance(happened, h2.events.StreamReset):
                    raise AssertionError(f"the stream was reset: {happened.error_code}")
                elif isinstance(happened, h2.events.StreamEnded):
                    return status, answer
