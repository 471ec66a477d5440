-- A dead delivery is given up: its body is dropped, and its key and error are kept.
-- Parameters: keep, now (null for the clock of this machine), id.
UPDATE hookseal_inbox
SET
  state = 'done',
  keep_until = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  body = NULL
WHERE id = ? AND state = 'dead';
