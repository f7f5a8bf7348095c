//! The target: which server is sent to, and that nobody else's is by mistake.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use shikaku::fixtures::Table;
use shikaku::language::Japanese;

/// The address of a server's terminal listener: a host and a port, which is not 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
}

/// A target that may be sent to: this machine, or one that plan and command line both name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination(Target);

/// A text that is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a host and a port such as 127.0.0.1:8443 or [::1]:8443")]
pub struct TargetError;

impl Japanese for TargetError {
    fn japanese(&self) -> Cow<'static, str> {
        "127.0.0.1:8443や[::1]:8443のように、ホストとポート番号を書いてください".into()
    }
}

/// Why a target may not be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetRefused {
    /// The plan names another machine, and the command line does not repeat it.
    #[error("the plan names {0}, which is not this machine; if you mean to load it, repeat it: --target {0}")]
    NotRepeated(Target),
    /// The command line names another machine than the plan.
    #[error("--target {named} is not this machine, and the plan names {planned}: only a host that the plan names is loaded")]
    NotPlanned {
        /// The target of the command line.
        named: Target,
        /// The target of the plan.
        planned: Target,
    },
}

impl Japanese for TargetRefused {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NotRepeated(target) => format!(
                "計画の送信先{target}はこのコンピューターではありません。意図したものなら、--target {target}と繰り返してください"
            )
            .into(),
            Self::NotPlanned { named, planned } => format!(
                "--target {named}はこのコンピューターではなく、計画の送信先は{planned}です。計画に書いたホスト以外には送りません"
            )
            .into(),
        }
    }
}

impl Target {
    /// Returns whether the host is this machine, by its name or address alone.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']).parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Allows to send to the plan's target, or to the one that the command line names.
    ///
    /// # Errors
    /// If that is another machine, unless the plan and the command line name the same.
    pub fn allow(&self, named: Option<&Self>) -> Result<Destination, TargetRefused> {
        match named {
            Some(named) if named.is_loopback() || named == self => Ok(Destination(named.clone())),
            Some(named) => Err(TargetRefused::NotPlanned { named: named.clone(), planned: self.clone() }),
            None if self.is_loopback() => Ok(Destination(self.clone())),
            None => Err(TargetRefused::NotRepeated(self.clone())),
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = text.rsplit_once(':').ok_or(TargetError)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or(TargetError)?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let fits = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(named),
        };
        if fits { Ok(Self { host: host.to_owned(), port }) } else { Err(TargetError) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The terminal listener of a demo.
const USUAL: &str = "127.0.0.1:8443";

/// Reads the target, and the operator listener of the same server if the plan names it.
pub(super) fn read(table: Option<Table<'_>>) -> Option<(Target, Option<Target>)> {
    let usual = USUAL.parse().ok()?;
    let Some(mut table) = table else { return Some((usual, None)) };
    let written = table.has("address");
    let address = table.parse("address", str::parse::<Target>);
    let operator = table.parse("operator", str::parse::<Target>);
    table.finish();
    Some((if written { address? } else { usual }, operator))
}
