-- Extends the lease of a delivery that is being handled. No row is changed if the claim was lost.
-- Parameters: 1 id, 2 token, 3 lease, 4 now (null for the server's clock).
UPDATE hookseal_inbox
SET due_at = $3::bigint + COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
WHERE id = $1::bigint AND token = $2::text AND state = 'running'
