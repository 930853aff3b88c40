//! Raw arguments, as they are typed.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand, ValueEnum};

use crate::base::{Instant, ParseServerError, Seed, ServerId};
use crate::lab;
use crate::report::{UnknownTopic, topics_named};
use crate::runner::{Rules, Slice};
use crate::trace::Topic;

/// Exit codes, shown below every help text.
const EXIT_CODES: &str = "\
Exit codes:
    0  all runs passed            3  raftlab or its surroundings failed
    1  a run did not pass         4  nothing was selected
    2  wrong usage or input       5  worse than the baseline
                                130  interrupted";

/// Grades implementations of the MIT 6.824 / 6.5840 Raft labs in deterministic virtual time.
#[derive(Parser)]
#[command(name = "raftlab", version, after_help = EXIT_CODES, infer_subcommands = true)]
pub(super) struct Args {
    /// Whether to use colours.
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub(super) color: ColorChoice,

    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum ColorChoice {
    /// Where it is a terminal that is written to, unless NO_COLOR is set.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Write a crate to begin a Raft with.
    New(NewArgs),
    /// Play tests, many times each.
    Test(Box<TestArgs>),
    /// Play one run again, and show its trace.
    Replay(ReplayArgs),
    /// Show a trace that was stored.
    Show(ShowArgs),
    /// Build, play and mark the submissions of a class.
    Grade(Box<GradeArgs>),
    /// Put the slices of a campaign together.
    Merge(MergeArgs),
    /// Make reports of a campaign that was played.
    Report(ReportArgs),
    /// Show what has become better or worse from one campaign to another.
    Compare(CompareArgs),
    /// Search the traces of a campaign.
    Grep(GrepArgs),
    /// List parts and tests, or the rules that are watched.
    List(ListArgs),
    /// Explain a part, test, rule, check, outcome or mistake.
    Explain(ExplainArgs),
    /// Play the gallery of known bugs, in a clone of raftlab's repository.
    Bugs(BugsArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Which labs there are.
#[derive(clap::Args, Clone)]
pub(super) struct LabArgs {
    /// Number the parts as the course did: from 2024 on, Raft is 3A to 3D.
    #[arg(long, value_enum, default_value_t, value_name = "YEAR")]
    pub(super) edition: Edition,

    /// Read a part from this file instead of the course's labs; may be given several times.
    #[arg(long = "lab", value_name = "FILE")]
    pub(super) labs: Vec<PathBuf>,
}

impl LabArgs {
    /// What must be said again to mean the same labs.
    pub(super) fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if self.edition == Edition::From2024 {
            options.extend(["--edition".to_owned(), "2024".to_owned()]);
        }
        for lab in &self.labs {
            options.extend(["--lab".to_owned(), lab.display().to_string()]);
        }
        options
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Edition {
    #[default]
    #[value(name = "2023", aliases = ["2020", "2021", "2022"])]
    To2023,
    #[value(name = "2024", alias = "2025")]
    From2024,
}

impl From<Edition> for lab::Edition {
    fn from(edition: Edition) -> lab::Edition {
        match edition {
            Edition::To2023 => lab::Edition::To2023,
            Edition::From2024 => lab::Edition::From2024,
        }
    }
}

#[derive(clap::Args)]
pub(super) struct NewArgs {
    /// The crate's folder: a new one, or an empty one. The crate is called like it.
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,

    /// Build the crate with raftlab's sources in this folder, instead of the published version.
    #[arg(long, value_name = "PATH")]
    pub(super) raftlab: Option<PathBuf>,

    /// Write the reference, which passes, instead of what is to be written.
    #[arg(long)]
    pub(super) solution: bool,
}

#[derive(clap::Args)]
pub(super) struct ListArgs {
    /// List the rules that are watched in every run.
    #[arg(long)]
    pub(super) rules: bool,

    #[command(flatten)]
    pub(super) lab: LabArgs,
}

#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// A part (2C), a test (figure8-unreliable), a rule (election safety), a check (one), an outcome
    /// (stuck) or a mistake (vote-not-persisted); all that there is if not given.
    #[arg(value_name = "NAME")]
    pub(super) name: Vec<String>,

    /// Number the parts as the course did: from 2024 on, Raft is 3A to 3D.
    #[arg(long, value_enum, default_value_t, value_name = "YEAR")]
    pub(super) edition: Edition,
}

#[derive(clap::Args)]
pub(super) struct TestArgs {
    /// Parts (2C), tests (2C/figure8-unreliable), course names (TestFigure8Unreliable2C) or `all`;
    /// everything if none is given.
    #[arg(value_name = "PART|TEST")]
    pub(super) names: Vec<String>,

    /// Of these, only tests whose part/name or course name this regular expression matches.
    #[arg(short = 'k', long = "filter", value_name = "REGEX")]
    pub(super) filter: Option<String>,

    /// How often each test is played: 100 times if not given, and without end with --until-failure.
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_positive::<u64>)]
    pub(super) iterations: Option<u64>,

    /// What all randomness is drawn from: a number, or `random`; 0x5eed if not given.
    #[arg(long, value_name = "SEED", value_parser = parse_seed)]
    pub(super) seed: Option<SeedChoice>,

    /// Worker threads; one per core if not given.
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(super) jobs: Option<u16>,

    /// Stop at the first failure.
    #[arg(long, conflicts_with_all = ["max_fail", "no_fail_fast"])]
    pub(super) fail_fast: bool,

    /// Play everything, whatever fails (the default).
    #[arg(long)]
    pub(super) no_fail_fast: bool,

    /// Stop after N failures.
    #[arg(long, value_name = "N", conflicts_with = "no_fail_fast", value_parser = parse_positive::<u64>)]
    pub(super) max_fail: Option<u64>,

    /// Play first what failed in the last campaign, or in the one in DIR; go on if all of that passes.
    /// What is not given, such as tests and iterations, is as it was there.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, conflicts_with = "resume")]
    pub(super) failed: Option<Option<PathBuf>>,

    /// Play until a run fails, or as many as --max-fail says, each test in turn.
    #[arg(long, conflicts_with_all = ["fail_fast", "no_fail_fast"])]
    pub(super) until_failure: bool,

    /// Begin no more runs after this time, like 10m; what was played is the result.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(super) time_budget: Option<std::time::Duration>,

    /// Play every run twice and compare: finds what depends on more than the seed. Without it, only the
    /// first iteration of each test is.
    #[arg(long)]
    pub(super) check_determinism: bool,

    /// Which runs leave a trace.
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    pub(super) traces: Traces,

    /// Disk space for traces: passing runs beyond it leave none, others may take 1 GiB more.
    #[arg(long, default_value = "4GiB", value_name = "SIZE", value_parser = parse_size)]
    pub(super) trace_budget: u64,

    /// The campaign's folder, instead of a new one in raftlab-runs.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// Go on with the campaign in --out where it was left, or begin it if there is none.
    #[arg(long, requires = "out")]
    pub(super) resume: bool,

    /// Play only a part of the runs, for one machine of several: slice:2/8. `raftlab merge` puts the
    /// parts together.
    /// `auto` takes the numbers from the job engine's variables: Slurm's, Kubernetes', a CI's.
    #[arg(long, value_name = "slice:M/N|auto", value_parser = parse_partition)]
    pub(super) partition: Option<Partition>,

    /// Which rules watch, beside each test's own checks: all if not given.
    #[arg(long, value_enum, value_name = "WHICH")]
    pub(super) rules: Option<RulesChoice>,

    /// A run of which one step takes longer than this in real time is given up.
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(super) stuck_after: std::time::Duration,

    /// What stdout gets: nothing, or one JSON object per line as things happen.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) message_format: MessageFormat,

    #[command(flatten)]
    pub(super) reports: Reports,

    /// Show only failures and the last line.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Show every run.
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Show no progress bar.
    #[arg(long)]
    pub(super) no_progress: bool,

    #[command(flatten)]
    pub(super) gate: GateArgs,

    #[command(flatten)]
    pub(super) lab: LabArgs,
}

/// What a campaign is compared with.
#[derive(clap::Args, Clone)]
pub(super) struct GateArgs {
    /// Compare the runs with those of this baseline (or campaign's folder); exit code 5 if anything has
    /// become worse.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Write what later campaigns are compared with; compressed if the name ends in .zst.
    #[arg(long, value_name = "FILE")]
    pub(super) save_baseline: Option<PathBuf>,

