"""A decorator for Django views that receive verified deliveries."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from io import BytesIO
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse, RawPostDataException, UnreadablePostError

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import (
    DUPLICATE,
    body_gone,
    body_not_read,
    check_arguments,
    check_declared,
    check_view,
    declared_length,
    is_answer,
    is_short,
    limit_of,
    log_failure,
    retry_headers,
    show_without_delivery,
    too_large,
    verify,
)

if TYPE_CHECKING:
    from hookseal.inbox import Inbox
    from hookseal.once import Once
    from hookseal.queue import HandOver

__all__ = ["webhook"]

IS_ASYNC = "on_failure is async, but the view is not"
KEEP = "read `request.body`, which is kept, before `request.POST` or `request.read()`"
ON_METHOD = (
    "decorate the whole view, `webhook(verifier)(MyView.as_view())`, or its class, "
    '`@method_decorator(webhook(verifier), name="dispatch")`'
)

P = ParamSpec("P")
R = TypeVar("R")


def webhook(
    verifier: WebhookVerifier,
    *,
    once: Once | None = None,
    inbox: Inbox | None = None,
    hand_over: HandOver | None = None,
    on_failure: Callable[[WebhookVerificationError, Any], object] | None = None,
) -> Callable[[Callable[Concatenate[Any, Delivery, P], R]], Callable[Concatenate[Any, P], R]]:
    """Makes a decorator for views, sync or async. The view is called with the request and the verified delivery; if the
    scheme's deliveries carry a Contio envelope, the envelope is checked too. The view is exempt from CSRF protection.

        @webhook(verifier)
        def receive(request: HttpRequest, delivery: Delivery) -> HttpResponse: ...

    A refused delivery is answered with the status of the error and `{"error": code}`, and so is one for which the view
    raises such an error, as `delivery.json()` does if the body is not JSON. With `once`, the view is called once for
    each event, and again only if it raised or returned a status of 400 or more: duplicates are answered 200, and one
    that comes while the view is still running 503 with `Retry-After`. With `inbox`, the delivery is stored before the
    view is called, which answers 200 at once; a duplicate is answered 200 without it, and what cannot be stored 503.
    With `hand_over`, it is put into the queue of another engine first, and what cannot be is answered 503. The body is
    limited by the verifier's `max_body` and by Django's DATA_UPLOAD_MAX_MEMORY_SIZE. `on_failure` is called for each
    refusal, for metrics, and may be async if the view is; exceptions that it raises propagate. Without it, refusals are
    logged to the logger `hookseal` at level INFO, and failures caused by the receiver itself (status 500) at level
    ERROR.

    For a class-based view, decorate the whole view: `webhook(verifier)(MyView.as_view())`.
    """
    check_arguments(verifier, on_failure, once, inbox, hand_over)

    def delivery_of(request: Any) -> Delivery | WebhookVerificationError | HttpResponse:
        if not hasattr(request, "META"):
            message = f"the first argument is a {type(request).__name__}, and not the request; if this is on a method, "
            raise WebhookVerificationError("invalid_argument", message + ON_METHOD)
        try:
            return verify(verifier, request.headers, _read(request, limit_of(verifier)))
        except WebhookVerificationError as error:
            return error
        except (UnreadablePostError, OSError):
            # The sender has gone, so no one reads the answer; this is not a refusal.
            return HttpResponse(b"the connection was closed before the body was complete", status=400)

    def refuse(error: WebhookVerificationError) -> HttpResponse:
        return JsonResponse({"error": error.code}, status=error.status, headers=retry_headers(error))

    def report(error: WebhookVerificationError, request: Any) -> object:
        if on_failure is not None:
            return on_failure(error, request)
        log_failure(error)
        return None

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        check_view(view, 1, ON_METHOD)

        @wraps(view)
        def verified(request: Any, *args: Any, **kwargs: Any) -> Any:
            verdict = delivery_of(request)
            if isinstance(verdict, Delivery):
                try:
                    if inbox is not None and inbox.put(verdict).answer == "duplicate":
                        return JsonResponse(DUPLICATE)
                    if hand_over is not None:
                        hand_over.put(verdict)
                    if once is None:
                        return view(request, verdict, *args, **kwargs)
                    with once(verdict) as first:
                        if not first:
                            return JsonResponse(DUPLICATE)
                        response = view(request, verdict, *args, **kwargs)
                        if getattr(response, "status_code", 200) >= 400:
                            first.fail()
                        return response
                except WebhookVerificationError as error:
                    # Mistakes in the view itself propagate.
                    if not is_answer(error):
                        raise
                    verdict = error
            if isinstance(verdict, HttpResponse):
                return verdict
            reported = report(verdict, request)
            if inspect.iscoroutine(reported):
                reported.close()
                raise WebhookVerificationError("invalid_argument", IS_ASYNC)
            return refuse(verdict)

        @wraps(view)
        async def verified_async(request: Any, *args: Any, **kwargs: Any) -> Any:
            # Not a blocking call: Django has already read the body, and large bodies are hashed without the GIL.
            verdict = delivery_of(request)
            if isinstance(verdict, Delivery):
                try:
                    if inbox is not None and (await inbox.aput(verdict)).answer == "duplicate":
                        return JsonResponse(DUPLICATE)
                    if hand_over is not None:
                        await hand_over.aput(verdict)
                    if once is None:
                        return await view(request, verdict, *args, **kwargs)
                    async with once(verdict) as first:
                        if not first:
                            return JsonResponse(DUPLICATE)
                        response = await view(request, verdict, *args, **kwargs)
                        if getattr(response, "status_code", 200) >= 400:
                            first.fail()
                        return response
                except WebhookVerificationError as error:
                    if not is_answer(error):
                        raise
                    verdict = error
            if isinstance(verdict, HttpResponse):
                return verdict
            reported = report(verdict, request)
            if inspect.isawaitable(reported):
                await cast(Awaitable[object], reported)
            return refuse(verdict)

        is_async = iscoroutinefunction(view)
        if iscoroutinefunction(on_failure) and not is_async:
            raise WebhookVerificationError("invalid_argument", IS_ASYNC)
        decorated: Any = verified_async if is_async else verified
        # As `csrf_exempt` does, which before Django 5.0 turns an async view into a sync one.
        decorated.csrf_exempt = True
        show_without_delivery(view, decorated, 1)
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
        # Django parses these for whatever reads `request.POST`, such as a middleware, and does not keep them.
        if getattr(request, "content_type", "") == "multipart/form-data":
            raise body_not_read(f"other code has parsed it as a form; {KEEP}") from error
        raise body_gone(KEEP) from error
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
        raise body_not_read(
            "it was sent in chunks, and this server does not say where they end; use one that sets "
            "`wsgi.input_terminated`, as gunicorn does"
        )
    body = bytearray()
    try:
        while chunk := environ["wsgi.input"].read(limit + 1 - len(body)):
            body += chunk
    except Exception as error:
        # Each server raises errors of its own for a broken connection and for malformed chunks.
        raise UnreadablePostError("the body is not complete") from error
    return bytes(body)
