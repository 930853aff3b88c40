//! The requests that servers have in hand, and what a rule has to remember of each.
//!
//! A reply does not say what it answers. Most handlers return at once, so that at any time there
//! are few. Judges nothing.

use crate::base::ServerId;

/// A handler may never return: of a server's requests only the latest so many are remembered, and
/// the answer to an older one is not judged.
const LIMIT: usize = 64;

/// By server, what it has not answered yet.
#[derive(Debug)]
pub(super) struct Unanswered<N>(Vec<InHand<N>>);

/// The numbers of the calls that one server has in hand, and a note on each.
#[derive(Debug)]
struct InHand<N> {
    requests: Vec<(u64, N)>,
    /// There may be more that are not remembered.
    overflowed: bool,
}

impl<N> Default for InHand<N> {
    fn default() -> InHand<N> {
        InHand { requests: Vec::new(), overflowed: false }
    }
}

impl<N> Default for Unanswered<N> {
    fn default() -> Unanswered<N> {
        Unanswered(Vec::new())
    }
}

impl<N> Unanswered<N> {
    pub(super) fn delivered(&mut self, server: ServerId, call: u64, note: N) {
        let number = server.number();
        if number >= self.0.len() {
            self.0.resize_with(number + 1, InHand::default);
        }
        let in_hand = &mut self.0[number];
        if in_hand.requests.len() == LIMIT {
            in_hand.requests.remove(0);
            in_hand.overflowed = true;
        }
        in_hand.requests.push((call, note));
    }

    /// What was noted when the request came; none if it is not remembered.
    pub(super) fn answered(&mut self, server: ServerId, call: u64) -> Option<N> {
        let requests = &mut self.0.get_mut(server.number())?.requests;
        let position = requests.iter().position(|(number, _)| *number == call)?;
        Some(requests.remove(position).1)
    }

    /// What was noted of those that the server has in hand, as far as they are remembered.
    pub(super) fn of(&self, server: ServerId) -> impl Iterator<Item = &N> {
        let in_hand = self.0.get(server.number());
        in_hand.into_iter().flat_map(|in_hand| in_hand.requests.iter().map(|(_, note)| note))
    }

    /// Whether any that the server has in hand may be like this.
    pub(super) fn any(&self, server: ServerId, is_like: impl Fn(&N) -> bool) -> bool {
        let like = |in_hand: &InHand<N>| in_hand.requests.iter().any(|(_, note)| is_like(note));
        self.0.get(server.number()).is_some_and(|in_hand| in_hand.overflowed || like(in_hand))
    }

    /// The server crashed or starts anew: nothing from before will be answered.
    pub(super) fn forget(&mut self, server: ServerId) {
        if let Some(in_hand) = self.0.get_mut(server.number()) {
            in_hand.requests.clear();
            in_hand.overflowed = false;
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
        assert!(unanswered.any(server, |_| false), "the oldest may be like anything");
        assert_eq!(unanswered.answered(server, 7), Some(7));
        assert_eq!(unanswered.answered(server, 7), None);
        unanswered.forget(server);
        assert_eq!(unanswered.answered(server, 8), None);
        assert_eq!(unanswered.answered(ServerId::new(9), 8), None);
    }
}
