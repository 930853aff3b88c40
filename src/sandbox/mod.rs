//! Floor 7: what this process lets go of before it runs code that nobody has read.
//!
//! | file | what it is |
//! |---|---|
//! | `confinement` | what a process keeps, and how it lets go of the rest |
//! | `limits` | how much it may use: resource limits |
//! | `files` | which files it may use: Landlock |
//! | `calls` | what it may ask of the system: seccomp |
//! | `user` | who it is, and what becomes of it when its parent dies |
//!
//! What is let go of never comes back, for this process and all that it starts. Everything is done by
//! the process itself, in code that runs before any other: no helper with rights of its own is needed.
//! What a system does not have is not enforced there, and told.

#[cfg(target_os = "linux")]
mod calls;
mod confinement;
#[cfg(target_os = "linux")]
mod files;
#[cfg(unix)]
mod limits;
#[cfg(target_os = "linux")]
mod user;

pub use confinement::{Confinement, Gap, Protection};
