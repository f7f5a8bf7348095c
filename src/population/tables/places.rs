//! Towns with their postal codes, in every municipality.

use std::sync::LazyLock;

/// A town, 町域, in which people live. An address begins with the prefecture's name, `municipality` and `town`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The code of the prefecture, 1 to 47.
    pub prefecture: u8,
    /// The municipality or ward with its 郡 or city, as `札幌市中央区`.
    pub municipality: &'static str,
    /// The town. Empty in a municipality whose towns have no names of their own.
    pub town: &'static str,
    /// The postal code: seven digits, without a hyphen.
    pub postcode: &'static str,
    /// About how many people live here, so that all weights together are the population of Japan in 2020.
    pub weight: u32,
}

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let lines = include_str!("places.tsv").lines().skip(1);
    lines.flat_map(|line| read_line(line).expect("a line holds a municipality and its towns")).collect()
});

/// Returns every place, sorted by prefecture, municipality and postal code.
#[must_use]
pub fn places() -> &'static [Place] {
    &PLACES
}

/// Reads a line: prefecture, municipality, the weight of each town, and the towns, each with its postal code before it.
fn read_line(line: &'static str) -> Option<Vec<Place>> {
    let [prefecture, municipality, weight, towns] = Vec::from_iter(line.split('\t')).try_into().ok()?;
    let (prefecture, weight) = (prefecture.parse().ok()?, weight.parse().ok()?);
    towns
        .split(' ')
        .map(|town| {
            let (postcode, town) = town.split_at_checked(7)?;
            Some(Place { prefecture, municipality, town, postcode, weight })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{PersonalText, PostNumber};

    fn municipalities() -> BTreeSet<(u8, &'static str)> {
        places().iter().map(|place| (place.prefecture, place.municipality)).collect()
    }

    #[test]
    fn every_municipality_is_there() {
        let prefectures: BTreeSet<u8> = places().iter().map(|place| place.prefecture).collect();
        assert!(prefectures.into_iter().eq(1..=47));
        // 1,718 cities, towns and villages, of which 20 cities count by their 171 wards, and 23 special wards.
        assert_eq!(municipalities().len(), 1718 - 20 + 171 + 23);
        for known in
            [(1, "札幌市中央区"), (13, "千代田区"), (13, "青ヶ島村"), (22, "浜松市浜名区"), (47, "八重山郡与那国町")]
        {
            assert!(municipalities().contains(&known), "{known:?}");
        }
    }

    #[test]
    fn places_are_sorted_and_occur_once() {
        let key = |place: &Place| (place.prefecture, place.municipality, place.postcode, place.town);
        assert!(places().is_sorted_by(|one, next| key(one) < key(next)));
    }

    #[test]
    fn places_are_well_formed() {
        for place in places() {
            let Place { municipality, town, postcode, .. } = place;
            assert!(postcode.len() == 7 && postcode.bytes().all(|digit| digit.is_ascii_digit()), "{place:?}");
            assert!(PostNumber::parse(&format!("{}-{}", &postcode[..3], &postcode[3..])).is_ok(), "{place:?}");
            assert!(PersonalText::parse(&format!("{municipality}{town}")).is_ok(), "{place:?}");
            assert!(municipality.ends_with(['市', '区', '町', '村']), "{place:?}");
            let bracketed = |c: char| c.is_whitespace() || "（）「」()、～・".contains(c);
            assert!(!town.contains(bracketed) && !town.contains("以下に掲載") && town.chars().count() <= 12, "{place:?}");
            assert!(place.weight > 0, "{place:?}");
        }
    }

    #[test]
    fn municipalities_have_one_to_six_towns() {
        for (prefecture, municipality) in municipalities() {
            let here = places().iter().filter(|place| (place.prefecture, place.municipality) == (prefecture, municipality));
            assert!((1..=6).contains(&here.count()), "{municipality}");
        }
        let nameless =
            BTreeSet::from_iter(places().iter().filter(|place| place.town.is_empty()).map(|place| place.municipality));
        assert!(nameless.iter().all(|municipality| municipality.ends_with(['町', '村'])), "{nameless:?}");
    }

    #[test]
    fn weights_add_up_to_the_population() {
        let all: u32 = places().iter().map(|place| place.weight).sum();
        assert!((126_100_000..126_200_000).contains(&all), "{all}");
        let tokyo: u32 = places().iter().filter(|place| place.prefecture == 13).map(|place| place.weight).sum();
        assert!((14_040_000..14_060_000).contains(&tokyo), "{tokyo}");
    }

    #[test]
    fn a_real_town_has_its_real_postal_code() {
        let chiyoda = |place: &&Place| (place.municipality, place.town) == ("千代田区", "千代田");
        assert_eq!(places().iter().find(chiyoda).unwrap().postcode, "1000001");
    }
}