    /// What counts as worse, instead of what ci/gate.toml says, or else what is built in.
    #[arg(long, value_name = "FILE", requires = "baseline")]
    pub(super) gate: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct CompareArgs {
    /// The campaign before: its folder, or a baseline's file.
    #[arg(value_name = "A")]
    pub(super) baseline: PathBuf,

    /// The campaign now.
    #[arg(value_name = "B")]
    pub(super) campaign: PathBuf,

    /// What counts as worse, instead of what ci/gate.toml says, or else what is built in.
    #[arg(long, value_name = "FILE")]
    pub(super) gate: Option<PathBuf>,

    /// What stdout gets: nothing, or one JSON object per line.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) message_format: MessageFormat,

    /// Show only the verdict.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Show every figure of every test.
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesChoice {
    /// All that the implementation gives enough for.
    #[default]
    All,
    /// None.
    None,
}

impl RulesChoice {
    /// What must be said again to mean the same.
    pub(super) fn options(self) -> Vec<String> {
        match self {
            RulesChoice::All => vec![],
            RulesChoice::None => vec!["--rules".to_owned(), "none".to_owned()],
        }
    }
}

impl From<RulesChoice> for Rules {
    fn from(choice: RulesChoice) -> Rules {
        match choice {
            RulesChoice::All => Rules::All,
            RulesChoice::None => Rules::None,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Traces {
    /// Every run.
    #[default]
    All,
    /// Runs that did not pass.
    Failed,
    /// No run.
    None,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    #[default]
    Human,
    Json,
}

/// A part of a campaign as it is typed.
#[derive(Clone, Copy)]
pub(super) enum Partition {
    Given(Slice),
    Auto,
}

fn parse_partition(text: &str) -> Result<Partition, String> {
    match text {
        "auto" => Ok(Partition::Auto),
        text => text.parse().map(Partition::Given).map_err(|error| format!("{error}, or `auto`")),
    }
}

/// A campaign's seed as it is typed.
#[derive(Clone, Copy)]
pub(super) enum SeedChoice {
    Given(Seed),
    Random,
}

/// A whole number, counted from 1.
fn parse_positive<T: FromStr + PartialEq + Default>(text: &str) -> Result<T, &'static str> {
    match text.parse() {
        Ok(number) if number != T::default() => Ok(number),
        _ => Err("a whole number of at least 1 is wanted"),
    }
}

/// A number of threads. Far more of them than any machine has cores only stand in each other's way.
fn parse_jobs(text: &str) -> Result<u16, &'static str> {
    let jobs = text.parse().ok().filter(|jobs| (1..=1024).contains(jobs));
    jobs.ok_or("a whole number from 1 to 1024 is wanted")
}

fn parse_seed(text: &str) -> Result<SeedChoice, String> {
    match text {
        "random" => Ok(SeedChoice::Random),
        text => text.parse().map(SeedChoice::Given).map_err(|error| format!("{error}, or `random`")),
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 9] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("K", 1 << 10),
        ("M", 1 << 20),
        ("G", 1 << 30),
        ("T", 1 << 40),
        ("B", 1),
    ];
    let (digits, unit) =
        UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit))).unwrap_or((text, 1));
    let number: Option<u64> = digits.trim().parse().ok();
    number
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "a size is a whole number, with KiB, MiB, GiB or TiB, like 500MiB".to_owned())
}

