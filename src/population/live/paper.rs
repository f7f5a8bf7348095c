//! Changes of the ratio and the certificates of a coverage, as insurers register them.

use crate::domain::{CoverageName, DatedRatio, IssuedCertificate, NoticeAction, ReturnedCertificate};

/// A change of the ratio, or of one of the certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    /// A ratio of 後期高齢者医療.
    Ratio(DatedRatio),
    /// A certificate is issued or renewed.
    Issued(IssuedCertificate),
    /// A certificate is returned or withdrawn.
    Returned(ReturnedCertificate),
}

impl Paper {
    /// Returns what the registry does with it.
    pub fn action(self, name: CoverageName) -> NoticeAction {
        match self {
            Self::Ratio(ratio) => NoticeAction::Ratio(name, ratio),
            Self::Issued(issued) => NoticeAction::Certificate(name, issued),
            Self::Returned(returned) => NoticeAction::CertificateWithdrawal(name, returned),
        }
    }
}
