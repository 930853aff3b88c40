//! One run on this thread, watched from another.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::board::Board;
use super::play::{Player, Run, play};
use super::schedule::Next;
use crate::base::Seed;
use crate::lab::Test;
use crate::sim::Beat;
use crate::trace::Sink;

/// How often somebody looks.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// Plays a run as [`play`] does. If one of its steps does not end for `patience` of real time,
/// calls `stuck` from another thread, with what it was at: this one may never come back.
pub fn play_watched(
    test: &Test,
    player: Player,
    seed: Seed,
    listener: Option<Rc<RefCell<dyn Sink>>>,
    patience: Duration,
    stuck: impl FnOnce(&Beat) + Send + 'static,
) -> Run {
    let board = Arc::new(Board::new(1));
    board.begin(0, Next { test: 0, iteration: 1 });
    let watched = board.clone();
    thread::spawn(move || {
        while !watched.all_done() {
            thread::sleep(WATCH_INTERVAL);
            if let [(_, beat)] = &watched.give_up(patience)[..] {
                return stuck(beat);
            }
        }
    });
    let run = play(test, player, seed, listener, Some(board.pulse(0)));
    board.leave(0);
    run
}
