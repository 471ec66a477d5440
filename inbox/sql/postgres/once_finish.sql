-- The claim's work is done. No row is changed if the claim was lost. It may run within a transaction of the user's own.
-- Parameters: 1 key, 2 token, 3 keep, 4 now (null for the server's clock).
UPDATE hookseal_once AS once
SET
  state = 'done',
  keep_until = $3::bigint + COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
WHERE once.key = $1::text AND once.token = $2::text
  AND once.keep_until > COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
