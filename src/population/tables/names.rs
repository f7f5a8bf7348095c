//! Surnames and given names, with their kana and how often they occur.

use std::sync::LazyLock;

use crate::domain::Sex;

/// A surname. `kanji` and `kana` are parts of what a registration holds as name and kana.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surname {
    /// As a card shows it; a few names have characters that Shift_JIS lacks.
    pub kanji: &'static str,
    /// The reading in half-width katakana, as registrations hold it.
    pub kana: &'static str,
    /// People with the name, in about 100,000.
    pub weight: u32,
}

/// A given name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenName {
    /// As a card shows it, in kanji or kana.
    pub kanji: &'static str,
    /// The reading in half-width katakana, as registrations hold it.
    pub kana: &'static str,
    /// How often the name occurs beside the other names of the same sex and year.
    pub weight: u32,
    /// The first birth year in which it is given.
    pub first_year: i16,
    /// The last birth year in which it is given.
    pub last_year: i16,
}

static SURNAMES: LazyLock<Vec<Surname>> = LazyLock::new(|| {
    rows(include_str!("surnames.tsv"), |[kanji, kana, weight]| Surname { kanji, kana, weight: number(weight) })
});

static MEN: LazyLock<Vec<GivenName>> = LazyLock::new(|| read_given_names(include_str!("given_names_of_men.tsv")));

static WOMEN: LazyLock<Vec<GivenName>> = LazyLock::new(|| read_given_names(include_str!("given_names_of_women.tsv")));

static BOTH: LazyLock<Vec<GivenName>> = LazyLock::new(|| [MEN.as_slice(), &WOMEN].concat());

/// Returns every surname, by falling weight.
#[must_use]
pub fn surnames() -> &'static [Surname] {
    &SURNAMES
}

/// Returns the given names of a sex, by first and last year; for [`Sex::Unset`] those of men, then those of women. At least 50 are
/// given in each year from 1900 to 2040.
#[must_use]
pub fn given_names(sex: Sex) -> &'static [GivenName] {
    match sex {
        Sex::Male => &MEN,
        Sex::Female => &WOMEN,
        Sex::Unset => &BOTH,
    }
}

fn read_given_names(text: &'static str) -> Vec<GivenName> {
    rows(text, |[kanji, kana, weight, first_year, last_year]| GivenName {
        kanji,
        kana,
        weight: number(weight),
        first_year: number(first_year),
        last_year: number(last_year),
    })
}

/// Reads the rows below the line of column names.
///
/// # Panics
/// If a row has another number of columns. The files are part of the program, and a test reads each of them.
fn rows<T, const COLUMNS: usize>(text: &'static str, row: impl Fn([&'static str; COLUMNS]) -> T) -> Vec<T> {
    let columns =
        |line: &'static str| Vec::from_iter(line.split('\t')).try_into().expect("a row has the columns of its file");
    text.lines().skip(1).map(|line| row(columns(line))).collect()
}

