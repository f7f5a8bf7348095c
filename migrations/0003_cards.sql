-- The card path: certificates of cards and what J-LIS says of them, challenges to sign, consents, 特定疾病.

alter table institution add column visual_check boolean not null default false;
comment on column institution.visual_check is '目視: whether its staff may make sure of a card''s holder by sight.';

create type specific_disease_certificate as (
    disease smallint, issued_on date, valid_from date, valid_through date, self_pay_yen integer
);
comment on type specific_disease_certificate is '特定疾病療養受療証.';
comment on column specific_disease_certificate.disease is
    '認定疾病区分: 1 慢性腎不全（人工透析）, 2 先天性血液凝固因子障害, 3 血液製剤由来HIV.';
comment on column specific_disease_certificate.issued_on is '交付年月日; may be null.';
comment on column specific_disease_certificate.valid_from is '有効開始年月日, inclusive.';
comment on column specific_disease_certificate.valid_through is '有効終了年月日, inclusive.';
comment on column specific_disease_certificate.self_pay_yen is '自己負担限度額, yen a month.';

alter table coverage add column specific_disease_certificates specific_disease_certificate[];
comment on column coverage.specific_disease_certificates is '特定疾病療養受療証; null when there is none.';

create table card_certificate (
    issuer_key_id bytea not null,
    serial bytea not null,
    person_id bigint not null,
    kind smallint not null,
    state smallint not null,
    revocation_reason smallint,
    changed_at timestamptz not null,
    as_of timestamptz,
    valid_from timestamptz not null,
    valid_through timestamptz not null,
    superseded_by_issuer_key_id bytea,
    superseded_by_serial bytea,
    constraint card_certificate_pkey primary key (issuer_key_id, serial),
    constraint card_certificate_person_fkey foreign key (person_id) references person (id) on delete cascade,
    constraint card_certificate_serial_length check (length(serial) between 1 and 20),
    constraint card_certificate_kind_known check (kind between 1 and 3),
    constraint card_certificate_state_known check (state between 1 and 3),
    constraint card_certificate_reason_whole check ((state = 2) = (revocation_reason is not null)),
    constraint card_certificate_reason_known check (revocation_reason in (1, 5, 6)),
    constraint card_certificate_successor_whole check (
        (superseded_by_issuer_key_id is null) = (superseded_by_serial is null)
        and (state = 3 or superseded_by_serial is null)
    ),
    constraint card_certificate_period_order check (valid_from <= valid_through)
);
comment on table card_certificate is
    '利用者証明用電子証明書 of cards and phones, and what the simulated J-LIS says of them. A certificate that is not here is unknown to J-LIS.';
comment on column card_certificate.issuer_key_id is 'Subject key identifier of the CA generation that issued it.';
comment on column card_certificate.serial is 'Serial number, big-endian octets. Personal data.';
comment on column card_certificate.person_id is 'Whose it is.';
comment on column card_certificate.kind is '1 card, 2 Android phone, 3 iPhone.';
comment on column card_certificate.state is '1 good, 2 revoked, 3 superseded by another.';
comment on column card_certificate.revocation_reason is 'RFC 5280 code: 1 key compromise, 5 ceased, 6 hold (lost); null unless revoked.';
comment on column card_certificate.changed_at is 'When the state became what it is.';
comment on column card_certificate.as_of is 'When J-LIS said so, in a list; null when it is asked at the moment of the question.';
comment on column card_certificate.valid_from is 'First instant of the certificate.';
comment on column card_certificate.valid_through is 'Last second of the certificate, inclusive.';
comment on column card_certificate.superseded_by_issuer_key_id is 'Issuer of the certificate that took its place; null unless superseded, or when the new one is not known.';
comment on column card_certificate.superseded_by_serial is 'Serial number of the certificate that took its place.';

-- One person has at most one certificate of a kind in use.
create unique index card_certificate_in_use_key on card_certificate (person_id, kind) where state = 1;
-- Serves the list of a person's certificates, and the deletion of people.
create index card_certificate_person_idx on card_certificate (person_id);

