-- The version of the tables, and when they were made.
SELECT version, made FROM hookseal_once_store WHERE id = 1;
