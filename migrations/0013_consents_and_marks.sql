-- The access log becomes a log and nothing else: what a patient consented to, and which 限度額適用認定証 an institution saw last, get
-- tables of their own, so that answers do not depend on how long the log is kept. Beside domain time, which may be set, the log, files
-- and challenges keep the system's time, by which they are kept.
--
-- The release before writes and reads what it always did. A trigger copies what it writes into the new tables; what it wrote before
-- this migration `shikaku migrate` copies afterwards, in batches. When that release runs nowhere any more, a later migration drops the
-- trigger and its function, `access_log_copied`, `access_log_consented_idx`, and of `access_log` the columns `limit_mark` and
-- `consents_until`.

create table consent (
    institution_code text collate "C" not null,
    treatment smallint not null,
    person_id bigint not null,
    log_id bigint not null,
    given_at timestamptz not null,
    check_on date not null,
    kinds smallint not null,
    valid_until timestamptz not null,
    -- Serves "whose card did this institution see for such care", and the last word of each.
    constraint consent_pkey primary key (institution_code, treatment, person_id, log_id),
    constraint consent_treatment_known check (treatment between 1 and 3),
    constraint consent_kinds_known check (kinds between 0 and 4095),
    constraint consent_until check (valid_until >= given_at)
);
comment on table consent is
    '提供同意: what patients consented to whenever their card was answered about at a reader. Of a person at an institution for a kind of '
    'care the latest counts; it may hold no kind.';
comment on column consent.institution_code is '医療機関コード of the reader''s certificate.';
comment on column consent.treatment is '診療区分: 1 外来, 2 訪問診療等, 3 オンライン診療等.';
comment on column consent.person_id is 'Whose card it was (person.id, kept when the person is deleted).';
comment on column consent.log_id is 'access_log.id of the answer: the order of writing.';
comment on column consent.given_at is 'When (同意日時), domain time.';
comment on column consent.check_on is '資格確認日 of that question, the day of examination (受診日).';
comment on column consent.kinds is
    'Bits: 1 限度額適用認定証, 2 特定疾病, 4 特定健診, 8 薬剤, 16 診療, 32 手術, 64 傷病名, 128 感染症, 256 アレルギー, 512 薬剤禁忌, 1024 検査, 2048 処方.';
comment on column consent.valid_until is '有効期限: the last instant at which medical information can be fetched, domain time.';

create table limit_seen (
    person_id bigint not null,
    institution_code text collate "C" not null,
    log_id bigint not null,
    request_id uuid not null,
    mark bigint not null
);
comment on table limit_seen is
    'Which 限度額適用認定証 institutions saw of people: a row whenever it was another than the last one that the institution saw. Rows are '
    'added and never changed, so that an answer about a person waits for no other; two equal ones do no harm.';
comment on column limit_seen.person_id is 'Of whom (person.id, kept when the person is deleted).';
comment on column limit_seen.institution_code is '医療機関コード of the institution that saw it.';
comment on column limit_seen.log_id is 'access_log.id of the answer: the order of writing. The highest is the last.';
comment on column limit_seen.request_id is 'access_log.request_id of the answer: the people of one file are compared with what was seen before the file.';
comment on column limit_seen.mark is 'Keyed hash of the 限度額適用認定証 in force, equal for equal certificates; having none has a mark too.';

-- Serves "what did this institution see of this person last". One number for the two: the entry of a row takes 1.0 µs, and 2.1 µs in a
-- btree of both and log_id.
create index limit_seen_pair_idx on limit_seen using hash (hashtextextended(institution_code, person_id));

alter table access_log add column recorded_at timestamptz;
comment on column access_log.recorded_at is
    'When the record was written, system time: by it the log is kept. Null in records of releases before migration 0013.';
comment on column access_log.limit_mark is
    'The mark in limit_seen. Read by releases before migration 0013 alone; a later migration drops it.';
comment on column access_log.consents_until is
    'consent.valid_until. Read by releases before migration 0013 alone; a later migration drops it.';
comment on column access_log.consents is
    '提供同意 at the reader, bits as in consent.kinds; null without a card.';

create function copy_of_access_log() returns trigger language plpgsql as $$
begin
    if new.consents_until is not null then
        insert into consent (institution_code, treatment, person_id, log_id, given_at, check_on, kinds, valid_until)
        values ( new.institution_code, new.treatment, new.person_id, new.id, new.answered_at, new.check_on, new.consents
               , new.consents_until )
            on conflict on constraint consent_pkey do nothing;
    end if;
    if new.limit_mark is not null then
        insert into limit_seen (person_id, institution_code, log_id, request_id, mark)
        values (new.person_id, new.institution_code, new.id, new.request_id, new.limit_mark);
    end if;
    return null;
end
$$;
comment on function copy_of_access_log is
    'Copies consents and marks out of records that a release before migration 0013 writes; later ones write them themselves.';
create trigger copy_of_access_log after insert on access_log for each row
    when ( new.recorded_at is null
           and new.person_id is not null
           and (new.consents_until is not null or new.limit_mark is not null) )
    execute function copy_of_access_log();

create table access_log_copied (
    id boolean not null default true,
    through_id bigint not null default 0,
    through_place integer not null default 0,
    last_id bigint not null,
    finished boolean not null default false,
    constraint access_log_copied_pkey primary key (id),
    constraint access_log_copied_one check (id)
);
comment on table access_log_copied is
    'How far `shikaku migrate` has copied consents and marks out of the records that were there before the trigger; one row.';
comment on column access_log_copied.id is 'Always true.';
comment on column access_log_copied.through_id is 'access_log.id of the last record that was looked at.';
comment on column access_log_copied.through_place is 'Its access_log.place.';
comment on column access_log_copied.last_id is 'access_log.id of the last record that the trigger may have missed.';
comment on column access_log_copied.finished is 'Whether nothing is left to be copied.';
-- Nobody writes to the log between the trigger and the end of this transaction.
insert into access_log_copied (last_id) select last_value from access_log_id_seq;

alter table batch add column recorded_at timestamptz;
alter table batch add column retained_until timestamptz;
comment on column batch.recorded_at is 'When it came, system time; null for files of releases before migration 0013.';
comment on column batch.retained_until is
    'Until when questions and result are kept at the least, system time; null before it is finished, and where a release before '
    'migration 0013 finished it. They go when this and expires_at have both passed, so that a clock that is set ahead removes nothing.';
comment on column batch.expires_at is
    'Until when the result can be fetched, domain time; null before it is finished.';
comment on column batch_slice.leased_until is
    'Until when somebody works on it, or it is left alone after a failure, system time; -infinity when it is neither.';

alter table card_challenge add column made_at timestamptz;
comment on column card_challenge.made_at is 'When it was made, system time; null for challenges of releases before migration 0013.';