-- Unlogged: a clean restart keeps it, a crash of the database empties it, and a challenge that is not there is refused. So a
-- challenge that was used once cannot be used again whatever happens, and no use waits for the disk. Half of each page stays
-- free, so that the one update of each row finds room beside it.
create unlogged table card_challenge (
    id uuid not null,
    nonce bytea not null,
    institution_code text collate "C" not null,
    terminal_serial bytea not null,
    purpose smallint not null,
    expires_at timestamptz not null,
    consumed_at timestamptz,
    constraint card_challenge_pkey primary key (id),
    constraint card_challenge_nonce_length check (length(nonce) = 32),
    constraint card_challenge_purpose_known check (purpose between 1 and 3)
) with (fillfactor = 45);
comment on table card_challenge is 'Challenges for cards to sign. Each is used once, well or badly.';
comment on column card_challenge.id is 'Its name, which the terminal sends back.';
comment on column card_challenge.nonce is 'The 32 random bytes to sign.';
comment on column card_challenge.institution_code is '医療機関コード of the certificate that asked for it.';
comment on column card_challenge.terminal_serial is 'Serial number of that terminal''s certificate.';
comment on column card_challenge.purpose is 'What the signature is for, 診療区分: 1 外来, 2 訪問診療等, 3 オンライン診療等.';
comment on column card_challenge.expires_at is 'The last instant at which it can be used.';
comment on column card_challenge.consumed_at is 'When it was used; null while it has not been.';

-- Serves the removal of old challenges; rows come in the order of their ends.
create index card_challenge_expires_at_idx on card_challenge using brin (expires_at);

alter table access_log drop constraint access_log_path_known;
alter table access_log drop constraint access_log_outcome_known;
alter table access_log add column holder_verification smallint;
alter table access_log add column treatment smallint;
alter table access_log add column consents smallint;
alter table access_log add column consents_until timestamptz;
alter table access_log add constraint access_log_path_known check (path in (1, 2));
alter table access_log add constraint access_log_outcome_known check (outcome in (1, 2, 3, 4, 5, 9, 11, 12, 13, 14, 15, 16, 17));
alter table access_log add constraint access_log_holder_known check (holder_verification between 1 and 4);
alter table access_log add constraint access_log_card_whole check (
    (path = 2) = (holder_verification is not null) and (path = 2) = (treatment is not null) and (path = 2) = (consents is not null)
);
alter table access_log add constraint access_log_treatment_known check (treatment between 1 and 3);
alter table access_log add constraint access_log_consents_known check (consents between 0 and 4095);
alter table access_log add constraint access_log_consents_until check (
    consents_until is null or (consents is not null and outcome between 1 and 5 and consents_until >= answered_at)
);
comment on column access_log.path is 'How it was asked: 1 by what stands on the insured-person''s card, 2 by マイナンバーカード.';
comment on column access_log.key_hash is
    'HMAC-SHA-256 under the log key: of insurer, symbol, number and birth date, or of issuer and serial number of the card. Equal for '
    'equal questions, unreadable otherwise.';
comment on column access_log.outcome is
    '資格有効性 of the answer: 1 有効, 2 無効, 3 無効（新しい資格あり）, 4 該当資格なし, 5 複数該当; 9 refused, institution mismatch; the card was '
    '11 revoked, 12 superseded, 13 expired, 14 not yet valid, 15 unknown to J-LIS, 16 blocked (自己情報提供不可), 17 of a state that J-LIS told '
    'too long ago.';
comment on column access_log.shown is
    'What was shown, bits: 1 record, 2 address, 4 限度額適用認定証, 8 高齢受給者証, 16 一部負担金割合, 32 特定疾病療養受療証.';
comment on column access_log.limit_consent is '限度額適用認定証提供同意.';
comment on column access_log.holder_verification is 'How the holder was made sure of: 1 PIN, 2 face, 3 sight (目視, no signature), 4 phone; null without a card.';
comment on column access_log.treatment is '診療区分: 1 外来, 2 訪問診療等, 3 オンライン診療等; null without a card.';
comment on column access_log.consents is
    '提供同意 at the reader, bits: 1 限度額適用認定証, 2 特定疾病, 4 特定健診, 8 薬剤, 16 診療, 32 手術, 64 傷病名, 128 感染症, 256 アレルギー, 512 薬剤禁忌, '
    '1024 検査, 2048 処方; null without a card. Of a person at an institution the latest record with an end decides about later requests '
    'for medical information; it may hold none.';
comment on column access_log.consents_until is
    '有効期限 of the consents: the last instant at which medical information can be fetched; null where nobody was answered about.';
