-- Keeps earlier versions of coverages and people. A version holds from the instant at which it was recorded up to, not including, the
-- instant at which it was replaced.
--
-- `coverage` and `person` hold current versions only; a version that is replaced moves to `coverage_history` or `person_history`. The
-- alternative was all versions in `coverage`, with an index `where replaced_at is null`. It was not taken, because
-- * the program of the release before does not know `replaced_at`, and would answer from replaced versions;
-- * the hash index, `sole`, the protection flags and the reference to `person` are about current rows;
-- * replaced rows would share pages with current ones, so that a cache of the same size would hold fewer current ones;
-- * it writes no less: a change writes one row for the old version and one row version for the new either way.
-- So the statements of lookups stay as they are: one probe of an index of a table that changes do not make larger.
--
-- A version is a whole row, so that the registry at an instant T is read without putting differences together:
--     coverage where recorded_at <= T, and coverage_history where recorded_at <= T and T < replaced_at.
-- Versions of one person never overlap: a change is never recorded before an earlier change of the same person.
-- Dated ratios, certificates and tickets are kept with the row that they stand in. Not kept are 照会番号, which institutions register;
-- certificates of cards, of which J-LIS tells since when each has its state; and insurers.
--
-- Times are parameters. Nothing needs to be filled: for rows that are there already, and for those that the program of the release
-- before writes meanwhile, it is not known since when they have been registered, which -infinity stands for. That program keeps no
-- versions. Nothing deletes old versions yet, and answers to terminals do not read them.

alter table coverage add column recorded_at timestamptz not null default '-infinity';
comment on column coverage.recorded_at is
    'The instant from which on this version holds, inclusive, domain time; -infinity if it is not known.';
alter table person add column recorded_at timestamptz not null default '-infinity';
comment on column person.recorded_at is
    'The instant from which on this version holds, inclusive, domain time; -infinity if it is not known.';
comment on column coverage.id is 'Surrogate id; explanations name it. A corrected registration keeps it.';
comment on column coverage.sole is
    'Whether the person has no other coverage; false if that is not known. If it is true, others are not looked for. Written by the '
    'statements that write coverages.';

create table coverage_history (
    coverage_id bigint not null,
    person_id bigint not null,
    recorded_at timestamptz not null,
    replaced_at timestamptz not null,
    acquired_on date not null,
    lost_on date,
    birth_on date not null,
    card_issued_on date,
    card_valid_from date,
    card_valid_through date,
    loss_reason smallint,
    relationship smallint,
    card_class smallint not null,
    sex smallint not null,
    sex_on_back smallint,
    address_withheld boolean not null,
    self_information_blocked boolean not null,
    search_key text collate "C" not null,
    insurer_number text collate "C" not null,
    symbol text,
    number text not null,
    branch text,
    name text not null,
    kana text,
    other_name text,
    other_kana text,
    insured_name text,
    post_number text,
    address text,
    ratios dated_ratio[],
    elderly_certificates elderly_certificate[],
    limit_certificates limit_certificate[],
    specific_disease_certificates specific_disease_certificate[],
    medical_tickets medical_ticket[],
    -- Serves all coverages of a person at an instant.
    constraint coverage_history_pkey primary key (person_id, coverage_id, recorded_at),
    constraint coverage_history_times_order check (recorded_at < replaced_at)
);
comment on table coverage_history is
    'Earlier versions of coverages. The last one of a coverage that ended has no successor.';
comment on column coverage_history.coverage_id is 'coverage.id; there is no such row after the coverage ended.';
comment on column coverage_history.person_id is 'person.id; there is no such row if the person is no longer in the registry.';
comment on column coverage_history.acquired_on is 'As coverage.acquired_on.';
comment on column coverage_history.lost_on is 'As coverage.lost_on.';
comment on column coverage_history.birth_on is 'As coverage.birth_on.';
comment on column coverage_history.card_issued_on is 'As coverage.card_issued_on.';
comment on column coverage_history.card_valid_from is 'As coverage.card_valid_from.';
comment on column coverage_history.card_valid_through is 'As coverage.card_valid_through.';
comment on column coverage_history.loss_reason is 'As coverage.loss_reason.';
comment on column coverage_history.relationship is 'As coverage.relationship.';
comment on column coverage_history.card_class is 'As coverage.card_class.';
comment on column coverage_history.sex is 'As coverage.sex.';
comment on column coverage_history.sex_on_back is 'As coverage.sex_on_back.';
comment on column coverage_history.search_key is 'As coverage.search_key.';
comment on column coverage_history.insurer_number is 'As coverage.insurer_number.';
comment on column coverage_history.symbol is 'As coverage.symbol.';
comment on column coverage_history.number is 'As coverage.number.';
comment on column coverage_history.branch is 'As coverage.branch.';
comment on column coverage_history.name is 'As coverage.name.';
comment on column coverage_history.kana is 'As coverage.kana.';
comment on column coverage_history.other_name is 'As coverage.other_name.';
comment on column coverage_history.other_kana is 'As coverage.other_kana.';
comment on column coverage_history.insured_name is 'As coverage.insured_name.';
comment on column coverage_history.post_number is 'As coverage.post_number.';
comment on column coverage_history.address is 'As coverage.address.';
comment on column coverage_history.ratios is 'As coverage.ratios.';
comment on column coverage_history.elderly_certificates is 'As coverage.elderly_certificates.';
comment on column coverage_history.limit_certificates is 'As coverage.limit_certificates.';
comment on column coverage_history.specific_disease_certificates is 'As coverage.specific_disease_certificates.';
comment on column coverage_history.medical_tickets is 'As coverage.medical_tickets.';
comment on column coverage_history.address_withheld is 'As coverage.address_withheld.';
comment on column coverage_history.self_information_blocked is 'As coverage.self_information_blocked.';
comment on column coverage_history.recorded_at is 'The instant from which on this version held, inclusive, domain time; -infinity if it is not known.';
comment on column coverage_history.replaced_at is 'The instant up to which this version held, exclusive, domain time.';

