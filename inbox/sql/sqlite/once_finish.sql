-- The claim's work is done. No row is changed if the claim was lost. It may run within a transaction of the user's own.
-- Parameters: keep, now (null for the clock of this machine), key, token, now again.
UPDATE hookseal_once
SET
  state = 'done',
  keep_until = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
WHERE key = ? AND token = ?
  AND keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER));
