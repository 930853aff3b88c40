//! What secret runs are drawn from: a file of whoever grades, or a number that is drawn once and kept beside
//! the grades.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::super::error::Failed;
use super::super::plan::fresh_seed;
use crate::base::Seed;
use crate::trace::Digest;

/// Where a number is kept that was drawn.
const FILE: &str = "secret";

/// From the file that is named, or else from the one beside the grades, which is made if it is not there.
pub(super) fn seed(named: Option<&Path>, out: &Path) -> Result<Seed, Failed> {
    if let Some(path) = named {
        return read(path).map_err(|error| Failed::usage(format!("--secret {}: {error}", path.display())));
    }
    let path = out.join(FILE);
    match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => draw(&path),
        read => read,
    }
    .map_err(|error| Failed::trouble(format!("{}: {error}", path.display())))
}

/// All bytes count, in whatever form.
fn read(path: &Path) -> io::Result<Seed> {
    let bytes = fs::read(path)?;
    if bytes.len() < 8 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a secret of less than 8 bytes can be guessed"));
    }
    let mut digest = Digest::EMPTY;
    digest.bytes(&bytes);
    Ok(Seed(digest.bits()))
}

fn draw(path: &Path) -> io::Result<Seed> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    only_for_its_owner(&mut options);
    let words = [(); 2].map(|()| fresh_seed().to_string());
    options.open(path)?.write_all(words.join(" ").as_bytes())?;
    read(path)
}

#[cfg(unix)]
fn only_for_its_owner(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn only_for_its_owner(_: &mut fs::OpenOptions) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_stays_and_what_is_named_counts() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let out = folder.path().join("grades");
        let drawn = seed(None, &out).expect("it is drawn");
        assert_eq!(seed(None, &out).expect("it is there"), drawn);
        assert_ne!(seed(None, &folder.path().join("others")).expect("it is drawn"), drawn);
        let named = folder.path().join("mine");
        fs::write(&named, "correct horse").expect("it can be written");
        assert_eq!(seed(Some(&named), &out).expect("it is read"), seed(Some(&named), folder.path()).expect("it is"));
        fs::write(&named, "short").expect("it can be written");
        assert!(seed(Some(&named), &out).is_err_and(|failed| failed.message.contains("8 bytes")));
        assert!(seed(Some(&folder.path().join("none")), &out).is_err());
    }
}
