//! Moments: microseconds in items and in conditions, whole seconds in TTL attributes.

use jiff::{SignedDuration, Timestamp};

/// An hour.
pub const HOUR_SECONDS: u32 = 60 * 60;
/// A day.
pub const DAY_SECONDS: u32 = 24 * HOUR_SECONDS;
/// Ninety days: how long a dead link stays on record, and a support code can be looked up.
pub const RECORD_KEPT_SECONDS: u32 = 90 * DAY_SECONDS;

/// `seconds` after `moment`. Saturates at the end of representable time.
#[must_use]
pub fn after(moment: Timestamp, seconds: u32) -> Timestamp {
    moment.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}

/// Whole seconds from `now` until `moment`, rounded up and at least 1: a `Retry-After`.
#[must_use]
pub fn seconds_until(now: Timestamp, moment: Timestamp) -> u32 {
    let millis = moment.duration_since(now).as_millis();
    u32::try_from((millis + 999) / 1000).unwrap_or(0).max(1)
}

/// The moment without what a stored microsecond cannot hold, so that what is compared before a
/// write equals what is read back after it.
#[must_use]
pub fn to_micros(moment: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(moment.as_microsecond()).unwrap_or(moment)
}

/// Serde for a moment as microseconds since 1970.
pub mod micros {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the number.
    pub fn serialize<S: Serializer>(moment: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(moment.as_microsecond())
    }

    /// Reads the number.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        Timestamp::from_microsecond(i64::deserialize(from)?).map_err(D::Error::custom)
    }

    /// The same for a moment that may be absent; use with `#[serde(default)]`.
    pub mod option {
        use super::{Deserialize, Deserializer, Error, Serializer, Timestamp};

        /// Writes the number, or null.
        pub fn serialize<S: Serializer>(
            moment: &Option<Timestamp>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match moment {
                Some(moment) => to.serialize_some(&moment.as_microsecond()),
                None => to.serialize_none(),
            }
        }

        /// Reads the number, or null.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            Option::<i64>::deserialize(from)?
                .map(Timestamp::from_microsecond)
                .transpose()
                .map_err(D::Error::custom)
        }
    }
}
