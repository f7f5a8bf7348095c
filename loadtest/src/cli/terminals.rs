//! `shikaku-load terminals`: makes certificates for many terminals in a test PKI.

use std::path::PathBuf;
use std::process::ExitCode;

use shikaku::command_line::within;
use shikaku::domain::InstitutionCode;
use shikaku::language::{Bilingual, Language};
use shikaku::pki::{Authority, KeyKind, PkiFiles};

use super::exit::Exit;
use crate::identities;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Directory of the test PKI
    #[arg(long, value_name = "DIR", default_value = ".shikaku/pki")]
    pki: PathBuf,
    /// The terminals of each institution; those that are missing are made
    #[arg(long, value_name = "NUMBER", value_parser = within(1, MOST))]
    number: u32,
    /// 医療機関コード; by default all institutions of the PKI
    #[arg(value_name = "CODE", value_parser = institution)]
    institutions: Vec<InstitutionCode>,
}

/// The most terminals of an institution that are made.
const MOST: u32 = 10_000;

/// Reads a code; its error is in both languages.
fn institution(code: &str) -> Result<InstitutionCode, Bilingual> {
    InstitutionCode::parse(code).map_err(Into::into)
}

pub(super) fn run(options: &Options, language: Language) -> Result<ExitCode, Exit> {
    let files = PkiFiles::at(&options.pki);
    let institutions = match options.institutions.as_slice() {
        [] => identities::institutions(&options.pki).map_err(Exit::environment)?,
        named => named.to_vec(),
    };
    let authority = Authority::open(&files).map_err(Exit::environment)?;
    let mut made = 0_u64;
    for institution in &institutions {
        for number in 1..=options.number {
            let name = format!("load-{number:05}");
            made += u64::from(authority.issue_terminal(institution, &name, KeyKind::Ecdsa).map_err(Exit::environment)?);
        }
    }
    let (directory, count) = (options.pki.display(), institutions.len());
    match language {
        Language::En => println!("{directory}: {made} new certificates of {count} institutions"),
        Language::Ja => println!("{directory}: 医療機関{count}の証明書{made}枚を新しく作りました"),
    }
    Ok(ExitCode::SUCCESS)
}
