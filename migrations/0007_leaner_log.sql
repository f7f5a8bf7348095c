-- A record of the access log costs fewer index entries, and smaller ones: files write thousands at once.

-- Nothing asked by it; "what did this institution look at, and when" is a question about a time, which its own index serves.
drop index access_log_institution_idx;

-- Serves "who looked at this person", and "what did this institution see of this person last". Records are numbered in the order of
-- writing, so that the latest is the one with the highest number.
drop index access_log_person_idx;
create index access_log_person_idx on access_log (person_id, institution_code, id) where person_id is not null;

-- One record for each answer about one person. The records of a file need no key: one statement ends a piece of it and writes them,
-- and ends no piece twice.
alter table access_log drop constraint access_log_pkey;
create unique index access_log_request_id_key on access_log (request_id) where place = 0;

-- Serves "what was looked at in this time", and "what belongs to this answer or file": both come in the order of time.
drop index access_log_answered_at_idx;
create index access_log_time_idx on access_log using brin (answered_at, request_id) with (autosummarize = on);
