//! Moments and durations in words. A moment is told by the reader's clock, and says by which: an
//! hour that comes twice as summer ends is told apart.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit, civil::DateTime, tz::TimeZone};
use regain_domain::Language;

pub(crate) const MONTHS_EN: &str =
    "January February March April May June July August September October November December";
pub(crate) const MONTHS_NL: &str =
    "januari februari maart april mei juni juli augustus september oktober november december";

/// The day and the minute, to follow "at" or "until" in English, "op" or "tot" in Dutch. A moment
/// is rounded down, so what works until then works a little longer, never shorter.
pub(crate) fn moment(language: Language, zone: &TimeZone, at: Timestamp) -> String {
    on_day(language, zone, at, &minute(zone, at))
}

/// The same, but rounded up: what ends at that moment has ended by then. To follow "at … at the
/// latest" in English, "uiterlijk op" in Dutch.
pub(crate) fn moment_not_before(language: Language, zone: &TimeZone, at: Timestamp) -> String {
    // A minute of UTC is one everywhere: no zone has been off by a part of one since 1972.
    let up = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil);
    // It fails within the last minute that a timestamp can say.
    moment(language, zone, at.round(up).unwrap_or(at))
}

/// The same to the second, where two moments of one minute must be told apart.
pub(crate) fn exact_moment(language: Language, zone: &TimeZone, at: Timestamp) -> String {
    let local = zone.to_datetime(at);
    on_day(language, zone, at, &format!("{}:{:02}", clock(local), local.second()))
}

/// The minute alone: "14:03".
pub(crate) fn minute(zone: &TimeZone, at: Timestamp) -> String {
    clock(zone.to_datetime(at))
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

fn on_day(language: Language, zone: &TimeZone, at: Timestamp, clock: &str) -> String {
    let local = zone.to_datetime(at);
    let (day, year, zone) = (local.day(), local.year(), zone_name(zone, at));
    let names = match language {
        Language::En => MONTHS_EN,
        Language::Nl => MONTHS_NL,
    };
    let month = names.split(' ').zip(1_i8..).find(|(_, number)| *number == local.month());
    let month = month.map_or("", |(name, _)| name);
    match language {
        Language::En => format!("{clock} {zone} on {day} {month} {year}"),
        Language::Nl => format!("{day} {month} {year} om {clock} {zone}"),
    }
}

/// What the zone's clock is called at that moment: "CET". Many a zone has a bare number for a name,
/// and is called by what it is off: "UTC-03", "UTC+05:45".
fn zone_name(zone: &TimeZone, at: Timestamp) -> String {
    let info = zone.to_offset_info(at);
    let name = info.abbreviation();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return name.to_owned();
    }
    let minutes = info.offset().seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours:02}"),
        (hours, minutes) => format!("UTC{sign}{hours:02}:{minutes:02}"),
    }
}