#[derive(clap::Args)]
pub(super) struct ReplayArgs {
    /// The test.
    #[arg(value_name = "TEST")]
    pub(super) test: String,

    /// The run's seed, as the failure shows it.
    #[arg(long, value_name = "SEED", required_unless_present = "iteration")]
    pub(super) seed: Option<Seed>,

    /// Instead of the run's seed: which iteration of the campaign with --campaign-seed.
    #[arg(long, value_name = "K", conflicts_with = "seed", value_parser = parse_positive::<u64>)]
    pub(super) iteration: Option<u64>,

    /// The seed of the campaign that --iteration counts in.
    #[arg(long, default_value = "0x5eed", value_name = "SEED")]
    pub(super) campaign_seed: Seed,

    /// Play the run twice and compare.
    #[arg(long)]
    pub(super) check_determinism: bool,

    /// Which rules watch, beside each test's own checks.
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    pub(super) rules: RulesChoice,

    /// A run of which one step takes longer than this in real time is given up.
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(super) stuck_after: std::time::Duration,

    /// Write the trace to this file instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,

    /// Instead of the trace, show what every server is at this instant, in seconds of virtual time.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["columns", "only", "ignore", "server", "from", "to"])]
    pub(super) until: Option<Instant>,

    #[command(flatten)]
    pub(super) lab: LabArgs,

