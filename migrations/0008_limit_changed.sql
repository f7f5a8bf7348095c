-- Whether a 限度額適用認定証 has changed since the institution's last answer is found out by the statement that writes the record of
-- this answer: both look for the same place of the same index.

alter table access_log add column limit_changed boolean;
comment on column access_log.limit_changed is
    'Whether the 限度額適用認定証 of a person in a file is another than the institution saw last, before the file: what '
    '限度額適用認定証情報変更有無 tells. Null where there is no limit_mark, and outside files.';
