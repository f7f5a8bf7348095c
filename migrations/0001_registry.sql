-- The registry: insurers register people, and a person links the registrations of several insurers.
-- Facts for an answer come from `person` and `coverage` alone, in one statement.

create table insurer (
    number text collate "C" not null,
    name text not null,
    constraint insurer_pkey primary key (number),
    constraint insurer_number_form check (number ~ '^([0-9]{6}|[0-9]{8})$')
);
comment on table insurer is '保険者: who insures people.';
comment on column insurer.number is '保険者番号: 8 digits, or 6 for national health insurance, without padding.';
comment on column insurer.name is '保険者名称, as answers show it.';

create table institution (
    code text collate "C" not null,
    name text not null,
    charset smallint not null,
    active_from date not null,
    active_through date,
    constraint institution_pkey primary key (code),
    constraint institution_code_form check (code ~ '^[0-9]{10}$'),
    constraint institution_charset_known check (charset in (0, 1)),
    constraint institution_active_order check (active_from <= active_through)
);
comment on table institution is '医療機関等: who may ask.';
comment on column institution.code is '医療機関コード: 10 digits.';
comment on column institution.name is 'Its name, for people.';
comment on column institution.charset is 'Character set of its XML answers: 0 UTF-8, 1 Shift_JIS (Windows-31J).';
comment on column institution.active_from is 'First day on which it may ask, Tokyo date, inclusive.';
comment on column institution.active_through is 'Last day on which it may ask, inclusive; null while open.';

create table person (
    id bigint generated always as identity,
    fixture_id text collate "C",
    about text,
    address_withheld boolean not null,
    self_information_blocked boolean not null,
    died_on date,
    constraint person_pkey primary key (id),
    constraint person_fixture_id_key unique (fixture_id)
);
comment on table person is 'What links the registrations of one human being by several insurers.';
comment on column person.id is 'Surrogate id; the only name of a person in the access log.';
comment on column person.fixture_id is 'Stable id in the fixture files; null for people who came another way.';
comment on column person.about is 'One line from the fixture file; null for people who came another way.';
comment on column person.address_withheld is '不開示該当フラグ: answers leave out address and postal code.';
comment on column person.self_information_blocked is '自己情報提供不可フラグ: the card cannot be used; address and postal code are left out.';
comment on column person.died_on is '死亡日; null for the living.';

create type dated_ratio as (valid_from date, valid_through date, tenths smallint);
comment on type dated_ratio is '一部負担金割合 of 後期高齢者医療: days (both ends inclusive) and tenths (1, 2 or 3).';
comment on column dated_ratio.valid_from is 'First day, inclusive.';
comment on column dated_ratio.valid_through is 'Last day, inclusive.';
comment on column dated_ratio.tenths is 'The share that the patient pays: 1, 2 or 3 tenths.';

create type elderly_certificate as (issued_on date, valid_from date, valid_through date, tenths smallint);
comment on type elderly_certificate is '高齢受給者証 of a person of 70 to 74.';
comment on column elderly_certificate.issued_on is '交付年月日; may be null.';
comment on column elderly_certificate.valid_from is '有効開始年月日, inclusive.';
comment on column elderly_certificate.valid_through is '有効終了年月日, inclusive.';
comment on column elderly_certificate.tenths is '一部負担金割合: 1, 2 or 3 tenths.';

create type limit_certificate as (
    kind smallint, category smallint, issued_on date, valid_from date, valid_through date, long_stay_on date
);
comment on type limit_certificate is '限度額適用認定証.';
comment on column limit_certificate.kind is
    '認定証区分: 1 限度額適用, 2 限度額適用・標準負担額減額, 3 標準負担額減額.';
comment on column limit_certificate.category is
    '適用区分: 1 ア, 2 イ, 3 ウ, 4 エ, 5 オ, 6 オ（境）, 11 現役並みⅢ, 12 現役並みⅡ, 13 現役並みⅠ, 14 一般, 15 低所得Ⅱ, '
    '16 低所得Ⅰ, 17 低所得Ⅰ（老福）, 18 低所得Ⅰ（境）, 19 一般Ⅱ, 20 一般Ⅰ.';
