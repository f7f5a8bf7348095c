-- no-transaction
-- Serves loads, which undo the entries that were applied to the people whom they change.
create index concurrently notice_person_id_idx on notice (person_id) where outcome = 1;
