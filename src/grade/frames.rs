//! Frames on a socket: bytes behind their length.
#![cfg(unix)]

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::protocol::FRAME_MAX;

/// One end of a socket, and what has come in on it.
pub(super) struct Frames {
    socket: UnixStream,
    received: Vec<u8>,
    /// The other end says no more.
    ended: bool,
}

impl Frames {
    pub(super) fn new(socket: UnixStream) -> Frames {
        Frames { socket, received: Vec::new(), ended: false }
    }

    pub(super) fn of(socket: OwnedFd) -> Frames {
        Frames::new(UnixStream::from(socket))
    }

    pub(super) fn send(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.send_bytes(&serde_json::to_vec(value)?)
    }

    pub(super) fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= FRAME_MAX);
        let length = length.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "a frame is too long"))?;
        self.socket.write_all(&length.to_le_bytes())?;
        self.socket.write_all(bytes)
    }

    /// Waits for a frame; none if the other end says no more.
    pub(super) fn receive<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        loop {
            if let Some(frame) = self.next()? {
                return parsed(&frame).map(Some);
            }
            if self.ended {
                return Ok(None);
            }
            self.take_in()?;
        }
    }

    /// Takes in what there is, and waits until there is something.
    pub(super) fn take_in(&mut self) -> io::Result<()> {
        let mut piece = [0; 1 << 16];
        match self.socket.read(&mut piece) {
            Ok(0) => self.ended = true,
            Ok(length) => self.received.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Who died with something unread in its socket.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => self.ended = true,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The next frame that is here as a whole, if there is one.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some((head, rest)) = self.received.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*head) as usize;
        if length > FRAME_MAX {
            return Err(io::Error::new(ErrorKind::InvalidData, format!("a frame of {length} bytes")));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let frame = rest[..length].to_vec();
        self.received.drain(..4 + length);
        Ok(Some(frame))
    }

    /// The other end says no more.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }
}

impl AsFd for Frames {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// What a frame says.
pub(super) fn parsed<T: DeserializeOwned>(frame: &[u8]) -> io::Result<T> {
    serde_json::from_slice(frame).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> [Frames; 2] {
        let (one, other) = UnixStream::pair().expect("sockets can be made");
        [one, other].map(Frames::new)
    }

    #[test]
    fn frames_arrive_whole_and_in_order() {
        let [mut one, mut other] = pair();
        one.send(&"a").expect("it is sent");
        one.send_bytes(&[7; 70_000]).expect("it is sent");
        one.send(&["b", "c"]).expect("it is sent");
        drop(one);
        assert_eq!(other.receive::<String>().expect("it is a text").as_deref(), Some("a"));
        let bytes = loop {
            if let Some(bytes) = other.next().expect("it is a frame") {
                break bytes;
            }
            other.take_in().expect("there is more");
        };
        assert_eq!(bytes, [7; 70_000]);
        assert_eq!(other.receive::<Vec<String>>().expect("it is a list"), Some(vec!["b".to_owned(), "c".to_owned()]));
        assert_eq!(other.receive::<String>().expect("it has ended"), None);
    }

    #[test]
    fn nonsense_is_an_error_and_half_a_frame_is_none() {
        let [mut one, mut other] = pair();
        one.socket.write_all(&[255; 5]).expect("it is sent");
        assert!(other.receive::<String>().is_err(), "nothing is that long");
        let [mut one, mut other] = pair();
        one.send_bytes(b"no JSON").expect("it is sent");
        one.socket.write_all(&[9, 0, 0, 0, b'"']).expect("it is sent");
        drop(one);
        assert!(other.receive::<String>().is_err());
        assert_eq!(other.receive::<String>().expect("it has ended"), None);
    }
}
