-- A worker is dead: the leases of its deliveries end now. Run it while holding the lock that the worker held.
-- Parameters: now (null for the clock of this machine), worker.
UPDATE hookseal_inbox
SET due_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
WHERE state = 'running' AND state <> 'done' AND worker = ?;
