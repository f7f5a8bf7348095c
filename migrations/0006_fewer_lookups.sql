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
comment on column coverage.address_withheld is '不開示該当フラグ of the person; follows it.';
comment on column coverage.self_information_blocked is '自己情報提供不可フラグ of the person; follows it.';
comment on column coverage.sole is
    'Whether the person has no other coverage; false where that is not known. Where it is true, others are not looked for. Kept by triggers.';

-- What stands twice cannot differ.
alter table person add constraint person_protection_key unique (id, address_withheld, self_information_blocked);
alter table coverage drop constraint coverage_person_fkey;
alter table coverage add constraint coverage_person_fkey
    foreign key (person_id, address_withheld, self_information_blocked)
    references person (id, address_withheld, self_information_blocked) on update cascade on delete cascade;

create function coverage_is_sole() returns trigger language plpgsql as $$
begin
    new.sole := not exists (select from coverage as other where other.person_id = new.person_id);
    if not new.sole then
        update coverage set sole = false where person_id = new.person_id and sole;
    end if;
    return new;
end
$$;
comment on function coverage_is_sole is 'Tells a new coverage whether it is the person''s only one, and the others that they are not any more.';
create trigger coverage_is_sole before insert on coverage for each row execute function coverage_is_sole();

-- Serves the question by what stands on the card, which always gives the whole key.
drop index coverage_search_key_idx;
create index coverage_search_key_idx on coverage using hash (search_key);

alter table access_log drop constraint access_log_pkey;
alter table access_log drop constraint access_log_request_id_key;
alter table access_log add constraint access_log_pkey primary key (request_id, place);
comment on column access_log.id is 'Running number, in the order of writing.';

-- Serves "what was looked at in this time"; records come in the order of time. "What did this institution look at" has its own.
create index access_log_answered_at_idx on access_log using brin (answered_at) with (autosummarize = on);
-- Serves "whose card did this institution see for such care".
create index access_log_consented_idx on access_log (institution_code, treatment, person_id)
    where path = 2 and consents_until is not null and person_id is not null;

comment on column access_log.key_hash is
    'HMAC-SHA-256 under the log key: of insurer, symbol, number and birth date, of issuer and serial number of the card, or of the person '
    'where a file was not asked by either. Equal for equal questions, unreadable otherwise.';
comment on column reference_number.branch is '枝番; empty for 後期高齢者医療 and 医療扶助.';
comment on table batch_slice is 'A piece of a file: some hundred people, worked on under a lease, its result committed with its access-log records.';
