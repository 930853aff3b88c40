//! Tasks, their wakers, and the groups in which they live and die.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

use slab::Slab;

use super::place::{Place, Wait};

/// A set of tasks that are cancelled together: a server's incarnation, or the harness itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GroupId(pub(super) u32);

/// Someone who is told around every poll of a group's tasks.
pub trait Observer {
    /// A task of the group is about to be polled.
    fn before_poll(&self);
    /// A task of the group was polled.
    fn after_poll(&self);
    /// A task of the group is about to show something, in the middle of a poll.
    fn before_answer(&self);
}

pub(super) type BoxedTask = Pin<Box<dyn Future<Output = ()>>>;

pub(super) struct Task {
    /// Never used again in this run, unlike the slot.
    serial: u64,
    pub(super) group: GroupId,
    /// The group's observer is told of its polls.
    observed: bool,
    pub(super) spawned: Place,
    /// What it waited for when it was last polled.
    wait: Option<Wait>,
    /// None while the task is being polled.
    pub(super) future: Option<BoxedTask>,
    pub(super) waker: Waker,
    queued: bool,
}

/// Names one task for ever; stale when the task has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct TaskKey {
    run: u64,
    serial: u64,
    slot: usize,
}

/// A task that is being polled.
pub(super) struct Taken {
    pub(super) key: TaskKey,
    pub(super) group: GroupId,
    pub(super) observed: bool,
    pub(super) spawned: Place,
    pub(super) future: BoxedTask,
    pub(super) waker: Waker,
}

thread_local! {
    /// Tasks woken since the executor last looked. Wakers must be `Send`, so they cannot hold
    /// the executor itself; a thread's runs come one after the other, and a key names its run, so
    /// that a waker that outlived its run, or fled to another thread, wakes nothing.
    static WOKEN: RefCell<Vec<TaskKey>> = const { RefCell::new(Vec::new()) };
}

struct TaskWaker(TaskKey);

impl Wake for TaskWaker {
    fn wake(self: Arc<TaskWaker>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<TaskWaker>) {
        // A waker kept in a thread-local of somebody else's may be woken when the thread ends,
        // after this one is gone. Nothing runs any more then.
        let _ = WOKEN.try_with(|woken| woken.borrow_mut().push(self.0));
    }
}

/// All tasks of a run, and which of them are ready.
pub(super) struct Tasks {
    run: u64,
    slots: Slab<Task>,
    serial: u64,
    ready: Vec<usize>,
    /// Groups whose tasks are not polled, and those of their tasks that would be ready otherwise.
    paused: Vec<GroupId>,
    parked: Vec<usize>,
}

impl Tasks {
    /// No tasks; `run` is unlike that of any other simulation on this thread.
    pub(super) fn new(run: u64) -> Tasks {
        WOKEN.with_borrow_mut(Vec::clear);
        Tasks { run, slots: Slab::new(), serial: 0, ready: Vec::new(), paused: Vec::new(), parked: Vec::new() }
    }

    /// Adds a task, ready to be polled.
    pub(super) fn insert(&mut self, group: GroupId, observed: bool, spawned: Place, future: BoxedTask) {
        self.serial += 1;
        let serial = self.serial;
        let entry = self.slots.vacant_entry();
        let slot = entry.key();
        let waker = Waker::from(Arc::new(TaskWaker(TaskKey { run: self.run, serial, slot })));
        entry.insert(Task { serial, group, observed, spawned, wait: None, future: Some(future), waker, queued: true });
        self.queue_of(group).push(slot);
    }