    // Last: what follows a heading stands below it.
    #[command(flatten)]
    pub(super) view: ViewArgs,
}

#[derive(clap::Args)]
pub(super) struct ShowArgs {
    /// The trace: plain or compressed, as a failure names it.
    #[arg(value_name = "FILE")]
    pub(super) trace: PathBuf,

    #[command(flatten)]
    pub(super) view: ViewArgs,
}

/// What is shown of a trace, and how.
#[derive(clap::Args)]
#[command(next_help_heading = "View")]
pub(super) struct ViewArgs {
    /// Show one column per server, as wide together as the terminal.
    #[arg(long)]
    pub(super) columns: bool,

    /// As wide as N characters instead; 120 where there is no terminal.
    #[arg(long, value_name = "N", requires = "columns", value_parser = clap::value_parser!(u16).range(40..))]
    pub(super) width: Option<u16>,

    /// Show only lines of these topics, such as vote,term; `log` means log1,log2.
    #[arg(long, alias = "just", value_name = "TOPIC,…", value_delimiter = ',', value_parser = parse_topics)]
    pub(super) only: Vec<Topics>,

    /// Show no lines of these topics.
    #[arg(long, value_name = "TOPIC,…", value_delimiter = ',', value_parser = parse_topics)]
    pub(super) ignore: Vec<Topics>,

    /// Show only lines that concern these servers, such as 1,3: their own, what was lost on the way to
    /// them, and what the tester does to them, or to all.
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = parse_server)]
    pub(super) server: Vec<ServerId>,

    /// Show only lines from this instant on, in seconds of virtual time: 12.3, or 012.300000.
    #[arg(long, value_name = "TIME")]
    pub(super) from: Option<Instant>,

    /// Show only lines up to this instant.
    #[arg(long, value_name = "TIME")]
    pub(super) to: Option<Instant>,
}

/// What a name means.
#[derive(Clone)]
pub(super) struct Topics(pub(super) Vec<Topic>);

fn parse_topics(text: &str) -> Result<Topics, UnknownTopic> {
    topics_named(text.trim()).map(Topics)
}

fn parse_server(text: &str) -> Result<ServerId, ParseServerError> {
    let number = text.trim().trim_start_matches(['S', 's']);
    format!("S{number}").parse()
}

#[derive(clap::Args)]
pub(super) struct MergeArgs {
    /// The campaigns' folders.
    #[arg(value_name = "DIR", required = true)]
    pub(super) folders: Vec<PathBuf>,

    /// Also write the whole campaign into this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// What stdout gets: nothing, or one JSON object per line, as at the end of `raftlab test`.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) message_format: MessageFormat,

