-- Files with questions about many people: the queue, results, quotas, the institutions' own numbers of people, and how a tester
-- wants the queue to misbehave.

create sequence batch_number_seq;

create table batch (
    id bigint generated always as identity,
    reception_number text collate "C" not null,
    request_id uuid not null,
    kind smallint not null,
    institution_code text collate "C" not null,
    terminal_serial bytea not null,
    file_identifier text,
    check_on date,
    treatment smallint,
    day_of smallint,
    days_from date,
    days_through date,
    format smallint not null,
    state smallint not null,
    failure smallint,
    persons integer not null,
    slices integer not null,
    open_slices integer not null,
    normal integer not null default 0,
    errors integer not null default 0,
    result_bytes bigint not null default 0,
    retries integer not null default 0,
    received_at timestamptz not null,
    finished_at timestamptz,
    expires_at timestamptz,
    hold_until timestamptz,
    hold_fetches integer not null default 0,
    fail_at_start boolean not null default false,
    fail_person integer,
    constraint batch_pkey primary key (id),
    constraint batch_reception_number_key unique (reception_number),
    constraint batch_request_id_key unique (request_id),
    constraint batch_kind_known check (kind between 1 and 4),
    constraint batch_treatment_known check (treatment in (2, 3)),
    constraint batch_day_of_known check (day_of in (1, 2)),
    constraint batch_format_known check (format in (1, 2)),
    constraint batch_state_known check (state between 1 and 5),
    constraint batch_failure_known check (failure between 1 and 2),
    constraint batch_failed_with_reason check ((state = 3) = (failure is not null) or state = 5),
    constraint batch_finished check ((state = 1) = (finished_at is null) and (state = 1) = (expires_at is null)),
    constraint batch_slices_order check (open_slices between 0 and slices),
    constraint batch_done_whole check (state <> 2 or open_slices = 0)
);
comment on table batch is 'A file with questions about many people, and how far its answer is.';
comment on column batch.id is 'Surrogate id.';
comment on column batch.reception_number is '受付番号: the day of reception and a running number, 20 digits.';
comment on column batch.request_id is 'The X-Request-Id of the upload; the access-log records of the file''s people carry it.';
comment on column batch.kind is '1 資格確認一括照会, 2 照会番号一括登録, 3 同意済資格情報一括取得（訪問診療等）, 4 （オンライン診療等）.';
comment on column batch.institution_code is '医療機関コード of the certificate that sent it; nobody else is answered.';
comment on column batch.terminal_serial is 'Serial number of the terminal''s certificate, big-endian octets.';
comment on column batch.file_identifier is '任意のファイル識別子, repeated in answers; null when there was none.';
comment on column batch.check_on is '資格確認日 of the header; for kinds without one, the day of reception.';
comment on column batch.treatment is '診療区分 of kinds 3 and 4: 2 訪問診療等, 3 オンライン診療等; null for others.';
comment on column batch.day_of is 'What the days of kinds 3 and 4 are: 1 同意日, 2 受診日; null for others.';
comment on column batch.days_from is 'First of those days, inclusive.';
comment on column batch.days_through is 'Last of those days, inclusive.';
comment on column batch.format is 'The format that the units of the result are kept in, that of the upload''s answer: 1 XML, 2 JSON; always UTF-8.';
comment on column batch.state is '1 processing, 2 done, 3 failed, 4 cancelled by the operator, 5 expired.';
comment on column batch.failure is 'Why it failed: 1 a piece was tried too often, 2 the operator had ordered a failure; null otherwise.';
comment on column batch.persons is 'People in the file; for kinds 3 and 4, people found.';
comment on column batch.slices is 'Pieces that the file is worked on in.';
comment on column batch.open_slices is 'Pieces without a result yet.';
comment on column batch.normal is 'People with 処理結果状況 1 so far.';
comment on column batch.errors is 'People with 処理結果状況 2 so far.';
comment on column batch.result_bytes is 'Size of the units so far, bytes of UTF-8.';
comment on column batch.retries is 'How often a piece was begun again.';
comment on column batch.received_at is '受付日時, domain time.';
comment on column batch.finished_at is 'When it was done, failed or was cancelled, domain time; null before.';
comment on column batch.expires_at is 'When questions and result are removed, domain time; null before it is finished.';
comment on column batch.hold_until is 'Until when the result is held back because the operator wants it so; null when it is not.';
comment on column batch.hold_fetches is 'How many more times fetching is answered with 処理中 because the operator wants it so.';
comment on column batch.fail_at_start is 'Whether the operator wants it to fail.';
comment on column batch.fail_person is 'The person (1 is the first) that the operator wants to fail; null for none.';

