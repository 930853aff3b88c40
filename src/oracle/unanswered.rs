//! The requests that servers have in hand, and what a rule has to remember of each.
//!
//! A reply does not say what it answers. Most handlers return at once, so that at any time there
//! are few. Judges nothing.

use crate::base::ServerId;

/// A handler may never return: of a server's requests only the latest so many are remembered, and
/// the answer to an older one is not judged.
const LIMIT: usize = 64;

/// By server, what it has not answered yet: the numbers of the calls, and a note on each.
#[derive(Debug)]
pub(super) struct Unanswered<N>(Vec<Vec<(u64, N)>>);

impl<N> Default for Unanswered<N> {
    fn default() -> Unanswered<N> {
        Unanswered(Vec::new())
    }
}

impl<N> Unanswered<N> {
    pub(super) fn delivered(&mut self, server: ServerId, call: u64, note: N) {
        let number = server.number();
        if number >= self.0.len() {
            self.0.resize_with(number + 1, Vec::new);
        }
        let requests = &mut self.0[number];
        if requests.len() == LIMIT {
            requests.remove(0);
        }
        requests.push((call, note));
    }

    /// What was noted when the request came; none if it is not remembered.
    pub(super) fn answered(&mut self, server: ServerId, call: u64) -> Option<N> {
        let requests = self.0.get_mut(server.number())?;
        let position = requests.iter().position(|(number, _)| *number == call)?;
        Some(requests.remove(position).1)
    }

    /// Whether any that the server has in hand is like this.
    pub(super) fn any(&self, server: ServerId, is_like: impl Fn(&N) -> bool) -> bool {
        self.0.get(server.number()).is_some_and(|requests| requests.iter().any(|(_, note)| is_like(note)))
    }

    /// The server crashed or starts anew: nothing from before will be answered.
    pub(super) fn forget(&mut self, server: ServerId) {
        if let Some(requests) = self.0.get_mut(server.number()) {
            requests.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_answered_once_and_old_ones_are_forgotten() {
        let server = ServerId::new(1);
        let mut unanswered = Unanswered::default();
        (0..=LIMIT as u64).for_each(|call| unanswered.delivered(server, call, call));
        assert_eq!(unanswered.answered(server, 0), None, "too old");
        assert_eq!(unanswered.answered(server, 7), Some(7));
        assert_eq!(unanswered.answered(server, 7), None);
        unanswered.forget(server);
        assert_eq!(unanswered.answered(server, 8), None);
        assert_eq!(unanswered.answered(ServerId::new(9), 8), None);
    }
}
