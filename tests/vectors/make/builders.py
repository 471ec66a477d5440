"""Schemes that together have every member of the textual form, each as its text and as the builders of JavaScript and
Python take it. Members are in the order in which the core writes them."""

from __future__ import annotations

import json

MADE = [
    {
        "text": {
            "name": "single",
            "signature": {
                "header": "X-Sig",
                "newer_header": "Acme-Sig",
                "encoding": "base64",
                "prefix": "v1=",
            },
            "timestamp": {"header": "X-Time", "fallback_header": "Acme-Time", "format": "ten_digits"},
            "id": {"header": "X-Id", "newer_header": "Acme-Id", "length": 36},
            "signed": "{id}{timestamp}{body}",
            "key": "base64",
        },
        "javascript": {
            "name": "single",
            "signatureHeader": "X-Sig",
            "encoding": "base64",
            "prefix": "v1=",
            "timestampHeader": "X-Time",
            "timestampFormat": "ten_digits",
            "idHeader": "X-Id",
            "idLength": 36,
            "newerSpellings": {"X-Sig": "Acme-Sig", "X-Id": "Acme-Id"},
            "fallbackSpellings": {"X-Time": "Acme-Time"},
            "signed": "{id}{timestamp}{body}",
            "key": "base64",
        },
        "python": {
            "name": "single",
            "signature_header": "X-Sig",
            "encoding": "base64",
            "prefix": "v1=",
            "timestamp_header": "X-Time",
            "timestamp_format": "ten_digits",
            "id_header": "X-Id",
            "id_length": 36,
            "newer_spellings": {"X-Sig": "Acme-Sig", "X-Id": "Acme-Id"},
            "fallback_spellings": {"X-Time": "Acme-Time"},
            "signed": "{id}{timestamp}{body}",
            "key": "base64",
        },
    },
    {
        "text": {
            "name": "list",
            "signature": {
                "header": "X-Sig",
                "fallback_header": "Acme-Sig",
                "encoding": "hex",
                "list": {"separator": ",", "joiner": "=", "version": "v1", "spaced": True, "grouped": True},
            },
            "timestamp": {"in_signature": "t", "format": "milliseconds"},
            "id": {"in_signature": "i"},
            "signed": "{id}.{timestamp}{body}",
            "key": "hex",
            "envelope": True,
        },
        "javascript": {
            "name": "list",
            "signatureHeader": "X-Sig",
            "fallbackSpellings": {"X-Sig": "Acme-Sig"},
            "encoding": "hex",
            "list": {"separator": ",", "joiner": "=", "version": "v1", "spaced": True, "grouped": True},
            "timestampInSignature": "t",
            "timestampFormat": "milliseconds",
            "idInSignature": "i",
            "signed": "{id}.{timestamp}{body}",
            "key": "hex",
            "envelope": True,
        },
        "python": {
            "name": "list",
            "signature_header": "X-Sig",
            "fallback_spellings": {"X-Sig": "Acme-Sig"},
            "encoding": "hex",
            "list_separator": ",",
            "list_joiner": "=",
            "list_version": "v1",
            "list_spaced": True,
            "list_grouped": True,
            "timestamp_in_signature": "t",
            "timestamp_format": "milliseconds",
            "id_in_signature": "i",
            "signed": "{id}.{timestamp}{body}",
            "key": "hex",
            "envelope": True,
        },
    },
    {
        "text": {
            "name": "keys",
            "signature": {"header": "X-Sig", "encoding": "hex"},
            "timestamp": {"header": "X-Time", "newer_header": "Acme-Time", "format": "rfc3339"},
            "id": {"header": "X-Id", "fallback_header": "Acme-Id"},
            "signed": "{id}.{timestamp}{body}",
            "key_field": "event_id",
            "key_scheme": "acme",
            "keyless": {"field": "type", "value": "ping"},
        },
        "javascript": {
            "name": "keys",
            "signatureHeader": "X-Sig",
            "encoding": "hex",
            "timestampHeader": "X-Time",
            "timestampFormat": "rfc3339",
            "idHeader": "X-Id",
            "newerSpellings": {"X-Time": "Acme-Time"},
            "fallbackSpellings": {"X-Id": "Acme-Id"},
            "signed": "{id}.{timestamp}{body}",
            "keyField": "event_id",
            "keyScheme": "acme",
            "keyless": {"field": "type", "value": "ping"},
        },
        "python": {
            "name": "keys",
            "signature_header": "X-Sig",
            "encoding": "hex",
            "timestamp_header": "X-Time",
            "timestamp_format": "rfc3339",
            "id_header": "X-Id",
            "newer_spellings": {"X-Time": "Acme-Time"},
            "fallback_spellings": {"X-Id": "Acme-Id"},
            "signed": "{id}.{timestamp}{body}",
            "key_field": "event_id",
            "key_scheme": "acme",
            "keyless": ["type", "ping"],
        },
    },
    {
        "text": {
            "name": "topics",
            "signature": {"header": "X-Sig", "encoding": "hex"},
            "timestamp": {"in_envelope": True},
            "signed": "{body}",
            "key_topic": {"header": "X-Topic", "newer_header": "Acme-Topic"},
            "keyless": {"field": "challenge"},
        },
        "javascript": {
            "name": "topics",
            "signatureHeader": "X-Sig",
            "encoding": "hex",
            "timestampInEnvelope": True,
            "signed": "{body}",
            "keyTopic": {"header": "X-Topic", "newerHeader": "Acme-Topic"},
            "keyless": {"field": "challenge"},
        },
        "python": {
            "name": "topics",
            "signature_header": "X-Sig",
            "encoding": "hex",
            "timestamp_in_envelope": True,
            "signed": "{body}",
            "key_topic": ["X-Topic", "Acme-Topic"],
            "keyless": "challenge",
        },
    },
]


def builders() -> list[dict]:
    return MADE


def render_builders(made: list[dict]) -> str:
    return json.dumps(made, indent=1) + "\n"
