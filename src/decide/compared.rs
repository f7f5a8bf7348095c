//! The dates that an explanation compares.

/// The kind of a date that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// 資格確認日.
    CheckDate,
    /// 資格取得日.
    Acquired,
    /// 資格喪失日.
    Lost,
    /// 有効開始日.
    ValidFrom,
    /// 有効終了日.
    ValidThrough,
    /// 有効終了日 of the last certificate or ratio that ended before the check date.
    LastEnded,
    /// 有効開始日 of the first certificate or ratio that begins after the check date.
    NextBegins,
    /// 長期入院該当年月日.
    LongStay,
    /// The last day as 未就学.
    PreschoolEnds,
    /// The first day on which the ratio of 70 to 74 holds.
    ElderlyBegins,
    /// The 65th birthday.
    Turns65,
    /// The 75th birthday.
    Turns75,
    /// The 75th birthday of the insured whose dependant the person was.
    InsuredTurns75,
    /// 資格取得日 of another coverage that bears on the validity.
    OtherAcquired,
    /// The day on which a card was shown.
    ShownOn,
    /// The first day of a card's certificate.
    CertificateFrom,
    /// The last day of a card's certificate.
    CertificateThrough,
}

impl Compared {
    /// In English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::CheckDate => "check date",
            Self::Acquired => "acquired",
            Self::Lost => "lost",
            Self::ValidFrom => "valid from",
            Self::ValidThrough => "valid through",
            Self::LastEnded => "the last one ended",
            Self::NextBegins => "the next one begins",
            Self::LongStay => "long stay since",
            Self::PreschoolEnds => "preschool through",
            Self::ElderlyBegins => "ratio of 70 to 74 from",
            Self::Turns65 => "65th birthday",
            Self::Turns75 => "75th birthday",
            Self::InsuredTurns75 => "75th birthday of the insured",
            Self::OtherAcquired => "the other one acquired",
            Self::ShownOn => "card shown on",
            Self::CertificateFrom => "certificate from",
            Self::CertificateThrough => "certificate through",
        }
    }

    /// In Japanese.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::CheckDate => "資格確認日",
            Self::Acquired => "資格取得日",
            Self::Lost => "資格喪失日",
            Self::ValidFrom => "有効開始日",
            Self::ValidThrough => "有効終了日",
            Self::LastEnded => "直前の有効終了日",
            Self::NextBegins => "次の有効開始日",
            Self::LongStay => "長期入院該当年月日",
            Self::PreschoolEnds => "未就学の最終日",
            Self::ElderlyBegins => "70〜74歳の割合の開始日",
            Self::Turns65 => "65歳の誕生日",
            Self::Turns75 => "75歳の誕生日",
            Self::InsuredTurns75 => "被保険者の75歳の誕生日",
            Self::OtherAcquired => "もう一方の資格取得日",
            Self::ShownOn => "カードの提示日",
            Self::CertificateFrom => "電子証明書の有効期間の開始日",
            Self::CertificateThrough => "電子証明書の有効期間の満了日",
        }
    }
}
