//! What one run costs: every test of part 2C, played by the reference, without a trace; watched by
//! all rules, and by none.
//!
//! A benchmark goes through the seeds of a campaign's iterations, so its time is that of a mean
//! run, and its throughput is runs per second and core.
//!
//! `cargo bench --bench runs`, or `cargo bench --bench runs -- figure8 --quick` for a first idea.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use raftlab::base::Seed;
use raftlab::lab::{Edition, Lab};
use raftlab::runner::{Player, Rules, play};

#[path = "../labs/reference/src/raft/mod.rs"]
#[expect(dead_code, reason = "benches are compiled like tests, but its unit tests are not played here")]
mod reference;

fn runs_of_2c(criterion: &mut Criterion) {
    let tests = Lab::course(Edition::To2023).select(&["2C".to_owned()], None).expect("there is a part 2C");
    let mut group = criterion.benchmark_group("2C");
    group.throughput(Throughput::Elements(1));
    let watched = [("all", Rules::All), ("none", Rules::None)];
    for (test, (name, rules)) in tests.iter().flat_map(|test| watched.map(|watched| (test, watched))) {
        let player = Player { rules, ..Player::watched(reference::make) };
        let mut iteration = 0;
        group.bench_function(BenchmarkId::new(&test.info.name, name), |bencher| {
            bencher.iter(|| {
                iteration += 1;
                let seed = Seed(0x5eed).of_run(&test.info.name, iteration);
                black_box(play(test, player, seed, None, None).digest)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, runs_of_2c);
criterion_main!(benches);
