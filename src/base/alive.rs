//! Whether an incarnation still lives.

use std::cell::Cell;
use std::rc::Rc;

/// A flag that everything belonging to one incarnation looks at, so that what a crashed server
/// still tries to do (in `kill`, or in a destructor) has no effect. Clones share the flag.
#[derive(Clone, Debug)]
pub struct Alive(Rc<Cell<bool>>);

impl Alive {
    /// A new life.
    pub fn new() -> Alive {
        Alive(Rc::new(Cell::new(true)))
    }

    /// Whether the life goes on.
    pub fn get(&self) -> bool {
        self.0.get()
    }

    /// Ends the life, for all clones.
    pub fn end(&self) {
        self.0.set(false);
    }
}

impl Default for Alive {
    fn default() -> Alive {
        Alive::new()
    }
}
