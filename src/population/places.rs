//! Municipalities and addresses out of the table of places.

use std::sync::LazyLock;

use crate::domain::{PersonalText, PostNumber};

use super::draw::{Draw, Weighted};
use super::prefectures;
use super::tables::{Place, places};

/// A municipality, by its place in [`Map::municipalities`].
pub(super) type MunicipalityId = usize;

/// A municipality or ward, with its towns in the table.
pub(super) struct Municipality {
    pub prefecture: u8,
    pub name: &'static str,
    towns: std::ops::Range<usize>,
    weight: u32,
}

/// The places as draws need them.
pub(super) struct Map {
    pub municipalities: Vec<Municipality>,
    all: Weighted,
    /// The municipalities of each class of [`Map::CLASSES`], with their weights.
    classes: Vec<(Vec<MunicipalityId>, Weighted)>,
    /// The municipalities of each prefecture, with their weights.
    prefectures: Vec<(Vec<MunicipalityId>, Weighted)>,
    towns: Vec<Weighted>,
}

impl Map {
    /// The number of classes of municipalities. Two municipalities next to each other are in different classes.
    pub const CLASSES: u64 = 256;

    /// Returns the map, which is made once.
    pub fn get() -> &'static Self {
        static MAP: LazyLock<Map> = LazyLock::new(|| Map::of(places()));
        &MAP
    }

    fn of(places: &[Place]) -> Self {
        let mut municipalities: Vec<Municipality> = Vec::new();
        for (at, place) in places.iter().enumerate() {
            match municipalities.last_mut() {
                Some(last) if last.prefecture == place.prefecture && last.name == place.municipality => {
                    last.towns.end = at + 1;
                    last.weight += place.weight;
                }
                _ => municipalities.push(Municipality {
                    prefecture: place.prefecture,
                    name: place.municipality,
                    towns: at..at + 1,
                    weight: place.weight,
                }),
            }
        }
        let weighted = |ids: &[MunicipalityId]| Weighted::new(ids.iter().map(|id| municipalities[*id].weight));
        let group = |belongs: &dyn Fn(MunicipalityId) -> bool| {
            let ids: Vec<MunicipalityId> = (0..municipalities.len()).filter(|id| belongs(*id)).collect();
            let weights = weighted(&ids);
            (ids, weights)
        };
        let classes = (0..Self::CLASSES).map(|class| group(&|id| id as u64 % Self::CLASSES == class)).collect();
        let prefectures = (1..=prefectures::COUNT).map(|code| group(&|id| municipalities[id].prefecture == code)).collect();
        let towns = municipalities.iter().map(|one| Weighted::new(places[one.towns.clone()].iter().map(|town| town.weight)));
        let towns = towns.collect();
        let all = weighted(&(0..municipalities.len()).collect::<Vec<_>>());
        Self { municipalities, all, classes, prefectures, towns }
    }

    /// Draws a municipality by its share of the people.
    pub fn municipality(&self, draw: &mut Draw) -> MunicipalityId {
        self.all.pick(draw)
    }

    /// Draws a municipality of a class.
    pub fn municipality_of_class(&self, class: u64, draw: &mut Draw) -> MunicipalityId {
        let (ids, weights) = &self.classes[usize::try_from(class).expect("classes are few")];
        ids[weights.pick(draw)]
    }

    /// Draws a municipality of a prefecture.
    pub fn municipality_of_prefecture(&self, prefecture: u8, draw: &mut Draw) -> MunicipalityId {
        let (ids, weights) = &self.prefectures[usize::from(prefecture) - 1];
        ids[weights.pick(draw)]
    }

    /// Draws an address: a town of the municipality, with an invented 丁目・番地・号.
    pub fn residence(&self, municipality: MunicipalityId, draw: &mut Draw) -> Residence {
        let one = &self.municipalities[municipality];
        let place = &places()[one.towns.start + self.towns[municipality].pick(draw)];
        let (block, lot, house) = (draw.between(1, 6), draw.between(1, 40), draw.between(1, 25));
        let numbers: String = format!("{block}－{lot}－{house}").chars().map(full_width).collect();
        let address = format!("{}{}{}{numbers}", prefectures::name(one.prefecture), one.name, place.town);
        let post = format!("{}-{}", &place.postcode[..3], &place.postcode[3..]);
        Residence {
            municipality,
            prefecture: one.prefecture,
            address: PersonalText::new(address).expect("addresses of the table are short"),
            post_number: PostNumber::parse(&post).expect("the table holds seven digits"),
        }
    }
}

/// A place where a household lives.
#[derive(Clone)]
pub(super) struct Residence {
    pub municipality: MunicipalityId,
    pub prefecture: u8,
    pub address: PersonalText,
    pub post_number: PostNumber,
}

/// Returns the full-width form of an ASCII digit; other characters stay.
pub(super) fn full_width(c: char) -> char {
    match c {
        '0'..='9' => char::from_u32(u32::from(c) - u32::from('0') + u32::from('０')).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefecture_and_every_class_has_municipalities() {
        let map = Map::get();
        assert!(map.prefectures.iter().chain(&map.classes).all(|(ids, _)| !ids.is_empty()));
        let mut draw = Draw::of_household(1, 1);
        for code in 1..=prefectures::COUNT {
            let id = map.municipality_of_prefecture(code, &mut draw);
            let residence = map.residence(id, &mut draw);
            assert!(residence.address.as_str().starts_with(prefectures::name(code)));
        }
        for class in [0, 7, 255] {
            assert_eq!(map.municipality_of_class(class, &mut draw) as u64 % Map::CLASSES, class);
        }
    }
}
