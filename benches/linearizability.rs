//! What the check for linearizability costs per history: public ones, if they are there (see
//! `tests/histories.rs`), and drawn ones.
//!
//! `cargo bench --bench linearizability`, or with `-- --quick` for a first idea.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use raftlab::base::Seed;
use raftlab::oracle::linearizability::{Budget, History, KvInput, Register, check_kv, search};

#[path = "../tests/common/histories.rs"]
mod histories;

use histories::{Workload, drawn, files, folder, read_kv, read_register};

fn check(criterion: &mut Criterion, name: &str, history: &History<KvInput, String>) {
    let mut group = criterion.benchmark_group("linearizability");
    group.throughput(Throughput::Elements(history.operations().len() as u64));
    group.bench_function(name, |bencher| bencher.iter(|| black_box(check_kv(history, &Budget::default()))));
    group.finish();
}

/// The clients of the lab's tests, many at once.
fn drawn_histories(criterion: &mut Criterion) {
    let many = Workload { clients: 15, operations: 5_000, random_keys: Some(15), duration_max: 2_000, stalls: false };
    let workloads = [
        ("15 clients, 15 keys", many),
        ("15 clients, 15 keys, stalls", Workload { stalls: true, ..many }),
        ("20 clients, a key each", Workload { clients: 20, operations: 20_000, random_keys: None, ..many }),
        ("one client", Workload { clients: 1, random_keys: None, ..many }),
    ];
    for (name, workload) in workloads {
        check(criterion, name, &drawn(workload, &mut Seed(0x5eed).stream("bench")));
    }
}

fn public_histories(criterion: &mut Criterion) {
    let Some(folder) = folder() else { return };
    for (name, text) in files(&folder.join("kv")) {
        check(criterion, &name, &read_kv(&text));
    }
    let registers: Vec<_> = files(&folder.join("jepsen")).values().map(|text| read_register(text)).collect();
    let mut group = criterion.benchmark_group("linearizability");
    group.throughput(Throughput::Elements(registers.len() as u64));
    group.bench_function("all of etcd", |bencher| {
        bencher.iter(|| {
            registers.iter().for_each(|history| {
                black_box(search(&Register::default(), history.operations(), &Budget::default()));
            });
        });
    });
    group.finish();
}

criterion_group!(benches, drawn_histories, public_histories);
criterion_main!(benches);
