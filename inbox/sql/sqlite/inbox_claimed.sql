-- The deliveries of a claim: running ones, and those that died instead. Parameters: token.
SELECT
  id, key, state, scheme, event, has_envelope, signed_at, received_at, attempts, is_takeover, body, error
FROM hookseal_inbox
WHERE token = ? AND state IN ('running', 'dead')
ORDER BY id;