    /// Show only the last line.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

#[derive(clap::Args)]
pub(super) struct GradeArgs {
    /// Submissions: folders with a crate, or with what is in its `src`.
    #[arg(value_name = "DIR", required_unless_present = "prepare")]
    pub(super) submissions: Vec<PathBuf>,

    /// Grade these parts or tests, as in `raftlab test`: all of the lab files, or 2A to 2D if there are none.
    #[arg(long = "test", value_name = "PART|TEST")]
    pub(super) tests: Vec<String>,

    /// How often each test is played: as the lab file says if not given, or else 100 times.
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_positive::<u64>)]
    pub(super) iterations: Option<u64>,

    /// What public runs are drawn from: a number, or `random`; 0x5eed if not given, as in `raftlab test`.
    #[arg(long, value_name = "SEED", value_parser = parse_seed)]
    pub(super) seed: Option<SeedChoice>,

    /// What runs with secret seeds are drawn from: the bytes of this file. If not given, something is drawn
    /// and kept beside the grades.
    #[arg(long, value_name = "FILE")]
    pub(super) secret: Option<PathBuf>,

    /// Where grades go, with a folder for each submission.
    #[arg(long, default_value = "raftlab-grades", value_name = "DIR")]
    pub(super) out: PathBuf,

    /// Submissions that are built, and runs that are played, at a time; one per core if not given.
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(super) jobs: Option<u16>,

    /// Begin no more runs after this time, like 9m, and grade by what was played until then.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(super) time_budget: Option<std::time::Duration>,

    /// Go on where it was left. A submission that has changed is graded anew.
    #[arg(long)]
    pub(super) resume: bool,

    /// A run of which one step takes longer than this on a processor is given up.
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = parse_patience)]
    pub(super) stuck_after: std::time::Duration,

    /// Processor time that the compiler gets for a submission.
    #[arg(long, default_value = "2m", value_name = "TIME", value_parser = parse_patience)]
    pub(super) build_time: std::time::Duration,

    /// Address space that a process gets that plays.
    #[arg(long, default_value = "512MiB", value_name = "SIZE", value_parser = parse_memory)]
    pub(super) memory: u64,

    /// Build submissions with raftlab's sources in this folder; those around the current folder, or else the
    /// published version, if not given.
    #[arg(long, value_name = "PATH")]
    pub(super) raftlab: Option<PathBuf>,

    /// Where raftlab and its libraries are compiled, once for all submissions.
    #[arg(long, value_name = "DIR")]
    pub(super) cache: Option<PathBuf>,

    /// Only compile the libraries; the one time that a network may be needed.
    #[arg(long, conflicts_with = "submissions")]
    pub(super) prepare: bool,

    /// Also write Gradescope's results.json here, after every test; for one submission.
    #[arg(long, value_name = "FILE")]
    pub(super) gradescope: Option<PathBuf>,

    /// Also write Classroom 50's result.json here; for one submission, of which the environment tells.
    #[arg(long, value_name = "FILE")]
    pub(super) classroom: Option<PathBuf>,

    /// Show only what everybody earned, and what went wrong.
    #[arg(short, long)]
    pub(super) quiet: bool,

    /// Show no progress bar.
    #[arg(long)]
    pub(super) no_progress: bool,

    #[command(flatten)]
    pub(super) lab: LabArgs,
}

/// At least a tenth of a second: a step may be that long on a machine that has other things to do.
fn parse_patience(text: &str) -> Result<std::time::Duration, String> {
    let least = std::time::Duration::from_millis(100);
    let patience = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if patience < least { Err("at least 100ms is wanted".to_owned()) } else { Ok(patience) }
}

/// Less than this, and not even the tester fits in.
fn parse_memory(text: &str) -> Result<u64, String> {
    let least = 64 << 20;
    let memory = parse_size(text)?;
    if memory < least { Err("at least 64MiB is wanted".to_owned()) } else { Ok(memory) }
}

