"""The error, as queues, pools and logs pass it on."""

import copy
import json
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from hookseal import WebhookVerificationError, WebhookVerifier
from hookseal._statuses import STATUS_BY_CODE


def refuse(code: str = "missing_header") -> None:
    if code != "missing_header":
        raise WebhookVerificationError(code, f"the message of {code}")  # type: ignore[arg-type]
    WebhookVerifier("a secret").verify({}, b"{}")


def facts(error: WebhookVerificationError) -> tuple[Any, ...]:
    return type(error), error.code, error.status, str(error), error.args


def raised(code: str = "missing_header") -> WebhookVerificationError:
    with pytest.raises(WebhookVerificationError) as caught:
        refuse(code)
    return caught.value


@pytest.mark.parametrize("code", STATUS_BY_CODE)
def test_an_error_can_be_made_again_from_its_args(code: Any) -> None:
    error = raised(code)
    assert facts(WebhookVerificationError(*error.args)) == facts(error)
    assert error.args == (code, str(error)) and error.status == STATUS_BY_CODE[code]
    for again in [
        copy.copy(error),
        copy.deepcopy(error),
        *[pickle.loads(pickle.dumps(error, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)],
        pickle.loads(pickle.dumps(copy.deepcopy(error))),
    ]:
        assert facts(again) == facts(error) and again is not error


def test_an_error_survives_celerys_json() -> None:
    error = raised()
    # As `celery.backends.base` writes and reads exceptions if results are JSON.
    kind = type(error)
    sent = json.dumps({"exc_type": kind.__name__, "exc_message": error.args, "exc_module": kind.__module__})
    received = json.loads(sent)
    assert (received["exc_type"], received["exc_module"]) == ("WebhookVerificationError", "hookseal._errors")
    again = WebhookVerificationError(*received["exc_message"])
    assert facts(again) == facts(error)


def test_an_error_survives_another_process() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        with pytest.raises(WebhookVerificationError, match="X-Contio-Signature") as caught:
            pool.submit(refuse).result()
    assert facts(caught.value) == facts(raised())


def test_what_a_log_shows_of_an_error() -> None:
    error = WebhookVerificationError("missing_header", "the message")
    assert (str(error), f"{error}") == ("the message", "the message")
    assert repr(error) == "WebhookVerificationError('missing_header', 'the message')"
    assert isinstance(error, ValueError)
