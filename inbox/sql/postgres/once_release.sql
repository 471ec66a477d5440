-- The claim's work failed: the key may be claimed again. No row is deleted if the claim was lost.
-- Parameters: 1 key, 2 token, 3 now (null for the server's clock).
DELETE FROM hookseal_once AS once
WHERE once.key = $1::text AND once.token = $2::text AND once.state = 'running'
  AND once.keep_until > COALESCE($3::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
