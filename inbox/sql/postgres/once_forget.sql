-- Forgets a key, whatever its state. Parameters: 1 key.
DELETE FROM hookseal_once WHERE key = $1::text
