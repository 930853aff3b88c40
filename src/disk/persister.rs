//! The persister: what one server has saved.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;

use super::{Fuse, Moment, Parts};
use crate::base::{Alive, Incarnation};
use crate::trace::{Event, Trace};

#[derive(Default)]
struct Saved {
    state: Parts,
    snapshot: Bytes,
    saves: u64,
}

/// What one server has saved, over all its lives.
#[derive(Clone, Default)]
pub struct Disk {
    saved: Rc<RefCell<Saved>>,
    fuse: Rc<RefCell<Option<Fuse>>>,
}

impl Disk {
    /// A disk on which nothing has been saved.
    pub fn new() -> Disk {
        Disk::default()
    }

    /// Access for one life. When `alive` ends, it reads what there is, but saves nothing more.
    pub fn persister(&self, incarnation: Incarnation, alive: Alive, trace: Rc<Trace>) -> Persister {
        Persister { disk: self.clone(), incarnation, alive, trace }
    }

    /// Lets the life at work end at one of its saves, or not any more.
    pub fn set_fuse(&self, fuse: Option<Fuse>) {
        *self.fuse.borrow_mut() = fuse;
    }

    /// Size of the saved state in bytes; the snapshot is not counted.
    pub fn state_len(&self) -> usize {
        self.saved.borrow().state.len()
    }

    /// How often something was saved.
    pub fn saves(&self) -> u64 {
        self.saved.borrow().saves
    }

    /// The saved state; empty if there is none.
    pub fn state(&self) -> Bytes {
        self.saved.borrow().state.joined()
    }

    /// The saved snapshot; empty if there is none.
    pub fn snapshot(&self) -> Bytes {
        self.saved.borrow().snapshot.clone()
    }
}

/// One server's stable storage: Raft's state, and the newest snapshot.
///
/// Everything saved survives a crash; everything else is lost in one.
#[derive(Clone)]
pub struct Persister {
    disk: Disk,
    incarnation: Incarnation,
    alive: Alive,
    trace: Rc<Trace>,
}

impl Persister {
    /// Saves Raft's state, and the snapshot with it, atomically. `None` keeps the snapshot that
    /// is there.
    pub fn save(&self, state: impl Into<Parts>, snapshot: Option<Bytes>) {
        if !self.alive.get() {
            return;
        }
        let fuse = self.disk.fuse.borrow_mut().take_if(Fuse::burn);
        if fuse.as_ref().is_none_or(|fuse| fuse.moment == Moment::After) {
            self.write(state.into(), snapshot);
        }
        if let Some(fuse) = fuse {
            self.alive.end();
            (fuse.then)();
        }
    }

    fn write(&self, state: Parts, snapshot: Option<Bytes>) {
        self.trace.emit(&Event::Saved {
            server: self.incarnation,
            state_len: state.len(),
            snapshot_len: snapshot.as_ref().map(Bytes::len),
        });
        let mut saved = self.disk.saved.borrow_mut();
        saved.saves += 1;
        saved.state = state;
        if let Some(snapshot) = snapshot {
            saved.snapshot = snapshot;
        }
    }

    /// The saved state; empty if nothing was ever saved.
    pub fn state(&self) -> Bytes {
        self.disk.state()
    }

    /// The saved snapshot; empty if none was ever saved.
    pub fn snapshot(&self) -> Bytes {
        self.disk.snapshot()
    }

    /// Size of the saved state in bytes, without the snapshot.
    pub fn state_len(&self) -> usize {
        self.disk.state_len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Clock, ServerId};
    use crate::trace::Wants;

    fn life(disk: &Disk, life: u32) -> (Persister, Alive) {
        let alive = Alive::new();
        let trace = Trace::new(Rc::new(Clock::default()), Vec::new(), Wants::default());
        let incarnation = Incarnation { server: ServerId::new(0), life };
        (disk.persister(incarnation, alive.clone(), trace), alive)
    }

    #[test]
    fn what_was_saved_survives_and_what_the_dead_save_is_lost() {
        let disk = Disk::new();
        let (first, alive) = life(&disk, 1);
        assert!(first.state().is_empty() && first.snapshot().is_empty());
        first.save(vec![1, 2], Some(Bytes::from_static(b"snap")));
        alive.end();
        first.save(vec![9, 9, 9], Some(Bytes::new()));

        let (second, _) = life(&disk, 2);
        assert_eq!((second.state().as_ref(), second.state_len()), ([1, 2].as_slice(), 2));
        assert_eq!(second.snapshot(), "snap");
    }

    #[test]
    fn a_life_ends_before_or_after_the_save_that_burns_the_fuse_down() {
        for (moment, left) in [(Moment::Before, [1]), (Moment::After, [2])] {
            let disk = Disk::new();
            let (persister, alive) = life(&disk, 1);
            let told = Rc::new(std::cell::Cell::new(0));
            let tell = told.clone();
            disk.set_fuse(Some(Fuse::new(2, moment, move || tell.set(tell.get() + 1))));
            persister.save(vec![1], None);
            assert!(alive.get() && told.get() == 0);
            persister.save(vec![2], Some(Bytes::from_static(b"snap")));
            assert!(!alive.get() && told.get() == 1);
            persister.save(vec![3], None);
            assert_eq!((persister.state().as_ref(), told.get()), (left.as_slice(), 1), "{moment:?}");
            assert_eq!(persister.snapshot().is_empty(), moment == Moment::Before, "state and snapshot go together");

            let (second, alive) = life(&disk, 2);
            second.save(vec![4], None);
            assert!(alive.get(), "a fuse burns down once");
        }
    }

    #[test]
    fn a_fuse_that_was_taken_out_does_nothing() {
        let disk = Disk::new();
        let (persister, alive) = life(&disk, 1);
        disk.set_fuse(Some(Fuse::new(1, Moment::Before, || panic!("it was taken out"))));
        disk.set_fuse(None);
        persister.save(vec![1], None);
        assert!(alive.get() && persister.state().as_ref() == [1]);
    }

    #[test]
    fn saving_without_a_snapshot_keeps_the_one_there_is() {
        let disk = Disk::new();
        let (persister, _alive) = life(&disk, 1);
        persister.save(vec![1], Some(Bytes::from_static(b"snap")));
        persister.save(vec![2], None);
        assert_eq!(persister.snapshot(), "snap");
        assert_eq!(disk.snapshot(), "snap");
        persister.save(vec![3], Some(Bytes::new()));
        assert!(persister.snapshot().is_empty());
    }
}
