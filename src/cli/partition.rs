//! `--partition auto`: what part of a campaign this machine is to play, as the engine says that
//! started it.

use super::error::Failed;
use crate::runner::Slice;

/// What an engine tells each of its jobs.
struct Engine {
    name: &'static str,
    /// The variable with the job's number.
    number: &'static str,
    /// The number of the first job: fixed, or in a variable of its own.
    first: First,
    /// The variable with how many there are.
    of: &'static str,
}

enum First {
    Fixed(u64),
    In(&'static str),
}

const ENGINES: [Engine; 6] = [
    Engine {
        name: "a Slurm job array",
        number: "SLURM_ARRAY_TASK_ID",
        first: First::In("SLURM_ARRAY_TASK_MIN"),
        of: "SLURM_ARRAY_TASK_COUNT",
    },
    // Kubernetes tells a pod its index only; how many there are must stand in the manifest.
    Engine {
        name: "a Kubernetes Indexed Job",
        number: "JOB_COMPLETION_INDEX",
        first: First::Fixed(0),
        of: "JOB_COMPLETIONS",
    },
    Engine {
        name: "an AWS Batch array job",
        number: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: First::Fixed(0),
        of: "AWS_BATCH_JOB_ARRAY_SIZE",
    },
    Engine { name: "GitLab CI", number: "CI_NODE_INDEX", first: First::Fixed(1), of: "CI_NODE_TOTAL" },
    Engine { name: "CircleCI", number: "CIRCLE_NODE_INDEX", first: First::Fixed(0), of: "CIRCLE_NODE_TOTAL" },
    Engine {
        name: "Buildkite",
        number: "BUILDKITE_PARALLEL_JOB",
        first: First::Fixed(0),
        of: "BUILDKITE_PARALLEL_JOB_COUNT",
    },
];

/// The slice that the first engine gives whose variables are set, as `variable` reads them.
pub(super) fn of_engine(variable: impl Fn(&str) -> Option<String>) -> Result<Slice, Failed> {
    let Some(engine) = ENGINES.iter().find(|engine| variable(engine.number).is_some()) else {
        let known: Vec<&str> = ENGINES.iter().map(|engine| engine.number).collect();
        return Err(Failed::usage(format!(
            "--partition auto finds none of the variables {}; say slice:M/N instead",
            known.join(", ")
        )));
    };
    let read = |name: &str| -> Result<u64, Failed> {
        let text = variable(name).ok_or_else(|| {
            Failed::usage(format!("--partition auto: {} sets {}, but not {name}", engine.name, engine.number))
        })?;
        let number = text.trim().parse();
        number.map_err(|_| Failed::usage(format!("--partition auto: {name} is `{text}`, which is no number")))
    };
    let (number, of) = (read(engine.number)?, read(engine.of)?);
    let first = match engine.first {
        First::Fixed(first) => first,
        First::In(name) => read(name)?,
    };
    // The only one of its kind, and yet not the first: a task of an array that was submitted alone.
    if of == 1 && number > 1 {
        return Err(Failed::usage(format!(
            "--partition auto: {} is {number}, and {} says that there is no other; submit all slices again, with \
             --resume, or say which one it is: slice:{number}/N",
            engine.number, engine.of
        )));
    }
    let place = number.checked_sub(first).and_then(|place| Slice::new(place.checked_add(1)?, of));
    place.ok_or_else(|| {
        Failed::usage(format!(
            "--partition auto: {} is {number} of {of}, counted from {first}; Slurm's array must be without gaps",
            engine.number
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(variables: &[(&str, &str)]) -> Result<String, String> {
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        of_engine(value).map(|slice| slice.to_string()).map_err(|failed| failed.message)
    }

    #[test]
    fn engines_count_differently() {
        let slurm =
            |number| [("SLURM_ARRAY_TASK_ID", number), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_COUNT", "8")];
        assert_eq!(slice(&slurm("3")).as_deref(), Ok("slice:3/8"));
        assert_eq!(slice(&[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "4")]).as_deref(), Ok("slice:1/4"));
        assert_eq!(slice(&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "2")]).as_deref(), Ok("slice:2/2"));
    }

    #[test]
    fn what_does_not_fit_together_is_said() {
        let says = |variables: &[(&str, &str)], text: &str| {
            let error = slice(variables).expect_err("this is no slice");
            assert!(error.contains(text), "{error}");
        };
        says(&[], "SLURM_ARRAY_TASK_ID");
        says(&[("JOB_COMPLETION_INDEX", "0")], "but not JOB_COMPLETIONS");
        says(&[("JOB_COMPLETION_INDEX", "x"), ("JOB_COMPLETIONS", "4")], "which is no number");
        says(&[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "2")], "3 of 2, counted from 1");
        let alone = [("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_MIN", "3"), ("SLURM_ARRAY_TASK_COUNT", "1")];
        says(&alone, "slice:3/N");
        // Tasks 1, 3 and 5.
        let gaps = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_COUNT", "3")];
        says(&gaps, "without gaps");
    }
}
