-- no-transaction
-- Serves the question whether an entry that is sent was undone.
create index concurrently notice_undone_idx on notice (insurer_number, notice_id) where outcome = 4;
