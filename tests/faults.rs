//! What goes wrong around Graft and what becomes of it: each fault is a row of a table, which its test holds Graft to and
//! `docs/reliability.md` shows. Refuses to test again what one room alone does with a fault: that stands in the tests of the room.

mod cuts;
mod disk;
mod editor;
mod files;
mod nesting;
mod process;
mod servers;

use std::fmt::Write;

/// One fault.
pub(crate) struct Fault {
    /// What goes wrong.
    fault: &'static str,
    /// What Graft does.
    happens: &'static str,
    /// What the person gets to see; `…` is anything. Empty where there is nothing to be said.
    seen: &'static str,
}

impl Fault {
    /// Fails where a message is not the one of the row.
    fn is_seen_in(&self, message: &str) {
        let (fault, mut rest) = (self.fault, message);
        assert!(!self.seen.is_empty(), "{fault}: nothing is to be seen, but {message}");
        for (at, part) in self.seen.split('…').enumerate() {
            let found = rest.find(part).filter(|found| at > 0 || *found == 0);
            let found = found.unwrap_or_else(|| panic!("{fault}\n  to be seen: {}\n  is seen: {message}", self.seen));
            rest = &rest[found + part.len()..];
        }
        assert!(rest.is_empty() || self.seen.ends_with('…'), "{fault}: {message}");
    }
}

/// The tables as the page has them.
pub(crate) fn servers() -> String {
    table(servers::rows().chain([&cuts::EVERYWHERE, &cuts::COMPLETION]))
}

pub(crate) fn editor() -> String {
    table(editor::FAULTS.into_iter().chain(process::FAULTS))
}

pub(crate) fn files() -> String {
    table(files::FAULTS.into_iter().chain(nesting::FAULTS))
}

pub(crate) fn disk() -> String {
    table(disk::FAULTS)
}

fn table(rows: impl IntoIterator<Item = &'static Fault>) -> String {
    let mut table = String::from("| what goes wrong | what happens | what you see |\n|---|---|---|\n");
    for Fault { fault, happens, seen } in rows {
        let _ = writeln!(table, "| {fault} | {happens} | {} |", seen.replace('|', "\\|"));
    }
    table
}
