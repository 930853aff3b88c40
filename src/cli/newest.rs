//! The campaign that was played last.

use std::fs;
use std::path::{Path, PathBuf};

/// Of the campaigns in `folder`, the one that was begun or ended last; none if there is none.
pub(super) fn newest_campaign(folder: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir());
    // Whoever names his campaigns himself need not put the time in front. Where the times are the
    // same, as in what was copied, it is the name that tells.
    folders.max_by_key(|folder| {
        let written = fs::metadata(folder.join("campaign.json")).and_then(|file| file.modified());
        (written.ok(), folder.clone())
    })
}
