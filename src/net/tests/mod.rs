//! The network's promises, by the sections of `lab-spec`: the course's own tests (§1.8), the
//! probabilities and delays (§1.3), what becomes of single calls (§1.4 to §1.6), and faults that the course lacks.

mod course;
mod fates;
mod faults;
mod fixture;
mod numbers;