/// Which reports are written, and where.
#[derive(clap::Args, Clone, Default)]
pub(super) struct Reports {
    /// Write a report in JUnit's XML, one test case per test.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,

    /// Write a report in Markdown, for a job's summary.
    #[arg(long, value_name = "FILE")]
    pub(super) markdown: Option<PathBuf>,

    /// Write a report as a page with plots: one file that needs no network.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,

    /// Print annotations for GitHub, ten at most, and append the Markdown to its job summary.
    #[arg(long)]
    pub(super) github: bool,
}

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("report").args(["junit", "markdown", "html", "github"]).required(true).multiple(true)))]
pub(super) struct ReportArgs {
    /// The campaign's folder.
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,

    #[command(flatten)]
    pub(super) reports: Reports,

    /// Also compare the campaign with this baseline, or with the campaign in this folder.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// What counts as worse, instead of what ci/gate.toml says, or else what is built in.
    #[arg(long, value_name = "FILE", requires = "baseline")]
    pub(super) gate: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct GrepArgs {
    /// A regular expression.
    #[arg(value_name = "REGEX")]
    pub(super) pattern: String,

    /// The campaign's folder, a folder of it, or one trace; the newest in raftlab-runs if not given.
    #[arg(value_name = "DIR")]
    pub(super) path: Option<PathBuf>,

    /// Ignore case.
    #[arg(short, long)]
    pub(super) ignore_case: bool,

    /// Print how many lines match in each trace that has any.
    #[arg(short, long, conflicts_with_all = ["files_with_matches", "columns"])]
    pub(super) count: bool,

    /// Print only the names of traces that match.
    #[arg(short = 'l', long, conflicts_with = "columns")]
    pub(super) files_with_matches: bool,

    /// Search only runs that did not pass.
    #[arg(long)]
    pub(super) failed: bool,

    /// Threads; one per core if not given.
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(super) jobs: Option<u16>,

    #[command(flatten)]
    pub(super) view: ViewArgs,
}

#[derive(clap::Args)]
pub(super) struct BugsArgs {
    /// Ids (vote-not-persisted), which mean their variants, too, ranks (11), or parts (3X) for all bugs
    /// that are played on them; all bugs if none is given.
    #[arg(value_name = "ID")]
    pub(super) ids: Vec<String>,

    /// How often each test is played at most; a part ends with the first iteration that fails.
    #[arg(short = 'n', long, default_value_t = 100, value_name = "N", value_parser = parse_positive::<u64>)]
    pub(super) iterations: u64,

    /// Bugs that are built and played at a time; one per core if not given.
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(super) jobs: Option<u16>,

    /// The clone of raftlab's repository, instead of the one around the current folder.
    #[arg(long, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,

    /// Where raftlab and its libraries are compiled; `raftlab grade` can have the same. In the repository's
    /// `target` if not given.
    #[arg(long, value_name = "DIR")]
    pub(super) cache: Option<PathBuf>,

    /// Only see whether all patches apply and their headers are sound; build nothing.
    #[arg(long, conflicts_with_all = ["write", "findings"])]
    pub(super) check: bool,

    /// Also write the matrix into this Markdown page, between its marks; what it says of bugs that are not
    /// played stays.
    #[arg(long, value_name = "FILE")]
    pub(super) write: Option<PathBuf>,

    /// Also write what each rule said that caught a bug into this file, one JSON object per line; what it
    /// says of bugs that are not played stays.
    #[arg(long, value_name = "FILE")]
    pub(super) findings: Option<PathBuf>,

    /// What stdout gets: nothing, or one JSON object per bug as it is done.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) message_format: MessageFormat,

    /// Show no progress bar.
    #[arg(long)]
    pub(super) no_progress: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_parser_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(parse_size("500MiB"), Ok(500 << 20));
        assert_eq!(parse_size("2G"), Ok(2 << 30));
        assert_eq!(parse_size("0"), Ok(0));
        for bad in ["", "x", "-1", "1.5GiB", "99999999999TiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
