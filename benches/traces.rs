//! What a trace costs: the same runs with a digest only, with their text in memory, and with the
//! text compressed as campaigns keep it. The ratios of the three are what matters.
//!
//! `cargo bench --bench traces`

use std::cell::RefCell;
use std::hint::black_box;
use std::io::{self, Write};
use std::rc::Rc;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use raftlab::api::install_logger;
use raftlab::base::Seed;
use raftlab::lab::{Edition, Lab, Test};
use raftlab::runner::{Player, play};
use raftlab::trace::{Destination, Sink, TextSink};

#[path = "../labs/reference/src/raft/mod.rs"]
#[expect(dead_code, reason = "benches are compiled like tests, but its unit tests are not played here")]
mod reference;

/// The test that is played: many RPCs and a long log.
const TEST: &str = "2C/reliable-churn";
/// Every benchmark plays the runs of these iterations in turn, so that all play the same.
const ITERATIONS: u64 = 8;

/// Text compressed like the traces of a campaign.
struct Compressed(zstd::Encoder<'static, Vec<u8>>);

impl Destination for Compressed {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.0.write_all(text)
    }
}

fn compressed() -> TextSink<Compressed> {
    TextSink::new(Compressed(zstd::Encoder::new(Vec::new(), 1).expect("memory suffices")))
}

/// Plays `test` with the listener that `listener` makes for each run.
fn bench<S: Sink + 'static>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    test: &Test,
    listener: impl Fn() -> Option<S>,
) {
    let mut iteration = 0;
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            iteration += 1;
            let seed = Seed(0x5eed).of_run(&test.info.name, iteration % ITERATIONS);
            let listener = listener().map(|sink| Rc::new(RefCell::new(sink)) as Rc<RefCell<dyn Sink>>);
            black_box(play(test, Player::watched(reference::make), seed, listener, None).digest)
        });
    });
}

fn traces(criterion: &mut Criterion) {
    install_logger();
    let tests = Lab::course(Edition::To2023).select(&[TEST.to_owned()], None).expect("there is such a test");
    let mut group = criterion.benchmark_group(TEST);
    group.throughput(Throughput::Elements(1));
    bench(&mut group, "digest only", &tests[0], || None::<TextSink<Vec<u8>>>);
    bench(&mut group, "text", &tests[0], || Some(TextSink::new(Vec::new())));
    bench(&mut group, "compressed text", &tests[0], || Some(compressed()));
    group.finish();
}

criterion_group!(benches, traces);
criterion_main!(benches);
