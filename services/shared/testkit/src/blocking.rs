//! Async work inside `Drop`.

/// Runs `work` to its end on a thread of its own, since `Drop` may run inside a runtime.
pub(crate) fn block_on(work: impl Future<Output = ()> + Send + 'static) {
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            runtime.block_on(work);
        }
    });
    // A failed clean-up must not fail the test; what is left behind goes with the next `cargo xtask test`.
    thread.join().ok();
}
