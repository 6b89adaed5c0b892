//! Days of the calendar, in UTC: the same for all processes, wherever their user is. Knows no time zone.

use std::time::{SystemTime, UNIX_EPOCH};

/// The day of a moment, `2026-11-21`.
pub(super) fn day_of(moment: SystemTime) -> String {
    let (year, month, day) = date(seconds_of(moment) / 86_400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A moment in the form that sorts by time, `20260131T235959Z`.
pub(super) fn stamp_of(moment: SystemTime) -> String {
    let seconds = seconds_of(moment);
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

fn seconds_of(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Year, month and day of a day counted from the first of 1970, in the proleptic Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Years that start in March end with the leap day, which makes the lengths of months a straight line.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let first = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(first <= 2), first, day - (153 * month + 2) / 5 + 1)
}
