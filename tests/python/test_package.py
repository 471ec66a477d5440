"""The installed package."""

import importlib
import importlib.metadata
import inspect
import io
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import GenericAlias
from typing import Any

import hookseal
import pytest

DISTRIBUTION = importlib.metadata.distribution("hookseal")
MODULES = ["hookseal", "hookseal.events", "hookseal.router", "hookseal.fastapi", "hookseal.flask", "hookseal.django"]
MODULES += ["hookseal.once", "hookseal.once.postgres", "hookseal.once.redis"]
MODULES += ["hookseal.inbox", "hookseal.inbox.postgres", "hookseal.queue"]


def files() -> dict[str, Path]:
    """The files that pip installed, without the bytecode that Python adds."""
    found = {str(file): Path(str(file.locate())) for file in DISTRIBUTION.files or [] if "__pycache__" not in str(file)}
    assert found
    return found


def test_only_the_package_its_types_and_its_licences_are_installed() -> None:
    inside = {name.removeprefix("hookseal/") for name in files() if name.startswith("hookseal/")}
    extension = {name for name in inside if re.fullmatch(r"_hookseal\.(abi3\.so|pyd)", name)}
    assert len(extension) == 1
    modules = ["__init__", "__main__", "_adapter", "_causes", "_codes", "_errors", "_fork", "_psycopg", "_routes"]
    modules += ["_sqlite", "_statuses", "_stored", "django", "events", "explain", "fastapi", "flask", "router"]
    modules += ["once/__init__", "once/_memory", "once/_once", "once/_sqlite", "once/_statements", "once/_store"]
    modules += ["once/postgres", "once/redis"]
    modules += ["inbox/__init__", "inbox/_asyncio", "inbox/_claim", "inbox/_engine", "inbox/_failure", "inbox/_inbox"]
    modules += ["inbox/_jobs", "inbox/_load", "inbox/_notices", "inbox/_protocol", "inbox/_received", "inbox/_settings"]
    modules += ["inbox/_shared", "inbox/_sqlite", "inbox/_statements", "inbox/_stats", "inbox/_threads"]
    modules += ["inbox/postgres"]
    modules += ["queue/__init__", "queue/_fields", "queue/_hand_over", "queue/_seal", "queue/_stored"]
    assert inside - extension == {"_hookseal.pyi", "py.typed", *(f"{name}.py" for name in modules)}
    others = {name.partition("/")[2] for name in files() if not name.startswith("hookseal/")}
    # Written by pip.
    others -= {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}
    assert others == {"licenses/LICENSE-MIT", "licenses/LICENSE-APACHE", "METADATA", "WHEEL"}


def test_the_metadata_describe_the_package() -> None:
    metadata = DISTRIBUTION.metadata
    assert metadata["Name"] == "hookseal"
    assert metadata["Version"] == hookseal.__version__
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert set(metadata.get_all("Provides-Extra") or []) == {"fastapi", "flask", "django", "postgres", "redis"}
    # Without an extra it has no dependencies.
    assert all("extra ==" in requirement for requirement in DISTRIBUTION.requires or [])
    assert "# hookseal" in (metadata.get_payload() or "")


def test_no_file_contains_a_path_of_the_build_machine() -> None:
    # The tests run in a copy below the project's `target/`.
    project = Path(__file__).parents[3]
    for name, path in files().items():
        # Written by pip, with the path of the wheel.
        if name.endswith(("direct_url.json", "RECORD")):
            continue
        contents = path.read_bytes()
        for folder in [str(project), str(Path.home() / ".cargo"), "registry/src"]:
            assert folder.encode() not in contents, name


def test_the_package_imports_only_the_standard_library() -> None:
    # This process has already imported other packages, so check the import statements of its modules.
    for name in [
        "hookseal",
        "hookseal.events",
        "hookseal.router",
        "hookseal._adapter",
        "hookseal.once",
        "hookseal.inbox",
        "hookseal.queue",
    ]:
        source = inspect.getsource(importlib.import_module(name))
        imported = set(re.findall(r"^(?:from|import) ([a-z_]+)", source, re.MULTILINE))
        assert imported <= set(sys.stdlib_module_names) | {"hookseal"}


def modules_after(statements: str) -> set[str]:
    """The modules that are imported by a new interpreter that runs these statements, without its own site packages."""
    folder = Path(str(hookseal.__file__)).parents[1]
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); {statements}; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    return set(shown.stdout.split())


def test_verifying_imports_less_than_hmac_and_hashlib_do() -> None:
    by_itself = modules_after("pass")
    verify = """
import hookseal
headers = hookseal.sign(b"{}", "a secret of this test", scheme="github")
hookseal.WebhookVerifier("a secret of this test", scheme="github").verify(headers, b"{}")
hookseal.WebhookVerifier(["another", "a secret of this test"], scheme="github").verify(headers, b"{}")
try:
    hookseal.WebhookVerifier("another secret", scheme="github").verify(headers, b"{}")
except hookseal.WebhookVerificationError as error:
    assert error.status == 401
else:
    raise AssertionError("another secret was accepted")
"""
    imported = modules_after(f"exec({verify!r})") - by_itself
    assert not imported & {"typing", "enum", "re", "json", "hookseal.events", "hookseal._codes"}, imported
    others = {name for name in imported if name.partition(".")[0] != "hookseal"}
    assert len(others) <= len(modules_after("import hmac, hashlib") - by_itself), others


def test_types_are_imported_when_they_are_first_used() -> None:
    for name in ["ErrorCode", "EventType", "KnownEvent", "SchemeName", "UnknownEvent", "WebhookEvent"]:
        assert "typing" in modules_after(f"from hookseal import {name}")
        assert name in hookseal.__all__ and name in dir(hookseal)
    assert {"ErrorCode", "WebhookEvent"} <= set(hookseal.__all__)
    modules_after("from hookseal import *; WebhookEvent, ErrorCode, sign")
    with pytest.raises(AttributeError, match="module 'hookseal' has no attribute 'WebhookEvents'"):
        getattr(hookseal, "WebhookEvents")  # noqa: B009


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_documented(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    names = getattr(module, "__all__", [name for name in dir(module) if name.endswith(("Event", "Data"))])
    assert names
    for public in names:
        thing = getattr(module, public)
        # Python 3.10 considers `dict[str, Any]` a class.
        if not isinstance(thing, GenericAlias) and (inspect.isclass(thing) or inspect.isroutine(thing)):
            assert inspect.getdoc(thing), public
            assert thing.__module__.split(".")[0] == "hookseal"


def members(thing: Any) -> list[str]:
    return [name for name in vars(thing) if not name.startswith("_")]


@pytest.mark.parametrize(
    "thing", [hookseal.WebhookVerifier, hookseal.Delivery, hookseal.DeliveryKey, hookseal.VerificationResult]
)
def test_help_documents_every_member(thing: type) -> None:
    shown = io.StringIO()
    with redirect_stdout(shown):
        help(thing)
    assert members(thing)
    for name in members(thing):
        assert name in shown.getvalue()
        documentation = inspect.getdoc(getattr(thing, name))
        assert documentation and documentation.strip().endswith(".")


def test_functions_have_introspectable_signatures() -> None:
    assert str(inspect.signature(hookseal.WebhookVerifier)) == (
        "(secrets, *, scheme='contio', max_age=300, max_skew=300, max_event_age=86400, max_body=None, "
        "once=None, now=None)"
    )
    assert str(inspect.signature(hookseal.sign)) == "(body, secret, *, scheme='contio', timestamp=None, id=None)"
