"""The topics: the name of each vector file, and what yields its vectors."""

from __future__ import annotations

from typing import Callable, Iterator

from . import (
    contio_body_form,
    contio_data,
    contio_events,
    contio_forms,
    contio_timestamped,
    envelope_fields,
    envelope_json,
    envelope_numbers,
    envelope_optional,
    envelope_surrogates,
    envelope_time,
    freshness,
    headers,
    limits,
    order,
    peers_faults,
    plain,
    rotation,
    secrets,
    standard,
    stripe,
    tampering,
)

TOPICS: dict[str, Callable[[], Iterator[dict]]] = {
    "contio-timestamped": contio_timestamped.vectors,
    "contio-body": contio_body_form.vectors,
    "contio-forms": contio_forms.vectors,
    "contio-events": contio_events.vectors,
    "contio-data": contio_data.vectors,
    "envelope-json": envelope_json.vectors,
    "envelope-fields": envelope_fields.vectors,
    "envelope-optional": envelope_optional.vectors,
    "envelope-surrogates": envelope_surrogates.vectors,
    "envelope-numbers": envelope_numbers.vectors,
    "envelope-time": envelope_time.vectors,
    "standard-webhooks": standard.standard_webhooks,
    "svix": standard.svix,
    "stripe": stripe.vectors,
    "github": plain.github,
    "slack": plain.slack,
    "shopify": plain.shopify,
    "secrets": secrets.vectors,
    "headers": headers.vectors,
    "tampering": tampering.vectors,
    "rotation": rotation.vectors,
    "freshness": freshness.vectors,
    "limits": limits.vectors,
    "order": order.vectors,
    "peers-faults": peers_faults.vectors,
}
