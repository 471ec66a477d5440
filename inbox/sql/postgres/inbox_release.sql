-- The worker stops before the handler has ended: the attempt does not count, and another worker may begin at once. No
-- row is changed if the claim was lost. Parameters: 1 id, 2 token, 3 now (null for the server's clock).
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = COALESCE($3::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
  attempts = attempts - 1,
  token = NULL,
  worker = NULL
WHERE id = $1::bigint AND token = $2::text AND state = 'running'
