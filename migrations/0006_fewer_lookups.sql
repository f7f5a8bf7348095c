-- An answer takes one row of `coverage` and nothing else for most people, and a record of the access log fewer indexes. Files with
-- thousands of people are what this is for.

alter table coverage add column address_withheld boolean not null default false;
alter table coverage add column self_information_blocked boolean not null default false;
alter table coverage add column sole boolean not null default false;
update coverage
   set address_withheld = person.address_withheld
     , self_information_blocked = person.self_information_blocked
     , sole = not exists (select from coverage as other where other.person_id = person.id and other.id <> coverage.id)
  from person
 where person.id = coverage.person_id;
comment on column coverage.address_withheld is '不開示該当フラグ of the person, written together with it.';
comment on column coverage.self_information_blocked is '自己情報提供不可フラグ of the person, written together with it.';
comment on column coverage.sole is
    'Whether the person has no other coverage; false where that is not known. Where it is true, others are not looked for.';

-- Serves the question by what stands on the card, which always gives the whole key.
drop index coverage_search_key_idx;
create index coverage_search_key_idx on coverage using hash (search_key);

alter table access_log drop constraint access_log_pkey;
alter table access_log drop constraint access_log_request_id_key;
alter table access_log add constraint access_log_pkey primary key (request_id, place);
comment on column access_log.id is 'Running number, in the order of writing.';

-- Serves "what was looked at in this time"; records come in the order of time.
drop index access_log_institution_idx;
create index access_log_answered_at_idx on access_log using brin (answered_at);
-- Serves "whose card did this institution see for such care".
create index access_log_consented_idx on access_log (institution_code, treatment, person_id)
    where path = 2 and consents_until is not null and person_id is not null;
