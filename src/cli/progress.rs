//! Shows how far work on people is; only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::language::Language;

/// Returns a bar for a number of people, with the rate and the time left.
pub(super) fn of_people(people: u64, language: Language) -> ProgressBar {
    let template = match language {
        Language::Ja => "{bar:30} {human_pos}/{human_len}人、{per_sec}、残り{eta}",
        Language::En => "{bar:30} {human_pos} of {human_len} people, {per_sec}, {eta} left",
    };
    let style = ProgressStyle::with_template(template).expect("a template of known names");
    ProgressBar::new(people).with_style(style)
}
