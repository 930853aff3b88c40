//! Honest servers, except for what they find on their disks.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Index, Raft, ServerId, Term};

use crate::reference;

/// What the reference saves before its entries: its term, its vote, and where its log begins.
type Head = (Term, Option<ServerId>, Index, Term);

/// One entry, as the reference saves it.
type Entry<'a> = (Term, &'a [u8]);

/// Nothing survives a crash.
pub(crate) fn forgets_everything(boot: Boot) -> Rc<dyn Raft> {
    boot.persister.save(Vec::new(), None);
    reference::make(boot)
}

/// The log does not survive a crash, but the term and the vote do.
pub(crate) fn forgets_log(boot: Boot) -> Rc<dyn Raft> {
    let saved = boot.persister.state();
    if let Ok((_, entries)) = postcard::take_from_bytes::<Head>(&saved) {
        boot.persister.save(saved.slice(..saved.len() - entries.len()), None);
    }
    reference::make(boot)
}

/// After a crash, a server takes all its entries for those of its present term.
pub(crate) fn restamps_log(boot: Boot) -> Rc<dyn Raft> {
    let saved = boot.persister.state();
    if let Ok((head, mut entries)) = postcard::take_from_bytes::<Head>(&saved) {
        let mut restamped = saved[..saved.len() - entries.len()].to_vec();
        while let Ok(((_, command), rest)) = postcard::take_from_bytes::<Entry<'_>>(entries) {
            restamped = postcard::to_extend(&(head.0, command), restamped).expect("bytes can be encoded");
            entries = rest;
        }
        boot.persister.save(restamped, None);
    }
    reference::make(boot)
}

/// What was saved is lost a moment later.
pub(crate) fn erases_itself(boot: Boot) -> Rc<dyn Raft> {
    let (ctx, persister) = (boot.ctx.clone(), boot.persister.clone());
    boot.ctx.spawn(async move {
        loop {
            ctx.sleep(Duration::from_millis(1)).await;
            persister.save(Vec::new(), None);
        }
    });
    reference::make(boot)
}
