-- The state of the delivery that a put would leave as it is, and whether its body is the same: what is answered if there
-- is no room for another one. No row if the put would store it. Parameters: digest, key, signed_at, now (null for the
-- clock of this machine).
SELECT state, digest = ? AS same_body
FROM hookseal_inbox
WHERE key = ?
  AND (state <> 'dead' OR COALESCE(? <= finished_at, TRUE))
  AND (
    state <> 'done'
    OR keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
  );
