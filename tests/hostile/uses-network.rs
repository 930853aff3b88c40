//! S0 listens, connects and sends on this machine. Nothing of it must succeed; then the grade is the
//! reference's. That nobody answers is a success, too: it was asked.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as Name, UnixListener};
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let tried = [
            ("listen", TcpListener::bind("127.0.0.1:0").map(drop)),
            ("connect", connects()),
            ("send", sends()),
            (
                "listen without an address",
                Name::from_abstract_name("raftlab-hostile").and_then(|name| UnixListener::bind_addr(&name)).map(drop),
            ),
        ];
        let managed = tried.iter().filter(|(_, result)| match result {
            Ok(()) => true,
            Err(error) => error.kind() == ErrorKind::ConnectionRefused,
        });
        crate::confess(&managed.map(|(what, _)| (*what).to_owned()).collect::<Vec<_>>());
    })
}

fn connects() -> io::Result<()> {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    TcpStream::connect_timeout(&nobody, Duration::from_secs(1)).map(drop)
}

fn sends() -> io::Result<()> {
    UdpSocket::bind("127.0.0.1:0")?.send_to(b"hostile", "127.0.0.1:9").map(drop)
}
