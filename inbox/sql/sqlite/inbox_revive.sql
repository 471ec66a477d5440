-- Dead deliveries are tried again, as if they had just arrived: one, or the oldest so many.
-- Parameters: now (null for the clock of this machine), id (null for any), the number.
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  attempts = 0,
  token = NULL,
  is_takeover = 0,
  finished_at = NULL
WHERE id IN (
  SELECT dead.id FROM hookseal_inbox AS dead
  WHERE dead.state = 'dead' AND dead.state <> 'done' AND dead.id = COALESCE(?, dead.id)
  ORDER BY dead.received_at
  LIMIT ?
);
