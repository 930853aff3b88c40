//! The end of a life at one of its saves.

/// Just before or just after something takes effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// It has no effect any more.
    Before,
    /// It is the last thing that had one.
    After,
}

/// Burns down with every save; at the last one, the life that saves ends, and `then` is told.
pub struct Fuse {
    saves: u64,
    pub(super) moment: Moment,
    pub(super) then: Box<dyn FnOnce()>,
}

impl Fuse {
    /// A fuse for the `saves`-th save from now on; the next one is the first.
    pub fn new(saves: u64, moment: Moment, then: impl FnOnce() + 'static) -> Fuse {
        Fuse { saves, moment, then: Box::new(then) }
    }

    /// One more save; whether it is the last.
    pub(super) fn burn(&mut self) -> bool {
        self.saves = self.saves.saturating_sub(1);
        self.saves == 0
    }
}
