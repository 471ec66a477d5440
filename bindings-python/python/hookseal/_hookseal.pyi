from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias, final

from typing_extensions import Buffer, Self

from hookseal._codes import ErrorCode, SchemeName
from hookseal.events import WebhookEvent
from hookseal.explain import Report
from hookseal.once import Once

__all__ = [
    "Delivery",
    "DeliveryKey",
    "Scheme",
    "VerificationResult",
    "WebhookExplainer",
    "WebhookVerifier",
    "__version__",
    "hubspot",
    "sign",
    "square",
    "verify_any",
]

__version__: Final[str]

_Secret: TypeAlias = str | bytes | bytearray | memoryview
_Body: TypeAlias = Buffer | str
_Name: TypeAlias = str | bytes
_Value: TypeAlias = str | bytes | Sequence[str | bytes] | None

class _Mapping(Protocol):
    def items(self) -> Iterable[tuple[Any, Any]]: ...

_Headers: TypeAlias = _Mapping | Iterable[tuple[_Name, _Value]] | Iterable[Sequence[_Name]]

@final
class WebhookVerifier:
    def __new__(
        cls,
        secrets: _Secret | Sequence[_Secret],
        *,
        scheme: SchemeName | Scheme = "contio",
        max_age: float | None = 300,
        max_skew: float | None = 300,
        max_event_age: float | None = 86400,
        max_body: int | None = None,
        once: Once | None = None,
        now: float | Callable[[], float] | None = None,
    ) -> Self: ...
    @property
    def max_body(self) -> int: ...
    @property
    def scheme(self) -> str: ...
    def verify(self, headers: _Headers, body: _Body) -> Delivery: ...
    def verify_signature(self, body: _Body, signature: _Value, timestamp: _Value = None) -> VerificationResult: ...
    def parse_webhook(self, body: _Body, signature: _Value, timestamp: _Value = None) -> WebhookEvent: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class WebhookExplainer:
    def __new__(
        cls,
        secrets: _Secret | Sequence[_Secret],
        *,
        scheme: SchemeName | Scheme = "contio",
        max_age: float | None = 300,
        max_skew: float | None = 300,
        max_event_age: float | None = 86400,
        max_body: int | None = None,
        once: Once | None = None,
        now: float | Callable[[], float] | None = None,
        other_secrets: dict[SchemeName, _Secret] | None = None,
    ) -> Self: ...
    @property
    def scheme(self) -> str: ...
    def explain(self, headers: _Headers, body: _Body) -> Report: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class VerificationResult:
    @property
    def is_valid(self) -> bool: ...
    @property
    def code(self) -> ErrorCode | None: ...
    @property
    def error(self) -> str | None: ...
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class Delivery:
    @property
    def scheme(self) -> str: ...
    @property
    def has_envelope(self) -> bool:
        """Whether deliveries of this scheme carry a Contio envelope, which event() reads."""
    @property
    def timestamp(self) -> int | None: ...
    @property
    def secret_index(self) -> int: ...
    @property
    def id(self) -> str | None: ...
    @property
    def key(self) -> DeliveryKey | None: ...
    @property
    def body(self) -> bytes: ...
    def json(self) -> Any: ...
    def event(self) -> WebhookEvent: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class DeliveryKey:
    def __new__(cls, scheme: str, id: str) -> Self: ...
    @property
    def scheme(self) -> str: ...
    @property
    def id(self) -> str: ...
    def text(self, scope: str = "") -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...
    def __reduce__(self) -> tuple[type[DeliveryKey], tuple[str, str]]: ...

@final
class Scheme:
    def __new__(
        cls,
        name: str,
        *,
        signature_header: str,
        encoding: Literal["hex", "base64"],
        signed: str,
        prefix: str | None = None,
        list_separator: str | None = None,
        list_joiner: str | None = None,
        list_version: str | None = None,
        list_spaced: bool = False,
        list_grouped: bool = False,
        timestamp_header: str | None = None,
        timestamp_in_signature: str | None = None,
        timestamp_in_envelope: bool = False,
        timestamp_format: Literal["seconds", "ten_digits", "milliseconds", "rfc3339"] = "seconds",
        id_header: str | None = None,
        id_in_signature: str | None = None,
        id_length: int | None = None,
        key: Literal["utf8", "base64", "hex"] = "utf8",
        envelope: bool = False,
        key_field: str | None = None,
        key_topic: str | tuple[str, str] | None = None,
        key_scheme: str | None = None,
        keyless: str | tuple[str, str] | None = None,
        newer_spellings: dict[str, str] | None = None,
        fallback_spellings: dict[str, str] | None = None,
    ) -> Self: ...
    @staticmethod
    def from_json(json: str) -> Scheme: ...
    def to_json(self) -> str: ...
    @property
    def name(self) -> str: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

def verify_any(verifiers: Iterable[WebhookVerifier], headers: _Headers, body: _Body) -> tuple[int, Delivery]: ...
def square(url: str) -> Scheme: ...
def hubspot(url: str) -> Scheme: ...
def sign(
    body: _Body,
    secret: _Secret,
    *,
    scheme: SchemeName | Scheme = "contio",
    timestamp: float | None = None,
    id: str | None = None,
) -> dict[str, str]: ...
