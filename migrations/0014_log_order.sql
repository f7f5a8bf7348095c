-- no-transaction
-- Serves the order of writing: records of one piece of a file share a number, and differ in their place.
create unique index concurrently access_log_pkey on access_log (id, place);
