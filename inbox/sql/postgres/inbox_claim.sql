-- Claims the deliveries that have been due for longest, at most so many: pending ones, and running ones whose lease has
-- lapsed. An attempt counts from here on, so a delivery that ends the process dies too. It returns the deliveries of
-- the claim: running ones, and those that died instead.
-- Parameters: 1 token, 2 worker, 3 lease, 4 the most attempts, 5 now (null for the server's clock), 6 the number.
WITH own AS MATERIALIZED (
  SELECT COALESCE($5::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now
),
due AS MATERIALIZED (
  SELECT found.id, found.state = 'running' AS is_takeover, found.attempts < $4::integer AS has_attempts
  FROM hookseal_inbox AS found
  WHERE found.due_at <= (SELECT now FROM own)
  ORDER BY found.due_at
  LIMIT $6::integer
  FOR UPDATE SKIP LOCKED
)
UPDATE hookseal_inbox AS inbox
SET
  state = CASE WHEN due.has_attempts THEN 'running' ELSE 'dead' END,
  attempts = CASE WHEN due.has_attempts THEN inbox.attempts + 1 ELSE inbox.attempts END,
  token = $1::text,
  worker = CASE WHEN due.has_attempts THEN $2::text END,
  due_at = CASE WHEN due.has_attempts THEN own.now + $3::bigint END,
  finished_at = CASE WHEN due.has_attempts THEN NULL ELSE own.now END,
  is_takeover = due.is_takeover,
  error = CASE WHEN due.is_takeover THEN 'its worker ended, or took longer than its lease' ELSE inbox.error END
FROM own, due
WHERE inbox.id = due.id
RETURNING
  inbox.id, inbox.key, inbox.state, inbox.scheme, inbox.event, inbox.has_envelope, inbox.signed_at, inbox.received_at,
  inbox.attempts, inbox.is_takeover, inbox.body, inbox.error
