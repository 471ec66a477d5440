-- Forgets a key, whatever its state. Parameters: key.
DELETE FROM hookseal_once WHERE key = ?;
