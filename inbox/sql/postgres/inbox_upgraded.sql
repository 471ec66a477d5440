-- The tables have been upgraded to a version. Parameters: 1 version.
UPDATE hookseal_inbox_store SET version = $1::integer WHERE id = 1
