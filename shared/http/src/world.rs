//! The two things that come from outside every rule: the time and randomness. Read here, handed
//! down as arguments; `clippy.toml` forbids them elsewhere.

use jiff::Timestamp;

/// The wall clock, to the microsecond that is stored.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Timestamp {
    regain_domain::time::to_micros(Timestamp::now())
}

/// Random bytes from the operating system.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
pub fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing is safe: the call must die"
    )]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
