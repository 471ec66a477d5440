-- The tables have been upgraded to a version. Parameters: version.
UPDATE hookseal_inbox_store SET version = ? WHERE id = 1;
