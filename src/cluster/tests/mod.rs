//! The harness's promises (`lab-spec` section 2), kept to puppets instead of Rafts.

mod agreement;
mod applying;
mod faults;
mod kv;
mod leaders;
mod lifecycle;
mod puppet;
mod puppet_kv;
