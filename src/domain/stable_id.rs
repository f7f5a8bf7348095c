//! Stable ids of people, and texts about entries of files.

/// Checks a stable id of a person or a card: 1 to 60 lower-case letters, digits and hyphens.
///
/// # Errors
/// The right form, in English and in Japanese.
pub fn check_stable_id(text: &str) -> Result<String, (&'static str, &'static str)> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=60).contains(&text.len()) && text.bytes().all(letters) {
        Ok(text.to_owned())
    } else {
        Err((
            "must have 1 to 60 lower-case letters, digits and hyphens",
            "小文字の英字、数字、ハイフンの1〜60文字で書いてください",
        ))
    }
}

/// Checks a text for readers that is not about a person, such as the name of an insurer: 1 to 200 characters, none of them a control
/// character.
///
/// # Errors
/// The right form, in English and in Japanese.
pub fn check_remark(text: &str) -> Result<String, (&'static str, &'static str)> {
    let legal = !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if legal {
        Ok(text.to_owned())
    } else {
        Err(("must have 1 to 200 characters and no control characters", "1〜200文字で書いてください。制御文字は使えません"))
    }
}
