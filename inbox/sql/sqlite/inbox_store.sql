-- The version of the tables, and when they were made.
SELECT version, made FROM hookseal_inbox_store WHERE id = 1;
