//! Names of households and their members.

use std::sync::LazyLock;

use crate::domain::{PersonalText, Sex};

use super::draw::{Draw, Weighted};
use super::tables::{given_names, surnames};

/// A surname or a given name, in writing and in kana of half width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamePart {
    pub written: &'static str,
    pub kana: &'static str,
}

/// A whole name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FullName {
    pub family: NamePart,
    pub given: NamePart,
}

impl FullName {
    /// Returns the name as written, with a full-width space.
    pub fn written(&self) -> PersonalText {
        text(format!("{}　{}", self.family.written, self.given.written))
    }

    /// Returns the name in kana of half width.
    pub fn kana(&self) -> PersonalText {
        text(format!("{} {}", self.family.kana, self.given.kana))
    }

    /// Returns the name as an insurer writes it who cannot write the first character of the given name.
    pub fn with_black_dot(&self) -> PersonalText {
        let rest: String = self.given.written.chars().skip(1).collect();
        text(format!("{}　●{rest}", self.family.written))
    }
}

fn text(text: String) -> PersonalText {
    PersonalText::new(text).expect("names of the tables are short and printable")
}

/// Draws a Japanese surname by frequency.
pub(super) fn surname(draw: &mut Draw) -> NamePart {
    static WEIGHTS: LazyLock<Weighted> = LazyLock::new(|| Weighted::new(surnames().iter().map(|surname| surname.weight)));
    let drawn = &surnames()[WEIGHTS.pick(draw)];
    NamePart { written: drawn.kanji, kana: drawn.kana }
}

/// Returns the surname of this writing, if the table has it.
pub(super) fn surname_written(written: &str) -> Option<NamePart> {
    let found = surnames().iter().find(|surname| surname.kanji == written)?;
    Some(NamePart { written: found.kanji, kana: found.kana })
}

const FIRST_YEAR: i16 = 1900;
const LAST_YEAR: i16 = 2030;

/// The given names of one sex in one birth year.
struct OfYear {
    names: Vec<usize>,
    weights: Weighted,
}

fn of_years(sex: Sex) -> Vec<OfYear> {
    let of_year = |year| {
        let fits = |name: &usize| (given_names(sex)[*name].first_year..=given_names(sex)[*name].last_year).contains(&year);
        let names: Vec<usize> = (0..given_names(sex).len()).filter(fits).collect();
        let weights = Weighted::new(names.iter().map(|name| given_names(sex)[*name].weight));
        OfYear { names, weights }
    };
    (FIRST_YEAR..=LAST_YEAR).map(of_year).collect()
}

/// Draws a given name of a sex by its frequency in the year of birth.
pub(super) fn given_name(draw: &mut Draw, sex: Sex, birth_year: i16) -> NamePart {
    static MEN: LazyLock<Vec<OfYear>> = LazyLock::new(|| of_years(Sex::Male));
    static WOMEN: LazyLock<Vec<OfYear>> = LazyLock::new(|| of_years(Sex::Female));
    let (sex, years) = if sex == Sex::Male { (Sex::Male, &*MEN) } else { (Sex::Female, &*WOMEN) };
    let year = birth_year.clamp(FIRST_YEAR, LAST_YEAR) - FIRST_YEAR;
    let of_year = &years[usize::try_from(year).expect("clamped to the years of the table")];
    let drawn = &given_names(sex)[of_year.names[of_year.weights.pick(draw)]];
    NamePart { written: drawn.kanji, kana: drawn.kana }
}

/// Surnames of foreign residents, as their cards write them.
const FOREIGN_FAMILIES: [(&str, &str); 12] = [
    ("ＮＧＵＹＥＮ", "ｸﾞｴﾝ"),
    ("ＴＲＡＮ", "ﾁｬﾝ"),
    ("ＬＥ", "ﾚ"),
    ("ＷＡＮＧ", "ﾜﾝ"),
    ("ＺＨＡＮＧ", "ﾁｬﾝ"),
    ("ＣＨＥＮ", "ﾁｪﾝ"),
    ("ＫＩＭ", "ｷﾑ"),
    ("ＬＥＥ", "ｲ"),
    ("ＳＡＮＴＯＳ", "ｻﾝﾄｽ"),
    ("ＳＩＬＶＡ", "ｼﾙﾊﾞ"),
    ("ＳＨＲＥＳＴＨＡ", "ｼｭﾚｽﾀ"),
    ("ＳＭＩＴＨ", "ｽﾐｽ"),
];

/// Given names of foreign residents, for either sex.
const FOREIGN_GIVEN: [(&str, &str); 10] = [
    ("ＡＮ", "ｱﾝ"),
    ("ＭＩＮ", "ﾐﾝ"),
    ("ＬＩＮ", "ﾘﾝ"),
    ("ＪＩＮ", "ｼﾞﾝ"),
    ("ＭＡＲＩＡ", "ﾏﾘｱ"),
    ("ＪＯＳＥ", "ﾎｾ"),
    ("ＡＮＮＡ", "ｱﾅ"),
    ("ＤＡＮＩＥＬ", "ﾀﾞﾆｴﾙ"),
    ("ＴＨＩ　ＨＯＡ", "ﾃｨ ﾎｱ"),
    ("ＶＡＮ　ＮＡＭ", "ﾊﾞﾝ ﾅﾑ"),
];

/// Draws the surname of a foreign resident.
pub(super) fn foreign_surname(draw: &mut Draw) -> NamePart {
    let (written, kana) = FOREIGN_FAMILIES[draw.pick(&[1; FOREIGN_FAMILIES.len()])];
    NamePart { written, kana }
}

/// Draws the given name of a foreign resident.
pub(super) fn foreign_given_name(draw: &mut Draw) -> NamePart {
    let (written, kana) = FOREIGN_GIVEN[draw.pick(&[1; FOREIGN_GIVEN.len()])];
    NamePart { written, kana }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_insurers_do() {
        let name = FullName {
            family: NamePart { written: "見本", kana: "ﾐﾎﾝ" },
            given: NamePart { written: "一郎", kana: "ｲﾁﾛｳ" },
        };
        assert_eq!(name.written().as_str(), "見本　一郎");
        assert_eq!(name.kana().as_str(), "ﾐﾎﾝ ｲﾁﾛｳ");
        assert_eq!(name.with_black_dot().as_str(), "見本　●郎");
    }

    #[test]
    fn every_year_has_names() {
        let mut draw = Draw::of_household(1, 1);
        for year in [1890, 1905, 1926, 1950, 1989, 2020, 2026, 2040] {
            for sex in [Sex::Male, Sex::Female] {
                assert!(!given_name(&mut draw, sex, year).written.is_empty());
            }
        }
        assert!(!surname(&mut draw).kana.is_empty());
    }
}
