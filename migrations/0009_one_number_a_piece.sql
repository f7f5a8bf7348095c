-- A number of the sequence for every record of a file takes longer than it is worth: records of one piece need no order among themselves.

comment on column access_log.id is 'Running number, in the order of writing; the records of a piece of a file share one.';
