-- The outcomes of entries that were there already.

alter table notice validate constraint notice_outcome_known;
