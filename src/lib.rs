//! raftlab grades implementations of the MIT 6.824 / 6.5840 Raft labs in deterministic virtual
//! time.
//!
//! A submission sees [`api`] and calls [`cli::main`]; everything else is the harness. The floors,
//! from the bottom: [`base`], [`trace`], [`sim`], [`net`] and [`disk`], [`api`], `cluster` and
//! [`oracle`], `scenario`, [`lab`], [`sources`] and [`sandbox`], [`runner`], [`gate`] and [`grade`],
//! `report`, [`cli`]. A module imports only from floors below its own.

pub mod api;
pub mod base;
pub mod cli;
pub mod cluster;
pub mod disk;
pub mod gate;
pub mod grade;
pub mod lab;
pub mod net;
pub mod oracle;
pub mod report;
pub mod runner;
pub mod sandbox;
pub mod scenario;
pub mod sim;
pub mod sources;
pub mod trace;
