//! The threads of a verification, and work that comes back in the order it was handed out.

use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

type Task<'s> = Box<dyn FnOnce() + Send + 's>;

/// Runs tasks on other threads in the order they come, or at once on the caller's own where one
/// thread is to do everything. Dropping it lets the threads end once all tasks are done.
#[derive(Debug)]
pub(super) struct Pool<'s> {
    tasks: Option<Sender<Task<'s>>>,
}

/// What a task will have answered.
#[derive(Debug)]
pub(super) struct Promised<T>(Receiver<T>);

impl<'s> Pool<'s> {
    pub(super) fn start(scope: &'s Scope<'s, '_>, threads: NonZeroUsize) -> Self {
        if threads.get() == 1 {
            return Pool { tasks: None };
        }
        let (tasks, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads.get() {
            let waiting = Arc::clone(&waiting);
            scope.spawn(move || {
                while let Some(task) = next(&waiting) {
                    task();
                }
            });
        }
        Pool { tasks: Some(tasks) }
    }

    pub(super) fn submit<T: Send + 's>(&self, work: impl FnOnce() -> T + Send + 's) -> Promised<T> {
        let (answer, promised) = mpsc::sync_channel(1);
        // What was read ahead of damage is answered to no one.
        let task = move || answer.send(work()).unwrap_or_default();
        match &self.tasks {
            Some(tasks) => tasks.send(Box::new(task)).unwrap_or_default(),
            None => task(),
        }
        Promised(promised)
    }
}

/// The lock is held while waiting, but not while working.
fn next<'s>(waiting: &Mutex<Receiver<Task<'s>>>) -> Option<Task<'s>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl<T> Promised<T> {
    /// Waits for the answer; `None` where the task came to no end.
    pub(super) fn wait(self) -> Option<T> {
        self.0.recv().ok()
    }
}
