//! What a process writes to a stream: taken in, so that it never has to wait, and mostly forgotten.
#![cfg(unix)]

use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// Bytes that are kept.
const KEPT: usize = 8 << 10;

/// Pieces that are taken in at once: who writes without end must not keep its reader.
const PIECES: usize = 64;

/// Which of them are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    First,
    Last,
}

/// A stream that is taken in.
pub(super) struct Drain<R> {
    stream: R,
    kept: Vec<u8>,
    keep: Keep,
    is_open: bool,
}

impl<R: Read + AsFd> Drain<R> {
    pub(super) fn new(stream: R, keep: Keep) -> io::Result<Drain<R>> {
        fcntl_setfl(&stream, fcntl_getfl(&stream)? | OFlags::NONBLOCK)?;
        Ok(Drain { stream, kept: Vec::new(), keep, is_open: true })
    }

    /// To wait for it. One that was closed would be ready for ever.
    pub(super) fn polled(&self) -> Option<PollFd<'_>> {
        self.is_open.then(|| PollFd::new(&self.stream, PollFlags::IN))
    }

    /// Takes in what there is.
    pub(super) fn take_in(&mut self) {
        let mut piece = [0; 1 << 16];
        for _ in 0..PIECES {
            match self.stream.read(&mut piece) {
                Ok(0) => self.is_open = false,
                Ok(length) => {
                    self.keep(&piece[..length]);
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => self.is_open = false,
            }
            return;
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        match self.keep {
            Keep::First => {
                let room = KEPT.saturating_sub(self.kept.len());
                self.kept.extend(piece.iter().take(room));
            }
            Keep::Last => {
                self.kept.extend_from_slice(piece);
                self.kept.drain(..self.kept.len().saturating_sub(KEPT));
            }
        }
    }

    /// What was kept since it was last forgotten.
    pub(super) fn kept(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }

    pub(super) fn forget(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    /// What is kept of 100,000 lines.
    fn kept(keep: Keep) -> String {
        let (mut writer, reader) = UnixStream::pair().expect("sockets can be made");
        let mut drain = Drain::new(reader, keep).expect("it need not wait");
        drain.take_in();
        assert!(drain.kept().is_empty() && drain.polled().is_some(), "nothing is there yet");
        for number in 0..100_000 {
            writer.write_all(format!("line {number}\n").as_bytes()).expect("there is room");
            // Here, nobody else does; and each line takes some hundred bytes of the socket's room.
            if number % 10 == 0 {
                drain.take_in();
            }
        }
        drop(writer);
        while drain.polled().is_some() {
            drain.take_in();
        }
        drain.kept()
    }

    #[test]
    fn the_first_or_the_last_of_it_is_kept() {
        let [first, last] = [Keep::First, Keep::Last].map(kept);
        assert!(first.starts_with("line 0\nline 1\n") && first.len() == KEPT, "{first}");
        assert!(last.ends_with("line 99998\nline 99999\n") && last.len() == KEPT, "{last}");
    }
}
