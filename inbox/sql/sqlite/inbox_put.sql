-- Stores a delivery unless its key is known. If no row is changed, `inbox_duplicate` says what became of the first one.
-- A dead one is revived only if this one was signed after the death: a captured delivery cannot revive it for ever.
-- Parameters: key, scheme, event, has_envelope, signed_at, digest, size, body, now (null for the clock of this
-- machine).
INSERT INTO hookseal_inbox
  (key, state, scheme, event, has_envelope, signed_at, received_at, due_at, attempts, is_takeover, digest, size, body)
SELECT
  new.key, 'pending', new.scheme, new.event, new.has_envelope, new.signed_at, new.now, new.now, 0, 0, new.digest,
  new.size, new.body
FROM (
  SELECT
    ? AS key, ? AS scheme, ? AS event, ? AS has_envelope, ? AS signed_at, ? AS digest, ? AS size, ? AS body,
    COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)) AS now
) AS new
WHERE TRUE
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
  is_takeover = 0,
  finished_at = NULL,
  keep_until = NULL,
  error = CASE WHEN hookseal_inbox.state = 'dead' THEN hookseal_inbox.error END,
  digest = excluded.digest,
  size = excluded.size,
  body = excluded.body
WHERE (hookseal_inbox.state = 'done' AND hookseal_inbox.keep_until <= excluded.received_at)
  OR (hookseal_inbox.state = 'dead' AND excluded.signed_at > hookseal_inbox.finished_at);
