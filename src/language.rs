//! The languages of texts for people: English, and Japanese beside it.
//!
//! An error says its English by `Display` and its Japanese by [`Japanese`], beside its definition. Other texts are written in both
//! languages at once, as a pair that becomes a [`Bilingual`]. So no text can lack its translation.
//!
//! `tools/with-database` includes this file, so it uses the standard library alone.

use std::borrow::Cow;
use std::fmt;
use std::io;

/// A language of texts for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    Ja,
    /// English
    En,
}

/// An error that says in Japanese what `Display` says in English.
pub trait Japanese: fmt::Display {
    /// Returns the text in Japanese.
    fn japanese(&self) -> Cow<'static, str>;
}

/// A text in both languages; `Display` shows the English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilingual {
    english: Cow<'static, str>,
    japanese: Cow<'static, str>,
}

impl Bilingual {
    /// Returns the text in one language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.japanese,
            Language::En => &self.english,
        }
    }

    /// Changes the text of each language in the same way, such as by a name before it.
    #[must_use]
    pub fn map(self, change: impl Fn(&str) -> String) -> Self {
        Self { english: change(&self.english).into(), japanese: change(&self.japanese).into() }
    }
}

impl fmt::Display for Bilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl std::error::Error for Bilingual {}

/// English, then Japanese.
impl<E: Into<Cow<'static, str>>, J: Into<Cow<'static, str>>> From<(E, J)> for Bilingual {
    fn from((english, japanese): (E, J)) -> Self {
        Self { english: english.into(), japanese: japanese.into() }
    }
}

impl<T: Japanese> From<T> for Bilingual {
    fn from(text: T) -> Self {
        Self { english: text.to_string().into(), japanese: text.japanese() }
    }
}

/// Errors of the system that users meet; others stay in the system's words.
impl Japanese for io::Error {
    fn japanese(&self) -> Cow<'static, str> {
        use io::ErrorKind as K;
        match self.kind() {
            K::NotFound => "ファイルまたはディレクトリーがありません".into(),
            K::PermissionDenied => "権限がありません".into(),
            K::AlreadyExists => "すでに存在します".into(),
            K::IsADirectory => "ファイルではなくディレクトリーです".into(),
            K::NotADirectory => "ディレクトリーではありません".into(),
            K::ReadOnlyFilesystem => "読み取り専用です".into(),
            K::StorageFull => "ディスクに空きがありません".into(),
            K::InvalidData => "文字コードがUTF-8ではないか、内容が壊れています".into(),
            K::AddrInUse => "そのアドレスはすでに使われています".into(),
            K::AddrNotAvailable => "そのアドレスはこのコンピューターにありません".into(),
            K::ConnectionRefused => "接続が拒否されました".into(),
            K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe => "接続が切れました".into(),
            K::HostUnreachable | K::NetworkUnreachable => "接続先に到達できません".into(),
            K::TimedOut => "時間内に応答がありません".into(),
            _ => self.to_string().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_made_in_both_languages() {
        let text = Bilingual::from(("is missing", "がありません")).map(|text| format!("`on`: {text}"));
        assert_eq!(text.text(Language::En), "`on`: is missing");
        assert_eq!(text.text(Language::Ja), "`on`: がありません");
        assert_eq!(text.to_string(), "`on`: is missing");
    }

    #[test]
    fn errors_of_the_system_that_are_not_known_keep_its_words() {
        assert_eq!(io::Error::from(io::ErrorKind::AddrInUse).japanese(), "そのアドレスはすでに使われています");
        assert_eq!(io::Error::other("as the system says").japanese(), "as the system says");
    }
}
