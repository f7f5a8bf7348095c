//! `shikaku-load clinics`: makes institutions for load tests, with their certificates.

use std::path::PathBuf;
use std::process::ExitCode;

use shikaku::command_line::within;
use shikaku::language::Language;
use shikaku::mass::{Draft, Kind, Manifest, Packing, Rows};
use shikaku::pki::{Authority, KeyKind, PkiFiles};

use super::exit::Exit;
use crate::clinics::{self, clinic};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Directory of the test PKI
    #[arg(long, value_name = "DIR", default_value = ".shikaku/pki")]
    pki: PathBuf,
    /// The clinics; certificates that are missing are made
    #[arg(long, value_name = "NUMBER", value_parser = within(1, clinics::MOST as u32))]
    number: u32,
    /// New directory for the files with which the server gets to know the clinics
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The terminal of a clinic, as `shikaku-load terminals` names the first.
const TERMINAL: &str = "load-00001";

/// The rows that are written at once.
const ROWS: usize = 10_000;

pub(super) fn run(options: &Options, language: Language) -> Result<ExitCode, Exit> {
    // Everything that may be wrong is noticed before anything is made.
    let authority = Authority::open(&PkiFiles::at(&options.pki)).map_err(Exit::environment)?;
    let mut draft = Draft::begin(&options.out, &Kind::HELD, Packing::Plain).map_err(Exit::environment)?;
    let (mut rows, mut made) = (Rows::default(), 0_u64);
    for number in 0..options.number as usize {
        let clinic = clinic(number);
        made += u64::from(authority.issue_terminal(&clinic.code, TERMINAL, KeyKind::Ecdsa).map_err(Exit::environment)?);
        rows.institution(&clinic);
        if (number + 1).is_multiple_of(ROWS) {
            draft.append(&rows).map_err(Exit::environment)?;
            rows.clear();
        }
    }
    draft.append(&rows).map_err(Exit::environment)?;
    draft.finish(&Manifest { people: 0, made: None, rows: Vec::new() }).map_err(Exit::environment)?;
    let (pki, out, number) = (options.pki.display(), options.out.display(), options.number);
    match language {
        Language::En => {
            println!("{pki}: {made} new certificates of {number} clinics");
            println!("{out}: the clinics; the server gets to know them by `shikaku fixtures load --dir {out}`");
        }
        Language::Ja => {
            println!("{pki}: 試験用の医療機関{number}の証明書{made}枚を新しく作りました");
            println!("{out}: 医療機関の一覧。`shikaku fixtures load --dir {out}`でサーバーに登録してください");
        }
    }
    Ok(ExitCode::SUCCESS)
}
