//! The files of the mass format and their columns.

/// A kind of row; each has a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 保険者.
    Insurers,
    /// 医療機関等.
    Institutions,
    /// People.
    People,
    /// 資格, as an insurer registered it.
    Coverages,
    /// 一部負担金割合 of 後期高齢者医療, with its days.
    Ratios,
    /// 高齢受給者証, 限度額適用認定証 and 特定疾病療養受療証.
    Certificates,
    /// Certificates of cards and phones, as J-LIS knows them.
    Cards,
    /// 医療券・調剤券.
    Tickets,
    /// Questions with the answers that the law expects.
    Situations,
}

impl Kind {
    /// The number of kinds.
    pub const COUNT: usize = Self::ALL.len();

    /// Every kind. A row refers only to rows of kinds before its own.
    pub const ALL: [Self; 9] = [
        Self::Insurers,
        Self::Institutions,
        Self::People,
        Self::Coverages,
        Self::Ratios,
        Self::Certificates,
        Self::Cards,
        Self::Tickets,
        Self::Situations,
    ];

    /// The kinds of generated people: their institutions are those that are there already.
    pub const GENERATED: [Self; 8] = [
        Self::Insurers,
        Self::People,
        Self::Coverages,
        Self::Ratios,
        Self::Certificates,
        Self::Cards,
        Self::Tickets,
        Self::Situations,
    ];

    /// The kinds that a database holds, and an export writes.
    pub const HELD: [Self; 8] = [
        Self::Insurers,
        Self::Institutions,
        Self::People,
        Self::Coverages,
        Self::Ratios,
        Self::Certificates,
        Self::Cards,
        Self::Tickets,
    ];

    /// Returns whether a directory may lack its file.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Institutions | Self::Situations)
    }

    /// Returns the name of its file.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Insurers => "insurers.csv",
            Self::Institutions => "institutions.csv",
            Self::People => "people.csv",
            Self::Coverages => "coverages.csv",
            Self::Ratios => "ratios.csv",
            Self::Certificates => "certificates.csv",
            Self::Cards => "cards.csv",
            Self::Tickets => "tickets.csv",
            Self::Situations => "situations.csv",
        }
    }

    /// Returns its name: that of its file, without `.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.file().trim_end_matches(".csv")
    }

    /// Returns the names of its columns, in the order of the file.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Insurers => &["number", "name"],
            Self::Institutions => &INSTITUTIONS,
            Self::People => &["person", "about", "address_withheld", "self_information_blocked", "died_on"],
            Self::Coverages => &COVERAGES,
            Self::Ratios => &["person", "coverage", "from", "through", "wari"],
            Self::Certificates => &CERTIFICATES,
            Self::Cards => &CARDS,
            Self::Tickets => &TICKETS,
            Self::Situations => &SITUATIONS,
        }
    }
}

const INSTITUTIONS: [&str; 8] =
    ["code", "name", "charset", "result_lists", "disease_list", "visual_check", "active_from", "active_through"];

const COVERAGES: [&str; 24] = [
    "person",
    "coverage",
    "insurer",
    "symbol",
    "number",
    "branch",
    "relationship",
    "card_class",
    "acquired_on",
    "lost_on",
    "loss_reason",
    "name",
    "kana",
    "other_name",
    "other_kana",
    "insured_name",
    "sex",
    "sex_on_back",
    "birth_on",
    "post_number",
    "address",
    "card_issued_on",
    "card_valid_from",
    "card_valid_through",
];

const CERTIFICATES: [&str; 12] = [
    "person",
    "coverage",
    "certificate",
    "from",
    "through",
    "issued_on",
    "wari",
    "limit_kind",
    "limit_category",
    "long_stay_on",
    "disease",
    "self_pay_yen",
];

const CARDS: [&str; 11] = [
    "person",
    "issuer",
    "serial",
    "medium",
    "state",
    "reason",
    "changed_at",
    "as_of",
    "valid_from",
    "valid_through",
    "superseded_by",
];

const TICKETS: [&str; 24] = [
    "person",
    "coverage",
    "kind",
    "month",
    "from",
    "through",
    "institution",
    "institution_name",
    "issue_number",
    "prescriber",
    "prescriber_name",
    "treatment",
    "self_pay_yen",
    "combined",
    "beside",
    "inconsistent",
    "district_contact",
    "handling_contact",
    "injury_1",
    "injury_2",
    "injury_3",
    "remark_1",
    "remark_2",
    "remark_3",
];

const SITUATIONS: [&str; 18] = [
    "person",
    "situation",
    "check_on",
    "institution",
    "asked_by",
    "insurer",
    "symbol",
    "number",
    "branch",
    "birth_on",
    "serial",
    "validity",
    "unusable",
    "shown_wari",
    "payable_wari",
    "limit_category",
    "disease_yen",
    "finding",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_file_and_no_column_stands_twice() {
        let files: HashSet<&str> = Kind::ALL.iter().map(|kind| kind.file()).collect();
        assert_eq!(files.len(), Kind::COUNT);
        for kind in Kind::ALL {
            let columns: HashSet<&str> = kind.columns().iter().copied().collect();
            assert_eq!(columns.len(), kind.columns().len(), "{kind:?}");
        }
    }
}
