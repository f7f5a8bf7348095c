//! Changes of what is dated within a coverage: ratios, and certificates that are issued and returned.

use jiff::civil::Date;

use super::coverage::{Coverage, ElderlyCertificate};
use super::limit::LimitCertificate;
use super::period::Period;
use super::ratio::DatedRatio;
use super::specific_disease::{SpecificDisease, SpecificDiseaseCertificate};

/// A certificate that is issued or renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuedCertificate {
    /// 高齢受給者証.
    Elderly(ElderlyCertificate),
    /// 限度額適用認定証.
    Limit(LimitCertificate),
    /// 特定疾病療養受療証.
    SpecificDisease(SpecificDiseaseCertificate),
}

/// The kind of a certificate. A person holds one of each at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateKind {
    /// 高齢受給者証.
    Elderly,
    /// 限度額適用認定証.
    Limit,
    /// 特定疾病療養受療証 of this disease.
    SpecificDisease(SpecificDisease),
}

/// The end of a certificate before its time: it is returned or withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnedCertificate {
    /// Its kind.
    pub kind: CertificateKind,
    /// 有効開始年月日, by which it is named.
    pub from: Date,
    /// The first day without it; on the day `from` it was never valid.
    pub on: Date,
}

/// Why a certificate cannot be returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotReturned {
    /// There is no such certificate.
    Missing,
    /// It ends on this day anyway, inclusive.
    Ended(Date),
}

/// Something with a period in a coverage.
trait Dated: Copy {
    fn period(self) -> Period;
    fn with_period(self, period: Period) -> Self;
}

macro_rules! dated {
    ($($name:ty),*) => {
        $(
            impl Dated for $name {
                fn period(self) -> Period {
                    self.period
                }

                fn with_period(self, period: Period) -> Self {
                    Self { period, ..self }
                }
            }
        )*
    };
}

dated!(DatedRatio, ElderlyCertificate, LimitCertificate, SpecificDiseaseCertificate);

/// Sets the ratio on the days of its period; on other days the ratios stay as they are.
pub(super) fn set_ratio(ratios: &mut Vec<DatedRatio>, new: DatedRatio) {
    let mut kept: Vec<DatedRatio> = Vec::new();
    for one in ratios.iter() {
        if one.period.overlaps(new.period) {
            kept.extend(before(*one, new.period.from()));
            kept.extend(after(*one, new.period.through()));
        } else {
            kept.push(*one);
        }
    }
    kept.push(new);
    kept.sort_by_key(|one| one.period.from());
    *ratios = kept;
}

impl IssuedCertificate {
    /// Adds the certificate. One of the same kind that began earlier ends the day before; one that began on the same day or later is
    /// replaced, if it overlaps.
    pub(super) fn add_to(self, coverage: &mut Coverage) {
        match self {
            Self::Elderly(new) => issue(&mut coverage.elderly, new, |_| true),
            Self::Limit(new) => issue(&mut coverage.limits, new, |_| true),
            Self::SpecificDisease(new) => {
                issue(&mut coverage.specific_diseases, new, |one| one.disease == new.disease);
            }
        }
    }
}

impl ReturnedCertificate {
    /// Ends the certificate.
    ///
    /// # Errors
    /// If there is no such certificate, or it has ended by then; then nothing has changed.
    pub(super) fn end_in(self, coverage: &mut Coverage) -> Result<(), NotReturned> {
        match self.kind {
            CertificateKind::Elderly => self.end(&mut coverage.elderly, |_| true),
            CertificateKind::Limit => self.end(&mut coverage.limits, |_| true),
            CertificateKind::SpecificDisease(disease) => {
                self.end(&mut coverage.specific_diseases, |one| one.disease == disease)
            }
        }
    }

    fn end<T: Dated>(self, held: &mut Vec<T>, is_kind: impl Fn(&T) -> bool) -> Result<(), NotReturned> {
        let named = |one: &T| is_kind(one) && one.period().from() == self.from;
        let place = held.iter().position(named).ok_or(NotReturned::Missing)?;
        let certificate = held[place];
        let through = certificate.period().through();
        if self.on > through {
            return Err(NotReturned::Ended(through));
        }
        match before(certificate, self.on) {
            Some(shorter) => held[place] = shorter,
            None => {
                held.remove(place);
            }
        }
        Ok(())
    }
}

fn issue<T: Dated>(held: &mut Vec<T>, new: T, is_kind: impl Fn(&T) -> bool) {
    let overlaps = |one: &T| is_kind(one) && one.period().overlaps(new.period());
    let mut kept: Vec<T> = Vec::new();
    for one in held.iter() {
        if overlaps(one) { kept.extend(before(*one, new.period().from())) } else { kept.push(*one) }
    }
    kept.push(new);
    kept.sort_by_key(|one| one.period().from());
    *held = kept;
}

/// Returns what lies before `day`, exclusive; None if nothing does.
fn before<T: Dated>(one: T, day: Date) -> Option<T> {
    let last = day.yesterday().ok()?.min(one.period().through());
    Some(one.with_period(Period::new(one.period().from(), last).ok()?))
}

/// Returns what lies after `day`, exclusive; None if nothing does.
fn after<T: Dated>(one: T, day: Date) -> Option<T> {
    let first = day.tomorrow().ok()?.max(one.period().from());
    Some(one.with_period(Period::new(first, one.period().through()).ok()?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::CopayRatio;

    fn ratio(from: Date, through: Date, tenths: i64) -> DatedRatio {
        DatedRatio { period: Period::new(from, through).unwrap(), ratio: CopayRatio::from_tenths(tenths).unwrap() }
    }

    #[test]
    fn a_ratio_counts_on_its_days_and_leaves_the_others() {
        let (august, july) = (date(2026, 8, 1), date(2027, 7, 31));
        let mut ratios = vec![ratio(august, july, 1)];
        set_ratio(&mut ratios, ratio(date(2026, 11, 1), july, 3));
        assert_eq!(ratios, [ratio(august, date(2026, 10, 31), 1), ratio(date(2026, 11, 1), july, 3)]);
        set_ratio(&mut ratios, ratio(date(2026, 12, 1), date(2026, 12, 31), 2));
        assert_eq!(
            ratios,
            [
                ratio(august, date(2026, 10, 31), 1),
                ratio(date(2026, 11, 1), date(2026, 11, 30), 3),
                ratio(date(2026, 12, 1), date(2026, 12, 31), 2),
                ratio(date(2027, 1, 1), july, 3)
            ]
        );
        set_ratio(&mut ratios, ratio(august, july, 2));
        assert_eq!(ratios, [ratio(august, july, 2)]);
        set_ratio(&mut ratios, ratio(date(2027, 8, 1), date(2028, 7, 31), 1));
        assert_eq!(ratios, [ratio(august, july, 2), ratio(date(2027, 8, 1), date(2028, 7, 31), 1)]);
    }
}
