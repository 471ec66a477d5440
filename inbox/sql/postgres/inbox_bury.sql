-- The attempt failed, and there is no further one: the delivery is dead. No row is changed if the claim was lost.
-- Parameters: 1 id, 2 token, 3 the error, 4 now (null for the server's clock).
UPDATE hookseal_inbox
SET
  state = 'dead',
  due_at = NULL,
  worker = NULL,
  finished_at = COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
  error = $3::text
WHERE id = $1::bigint AND token = $2::text AND state IN ('running', 'dead')
