//! What entries record.

/// What an entry records; its private payload is read accordingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// Entry 0: binds the origin and the log's key.
    LedgerInit,
    /// Changes the log's key, signed by the old one.
    LedgerKey,
    /// Registers a party.
    PartyRegister,
    /// Registers a party's key.
    KeyAdd,
    /// Ends a key.
    KeyRevoke,
    /// Replaces a key by another one, signed by both.
    KeyRotate,
    /// Replaces all keys of a party, signed by operator, regulator and the new key.
    KeyReset,
    /// Changes who must sign a party's submissions.
    PartySigning,
    /// Sets what a party's documents must hold beyond EPCIS.
    PartyProfile,
    /// Records that a bearer token was issued.
    TokenIssue,
    /// Keeps an event query under a name.
    QueryCreate,
    /// Ends a named query.
    QueryDelete,
    /// Has the results of a named query posted to an address.
    SubscriptionCreate,
    /// Ends a subscription.
    SubscriptionDelete,
    /// A captured EPCIS document.
    EpcisCapture,
    /// Erases the private frame of an earlier entry.
    Erasure,
}

impl Kind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Kind; 16] = [
        Kind::LedgerInit,
        Kind::LedgerKey,
        Kind::PartyRegister,
        Kind::KeyAdd,
        Kind::KeyRevoke,
        Kind::KeyRotate,
        Kind::KeyReset,
        Kind::PartySigning,
        Kind::PartyProfile,
        Kind::TokenIssue,
        Kind::QueryCreate,
        Kind::QueryDelete,
        Kind::SubscriptionCreate,
        Kind::SubscriptionDelete,
        Kind::EpcisCapture,
        Kind::Erasure,
    ];

    /// Whether an `erasure` entry may take the frame of such an entry. Never what others rest on:
    /// the ledger's own entries, parties, keys, tokens, and erasures.
    pub fn is_erasable(self) -> bool {
        match self {
            Kind::EpcisCapture => true,
            Kind::LedgerInit
            | Kind::LedgerKey
            | Kind::PartyRegister
            | Kind::KeyAdd
            | Kind::KeyRevoke
            | Kind::TokenIssue
            | Kind::KeyRotate
            | Kind::KeyReset
            | Kind::PartySigning
            | Kind::PartyProfile
            | Kind::QueryCreate
            | Kind::QueryDelete
            | Kind::SubscriptionCreate
            | Kind::SubscriptionDelete
            | Kind::Erasure => false,
        }
    }

    /// The name as it stands in the leaf.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::LedgerInit => "ledger.init",
            Kind::LedgerKey => "ledger.key",
            Kind::PartyRegister => "party.register",
            Kind::KeyAdd => "key.add",
            Kind::KeyRevoke => "key.revoke",
            Kind::KeyRotate => "key.rotate",
            Kind::KeyReset => "key.reset",
            Kind::PartySigning => "party.signing",
            Kind::PartyProfile => "party.profile",
            Kind::TokenIssue => "token.issue",
            Kind::QueryCreate => "query.create",
            Kind::QueryDelete => "query.delete",
            Kind::SubscriptionCreate => "subscription.create",
            Kind::SubscriptionDelete => "subscription.delete",
            Kind::EpcisCapture => "epcis.capture",
            Kind::Erasure => "erasure",
        }
    }

    /// The kind of a name, `None` for every other text.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
