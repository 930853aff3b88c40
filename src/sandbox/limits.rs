//! How much a process may use: resource limits.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Confinement;

pub(super) fn set(kept: &Confinement) -> Result<(), String> {
    // A dump of the memory would be written wherever the system wants it.
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, kept.file_size)?;
    kept.memory.map_or(Ok(()), |bytes| limit(Resource::As, bytes))?;
    kept.processor_seconds.map_or(Ok(()), |seconds| limit(Resource::Cpu, seconds))
}

/// Sets a limit, for good, unless it is lower already.
fn limit(resource: Resource, most: u64) -> Result<(), String> {
    let now = getrlimit(resource);
    let lower = |limit: Option<u64>| Some(limit.map_or(most, |limit| limit.min(most)));
    let limit = Rlimit { current: lower(now.current), maximum: lower(now.maximum) };
    setrlimit(resource, limit).map_err(|error| format!("{resource:?}: {error}"))
}