fn number<T: std::str::FromStr<Err = std::num::ParseIntError>>(text: &str) -> T {
    text.parse().expect("a column of numbers holds numbers")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use encoding_rs::SHIFT_JIS;

    use super::*;
    use crate::domain::{PersonalText, fold};

    const SEXES: [Sex; 2] = [Sex::Male, Sex::Female];

    /// Returns whether a registration may hold the name: no blank, no mark outside of names, kana in half-width katakana.
    fn well_formed(kanji: &str, kana: &str) -> bool {
        let katakana = kana.chars().all(|c| ('\u{ff66}'..='\u{ff9f}').contains(&c));
        let plain = kanji.chars().all(|c| c.is_alphabetic() || c == '々');
        katakana && plain && [kanji, kana].iter().all(|text| PersonalText::parse(text).is_ok() && !fold(text).is_empty())
    }

    #[test]
    fn surnames_are_well_formed_and_occur_once() {
        let wrong = Vec::from_iter(surnames().iter().filter(|name| !well_formed(name.kanji, name.kana) || name.weight == 0));
        assert!(wrong.is_empty(), "{wrong:?}");
        let distinct: BTreeSet<_> = surnames().iter().map(|name| (name.kanji, name.kana)).collect();
        assert_eq!(distinct.len(), surnames().len());
        assert!(distinct.len() >= 900, "{}", distinct.len());
    }

    #[test]
    fn the_commonest_surnames_are_one_to_one_and_a_half_per_cent() {
        let all: u32 = surnames().iter().map(|name| name.weight).sum();
        for kanji in ["佐藤", "鈴木", "高橋", "田中"] {
            let name = surnames().iter().find(|name| name.kanji == kanji).unwrap();
            let per_mille = 1000.0 * f64::from(name.weight) / f64::from(all);
            assert!((10.0..=15.0).contains(&per_mille), "{kanji}: {per_mille} ‰");
        }
    }

    #[test]
    fn variants_of_surnames_are_rarer_than_the_names() {
        let weight = |kanji: &str| surnames().iter().find(|name| name.kanji == kanji).map(|name| name.weight).unwrap();
        for (name, variants) in [
            ("高橋", &["髙橋", "高𣘺"][..]),
            ("山崎", &["山﨑"]),
            ("吉田", &["𠮷田"]),
            ("渡辺", &["渡邊", "渡邉"]),
            ("斎藤", &["斉藤", "齋藤", "齊藤"]),
            ("浜田", &["濱田", "濵田"]),
        ] {
            for variant in variants {
                assert!((1..weight(name)).contains(&weight(variant)), "{variant} beside {name}");
            }
        }
    }

    #[test]
    fn given_names_are_well_formed_and_occur_once() {
        for sex in SEXES {
            let names = given_names(sex);
            let wrong =
                Vec::from_iter(names.iter().filter(|name| {
                    !well_formed(name.kanji, name.kana) || name.weight == 0 || name.first_year > name.last_year
                }));
            assert!(wrong.is_empty(), "{wrong:?}");
            let distinct: BTreeSet<_> = names.iter().map(|name| (name.kanji, name.kana)).collect();
            assert_eq!(distinct.len(), names.len());
            assert!(distinct.len() >= 400, "{}", distinct.len());
        }
        assert_eq!(given_names(Sex::Unset).len(), SEXES.map(given_names).concat().len());
    }

    #[test]
    fn every_birth_year_has_fifty_names() {
        for sex in SEXES {
            for year in 1900..=2040 {
                let given = given_names(sex).iter().filter(|name| (name.first_year..=name.last_year).contains(&year));
                assert!(given.count() >= 50, "{sex:?} {year}");
            }
        }
    }

    #[test]
    fn names_follow_the_times() {
        let given = |sex, kanji: &str, year: i16| {
            let mut names = given_names(sex).iter().filter(|name| name.kanji == kanji);
            names.any(|name| (name.first_year..=name.last_year).contains(&year))
        };
        assert!(given(Sex::Male, "三郎", 1915) && !given(Sex::Male, "三郎", 1990));
        assert!(given(Sex::Male, "陽翔", 2020) && !given(Sex::Male, "陽翔", 1950));
        assert!(given(Sex::Female, "和子", 1940) && !given(Sex::Female, "和子", 2015));
        assert!(given(Sex::Female, "陽葵", 2020) && !given(Sex::Female, "陽葵", 1980));
    }

    #[test]
    fn some_names_have_characters_that_shift_jis_lacks() {
        let lacking = |kanji: &str| SHIFT_JIS.encode(kanji).2;
        assert!(surnames().iter().filter(|name| lacking(name.kanji)).count() >= 5);
        for sex in SEXES {
            assert!(given_names(sex).iter().any(|name| lacking(name.kanji)), "{sex:?}");
        }
        assert!(lacking("𠮷田") && !lacking("髙橋") && !lacking("山﨑"));
    }
}
