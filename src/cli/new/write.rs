//! Writing the files of a new crate.

use std::fs;
use std::io;
use std::path::Path;

use super::super::error::Failed;

/// Makes sure that nothing would be overwritten.
pub(super) fn check_vacant(folder: &Path) -> Result<(), Failed> {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| {
            Err(Failed::usage(format!("{shown} is not empty; name a new folder, or empty this one first")))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(Failed::usage(format!("{shown} is no folder; choose another name")))
        }
        Err(error) => Err(Failed::trouble(format!("cannot look into {shown}: {error}"))),
    }
}

/// Writes all files, in this order.
pub(super) fn all(folder: &Path, files: &[(&str, &str)]) -> Result<(), Failed> {
    fs::create_dir_all(folder)
        .map_err(|error| Failed::trouble(format!("cannot create {}: {error}", folder.display())))?;
    for (number, (path, text)) in files.iter().enumerate() {
        let path = folder.join(path);
        write(&path, text).map_err(|error| {
            Failed::trouble(format!(
                "cannot write {}: {error}; the crate is incomplete ({number} of {} files): remove what is in {} and \
                 try again",
                path.display(),
                files.len(),
                folder.display()
            ))
        })?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}
