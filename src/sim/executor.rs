//! The loop that everything runs in.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use super::drops::one_by_one;
use super::join::{JoinHandle, joined};
use super::place::{self, Place, Standing};
use super::pulse::Pulse;
use super::sleep::Sleep;
use super::task::{BoxedTask, Group, GroupId, Observer, Taken, Tasks};
use super::timer::{Action, TimerKey, Timers};
use super::{Limit, Limits};
use crate::base::{Clock, Instant, Random};

/// How a simulation ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// The main task ended.
    Finished,
    /// [`Sim::stop`] was called.
    Stopped,
    /// The main task waits, and nothing will ever happen again.
    Deadlocked,
    /// A limit was reached, while a task of the group with this name was at work.
    OverLimit(Limit, Rc<str>),
}

/// Owns a run's tasks and timers. Dropping it drops them, and so breaks the cycles between tasks
/// and the [`Sim`] handles that they hold.
pub struct Simulation {
    sim: Sim,
}

impl Simulation {
    /// An empty simulation whose clock is `clock` and whose scheduling draws from `random`.
    /// `pulse`, if given, tells of every step to someone who watches from another thread.
    pub fn new(clock: Rc<Clock>, random: Random, limits: Limits, pulse: Option<Arc<Pulse>>) -> Simulation {
        place::begin_poll();
        pulse.iter().for_each(|pulse| pulse.restart());
        let core = Core {
            clock,
            random: RefCell::new(random),
            limits,
            pulse,
            tasks: RefCell::new(Tasks::new(next_run())),
            timers: RefCell::default(),
            groups: RefCell::default(),
            stop: RefCell::new(None),
            steps: Cell::new(0),
            polls_this_instant: Cell::new(0),
            closed: Cell::new(false),
            at_work: Cell::new(None),
            spinning: RefCell::new(None),
            after_step: RefCell::default(),
        };
        Simulation { sim: Sim(Rc::new(core)) }
    }

    /// A handle for those who live in the simulation.
    pub fn handle(&self) -> Sim {
        self.sim.clone()
    }

    /// Plays until `main`, a task of group `group`, has ended, or until something else ends it.
    pub fn run(&self, group: GroupId, main: impl Future<Output = ()> + 'static) -> End {
        let sim = self.sim.clone();
        self.sim.spawn_detached(group, async move {
            main.await;
            sim.0.end(End::Finished);
        });
        self.sim.0.run()
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        let core = &self.sim.0;
        core.closed.set(true);
        let tasks = core.tasks.borrow_mut().cancel(None);
        let actions = core.timers.borrow_mut().drain();
        let (groups, after_step) = (core.groups.take(), core.after_step.take());
        one_by_one(tasks, drop);
        drop((actions, groups, after_step));
    }
}

/// Numbers the simulations of this thread, so that no waker of one reaches another.
fn next_run() -> u64 {
    thread_local! { static RUNS: Cell<u64> = const { Cell::new(0) }; }
    RUNS.set(RUNS.get() + 1);
    RUNS.get()
}

/// A handle on a simulation: spawns, sleeps, schedules. Cheap to clone.
#[derive(Clone)]
pub struct Sim(pub(super) Rc<Core>);

pub(super) struct Core {
    pub(super) clock: Rc<Clock>,
    random: RefCell<Random>,
    limits: Limits,
    pulse: Option<Arc<Pulse>>,
    tasks: RefCell<Tasks>,
    pub(super) timers: RefCell<Timers>,
    groups: RefCell<Vec<Group>>,
    stop: RefCell<Option<End>>,
    steps: Cell<u64>,
    polls_this_instant: Cell<u64>,
    /// The simulation is being dropped: whoever wants to spawn now comes too late.
    closed: Cell<bool>,
    /// Whose code is running, for messages about it.
    at_work: Cell<Option<AtWork>>,
    /// The task that was polled once too often at one instant.
    spinning: RefCell<Option<Standing>>,
    /// To be done when the present step is over.
    after_step: RefCell<Vec<Box<dyn FnOnce()>>>,
}

/// Whose code is running.
#[derive(Clone, Copy)]
struct AtWork {
    group: GroupId,
    /// Where the task was spawned; none for a call from outside of any task.
    task: Option<Place>,
}

impl Sim {
    /// The current virtual time.
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// The bounds of this run.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Makes a group of tasks. Its name appears in messages about it.
    pub fn group(&self, name: &str) -> GroupId {
        let mut groups = self.0.groups.borrow_mut();
        groups.push(Group { name: name.into(), observer: None, cancelled: false });
        self.0.pulse.iter().for_each(|pulse| pulse.add_group(name));
        GroupId(groups.len() as u32 - 1)
    }

    /// Lets `observer` know of every poll of the group's tasks from now on.
    pub fn observe(&self, group: GroupId, observer: Rc<dyn Observer>) {
        self.0.groups.borrow_mut()[group.0 as usize].observer = Some(observer);
    }

