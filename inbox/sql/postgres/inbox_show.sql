-- One delivery, with its body if that is not dropped. Parameters: 1 id.
SELECT
  id, key, state, scheme, event, received_at, due_at, attempts, finished_at, error, size,
  has_envelope, signed_at, digest, worker, keep_until, body
FROM hookseal_inbox
WHERE id = $1::bigint
