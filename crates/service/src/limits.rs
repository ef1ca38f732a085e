//! Every limit of the use cases, with its unit in the name.

/// Largest accepted body of a capture, in bytes. Answer beyond it: 413.
pub const CAPTURE_BODY_BYTES_MAX: usize = 4 << 20;
/// Most events in one captured document. Answer beyond it: 413.
pub const CAPTURE_EVENTS_MAX: usize = 5_000;
/// Largest accepted body of a registry request, in bytes. Answer beyond it: 413.
pub const REGISTRY_BODY_BYTES_MAX: usize = 64 << 10;
/// Most `Submission-Signature` headers on one request. Answer beyond it: 400.
pub const SIGNATURES_MAX: usize = laiqu_ledger::SIGNATURES_MAX;
/// Submissions that are received whole and not answered yet, where these take no longer than they
/// should. Answer beyond it: 503. Two syncs of a slow disk still find a full batch.
pub const SUBMISSIONS_MAX: usize = 256;
/// So many may be where they come no faster than others were done lately, because all of them wait
/// for something that takes long once.
pub const SUBMISSIONS_PAUSED_MAX: usize = 4 * SUBMISSIONS_MAX;
/// No longer than so may it be more than [`SUBMISSIONS_MAX`], and not until so long after one was
/// refused.
pub const DEMAND_PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);
/// What can be done in so long may come at once and still be no more than usual.
pub const DEMAND_BURST: std::time::Duration = std::time::Duration::from_millis(50);
/// So many may always be in work, however long they take.
pub const SUBMISSIONS_MIN: usize = 8;
/// What half of them should take at most: so many times what they usually take when few come.
pub const USUAL_TIMES: u64 = 3;
/// At least this is allowed, and never more than that, in microseconds.
pub const IN_WORK_MICROS_MIN: u64 = 10_000;
/// See [`IN_WORK_MICROS_MIN`].
pub const IN_WORK_MICROS_MAX: u64 = 1_000_000;
/// Time in which what is usual counts half as much, because the machine may have become slower.
pub const USUAL_FORGOTTEN: std::time::Duration = std::time::Duration::from_secs(600);
/// Bytes of their bodies for each that may be in work: no further one is taken once as many are,
/// because a large one takes the time of many small ones. Answer then: 503.
pub const SUBMISSION_BYTES_USUAL: usize = 8 << 10;
/// Bytes of all bodies of captures in memory, those that still arrive included. Answer to what goes
/// beyond it: 503.
pub const BODIES_BYTES_MAX: usize = 256 << 20;
/// So many of them may be of anyone. Beyond it whoever sends must be known by signature or token,
/// so that nobody who is not keeps the others from writing. Answer to who is not: 503.
pub const BODIES_OF_ANYONE_BYTES_MAX: usize = BODIES_BYTES_MAX / 2;
/// Longest time that durable entries may wait without any being applied while the server still
/// counts as ready, in microseconds.
pub const READY_LAG_MICROS_MAX: u64 = 10_000_000;
/// Submissions that may wait for the sequencer, registry changes among them. Answer beyond it: 503.
pub const QUEUE_SUBMISSIONS_MAX: usize = 4_096;
/// Most submissions in one commit unit; the rest waits for the next.
pub const COMMIT_SUBMISSIONS_MAX: usize = 1_024;
/// A commit unit takes no further submission once it holds this many bytes of frames.
pub const COMMIT_FRAME_BYTES_MAX: usize = 4 << 20;
/// Commit units that may wait to be published; the sequencer waits beyond it.
pub const PUBLISH_UNITS_MAX: usize = 4;
/// So long the publisher waits for questions that read the projections, before it answers captures
/// that these do not show yet.
pub const BEHIND_PATIENCE: std::time::Duration = std::time::Duration::from_millis(250);
/// So long it only looks whether they are over then: who asks while it waits has to wait, too.
pub const BEHIND_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// Bytes of entries that may wait to be shown, some 20,000 events; behind more of them captures
/// wait for the question. They hold a few times as much in memory.
pub const BEHIND_BYTES_MAX: usize = 16 << 20;
/// Entries whose identifiers the sequencer remembers, to catch what a request could not yet see.
pub const RECENT_ENTRIES_MAX: usize = 16_384;
/// Identifiers and bodies that it remembers, of as many entries as have so many.
pub const RECENT_TRACES_MAX: usize = 65_536;
/// Entries that it remembers however many identifiers they bring: no more are in work of those
/// that bring many.
pub const RECENT_ENTRIES_MIN: usize = 2 * SUBMISSIONS_MAX;
/// How often a request may be checked anew because another one was written meanwhile.
pub const RECHECKS_MAX: usize = 64;
/// A wall clock that is further behind, or jumps by more, stops writes. Microseconds.
pub const CLOCK_STEP_MICROS_MAX: i64 = 5_000_000;
/// New events after which the projections are kept in a file anew, unless the operator says
/// otherwise: what a start after a crash has to fold, and what takes memory. About 10 s and 500 MB.
pub const KEEP_EVENTS: u64 = 250_000;
/// Projections are kept only where so much of the disk stays free for the log, in bytes.
pub const KEEPING_FREE_BYTES_MIN: u64 = 64 << 20;
/// Keeping begins so long before as many events wait as are kept at once, at the rate at which they
/// come, and not before half as many do.
pub const KEEPING_TIME: std::time::Duration = std::time::Duration::from_secs(30);
/// Where so many times as many events wait as are kept at once, the more they are, the slower come
/// others: they take memory.
pub const KEEPING_OVERDUE: u64 = 3;
/// Where so many times as many do, captures are refused (503) until the projections are kept: with
/// [`KEEP_EVENTS`] 1,000,000, which take about 2 GB, and the fold that keeps them as much again.
pub const UNKEPT_MAX: u64 = 4;
/// However small the operator's number is, this many events may lie in memory.
pub const UNKEPT_EVENTS_MIN: u64 = 100_000;
/// Rest behind each new event where that many lie in memory, and in proportion where some less do.
pub const UNKEPT_REST: std::time::Duration = std::time::Duration::from_micros(200);
/// Longest rest at once.
pub const UNKEPT_REST_MAX: std::time::Duration = std::time::Duration::from_secs(1);
/// Shortest time between two times that projections are kept.
pub const KEEPING_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// Likewise, where they could not be: nothing is refused meanwhile for that.
pub const KEEPING_RETRY: std::time::Duration = std::time::Duration::from_secs(60);
/// Shortest time between two published checkpoints, in milliseconds.
pub const CHECKPOINT_INTERVAL_MILLIS: u64 = 1_000;
/// Most events on one page of an event query; a larger `perPage` gets as many.
pub const QUERY_EVENTS_MAX: usize = 1_000;
/// Candidates that one page of an event query may read and compare; it then ends early.
pub const QUERY_CANDIDATES_MAX: usize = 2_000;
/// A page of an event query takes no further event once it holds this many bytes of them.
pub const QUERY_PAGE_BYTES_MAX: usize = 16 << 20;
/// Most named queries of one owner. Answer beyond it: 409.
pub const NAMED_QUERIES_MAX: usize = 200;
/// Most subscriptions of a ledger that results are posted for. Answer beyond it: 409.
pub const SUBSCRIPTIONS_MAX: usize = 1_000;
/// Most events in one message to who subscribed.
pub const MESSAGE_EVENTS_MAX: usize = 100;
/// A message to who subscribed takes no further event once it holds this many bytes of them.
pub const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Shortest time between two looks for new results of a subscription, in milliseconds.
pub const LOOK_INTERVAL_MILLIS: u64 = 100;
/// Most subscriptions that are posted to at the same time.
pub const DELIVERIES_MAX: usize = 32;
/// Most of them of one owner, so that all of one owner's readers may hang.
pub const DELIVERIES_OF_OWNER_MAX: usize = 8;
/// Most of them whose reader failed the last time.
pub const DELIVERIES_FAILING_MAX: usize = 8;
/// Members of a collection that one page may look at, some 7 ms; it then ends early.
pub const COLLECTION_EXAMINED_MAX: usize = 3_000;
/// Longest time that one question about temperatures may span, in days. Answer beyond it: 400.
pub const EXPOSURE_DAYS_MAX: i64 = 366;
/// Longest identifier in a question, in bytes. Answer beyond it: 400.
pub const QUESTION_ID_BYTES_MAX: usize = 2_048;
/// Most entries that one page of capture jobs looks at; the next page goes on there.
pub const JOBS_SCANNED_MAX: usize = 1_024;
/// Most items that one trace starts from. Answer beyond it: 400.
pub const TRACE_STARTS_MAX: usize = 100;
/// Most times that a reader opens a box of one drawing. Answer beyond it: 400.
pub const TRACE_OPENED_MAX: usize = 100;
/// Most lots that a trace may ask for; [`laiqu_trace::LOTS_MAX`] unless it does. Answer beyond it:
/// 400.
pub const TRACE_LOTS_MAX: usize = 250_000;
/// The text of a trace is handed on once there is so much of it, in bytes; one line may be more.
pub const TRACE_TEXT_BYTES: usize = 256 << 10;
/// Most events that one answer proves. Answer to more: 400.
pub const PROOF_EVENTS_MAX: usize = 1_000;
/// A page of capture jobs looks at no further entry once it has read this many bytes of them.
pub const JOBS_PAGE_BYTES_MAX: usize = 16 << 20;
/// Most entries of a party's chain in one answer; a larger `limit` gets as many.
pub const CHAIN_ENTRIES_MAX: u64 = 256;
/// Most entries whose private frames one answer holds. Answer to a longer range: 400.
pub const PRIVATE_ENTRIES_MAX: u64 = 256;
/// An answer takes no further private frame once it holds this many bytes of them.
pub const PRIVATE_FRAME_BYTES_MAX: u64 = 32 << 20;
/// Longest text that names are searched for, in bytes. Answer beyond it: 400.
pub const FIND_TEXT_BYTES_MAX: usize = 256;
/// Most texts, and most numbers of lots, that such a search looks at, best first; beyond them the
/// answer says that there may be more.
pub const FIND_SCANNED_MAX: usize = 20_000;
/// Of the things that an event with ILMD makes, so many are found by the texts in it.
pub const LABELLED_MAX: usize = 64;
/// Most things in the answer to such a search.
pub const FIND_MAX: u32 = 200;
/// Most lots of which one such search looks up the first events; beyond them the answer says that
/// there may be more.
pub const FIND_LOTS_SCANNED_MAX: usize = 100_000;
/// Most lots of which it looks up where they were, likewise.
pub const FIND_LOTS_PLACED_MAX: usize = 5_000;
/// Most places that it is limited to, likewise.
pub const FIND_PLACES_MAX: usize = 100;
/// Most lots of a product in such an answer.
pub const FIND_LOTS_MAX: usize = 50;
/// Longest question that comes as JSON (the scope of a recall, a source), in bytes. Answer beyond
/// it: 413.
pub const QUESTION_BODY_BYTES_MAX: usize = 1 << 20;
/// Most lots, and most resources, in such a question. Answer beyond it: 400.
pub const SCOPE_STARTS_MAX: usize = 1_000;
/// Most cases in a question for a source, and most sites or lots of which it assumes something.
/// Answer beyond it: 400.
pub const SOURCE_CASES_MAX: usize = 1_000;
/// Most candidates in the answer to it. Answer beyond it: 400.
pub const SOURCE_CANDIDATES_MAX: usize = 1_000;
/// Candidates in it unless the question says otherwise.
pub const SOURCE_CANDIDATES: usize = 20;
/// Largest weight of a case, and with a minus the smallest. Answer beyond it: 400.
pub const SOURCE_WEIGHT_MAX: f64 = 1e6;
