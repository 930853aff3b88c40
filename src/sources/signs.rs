//! What is looked for in sources.

/// Something that is looked for.
#[derive(Debug)]
pub struct Sign {
    /// What code does that has it, as the end of a sentence.
    pub does: &'static str,
    /// How it is recognised.
    pub form: Form,
}

/// How a sign is recognised.
#[derive(Debug)]
pub enum Form {
    /// A path that is, or begins with, one of these; `*::name` is any path that ends so.
    Path(&'static [&'static str]),
    /// The iteration of what has one of these types.
    Iteration(&'static [&'static str]),
    /// One of these types, wherever it is named, unless it says itself how it hashes.
    Type(&'static [&'static str]),
    /// A static that can change.
    ChangingStatic,
    /// A pointer that becomes a number.
    Address,
    /// `unsafe`, in whatever form, or what is not checked without that word.
    Unsafe,
}

/// Maps and sets whose order no seed decides, unless they are given a hasher.
const RANDOM_ORDER: &[&str] = &[
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::collections::hash_map::HashMap",
    "std::collections::hash_set::HashSet",
    "hashbrown::HashMap",
    "hashbrown::HashSet",
    "ahash::AHashMap",
    "ahash::AHashSet",
    "dashmap::DashMap",
    "dashmap::DashSet",
];

/// What makes two runs of one seed differ. The first ones are the most likely.
pub const NONDETERMINISM: &[Sign] = &[
    Sign { does: "iterates a map or set whose order is random", form: Form::Iteration(RANDOM_ORDER) },
    Sign {
        does: "uses threads, whose order the operating system decides",
        form: Form::Path(&[
            "std::thread::spawn",
            "std::thread::scope",
            "std::thread::sleep",
            "std::thread::Builder",
            "std::thread::current",
            "std::thread::available_parallelism",
            "std::sync::mpsc",
            "rayon",
            "crossbeam::channel",
            "crossbeam::scope",
            "crossbeam::thread",
            "tokio",
            "async_std",
            "smol",
        ]),
    },
    Sign {
        does: "reads the wall clock; `ctx.now()` is the time of the run",
        form: Form::Path(&[
            "std::time::Instant::now",
            "std::time::SystemTime",
            "chrono::Utc::now",
            "chrono::Local::now",
            "time::OffsetDateTime::now_utc",
            "time::OffsetDateTime::now_local",
        ]),
    },
    Sign {
        does: "draws random numbers that are not of the seed; `ctx.random` draws those that are",
        form: Form::Path(&[
            "rand::rng",
            "rand::thread_rng",
            "rand::random",
            "rand::random_bool",
            "rand::random_iter",
            "rand::random_range",
            "rand::random_ratio",
            "rand::rngs::OsRng",
            "rand::rngs::SysRng",
            "rand::rngs::ThreadRng",
            "rand::prelude::thread_rng",
            "rand::prelude::random",
            "rand_core::OsRng",
            "getrandom",
            "fastrand",
            "*::from_entropy",
            "*::from_os_rng",
            "uuid::Uuid::new_v4",
            "std::hash::RandomState",
            "std::collections::hash_map::RandomState",
        ]),
    },
    Sign { does: "keeps state in a static: it survives from one run to the next", form: Form::ChangingStatic },
    Sign {
        does: "keeps state in a static: it survives from one run to the next",
        form: Form::Path(&["thread_local", "std::thread_local", "lazy_static", "lazy_static::lazy_static"]),
    },
    Sign { does: "takes an address for a number, which is another one every time", form: Form::Address },
    Sign {
        does: "depends on the surroundings of the process",
        form: Form::Path(&["std::env", "std::fs", "std::net", "std::process", "std::io::stdin"]),
    },
    Sign {
        does: "uses a map or set whose order is random; iterating it would show that order",
        form: Form::Type(RANDOM_ORDER),
    },
];

/// All of `std::process` but what a `main` ends with.
const STARTING_OR_ENDING: &[&str] = &[
    "std::process::Child",
    "std::process::Command",
    "std::process::Stdio",
    "std::process::abort",
    "std::process::exit",
    "std::process::id",
];

/// What has no business in a Raft, and may be meant for whoever tests it.
pub const ACCESS: &[Sign] = &[
    Sign { does: "uses `unsafe`, which can do anything", form: Form::Unsafe },
    Sign { does: "starts or ends processes", form: Form::Path(STARTING_OR_ENDING) },
    Sign {
        does: "uses files, or what is beside files",
        form: Form::Path(&["std::fs", "std::os", "std::io::stdin", "std::path::Path::exists"]),
    },
    Sign {
        does: "takes in files when it is compiled",
        form: Form::Path(&["include", "include_str", "include_bytes", "std::include_str", "std::include_bytes"]),
    },
    Sign { does: "uses the network", form: Form::Path(&["std::net"]) },
    Sign { does: "looks at the surroundings of the process", form: Form::Path(&["std::env::vars", "std::env::var"]) },
    Sign {
        does: "catches panics, or hides them",
        form: Form::Path(&["std::panic::catch_unwind", "std::panic::set_hook", "std::panic::take_hook"]),
    },
    Sign {
        does: "starts threads",
        form: Form::Path(&["std::thread::spawn", "std::thread::scope", "std::thread::Builder"]),
    },
];
