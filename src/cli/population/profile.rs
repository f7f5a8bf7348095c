//! Reads the profile that an option names.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::language::{Japanese, Language};
use crate::population::Profile;

/// Returns the profile of a file, or the standard one.
pub(super) fn profile(path: Option<&Path>, language: Language) -> Result<Profile, Exit> {
    path.map_or_else(|| Ok(Profile::standard().clone()), |path| read_profile(path, language))
}

/// Reads a profile; prints every fault to standard error.
fn read_profile(path: &Path, language: Language) -> Result<Profile, Exit> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let japanese = format!("割合のファイル{shown}を読めません: {}", error.japanese());
        Exit::environment((format!("cannot read the profile {shown}: {error}"), japanese))
    })?;
    Profile::read(&text).map_err(|faults| {
        for fault in &faults {
            eprintln!("{shown}:{}: {}", fault.line, fault.reason.text(language));
        }
        let number = faults.len();
        let noun = if number == 1 { "fault" } else { "faults" };
        Exit::data((
            format!("{number} {noun} in {shown}; nothing was made"),
            format!("{shown}に{number}件の誤りがあります。何も作りませんでした"),
        ))
    })
}
