//! A small directory without faults, written by hand, so that tests can spoil it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::scratch;

/// The files of the directory.
pub const FILES: [(&str, &str); 10] = [
    ("population.toml", "format = 1\npeople = 3\n"),
    ("insurers.csv", "number,name\n01130012,試験協会けんぽ\n39131016,試験広域連合\n12138012,\"試験福祉事務所, 北\"\n"),
    (
        "institutions.csv",
        "code,name,charset,result_lists,disease_list,visual_check,active_from,active_through\n\
         1310110049,試験医院,utf-8,one_each,nested,1,2020-01-01,\n\
         0110113719,試験病院,shift_jis,one,flat,0,2020-01-01,2030-12-31\n",
    ),
    (
        "people.csv",
        "person,about,address_withheld,self_information_blocked,died_on\n\
         anna,works,0,0,\n\
         ben,\"old, and \"\"well\"\"\",0,1,\n\
         carl,,1,0,2026-05-01\n",
    ),
    (
        "coverages.csv",
        "person,coverage,insurer,symbol,number,branch,relationship,card_class,acquired_on,lost_on,loss_reason,name,kana,\
         other_name,other_kana,insured_name,sex,sex_on_back,birth_on,post_number,address,card_issued_on,card_valid_from,\
         card_valid_through\n\
         anna,1,01130012,21700023,1,00,1,01,2015-04-01,2020-04-01,99,試験　杏奈,ｼｹﾝ ｱﾝﾅ,,,,2,,1985-05-14,100-0001,東京都千代田区１,,,\n\
         anna,2,01130012,21700023,2,00,1,01,2020-04-01,,,試験　杏奈,ｼｹﾝ ｱﾝﾅ,,,,2,,1985-05-14,100-0001,東京都千代田区１,2025-12-01,2025-12-01,2029-11-30\n\
         ben,1,39131016,,12345678,,,01,2024-01-10,,,試験　勉,ｼｹﾝ ﾍﾞﾝ,,,,1,,1949-01-10,,,,,\n\
         carl,1,12138012,,0008011,,,A1,2020-01-01,2026-05-02,01,試験　軽,,,,,1,3,1960-02-29,,,,,\n",
    ),
    ("ratios.csv", "person,coverage,from,through,wari\nben,1,2024-01-10,2024-07-31,1\nben,1,2024-08-01,2025-07-31,2\n"),
    (
        "certificates.csv",
        "person,coverage,certificate,from,through,issued_on,wari,limit_kind,limit_category,long_stay_on,disease,self_pay_yen\n\
         anna,2,limit,2026-08-01,2027-07-31,2026-08-01,,01,A03,,,\n\
         anna,2,specific_disease,2026-04-01,9999-12-31,,,,,,1,10000\n",
    ),
    (
        "cards.csv",
        "person,issuer,serial,medium,state,reason,changed_at,as_of,valid_from,valid_through,superseded_by\n\
         anna,aa01,1001,card,superseded,,2026-05-01T00:00:00Z,,2021-05-01T00:00:00Z,2026-05-14T14:59:59Z,aa01:1002\n\
         anna,aa01,1002,card,good,,2026-05-01T00:00:00Z,2026-11-30T15:00:00Z,2026-05-01T00:00:00Z,2031-05-14T14:59:59Z,\n\
         ben,aa01,1003,card,revoked,lost,2026-05-01T00:00:00.5Z,,2026-05-01T00:00:00Z,2031-05-14T14:59:59Z,\n\
         ben,aa01,1004,,unknown,,,,,,\n",
    ),
    (
        "tickets.csv",
        "person,coverage,kind,month,from,through,institution,institution_name,issue_number,prescriber,prescriber_name,treatment,\
         self_pay_yen,combined,beside,inconsistent,district_contact,handling_contact,injury_1,injury_2,injury_3,remark_1,\
         remark_2,remark_3\n\
         carl,1,02,2026-04,2026-04-01,2026-04-30,1310110049,試験医院,,0110113719,,04,500,1,infection prefecture,0,,,高血圧,糖尿病,,,,\n",
    ),
    (
        "situations.csv",
        "person,situation,check_on,institution,asked_by,insurer,symbol,number,branch,birth_on,serial,validity,unusable,\
         shown_wari,payable_wari,limit_category,disease_yen,finding\n\
         anna,works,2026-12-01,1310110049,card,,,,,1985-05-14,1002,1,,,3,A03,10000,\n\
         ben,lost-card,2026-12-01,1310110049,card,,,,,1949-01-10,1003,,revoked,,,,,\n\
         ben,old,2026-12-01,1310110049,number,39131016,,12345678,,1949-01-10,,1,,2,2,,,\n",
    ),
];

/// Writes the directory.
pub fn write() -> PathBuf {
    let directory = scratch("mass-town");
    for (file, text) in FILES {
        fs::write(directory.join(file), text).unwrap();
    }
    directory
}

/// Returns the text of a file.
pub fn text(file: &str) -> &'static str {
    FILES.iter().find(|(name, _)| *name == file).unwrap().1
}

/// Writes the directory with one text of a file replaced.
pub fn spoilt(file: &str, from: &str, to: &str) -> PathBuf {
    let directory = write();
    assert_eq!(text(file).matches(from).count(), 1, "{file} holds once: {from}");
    fs::write(directory.join(file), text(file).replacen(from, to, 1)).unwrap();
    directory
}

/// Appends bytes to a file.
pub fn append(directory: &Path, file: &str, bytes: &[u8]) {
    let path = directory.join(file);
    let whole = [fs::read(&path).unwrap(), bytes.to_vec()].concat();
    fs::write(path, whole).unwrap();
}