    /// Tells the group's observer, if it has one, that a task of the group is about to show something.
    pub fn before_answer(&self, group: GroupId) {
        let observer = self.0.groups.borrow()[group.0 as usize].observer.clone();
        if let Some(observer) = observer {
            observer.before_answer();
        }
    }

    /// Drops all tasks of a group, wherever they wait, and lets no new one in.
    pub fn cancel(&self, group: GroupId) {
        if self.0.closed.get() {
            return;
        }
        let observer = {
            let mut groups = self.0.groups.borrow_mut();
            let group = &mut groups[group.0 as usize];
            group.cancelled = true;
            group.observer.take()
        };
        let tasks = self.0.tasks.borrow_mut().cancel(Some(group));
        self.enter(group, || one_by_one(tasks, drop));
        drop(observer);
    }

    /// Starts a task whose result can be awaited.
    #[track_caller]
    pub fn spawn<T: 'static>(&self, group: GroupId, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        let (task, handle) = joined(future, Location::caller());
        self.spawn_detached(group, task);
        handle
    }

    /// Starts a task that nobody waits for.
    #[track_caller]
    pub fn spawn_detached(&self, group: GroupId, future: impl Future<Output = ()> + 'static) {
        self.spawn_for(group, Location::caller(), future);
    }

    /// Starts a task that nobody waits for, on behalf of what stands at `place`.
    pub fn spawn_for(&self, group: GroupId, place: Place, future: impl Future<Output = ()> + 'static) {
        self.insert(group, true, place, Box::pin(future));
    }

    /// Starts a task that lives and dies with the group and is no business of the group's observer.
    #[track_caller]
    pub fn spawn_unobserved(&self, group: GroupId, future: impl Future<Output = ()> + 'static) {
        self.insert(group, false, Location::caller(), Box::pin(future));
    }

    fn insert(&self, group: GroupId, observed: bool, spawned: Place, future: BoxedTask) {
        if self.0.closed.get() || self.0.groups.borrow()[group.0 as usize].cancelled {
            return;
        }
        let mut tasks = self.0.tasks.borrow_mut();
        tasks.insert(group, observed, spawned, future);
        if tasks.len() > self.0.limits.tasks {
            self.over(Limit::Tasks, group);
        }
    }

    /// Ends after `duration`. A task that sleeps for no time at all still lets others go first.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.sleep_until(self.now() + duration)
    }

    /// Ends at `instant`, or at once if it has passed.
    #[track_caller]
    pub fn sleep_until(&self, instant: Instant) -> Sleep {
        Sleep::new(self.clone(), instant, Location::caller())
    }

    /// Does `action` at `instant`, outside of any task.
    pub fn schedule(&self, instant: Instant, action: impl FnOnce() + 'static) {
        if self.0.closed.get() {
            return;
        }
        self.insert_timer(instant, Action::Run(Box::new(action)));
    }

    /// Does `action` at the end of the present step: before anything else is polled or due.
    pub fn after_step(&self, action: impl FnOnce() + 'static) {
        if !self.0.closed.get() {
            self.0.after_step.borrow_mut().push(Box::new(action));
        }
    }

    /// Lets no task of a group be polled: what wakes them, messages and timers, has to wait.
    pub fn pause(&self, group: GroupId) {
        self.0.tasks.borrow_mut().pause(group);
    }

    /// Lets a paused group go on, with everything at once that had to wait.
    pub fn resume(&self, group: GroupId) {
        self.0.tasks.borrow_mut().resume(group);
    }

    /// Whether a group is paused.
    pub fn is_paused(&self, group: GroupId) -> bool {
        self.0.tasks.borrow().is_paused(group)
    }

    pub(super) fn insert_timer(&self, instant: Instant, action: Action) -> TimerKey {
        self.0.timers.borrow_mut().insert(instant.max(self.now()), action)
    }

    /// Calls code that belongs to `group`, from wherever.
    pub fn enter<T>(&self, group: GroupId, call: impl FnOnce() -> T) -> T {
        let caller = self.0.set_at_work(Some(AtWork { group, task: None }));
        let result = call();
        self.0.set_at_work(caller);
        result
    }

    /// The name of the group whose code is running; after a panic, of the one that panicked.
    pub fn at_work(&self) -> Option<Rc<str>> {
        self.0.at_work.get().map(|at_work| self.0.group_name(at_work.group))
    }

    /// Where the task was spawned whose code is running; after a panic, the one that panicked.
    pub fn task_at_work(&self) -> Option<Place> {
        self.0.at_work.get()?.task
    }

    pub(super) fn group_at_work(&self) -> Option<GroupId> {
        self.0.at_work.get().map(|at_work| at_work.group)
    }

    /// All tasks but those that are no observer's business, and the one that is being polled.
    pub fn tasks(&self) -> Vec<Standing> {
        let tasks = self.0.tasks.borrow().standing();
        let named =
            |(group, spawned, wait, is_ready)| Standing { group: self.0.group_name(group), spawned, wait, is_ready };
        tasks.into_iter().map(named).collect()
    }

    /// Whether a task of a group sleeps, or may do so somewhere in what it waits for.
    pub fn sleeps(&self, group: GroupId) -> bool {
        self.0.timers.borrow().wakes(group)
    }

    /// The task that reached [`Limits::polls_per_instant`], if one did.
    pub fn spinning(&self) -> Option<Standing> {
        self.0.spinning.borrow().clone()
    }

    /// Ends the simulation after the current step.
    pub fn stop(&self) {
        self.0.end(End::Stopped);
    }

    /// Ends the simulation because `limit` was reached by a task of `group`.
    pub fn over(&self, limit: Limit, group: GroupId) {
        self.0.over(limit, self.0.group_name(group));
    }
}

