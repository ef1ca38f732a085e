//! `laiqu reindex`: throws the index away and rebuilds it from the ledger.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;
use laiqu_ledger::{Log, LogOptions};
use laiqu_service::{DataDir, Service, ServiceOptions};
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
        let data = DataDir::new(&self.data);
        let descriptor = data.read_descriptor()?;
        let started = Instant::now();
        let failed = |error: laiqu_ledger::Error| {
            let code = laiqu_service::Code::Damaged;
            Failure::from(laiqu_service::Error::new(code, error.to_string()))
        };
        // Whoever holds the log open holds the index too.
        let (log, _) = Log::open(&data.log(), LogOptions::default()).map_err(failed)?;
        let index = data.index();
        match std::fs::remove_dir_all(&index) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::file(&index, &error));
            }
            _ => {}
        }
        log.close().map_err(failed)?;
        let service = Service::open(&self.data, ServiceOptions::default())?;
        service.stop()?;
        let seconds = started.elapsed().as_secs_f32();
        out::line(&format!("已重建索引 rebuilt: {}，{seconds:.1} s", descriptor.origin))?;
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
