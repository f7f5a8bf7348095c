//! The check digit of insurer, public-expense, recipient and institution numbers.

/// Returns the check digit of `body`: multiplies its digits by 2, 1, 2, 1 … from the last one leftwards, adds the digits of the
/// products, and returns the difference to the next multiple of ten. Insurer numbers, institution codes and public-expense
/// numbers all use it. None if `body` is empty or holds anything but ASCII digits.
///
/// ```
/// // 協会けんぽ東京 is 01130012.
/// assert_eq!(shikaku::domain::check_digit("0113001"), Some(2));
/// assert_eq!(shikaku::domain::check_digit("01a"), None);
/// ```
#[must_use]
pub fn check_digit(body: &str) -> Option<u8> {
    if body.is_empty() || !body.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let product = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// Returns whether the last digit of `number` is the check digit of the digits before it.
#[must_use]
pub fn has_valid_check_digit(number: &str) -> bool {
    let Some((last, _)) = number.char_indices().last() else {
        return false;
    };
    let (body, digit) = number.split_at(last);
    check_digit(body).is_some_and(|expected| digit.as_bytes() == [b'0' + expected])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers published by insurers and in public documents (rules.md 3.1, 3.4).
    const PUBLISHED: [&str; 20] = [
        "01130012",
        "01040013",
        "01270016",
        "06132013",
        "06139463",
        "33120015",
        "32010316",
        "32140311",
        "32140329",
        "32230310",
        "32260317",
        "32270316",
        "32280315",
        "32340317",
        "32400319",
        "32400327",
        "138057",
        "19136019",
        "54016027",
        "0110113719",
    ];

    #[test]
    fn published_numbers_hold() {
        for number in PUBLISHED {
            assert!(has_valid_check_digit(number), "{number}");
        }
    }

    #[test]
    fn any_changed_digit_breaks_it() {
        for number in PUBLISHED {
            for place in 0..number.len() {
                for digit in b'0'..=b'9' {
                    let mut changed = number.as_bytes().to_vec();
                    if changed[place] == digit {
                        continue;
                    }
                    changed[place] = digit;
                    let changed = String::from_utf8(changed).unwrap();
                    assert!(!has_valid_check_digit(&changed), "{number} -> {changed}");
                }
            }
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "1", "一二", "01130 12", "０１１３００１２"] {
            assert!(!has_valid_check_digit(text), "{text}");
        }
    }
}
