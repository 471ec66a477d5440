-- Deletes keys that were kept long enough, the oldest first, at most so many.
-- Parameters: 1 now (null for the server's clock), 2 the number.
DELETE FROM hookseal_inbox
WHERE id IN (
  SELECT kept.id FROM hookseal_inbox AS kept
  WHERE kept.keep_until <= COALESCE($1::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
  ORDER BY kept.keep_until
  LIMIT $2::integer
  FOR UPDATE SKIP LOCKED
)
