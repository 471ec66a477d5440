-- The claim's work failed: the key may be claimed again. No row is deleted if the claim was lost.
-- Parameters: key, token, now (null for the clock of this machine).
DELETE FROM hookseal_once
WHERE key = ? AND token = ? AND state = 'running'
  AND keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER));