-- Serves the question by what stands on the card, as of an instant.
create index coverage_history_search_key_idx on coverage_history using hash (search_key);

create table person_history (
    person_id bigint not null,
    fixture_id text collate "C",
    about text,
    address_withheld boolean not null,
    self_information_blocked boolean not null,
    died_on date,
    recorded_at timestamptz not null,
    replaced_at timestamptz not null,
    constraint person_history_pkey primary key (person_id, recorded_at),
    constraint person_history_times_order check (recorded_at < replaced_at)
);
comment on table person_history is
    'Earlier versions of people. The last one of a person who is no longer in the registry has no successor.';
comment on column person_history.person_id is 'person.id; there is no such row if the person is no longer in the registry.';
comment on column person_history.fixture_id is 'As person.fixture_id.';
comment on column person_history.about is 'As person.about.';
comment on column person_history.address_withheld is 'As person.address_withheld.';
comment on column person_history.self_information_blocked is 'As person.self_information_blocked.';
comment on column person_history.died_on is 'As person.died_on.';
comment on column person_history.recorded_at is 'The instant from which on this version held, inclusive, domain time; -infinity if it is not known.';
comment on column person_history.replaced_at is 'The instant up to which this version held, exclusive, domain time.';

-- Serves the search for a person of an earlier instant by the id in the fixture files.
create index person_history_fixture_id_idx on person_history (fixture_id) where fixture_id is not null;

create type registered_coverage as (
    person_id bigint,
    acquired_on date,
    lost_on date,
    birth_on date,
    card_issued_on date,
    card_valid_from date,
    card_valid_through date,
    loss_reason smallint,
    relationship smallint,
    card_class smallint,
    sex smallint,
    sex_on_back smallint,
    search_key text collate "C",
    insurer_number text collate "C",
    symbol text,
    number text,
    branch text,
    name text,
    kana text,
    other_name text,
    other_kana text,
    insured_name text,
    post_number text,
    address text,
    ratios dated_ratio[],
    elderly_certificates elderly_certificate[],
    limit_certificates limit_certificate[],
    specific_disease_certificates specific_disease_certificate[],
    medical_tickets medical_ticket[],
    ticket_keys text[] collate "C",
    address_withheld boolean,
    self_information_blocked boolean
);
comment on type registered_coverage is
    'What an insurer registers: the parameter of the statements that compare and write coverages. Never changed, because the program of '
    'the release before goes on sending it: a column that coverage gets later is a parameter of its own.';
comment on column registered_coverage.person_id is 'As coverage.person_id.';
comment on column registered_coverage.acquired_on is 'As coverage.acquired_on.';
comment on column registered_coverage.lost_on is 'As coverage.lost_on.';
comment on column registered_coverage.birth_on is 'As coverage.birth_on.';
comment on column registered_coverage.card_issued_on is 'As coverage.card_issued_on.';
comment on column registered_coverage.card_valid_from is 'As coverage.card_valid_from.';
comment on column registered_coverage.card_valid_through is 'As coverage.card_valid_through.';
comment on column registered_coverage.loss_reason is 'As coverage.loss_reason.';
comment on column registered_coverage.relationship is 'As coverage.relationship.';
comment on column registered_coverage.card_class is 'As coverage.card_class.';
comment on column registered_coverage.sex is 'As coverage.sex.';
comment on column registered_coverage.sex_on_back is 'As coverage.sex_on_back.';
comment on column registered_coverage.search_key is 'As coverage.search_key.';
comment on column registered_coverage.insurer_number is 'As coverage.insurer_number.';
comment on column registered_coverage.symbol is 'As coverage.symbol.';
comment on column registered_coverage.number is 'As coverage.number.';
comment on column registered_coverage.branch is 'As coverage.branch.';
comment on column registered_coverage.name is 'As coverage.name.';
comment on column registered_coverage.kana is 'As coverage.kana.';
comment on column registered_coverage.other_name is 'As coverage.other_name.';
comment on column registered_coverage.other_kana is 'As coverage.other_kana.';
comment on column registered_coverage.insured_name is 'As coverage.insured_name.';
comment on column registered_coverage.post_number is 'As coverage.post_number.';
comment on column registered_coverage.address is 'As coverage.address.';
comment on column registered_coverage.ratios is 'As coverage.ratios.';
comment on column registered_coverage.elderly_certificates is 'As coverage.elderly_certificates.';
comment on column registered_coverage.limit_certificates is 'As coverage.limit_certificates.';
comment on column registered_coverage.specific_disease_certificates is 'As coverage.specific_disease_certificates.';
comment on column registered_coverage.medical_tickets is 'As coverage.medical_tickets.';
comment on column registered_coverage.ticket_keys is 'As coverage.ticket_keys.';
comment on column registered_coverage.address_withheld is 'As coverage.address_withheld.';
comment on column registered_coverage.self_information_blocked is 'As coverage.self_information_blocked.';
