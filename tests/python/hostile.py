"""Values that no caller should pass."""

import asyncio
import itertools
import math
import sys
import types
from collections import OrderedDict, UserDict, UserString
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

NAMES = ["__str__", "__repr__", "__len__", "__iter__", "__eq__", "__hash__", "__bool__", "__float__", "__index__"]
MORE_NAMES = ["__call__", "__getitem__", "__bytes__", "__buffer__", "__int__", "items", "keys", "get", "__class__"]


def raising(name: str, error: type[BaseException]) -> object:
    """An object whose method or attribute of this name raises."""

    def fail(*_: object) -> NoReturn:
        raise error("this object raises")

    member = property(fail) if name in ("items", "__class__") else fail
    return type(f"Raising{name}", (), {name: member, "__hash__": object.__hash__} | {name: member})()


class Text(str):
    """A str that lies about itself."""

    def __len__(self) -> int:
        return -1 & 0xFFFF

    def encode(self, *_: object) -> bytes:
        raise ValueError("it does not encode")


class Octets(bytes):
    """Bytes that lie about themselves."""

    def __len__(self) -> int:
        return 7

    def __bytes__(self) -> bytes:
        raise ValueError("these are not bytes")


class Everything:
    """Has every attribute, is callable, and is an endless iterator."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *_: object) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self


def released() -> memoryview:
    view = memoryview(b"gone")
    view.release()
    return view


def itself() -> list[Any]:
    own: list[Any] = []
    own.append(own)
    return own


def hostile() -> list[Any]:
    """New values on each call, because reading some of them consumes them."""
    return [
        *[None, True, False, ..., NotImplemented, 0, -1, 2**31, 2**63, 2**64, 10**400, -(10**400)],
        *[0.0, -0.5, math.nan, math.inf, -math.inf, 1e308, 1j, Decimal("NaN"), Decimal(5), Fraction(1, 3)],
        *["", " ", "\0", "\ud800", "x" * 100_000, "é", "١٢٣", "contio", "\n", Text("x"), UserString("x")],
        *[b"", b"\0", b"\xff", b"x" * 100_000, Octets(b"x"), bytearray(), bytearray(b"\xff" * 9)],
        *[memoryview(b"abc")[::2], memoryview(b"abcd").cast("H"), memoryview(b"abcd").cast("B", (2, 2)), released()],
        *[[], [[]], [None], [1], [b"x"], ["x"], ["x", "y", "z"], itself(), (), ("x",), ("x", 1), (1, 2)],
        *[
            [("x", "y")] * 9,
            {},
            {1: 2},
            {"x": None},
            {"x": {}},
            {b"x": b"y"},
            {"X-Contio-Signature": 1},
            OrderedDict(a=1),
        ],
        *[
            {"X-Contio-Signature": "\ud800"},
            {"\ud800": "x"},
            UserDict(a=1),
            {"a": 1}.items(),
            {"a": 1}.keys(),
            set(),
            {1},
        ],
        *[iter([]), iter([1]), itertools.count(), itertools.repeat(("x", "y")), itertools.repeat("x"), range(10**9)],
        *[(x for x in [1]), zip(), map(len, [1]), object(), object, type, int, str, dict, Exception(), Exception],
        *[len, print, lambda: None, lambda *_: 1 / 0, lambda *_: math.nan, math, sys, types.SimpleNamespace(items=1)],
        *[asyncio.sleep, Everything(), Everything, Everything().__iter__, timedelta(seconds=5), slice(1, 2)],
        *[raising(name, ValueError) for name in [*NAMES, *MORE_NAMES]],
        *[raising(name, RecursionError) for name in ["items", "__iter__", "__float__", "__call__"]],
        *[
            types.SimpleNamespace(items=lambda: [[1, 2]]),
            types.SimpleNamespace(items=lambda: itertools.repeat(("a", "b"))),
        ],
    ]
