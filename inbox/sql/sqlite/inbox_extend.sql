-- Extends the lease of a delivery that is being handled. No row is changed if the claim was lost.
-- Parameters: lease, now (null for the clock of this machine), id, token.
UPDATE hookseal_inbox
SET due_at = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
WHERE id = ? AND token = ? AND state = 'running';
