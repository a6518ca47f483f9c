//! The table, as it stands in the README.

use super::steps::{Measured, Timing, median};

/// Start at most this many times as long as a binary with the same clients and secrets.
const INIT_RATIO_MAX: f64 = 1.3;
/// Memory of a step, and what argon2 itself takes.
const PEAK_MIB_MAX: f64 = 16.0;
const ARGON2_MIB: f64 = 19.0;

/// Prints what was measured, and whether the two promises hold.
pub(crate) fn print(measured: &[Measured]) {
    println!(
        "| binary | start, ms | first answer, ms | warm answer, ms | peak, MiB | DynamoDB calls |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for Measured { name, init_millis, first_millis, warm_millis, peak_mib, calls } in measured {
        println!(
            "| {name} | {init_millis:.1} | {first_millis:.1} | {warm_millis:.1} | {peak_mib:.1} | {calls} |"
        );
    }
    let of = |name: &str| measured.iter().find(|measured| measured.name == name);
    let floor = of("the same clients and secrets").map_or(f64::NAN, |floor| floor.init_millis);
    for name in ["request-reset", "click-link", "magic-login", "second-step", "federated-login"] {
        let ratio = of(name).map_or(f64::NAN, |measured| measured.init_millis / floor);
        let verdict = if ratio <= INIT_RATIO_MAX { "holds" } else { "DOES NOT HOLD" };
        println!(
            "{name} starts in {ratio:.2} times the floor (at most {INIT_RATIO_MAX}): {verdict}"
        );
    }
    for Measured { name, peak_mib, .. } in measured {
        let hashes = matches!(name.as_str(), "set-password" | "sign-in");
        let most = PEAK_MIB_MAX + if hashes { ARGON2_MIB } else { 0.0 };
        let verdict = if *peak_mib <= most { "holds" } else { "DOES NOT HOLD" };
        println!("{name} peaks at {peak_mib:.1} MiB (at most {most:.0}): {verdict}");
    }
}

/// Prints whether known and unknown logins take the same time, by Welch's t.
pub(crate) fn print_timing(timings: &[Timing]) {
    for Timing { step, known, unknown } in timings {
        println!(
            "{step}: known {:.2} ms, unknown {:.2} ms (medians of {}), Welch t = {:.2}",
            median(known.clone()),
            median(unknown.clone()),
            known.len(),
            welch_t(known, unknown)
        );
    }
}

fn welch_t(a: &[f64], b: &[f64]) -> f64 {
    let of = |samples: &[f64]| {
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let variance = samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((mean_a, error_a), (mean_b, error_b)) = (of(a), of(b));
    (mean_a - mean_b) / (error_a + error_b).sqrt()
}
