//! One case: its name, its throughput, and its work.

use criterion::{Criterion, Throughput};

/// Measures the cases of one size.
pub(crate) struct Measure<'c> {
    pub(crate) criterion: &'c mut Criterion,
    pub(crate) size: usize,
}

impl Measure<'_> {
    /// Measures `work` as `operation/size/implementation`, where `operation` is `topic/operation`. The work asserts its
    /// own result, so that a wrong result is never timed.
    pub(crate) fn case(&mut self, operation: &str, implementation: &str, mut work: impl FnMut()) {
        let mut group = self.criterion.benchmark_group(operation);
        group.throughput(Throughput::Bytes(self.size as u64));
        group.bench_function(format!("{}/{implementation}", self.size), |bencher| bencher.iter(&mut work));
        group.finish();
    }
}
