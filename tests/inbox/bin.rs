//! The processes that the tests of the inbox start and kill, and `inbox kills [KILLS] [STORE…]`, which kills a
//! receiver and a worker so many times on each store, by default 200, and prints what happened. `inbox measure`
//! measures it.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    use hookseal_tests::inbox::{kills, measure, process};

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // Only the thread that forks goes on in the child.
    if let ["forker", place] = arguments.as_slice() {
        return process::fork(&place.parse().expect("a place"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        match arguments.as_slice() {
            ["receiver", place, port] => {
                process::receive(&place.parse().expect("a place"), port.parse().expect("a port")).await;
            }
            ["worker", place, variant, log] => {
                process::work(&place.parse().expect("a place"), variant, std::path::Path::new(log)).await;
            }
            ["kills", more @ ..] => {
                let count = more.first().map_or(200, |count| count.parse().expect("how many kills"));
                kills::run(count, more.get(1..).unwrap_or_default()).await;
            }
            ["measure"] => measure::run().await,
            _ => eprintln!("usage: inbox kills [KILLS] [sqlite|postgres]…\n       inbox measure"),
        }
    });
}
