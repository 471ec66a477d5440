-- The attempt failed, and there is no further one: the delivery is dead. No row is changed if the claim was lost.
-- Parameters: now (null for the clock of this machine), the error, id, token.
UPDATE hookseal_inbox
SET
  state = 'dead',
  due_at = NULL,
  worker = NULL,
  finished_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  error = ?
WHERE id = ? AND token = ? AND state IN ('running', 'dead');
