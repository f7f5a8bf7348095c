//! The directory of a run's results.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use shikaku::language::{Japanese, Language};

use super::exit::Exit;
use crate::report::{Report, Results};

/// A directory for the results of a run, which can be written to.
pub(super) struct OutDirectory(PathBuf);

impl OutDirectory {
    /// Makes the directory unless it is there, and tries it: it would be a pity to learn at the end of a run that it cannot be
    /// written to. Results that stand in it stay until there are new ones.
    pub fn at(path: &Path) -> Result<Self, Exit> {
        let tried = || {
            fs::create_dir_all(path)?;
            File::options().append(true).create(true).open(path.join(Results::FILE)).map(drop)
        };
        tried().map_err(|error: std::io::Error| {
            let path = path.display();
            Exit::environment((
                format!("{path}: {error}; name another directory with --out"),
                format!("{path}: {}。別のディレクトリーを--outで指定してください", error.japanese()),
            ))
        })?;
        Ok(Self(path.to_owned()))
    }

    /// Writes the results. If that fails they are printed, so that no run is lost.
    pub fn save(&self, report: &Report, language: Language) -> Result<(), Exit> {
        let json = report.results().json();
        let files = [
            (Results::FILE, json.clone().into_bytes()),
            (Report::TIMES_FILE, report.times_log()),
            (Report::PAGE_FILE, report.page(language).into_bytes()),
            (Report::JUNIT_FILE, report.junit().into_bytes()),
        ];
        for (name, bytes) in files {
            let path = self.0.join(name);
            write(&path, &bytes).map_err(|error| {
                let mut out = std::io::stdout().lock();
                let _ = out.write_all(json.as_bytes()).and_then(|()| out.flush());
                let path = path.display();
                Exit::environment((
                    format!("{path}: the results cannot be written: {error}; they are printed above instead"),
                    format!("{path}: 結果を書き込めません: {}。代わりに上に表示しました", error.japanese()),
                ))
            })?;
        }
        Ok(())
    }
}

/// Writes a file whole: a reader finds the old one or the new one.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, path)).inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}
