//! Which files a process may use: Landlock.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreated,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

/// The version of Landlock whose rights are asked for, that of Linux 6.12; older kernels know fewer.
const KNOWN: ABI = ABI::V6;

pub(super) fn restrict(reads: &[PathBuf], writes: &[PathBuf], executes: bool) -> Result<(), String> {
    let mut read = AccessFs::from_read(KNOWN);
    if !executes {
        read.remove(AccessFs::Execute);
    }
    match enforce((reads, read), (writes, AccessFs::from_all(KNOWN))) {
        Ok(RulesetStatus::FullyEnforced) => Ok(()),
        Ok(RulesetStatus::PartiallyEnforced) => {
            Err("this kernel's Landlock is of an older version, which knows a part of it".to_owned())
        }
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has no Landlock, or it is switched off".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Paths, and what may be done below them.
type Granted<'a> = (&'a [PathBuf], BitFlags<AccessFs>);

fn enforce(reads: Granted<'_>, writes: Granted<'_>) -> Result<RulesetStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    for (paths, access) in [reads, writes] {
        for path in paths {
            rules = grant(rules, path, access)?;
        }
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// What is not there needs no rule.
fn grant(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(rules) };
    // A file has no files below it.
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(KNOWN) };
    rules.add_rule(PathBeneath::new(opened, access))
}
