-- The worker stops before the handler has ended: the attempt does not count, and another worker may begin at once. No
-- row is changed if the claim was lost. Parameters: now (null for the clock of this machine), id, token.
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  attempts = attempts - 1,
  token = NULL,
  worker = NULL
WHERE id = ? AND token = ? AND state = 'running';
