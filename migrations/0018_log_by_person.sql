-- no-transaction
-- Serves "who looked at this person". Marks are read from limit_seen, so that the institution need not be in it: without it, the
-- entry of a record takes the database about 1 µs less.
create index concurrently access_log_about_idx on access_log (person_id, id) where person_id is not null;
