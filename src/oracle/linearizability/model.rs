//! What a sequential object is, to the search.

/// An object whose operations happen one after the other: what each may return, and what it
/// leaves behind. Pure: the same arguments always give the same answers.
pub trait Model {
    /// What the object holds. Cloned at every step of a search, so it should be small.
    type State: Clone + Eq;
    /// What an operation asks for.
    type Input;
    /// What it is told.
    type Output;

    /// What the object holds at first.
    fn initial(&self) -> Self::State;

    /// What the object holds after an operation; none if it cannot return `output` in `state`.
    ///
    /// Without an output the operation never returned. Then none means that it need not be
    /// considered: whatever may follow if it happens now, may also follow if it does not.
    fn step(&self, state: &Self::State, input: &Self::Input, output: Option<&Self::Output>) -> Option<Self::State>;

    /// Whether an operation with this outcome leaves every state as it is, in which it is possible
    /// at all: a read, or a compare-and-set that failed.
    ///
    /// Such an operation can be ordered as soon as it is possible, without trying any other order;
    /// and if it never returned, it says nothing.
    fn observes(&self, input: &Self::Input, output: Option<&Self::Output>) -> bool;

    /// Whether least may follow in this state: whatever may, could follow in every other state.
    ///
    /// Such a state is the last that a search tries, and it does not where another one failed.
    fn is_least(&self, _: &Self::State) -> bool {
        false
    }
}
