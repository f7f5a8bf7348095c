-- no-transaction
-- access_log_about_idx serves what this index served: of a person and an institution, releases before migration 0013 read the record
-- with the highest number.
drop index concurrently if exists access_log_person_idx;
