"""Verified deliveries for Django, by a decorator."""

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
    check_arguments,
    check_declared,
    declared_length,
    gone,
    is_short,
    judge,
    limit_of,
    log,
    too_large,
)

__all__ = ["webhook"]

IS_ASYNC = "on_failure is async, and the view is not"

P = ParamSpec("P")
R = TypeVar("R")


def webhook(
    verifier: WebhookVerifier,
    *,
    on_failure: Callable[[WebhookVerificationError, Any], object] | None = None,
) -> Callable[[Callable[Concatenate[Any, Delivery, P], R]], Callable[Concatenate[Any, P], R]]:
    """Makes a decorator for views, sync or async, which are called with the delivery behind the request, once it was
    verified; for Contio's schemes with its envelope. The view is exempt from the check of CSRF tokens.

        @webhook(verifier)
        def receive(request: HttpRequest, delivery: Delivery) -> HttpResponse: ...

    A delivery that is refused is answered with the status of the error and `{"error": code}`. The body is held to the
    verifier's `max_body`, and to Django's DATA_UPLOAD_MAX_MEMORY_SIZE. `on_failure` hears of each refusal, for metrics,
    and may be async where the view is; what it raises is the project's to handle. Without it, failures of the
    receiver's own making (status 500) are logged.
    """
    check_arguments(verifier, on_failure)

    def delivery_of(request: Any) -> Delivery | WebhookVerificationError | HttpResponse:
        try:
            return judge(verifier, request.headers, _read(request, limit_of(verifier)))
        except WebhookVerificationError as error:
            return error
        except (UnreadablePostError, OSError):
            # Nobody is there any more to be answered, and nothing was decided.
            return HttpResponse(b"the connection was closed before the body was complete", status=400)

    def refuse(error: WebhookVerificationError) -> HttpResponse:
        return JsonResponse({"error": error.code}, status=error.status)

    def tell(error: WebhookVerificationError, request: Any) -> object:
        if on_failure is not None:
            return on_failure(error, request)
        log(error)
        return None

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def verified(request: Any, *args: Any, **kwargs: Any) -> Any:
            delivery = delivery_of(request)
            if isinstance(delivery, WebhookVerificationError):
                told = tell(delivery, request)
                if inspect.iscoroutine(told):
                    told.close()
                    raise WebhookVerificationError("invalid_argument", IS_ASYNC)
                return refuse(delivery)
            return delivery if isinstance(delivery, HttpResponse) else view(request, delivery, *args, **kwargs)

        @wraps(view)
        async def verified_async(request: Any, *args: Any, **kwargs: Any) -> Any:
            # Django has read the body before, and what is large is hashed without the GIL.
            delivery = delivery_of(request)
            if isinstance(delivery, WebhookVerificationError):
                told = tell(delivery, request)
                if inspect.isawaitable(told):
                    await cast(Awaitable[object], told)
                return refuse(delivery)
            return delivery if isinstance(delivery, HttpResponse) else await view(request, delivery, *args, **kwargs)

        is_async = iscoroutinefunction(view)
        if iscoroutinefunction(on_failure) and not is_async:
            raise WebhookVerificationError("invalid_argument", IS_ASYNC)
        decorated: Any = verified_async if is_async else verified
        # What Django's `csrf_exempt` does; before Django 5.0 that makes a sync view of an async one.
        decorated.csrf_exempt = True
        return cast(Callable[..., Any], decorated)

    return decorate


def _read(request: Any, limit: int) -> bytes:
    """The body, whether somebody has read and kept it or not."""
    environ = getattr(request, "environ", None)
    # Chunks say themselves where they end, if they reach us as chunks: a WSGI server may have put them together.
    has_chunks = "HTTP_TRANSFER_ENCODING" in request.META and (environ is None or environ.get("wsgi.input_terminated"))
    # `request.body` fails on a length that Django cannot read, so it is read without one then.
    declared = None if has_chunks else declared_length(request.META.get("CONTENT_LENGTH"))
    check_declared(declared, limit)
    try:
        body: bytes = _read_undeclared(request, limit) if declared is None else request.body
    except RawPostDataException as error:
        raise gone("read `request.body`, which is kept, before `request.POST` or `request.read()`") from error
    except RequestDataTooBig as error:
        message = "the body has more bytes than the setting DATA_UPLOAD_MAX_MEMORY_SIZE allows"
        raise WebhookVerificationError("body_too_large", message) from error
    if len(body) > limit:
        raise too_large(limit)
    if is_short(body, declared):
        raise UnreadablePostError("the body is not complete")
    # What comes after may read it once more, by `request.body`, by `request.read()`, or as another application.
    request._body = body
    request._stream = BytesIO(body)
    if environ is not None:
        environ["wsgi.input"] = BytesIO(body)
    return body


def _read_undeclared(request: Any, limit: int) -> bytes:
    """A body without a length that can be read, up to one byte more than the limit."""
    kept: bytes | None = getattr(request, "_body", None)
    if kept:
        return kept
    environ = getattr(request, "environ", None)
    if environ is None:
        # Under ASGI Django has all of it, and `request.body` would not always limit what it takes into memory.
        if kept is None and getattr(request, "_read_started", False):
            raise RawPostDataException
        return cast(bytes, request.read(limit + 1)) if kept is None else kept
    if "HTTP_TRANSFER_ENCODING" not in environ:
        # Nobody knows where it would end, and reading on could wait for ever.
        return b""
    # Under WSGI Django takes it for empty, and reads nothing of it, whoever asked.
    if not environ.get("wsgi.input_terminated"):
        message = "the body came in chunks, and this server does not say where they end: use one that sets "
        raise WebhookVerificationError("invalid_argument", f"{message}`wsgi.input_terminated`, as gunicorn does")
    body = bytearray()
    try:
        while piece := environ["wsgi.input"].read(limit + 1 - len(body)):
            body += piece
    except Exception as error:
        # Each server has its own errors for a connection that broke, and for chunks that are none.
        raise UnreadablePostError("the body is not complete") from error
    return bytes(body)
