//! Dates of 元号 are read where people write them, and refused with the right form.

use std::fs;

use shikaku::fixtures::Fixtures;

use crate::support::process::{shikaku, texts};
use crate::support::{fixtures, fixtures_to_spoil, scratch};

/// Writes the first birth date of a people file in another way; returns the directory, the line and the date.
fn rewritten(as_written: impl Fn(&str) -> String) -> (std::path::PathBuf, String, usize) {
    let directory = fixtures_to_spoil();
    let mut files: Vec<_> = fs::read_dir(directory.join("people")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let Some((place, line)) = text.lines().enumerate().find(|(_, line)| line.starts_with("birth_on = 19")) else {
            continue;
        };
        let day = line.trim_start_matches("birth_on = ").to_owned();
        fs::write(&file, text.replacen(line, &format!("birth_on = \"{}\"", as_written(&day)), 1)).unwrap();
        return (directory, day, place + 1);
    }
    panic!("no birth date");
}

/// Writes a day of 昭和 (1926-12-25 to 1989-01-07) or 平成 by counting years from 1925 and 1988.
fn of_era(day: &str) -> String {
    let parts: Vec<i32> = day.split('-').map(|part| part.parse().unwrap()).collect();
    let [year, month, day] = parts[..] else { panic!("{day}") };
    if (year, month, day) < (1989, 1, 8) {
        format!("昭和{}年{month}月{day}日", year - 1925)
    } else {
        format!("Ｈ{}．{month}．{day}", year - 1988)
    }
}

#[test]
fn fixture_files_take_both_forms() {
    let (directory, _, _) = rewritten(of_era);
    let read = Fixtures::read(&directory).unwrap();
    let births = |fixtures: &Fixtures| -> Vec<_> {
        fixtures.people.iter().flat_map(|entry| &entry.person.coverages).map(|one| one.identity.birth_on).collect()
    };
    assert!(births(&read) == births(fixtures()));
}

#[test]
fn a_fixture_file_with_a_day_outside_of_its_era_is_refused_with_its_line() {
    let (directory, _, line) = rewritten(|_| "S64.1.8".to_owned());
    let faults = Fixtures::read(&directory).unwrap_err();
    let said = faults.iter().map(ToString::to_string).find(|fault| fault.contains("S64.1.8")).unwrap();
    assert!(said.contains(&format!(":{line}: ")), "{said}");
    assert!(said.contains("`birth_on`: S64.1.8 lies outside of its era; write H1.1.8 or 1989-01-08"), "{said}");
}

#[test]
fn cases_and_options_take_both_forms() {
    let file = scratch("eras").join("cases.csv");
    let rows = "id,kind,input,expected\n\
                one,loss_date,\"{\"\"event\"\":\"\"退職\"\",\"\"event_date\"\":\"\"H31.4.30\"\"}\",R1.5.1\n";
    fs::write(&file, rows).unwrap();
    let output = shikaku(&["rules", "check", file.to_str().unwrap()]);
    let (standard, error) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{standard} {error}");
    for (day, code, reason) in [
        ("R8.11.22", 0, ""),
        ("８年１１月２２日", 2, "the year is ambiguous"),
        ("H31.5.1", 2, "write R1.5.1 or 2019-05-01"),
        ("明治5年1月1日", 2, "another calendar"),
    ] {
        let output = shikaku(&["fixtures", "check", "--on", day]);
        let (_, error) = texts(&output);
        assert_eq!(output.status.code(), Some(code), "{day}: {error}");
        assert!(error.contains(reason), "{day}: {error}");
    }
}
