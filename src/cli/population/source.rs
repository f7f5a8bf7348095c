//! Reads the people of a directory of the mass format, and prints the faults of its files.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::progress;
use crate::clock::{system_now, tokyo_date};
use crate::domain::grouped;
use crate::language::{Japanese, Language};
use crate::mass::{Faults, MassDirectory};
use crate::population::Profile;
use crate::store::registry::NewPerson;

/// Opens a directory; prints every fault to standard error.
pub(super) fn open(directory: &Path, language: Language) -> Result<MassDirectory, Exit> {
    MassDirectory::open(directory, tokyo_date(system_now())).map_err(|faults| refused(&faults, language))
}

/// Takes every person of a directory, in order. With faults, it ends in an error.
pub(super) fn each_person(
    directory: &MassDirectory,
    language: Language,
    mut take: impl FnMut(NewPerson) -> Result<(), Exit>,
) -> Result<(), Exit> {
    let bar = progress::of_people(directory.manifest().people, language);
    let mut all = Faults::default();
    for (read, person) in (1..).zip(directory.people()) {
        bar.set_position(read);
        match person {
            Ok(person) if all.is_empty() => take(person)?,
            Ok(_) => {}
            Err(faults) => all.absorb(faults),
        }
    }
    bar.finish_and_clear();
    if all.is_empty() { Ok(()) } else { Err(refused(&all, language)) }
}

/// Warns if the directory was made with other shares.
pub(super) fn warn_of_other_profile(directory: &MassDirectory, profile: &Profile, language: Language) {
    let made_with = directory.manifest().made.as_ref().map(|made| made.profile.as_str());
    if made_with.is_some_and(|sha256| sha256 != profile.sha256()) {
        match language {
            Language::En => eprintln!("the people were made with another profile; name it with --profile"),
            Language::Ja => eprintln!("この人々は別の割合のファイルで作られています。--profileで指定してください"),
        }
    }
}

/// Prints the first faults, and says how many there are.
fn refused(faults: &Faults, language: Language) -> Exit {
    for fault in faults.first() {
        match language {
            Language::En => eprintln!("{fault}"),
            Language::Ja => eprintln!("{}", fault.japanese()),
        }
    }
    if faults.more() > 0 {
        match language {
            Language::En => eprintln!("… and {} more", grouped(faults.more())),
            Language::Ja => eprintln!("…ほか{}件", grouped(faults.more())),
        }
    }
    let number = grouped(faults.count());
    let noun = if faults.count() == 1 { "fault" } else { "faults" };
    Exit::data((
        format!("{number} {noun} in the files; nothing was written"),
        format!("ファイルに{number}件の誤りがあります。何も書いていません"),
    ))
}
