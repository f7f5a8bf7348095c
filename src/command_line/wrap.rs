//! Breaks Japanese text into lines.

use std::io::{stderr, stdout};

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr;

/// The columns of output that does not go to a terminal.
const USUAL: usize = 80;
/// Longer lines are hard to read; shorter ones hold no word.
const LONGEST: usize = 100;
const SHORTEST: usize = 40;

/// The fewest columns of a last line.
const FEWEST: usize = 10;

/// What must not begin a line.
const CLOSING: &str = "、。，．・：；！？）」』】］〕〉》ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々〜,.;:!?)]}";
/// What must not end a line.
const OPENING: &str = "（「『【［〔〈《([{";

/// Returns the columns of the terminal.
pub(super) fn columns() -> usize {
    let size = tcgetwinsize(stdout()).or_else(|_| tcgetwinsize(stderr())).ok();
    let columns = size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
    columns.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)
}

/// Breaks a text into lines of at most so many columns, between Japanese characters or at a blank. Puts a word that is longer than a
/// line on its own line. Shortens the other lines rather than leave a few characters alone on the last one.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let lines = fill(text, columns);
    let is_short = |lines: &[String]| lines.len() > 1 && lines.last().is_some_and(|last| last.width() < FEWEST);
    if !is_short(&lines) {
        return lines;
    }
    let narrower = (columns.saturating_sub(FEWEST)..columns).rev().map(|columns| fill(text, columns));
    let better = |other: &Vec<String>| other.len() == lines.len() && !is_short(other);
    narrower.into_iter().find(better).unwrap_or(lines)
}

fn fill(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for piece in pieces(text) {
        if !line.is_empty() && line.width() + piece.trim_end().width() > columns {
            lines.push(line.trim_end().to_owned());
            line = String::new();
        }
        line += &piece;
    }
    if !line.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Words in katakana stay whole, as words of Latin letters do.
fn is_katakana(character: char) -> bool {
    ('\u{30a1}'..='\u{30ff}').contains(&character)
}

/// Cuts a text at every place where a line may end.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for character in text.chars() {
        let breaks = last.is_some_and(|last| {
            let wide = !last.is_ascii() || !character.is_ascii();
            let within_word = is_katakana(last) && is_katakana(character);
            (last == ' ' || wide)
                && character != ' '
                && !within_word
                && !CLOSING.contains(character)
                && !OPENING.contains(last)
        });
        match pieces.last_mut() {
            Some(piece) if !breaks => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
        last = Some(character);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_characters_and_never_before_a_stop_or_after_a_bracket() {
        assert_eq!(wrap("資格確認日を指定します。", 10), ["資格確認日", "を指定しま", "す。"]);
        assert_eq!(wrap("資格確認日。資格", 10), ["資格確認", "日。資格"]);
        assert_eq!(wrap("資格確認（日）", 10), ["資格確認", "（日）"]);
    }

    #[test]
    fn no_few_characters_are_left_for_the_last_line() {
        assert_eq!(wrap("運用者用の待ち受けのトークンの指定が必須", 36), ["運用者用の待ち受けのトークンの", "指定が必須"]);
    }

    #[test]
    fn words_of_latin_letters_stay_whole() {
        assert_eq!(wrap("ディレクトリーは--data-dirで指定", 20), ["ディレクトリーは", "--data-dirで指定"]);
        assert_eq!(
            wrap("[既定値: .shikaku] [環境変数: SHIKAKU_DATA_DIR]", 30),
            ["[既定値: .shikaku] [環境変数:", "SHIKAKU_DATA_DIR]"]
        );
        assert_eq!(wrap("既存のデータベース", 12), ["既存の", "データベース"]);
        assert_eq!(wrap("a-word-that-is-longer-than-a-line", 5), ["a-word-that-is-longer-than-a-line"]);
        assert_eq!(wrap("", 5), Vec::<String>::new());
    }
}
