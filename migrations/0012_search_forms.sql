-- More ways of writing a symbol or number have one search form: look-alikes of a hyphen and other marks become one, what cannot be
-- seen goes away, and a number of digits alone loses the zeros before it. Every key that is stored is brought to that form, so that
-- cards registered before are found as those registered after. A program of an earlier version on the same database finds all
-- cards but those whose form has changed.

create function new_search_form(search_key text) returns text language sql immutable as $$
    select regexp_replace(
               normalize(
                   translate(
                       regexp_replace(
                           normalize(search_key, NFKD)
                         , '[\u00AD\u034F\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u115F\u1160\u17B4\u17B5\u180B-\u180F'
                           '\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB'
                           '\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]'
                         , '', 'g')
                     , U&'\058A\05BE\1400\1806\2010\2011\2012\2013\2014\2015\2212\2E1A\2E3A\2E3B\2E5D\+010D6E\+010EAD'
                       '\30FC\2500\2501\2504\2505\2508\2509\254C\254D\2574\2576\2578\257A\257C\257E\02D7\2043\23AF\2796\06D4\2CBA'
                       '\30A0\2E17\2E40\2550\301C\3030\2053\223C\2016\2551\00A6\2502\2503\2223\2758\23D0\00A5\2216\2572'
                       '\2044\2215\2571\00B7\2022\2027\2219\22C5\2E31\25CB\25EF\2B55\2018\2019\201B\2032\02BC\02B9'
                       '\201C\201D\201F\301D\301E\301F\0305'
                     , repeat('-', 38) || repeat('=', 4) || repeat('~', 4) || repeat(U&'\2225', 2) || repeat('|', 6)
                       || repeat('\', 3) || repeat('/', 3) || repeat(U&'\30FB', 6) || repeat(U&'\3007', 3) || repeat('''', 6)
                       || repeat('"', 6) || U&'\0304')
                 , NFC)
             , U&'\001F0+([0-9]+)$', U&'\001F' || '\1')
$$;

update coverage
   set search_key = new_search_form(search_key)
 where (search_key ~ U&'[^\001F-~]' or search_key ~ U&'\001F0[0-9]+$')
   and search_key <> new_search_form(search_key);

-- Where two numbers of one card were kept under two forms, the later one stays.
with renamed as (
    delete from reference_number
     where (search_key ~ U&'[^\001F-~]' or search_key ~ U&'\001F0[0-9]+$')
       and search_key <> new_search_form(search_key)
    returning institution_code, new_search_form(search_key) as search_key, branch, reference, registered_at
)
insert into reference_number (institution_code, search_key, branch, reference, registered_at)
select distinct on (institution_code, search_key, branch) institution_code, search_key, branch, reference, registered_at
  from renamed
 order by institution_code, search_key, branch, registered_at desc
    on conflict on constraint reference_number_pkey do update
   set reference = excluded.reference, registered_at = excluded.registered_at
 where reference_number.registered_at < excluded.registered_at;

drop function new_search_form(text);

comment on column coverage.search_key is
    'Insurer number, symbol and number, joined by U+001F, in the form in which cards are compared: marks of one shape are one, widths, '
    'blanks, what cannot be seen and the zeros before a number do not count.';
comment on column access_log.key_hash is
    'HMAC-SHA-256 under the log key: of insurer, symbol, number and birth date, of issuer and serial number of the card, or of the person '
    'where a file was not asked by either. Equal for equal questions, unreadable otherwise. Of a card whose search form a migration has '
    'changed, questions before and after have different hashes.';
