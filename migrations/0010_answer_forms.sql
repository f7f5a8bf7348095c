-- How an institution wants its answers written, where real clients expect one form or the other.

alter table institution add column result_lists smallint not null default 0;
alter table institution add column disease_list smallint not null default 0;
alter table institution add constraint institution_result_lists_known check (result_lists in (0, 1)) not valid;
alter table institution add constraint institution_disease_list_known check (disease_list in (0, 1)) not valid;
comment on column institution.result_lists is
    'Records of one person in its XML answers: 0 a ResultList for each, 1 one ResultList with all.';
comment on column institution.disease_list is
    'SpecificDiseasesCertificateList of its answers: 0 nested (SpecificDiseasesCertificateInfo within the list), 1 flat.';
