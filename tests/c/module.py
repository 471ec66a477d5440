"""Plays every vector through hookseal-core.wasm in wasmtime, and passes it what no correct host passes.

    python module.py MODULE VECTORS
"""

import gzip
import hmac
import importlib.metadata
import struct
import sys

import wasmtime

READ_ENVELOPE, KEY = 1, 4
HAS_TIME = 2
DECIDABLE = 1
LATE = (11, 12, 13)  # why a body cannot be read
INVALID_ARGUMENT, MISMATCH, TOO_LARGE = 16, 5, 9
NONE = 0xFFFFFFFF
VERDICT = struct.Struct("<6Iq18I4I64s4Q")
DELIVERY = struct.Struct("<IIqIIII")


class Core:
    """An instance of the module, with memory of its own for what crosses."""

    def __init__(self, engine, module):
        self.store = wasmtime.Store(engine)
        self.instance = wasmtime.Instance(self.store, module, [])
        self.exports = self.instance.exports(self.store)
        self.memory = self.exports["memory"]
        self.room = 0
        self.size = 0

    def call(self, name, *arguments):
        # A u32 of more than 31 bits is a negative number here.
        signed = [value - (1 << 32) if value >> 31 else value for value in arguments]
        result = self.exports["hookseal_" + name](self.store, *signed)
        return None if result is None else result & NONE

    def need(self, size):
        """Makes sure that there is room for so many bytes."""
        if size > self.size:
            if self.room:
                self.call("free", self.room, self.size)
            self.size = max(size, 1 << 16)
            self.room = self.call("alloc", self.size)
            assert self.room, "no memory"

    def put(self, at, data):
        self.memory.write(self.store, data, at)

    def get(self, at, size):
        return bytes(self.memory.read(self.store, at, at + size))

    def texts(self, *texts):
        """Writes texts, one after the other, and returns their places."""
        self.need(sum(map(len, texts)) + 4096 + 16)
        places, at = [], self.room + 4096
        for text in texts:
            places.append((at, len(text)))
            self.put(at, text)
            at += len(text)
        return places

    def verdict(self):
        values = VERDICT.unpack(self.get(self.room, VERDICT.size))
        names = ["size", "code", "status", "secret", "variant", "flags", "time"]
        found = dict(zip(names, values))
        found["fields"] = [values[7 + 2 * at : 9 + 2 * at] for at in range(9)]
        found["id"] = values[25:28]
        return found

    def fresh_verdict(self):
        self.put(self.room, struct.pack("<I", VERDICT.size) + b"\xa5" * (VERDICT.size - 4))
        return self.room

    def written(self, name, *arguments):
        at = self.room + 1024
        size = self.call(name, *arguments, at, 1024)
        return None if size == NONE else self.get(at, min(size, 1024))

    def message(self):
        return self.written("message", self.room, 0)

    def delivery(self, headers, body, now, flags=0):
        """Writes a delivery, and returns its place."""
        texts = [text for pair in headers for text in pair] + [body]
        size = DELIVERY.size + 16 * len(headers)
        self.need(4096 + sum(map(len, texts)) + size + 16)
        places = self.texts(*texts)
        at = -(-(places[-1][0] + places[-1][1]) // 8) * 8
        pairs = b"".join(
            struct.pack("<4I", *(places[2 * index] if headers[index][0] else (0, 0)), *places[2 * index + 1])
            for index in range(len(headers))
        )
        record = DELIVERY.pack(DELIVERY.size, flags, now, at + DELIVERY.size, len(headers), *places[-1])
        self.put(at, record + pairs)
        return at

    def verifier(self, scheme, secrets, limits=()):
        [place] = self.texts(scheme)
        handle = self.call("verifier_new", *place)
        for secret in secrets:
            [place] = self.texts(secret)
            self.call("verifier_secret", handle, 1, *place)
        for which, value in limits:
            self.call("verifier_limit", handle, which, value & NONE, value >> 32)
        code = self.call("verifier_ready", handle, self.fresh_verdict())
        return handle, code


def records(path):
    """Reads the vectors: `tests/examples/host_vectors.rs` says how they are written."""
    data, at = open(path, "rb").read(), 0

    def item():
        nonlocal at
        colon = data.index(b":", at)
        size = int(data[at:colon])
        at = colon + 1 + size
        return data[colon + 1 : at]

    def items(count):
        return [item() for _ in range(count)]

    for _ in range(int(item())):
        yield {
            "name": item().decode(),
            "scheme": item(),
            "secrets": items(int(item())),
            "limits": [(int(item()), int(item())) for _ in range(int(item()))],
            "headers": [(item(), item()) for _ in range(int(item()))],
            "body": item(),
            "now": int(item()),
            "scope": item(),
            "code": int(item()),
            "status": int(item()),
            "message": item(),
            "variant": item(),
            "time": item(),
            "secret": item(),
            "id": item(),
            "fields": items(9),
            "event_type": item(),
            "event_id": item(),
            "key": item(),
            "digest": item().decode(),
        }
    assert at == len(data), "something follows the last vector"


def found_of(core, handle, code, vector):
    """What a verdict says, in the words of the vectors."""
    verdict = core.verdict()
    assert verdict["code"] == code, "the code that is returned is not the verdict's"
    found = {"code": code, "status": verdict["status"], "message": core.message()}
    if code:
        assert all(span == (0, 0) for span in verdict["fields"]), "a field of a refused body"
        return found
    body = vector["body"]
    found["variant"] = core.written("verifier_name", handle, 9 + verdict["variant"])
    found["time"] = str(verdict["time"]).encode() if verdict["flags"] & HAS_TIME else b""
    found["secret"] = str(verdict["secret"]).encode()
    header, start, size = verdict["id"]
    found["id"] = vector["headers"][header - 1][1][start : start + size] if header else b""
    found["fields"] = [b"+" + body[start : start + size] if start else b"" for start, size in verdict["fields"]]
    return found


def compare(vector, found, way):
    for name, value in found.items():
        assert value == vector[name], f"{vector['name']}, {way}: {name} is {value!r} and not {vector[name]!r}"


def key_of(core, name, *arguments, scope):
    """A key with the digest of the body."""
    at = core.room + 512
    text = core.written(name, *arguments, core.room + 2600, len(scope), at)
    return text, core.get(at, 32).hex()


def play(core, vector):
    handle, code = core.verifier(vector["scheme"], vector["secrets"], vector["limits"])
    if code:
        compare(vector, found_of(core, handle, code, vector), "set up")
        core.call("verifier_free", handle)
        return
    headers, body, now, scope = vector["headers"], vector["body"], vector["now"], vector["scope"]
    assert len(scope) < 1400
    # Whole, with the key.
    at = core.delivery(headers, body, now, READ_ENVELOPE)
    code = core.call("verify", handle, at, core.fresh_verdict())
    compare(vector, found_of(core, handle, code, vector), "whole")
    if code == 0:
        core.put(core.room + 2600, scope)
        text, digest = key_of(core, "delivery_key", handle, at, core.room, scope=scope)
        assert (text, digest) == (vector["key"], vector["digest"]), f"{vector['name']}: key {text}"
        for index, name in [(0, "event_type"), (1, "event_id")]:
            raw = vector["fields"][index][1:]
            [place] = core.texts(raw)
            size = core.call("decode", *place, place[0] + place[1], 0)
            core.need(4096 + 16 + len(raw) + size)
            [place] = core.texts(raw)
            core.call("decode", *place, place[0] + place[1], size)
            assert core.get(place[0] + place[1], size) == vector[name], vector["name"]
    # In chunks.
    at = core.delivery(headers, b"", now, READ_ENVELOPE | KEY)
    stream = core.call("stream_new", handle, at, core.fresh_verdict())
    if stream:
        for start in range(0, len(body), 100):
            [place] = core.texts(body[start : start + 100])
            core.call("stream_update", stream, *place)
        code = core.call("stream_finish", stream, now & NONE, now >> 32 & NONE, core.fresh_verdict())
    else:
        code = core.verdict()["code"]
    if vector["code"] != TOO_LARGE:
        compare(vector, found_of(core, handle, code, vector), "in chunks")
    if code == 0:
        core.put(core.room + 2600, scope)
        text, digest = key_of(core, "stream_key", stream, scope=scope)
        assert (text, digest) == (vector["key"], vector["digest"]), f"{vector['name']}: key {text}"
    core.call("stream_free", stream)
    # By MACs that are made here.
    at = core.delivery(headers, body, now, READ_ENVELOPE)
    core.put(core.room + 400, struct.pack("<4I", 16, 0, 0, 0))
    input_code = core.call("signing_input", handle, at, core.room + 400, core.room + 1024, 1024, core.fresh_verdict())
    code = input_code
    if code == 0:
        _, before, after, _ = struct.unpack("<4I", core.get(core.room + 400, 16))
        signed = core.get(core.room + 1024, before + after)
        message = signed[:before] + body + signed[before:]
        macs = b""
        for index in range(len(vector["secrets"])):
            size = core.call("mac_key", handle, index, 0, 0)
            place = core.call("alloc", size)
            core.call("mac_key", handle, index, place, size)
            macs += hmac.digest(core.get(place, size), message, "sha256")
            core.call("free", place, size)
        core.put(core.room + 2600, macs)
        count = len(vector["secrets"])
        code = core.call("verify_with_macs", handle, at, core.room + 2600, count, core.fresh_verdict())
    if vector["code"] != TOO_LARGE:
        compare(vector, found_of(core, handle, code, vector), "by MACs")
    if input_code == 0:
        # The same, by headers that are read once.
        at = core.delivery(headers, body, now)
        core.put(core.room + 512, struct.pack("<I", 72) + bytes(68))
        assert core.call("prepare", handle, at, core.room + 512, core.room + 1024, 1024, core.fresh_verdict()) == 0
        flags, again = struct.unpack("<I12xII", core.get(core.room + 516, 24))[0], core.get(core.room + 532, 8)
        assert struct.unpack("<II", again) == (before, after) and core.get(core.room + 1024, len(signed)) == signed
        core.put(core.room + 2600, macs)
        rest = (now & NONE, now >> 32 & NONE, len(body), core.room + 2600, count, core.fresh_verdict())
        code = core.call("decide", handle, core.room + 512, *rest)
        if flags & DECIDABLE and vector["code"] not in LATE:
            found = found_of(core, handle, code, vector)
            found.pop("fields", None)  # they are not read
            compare(vector, found, "decided")
        elif flags & DECIDABLE:
            assert code == 0, f"{vector['name']}: the envelope was not read"
        else:
            assert code == INVALID_ARGUMENT, f"{vector['name']}: decided without all that is needed"
    core.call("verifier_free", handle)


# The most bytes that the module may have, and compressed. It grows only on purpose.
MOST, MOST_COMPRESSED = 123_500, 57_000


def plain_engine():
    """An engine without what some hosts lack: it does not compile a module that needs any of it."""
    config = wasmtime.Config()
    config.wasm_relaxed_simd = False
    config.wasm_simd = False
    config.wasm_threads = False
    config.wasm_multi_value = False
    return wasmtime.Engine(config)


def check_shape(module):
    """What every host can rely on."""
    assert not module.imports, "it imports something"
    names = {export.name: export.type for export in module.exports}
    functions = {name for name, kind in names.items() if isinstance(kind, wasmtime.FuncType)}
    assert all(name.startswith("hookseal_") for name in functions), functions
    others = set(names) - functions
    # The last two are the linker's, and nobody needs them.
    assert others == {"memory", "__data_end", "__heap_base"}, others
    assert names["memory"].limits.min == 2, "it begins with two pages"
    for name in functions:
        kind = names[name]
        assert all(str(value) == "i32" for value in [*kind.params, *kind.results]), name
    print(f"{len(functions)} functions")


SECRET = b"a secret for tests only"


def sign(core, handle, body):
    at = core.delivery([], body, 1736937000)
    size = core.call("sign", handle, 0, at, 0, 0, core.room + 1024, 1024, core.fresh_verdict())
    assert size != NONE, core.message()
    lines = core.get(core.room + 1024, size).decode().splitlines()
    return [tuple(text.encode() for text in line.split("\t")) for line in lines]


def check_hostile(engine, module):
    core = Core(engine, module)
    handle, code = core.verifier(b"github", [SECRET])
    assert code == 0
    body = b'{"action":"opened"}'
    headers = sign(core, handle, body)

    def verify(record=None, verifier=handle):
        at = core.delivery(headers, body, 1736937000)
        if record:
            core.put(at + record[0], struct.pack("<I", record[1]))
        return core.call("verify", verifier, at, core.fresh_verdict())

    assert verify() == 0
    # Memory that does not exist: beyond the end, wrapping around, and at its very end.
    end = core.memory.data_len(core.store)
    for where in (16, 20, 24, 28):
        for value in (end, end - 1, NONE, 0x80000000, end - 15):
            if where in (20, 28) and value in (end - 15,):
                continue
            code = verify((where, value))
            assert code == INVALID_ARGUMENT or where == 24 and code == MISMATCH, (where, value, code)
    at = core.delivery(headers, body, 1736937000)
    for place in (end, end - 4, end - DELIVERY.size + 8, NONE, NONE - 3, 0, 4):
        assert core.call("verify", handle, place, 0) == INVALID_ARGUMENT, place
    for place in (end, end - 8, NONE - 7, 2):
        assert core.call("verify", handle, at, place) == INVALID_ARGUMENT, place
        assert core.call("message", place, 0, 0, 0) == NONE, place
    for place, size in ((end, 1), (end - 1, 2), (NONE, 1), (1, NONE), (end - 1, NONE)):
        assert core.call("word", 0, 1, place, size) == NONE, (place, size)
        assert core.call("decode", place, size, 0, 0) == NONE, (place, size)
        assert core.call("read_body", 0, 0, place, size, 0) == INVALID_ARGUMENT, (place, size)
        assert core.call("verifier_ready", core.call("verifier_new", place, size), 0) == INVALID_ARGUMENT
    # Stale and foreign handles.
    other, _ = core.verifier(b"github", [SECRET])
    core.call("verifier_free", other)
    again, _ = core.verifier(b"github", [SECRET])
    assert other != again and verify(verifier=other) == INVALID_ARGUMENT and verify(verifier=again) == 0
    for wrong in (0, 1, 2, NONE, handle ^ 1, handle + 2, handle + (1 << 16)):
        assert verify(verifier=wrong) == INVALID_ARGUMENT, wrong
    # Memory grows while a host holds a place in it: the place stays what it was.
    [(place, size)] = core.texts(b"kept while memory grows")
    pages = core.memory.size(core.store)
    large = core.call("alloc", 5 << 20)
    assert large and core.memory.size(core.store) > pages and core.get(place, size) == b"kept while memory grows"
    assert verify() == 0
    core.call("free", large, 5 << 20)
    assert core.call("alloc", NONE) == 0 and core.call("alloc", 0) == 0
    # Freed memory is used again: no growth.
    core.need(1 << 20)
    pages = core.memory.size(core.store)
    for _ in range(3000):
        made, _ = core.verifier(b"stripe", [SECRET])
        at = core.delivery(headers, body, 1736937000, KEY)
        stream = core.call("stream_new", handle, at, 0)
        core.call("stream_free", stream)
        core.call("verifier_free", made)
    assert core.memory.size(core.store) == pages, "memory grows"


def check_traps(module):
    """A call is cut short anywhere: the instance is thrown away, and until then forgeries stay forgeries."""
    config = wasmtime.Config()
    config.consume_fuel = True
    engine = wasmtime.Engine(config)
    module = wasmtime.Module(engine, module)
    body = b'{"action":"opened"}' * 20
    core = Core(engine, module)
    core.store.set_fuel(10**9)
    handle, _ = core.verifier(b"github", [SECRET])
    headers = sign(core, handle, body)
    genuine_at = core.delivery(headers, body, 1736937000)
    before = core.store.get_fuel()
    assert core.call("verify", handle, genuine_at, 0) == 0
    cost = before - core.store.get_fuel()
    traps = 0
    for fuel in range(0, cost, max(1, cost // 200)):
        core = Core(engine, module)
        core.store.set_fuel(10**9)
        handle, _ = core.verifier(b"github", [SECRET])
        at = core.delivery(headers, body, 1736937000)
        core.store.set_fuel(fuel)
        try:
            core.call("verify", handle, at, core.room)
        except wasmtime.Trap:
            traps += 1
        core.store.set_fuel(10**9)
        at = core.delivery(headers, body + b" ", 1736937000)
        try:
            assert core.call("verify", handle, at, 0) in (MISMATCH, INVALID_ARGUMENT), "a forgery after a trap"
        except wasmtime.Trap:
            pass
        fresh = Core(engine, module)
        fresh.store.set_fuel(10**9)
        handle, _ = fresh.verifier(b"github", [SECRET])
        at = fresh.delivery(headers, body, 1736937000)
        assert fresh.call("verify", handle, at, 0) == 0, "a new instance of the same module"
    assert traps >= 100, traps
    print(f"{traps} calls were cut short")


def check_size(wasm):
    compressed = len(gzip.compress(wasm, 9))
    print(f"{len(wasm)} bytes, {compressed} compressed")
    assert len(wasm) <= MOST and compressed <= MOST_COMPRESSED, "the module has grown"


def main():
    wasm = open(sys.argv[1], "rb").read()
    engine = wasmtime.Engine()
    wasmtime.Module(plain_engine(), wasm)
    module = wasmtime.Module(engine, wasm)
    check_size(wasm)
    check_shape(module)
    check_hostile(engine, module)
    check_traps(wasm)
    core, played = Core(engine, module), 0
    for vector in records(sys.argv[2]):
        play(core, vector)
        played += 1
    assert played >= 5000, played
    pages = core.memory.size(core.store)
    print(f"{played} vectors agree in wasmtime {importlib.metadata.version('wasmtime')}; {pages} pages of memory")


main()
