-- $1 the search key, $2 the birth date. The latest coverage comes first.
select coverage.person_id
     , coverage.acquired_on
     , coverage.lost_on
     , coverage.loss_reason
     , coverage.card_class
     , coverage.insurer_number
     , insurer.name as insurer_name
     , coverage.symbol
     , coverage.number
     , coverage.branch
     , coverage.relationship
     , coverage.insured_name
     , coverage.name
     , coverage.other_name
     , coverage.kana
     , coverage.other_kana
     , coverage.sex
     , coverage.sex_on_back
     , coverage.birth_on
     , case when not (coverage.address_withheld or coverage.self_information_blocked) then coverage.address end as address
     , case when not (coverage.address_withheld or coverage.self_information_blocked) then coverage.post_number end as post_number
     , coverage.card_issued_on
     , coverage.card_valid_from
     , coverage.card_valid_through
     , to_json(coverage.ratios) as ratios
     , to_json(coverage.elderly_certificates) as elderly_certificates
     , to_json(coverage.limit_certificates) as limit_certificates
  from coverage
  join insurer on insurer.number = coverage.insurer_number
 where coverage.search_key = $1
   and coverage.birth_on = $2
 order by coverage.acquired_on desc
