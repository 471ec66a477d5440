-- The state of the delivery that has a key, and whether its body is the same. Parameters: 1 key, 2 digest.
SELECT state, digest = $2::text AS same_body FROM hookseal_inbox WHERE key = $1::text
