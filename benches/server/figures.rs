//! Runs a benchmark, and prints its figures.

// The allocator of the shipped program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Runs a benchmark. Cargo runs every one with --bench; `cargo test --benches` does not, and then there is nothing to do.
pub fn run(benchmark: impl Future<Output = ()>) {
    if std::env::args().any(|argument| argument == "--bench") {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(benchmark);
    }
}

/// Prints the median and the range of what was measured.
pub fn show(what: &str, digits: usize, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let (median, least, most) = (values[values.len() / 2], values[0], values[values.len() - 1]);
    println!("{what}: median {median:.digits$} ({least:.digits$} to {most:.digits$})");
}
