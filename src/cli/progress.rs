//! The form of progress bars.

use indicatif::ProgressStyle;

use crate::language::Language;

/// Returns the form of a bar that counts people.
pub(super) fn people(language: Language) -> ProgressStyle {
    let template = match language {
        Language::Ja => "{bar:30} {human_pos}/{human_len}人、{per_sec}、残り{eta}",
        Language::En => "{bar:30} {human_pos} of {human_len} people, {per_sec}, {eta} left",
    };
    ProgressStyle::with_template(template).expect("a template of known names")
}
