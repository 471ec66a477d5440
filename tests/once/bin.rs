//! The processes that the tests of `once` start and kill, and `once kills [KILLS] [STORE…]`, which kills a receiver so
//! many times on each store, by default 200, and prints what happened. `once measure` measures the stores.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
#[tokio::main]
async fn main() {
    use std::path::Path;
    use std::time::Duration;

    use hookseal_tests::once::{claimer, kills, measure, receiver};

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["claimer", place, lease] => {
            let lease = Duration::from_millis(lease.parse().expect("milliseconds"));
            claimer::run(&place.parse().expect("a store"), lease).await;
        }
        ["receiver", place, variant, port, log] => {
            receiver::run(&place.parse().expect("a store"), variant, port.parse().expect("a port"), Path::new(log))
                .await;
        }
        ["kills", more @ ..] => {
            let count = more.first().map_or(200, |count| count.parse().expect("how many kills"));
            kills::run(count, more.get(1..).unwrap_or_default()).await;
        }
        ["measure"] => measure::run().await,
        _ => eprintln!("usage: once kills [KILLS] [sqlite|postgres|redis]…\n       once measure"),
    }
}
