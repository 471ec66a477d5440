-- The state of the delivery that a put would leave as it is, and whether its body is the same: what is answered if there
-- is no room for another one. No row if the put would store it. Parameters: 1 key, 2 digest, 3 signed_at, 4 now (null for
-- the server's clock).
SELECT state, digest = $2::text AS same_body
FROM hookseal_inbox
WHERE key = $1::text
  AND (state <> 'dead' OR COALESCE($3::bigint <= finished_at, TRUE))
  AND (
    state <> 'done'
    OR keep_until > COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
  )