-- Serves "files in flight of this institution", and lists of an institution.
create index batch_institution_idx on batch (institution_code, id);
-- Serves the depth of the queue and the age of the oldest.
create index batch_processing_idx on batch (received_at) where state = 1;
-- Serves the removal of old results.
create index batch_expires_at_idx on batch (expires_at);

create table batch_slice (
    batch_id bigint not null,
    place integer not null,
    first_person integer not null,
    persons integer not null,
    institution_code text collate "C" not null,
    turn bigint not null,
    state smallint not null,
    leased_until timestamptz not null default '-infinity',
    lease uuid,
    attempts smallint not null default 0,
    entries bytea not null,
    units bytea,
    constraint batch_slice_pkey primary key (batch_id, place),
    constraint batch_slice_batch_fkey foreign key (batch_id) references batch (id) on delete cascade,
    constraint batch_slice_state_known check (state between 1 and 3),
    constraint batch_slice_done_whole check ((state = 2) = (units is not null))
);
comment on table batch_slice is 'A piece of a file: up to a thousand people, worked on under a lease, its result committed with its access-log records.';
comment on column batch_slice.batch_id is 'The file.';
comment on column batch_slice.place is 'Which piece of the file, from 0.';
comment on column batch_slice.first_person is 'Number of its first person in the file, from 1.';
comment on column batch_slice.persons is 'How many people it holds.';
comment on column batch_slice.institution_code is '医療機関コード of the file.';
comment on column batch_slice.turn is
    'When it is its turn, in people: an institution''s pieces follow each other, and begin beside the piece that is first in the whole '
    'queue. So institutions take turns, however many people each asks about.';
comment on column batch_slice.state is '1 open, 2 done, 3 dropped, because the file failed or was cancelled.';
comment on column batch_slice.leased_until is 'Until when somebody works on it, domain time; -infinity when nobody does.';
comment on column batch_slice.lease is 'Proof of the latest lease; without it no result is taken.';
comment on column batch_slice.attempts is 'How often it was begun.';
comment on column batch_slice.entries is 'The people as they came, packed.';
comment on column batch_slice.units is 'The result, in the format of the file, packed with LZ4 behind its size; null until it is done.';

-- What is packed or read as a whole gains nothing by the compression of the database, which is slow.
alter table batch_slice alter column entries set storage external;
alter table batch_slice alter column units set storage external;

-- Serves "the next piece".
create index batch_slice_open_idx on batch_slice (turn, batch_id, place) where state = 1;
-- Serves "the last open piece of this institution".
create index batch_slice_institution_idx on batch_slice (institution_code, turn) where state = 1;

create table bulk_day (
    institution_code text collate "C" not null,
    day date not null,
    people bytea not null,
    constraint bulk_day_pkey primary key (institution_code, day)
);
comment on table bulk_day is 'How many different people an institution has asked about in files of one day.';
comment on column bulk_day.institution_code is '医療機関コード.';
comment on column bulk_day.day is 'The day in Tokyo.';
comment on column bulk_day.people is 'Keyed hashes of the people asked about, 8 bytes each, in order; unreadable without the secret.';
alter table bulk_day alter column people set storage external;

