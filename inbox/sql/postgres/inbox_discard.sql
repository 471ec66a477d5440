-- A dead delivery is given up: its body is dropped, and its key and error are kept.
-- Parameters: 1 id, 2 keep, 3 now (null for the server's clock).
UPDATE hookseal_inbox
SET
  state = 'done',
  keep_until = $2::bigint + COALESCE($3::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
  body = NULL
WHERE id = $1::bigint AND state = 'dead'
