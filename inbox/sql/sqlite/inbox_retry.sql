-- The attempt failed, and the next one is due after a delay. No row is changed if the claim was lost.
-- Parameters: delay, now (null for the clock of this machine), the error, id, token.
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  worker = NULL,
  error = ?
WHERE id = ? AND token = ? AND state IN ('running', 'pending');
