-- The state of the delivery that has a key, and whether its body is the same. Parameters: digest, key.
SELECT state, digest = ? AS same_body FROM hookseal_inbox WHERE key = ?;
