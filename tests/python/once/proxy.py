"""A proxy that counts round trips and breaks connections off."""

import select
import socket
import threading

from once.stores import WAIT


class Proxy:
    """Passes on to a server, and can break a connection off after it has passed on what was asked."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        # When this is in what is asked, the connection ends before the answer.
        self.cut = b""
        self.cuts = 0
        # How often something was asked: each time is a round trip.
        self.asked = 0
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        # Wakes the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(WAIT)
        self._listener.close()

    def _accept(self) -> None:
        threads = []
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                break
            threads.append(threading.Thread(target=self._pass, args=(client,)))
            threads[-1].start()
        for thread in threads:
            thread.join(WAIT)

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._server)) as server:
            while True:
                ready, _, _ = select.select([client, server], [], [], WAIT)
                for source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    self.asked += source is client
                    if source is client and self.cut and self.cut in data:
                        self.cut, self.cuts = b"", self.cuts + 1
                        server.sendall(data)
                        # The server has done what it was asked once it answers.
                        server.recv(1)
                        return
                    (server if source is client else client).sendall(data)
                if not ready:
                    return