    /// Where a ready task of a group waits.
    fn queue_of(&mut self, group: GroupId) -> &mut Vec<usize> {
        if self.paused.contains(&group) { &mut self.parked } else { &mut self.ready }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Moves what was woken to the ready tasks, each once.
    pub(super) fn collect_woken(&mut self) {
        WOKEN.with_borrow_mut(|woken| {
            for key in woken.iter() {
                match self.slots.get_mut(key.slot) {
                    Some(task) if key.run == self.run && task.serial == key.serial && !task.queued => {
                        task.queued = true;
                        let paused = self.paused.contains(&task.group);
                        if paused { &mut self.parked } else { &mut self.ready }.push(key.slot);
                    }
                    _ => {}
                }
            }
            woken.clear();
        });
    }

    pub(super) fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Takes the `choice`-th ready task out for polling.
    pub(super) fn take(&mut self, choice: usize) -> Option<Taken> {
        let slot = self.ready.swap_remove(choice);
        let task = self.slots.get_mut(slot)?;
        task.queued = false;
        let key = TaskKey { run: self.run, serial: task.serial, slot };
        let (group, observed, spawned, waker) = (task.group, task.observed, task.spawned, task.waker.clone());
        Some(Taken { key, group, observed, spawned, future: task.future.take()?, waker })
    }

    /// Puts a task back that is not done; gives it back if it was cancelled while being polled.
    pub(super) fn put_back(&mut self, key: TaskKey, future: BoxedTask, wait: Option<Wait>) -> Option<BoxedTask> {
        match self.slots.get_mut(key.slot) {
            Some(task) if task.serial == key.serial => {
                (task.future, task.wait) = (Some(future), wait);
                None
            }
            _ => Some(future),
        }
    }

    /// Removes a task that is done, unless it was cancelled while being polled.
    pub(super) fn remove(&mut self, key: TaskKey) {
        if self.slots.get(key.slot).is_some_and(|task| task.serial == key.serial) {
            self.slots.remove(key.slot);
        }
    }

    /// Lets no task of a group be polled.
    pub(super) fn pause(&mut self, group: GroupId) {
        if !self.paused.contains(&group) {
            self.paused.push(group);
            let parked =
                self.ready.extract_if(.., |slot| self.slots.get(*slot).is_some_and(|task| task.group == group));
            self.parked.extend(parked);
        }
    }

    /// Lets a paused group's tasks be polled again.
    pub(super) fn resume(&mut self, group: GroupId) {
        self.paused.retain(|paused| *paused != group);
        let ready = self.parked.extract_if(.., |slot| self.slots.get(*slot).is_some_and(|task| task.group == group));
        self.ready.extend(ready);
    }

    pub(super) fn is_paused(&self, group: GroupId) -> bool {
        self.paused.contains(&group)
    }

    /// The observed tasks that are not being polled, each with its group and whether it is ready, in the
    /// order in which they were spawned.
    pub(super) fn standing(&self) -> Vec<(GroupId, Place, Option<Wait>, bool)> {
        let mut tasks: Vec<&Task> =
            self.slots.iter().map(|(_, task)| task).filter(|task| task.observed && task.future.is_some()).collect();
        tasks.sort_by_key(|task| task.serial);
        tasks.into_iter().map(|task| (task.group, task.spawned, task.wait, task.queued)).collect()
    }

    /// Removes all tasks of a group, or all tasks there are. The caller drops them when nothing
    /// is borrowed any more: their destructors may come back to the executor.
    pub(super) fn cancel(&mut self, group: Option<GroupId>) -> Vec<Task> {
        let doomed = |task: &Task| group.is_none_or(|group| task.group == group);
        let slots: Vec<usize> = self.slots.iter().filter(|(_, task)| doomed(task)).map(|(slot, _)| slot).collect();
        self.ready.retain(|slot| !slots.contains(slot));
        self.parked.retain(|slot| !slots.contains(slot));
        self.paused.retain(|paused| group.is_some_and(|group| group != *paused));
        slots.into_iter().map(|slot| self.slots.remove(slot)).collect()
    }
}

/// One group: its name for messages, and who is told of its polls.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) name: Rc<str>,
    pub(super) observer: Option<Rc<dyn Observer>>,
    /// No task can be added to a cancelled group.
    pub(super) cancelled: bool,
}
