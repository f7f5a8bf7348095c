-- A record of the access log costs fewer index entries, and smaller ones: files write thousands at once.

-- Nothing asked by it; "what did this institution look at, and when" is a question about a time, which its own index serves.
drop index access_log_institution_idx;

-- Serves "who looked at this person", and "what did this institution see of this person last". Records are numbered in the order of
-- writing, so that the latest is the one with the highest number.
drop index access_log_person_idx;
create index access_log_person_idx on access_log (person_id, institution_code, id) where person_id is not null;
