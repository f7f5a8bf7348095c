//! The names in the server's certificate.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use rcgen::SanType;
use x509_parser::prelude::{GeneralName, X509Certificate};

use crate::language::Japanese;

/// A name under which terminals reach the server: a DNS name, in lower case, or an IP address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerName {
    /// A DNS name; its first label may be `*`.
    Dns(String),
    /// The IP address of a single host.
    Ip(IpAddr),
}

/// The reason why a text is not a [`ServerName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerNameError {
    /// Text besides the name.
    #[error("give the name alone, without https://, port or path")]
    NotAlone,
    /// A link-local address with a network interface of one machine.
    #[error("give the IPv6 address without its %scope, which a certificate cannot hold")]
    Scope,
    /// 0.0.0.0, ::, or the address of a group.
    #[error("no terminal connects to this address; give the one that terminals use")]
    NoHost,
    /// Digits in the form of an IP address that is not one.
    #[error("this looks like an IP address but is none")]
    NoAddress,
    /// Characters that a DNS name cannot have.
    #[error("a DNS name has letters, digits and hyphens only; write names of other scripts as xn--…")]
    Characters,
    /// Labels that are empty, too long, or with hyphens at the ends.
    #[error("a DNS name has labels of 1 to 63 characters without a hyphen at either end, 253 characters in all")]
    Labels,
    /// A star that is not the whole first label of at least three.
    #[error("a * stands for the first label only, as in *.clinic.example")]
    Star,
}

impl Japanese for ServerNameError {
    fn japanese(&self) -> Cow<'static, str> {
        let text = match self {
            Self::NotAlone => "https://、ポート、パスを付けず、名前だけを指定してください",
            Self::Scope => "証明書には%スコープを書けません。IPv6アドレスだけを指定してください",
            Self::NoHost => "端末が接続できるアドレスではありません。端末が使うアドレスを指定してください",
            Self::NoAddress => "IPアドレスのように見えますが、IPアドレスではありません",
            Self::Characters => "DNS名に使えるのは英数字とハイフンだけです。ほかの文字の名前はxn--…の形で書いてください",
            Self::Labels => {
                "DNS名は点で区切った1〜63文字の並びで、全体で253文字までです。ハイフンは区切りの両端に置けません"
            }
            Self::Star => "*は*.clinic.exampleのように、先頭の区切りの全体にだけ使えます",
        };
        text.into()
    }
}

impl FromStr for ServerName {
    type Err = ServerNameError;

    fn from_str(text: &str) -> Result<Self, ServerNameError> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            let no_host = address.is_unspecified() || address.is_multicast();
            return if no_host { Err(ServerNameError::NoHost) } else { Ok(Self::Ip(address)) };
        }
        match bare.split_once('%') {
            Some((address, _)) if address.parse::<IpAddr>().is_ok() => Err(ServerNameError::Scope),
            _ if text.contains([':', '/', '[', ']']) => Err(ServerNameError::NotAlone),
            _ => dns_name(text).map(Self::Dns),
        }
    }
}

/// Checks a DNS name by the rules of RFC 5280 for certificates (RFC 1034 §3.5, RFC 1123 §2.1), with a star as RFC 6125 §6.4.3
/// allows; returns it in lower case.
fn dns_name(text: &str) -> Result<String, ServerNameError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '*');
    if !text.chars().all(legal) {
        return Err(ServerNameError::Characters);
    }
    let below = text.strip_prefix("*.").unwrap_or(text);
    if below.contains('*') || (below.len() < text.len() && !below.contains('.')) {
        return Err(ServerNameError::Star);
    }
    let well_formed = |label: &str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    if text.len() > 253 || !below.split('.').all(well_formed) {
        return Err(ServerNameError::Labels);
    }
    if below.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
        return Err(ServerNameError::NoAddress);
    }
    Ok(text.to_ascii_lowercase())
}

impl ServerName {
    pub(super) fn to_san(&self) -> Result<SanType, rcgen::Error> {
        Ok(match self {
            Self::Dns(name) => SanType::DnsName(name.as_str().try_into()?),
            Self::Ip(address) => SanType::IpAddress(*address),
        })
    }

    /// Returns the DNS names and IP addresses of a certificate.
    pub(super) fn all_of(certificate: &X509Certificate<'_>) -> Vec<Self> {
        let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
        names.value.general_names.iter().filter_map(Self::of).collect()
    }

    fn of(name: &GeneralName<'_>) -> Option<Self> {
        match name {
            GeneralName::DNSName(name) => Some(Self::Dns(name.to_ascii_lowercase())),
            GeneralName::IPAddress(octets) => match octets.len() {
                4 => <[u8; 4]>::try_from(*octets).ok().map(|octets| Self::Ip(octets.into())),
                _ => <[u8; 16]>::try_from(*octets).ok().map(|octets| Self::Ip(octets.into())),
            },
            _ => None,
        }
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(address) => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses() {
        for (text, shown) in [
            ("shikaku", "shikaku"),
            ("Shikaku.Clinic-1.example", "shikaku.clinic-1.example"),
            ("*.clinic.example", "*.clinic.example"),
            ("xn--wgv71a119e.example", "xn--wgv71a119e.example"),
            ("1.example", "1.example"),
            ("192.168.10.5", "192.168.10.5"),
            ("fd00::5", "fd00::5"),
            ("[fd00::0:5]", "fd00::5"),
            ("::1", "::1"),
        ] {
            assert_eq!(text.parse::<ServerName>().map(|name| name.to_string()).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn what_is_no_server_name_is_told_why() {
        use ServerNameError::{Characters, Labels, NoAddress, NoHost, NotAlone, Scope, Star};
        let long_label = format!("{}.example", "a".repeat(64));
        let long_name = vec!["a".repeat(60); 5].join(".");
        for (text, reason) in [
            ("https://shikaku.example", NotAlone),
            ("shikaku.example:8443", NotAlone),
            ("192.168.10.5:8443", NotAlone),
            ("[::1]:8443", NotAlone),
            ("shikaku/", NotAlone),
            ("fe80::1%eth0", Scope),
            ("0.0.0.0", NoHost),
            ("::", NoHost),
            ("224.0.0.1", NoHost),
            ("192.168.10", NoAddress),
            ("192.168.10.256", NoAddress),
            ("8443", NoAddress),
            ("資格.example", Characters),
            ("shikaku_1.example", Characters),
            ("shikaku example", Characters),
            ("shikaku\0.example", Characters),
            ("", Labels),
            (".example", Labels),
            ("shikaku..example", Labels),
            ("shikaku.example.", Labels),
            ("-shikaku.example", Labels),
            ("shikaku-.example", Labels),
            (&long_label, Labels),
            (&long_name, Labels),
            ("*", Star),
            ("*.example", Star),
            ("a*.clinic.example", Star),
            ("clinic.*.example", Star),
        ] {
            assert_eq!(text.parse::<ServerName>(), Err(reason), "{text:?}");
        }
    }
}