create table reference_number (
    institution_code text collate "C" not null,
    search_key text collate "C" not null,
    branch text collate "C" not null,
    reference text not null,
    registered_at timestamptz not null,
    constraint reference_number_pkey primary key (institution_code, search_key, branch),
    constraint reference_number_branch_form check (branch ~ '^([0-9]{2})?$')
);
comment on table reference_number is '照会番号: what institutions call the holders of cards.';
comment on column reference_number.institution_code is '医療機関コード of the institution whose number it is; nobody else is told.';
comment on column reference_number.search_key is 'The card as in coverage.search_key. There need not be such a card.';
comment on column reference_number.branch is '枝番; empty for 後期高齢者医療.';
comment on column reference_number.reference is '照会番号, as registered last.';
comment on column reference_number.registered_at is 'When that was, domain time.';

create table bulk_simulation (
    id boolean not null default true,
    hold_fetches integer not null default 0,
    hold_seconds integer not null default 0,
    fail_next integer not null default 0,
    fail_person integer,
    constraint bulk_simulation_pkey primary key (id),
    constraint bulk_simulation_one check (id),
    constraint bulk_simulation_not_negative check (hold_fetches >= 0 and hold_seconds >= 0 and fail_next >= 0 and fail_person >= 1)
);
comment on table bulk_simulation is 'How files that come from now on misbehave, for testers; one row, all off unless an operator says otherwise.';
comment on column bulk_simulation.id is 'Always true.';
comment on column bulk_simulation.hold_fetches is 'How many times fetching is answered with 処理中 before the result is given.';
comment on column bulk_simulation.hold_seconds is 'For how many seconds after reception fetching is answered with 処理中.';
comment on column bulk_simulation.fail_next is 'How many of the next files fail.';
comment on column bulk_simulation.fail_person is 'The person (1 is the first) of every file that fails; null for none.';
insert into bulk_simulation default values;

-- Several records of one file share its request id; each has its place.
alter table access_log add column place integer not null default 0;
alter table access_log drop constraint access_log_request_id_key;
alter table access_log add constraint access_log_request_id_key unique (request_id, place);
alter table access_log alter column check_on drop not null;
alter table access_log add column limit_mark bigint;
alter table access_log drop constraint access_log_path_known;
alter table access_log drop constraint access_log_card_whole;
alter table access_log add constraint access_log_path_known check (path between 1 and 5);
alter table access_log add constraint access_log_card_whole check (
    (path = 2) = (holder_verification is not null) and (path in (2, 4)) = (treatment is not null) and (path = 2) = (consents is not null)
);
alter table access_log add constraint access_log_dated check (check_on is not null or outcome = 9);
alter table access_log drop constraint access_log_outcome_known;
alter table access_log add constraint access_log_outcome_known
    check (outcome in (1, 2, 3, 4, 5, 8, 9, 11, 12, 13, 14, 15, 16, 17));
comment on column access_log.request_id is 'The X-Request-Id of the answer, or of the upload of the file.';
comment on column access_log.place is '0; for people of a file their number in it, from 1.';
comment on column access_log.path is
    'How it was asked: 1 by what stands on the insured-person''s card, 2 by マイナンバーカード, 3 the same as 1 in a file, 4 in a file, by consent given '
    'before, 5 registration of a 照会番号.';
comment on column access_log.check_on is '資格確認日 asked for; null where a question without one was refused.';
comment on column access_log.outcome is
    '資格有効性 of the answer: 1 有効, 2 無効, 3 無効（新しい資格あり）, 4 該当資格なし, 5 複数該当; 8 could not be asked about; 9 refused, institution '
    'mismatch; the card was 11 revoked, 12 superseded, 13 expired, 14 not yet valid, 15 unknown to J-LIS, 16 blocked (自己情報提供不可), 17 of a state '
    'that J-LIS told too long ago.';
comment on column access_log.limit_mark is
    'Keyed hash of the 限度額適用認定証 in force, equal for equal certificates; null without consent or record. The next file of the institution '
    'is told whether it has changed.';

-- Serves "who looked at this person", and "what did this institution see of this person last".
drop index access_log_person_idx;
create index access_log_person_idx on access_log (person_id, institution_code, answered_at, id) where person_id is not null;
