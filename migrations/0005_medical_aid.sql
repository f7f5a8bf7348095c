-- 医療扶助: welfare offices register recipients as insurers do, and entrust their treatment month by month to institutions.

create type medical_ticket as (
    kind smallint, valid_from date, valid_through date, issue_number text, month date, institution_code text
  , institution_name text, prescriber_code text, prescriber_name text, injuries text[], treatment smallint, self_pay_yen integer
  , district_contact text, handling_contact text, combined boolean, social_insurance boolean, infection boolean
  , elderly_care boolean, prefecture boolean, inconsistent boolean, remarks text[]
);
comment on type medical_ticket is '医療券・調剤券: a welfare office entrusts the treatment of a person in a month to an institution.';
comment on column medical_ticket.kind is '医療券・調剤券の別: 1 医療券, 2 調剤券.';
comment on column medical_ticket.valid_from is '有効開始年月日, inclusive.';
comment on column medical_ticket.valid_through is '有効終了年月日, inclusive.';
comment on column medical_ticket.issue_number is '交付番号; may be null.';
comment on column medical_ticket.month is '診療年月, as its first day.';
comment on column medical_ticket.institution_code is '指定医療機関コード: who is entrusted; nobody else is shown the ticket.';
comment on column medical_ticket.institution_name is 'Its name, as the office wrote it; may be null.';
comment on column medical_ticket.prescriber_code is '処方箋発行元医療機関コード of a 調剤券; null for a 医療券.';
comment on column medical_ticket.prescriber_name is 'Its name, as the office wrote it; may be null.';
comment on column medical_ticket.injuries is '傷病名, three at most; null for none.';
comment on column medical_ticket.treatment is '診療別: 1 入院, 2 入院外, 3 歯科, 4 調剤, 5 訪問看護.';
comment on column medical_ticket.self_pay_yen is '本人支払額; null where none is written.';
comment on column medical_ticket.district_contact is '地区担当員名; may be null.';
comment on column medical_ticket.handling_contact is '取扱担当者名; may be null.';
comment on column medical_ticket.combined is '単独・併用の別: true for 併用, where health insurance pays its part first.';
comment on column medical_ticket.social_insurance is '社会保険の有無.';
comment on column medical_ticket.infection is '感染症の有無.';
comment on column medical_ticket.elderly_care is '後期高齢者医療の有無.';
comment on column medical_ticket.prefecture is '都道府県費の有無.';
comment on column medical_ticket.inconsistent is '不整合: the office''s data contradict each other.';
comment on column medical_ticket.remarks is '備考, three at most; null for none.';

alter table coverage add column medical_tickets medical_ticket[];
alter table coverage add column ticket_keys text[] collate "C";
alter table coverage drop constraint coverage_card_class_known;
alter table coverage add constraint coverage_card_class_known check (card_class between 1 and 8);
alter table coverage add constraint coverage_tickets_keyed check ((medical_tickets is null) = (ticket_keys is null));
comment on table insurer is '保険者: who insures people; and the welfare offices that give medical aid.';
comment on column insurer.number is '保険者番号: 8 digits, or 6 for national health insurance, without padding; 公費負担者番号 of a welfare office.';
comment on column coverage.relationship is '本人・家族: 1 本人, 2 家族; null for 後期高齢者医療 and 医療扶助.';
comment on column coverage.card_class is
    '被保険者証区分: 1 一般, 2 退職, 3 短期（一般）, 4 短期（退職）, 5 特別療養費支給対象者, 6 特例退職, 7 自衛官, 8 医療扶助.';
comment on column coverage.symbol is '被保険者証記号 as registered; null for 後期高齢者医療 and 医療扶助.';
comment on column coverage.number is '被保険者証番号 as registered; 受給者番号 of 医療扶助.';
comment on column coverage.branch is '枝番: two digits; null for 後期高齢者医療 and 医療扶助.';
comment on column coverage.medical_tickets is '医療券・調剤券 of 医療扶助; null when there is none.';
comment on column coverage.ticket_keys is 'For each ticket once, institution and month joined by a blank, as in 1310012347 2026-11.';

-- Serves "who is entrusted to this institution in this month".
create index coverage_ticket_keys_idx on coverage using gin (ticket_keys) where ticket_keys is not null;

alter table batch drop constraint batch_kind_known;
alter table batch add constraint batch_kind_known check (kind between 1 and 5);
comment on column batch.kind is
    '1 資格確認一括照会, 2 照会番号一括登録, 3 同意済資格情報一括取得（訪問診療等）, 4 （オンライン診療等）, 5 委託先資格情報の一括取得（医療扶助）.';
comment on column batch.check_on is
    '資格確認日 of the header; for kinds without one the day of reception, for kind 5 the day of its month nearest to that.';
comment on column batch.days_from is 'First of those days, inclusive; first day of the 診療年月 of kind 5.';
comment on column batch.days_through is 'Last of those days, inclusive; last day of the 診療年月 of kind 5.';
comment on column batch.persons is 'People in the file; for kinds 3 to 5, people found.';

alter table access_log drop constraint access_log_path_known;
alter table access_log add constraint access_log_path_known check (path between 1 and 6);
alter table access_log drop constraint access_log_outcome_known;
alter table access_log add constraint access_log_outcome_known
    check (outcome in (1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 16, 17));
alter table access_log drop constraint access_log_consents_until;
alter table access_log add constraint access_log_consents_until check (
    consents_until is null or (consents is not null and outcome between 1 and 6 and consents_until >= answered_at)
);
comment on column access_log.path is
    'How it was asked: 1 by what stands on the insured-person''s card, 2 by マイナンバーカード, 3 the same as 1 in a file, 4 in a file, by consent given '
    'before, 5 registration of a 照会番号, 6 in a file, by 医療券・調剤券.';
comment on column access_log.outcome is
    '資格有効性 of the answer: 1 有効, 2 無効, 3 無効（新しい資格あり）, 4 該当資格なし, 5 複数該当, 6 有効（未登録）; 8 could not be asked about; 9 refused, '
    'institution mismatch; the card was 11 revoked, 12 superseded, 13 expired, 14 not yet valid, 15 unknown to J-LIS, 16 blocked '
    '(自己情報提供不可), 17 of a state that J-LIS told too long ago.';
comment on column access_log.shown is
    'What was shown, bits: 1 record, 2 address, 4 限度額適用認定証, 8 高齢受給者証, 16 一部負担金割合, 32 特定疾病療養受療証, 64 医療券・調剤券.';
