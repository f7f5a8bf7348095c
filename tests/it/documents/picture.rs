//! The pictures of answers show real output: a test makes each one from an answer and compares it with the kept file.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::support::{World, root};

/// The command in the pictures.
const QUESTION: &str = "shikaku ask card-number --person elderly-2wari-tokyo --explain";

/// A part of an answer: from a line that begins with the first text to the next line that begins with the second.
type Part = (&'static str, &'static str);

/// A picture: file, language, the parts of the answer that it shows, and the start of a line that it leaves out. That line
/// holds a row number of the database, which tells a reader nothing.
const PICTURES: [(&str, &str, [Part; 2], &str); 2] = [
    ("answer.svg", "en", [("Validity", "Valid through"), ("Copay ratio", "dates:")], "record:"),
    ("answer.ja.svg", "ja", [("資格有効性", "有効終了年月日"), ("一部負担金割合", "日付:")], "登録:"),
];

/// The pixels of a column, of a line and of the margin.
const COLUMN: usize = 8;
const LINE: usize = 19;
const MARGIN: usize = 16;

/// The width of a picture in columns.
const COLUMNS: usize = 96;

/// A text at a column of a line.
struct Run {
    column: usize,
    text: String,
}

/// Splits a line into runs with two or more blanks between them, so that columns stay aligned in any font.
fn runs(line: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut column, mut blanks) = (0, 2);
    for character in line.chars() {
        if character == ' ' {
            blanks += 1;
        } else {
            match runs.last_mut() {
                Some(run) if blanks < 2 => run.text.extend(std::iter::repeat_n(' ', blanks)),
                _ => runs.push(Run { column, text: String::new() }),
            }
            runs.last_mut().unwrap().text.push(character);
            blanks = 0;
        }
        column += character.width().unwrap_or_default();
    }
    runs
}

/// Wraps a run into as many lines as it needs.
fn wrapped(run: Run) -> Vec<Run> {
    let width = COLUMNS - run.column;
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in run.text.split_inclusive([' ', '、', '（']) {
        if !line.is_empty() && line.width() + word.trim_end().width() > width {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.into_iter().map(|text| Run { column: run.column, text: text.trim_end().to_owned() }).collect()
}

/// Returns the lines of a part of an answer.
fn part<'a>(lines: &mut impl Iterator<Item = &'a str>, (first, last): Part) -> Vec<&'a str> {
    let mut part = Vec::new();
    for line in lines {
        let begins = |text| line.trim_start().starts_with(text);
        if !part.is_empty() || begins(first) {
            part.push(line);
            if begins(last) {
                return part;
            }
        }
    }
    panic!("the answer has no part from {first} through {last}");
}

fn picture(answer: &str, parts: [Part; 2], left_out: &str) -> String {
    let mut lines = answer.lines();
    let mut placed: Vec<(usize, &str, Run)> = vec![(0, "asked", Run { column: 0, text: format!("$ {QUESTION}") })];
    let mut next = 2;
    for (place, wanted) in parts.into_iter().enumerate() {
        for line in part(&mut lines, wanted).into_iter().filter(|line| !line.trim_start().starts_with(left_out)) {
            let found = runs(line);
            if let [_, _, ..] = found.as_slice() {
                let classes = ["name", "value", "meaning"];
                placed.extend(found.into_iter().zip(classes).map(|(run, class)| (next, class, run)));
                next += 1;
            } else {
                let class = if place == 1 && found[0].column > 0 { "reason" } else { "name" };
                for run in found.into_iter().flat_map(wrapped) {
                    placed.push((next, class, run));
                    next += 1;
                }
            }
        }
        next += 1;
    }
    let (width, height) = (COLUMNS * COLUMN + 2 * MARGIN, (next - 1) * LINE + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <style>text {{ font: 13px ui-monospace, Menlo, Consolas, 'Noto Sans Mono CJK JP', 'BIZ UDGothic', monospace; fill: #c9d1d9 }}\n\
         .asked {{ fill: #fff; font-weight: bold }} .value {{ fill: #fff }} .meaning {{ fill: #7ee787 }} .reason {{ fill: #a5d6ff }}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#0d1117\"/>\n"
    );
    for (row, class, run) in placed {
        let (x, y) = (MARGIN + run.column * COLUMN, MARGIN + row * LINE + 13);
        let text = run.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" xml:space=\"preserve\">{text}</text>").unwrap();
    }
    svg + "</svg>\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_show_real_answers() {
    let world = World::start().await;
    let question: Vec<&str> = QUESTION.split(' ').skip(3).collect();
    for (file, language, parts, left_out) in PICTURES {
        let (code, answer, err) = world.run_ask("card-number", &[&question[..], &["--lang", language]].concat());
        assert_eq!(code, Some(0), "{err}");
        let made = picture(&answer, parts, left_out);
        let path = root().join("docs/pictures").join(file);
        if std::env::var_os("RENEW_PICTURES").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(made == kept, "{file} shows another answer; CONTRIBUTING.md says how to renew it");
    }
    world.stop().await;
}

#[test]
fn columns_and_long_lines_stay_apart() {
    let found = runs("  住所   東京都 千代田区  x");
    let found: Vec<(usize, &str)> = found.iter().map(|run| (run.column, run.text.as_str())).collect();
    assert_eq!(found, [(2, "住所"), (9, "東京都 千代田区"), (26, "x")]);
    let long = "あ、".repeat(60);
    let lines = wrapped(Run { column: 4, text: long.clone() });
    assert!(lines.len() == 3 && lines.iter().all(|run| run.text.width() <= COLUMNS - 4));
    assert_eq!(lines.into_iter().map(|run| run.text).collect::<String>(), long);
}
