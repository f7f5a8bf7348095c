-- Who asked about whom. A record is committed before its answer leaves.

create table access_log (
    id bigint generated always as identity,
    request_id uuid not null,
    answered_at timestamptz not null,
    institution_code text collate "C" not null,
    claimed_institution_code text collate "C",
    terminal_serial bytea not null,
    path smallint not null,
    check_on date not null,
    person_id bigint,
    key_hash bytea not null,
    outcome smallint not null,
    shown smallint not null,
    limit_consent boolean not null,
    constraint access_log_pkey primary key (id),
    constraint access_log_request_id_key unique (request_id),
    constraint access_log_path_known check (path in (1)),
    constraint access_log_outcome_known check (outcome in (1, 2, 3, 4, 5, 9)),
    constraint access_log_key_hash_length check (length(key_hash) = 32)
);
comment on table access_log is 'One record for every answer, and for every question that was refused because it came in another institution''s name.';
comment on column access_log.id is 'Running number.';
comment on column access_log.request_id is 'The X-Request-Id of the answer.';
comment on column access_log.answered_at is 'Domain time of processing (処理実行日時).';
comment on column access_log.institution_code is '医療機関コード of the terminal''s certificate: who really asked.';
comment on column access_log.claimed_institution_code is '医療機関コード in the message, where it is another one; such questions are refused.';
comment on column access_log.terminal_serial is 'Serial number of the terminal''s certificate, big-endian octets.';
comment on column access_log.path is 'How it was asked: 1 by what stands on the insured-person''s card.';
comment on column access_log.check_on is '資格確認日 asked for.';
comment on column access_log.person_id is 'About whom (person.id, kept when the person is deleted); null when nobody or several matched, or refused.';
comment on column access_log.key_hash is 'HMAC-SHA-256 of insurer, symbol, number and birth date under the log key: equal for equal questions, unreadable otherwise.';
comment on column access_log.outcome is '資格有効性 of the answer: 1 有効, 2 無効, 3 無効（新しい資格あり）, 4 該当資格なし, 5 複数該当; 9 refused, institution mismatch.';
comment on column access_log.shown is 'What was shown, bits: 1 record, 2 address, 4 限度額適用認定証, 8 高齢受給者証, 16 一部負担金割合.';
comment on column access_log.limit_consent is '限度額適用認定証提供同意 in the question.';

-- Serves "who looked at this person".
create index access_log_person_idx on access_log (person_id, answered_at) where person_id is not null;
-- Serves "what did this institution look at, and when".
create index access_log_institution_idx on access_log (institution_code, answered_at);
