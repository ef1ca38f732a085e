//! Keys by index: which may sign which entries, and which sign checkpoints of which size.

/// A registered key. It belongs to one party for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Index of the entry that registered it (`key.add`, `key.rotate` or `key.reset`): its alias in
    /// public leaves. It counts from the next entry on.
    pub alias: u64,
    /// Alias of the party that owns it; 0 for the ledger itself.
    pub owner: u64,
    /// The public JWK as registered.
    pub jwk: String,
    /// Index of the entry that revoked it, which counts from the next entry on.
    pub revoked_by: Option<u64>,
}

/// Whether a key may sign an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It may.
    Effective,
    /// Registered by this entry or a later one.
    NotYet,
    /// Revoked by an earlier entry.
    Revoked {
        /// Index of the revoking entry.
        by: u64,
    },
}

impl Key {
    /// Whether this key may sign the entry at `index`: decided by index, never by clock.
    #[must_use]
    pub fn state_at(&self, index: u64) -> KeyState {
        match self.revoked_by {
            Some(by) if by < index => KeyState::Revoked { by },
            _ if self.alias >= index => KeyState::NotYet,
            _ => KeyState::Effective,
        }
    }
}

/// A key of the log, which signs checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// Index of the entry that brought it: 0 (`ledger.init`) or a `ledger.key`.
    pub by: u64,
    /// It as a C2SP verifier key.
    pub vkey: String,
}

impl LogKey {
    /// The keys whose signatures the checkpoint of `size` entries carries, from all of a log's keys
    /// in order: the one in force, and the one that the last of these entries brings.
    pub fn signers(keys: &[Self], size: u64) -> impl Iterator<Item = &Self> {
        let in_force = keys.iter().rev().find(|key| key.by == 0 || key.by.saturating_add(1) < size);
        let brought = keys.iter().find(|key| key.by != 0 && key.by.checked_add(1) == Some(size));
        in_force.into_iter().chain(brought)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_right_behind_a_change_carries_both_keys() {
        let key = |by, vkey: &str| LogKey { by, vkey: vkey.to_owned() };
        let keys = [key(0, "a"), key(5, "b"), key(6, "c")];
        let of =
            |size| LogKey::signers(&keys, size).map(|key| key.vkey.as_str()).collect::<Vec<_>>();
        assert_eq!(of(0), ["a"]);
        assert_eq!(of(5), ["a"]);
        assert_eq!(of(6), ["a", "b"]);
        assert_eq!(of(7), ["b", "c"]);
        assert_eq!(of(8), ["c"]);
        assert!(LogKey::signers(&[], 8).next().is_none());
    }
}
