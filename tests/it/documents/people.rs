//! The people named in documents get the answers that the documents tell.

use super::markdown::{Page, Table, words};
use crate::support::fixtures;

/// Returns each person of a table, with the validity that the table tells.
fn told(table: &Table, person: usize, validity: usize) -> Vec<(String, String)> {
    let first = |cell: &str| cell.split(' ').next().unwrap().to_owned();
    table.rows.iter().map(|row| (words(&row[person])[0].clone(), first(&row[validity]))).collect()
}

#[test]
fn the_people_of_the_readme_get_what_it_tells() {
    for (name, head) in [("README.md", "person"), ("README.ja.md", "人物")] {
        let table = Page::read(name).table(head);
        let people = told(&table, 0, 2);
        assert_eq!(people.len(), 5, "{name}");
        for ((id, validity), row) in people.iter().zip(&table.rows) {
            let person = fixtures().person(id).unwrap_or_else(|| panic!("{name}: there is no {id}"));
            assert_eq!(*validity, person.expect.validity, "{name}: {id}");
            for value in words(&row[3]) {
                let values: Vec<&String> = person.expect.record.values().collect();
                assert!(values.contains(&&value), "{name}: {id} has no {value}: {values:?}");
            }
            if words(&row[3]).is_empty() {
                assert!(person.expect.record.is_empty(), "{name}: {id} has a record");
            }
        }
        // The page of messages has one for each validity.
        let mut validities: Vec<&String> = people.iter().map(|(_, validity)| validity).collect();
        validities.dedup();
        assert_eq!(validities, ["1", "3", "4"], "{name}");
    }
}

#[test]
fn every_validity_has_its_example() {
    for (name, head) in [("docs/messages.md", "value"), ("docs/messages.ja.md", "値")] {
        let people = told(&Page::read(name).table(head), 2, 0);
        assert_eq!(people.len(), 6, "{name}");
        for (id, validity) in people {
            assert_eq!(fixtures().person(&id).unwrap().expect.validity, validity, "{name}: {id}");
        }
    }
}
