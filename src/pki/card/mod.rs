//! The simulated card CA (J-LIS issues real ones): generations of roots with one name, certificates in the shape of real
//! 利用者証明用電子証明書, and cards that sign as real ones do. Every name says TEST.

mod authority;
mod issued;
mod people;
mod profile;
mod virtual_card;

pub use authority::{CardAuthority, CardOrder};
pub use issued::{IssuedCard, NewCard};
pub use people::PeopleAuthority;
pub use virtual_card::VirtualCard;
