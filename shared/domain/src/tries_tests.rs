use super::*;

const LOCKOUT: Lockout = Lockout { failures: 5, lock_seconds: 900 };

fn at(seconds: u32) -> Timestamp {
    after("2026-11-22T14:00:00Z".parse().unwrap(), seconds)
}

fn lock(since: u32) -> Lock {
    Lock { since: at(since), until: Some(at(since + 900)) }
}

fn tries(begun: (u32, u32), failed: (u32, u32), while_locked: u32, in_a_row: u32) -> Tries {
    let moment = |(count, seconds)| (count > 0).then(|| at(seconds));
    Tries {
        begun: begun.0,
        begun_at: moment(begun),
        failed: failed.0,
        failed_at: moment(failed),
        while_locked,
        in_a_row,
        told_at: None,
    }
}

#[test]
fn a_lock_follows_from_what_was_counted() {
    for (tries, seconds, expected) in [
        (Tries::default(), 0, Standing::Open),
        (tries((4, 0), (4, 0), 0, 4), 0, Standing::Open),
        // Five are begun, and how they ended is not known yet.
        (tries((5, 0), (0, 0), 0, 5), 0, Standing::InFlight),
        (tries((5, 0), (4, 0), 0, 5), 29, Standing::InFlight),
        // One died on its way: it counts as wrong, from when it was begun.
        (tries((5, 3), (4, 1), 0, 5), 33, Standing::Locked(lock(3))),
        (tries((5, 0), (5, 1), 0, 5), 1, Standing::Locked(lock(1))),
        (tries((5, 0), (5, 1), 4, 9), 900, Standing::Locked(lock(1))),
        (tries((5, 0), (5, 1), 5, 10), 900, Standing::Shut(lock(1))),
        (tries((5, 0), (5, 1), 5, 10), 901, Standing::Over),
        // A hundred in a row: the lock goes on, and what comes after it opens nothing.
        (tries((5, 0), (5, 1), 1, 100), 1, Standing::Shut(lock(1))),
        (tries((5, 0), (5, 1), 1, 100), 901, Standing::Disabled),
        (tries((2, 0), (2, 1), 0, 100), 1, Standing::Disabled),
        (tries((5, 0), (4, 1), 0, 100), 1, Standing::InFlight),
        // What was begun before somebody else was right, and failed after that.
        (tries((0, 0), (5, 1), 0, 0), 1, Standing::Locked(lock(1))),
    ] {
        assert_eq!(tries.standing(&LOCKOUT, at(seconds)), expected, "{tries:?} at {seconds}");
    }
}

#[test]
fn a_lock_of_no_seconds_holds_until_it_is_taken_off() {
    let lockout = Lockout { lock_seconds: 0, ..LOCKOUT };
    let tries = tries((5, 0), (5, 1), 0, 5);
    let lock = Lock { since: at(1), until: None };
    assert_eq!(tries.standing(&lockout, at(u32::MAX)), Standing::Locked(lock));
    assert_eq!(tries.locked(&lockout, at(u32::MAX)), Some(lock));
}

#[test]
fn a_password_is_spent_when_a_hundred_in_a_row_are_known_to_be_wrong() {
    for (tries, expected) in [
        (tries((5, 0), (5, 0), 0, 99), false),
        (tries((5, 0), (5, 0), 0, 100), true),
        (tries((5, 0), (4, 0), 0, 100), false),
        (tries((3, 0), (2, 0), 0, 100), true),
    ] {
        assert_eq!(tries.is_spent(&LOCKOUT, at(1)), expected, "{tries:?}");
    }
}
