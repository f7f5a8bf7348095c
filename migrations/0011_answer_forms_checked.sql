-- The forms of answers of institutions that were there already.

alter table institution validate constraint institution_result_lists_known;
alter table institution validate constraint institution_disease_list_known;
