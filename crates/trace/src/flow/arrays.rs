//! Reading and writing flat arrays by 32 bit ids, without a panic on any id.

/// The value at an id; the default where there is none.
pub(crate) fn at<T: Copy + Default>(list: &[T], id: u32) -> T {
    list.get(id as usize).copied().unwrap_or_default()
}

/// Puts a value at an id; nothing where there is no such place.
pub(crate) fn set<T>(list: &mut [T], id: u32, value: T) {
    if let Some(slot) = list.get_mut(id as usize) {
        *slot = value;
    }
}