fn clock(local: DateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a zone")
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
            assert_eq!(moment(Language::En, &TimeZone::UTC, at(moment_at)), en);
            assert_eq!(moment(Language::Nl, &TimeZone::UTC, at(moment_at)), nl);
        }
        for month in 1..=12 {
            let day = at(&format!("2026-{month:02}-01T00:00:00Z"));
            for (language, names) in [(Language::En, MONTHS_EN), (Language::Nl, MONTHS_NL)] {
                let name = names.split(' ').nth(month - 1).expect("twelve names");
                assert!(
                    moment(language, &TimeZone::UTC, day).contains(&format!("1 {name} 2026")),
                    "{month}"
                );
            }
        }
        let exact = exact_moment(Language::En, &TimeZone::UTC, at("2026-03-02T09:05:07.9Z"));
        assert_eq!(exact, "09:05:07 UTC on 2 March 2026");
        assert_eq!(minute(&TimeZone::UTC, at("2026-03-02T09:05:07.9Z")), "09:05");
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
            assert_eq!(moment_not_before(Language::En, &TimeZone::UTC, at(moment_at)), en);
            assert_eq!(moment_not_before(Language::Nl, &TimeZone::UTC, at(moment_at)), nl);
        }
        let last = moment_not_before(Language::En, &TimeZone::UTC, Timestamp::MAX);
        assert_eq!(last, moment(Language::En, &TimeZone::UTC, Timestamp::MAX), "and no panic");
        for end in [Timestamp::MIN, Timestamp::MAX] {
            for name in ["Europe/Amsterdam", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
                moment_not_before(Language::En, &zone(name), end);
            }
        }
    }

    /// Summer ends in Amsterdam on 25 October 2026 at 01:00Z, and begins on 28 March 2027 at 01:00Z.
    #[test]
    fn a_moment_is_told_by_the_clock_of_its_zone_and_says_which() {
        let amsterdam = zone("Europe/Amsterdam");
        for (moment_at, en, nl) in [
            (
                "2026-11-22T13:03:59.9Z",
                "14:03 CET on 22 November 2026",
                "22 november 2026 om 14:03 CET",
            ),
            ("2026-07-01T22:30:00Z", "00:30 CEST on 2 July 2026", "2 juli 2026 om 00:30 CEST"),
            ("2026-12-31T23:00:00Z", "00:00 CET on 1 January 2027", "1 januari 2027 om 00:00 CET"),
            (
                "2026-10-25T00:30:00Z",
                "02:30 CEST on 25 October 2026",
                "25 oktober 2026 om 02:30 CEST",
            ),
            (
                "2026-10-25T00:59:59.999Z",
                "02:59 CEST on 25 October 2026",
                "25 oktober 2026 om 02:59 CEST",
            ),
            (
                "2026-10-25T01:00:00Z",
                "02:00 CET on 25 October 2026",
                "25 oktober 2026 om 02:00 CET",
            ),
            (
                "2026-10-25T01:30:00Z",
                "02:30 CET on 25 October 2026",
                "25 oktober 2026 om 02:30 CET",
            ),
            ("2027-03-28T00:59:59Z", "01:59 CET on 28 March 2027", "28 maart 2027 om 01:59 CET"),
            ("2027-03-28T01:00:00Z", "03:00 CEST on 28 March 2027", "28 maart 2027 om 03:00 CEST"),
        ] {
            assert_eq!(moment(Language::En, &amsterdam, at(moment_at)), en);
            assert_eq!(moment(Language::Nl, &amsterdam, at(moment_at)), nl);
        }
        let exact = exact_moment(Language::Nl, &amsterdam, at("2026-10-25T00:30:07.9Z"));
        assert_eq!(exact, "25 oktober 2026 om 02:30:07 CEST");
        assert_eq!(minute(&amsterdam, at("2026-10-25T00:30:07.9Z")), "02:30");
    }

    #[test]
    fn what_is_rounded_up_over_the_end_of_summer_is_told_by_the_clock_after_it() {
        let amsterdam = zone("Europe/Amsterdam");
        for (moment_at, told) in [
            ("2026-10-25T00:59:00Z", "02:59 CEST on 25 October 2026"),
            ("2026-10-25T00:59:00.000001Z", "02:00 CET on 25 October 2026"),
            ("2027-03-28T00:59:00.000001Z", "03:00 CEST on 28 March 2027"),
            ("2026-11-22T22:59:59Z", "00:00 CET on 23 November 2026"),
        ] {
            assert_eq!(moment_not_before(Language::En, &amsterdam, at(moment_at)), told);
        }
    }

    #[test]
    fn a_zone_without_a_name_of_its_own_is_told_by_what_it_is_off() {
        let noon = at("2026-11-22T12:00:00Z");
        for (name, told) in [
            ("UTC", "12:00 UTC on"),
            ("Etc/UTC", "12:00 UTC on"),
            ("Europe/London", "12:00 GMT on"),
            ("America/New_York", "07:00 EST on"),
            ("America/Sao_Paulo", "09:00 UTC-03 on"),
            ("Asia/Dubai", "16:00 UTC+04 on"),
            ("Asia/Kathmandu", "17:45 UTC+05:45 on"),
            ("Pacific/Marquesas", "02:30 UTC-09:30 on"),
            ("Antarctica/Troll", "12:00 UTC on"),
        ] {
            let words = moment(Language::En, &zone(name), noon);
            assert!(words.starts_with(told), "{name}: {words}");
        }
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