impl Core {
    fn run(&self) -> End {
        loop {
            self.run_ready();
            if let Some(end) = self.stop.borrow().clone() {
                return end;
            }
            if !self.next_instant() {
                return self.stop.borrow().clone().unwrap_or(End::Deadlocked);
            }
        }
    }

    /// Polls ready tasks, one at a time and in random order, until none is ready.
    fn run_ready(&self) {
        loop {
            let ready = {
                let mut tasks = self.tasks.borrow_mut();
                tasks.collect_woken();
                tasks.ready()
            };
            if ready == 0 || self.stop.borrow().is_some() {
                return;
            }
            let choice = if ready == 1 { 0 } else { self.random.borrow_mut().below(ready as u64) as usize };
            self.poll(choice);
        }
    }

    fn poll(&self, choice: usize) {
        let Some(task) = self.tasks.borrow_mut().take(choice) else { return };
        let Taken { key, group, observed, spawned, mut future, waker } = task;
        let observer = if observed { self.groups.borrow()[group.0 as usize].observer.clone() } else { None };
        if let Some(observer) = &observer {
            observer.before_poll();
        }
        self.set_at_work(Some(AtWork { group, task: Some(spawned) }));
        place::begin_poll();
        let pending = future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending();
        let wait = place::noted();
        let rest = if pending {
            self.tasks.borrow_mut().put_back(key, future, wait)
        } else {
            self.tasks.borrow_mut().remove(key);
            Some(future)
        };
        drop(rest);
        if let Some(observer) = &observer {
            observer.after_poll();
        }
        self.at_work.set(None);
        self.end_step();
        if self.count_poll(group) {
            let group = self.group_name(group);
            self.spinning.replace(Some(Standing { group, spawned, wait, is_ready: false }));
        }
    }

    fn set_at_work(&self, at_work: Option<AtWork>) -> Option<AtWork> {
        // Between two tasks nobody waits long, so that needs not be told.
        if let (Some(pulse), Some(AtWork { group, task })) = (&self.pulse, at_work) {
            pulse.at_work(Some(group.0), task);
        }
        self.at_work.replace(at_work)
    }

    fn end_step(&self) {
        while !self.after_step.borrow().is_empty() {
            let actions = self.after_step.take();
            actions.into_iter().for_each(|action| action());
        }
    }

    /// Says whether there were too many at this instant.
    fn count_poll(&self, group: GroupId) -> bool {
        self.polls_this_instant.set(self.polls_this_instant.get() + 1);
        let spins = self.polls_this_instant.get() > self.limits.polls_per_instant;
        if spins {
            self.over(Limit::PollsPerInstant, self.group_name(group));
        }
        self.count_step();
        spins
    }

    fn count_step(&self) {
        self.steps.set(self.steps.get() + 1);
        if let Some(pulse) = &self.pulse {
            pulse.step(self.steps.get());
        }
        if self.steps.get() > self.limits.steps {
            self.over(Limit::Steps, "the run".into());
        }
    }

    fn over(&self, limit: Limit, culprit: Rc<str>) {
        self.end(End::OverLimit(limit, culprit));
    }

    /// The first reason to end is the one that counts.
    fn end(&self, end: End) {
        self.stop.borrow_mut().get_or_insert(end);
    }

    fn group_name(&self, group: GroupId) -> Rc<str> {
        self.groups.borrow()[group.0 as usize].name.clone()
    }

    /// Moves the clock to the next instant and does what is due then. False if there is none.
    fn next_instant(&self) -> bool {
        let Some(instant) = self.timers.borrow_mut().next_instant() else { return false };
        if instant > Instant::START + self.limits.virtual_time {
            self.over(Limit::VirtualTime, "the run".into());
            return false;
        }
        if instant > self.clock.now() {
            self.clock.advance(instant);
            self.pulse.iter().for_each(|pulse| pulse.advance(instant));
            self.polls_this_instant.set(0);
        }
        self.do_due(instant);
        true
    }

    /// Does everything that was due at `now` when it began. What is added meanwhile waits until
    /// ready tasks had their turn.
    fn do_due(&self, now: Instant) {
        let newest = self.timers.borrow().newest();
        loop {
            let Some(action) = self.timers.borrow_mut().pop_due(now, newest) else { return };
            self.count_step();
            match action {
                Action::Wake { waker, .. } => waker.wake(),
                Action::Run(run) => run(),
            }
            self.end_step();
            if self.stop.borrow().is_some() {
                return;
            }
        }
    }
}
