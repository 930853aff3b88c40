//! The simulator's promises, each as a small world.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::*;
use crate::base::{Clock, Instant, Random};

fn simulation(seed: u64, limits: Limits) -> (Simulation, Sim, GroupId) {
    let simulation = Simulation::new(Rc::new(Clock::default()), Random::new(seed), limits, None);
    let sim = simulation.handle();
    let group = sim.group("test");
    (simulation, sim, group)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Ten tasks ready at one instant note the order in which they run.
fn order(seed: u64) -> Vec<usize> {
    let (simulation, sim, group) = simulation(seed, Limits::default());
    let order = Rc::new(RefCell::new(Vec::new()));
    for number in 0..10 {
        let order = order.clone();
        sim.spawn_detached(group, async move { order.borrow_mut().push(number) });
    }
    let end = simulation.run(group, sim.sleep(millis(1)));
    assert_eq!(end, End::Finished);
    order.take()
}

#[test]
fn ready_tasks_run_in_an_order_that_the_seed_decides() {
    assert_eq!(order(1), order(1));
    assert_ne!(order(1), order(2));
}

#[test]
fn sleeping_takes_exactly_its_time_and_the_clock_jumps() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let woke = Rc::new(Cell::new(Instant::START));
    let (note, here) = (woke.clone(), sim.clone());
    let end = simulation.run(group, async move {
        here.sleep(Duration::from_micros(1)).await;
        here.sleep(millis(7_000)).await;
        note.set(here.now());
    });
    assert_eq!(end, End::Finished);
    assert_eq!(woke.get(), Instant::from_micros(7_000_001));
}

