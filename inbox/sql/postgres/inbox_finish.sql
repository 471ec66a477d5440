-- The delivery is handled: its body is dropped, and its key is kept. No row is changed if the claim was lost. It may
-- run within a transaction of the user's own. Parameters: 1 id, 2 token, 3 keep, 4 now (null for the server's clock).
UPDATE hookseal_inbox
SET
  state = 'done',
  due_at = NULL,
  worker = NULL,
  finished_at = COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
  keep_until = $3::bigint + COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
  error = NULL,
  body = NULL
WHERE id = $1::bigint AND token = $2::text AND state IN ('running', 'done')
