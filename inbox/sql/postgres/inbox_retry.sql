-- The attempt failed, and the next one is due after a delay. No row is changed if the claim was lost.
-- Parameters: 1 id, 2 token, 3 delay, 4 the error, 5 now (null for the server's clock).
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = $3::bigint + COALESCE($5::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
  worker = NULL,
  error = $4::text
WHERE id = $1::bigint AND token = $2::text AND state IN ('running', 'pending')
