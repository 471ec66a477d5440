"""The manifests for Kubernetes: the filter works in the listener that they make, in Envoy. Nothing here runs Kubernetes.

The patches are applied as Istio and Envoy Gateway document it, to the example's listener without its filter.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from backend import Backend
from client import event, forged, genuine, large_event, send
from proxies import EXAMPLES, LIMIT, in_envoy, running

FOLDER = EXAMPLES / "kubernetes"
MODULE = "/etc/hookseal/hookseal-proxy-wasm.wasm"
# What Envoy Gateway gives each listener.
ENVOY_GATEWAYS_BUFFER = 32768

Tree = dict[str, Any]


def manifest(name: str, kind: str) -> Tree:
    """The only object of this kind in a file."""
    found: list[Tree] = [tree for tree in yaml.safe_load_all((FOLDER / name).read_text()) if tree["kind"] == kind]
    assert len(found) == 1
    return found[0]


def filters_of(chain: Tree) -> list[Tree]:
    filters: list[Tree] = chain["filters"][0]["typed_config"]["http_filters"]
    return filters


def istio(listener: Tree) -> None:
    """What an EnvoyFilter does to a listener of a gateway."""
    resource = manifest("istio.yaml", "EnvoyFilter")
    assert resource["apiVersion"] == "networking.istio.io/v1alpha3"
    del listener["per_connection_buffer_limit_bytes"]
    for config_patch in resource["spec"]["configPatches"]:
        match, patch = config_patch["match"], config_patch["patch"]
        assert match["context"] == "GATEWAY"
        if config_patch["applyTo"] == "LISTENER":
            assert patch["operation"] == "MERGE"
            listener.update(patch["value"])
            continue
        assert (config_patch["applyTo"], patch["operation"]) == ("HTTP_FILTER", "INSERT_BEFORE")
        wanted = match["listener"]["filterChain"]["filter"]
        assert wanted["name"] == listener["filter_chains"][0]["filters"][0]["name"]
        filters = filters_of(listener["filter_chains"][0])
        at = next(at for at, entry in enumerate(filters) if entry["name"] == wanted["subFilter"]["name"])
        filters.insert(at, patch["value"])


def envoy_gateway(listener: Tree) -> None:
    """What an EnvoyPatchPolicy does to a listener, which has one filter chain if it has no certificates."""
    resource = manifest("envoy-gateway.yaml", "EnvoyPatchPolicy")
    assert resource["apiVersion"] == "gateway.envoyproxy.io/v1alpha1"
    assert resource["spec"]["type"] == "JSONPatch"
    [listener["default_filter_chain"]] = listener.pop("filter_chains")
    listener["per_connection_buffer_limit_bytes"] = ENVOY_GATEWAYS_BUFFER
    for patch in resource["spec"]["jsonPatches"]:
        assert patch["type"] == "type.googleapis.com/envoy.config.listener.v3.Listener"
        assert patch["name"] == "default/webhooks/http"
        operation = patch["operation"]
        assert operation["op"] == "add"
        *parents, last = operation["path"].removeprefix("/").split("/")
        target: Any = listener
        for part in parents:
            target = target[int(part)] if isinstance(target, list) else target[part]
        if isinstance(target, list):
            target.insert(int(last), operation["value"])
        else:
            target[last] = operation["value"]


@pytest.mark.parametrize("patch", [istio, envoy_gateway])
def test_envoy_takes_the_listener_that_a_manifest_makes(
    patch: Callable[[Tree], None], backend: Backend, tmp_path: Path
) -> None:
    def change(text: str) -> str:
        [listener] = yaml.safe_load(in_envoy("")(text))
        patch(listener)
        written = yaml.safe_dump([listener])
        assert written.count(MODULE) == 1
        return written.replace(MODULE, "hookseal-proxy-wasm.wasm")

    with running("envoy", tmp_path, backend.port, change=change) as gateway:
        before = backend.seen()
        assert send(gateway.port, forged(event()))[0] == 401
        assert send(gateway.port, genuine(large_event(LIMIT + 1)))[0] == 413
        assert backend.seen() == before
        assert send(gateway.port, genuine(large_event(900_000)))[0] == 200
        assert backend.last().header("x-hookseal-verdict") == ["genuine"]


@pytest.mark.parametrize("name", ["istio.yaml", "envoy-gateway.yaml"])
def test_a_manifest_lets_only_its_gateway_reach_the_backend(name: str) -> None:
    policy = manifest(name, "NetworkPolicy")
    [rule] = policy["spec"]["ingress"]
    assert policy["apiVersion"] == "networking.k8s.io/v1" and "ports" not in rule
    assert [list(source) for source in rule["from"]] == [["namespaceSelector"]]
    assert policy["spec"]["podSelector"]["matchLabels"] == {"app": "backend"}
