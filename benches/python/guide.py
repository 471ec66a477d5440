"""Contio's guide, "Manual Verification", with Python's standard library and the age check that the guide asks for."""

import hashlib
import hmac
import time


def verify_webhook(payload: bytes, signature: str, timestamp: str, secret: str) -> bool:
    signed_payload = f"{timestamp}.".encode() + payload
    expected_signature = hmac.new(secret.encode(), signed_payload, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, expected_signature):
        return False
    return abs(time.time() - int(timestamp)) <= 300
