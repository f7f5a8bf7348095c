-- The order of writing becomes the key of the log again.

alter table access_log add constraint access_log_pkey primary key using index access_log_pkey;
comment on column access_log.id is
    'Running number, in the order of writing; the records of a piece of a file share one and differ in place.';
