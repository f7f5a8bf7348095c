//! Runs a benchmark, and prints its figures.

// The allocator of the shipped program.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Runs a benchmark. Does nothing without the argument --bench, which `cargo bench` passes and `cargo test --benches` does not.
pub fn run(benchmark: impl Future<Output = ()>) {
    if std::env::args().any(|argument| argument == "--bench") {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(benchmark);
    }
}

/// Prints the median and the range of the measured values.
pub fn show(what: &str, digits: usize, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let (median, least, most) = (values[values.len() / 2], values[0], values[values.len() - 1]);
    println!("{what}: median {median:.digits$} ({least:.digits$} to {most:.digits$})");
}
