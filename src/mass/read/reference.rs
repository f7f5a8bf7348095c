//! Reads insurers and institutions, which are few: all of them are held in memory.

use std::collections::HashSet;
use std::path::Path;

use crate::domain::{
    AnswerCharset, AnswerForm, DiseaseList, Institution, InstitutionCode, Insurer, InsurerNumber, RegisteredDays,
    ResultLists, plain_text,
};
use crate::mass::kind::Kind;
use crate::mass::rows::{CHARSETS, DISEASE_LISTS, RESULT_LISTS};

use super::faults::Faults;
use super::fields::{Fields, Place};
use super::table::Table;

/// The most insurers and institutions; there are about 3,400 and 230,000.
const MOST: usize = 400_000;

/// The bytes that all their rows may have.
const MOST_BYTES: usize = 32 << 20;

/// Reads the insurers.
pub(super) fn insurers(path: &Path, days: RegisteredDays, faults: &mut Faults) -> Vec<Insurer> {
    let mut seen = HashSet::new();
    each(path, Kind::Insurers, days, faults, |fields| {
        let (number, name) = (fields.require(InsurerNumber::parse), fields.require(plain_text));
        let number = number?;
        if !seen.insert(number) {
            fields.fault((format!("insurer {number} stands twice"), format!("保険者{number}が重複しています")));
        }
        Some(Insurer { number, name: name? })
    })
}

/// Reads the institutions.
pub(super) fn institutions(path: &Path, days: RegisteredDays, faults: &mut Faults) -> Vec<Institution> {
    let mut seen = HashSet::new();
    each(path, Kind::Institutions, days, faults, |fields| {
        let institution = institution(fields)?;
        let code = institution.code;
        if !seen.insert(code) {
            fields.fault((format!("institution {code} stands twice"), format!("医療機関{code}が重複しています")));
        }
        Some(institution)
    })
}

fn institution(fields: &mut Fields<'_>) -> Option<Institution> {
    let code = fields.require(InstitutionCode::parse);
    let name = fields.require(plain_text);
    let charset: Option<AnswerCharset> = word(fields, &CHARSETS);
    let result_lists: Option<ResultLists> = word(fields, &RESULT_LISTS);
    let disease_list: Option<DiseaseList> = word(fields, &DISEASE_LISTS);
    let visual_check = fields.flag();
    let (active_from, active_through) = (fields.date(), fields.maybe_last_date());
    if active_through.zip(active_from).is_some_and(|(through, from)| through < from) {
        fields.fault(("`active_through` lies before `active_from`", "`active_through`が`active_from`より前です"));
    }
    let form = AnswerForm { charset: charset?, result_lists: result_lists?, disease_list: disease_list? };
    Some(Institution { code: code?, name: name?, form, visual_check, active_from: active_from?, active_through })
}

/// Takes one of the words.
fn word<T: Copy>(fields: &mut Fields<'_>, words: &[(&str, T)]) -> Option<T> {
    fields.require(|text| {
        words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let known = known.join(", ");
            (format!("must be one of {known}"), format!("次のどれかを書いてください: {known}"))
        })
    })
}

/// Reads every row of a file, as far as memory is meant to hold them.
fn each<T>(
    path: &Path,
    kind: Kind,
    days: RegisteredDays,
    faults: &mut Faults,
    mut read: impl FnMut(&mut Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let mut table = match Table::open(path, kind) {
        Ok(table) => table,
        Err(fault) => {
            faults.add(|| fault);
            return Vec::new();
        }
    };
    let mut values = Vec::new();
    let mut bytes = 0;
    while let Some(row) = table.next(faults) {
        bytes += row.bytes();
        if values.len() == MOST || bytes > MOST_BYTES {
            faults.push(path, row.line, || {
                (
                    format!("the file has more than {MOST} rows or 32 MiB; the rest of it is not read"),
                    format!("{MOST}行または32 MiBを超えています。以降は読みません"),
                )
            });
            break;
        }
        values.extend(read(&mut Fields::of(Place { path, kind, days, person: "" }, &row, faults)));
        table.give_back([row]);
    }
    values
}
