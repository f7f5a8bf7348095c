//! The terminals of a run: certificates of a test PKI, each of an institution.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use shikaku::domain::InstitutionCode;
use shikaku::language::Japanese;
use shikaku::pki::PkiFiles;
use shikaku::terminal::{Terminal, TerminalError};

use crate::plan::{Destination, IdentityPlan};

/// A terminal of an institution.
#[derive(Clone)]
pub struct Identity {
    /// The institution in its certificate.
    pub institution: InstitutionCode,
    /// The terminal.
    pub terminal: Terminal,
}

/// Why there are not the terminals that a plan wants.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is no test PKI in the directory.
    #[error("there is no test PKI in {0}: start a demo, which makes one, or name its directory with --pki")]
    NoPki(PathBuf),
    /// A directory cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// There are fewer certificates than the plan wants.
    #[error(
        "the plan wants {wanted} terminals{}, but {path} has certificates of {found} of these institutions; make more with \
         `shikaku-load terminals`, and clinics with `shikaku-load clinics`",
        of_processes(*.process).0
    )]
    TooFew {
        /// The directory of the institutions.
        path: PathBuf,
        /// The terminals that the plan wants, for this process and those before it.
        wanted: usize,
        /// The number of this process, from 0.
        process: usize,
        /// The certificates that there are.
        found: usize,
    },
    /// A certificate cannot be used.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
}

impl Japanese for IdentityError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NoPki(path) => format!(
                "{}に試験用PKIがありません。demoを起動して作るか、そのディレクトリーを--pkiで指定してください",
                path.display()
            )
            .into(),
            Self::Unreadable { path, source } => format!("{}: {}", path.display(), source.japanese()).into(),
            Self::TooFew { path, wanted, process, found } => format!(
                "計画の端末は{}{wanted}台ですが、{}にある該当する医療機関の証明書は{found}枚です。`shikaku-load terminals`で\
                 増やせます。試験用の医療機関は`shikaku-load clinics`で作れます",
                of_processes(*process).1,
                path.display()
            )
            .into(),
            Self::Terminal(error) => error.japanese(),
        }
    }
}

/// Says for how many processes terminals are wanted, unless there is one alone.
fn of_processes(process: usize) -> (String, String) {
    match process {
        0 => Default::default(),
        _ => (format!(" for {} processes", process + 1), format!("{}プロセス分で", process + 1)),
    }
}

/// Reads as many terminals as the plan wants: one of each institution, then a second of each, and so on. Left out are those of the
/// processes before this one, which is 0 if there is one alone.
///
/// # Errors
/// See [`IdentityError`].
pub fn read(
    plan: &IdentityPlan,
    process: usize,
    pki: &Path,
    destination: &Destination,
) -> Result<Vec<Identity>, IdentityError> {
    let files = PkiFiles::at(pki);
    if !files.ca().exists() {
        return Err(IdentityError::NoPki(pki.to_owned()));
    }
    let before = plan.terminals.get().saturating_mul(process);
    let wanted = plan.terminals.get().saturating_add(before);
    let mut named = in_turn(certificates(&files, &plan.institutions)?, wanted);
    if named.len() < wanted {
        let found = named.len();
        return Err(IdentityError::TooFew { path: files.institutions(), wanted, process, found });
    }
    named.drain(..before);
    let address = destination.to_string();
    let terminal = |(place, (institution, name)): (usize, (InstitutionCode, String))| {
        let (certificate, key) = (files.terminal(&institution, &name), files.terminal_key(&institution, &name));
        let own = Some((certificate.as_path(), key.as_path()));
        let terminal = Terminal::speaking(plan.protocols_of(place), &address, &files.ca(), own)?;
        Ok(Identity { institution, terminal })
    };
    named.into_iter().enumerate().map(terminal).collect()
}

/// Lists the institutions of a test PKI, in the order of their codes.
///
/// # Errors
/// If there is no PKI, or its directory cannot be read.
pub fn institutions(pki: &Path) -> Result<Vec<InstitutionCode>, IdentityError> {
    let files = PkiFiles::at(pki);
    if !files.ca().exists() {
        return Err(IdentityError::NoPki(pki.to_owned()));
    }
    Ok(certificates(&files, &[])?.into_iter().map(|(institution, _)| institution).collect())
}

/// Lists the terminals of each institution, both in alphabetical order.
fn certificates(files: &PkiFiles, wanted: &[InstitutionCode]) -> Result<Vec<(InstitutionCode, Vec<String>)>, IdentityError> {
    let wanted: HashSet<&InstitutionCode> = wanted.iter().collect();
    let mut all = Vec::new();
    for name in names(&files.institutions())? {
        let Ok(institution) = InstitutionCode::parse(&name) else { continue };
        if !wanted.is_empty() && !wanted.contains(&institution) {
            continue;
        }
        let mut terminals = names(&files.institutions().join(&name))?;
        terminals.retain(|file| file.ends_with(".pem"));
        let names = terminals.into_iter().map(|file| file.trim_end_matches(".pem").to_owned()).collect();
        all.push((institution, names));
    }
    Ok(all)
}

/// Takes one terminal of each institution, then the next of each, until there are as many as wanted.
fn in_turn(all: Vec<(InstitutionCode, Vec<String>)>, wanted: usize) -> Vec<(InstitutionCode, String)> {
    let most = all.iter().map(|(_, names)| names.len()).max().unwrap_or_default();
    let round =
        |place: usize| all.iter().filter_map(move |(institution, names)| Some((*institution, names.get(place)?.clone())));
    (0..most).flat_map(round).take(wanted).collect()
}

fn names(directory: &Path) -> Result<Vec<String>, IdentityError> {
    let unreadable = |source| IdentityError::Unreadable { path: directory.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        names.extend(entry.map_err(unreadable)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn institutions_take_turns() {
        let code = |text| InstitutionCode::parse(text).unwrap();
        let (first, second) = (code("1310012344"), code("1310023457"));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let all = vec![(first, names(&["a", "b", "c"])), (second, names(&["d"]))];
        let taken: Vec<String> = in_turn(all.clone(), 3).into_iter().map(|(_, name)| name).collect();
        assert_eq!(taken, ["a", "d", "b"]);
        assert_eq!(in_turn(all, 9).len(), 4);
    }
}
