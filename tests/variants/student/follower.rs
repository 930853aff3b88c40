//! How a follower takes entries.

use raftlab::api::{Index, Term};

use super::Server;
use super::core::{Core, Role};
use super::messages::{AppendEntries, Appended};

impl Server {
    /// A leader of term `term` speaks. None if its time is over; otherwise whether the term is new.
    pub(super) fn hear_leader(&self, core: &mut Core, term: Term) -> Option<bool> {
        if term < core.current_term {
            return None;
        }
        let new_term = self.see_term(core, term);
        core.role = Role::Follower;
        core.leader_heard = Some(self.ctx.now());
        self.restart_timer(core);
        Some(new_term)
    }

    pub(super) fn append_entries(&self, args: AppendEntries) -> Appended {
        let mut core = self.core.borrow_mut();
        let Some(new_term) = self.hear_leader(&mut core, args.term) else {
            return Appended { term: core.current_term, success: false, go_on_at: 0 };
        };
        let last_new = args.prev_log_index + args.entries.len() as Index;
        let refusal = self.check(&mut core, &args);
        let carries = !args.entries.is_empty();
        if refusal.is_none() {
            core.log.merge(args.prev_log_index, args.entries);
        }
        if new_term || carries || refusal.is_some() || self.style.saves_always {
            self.save(&mut core, None);
        }
        if refusal.is_none() {
            self.commit(&mut core, args.leader_commit.min(last_new));
        }
        Appended { term: core.current_term, success: refusal.is_none(), go_on_at: refusal.unwrap_or(0) }
    }

    /// The consistency check: where the leader should go on if it fails.
    fn check(&self, core: &mut Core, args: &AppendEntries) -> Option<Index> {
        let (log, prev) = (&mut core.log, args.prev_log_index);
        if prev < log.base_index {
            return None;
        }
        let go_on_at = match log.term(prev) {
            Some(term) if term == args.prev_log_term => return None,
            Some(_) => {
                let first = log.first_of_term(prev);
                if self.style.cuts_at_prev {
                    log.cut(prev);
                }
                first
            }
            None => log.last_index() + 1,
        };
        Some(if self.style.backs_up_by_one { prev } else { go_on_at })
    }
}
