//! The prefectures by their code (JIS X 0401).

const NAMES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// The number of prefectures.
pub(super) const COUNT: u8 = 47;

/// Returns the name of the prefecture with a code from 1 to 47, such as 東京都.
pub(super) fn name(code: u8) -> &'static str {
    NAMES[usize::from(code) - 1]
}

/// Returns the name without 都, 府 or 県, as branches of insurers use it.
pub(super) fn short_name(code: u8) -> &'static str {
    let name = name(code);
    if code == 1 { name } else { name.strip_suffix(['都', '府', '県']).unwrap_or(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        for (code, whole, short) in
            [(1, "北海道", "北海道"), (13, "東京都", "東京"), (26, "京都府", "京都"), (47, "沖縄県", "沖縄")]
        {
            assert_eq!((name(code), short_name(code)), (whole, short));
        }
    }
}
