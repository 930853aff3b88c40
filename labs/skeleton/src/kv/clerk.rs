//! The client's side: a call ends when some server has done it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Clerk, ClerkBoot, ClerkCtx, Pending, Servers};

use super::messages::{ClientId, ClientReply, ClientRequest, Operation};

/// How long a clerk waits for one server. A leader that is cut off from the others keeps it waiting.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a clerk rests when no server would do it: there is an election, which takes longer.
const PAUSE: Duration = Duration::from_millis(50);

struct MyClerk {
    servers: Servers,
    ctx: ClerkCtx,
    id: ClientId,
    /// The number of the last operation.
    sequence: Cell<u64>,
    /// The place in `servers` of the one that answered last: probably the leader.
    leader: Cell<usize>,
}

/// Makes a clerk.
pub(crate) fn make_clerk(boot: ClerkBoot) -> Rc<dyn Clerk> {
    let ClerkBoot { servers, ctx } = boot;
    let id = draw_id(&ctx);
    Rc::new(MyClerk { servers, ctx, id, sequence: Cell::new(0), leader: Cell::new(0) })
}

/// What tells a clerk from all others, those of earlier years included.
fn draw_id(ctx: &ClerkCtx) -> ClientId {
    todo!(
        "3A: draw a number with `ctx.random(MIN..=MAX)`, from a range so wide that no two clerks ever have the same: who \
         has another's number has its requests taken for copies of the other's"
    )
}

impl MyClerk {
    /// Has an operation done, however long that takes; what it has read.
    async fn execute(&self, operation: Operation) -> String {
        todo!(
            "3A: make a request of the operation, with the next `sequence` number, and `ask` the servers in turn until one \
             has done it, beginning with `leader`; it is the same request each time, so that it is done once (§8); when \
             all have been asked in vain, `ctx.sleep(PAUSE).await`"
        )
    }

    /// Asks the server at `place`; none if it has not done it, as far as this clerk can know.
    async fn ask(&self, place: usize, request: &ClientRequest) -> Option<String> {
        // The request leaves here. It comes to nothing if a message is lost, or the server is down.
        let reply = self.servers.call(place, request);
        todo!(
            "3A: wait for the reply, but no longer than PATIENCE (`ctx.timeout(…).await`), and give the value of one that \
             says `Done`"
        )
    }
}

impl Clerk for MyClerk {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, String> {
        Box::pin(self.execute(Operation::Get { key: key.to_owned() }))
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()> {
        let operation = Operation::Put { key: key.to_owned(), value: value.to_owned() };
        Box::pin(async move { drop(self.execute(operation).await) })
    }

    fn append<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()> {
        let operation = Operation::Append { key: key.to_owned(), value: value.to_owned() };
        Box::pin(async move { drop(self.execute(operation).await) })
    }
}
