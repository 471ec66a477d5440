-- What a claim came to that returned no row: an answer, the milliseconds that are left of the other claim's lease, and
-- whether the body is the same. No row: the other claim was released in the meantime.
-- Parameters: 1 key, 2 token, 3 body, 4 now (null for the server's clock).
SELECT
  CASE
    WHEN once.state = 'done' THEN 'duplicate'
    WHEN once.token <> $2::text THEN 'busy'
    WHEN once.takeovers > 0 THEN 'takeover'
    ELSE 'first'
  END AS answer,
  GREATEST(
    once.lease_until - COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 0
  ) AS wait,
  once.body = $3::text AS same_body
FROM hookseal_once AS once
WHERE once.key = $1::text
