-- Records what insurers send: each file whole, and what became of each of its entries.
--
-- The registry itself stays in `person` and `coverage`, whose versions tell what it said at each instant. These tables tell who said so,
-- and make an entry that is sent twice count once.

create table notice_file (
    id bigint generated always as identity,
    insurer_number text collate "C" not null,
    received_at timestamptz not null,
    constraint notice_file_pkey primary key (id)
);
comment on table notice_file is 'Files of entries that insurers sent, one for each request that was carried out. Nothing deletes them yet.';
comment on column notice_file.id is 'Surrogate id, in the order in which files were carried out.';
comment on column notice_file.insurer_number is '保険者番号 of the insurer that sent it; there may be no such row in insurer any more.';
comment on column notice_file.received_at is 'When it was carried out, domain time.';

create table notice (
    seq bigint generated always as identity,
    file_id bigint not null,
    place integer not null,
    insurer_number text collate "C" not null,
    notice_id text collate "C",
    outcome smallint not null,
    registered_at timestamptz,
    person_id bigint,
    reason text,
    content text,
    constraint notice_pkey primary key (seq),
    constraint notice_file_fkey foreign key (file_id) references notice_file (id),
    constraint notice_outcome_known check (outcome between 1 and 3),
    constraint notice_applied_is_whole
        check (outcome <> 1 or (notice_id is not null and registered_at is not null and person_id is not null and content is not null)),
    constraint notice_refused_has_reason check ((outcome = 3) = (reason is not null))
);
comment on table notice is 'Entries of those files, in their order.';
comment on column notice.seq is 'Surrogate id, in order of files and of the entries in each.';
comment on column notice.file_id is 'notice_file.id.';
comment on column notice.place is 'The number of the entry in its file, from 1.';
comment on column notice.insurer_number is 'As notice_file.insurer_number.';
comment on column notice.notice_id is 'The insurer''s own name of the entry; null if it has none that can be read.';
comment on column notice.outcome is '1 applied, 2 applied before, 3 refused.';
comment on column notice.registered_at is 'The instant from which on the registry says what the entry says, domain time; null if it was not applied.';
comment on column notice.person_id is 'person.id of the person whose coverage it changed; there may be no such row any more.';
comment on column notice.reason is 'Why it was refused, in English, without personal data; null otherwise.';
comment on column notice.content is 'The entry as it was sent, JSON; null if it was applied before, when its content is that of the row that says so.';

-- Makes an entry count once; serves the question whether it was applied, and the entry by its id.
create unique index notice_applied_key on notice (insurer_number, notice_id) where outcome = 1;
-- Serves the list of an insurer's entries.
create index notice_insurer_number_idx on notice (insurer_number, seq);
