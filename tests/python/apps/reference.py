"""python -m apps.reference MODULE:NAME: the standard library's WSGI server, which passes on lengths unchanged."""

import importlib
import sys
from wsgiref.simple_server import make_server


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    with make_server("127.0.0.1", 0, getattr(importlib.import_module(module), name)) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


main()