#[test]
fn a_handle_knows_whether_its_task_has_ended() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let end = simulation.run(group, async move {
        let here = sim.clone();
        let mut task = sim.spawn(group, async move {
            here.sleep(millis(5)).await;
            7
        });
        assert!(!task.is_finished());
        // Somebody who waited, and gave up, takes nothing away.
        assert_eq!(timeout(sim.clone(), millis(1), &mut task).await, None);
        sim.sleep(millis(3)).await;
        assert!(!task.is_finished());
        sim.sleep(millis(2)).await;
        assert!(task.is_finished());
        assert_eq!(task.await, 7);
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn spinning_without_time_is_a_limit() {
    let limits = Limits { polls_per_instant: 500, ..Limits::default() };
    let (simulation, sim, group) = simulation(1, limits);
    let end = simulation.run(group, async move {
        loop {
            sim.sleep(Duration::ZERO).await;
        }
    });
    assert_eq!(end, End::OverLimit(Limit::PollsPerInstant, "test".into()));
}

#[test]
fn every_other_limit_ends_the_run_under_its_name() {
    let ticking = |limits: Limits| {
        let (simulation, sim, group) = simulation(1, limits);
        simulation.run(group, async move {
            loop {
                sim.sleep(millis(1)).await;
                let sleeping = sim.sleep(millis(1_000_000));
                sim.spawn_detached(group, sleeping);
            }
        })
    };
    let few_tasks = Limits { tasks: 10, ..Limits::default() };
    assert_eq!(ticking(few_tasks), End::OverLimit(Limit::Tasks, "test".into()));
    let few_steps = Limits { steps: 10, ..Limits::default() };
    assert_eq!(ticking(few_steps), End::OverLimit(Limit::Steps, "the run".into()));
    let short = Limits { virtual_time: millis(10), ..Limits::default() };
    assert_eq!(ticking(short), End::OverLimit(Limit::VirtualTime, "the run".into()));
}

#[test]
fn waiting_for_what_never_comes_is_a_deadlock() {
    let (simulation, _, group) = simulation(1, Limits::default());
    let bell = Notify::new();
    assert_eq!(simulation.run(group, async move { bell.notified().await }), End::Deadlocked);
}

#[test]
fn cancelling_a_group_drops_its_tasks_where_they_wait_and_lets_none_in() {
    let (simulation, sim, main) = simulation(1, Limits::default());
    let victim = sim.group("victim");
    let alive = Rc::new(());
    for _ in 0..3 {
        let (held, here) = (alive.clone(), sim.clone());
        sim.spawn_detached(victim, async move {
            here.sleep(millis(1_000)).await;
            panic!("a cancelled task went on, holding {held:?}");
        });
    }
    let (counted, here) = (alive.clone(), sim.clone());
    let end = simulation.run(main, async move {
        here.sleep(millis(1)).await;
        assert_eq!(Rc::strong_count(&counted), 5);
        here.cancel(victim);
        assert_eq!(Rc::strong_count(&counted), 2);
        here.spawn_detached(victim, async { panic!("a task was added to a cancelled group") });
        here.sleep(millis(2_000)).await;
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn a_task_may_cancel_its_own_group() {
    let (simulation, sim, main) = simulation(1, Limits::default());
    let group = sim.group("suicide");
    let here = sim.clone();
    sim.spawn_detached(group, async move {
        here.cancel(group);
        here.sleep(millis(1)).await;
        panic!("went on after its end");
    });
    assert_eq!(simulation.run(main, sim.sleep(millis(10))), End::Finished);
}

#[test]
fn a_timeout_gives_up_on_time_and_not_earlier() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let end = simulation.run(group, async move {
        assert_eq!(timeout(sim.clone(), millis(5), sim.sleep(millis(9))).await, None);
        assert_eq!(sim.now(), Instant::from_millis(5));
        assert_eq!(timeout(sim.clone(), millis(5), sim.sleep(millis(4))).await, Some(()));
        assert_eq!(sim.now(), Instant::from_millis(9));
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn a_hand_over_ends_when_the_item_is_taken() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let (giver, mut taker) = handover();
    let here = sim.clone();
    sim.spawn_detached(group, async move {
        giver.give(1).await;
        assert_eq!(here.now(), Instant::from_millis(5));
        giver.give(2).await;
        assert_eq!(here.now(), Instant::from_millis(10));
    });
    let end = simulation.run(group, async move {
        for expected in [1, 2] {
            sim.sleep(millis(5)).await;
            assert_eq!(taker.take().await, expected);
        }
        sim.sleep(millis(1)).await;
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn an_offer_that_is_dropped_is_withdrawn() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let (giver, mut taker) = handover();
    let end = simulation.run(group, async move {
        assert_eq!(timeout(sim.clone(), millis(1), giver.give(1)).await, None);
        let later = timeout(sim.clone(), millis(1), giver.give(2));
        let handle = sim.spawn(group, async move { taker.take().await });
        assert_eq!(later.await, Some(()));
        assert_eq!(handle.await, 2);
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn a_ring_that_nobody_heard_is_kept_once() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let bell = Notify::new();
    bell.notify();
    bell.notify();
    let end = simulation.run(group, async move {
        bell.notified().await;
        assert_eq!(timeout(sim, millis(1), bell.notified()).await, None);
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn a_channel_keeps_order_and_ends_with_its_senders() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let (sender, mut receiver) = channel();
    let second = sender.clone();
    sim.spawn_detached(group, async move {
        (1..=3).for_each(|item| sender.send(item));
        drop(second);
    });
    let end = simulation.run(group, async move {
        for expected in [Some(1), Some(2), Some(3), None] {
            assert_eq!(receiver.recv().await, expected);
        }
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn a_waker_that_outlived_its_simulation_wakes_nothing() {
    let kept = Rc::new(RefCell::new(None));
    let (first, _, group) = simulation(1, Limits::default());
    let keep = kept.clone();
    let main = std::future::poll_fn(move |context| {
        *keep.borrow_mut() = Some(context.waker().clone());
        std::task::Poll::Ready(())
    });
    assert_eq!(first.run(group, main), End::Finished);
    drop(first);

    let (second, sim, group) = simulation(1, Limits::default());
    let polls = Rc::new(Cell::new(0));
    let counted = polls.clone();
    let main = std::future::poll_fn(move |_| {
        counted.set(counted.get() + 1);
        if let Some(waker) = kept.borrow_mut().take() {
            waker.wake();
        }
        std::task::Poll::<()>::Pending
    });
    drop(sim);
    assert_eq!(second.run(group, main), End::Deadlocked);
    assert_eq!(polls.get(), 1);
}

#[test]
fn a_waker_may_be_woken_while_its_thread_ends() {
    struct Bell(RefCell<Option<std::task::Waker>>);
    impl Drop for Bell {
        fn drop(&mut self) {
            self.0.take().expect("the task left its waker here").wake();
        }
    }
    // Made before the simulator's own thread-locals, and so destroyed after them.
    thread_local! { static BELL: Bell = const { Bell(RefCell::new(None)) }; }
    let thread = std::thread::spawn(|| {
        BELL.with(|bell| assert!(bell.0.borrow().is_none()));
        let (simulation, _, group) = simulation(1, Limits::default());
        let main = std::future::poll_fn(|context| {
            BELL.with(|bell| *bell.0.borrow_mut() = Some(context.waker().clone()));
            std::task::Poll::Ready(())
        });
        assert_eq!(simulation.run(group, main), End::Finished);
    });
    assert!(thread.join().is_ok());
}

#[test]
fn dropping_a_simulation_drops_its_tasks_and_timers() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let alive = Rc::new(());
    let (in_task, in_timer, here) = (alive.clone(), alive.clone(), sim.clone());
    sim.spawn_detached(group, async move {
        here.sleep(millis(1_000)).await;
        drop(in_task);
    });
    sim.schedule(Instant::from_millis(2_000), move || drop(in_timer));
    simulation.run(group, sim.sleep(millis(1)));
    assert_eq!(Rc::strong_count(&alive), 3);
    drop(simulation);
    assert_eq!(Rc::strong_count(&alive), 1);
}

#[test]
fn a_paused_group_waits_and_then_does_everything_at_once() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let server = sim.group("server");
    let ticks = Rc::new(RefCell::new(Vec::new()));
    for pause in [3, 5, 100] {
        let (here, ticks) = (sim.clone(), ticks.clone());
        sim.spawn_detached(server, async move {
            here.sleep(millis(pause)).await;
            ticks.borrow_mut().push((pause, here.now()));
        });
    }
    let seen = ticks.clone();
    let end = simulation.run(group, async move {
        sim.sleep(millis(4)).await;
        sim.pause(server);
        sim.pause(server);
        let (here, note) = (sim.clone(), ticks.clone());
        sim.spawn_detached(server, async move { note.borrow_mut().push((0, here.now())) });
        sim.sleep(millis(46)).await;
        assert!(sim.is_paused(server) && ticks.borrow().len() == 1);
        sim.resume(server);
        sim.sleep(millis(100)).await;
    });
    assert_eq!(end, End::Finished);
    let mut seen = seen.take();
    seen.sort_unstable();
    let at = Instant::from_millis;
    assert_eq!(seen, [(0, at(50)), (3, at(3)), (5, at(50)), (100, at(100))]);
}

#[test]
fn what_is_ready_when_its_group_is_paused_waits_too_and_a_cancelled_group_is_not_paused() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let server = sim.group("server");
    let ran = Rc::new(Cell::new(0));
    let count = ran.clone();
    let end = simulation.run(group, async move {
        for _ in 0..5 {
            let count = count.clone();
            sim.spawn_detached(server, async move { count.set(count.get() + 1) });
        }
        sim.pause(server);
        sim.sleep(millis(1)).await;
        assert_eq!(count.get(), 0);
        sim.cancel(server);
        assert!(!sim.is_paused(server));
        sim.resume(server);
        sim.sleep(millis(1)).await;
    });
    assert_eq!((end, ran.get()), (End::Finished, 0));
}

#[test]
fn what_is_put_off_to_the_end_of_a_step_comes_before_any_other() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let order = Rc::new(RefCell::new(Vec::new()));
    let seen = order.clone();
    let end = simulation.run(group, async move {
        let note = |what: &'static str| {
            let order = order.clone();
            move || order.borrow_mut().push(what)
        };
        for _ in 0..5 {
            sim.spawn_detached(group, std::future::ready(()));
        }
        let (here, nested) = (sim.clone(), note("nested"));
        sim.after_step(move || here.after_step(nested));
        sim.after_step(note("second"));
        let other = note("another task");
        sim.spawn_detached(group, async move { other() });
        note("the step itself")();
        sim.sleep(millis(1)).await;
        let (here, after, due) = (sim.clone(), note("after the action"), note("next action"));
        sim.schedule(sim.now(), move || here.after_step(after));
        sim.schedule(sim.now(), due);
        sim.sleep(millis(1)).await;
    });
    assert_eq!(end, End::Finished);
    let expected = ["the step itself", "second", "nested", "another task", "after the action", "next action"];
    assert_eq!(seen.take(), expected);
}

#[test]
fn a_task_is_known_by_where_it_was_spawned_and_where_it_waits() {
    let (simulation, sim, group) = simulation(1, Limits::default());
    let (bell, (give, _taker)) = (Notify::new(), handover());
    let first = line!() + 1;
    sim.spawn_detached(group, {
        let bell = bell.clone();
        async move { bell.notified().await }
    });
    let nap = sim.clone();
    sim.spawn_detached(group, async move {
        timeout(nap.clone(), millis(90), nap.sleep(millis(99))).await.unwrap_or_default()
    });
    sim.spawn_detached(group, async move { give.give(1).await });
    sim.spawn_detached(group, std::future::pending());
    let pause = sim.clone();
    simulation.run(group, async move { pause.sleep(millis(1)).await });

    let tasks: Vec<Standing> = sim.tasks();
    let waits: Vec<Option<&str>> = tasks.iter().map(|task| task.wait.map(|wait| wait.on)).collect();
    assert_eq!(waits, [Some("`notified`"), Some("`sleep`"), Some("`send`"), None]);
    for task in &tasks {
        assert!(task.place().file().ends_with("sim/tests.rs"), "{task}");
        assert!(!task.is_ready, "{task}");
    }
    assert_eq!((tasks[0].spawned.line(), tasks[0].place().line()), (first, first + 2));
    assert!(tasks[0].to_string().contains("waits for the `notified` at "), "{}", tasks[0]);
    assert!(sim.sleeps(group));
    bell.notify();
}

#[test]
fn who_waits_for_no_time_does_not_sleep() {
    let (simulation, sim, main) = simulation(1, Limits::default());
    let [sleeper, waiter] = ["sleeper", "waiter"].map(|name| sim.group(name));
    sim.spawn_detached(sleeper, sim.sleep(millis(50)));
    sim.spawn_detached(waiter, std::future::pending());
    simulation.run(main, sim.sleep(millis(10)));
    assert_eq!([sleeper, waiter].map(|group| sim.sleeps(group)), [true, false]);
}

#[test]
fn the_pulse_tells_who_is_at_work() {
    let pulse = std::sync::Arc::new(Pulse::default());
    let simulation = Simulation::new(Rc::default(), Random::new(1), Limits::default(), Some(pulse.clone()));
    let (sim, seen) = (simulation.handle(), Rc::new(RefCell::new(Beat::default())));
    let (group, look) = (sim.group("S0.1"), (sim.clone(), seen.clone()));
    simulation.run(group, async move {
        look.0.sleep(millis(3)).await;
        look.1.replace(pulse.beat());
    });
    let Beat { steps, now, group, task } = seen.take();
    assert_eq!((steps, now, group.as_deref()), (2, Instant::from_millis(3), Some("S0.1")));
    assert!(task.is_some_and(|task| task.file().ends_with("executor.rs")), "the simulation itself spawned it");
}
