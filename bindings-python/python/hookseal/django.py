"""Verified deliveries for Django, by a decorator."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse, RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import check_arguments, check_declared, gone, judge, log, too_large

__all__ = ["webhook"]

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
            return judge(verifier, request.headers, _read(request, verifier.max_body))
        except WebhookVerificationError as error:
            return error
        except (UnreadablePostError, OSError):
            # Nobody is there any more to be answered, and nothing was decided.
            return HttpResponse("the connection was closed before the body was complete", status=400)

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
                tell(delivery, request)
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

        if iscoroutinefunction(view):
            return cast(Callable[..., Any], csrf_exempt(verified_async))
        if iscoroutinefunction(on_failure):
            raise WebhookVerificationError("invalid_argument", "on_failure is async, and the view is not")
        return cast(Callable[..., Any], csrf_exempt(verified))

    return decorate


def _read(request: Any, limit: int) -> bytes:
    """The body, whether somebody has read and kept it or not."""
    declared: str = request.META.get("CONTENT_LENGTH") or ""
    check_declared(declared, limit)
    body: bytes
    try:
        body = request.body if declared or hasattr(request, "_body") else _read_chunked(request, limit)
    except RawPostDataException as error:
        raise gone("read `request.body`, which is kept, before `request.POST` or `request.read()`") from error
    except RequestDataTooBig as error:
        message = "the body has more bytes than the setting DATA_UPLOAD_MAX_MEMORY_SIZE allows"
        raise WebhookVerificationError("body_too_large", message) from error
    if len(body) > limit:
        raise too_large(limit)
    if declared.isdecimal() and len(body) < int(declared):
        raise UnreadablePostError("the body is not complete")
    return body


def _read_chunked(request: Any, limit: int) -> bytes:
    """A body whose length was not declared: under WSGI Django takes it for empty, and would read on for ever under ASGI."""
    environ = getattr(request, "environ", None)
    if environ is None:
        stream = request
    elif environ.get("wsgi.input_terminated"):
        stream = environ["wsgi.input"]
    else:
        return cast(bytes, request.body)
    if request.__dict__.get("_read_started", False):
        raise RawPostDataException
    return cast(bytes, stream.read(limit + 1))
