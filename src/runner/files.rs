//! Files that are there whole, or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::Builder;

/// Writes a file. Whatever goes wrong, what was there before is there still: the new file is written
/// beside it and then takes its name. What is no file, such as a pipe, is written to as it is.
///
/// # Errors
/// Those of the file system.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays one: what it points to is written.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
        return fs::OpenOptions::new().write(true).open(&path)?.write_all(bytes);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".raftlab-");
    readable(&mut builder);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(&path)?;
    Ok(())
}

/// Who may read it is decided as for any other file; a temporary one would be its owner's alone.
#[cfg(unix)]
fn readable(builder: &mut Builder) {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn readable(_: &mut Builder) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("report");
        for text in ["one", "another"] {
            write_whole(&path, text.as_bytes()).expect("it can be written");
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some(text));
        }
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }

    #[test]
    fn where_nothing_can_be_written_nothing_changes() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let taken = folder.path().join("folder");
        fs::create_dir(&taken).expect("it can be made");
        assert!(write_whole(&taken, b"text").is_err());
        assert!(write_whole(&taken.join("missing").join("report"), b"text").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn it_is_readable_like_any_other_file_and_links_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder can be made");
        let [plain, link, report] = ["plain", "link", "report"].map(|name| folder.path().join(name));
        fs::write(&plain, "").expect("it can be written");
        std::os::unix::fs::symlink(&report, &link).expect("links can be made");
        write_whole(&report, b"").expect("it can be written");
        write_whole(&link, b"text").expect("it can be written");
        let mode = |path: &Path| fs::metadata(path).map(|file| file.permissions().mode()).ok();
        assert_eq!(mode(&report), mode(&plain));
        assert_eq!(fs::read_to_string(&report).ok().as_deref(), Some("text"));
        assert!(link.is_symlink());
    }

    #[test]
    #[cfg(unix)]
    fn what_is_no_file_stays_what_it_is() {
        write_whole(Path::new("/dev/null"), b"text").expect("it takes everything");
        assert!(fs::metadata("/dev/null").is_ok_and(|null| !null.is_file()));
    }
}
