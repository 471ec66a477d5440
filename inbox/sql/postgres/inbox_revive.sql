-- Dead deliveries are tried again, as if they had just arrived: one, or the oldest so many.
-- Parameters: 1 id (null for any), 2 the number, 3 now (null for the server's clock).
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = COALESCE($3::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
  attempts = 0,
  token = NULL,
  is_takeover = FALSE,
  finished_at = NULL
WHERE id IN (
  SELECT dead.id FROM hookseal_inbox AS dead
  WHERE dead.state = 'dead' AND dead.state <> 'done' AND dead.id = COALESCE($1::bigint, dead.id)
  ORDER BY dead.received_at
  LIMIT $2::integer
  FOR UPDATE SKIP LOCKED
)
