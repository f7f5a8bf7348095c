-- The log of the peers, made at their start. The lock lets several peers start at once.
select pg_advisory_xact_lock(hashtext('peer'));
create schema if not exists peer;
create table if not exists peer.answer (
    id bigint generated always as identity primary key,
    answered_at timestamptz not null default now(),
    institution text not null,
    person_id bigint,
    validity smallint not null
);
