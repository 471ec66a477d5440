"""A decorator for Django views that receive verified deliveries."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse, RawPostDataException, UnreadablePostError

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import (
    body_gone,
    check_arguments,
    check_declared,
    declared_length,
    is_short,
    limit_of,
    log_failure,
    too_large,
    verify,
)

__all__ = ["webhook"]

IS_ASYNC = "on_failure is async, but the view is not"

P = ParamSpec("P")
R = TypeVar("R")


def webhook(
    verifier: WebhookVerifier,
    *,
    on_failure: Callable[[WebhookVerificationError, Any], object] | None = None,
) -> Callable[[Callable[Concatenate[Any, Delivery, P], R]], Callable[Concatenate[Any, P], R]]:
    """Makes a decorator for views, sync or async. The view is called with the request and the verified delivery; if the
    scheme's deliveries carry a Contio envelope, the envelope is checked too. The view is exempt from CSRF protection.

        @webhook(verifier)
        def receive(request: HttpRequest, delivery: Delivery) -> HttpResponse: ...

    A refused delivery is answered with the status of the error and `{"error": code}`. The body is limited by the
    verifier's `max_body` and by Django's DATA_UPLOAD_MAX_MEMORY_SIZE. `on_failure` is called for each refusal, for
    metrics, and may be async if the view is; exceptions that it raises propagate. Without it, failures caused by the
    receiver itself (status 500) are logged.
    """
    check_arguments(verifier, on_failure)

    def delivery_of(request: Any) -> Delivery | WebhookVerificationError | HttpResponse:
        try:
            return verify(verifier, request.headers, _read(request, limit_of(verifier)))
        except WebhookVerificationError as error:
            return error
        except (UnreadablePostError, OSError):
            # The sender has gone, so no one reads the answer; this is not a refusal.
            return HttpResponse(b"the connection was closed before the body was complete", status=400)

    def refuse(error: WebhookVerificationError) -> HttpResponse:
        return JsonResponse({"error": error.code}, status=error.status)

    def report(error: WebhookVerificationError, request: Any) -> object:
        if on_failure is not None:
            return on_failure(error, request)
        log_failure(error)
        return None

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def verified(request: Any, *args: Any, **kwargs: Any) -> Any:
            delivery = delivery_of(request)
            if isinstance(delivery, WebhookVerificationError):
                reported = report(delivery, request)
                if inspect.iscoroutine(reported):
                    reported.close()
                    raise WebhookVerificationError("invalid_argument", IS_ASYNC)
                return refuse(delivery)
            return delivery if isinstance(delivery, HttpResponse) else view(request, delivery, *args, **kwargs)

        @wraps(view)
        async def verified_async(request: Any, *args: Any, **kwargs: Any) -> Any:
            # Not a blocking call: Django has already read the body, and large bodies are hashed without the GIL.
            delivery = delivery_of(request)
            if isinstance(delivery, WebhookVerificationError):
                reported = report(delivery, request)
                if inspect.isawaitable(reported):
                    await cast(Awaitable[object], reported)
                return refuse(delivery)
            return delivery if isinstance(delivery, HttpResponse) else await view(request, delivery, *args, **kwargs)

        is_async = iscoroutinefunction(view)
        if iscoroutinefunction(on_failure) and not is_async:
            raise WebhookVerificationError("invalid_argument", IS_ASYNC)
        decorated: Any = verified_async if is_async else verified
        # As `csrf_exempt` does, which before Django 5.0 turns an async view into a sync one.
        decorated.csrf_exempt = True
        return cast(Callable[..., Any], decorated)

    return decorate


def _read(request: Any, limit: int) -> bytes:
    """The body, whether or not other code has already read and kept it."""
    environ = getattr(request, "environ", None)
    # A chunked body marks its own end, unless a WSGI server has already decoded the chunks.
    is_chunked = "HTTP_TRANSFER_ENCODING" in request.META and (environ is None or environ.get("wsgi.input_terminated"))
    # `request.body` fails if Django cannot parse the length; such a body is read as if no length was declared.
    declared = None if is_chunked else declared_length(request.META.get("CONTENT_LENGTH"))
    check_declared(declared, limit)
    try:
        body: bytes = _read_undeclared(request, limit) if declared is None else request.body
    except RawPostDataException as error:
        raise body_gone("read `request.body`, which is kept, before `request.POST` or `request.read()`") from error
    except RequestDataTooBig as error:
        message = "the body has more bytes than the setting DATA_UPLOAD_MAX_MEMORY_SIZE allows"
        raise WebhookVerificationError("body_too_large", message) from error
    if len(body) > limit:
        raise too_large(limit)
    if is_short(body, declared):
        raise UnreadablePostError("the body is not complete")
    # Later code can read the body again: by `request.body`, by `request.read()`, or as another application.
    request._body = body
    request._stream = BytesIO(body)
    if environ is not None:
        environ["wsgi.input"] = BytesIO(body)
    return body


def _read_undeclared(request: Any, limit: int) -> bytes:
    """A body without a usable length, up to one byte beyond the limit."""
    kept: bytes | None = getattr(request, "_body", None)
    if kept:
        return kept
    environ = getattr(request, "environ", None)
    if environ is None:
        # Under ASGI Django has received all of it, but `request.body` does not always limit what it loads into memory.
        if kept is None and getattr(request, "_read_started", False):
            raise RawPostDataException
        return cast(bytes, request.read(limit + 1)) if kept is None else kept
    if "HTTP_TRANSFER_ENCODING" not in environ:
        # Nothing says where it ends, so a read could block forever.
        return b""
    # Under WSGI Django treats a chunked body as empty, so no other code has read any of it.
    if not environ.get("wsgi.input_terminated"):
        message = "the body was sent in chunks, and this server does not say where they end: use one that sets "
        raise WebhookVerificationError("invalid_argument", f"{message}`wsgi.input_terminated`, as gunicorn does")
    body = bytearray()
    try:
        while chunk := environ["wsgi.input"].read(limit + 1 - len(body)):
            body += chunk
    except Exception as error:
        # Each server raises errors of its own for a broken connection and for malformed chunks.
        raise UnreadablePostError("the body is not complete") from error
    return bytes(body)
