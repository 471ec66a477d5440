-- Stores a delivery unless its key is known. If no row is changed, `inbox_duplicate` says what became of the first one.
-- A dead one is revived only if this one was signed after the death: a captured delivery cannot revive it for ever.
-- Parameters: 1 key, 2 scheme, 3 event, 4 has_envelope, 5 signed_at, 6 digest, 7 size, 8 body, 9 now (null for the
-- server's clock), 10 the longest wait for a lock, in milliseconds, after which the statement fails.
WITH own AS MATERIALIZED (
  SELECT
    COALESCE($9::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now,
    set_config('lock_timeout', $10::text, true) AS lock_timeout
)
INSERT INTO hookseal_inbox AS inbox
  (key, state, scheme, event, has_envelope, signed_at, received_at, due_at, attempts, is_takeover, digest, size, body)
SELECT
  $1::text, 'pending', $2::text, $3::text, $4::boolean, $5::bigint, own.now, own.now, 0, FALSE, $6::text, $7::bigint,
  $8::bytea
FROM own
WHERE own.lock_timeout IS NOT NULL
ON CONFLICT (key) DO UPDATE SET
  state = 'pending',
  scheme = excluded.scheme,
  event = excluded.event,
  has_envelope = excluded.has_envelope,
  signed_at = excluded.signed_at,
  received_at = excluded.received_at,
  due_at = excluded.due_at,
  attempts = 0,
  token = NULL,
  worker = NULL,
  is_takeover = FALSE,
  finished_at = NULL,
  keep_until = NULL,
  error = CASE WHEN inbox.state = 'dead' THEN inbox.error END,
  digest = excluded.digest,
  size = excluded.size,
  body = excluded.body
WHERE (inbox.state = 'done' AND inbox.keep_until <= excluded.received_at)
  OR (inbox.state = 'dead' AND excluded.signed_at > inbox.finished_at)
