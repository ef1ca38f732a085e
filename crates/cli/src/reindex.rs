//! `laiqu reindex`: throws the index away and rebuilds it from the ledger.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;
use laiqu_service::reindex;
use std::path::PathBuf;
use std::time::Instant;

/// Rebuilds the index.
#[derive(Debug, Args)]
pub(crate) struct Reindex {
    /// 数据目录；服务须已停止 / Data directory; the server must be stopped
    #[arg(long)]
    data: PathBuf,
}

impl Reindex {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let started = Instant::now();
        let descriptor = reindex(&self.data)?;
        let seconds = started.elapsed().as_secs_f32();
        out::line(&format!("已重建索引 rebuilt: {}，{seconds:.1} s", descriptor.origin))?;
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_service::{DataDir, Service, ServiceOptions};

    #[test]
    fn it_works_on_a_stopped_ledger_and_refuses_beside_a_running_one() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        laiqu_service::init(&data, "test.example/log").unwrap();
        let reindex = || Reindex { data: data.clone() }.run();
        assert_eq!(reindex().unwrap(), Exit::Done);
        assert!(DataDir::new(&data).index().is_dir());
        let service = Service::open(&data, ServiceOptions::default()).unwrap();
        assert_eq!(reindex().unwrap_err().exit, Exit::Refused);
        assert!(DataDir::new(&data).index().is_dir(), "the running server keeps its index");
        service.stop().unwrap();
        let nowhere = Reindex { data: dir.path().join("nowhere") };
        assert_eq!(nowhere.run().unwrap_err().exit, Exit::Usage);
    }
}
