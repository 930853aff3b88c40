//! What the paper leaves open, and the variants that come of it.

use std::ops::RangeInclusive;
use std::time::Duration;

use raftlab::api::{Index, MakeRaft};

use super::make;

/// How long a style that hesitates does so before and after it handles a request.
pub(super) const HESITATION: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_millis(3);

/// How long a style that saves after sending takes to save.
pub(super) const SLOW_SAVE: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_millis(8);

/// How often a style that polls its election timer looks at it.
pub(super) const POLL: Duration = Duration::from_millis(25);

/// So many entries a leader that pipelines sends ahead of what is acknowledged; without a bound,
/// requests to a follower that is gone would pile up.
pub(super) const WINDOW: Index = 64;

/// All that a server may do in one way or another.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// The shortest and the longest election timeout; a new one is drawn at each restart.
    pub(super) election_timeout: (Duration, Duration),
    /// Looks now and then whether the deadline has passed, instead of sleeping until it.
    pub(super) polls_timer: bool,
    /// A restart of the timer never brings the deadline forward.
    pub(super) keeps_later_deadline: bool,
    /// A candidate or leader that steps down waits for a full timeout.
    pub(super) restarts_timer_on_step_down: bool,
    /// Asks whether it would win before it starts an election (thesis, §9.6).
    pub(super) pre_vote: bool,
    /// Ignores candidates while it hears a leader (paper, end of §6).
    pub(super) sticky: bool,
    /// A leader that hears no majority steps down, in the same term (thesis, §6.2).
    pub(super) checks_quorum: bool,
    /// So many entries go into one request at most.
    pub(super) entries_max: usize,
    /// A refusal takes `next_index` back by one, as in Figure 2.
    pub(super) backs_up_by_one: bool,
    /// A follower drops what stands where the consistency check fails, and all after it.
    pub(super) cuts_at_prev: bool,
    /// New commands, and what follows a refusal, leave with the next heartbeat.
    pub(super) waits_for_heartbeat: bool,
    /// Counts on what it sends, and sends what is next before that is answered (thesis, §10.2.1).
    pub(super) pipelined: bool,
    /// Tells the followers at once that something was committed.
    pub(super) announces_commits: bool,
    /// A leader sends its entries before they are saved, and counts itself only once they are
    /// (thesis, §10.2.1).
    pub(super) saves_after_sending: bool,
    /// Sends every request with entries twice, which is no mistake, but twice the work.
    pub(super) sends_twice: bool,
    /// Saves whenever it answers, also if nothing has changed.
    pub(super) saves_always: bool,
    /// Handlers wait before and after their work.
    pub(super) hesitates: bool,
    /// Takes all that is committed for applied, and then delivers it.
    pub(super) applies_in_batches: bool,
    /// After a restart the service gets the saved snapshot once more.
    pub(super) redelivers_snapshot: bool,
}

impl Style {
    const PLAIN: Style = Style {
        election_timeout: (Duration::from_millis(400), Duration::from_millis(800)),
        polls_timer: false,
        keeps_later_deadline: false,
        restarts_timer_on_step_down: false,
        pre_vote: false,
        sticky: false,
        checks_quorum: false,
        entries_max: usize::MAX,
        backs_up_by_one: false,
        cuts_at_prev: false,
        waits_for_heartbeat: false,
        pipelined: false,
        announces_commits: false,
        saves_after_sending: false,
        sends_twice: false,
        saves_always: false,
        hesitates: false,
        applies_in_batches: false,
        redelivers_snapshot: false,
    };

    const PRE_VOTE: Style = Style { pre_vote: true, sticky: true, polls_timer: true, ..Style::PLAIN };

    const ONE_ENTRY: Style = Style { entries_max: 1, backs_up_by_one: true, cuts_at_prev: true, ..Style::PLAIN };

    /// Three elections may fail in a row, and the next leader still be there within five seconds.
    const SLOW: Style = Style {
        election_timeout: (Duration::from_millis(900), Duration::from_millis(1_500)),
        restarts_timer_on_step_down: true,
        waits_for_heartbeat: true,
        ..Style::PLAIN
    };

    const PIPELINED: Style =
        Style { pipelined: true, announces_commits: true, applies_in_batches: true, entries_max: 8, ..Style::PLAIN };

    const HESITANT: Style = Style { hesitates: true, keeps_later_deadline: true, cuts_at_prev: true, ..Style::PLAIN };

    const CHECK_QUORUM: Style = Style { checks_quorum: true, sticky: true, saves_always: true, ..Style::PLAIN };

    /// Plain, but with twice the election timeouts: `tests/gate.rs` must find that it is worse.
    const SLOW_ELECTIONS: Style =
        Style { election_timeout: (Duration::from_millis(800), Duration::from_millis(1_600)), ..Style::PLAIN };

    /// Plain, but for sending twice; the same goes for it.
    const SENDS_TWICE: Style = Style { sends_twice: true, ..Style::PLAIN };

    const SENDS_FIRST: Style = Style { saves_after_sending: true, redelivers_snapshot: true, ..Style::PLAIN };
}

/// All variants.
pub(crate) const VARIANTS: [(&str, MakeRaft); 10] = [
    ("plain", |boot| make(boot, Style::PLAIN)),
    ("pre-vote", |boot| make(boot, Style::PRE_VOTE)),
    ("one-entry", |boot| make(boot, Style::ONE_ENTRY)),
    ("slow", |boot| make(boot, Style::SLOW)),
    ("pipelined", |boot| make(boot, Style::PIPELINED)),
    ("hesitant", |boot| make(boot, Style::HESITANT)),
    ("check-quorum", |boot| make(boot, Style::CHECK_QUORUM)),
    ("sends-first", |boot| make(boot, Style::SENDS_FIRST)),
    ("slow-elections", |boot| make(boot, Style::SLOW_ELECTIONS)),
    ("sends-twice", |boot| make(boot, Style::SENDS_TWICE)),
];
