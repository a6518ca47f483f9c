//! Times on pages, in the tenant's zone: the clock alone today, with the day on another day.

use jiff::{Timestamp, Zoned};
use regain_domain::Language;

use crate::moment::{MONTHS_EN, MONTHS_NL};

use super::Frame;
use super::words::{Countdown, Words};

/// Beyond this the end is told, and no countdown.
const COUNTED_SECONDS_MAX: u64 = 60 * 60;

/// How long there is time, as templates see it.
pub(super) struct Time {
    /// A sentence without its full stop.
    pub(super) until: String,
    /// How many seconds are left, where the end is within the hour.
    pub(super) seconds: Option<u64>,
    /// The same in words.
    pub(super) left: String,
    /// What is said when nothing is left.
    pub(super) over: &'static str,
    /// The words to count on with.
    pub(super) countdown: &'static Countdown,
}

impl Time {
    /// The time until `at`, told by `until`.
    pub(super) fn new(frame: &Frame<'_>, at: Timestamp, until: fn(&str) -> String) -> Self {
        let countdown = &Words::of(frame.language).countdown;
        let left = at.as_second().saturating_sub(frame.now.as_second());
        let left = u64::try_from(left).unwrap_or_default();
        Self {
            until: until(&moment(frame, at)),
            seconds: (left <= COUNTED_SECONDS_MAX).then_some(left),
            left: countdown.left(left / 60),
            over: countdown.over,
            countdown,
        }
    }

    /// The same, and a new link is what helps when the time is over.
    pub(super) fn of_link(self) -> Self {
        Self { over: self.countdown.over_of_link, ..self }
    }
}

/// To follow "until" in English, "tot" in Dutch. Rounded down, so that what works until then works
/// a little longer, never shorter.
fn moment(frame: &Frame<'_>, at: Timestamp) -> String {
    let (clock, day) = clock_and_day(frame, at);
    match (frame.language, day) {
        (_, None) => clock,
        (Language::En, Some(day)) => format!("{clock} on {day}"),
        (Language::Nl, Some(day)) => format!("{day} om {clock}"),
    }
}

/// The moment at which something is: "at 14:18", "om 14:18", "op 24 november 2026 om 14:18".
pub(super) fn at_moment(frame: &Frame<'_>, at: Timestamp) -> String {
    let (clock, day) = clock_and_day(frame, at);
    match (frame.language, day) {
        (Language::En, None) => format!("at {clock}"),
        (Language::En, Some(day)) => format!("at {clock} on {day}"),
        (Language::Nl, None) => format!("om {clock}"),
        (Language::Nl, Some(day)) => format!("op {day} om {clock}"),
    }
}

/// The minute, and the day where it is not today's.
fn clock_and_day(frame: &Frame<'_>, at: Timestamp) -> (String, Option<String>) {
    let local = |moment: Timestamp| moment.to_zoned(frame.zone.clone());
    let (then, now) = (local(at), local(frame.now));
    if then.date() == now.date() {
        return (clock(&then), None);
    }
    let names = match frame.language {
        Language::En => MONTHS_EN,
        Language::Nl => MONTHS_NL,
    };
    let month = names.split(' ').zip(1_i8..).find(|(_, number)| *number == then.month());
    let month = month.map_or("", |(name, _)| name);
    (clock(&then), Some(format!("{} {month} {}", then.day(), then.year())))
}

/// A tenant without a zone of its own has UTC, which is no clock that hangs on a wall: it is named.
fn clock(local: &Zoned) -> String {
    let is_utc = local.time_zone().to_offset_info(local.timestamp()).abbreviation() == "UTC";
    let zone = if is_utc { " UTC" } else { "" };
    format!("{:02}:{:02}{zone}", local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn time(language: Language, zone: &str, now: &str, at: &str) -> Time {
        let zone = TimeZone::posix(zone).expect("a zone");
        let frame = Frame::bare(language, now, &zone);
        Time::new(&frame, at.parse().expect("a moment"), str::to_owned)
    }

    const AMSTERDAM: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

    #[test]
    fn a_moment_is_told_by_the_clock_on_the_wall_and_on_another_day_with_the_day() {
        for (zone, now, at, en, nl) in [
            (AMSTERDAM, "2026-11-22T13:03:00Z", "2026-11-22T13:18:59Z", "14:18", "14:18"),
            (AMSTERDAM, "2026-07-22T13:03:00Z", "2026-07-22T13:18:00Z", "15:18", "15:18"),
            ("UTC0", "2026-11-22T13:03:00Z", "2026-11-22T13:18:00Z", "13:18 UTC", "13:18 UTC"),
            (
                AMSTERDAM,
                "2026-11-22T22:59:00Z",
                "2026-11-22T23:00:00Z",
                "00:00 on 23 November 2026",
                "23 november 2026 om 00:00",
            ),
            (
                "UTC0",
                "2026-11-22T22:59:00Z",
                "2026-11-24T09:05:00Z",
                "09:05 UTC on 24 November 2026",
                "24 november 2026 om 09:05 UTC",
            ),
        ] {
            assert_eq!(time(Language::En, zone, now, at).until, en);
            assert_eq!(time(Language::Nl, zone, now, at).until, nl);
        }
    }

    #[test]
    fn what_is_left_is_never_more_than_there_is_and_is_counted_within_the_hour() {
        for (at, seconds, en, nl) in [
            ("2026-11-22T14:00:01Z", None, "60 minutes left", "nog 60 minuten"),
            ("2026-11-22T14:00:00Z", Some(3600), "60 minutes left", "nog 60 minuten"),
            ("2026-11-22T13:14:59Z", Some(899), "14 minutes left", "nog 14 minuten"),
            ("2026-11-22T13:02:00Z", Some(120), "2 minutes left", "nog 2 minuten"),
            ("2026-11-22T13:01:59Z", Some(119), "1 minute left", "nog 1 minuut"),
            (
                "2026-11-22T13:00:59Z",
                Some(59),
                "less than a minute left",
                "nog minder dan een minuut",
            ),
            (
                "2026-11-22T12:00:00Z",
                Some(0),
                "less than a minute left",
                "nog minder dan een minuut",
            ),
        ] {
            for (language, words) in [(Language::En, en), (Language::Nl, nl)] {
                let time = time(language, AMSTERDAM, "2026-11-22T13:00:00Z", at);
                assert_eq!((time.seconds, time.left.as_str()), (seconds, words));
            }
        }
    }
}
