//! Reads the people of a directory of the mass format, and prints the faults of its files.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::exit::Exit;
use crate::clock::{system_now, tokyo_date};
use crate::file_fault::FileFault;
use crate::language::{Japanese, Language};
use crate::mass::MassDirectory;
use crate::population::Profile;
use crate::store::registry::NewPerson;

/// The most faults that are printed.
const PRINTED: usize = 1_000;

/// Opens a directory; prints every fault to standard error.
pub(super) fn open(directory: &Path, language: Language) -> Result<MassDirectory, Exit> {
    MassDirectory::open(directory, tokyo_date(system_now())).map_err(|faults| refused(&faults, 0, language))
}

/// Takes every person of a directory, in order. Stops after many faults; with faults, it ends in an error.
pub(super) fn each_person(
    directory: &MassDirectory,
    language: Language,
    mut take: impl FnMut(NewPerson) -> Result<(), Exit>,
) -> Result<(), Exit> {
    let people = directory.people().map_err(|faults| refused(&faults, 0, language))?;
    let bar = bar(directory, language);
    let (mut read, mut printed) = (0_u64, 0);
    for person in people {
        match person {
            Ok(person) => {
                read += 1;
                if read.is_multiple_of(1_000) {
                    bar.set_position(read);
                }
                if printed == 0 {
                    take(person.person)?;
                }
            }
            Err(faults) => {
                let left = PRINTED - printed;
                bar.suspend(|| print(&faults[..faults.len().min(left)], language));
                printed += faults.len().min(left);
                if printed == PRINTED {
                    break;
                }
            }
        }
    }
    bar.finish_and_clear();
    if printed == 0 { Ok(()) } else { Err(refused(&[], printed, language)) }
}

/// Warns if the directory was made with other shares.
pub(super) fn warn_of_other_profile(directory: &MassDirectory, profile: &Profile, language: Language) {
    let made_with = directory.manifest().origin.as_ref().map(|origin| origin.profile.as_str());
    if made_with.is_some_and(|sha256| sha256 != profile.sha256()) {
        match language {
            Language::En => eprintln!("the people were made with another profile; name it with --profile"),
            Language::Ja => eprintln!("この人々は別の割合のファイルで作られています。--profileで指定してください"),
        }
    }
}

fn print(faults: &[FileFault], language: Language) {
    for fault in faults {
        match language {
            Language::En => eprintln!("{fault}"),
            Language::Ja => eprintln!("{}", fault.japanese()),
        }
    }
}

fn refused(faults: &[FileFault], before: usize, language: Language) -> Exit {
    print(faults, language);
    let number = faults.len() + before;
    let noun = if number == 1 { "fault" } else { "faults" };
    Exit::data((
        format!("{number} {noun} in the files; nothing was written"),
        format!("ファイルに{number}件の誤りがあります。何も書いていません"),
    ))
}

fn bar(directory: &MassDirectory, language: Language) -> ProgressBar {
    let template = match language {
        Language::Ja => "{bar:30} {human_pos}/{human_len}人、{per_sec}、残り{eta}",
        Language::En => "{bar:30} {human_pos} of {human_len} people, {per_sec}, {eta} left",
    };
    let style = ProgressStyle::with_template(template).expect("a template of known names");
    let people = directory.manifest().origin.as_ref().map_or(0, |origin| origin.people);
    ProgressBar::new(people).with_style(style)
}
