//! Moments and durations in words. Always UTC, and always said.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit, Zoned, tz::TimeZone};
use regain_domain::Language;

const MONTHS_EN: &str =
    "January February March April May June July August September October November December";
const MONTHS_NL: &str =
    "januari februari maart april mei juni juli augustus september oktober november december";

/// The day and the minute, to follow "at" or "until" in English, "op" or "tot" in Dutch. A moment
/// is rounded down, so what works until then works a little longer, never shorter.
pub(crate) fn moment(language: Language, at: Timestamp) -> String {
    on_day(language, at, &minute(at))
}

/// The same, but rounded up: what ends at that moment has ended by then. To follow "at … at the
/// latest" in English, "uiterlijk op" in Dutch.
pub(crate) fn moment_not_before(language: Language, at: Timestamp) -> String {
    let up = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil);
    // It fails within the last minute that a timestamp can say.
    moment(language, at.round(up).unwrap_or(at))
}

/// The same to the second, where two moments of one minute must be told apart.
pub(crate) fn exact_moment(language: Language, at: Timestamp) -> String {
    let utc = in_utc(at);
    on_day(language, at, &format!("{}:{:02}", clock(&utc), utc.second()))
}

/// The minute alone: "14:03".
pub(crate) fn minute(at: Timestamp) -> String {
    clock(&in_utc(at))
}

/// "15 minutes", "1 hour", "1 hour and 30 minutes"; "15 minuten", "1 uur", "1 uur en 30 minuten".
pub(crate) fn duration(language: Language, minutes: u32) -> String {
    let (hour, hours, minute_one, minutes_many, and) = match language {
        Language::En => ("hour", "hours", "minute", "minutes", "and"),
        // "Uur" stays as it is after a number.
        Language::Nl => ("uur", "uur", "minuut", "minuten", "en"),
    };
    let counted = |count: u32, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let hours_part = counted(minutes / 60, hour, hours);
    let minutes_part = counted(minutes % 60, minute_one, minutes_many);
    match (minutes / 60, minutes % 60) {
        (0, _) => minutes_part,
        (_, 0) => hours_part,
        _ => format!("{hours_part} {and} {minutes_part}"),
    }
}

fn on_day(language: Language, at: Timestamp, clock: &str) -> String {
    let utc = in_utc(at);
    let (day, year) = (utc.day(), utc.year());
    let names = match language {
        Language::En => MONTHS_EN,
        Language::Nl => MONTHS_NL,
    };
    let month = names.split(' ').zip(1_i8..).find(|(_, number)| *number == utc.month());
    let month = month.map_or("", |(name, _)| name);
    match language {
        Language::En => format!("{clock} UTC on {day} {month} {year}"),
        Language::Nl => format!("{day} {month} {year} om {clock} UTC"),
    }
}

fn in_utc(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::UTC)
}

fn clock(utc: &Zoned) -> String {
    format!("{:02}:{:02}", utc.hour(), utc.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_moment_has_its_minute_its_day_and_its_zone() {
        for (moment_at, en, nl) in [
            (
                "2026-11-22T14:03:59.9Z",
                "14:03 UTC on 22 November 2026",
                "22 november 2026 om 14:03 UTC",
            ),
            (
                "2028-02-29T00:00:00Z",
                "00:00 UTC on 29 February 2028",
                "29 februari 2028 om 00:00 UTC",
            ),
            (
                "2027-01-01T00:30:00+02:00",
                "22:30 UTC on 31 December 2026",
                "31 december 2026 om 22:30 UTC",
            ),
        ] {
            assert_eq!(moment(Language::En, at(moment_at)), en);
            assert_eq!(moment(Language::Nl, at(moment_at)), nl);
        }
        for month in 1..=12 {
            let day = at(&format!("2026-{month:02}-01T00:00:00Z"));
            for (language, names) in [(Language::En, MONTHS_EN), (Language::Nl, MONTHS_NL)] {
                let name = names.split(' ').nth(month - 1).expect("twelve names");
                assert!(moment(language, day).contains(&format!("1 {name} 2026")), "{month}");
            }
        }
        let exact = exact_moment(Language::En, at("2026-03-02T09:05:07.9Z"));
        assert_eq!(exact, "09:05:07 UTC on 2 March 2026");
        assert_eq!(minute(at("2026-03-02T09:05:07.9Z")), "09:05");
    }

    #[test]
    fn what_ends_at_a_moment_has_ended_by_the_minute_that_is_told() {
        for (moment_at, en, nl) in [
            (
                "2026-11-22T14:03:00Z",
                "14:03 UTC on 22 November 2026",
                "22 november 2026 om 14:03 UTC",
            ),
            (
                "2026-11-22T14:03:00.000001Z",
                "14:04 UTC on 22 November 2026",
                "22 november 2026 om 14:04 UTC",
            ),
            (
                "2026-12-31T23:59:59.999999Z",
                "00:00 UTC on 1 January 2027",
                "1 januari 2027 om 00:00 UTC",
            ),
        ] {
            assert_eq!(moment_not_before(Language::En, at(moment_at)), en);
            assert_eq!(moment_not_before(Language::Nl, at(moment_at)), nl);
        }
        let last = moment_not_before(Language::En, Timestamp::MAX);
        assert_eq!(last, moment(Language::En, Timestamp::MAX), "and no panic");
    }

    #[test]
    fn durations_are_counted_in_hours_and_minutes_singular_and_plural() {
        for (minutes, en, nl) in [
            (0, "0 minutes", "0 minuten"),
            (1, "1 minute", "1 minuut"),
            (15, "15 minutes", "15 minuten"),
            (60, "1 hour", "1 uur"),
            (61, "1 hour and 1 minute", "1 uur en 1 minuut"),
            (90, "1 hour and 30 minutes", "1 uur en 30 minuten"),
            (1440, "24 hours", "24 uur"),
        ] {
            assert_eq!(duration(Language::En, minutes), en);
            assert_eq!(duration(Language::Nl, minutes), nl);
        }
    }
}
