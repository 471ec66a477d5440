-- The delivery is handled: its body is dropped, and its key is kept. No row is changed if the claim was lost. It may
-- run within a transaction of the user's own.
-- Parameters: now (null for the clock of this machine), keep, now again, id, token.
UPDATE hookseal_inbox
SET
  state = 'done',
  due_at = NULL,
  worker = NULL,
  finished_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  keep_until = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  error = NULL,
  body = NULL
WHERE id = ? AND token = ? AND state IN ('running', 'done');
