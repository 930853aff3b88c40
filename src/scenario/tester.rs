//! What a scenario plays with.

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use crate::cluster::{Cluster, Step};

/// A scenario being played.
pub type Play = Pin<Box<dyn Future<Output = Step>>>;

/// The numbers of a test that stand in its lab file, by name.
pub type Parameters = BTreeMap<String, u64>;

/// A cluster, and the numbers of the test that is played on it. Cheap to clone, for tasks beside
/// the scenario.
#[derive(Clone)]
pub struct Tester {
    cluster: Rc<Cluster>,
    parameters: Arc<Parameters>,
}

impl Tester {
    /// A tester for one run.
    pub fn new(cluster: Rc<Cluster>, parameters: Arc<Parameters>) -> Tester {
        Tester { cluster, parameters }
    }

    /// The cluster, for what needs to share it: starting servers.
    pub fn cluster(&self) -> &Rc<Cluster> {
        &self.cluster
    }

    /// A number of the test.
    ///
    /// # Panics
    /// If the scenario does not declare it: a lab file has exactly those that are declared.
    pub fn parameter(&self, name: &str) -> u64 {
        *self.parameters.get(name).unwrap_or_else(|| panic!("a scenario asks for `{name}`, which it does not declare"))
    }

    /// A number of the test, as a count of things.
    pub fn count(&self, name: &str) -> usize {
        usize::try_from(self.parameter(name)).expect("a count fits into memory")
    }
}

impl Deref for Tester {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}
