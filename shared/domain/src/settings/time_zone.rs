//! Which clock people read. The zones are those that are compiled in, not the machine's: what a
//! mail says does not hang on where it was written.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Settings;

impl Settings {
    /// The tenant's time zone; UTC, if its name is in the database no more.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        named(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

pub(super) fn is_a_time_zone(name: &str) -> bool {
    named(name).is_some()
}

/// The zone of that name, as the database spells it.
fn named(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_a_name_of_the_database_as_it_spells_it() {
        for name in
            ["Europe/Amsterdam", "America/Argentina/Ushuaia", "Asia/Kathmandu", "UTC", "Etc/UTC"]
        {
            assert!(is_a_time_zone(name), "{name}");
        }
        for name in [
            "",
            "europe/amsterdam",
            "utc",
            "Europe/Utrecht",
            "Europe",
            "Europe/",
            "Europe/Amsterdam ",
            "Europe/Amsterdam\0",
            "../etc/localtime",
            "/usr/share/zoneinfo/Europe/Amsterdam",
            "+01:00",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "Etc/Unknown",
            "localtime",
        ] {
            assert!(!is_a_time_zone(name), "{name:?}");
        }
    }

    #[test]
    fn a_zone_that_cannot_be_read_is_utc() {
        let zone = |name: &str| Settings { time_zone: name.into(), ..Settings::default() }.zone();
        assert_eq!(zone("Europe/Utrecht"), TimeZone::UTC);
        assert_eq!(zone("Asia/Kathmandu").iana_name(), Some("Asia/Kathmandu"));
        assert_eq!(Settings::default().zone().iana_name(), Some("Europe/Amsterdam"));
    }
}
