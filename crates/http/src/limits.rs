//! Every limit of the HTTP layer, with its unit in the name. Limits of the use cases are in
//! `laiqu_service::limits`.

/// How long a stop waits for requests in hand before it cuts them off, in seconds.
pub const STOP_SECONDS_MAX: u64 = 15;
/// How long an idle connection is kept, in seconds. Shorter than [`STOP_SECONDS_MAX`], so that idle
/// clients do not hold up a stop.
pub const KEEP_ALIVE_SECONDS: u64 = 5;
/// How long the head of a connection's first request may take, in seconds. Answer beyond it: 408
/// without a body.
pub const HEAD_SECONDS_MAX: u64 = 10;
/// How long a connection may have no request in hand, in seconds, be it that the head of its next
/// one never ends. It is closed then.
pub const UNUSED_SECONDS_MAX: u64 = KEEP_ALIVE_SECONDS + HEAD_SECONDS_MAX;
/// How long the body of a request may take, in seconds. Answer beyond it: 408.
pub const BODY_SECONDS_MAX: u64 = 30;
/// How long the refusal of a submission that cannot be taken now is held back, in milliseconds.
/// Clients that ask again at once, whatever `Retry-After` says, would otherwise take the time of
/// those who were taken: so a connection is refused four times a second and no more.
pub const REFUSAL_HELD_MILLIS: u64 = 250;
/// Open connections of one worker, where the operating system allows so many; more wait in the
/// listen queue.
pub const WORKER_CONNECTIONS_MAX: usize = 4_096;
/// File descriptors that connections leave to everything else, unless that is more than half.
pub const FILE_DESCRIPTORS_KEPT: usize = 512;
/// File descriptors of one connection.
pub const CONNECTION_DESCRIPTORS: usize = 2;
/// Open connections of the address that shows metrics; more wait in the listen queue.
pub const METRICS_CONNECTIONS_MAX: usize = 64;
/// How long a client may take nothing of what is sent to it, in seconds; its connection is cut
/// then.
pub const STALLED_SECONDS_MAX: u64 = 30;
/// An answer with more bytes is sent in pieces of so many, and counts until it is taken.
pub const LARGE_ANSWER_BYTES: usize = 64 << 10;
/// Bytes of such answers that clients have not taken yet. Answer beyond it: 503.
pub const ANSWERS_BYTES_MAX: usize = 256 << 20;
/// How long a client may take for one piece of an answer, in seconds; its connection is cut then.
/// Pieces have [`LARGE_ANSWER_BYTES`] or more.
pub const PIECE_SECONDS_MAX: u64 = 60;
/// Open WebSockets of a server. Answer beyond it: 503.
pub const SOCKETS_MAX: usize = 256;
/// Open WebSockets with one token; who has none shares one. Answer beyond it: 503.
pub const SOCKETS_PER_TOKEN_MAX: usize = 16;
/// Largest frame that the client of a WebSocket may send, in bytes. Close code beyond it: 1009.
pub const SOCKET_FRAME_BYTES_MAX: usize = 1 << 10;
/// A WebSocket on which nothing was said for so long gets a ping, in seconds.
pub const SOCKET_PING_SECONDS: u64 = 20;
/// How long the client of a WebSocket may take to read a message and answer the ping behind it, in
/// seconds. Nothing else is sent meanwhile. Close code beyond it: 1008.
pub const SOCKET_ANSWER_SECONDS_MAX: u64 = 20;
/// Connections that wait to be accepted.
pub const LISTEN_BACKLOG_MAX: u32 = 2_048;
/// Memory that is taken for a body before any of it came, in bytes.
pub const BODY_RESERVED_BYTES_MAX: usize = 64 << 10;
/// How much of a body beyond its limit is still read, in bytes, so that a client that sends all of
/// it before it listens gets the refusal instead of a broken connection.
pub const BODY_DRAINED_BYTES_MAX: usize = 16 << 20;
/// Largest body of a form on a page, in bytes. Answer beyond it: 413.
pub const FORM_BYTES_MAX: usize = 4 << 10;
/// Longest query string, in bytes. Answer beyond it: 414.
pub const QUERY_BYTES_MAX: usize = 16 << 10;
/// Most steps that `depth` may ask for. Answer beyond it: 400.
pub const TRACE_DEPTH_MAX: u32 = 10_000;
/// Most lots that `lots_max` may ask for. Answer beyond it: 400.
pub const TRACE_LOTS_MAX: u32 = 250_000;
/// Longest interval between readings or tolerance that a question may give, in minutes (a week).
/// Answer beyond it: 400.
pub const MINUTES_MAX: u32 = 10_080;
/// Most hours after which a question may call a record late (ten years). Answer beyond it: 400.
pub const LATE_HOURS_MAX: u32 = 87_600;
/// Newest entries on the first page and in `/v1/ledger`.
pub const RECENT_ENTRIES: u64 = 20;
/// How long a sign-in on a page lasts, in seconds.
pub const SIGN_IN_SECONDS: u64 = 12 * 60 * 60;
/// `Retry-After` of an answer that only asks to come back, in seconds.
pub const RETRY_AFTER_SECONDS: u64 = 2;
/// How long tiles may be kept, in seconds: they never change (c2sp.org/tlog-tiles).
pub const TILE_CACHE_SECONDS: u64 = 604_800;
