//! `shikaku fixtures check` tells the right check digit.

use std::fs;

use crate::support::fixtures_to_spoil;
use crate::support::process::{shikaku, texts};

#[test]
fn a_wrong_check_digit_is_told_with_the_right_one() {
    let directory = fixtures_to_spoil();
    let spoil = |file: &str, good: &str, bad: &str| {
        let path = directory.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(good), "{good}");
        fs::write(path, text.replacen(good, bad, 1)).unwrap();
    };
    // 001234 has 4 alone and 7 behind 131; 003456 behind 271: 12 -> 3, 5, 8, 3, 0, 0, 2, 7, 4 = 32 -> 8.
    spoil("institutions.toml", "code = \"1310012344\"", "code = \"1310012345\"");
    spoil("institutions.toml", "code = \"2710034568\"", "code = \"2710034569\"");
    // 13805: 10 -> 1, 0, 16 -> 7, 3, 2 = 13 -> 7. 3913101: 2, 0, 2, 3, 2, 9, 6 = 24 -> 6.
    spoil("insurers.toml", "number = \"138057\"", "number = \"138050\"");
    spoil("insurers.toml", "number = \"39131016\"", "number = \"39131010\"");
    let output = shikaku(&["fixtures", "check", "--dir", directory.to_str().unwrap()]);
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(4), "{err}");
    for (file, words) in [
        ("institutions.toml", "`code`: the check digit of the institution code would be 4"),
        ("institutions.toml", "`code`: the check digit of the institution code would be 8"),
        ("insurers.toml", "`number`: the check digit of the insurer number would be 7"),
        ("insurers.toml", "`number`: the check digit of the insurer number would be 6"),
    ] {
        assert!(err.lines().any(|line| line.contains(file) && line.contains(words)), "{file} {words}: {err}");
    }
}