comment on column limit_certificate.issued_on is '交付年月日; may be null.';
comment on column limit_certificate.valid_from is '有効開始年月日, inclusive.';
comment on column limit_certificate.valid_through is '有効終了年月日, inclusive.';
comment on column limit_certificate.long_stay_on is '長期入院該当年月日; null when it does not apply.';

create table coverage (
    id bigint generated always as identity,
    person_id bigint not null,
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
    constraint coverage_pkey primary key (id),
    constraint coverage_person_fkey foreign key (person_id) references person (id) on delete cascade,
    constraint coverage_insurer_fkey foreign key (insurer_number) references insurer (number),
    constraint coverage_dates_order check (acquired_on < lost_on),
    constraint coverage_loss_whole check ((lost_on is null) = (loss_reason is null)),
    constraint coverage_born_first check (birth_on <= acquired_on),
    constraint coverage_branch_form check (branch ~ '^[0-9]{2}$'),
    constraint coverage_loss_reason_known check (loss_reason in (1, 2, 3, 99)),
    constraint coverage_relationship_known check (relationship in (1, 2)),
    constraint coverage_card_class_known check (card_class between 1 and 7),
    constraint coverage_sex_known check (sex between 1 and 3),
    constraint coverage_sex_on_back_known check (sex_on_back between 1 and 3)
);
comment on table coverage is '資格: one insurer''s registration of one person, with its certificates. The wide row that answers are read from.';
comment on column coverage.id is 'Surrogate id; explanations name it.';
comment on column coverage.person_id is 'Whose coverage it is.';
comment on column coverage.acquired_on is '資格取得日: the first day of the coverage.';
comment on column coverage.lost_on is '資格喪失日: the first day without the coverage; null while it lasts.';
comment on column coverage.birth_on is '生年月日 as this insurer registered it.';
comment on column coverage.card_issued_on is '交付年月日 of the card (資格確認書).';
comment on column coverage.card_valid_from is '有効開始年月日 of the card, inclusive.';
comment on column coverage.card_valid_through is '有効終了年月日 of the card, inclusive.';
comment on column coverage.loss_reason is '喪失事由: 1 死亡, 2 生活保護受給開始, 3 医療保険等の資格取得, 99 その他; null while the coverage lasts.';
comment on column coverage.relationship is '本人・家族: 1 本人, 2 家族; null for 後期高齢者医療.';
comment on column coverage.card_class is
    '被保険者証区分: 1 一般, 2 退職, 3 短期（一般）, 4 短期（退職）, 5 特別療養費支給対象者, 6 特例退職, 7 自衛官.';
comment on column coverage.sex is '性別 on the front of the card: 1 男, 2 女, 3 未設定.';
comment on column coverage.sex_on_back is '性別 on the back of the card, same codes; null when there is none.';
comment on column coverage.search_key is 'Insurer number, symbol and number in folded width, joined by U+001F.';
comment on column coverage.insurer_number is '保険者番号 of the insurer that registered it.';
comment on column coverage.symbol is '被保険者証記号 as registered; null for 後期高齢者医療.';
comment on column coverage.number is '被保険者証番号 as registered.';
comment on column coverage.branch is '枝番: two digits; null for 後期高齢者医療.';
comment on column coverage.name is '氏名 with a full-width space.';
comment on column coverage.kana is '氏名カナ, half-width.';
comment on column coverage.other_name is '通称.';
comment on column coverage.other_kana is '通称カナ, half-width.';
comment on column coverage.insured_name is '被保険者氏名・世帯主氏名.';
comment on column coverage.post_number is '郵便番号, 123-4567.';
comment on column coverage.address is '住所.';
comment on column coverage.ratios is '一部負担金割合 with their days; null for other schemes or while not registered.';
comment on column coverage.elderly_certificates is '高齢受給者証; null when there is none.';
comment on column coverage.limit_certificates is '限度額適用認定証; null when there is none.';

-- Serves the question by what stands on the card.
create index coverage_search_key_idx on coverage (search_key);
-- Serves "all coverages of this person", for a newer one and for the card path.
create index coverage_person_id_idx on coverage (person_id);
