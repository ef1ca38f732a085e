//! Whether the index answers from the entries of the ledger.

use super::report::Report;
use laiqu_service::{Error, IndexSample, IndexState, check_index, sample_index};
use std::path::Path;

/// Records that are compared unless all are asked for.
const SAMPLE_RECORDS: usize = 256;

/// How closely the index is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LookAtIndex {
    /// Its mark and some records.
    #[default]
    Sample,
    /// Every record against every entry, which reads the ledger once more.
    All,
    /// Someone else does.
    No,
}

/// Looks at the index of a ledger that was found whole.
pub(super) fn look(path: &Path, how: LookAtIndex, report: &mut Report) {
    if !report.whole && how != LookAtIndex::No {
        report.not_checked.push("the index, because the ledger is damaged".to_owned());
        return;
    }
    let all = |state| IndexSample { state, compared: 0, records: 0 };
    let found: Result<IndexSample, Error> = match how {
        LookAtIndex::Sample => sample_index(path, SAMPLE_RECORDS),
        LookAtIndex::All => check_index(path).map(all),
        LookAtIndex::No => return,
    };
    let left_out = match found {
        Ok(IndexSample { state: IndexState::Agrees { .. }, compared, records })
            if compared < records =>
        {
            format!("the index, beyond {compared} of its {records} records (give --deep)")
        }
        Ok(IndexSample { state: IndexState::Agrees { .. }, .. }) => return,
        Ok(IndexSample { state: IndexState::InUse, .. }) => {
            "the index: the server is running".to_owned()
        }
        Ok(IndexSample { state: IndexState::Missing, .. }) => {
            "the index: there is none, the next start writes it".to_owned()
        }
        Ok(IndexSample { state: IndexState::Differs, .. }) => {
            let what = "it cannot be read, or does not say what the entries say; no entry is \
                        lost: `laiqu reindex` or the next start writes it anew";
            return report.damage("index", None, what);
        }
        Err(error) => format!("the index: {}", error.detail),
    };
    report.not_checked.push(left_out);
}
