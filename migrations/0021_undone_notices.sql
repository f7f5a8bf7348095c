-- Entries of insurers that a later load of files undid: such an entry no longer counts, and may be applied again.

alter table notice drop constraint notice_outcome_known;
alter table notice add constraint notice_outcome_known check (outcome between 1 and 4) not valid;
comment on column notice.outcome is '1 applied, 2 applied before, 3 refused, 4 applied, but undone by a load of files that changed or ended the person later.';
comment on column notice.registered_at is 'The instant from which on the registry says what the entry says, domain time; if it was undone, said. Null if it was not applied.';
comment on column notice.person_id is 'person.id of the person whom it changed; there may be no such row any more.';
