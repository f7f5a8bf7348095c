//! The element order of the real XML: its client application turns JSON into XML through a `java.util.HashMap`, so that children
//! come in the iteration order of such a map (wire.md 2.0.1).

/// Returns the places of `keys` (given in specification order) in the iteration order of a Java `HashMap` that was filled with
/// them. Keys with an absent value count too: the map holds them.
#[must_use]
pub fn java_order(keys: &[&str]) -> Vec<usize> {
    let capacity = capacity(keys.len());
    let mut places: Vec<usize> = (0..keys.len()).collect();
    // A stable sort keeps insertion order within a bucket, as the map's chains do.
    places.sort_by_key(|&place| bucket(keys[place], capacity));
    places
}

/// Returns the size of the table: it doubles from 16 whenever it is more than three quarters full.
fn capacity(keys: usize) -> u32 {
    let mut capacity = 16;
    while keys > capacity / 4 * 3 {
        capacity *= 2;
    }
    u32::try_from(capacity).expect("messages have few keys")
}

fn bucket(key: &str, capacity: u32) -> u32 {
    let hash = key.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    (hash ^ (hash >> 16)) & (capacity - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_string_hash() {
        // "Name".hashCode() is 2420395 = 0x24EEAB: N=78, a=97, m=109, e=101.
        let hash: u32 = ((78 * 31 + 97) * 31 + 109) * 31 + 101;
        assert_eq!(hash, 2_420_395);
        assert_eq!(bucket("Name", 64), (hash ^ (hash >> 16)) & 63);
    }

    #[test]
    fn the_table_grows_at_three_quarters() {
        for (keys, expected) in [(1, 16), (12, 16), (13, 32), (24, 32), (25, 64), (48, 64), (49, 128)] {
            assert_eq!(capacity(keys), expected, "{keys} keys");
        }
    }
}
